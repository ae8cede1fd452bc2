//! How pairs of nodes are scored: terms of an embedding and of its network, and what weighs them.

use culet_eval::{HadamardRows, LinkBaseline, LinkMixture, LogisticModel, baselines};
use culet_graph::Network;
use culet_kernels::{Matrix, stop_point};
use culet_model::NetworkEmbedding;
use rayon::ThreadPool;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// What a run scores pairs of nodes by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum LinkScore {
    /// A mixture of the terms of [`LinkTerms`].
    Mixture(LinkMixture),
    /// The first of these terms alone.
    Product,
    /// The published logistic regression on products of coordinates of (P + mean Q) / 2.
    Hadamard {
        /// A weight for each coordinate.
        weights: Vec<f64>,
        /// The log-odds of a pair of zero vectors.
        intercept: f64,
    },
}

impl LinkScore {
    /// The name that tables show; where a mixture weighs one term alone, it says which.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Mixture(mixture) => {
                let mut terms = mixture.names.iter().zip(&mixture.weights).filter(|(_, weight)| **weight != 0.0);
                match (terms.next(), terms.next()) {
                    (Some((term, _)), None) => format!("mixture ({term} alone)"),
                    _ => "mixture".to_owned(),
                }
            }
            Self::Product => "product".to_owned(),
            Self::Hadamard { .. } => "hadamard".to_owned(),
        }
    }
}

/// The terms of a pair (u, v): what the vectors say, and what the network itself says.
///
/// | term | meaning |
/// | --- | --- |
/// | product | mean over aspects of <P_u, Q_v> + <P_v, Q_u>, u as source and v as target |
/// | best aspect | the largest of these sums over the aspects |
/// | shared aspect | their mean weighted by the shares that both nodes have in the aspect |
/// | cosine | of the centre vectors |
/// | degrees | log(1 + k_u) + log(1 + k_v); directed: out-degree of u, in-degree of v, in-degree of u, out-degree of v |
/// | 3-paths, spectral filter | log(0.01 + x) of these simple scores x |
/// | way back | directed: whether an edge leads from v to u, and the product of that pair |
pub struct LinkTerms<'a> {
    embedding: &'a NetworkEmbedding,
    network: &'a Network,
    /// Scores of the network itself, by name.
    simple: Vec<LinkBaseline<'a>>,
}

/// Which of the simple scores are terms.
const SIMPLE: [&str; 2] = ["3-paths", "spectral filter"];

impl<'a> LinkTerms<'a> {
    /// The terms of an embedding and the network that it was learned from.
    ///
    /// # Panics
    /// If they have different nodes.
    #[must_use]
    pub fn new(embedding: &'a NetworkEmbedding, network: &'a Network) -> Self {
        assert_eq!(embedding.n_nodes, network.n_nodes(), "the network that the embedding was learned from");
        let simple = baselines(network).into_iter().filter(|baseline| SIMPLE.contains(&baseline.name())).collect();
        Self { embedding, network, simple }
    }

    /// The names of the terms.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = vec!["product"];
        if self.embedding.n_aspects > 1 {
            names.extend(["best aspect", "shared aspect"]);
        }
        names.push("cosine");
        if self.network.is_directed() {
            names.extend([
                "out-degree of source",
                "in-degree of target",
                "in-degree of source",
                "out-degree of target",
            ]);
            names.extend(["edge back", "product back"]);
        } else {
            names.push("degrees");
        }
        names.extend(self.simple.iter().map(LinkBaseline::name));
        names
    }

    /// A row of terms for each pair, `[n_pairs, n_terms]`.
    ///
    /// # Panics
    /// If a pair names no node.
    #[must_use]
    pub fn rows(&self, pairs: &[(u32, u32)], pool: &ThreadPool) -> Vec<f64> {
        let width = self.names().len();
        let simple: Vec<Vec<f64>> = self.simple.iter().map(|baseline| baseline.score(pairs, pool)).collect();
        let mut rows = vec![0.0; pairs.len() * width];
        pool.install(|| {
            rows.par_chunks_mut(width).zip(pairs).enumerate().for_each(|(k, (row, &(u, v)))| {
                stop_point();
                let mut place = 0;
                let mut push = |value: f64| {
                    row[place] = value;
                    place += 1;
                };
                self.of_vectors(u, v, &mut push);
                self.of_network(u, v, &mut push);
                for scores in &simple {
                    push((0.01 + scores[k].max(0.0)).ln());
                }
            });
        });
        rows
    }

    fn of_vectors(&self, u: u32, v: u32, push: &mut dyn FnMut(f64)) {
        let embedding = self.embedding;
        let n_aspects = embedding.n_aspects;
        let mut products = [0.0; 16];
        let products = &mut products[..n_aspects];
        embedding.products(u, v, products);
        push(products.iter().sum::<f64>() / n_aspects as f64);
        if n_aspects > 1 {
            push(products.iter().copied().fold(f64::NEG_INFINITY, f64::max));
            let shares = (embedding.shares.row(u as usize), embedding.shares.row(embedding.target_row(v)));
            let weights = |s: usize| f64::from(shares.0[s]) * f64::from(shares.1[s]);
            let total: f64 = (0..n_aspects).map(weights).sum();
            let mean: f64 = products.iter().sum::<f64>() / n_aspects as f64;
            let weighted = (0..n_aspects).map(|s| weights(s) * products[s]).sum::<f64>();
            push(if total > 0.0 { weighted / total } else { mean });
        }
        push(embedding.cosine(u, v));
    }

    fn of_network(&self, u: u32, v: u32, push: &mut dyn FnMut(f64)) {
        let network = self.network;
        let log = |degree: usize| (1.0 + degree as f64).ln();
        let (source, target) = (u as usize, v as usize);
        if network.is_directed() {
            push(log(network.out_degree(source)));
            push(log(network.in_degree(target)));
            push(log(network.in_degree(source)));
            push(log(network.out_degree(target)));
            push(if network.has_edge(v, u) { 1.0 } else { 0.0 });
            let mut products = [0.0; 16];
            let products = &mut products[..self.embedding.n_aspects];
            self.embedding.products(v, u, products);
            push(products.iter().sum::<f64>() / products.len() as f64);
        } else {
            push(log(network.out_degree(source)) + log(network.out_degree(target)));
        }
    }
}

/// An embedding, its network and what weighs the terms of a pair.
pub struct LinkScorer<'a> {
    terms: LinkTerms<'a>,
    score: &'a LinkScore,
    published: Option<Matrix>,
}

impl<'a> LinkScorer<'a> {
    /// Puts them together.
    ///
    /// # Panics
    /// If embedding and network have different nodes.
    #[must_use]
    pub fn new(embedding: &'a NetworkEmbedding, network: &'a Network, score: &'a LinkScore) -> Self {
        let published = matches!(score, LinkScore::Hadamard { .. }).then(|| embedding.published());
        Self { terms: LinkTerms::new(embedding, network), score, published }
    }

    /// What is weighed.
    pub(super) fn terms(&self) -> &LinkTerms<'a> {
        &self.terms
    }

    /// The score of each pair; higher is likelier to be an edge.
    ///
    /// # Panics
    /// If a pair names no node.
    #[must_use]
    pub fn score(&self, pairs: &[(u32, u32)], pool: &ThreadPool) -> Vec<f64> {
        match self.score {
            LinkScore::Mixture(mixture) => {
                let width = mixture.names.len();
                self.terms.rows(pairs, pool).chunks_exact(width).map(|row| mixture.score(row)).collect()
            }
            LinkScore::Product => {
                let width = self.terms.names().len();
                self.terms.rows(pairs, pool).iter().step_by(width).copied().collect()
            }
            LinkScore::Hadamard { weights, intercept } => {
                let model = LogisticModel { weights: weights.clone(), intercept: *intercept };
                let published = self.published.as_ref().expect("made with the scorer");
                model.probabilities(&HadamardRows::new(published, pairs), pool)
            }
        }
    }
}
