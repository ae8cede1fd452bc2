//! Why a pair of nodes has the score it has.

use culet_eval::LinkMixture;
use rayon::ThreadPool;

use super::StoredNetworkRun;
use super::score::LinkScore;

/// Why a pair (u, v) has the score it has.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkReasons {
    /// The score of the run.
    pub score: f64,
    /// What adds up to it, without the intercept: nothing for the published logistic regression.
    pub terms: Vec<LinkTerm>,
    /// What is left of the score without the terms: the log-odds of an average pair, of a mixture.
    pub base: f64,
    /// For each aspect, from 0, <P_u, Q_v^s> + <P_v, Q_u^s>, and its share: the softmax of these.
    pub aspects: Vec<(f64, f64)>,
    /// Nodes x with edges u - x - v (directed: u > x > v), and 1 / log(1 + degree), the rarest first.
    pub common: Vec<(u32, f64)>,
}

/// A term of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkTerm {
    /// As in [`LinkTerms`](super::LinkTerms).
    pub name: String,
    /// Its value for the pair.
    pub value: f64,
    /// What it adds to the score, against an average pair.
    pub contribution: f64,
}

impl StoredNetworkRun {
    /// Why a pair of nodes has the score it has; the terms and the base add up to it.
    ///
    /// # Panics
    /// If a node is out of range.
    #[must_use]
    pub fn explain_link(&self, source: u32, target: u32, pool: &ThreadPool) -> LinkReasons {
        let pair = [(source, target)];
        let scorer = self.scorer();
        let score = scorer.score(&pair, pool)[0];
        let terms = match &self.score {
            LinkScore::Mixture(mixture) => terms_of(mixture, &scorer.terms().rows(&pair, pool)),
            LinkScore::Product => vec![LinkTerm { name: "product".to_owned(), value: score, contribution: score }],
            LinkScore::Hadamard { .. } => Vec::new(),
        };
        let base = score - terms.iter().map(|term| term.contribution).sum::<f64>();
        LinkReasons {
            score,
            terms,
            base,
            aspects: self.aspects_of(source, target),
            common: self.common(source, target),
        }
    }

    fn aspects_of(&self, source: u32, target: u32) -> Vec<(f64, f64)> {
        let mut products = vec![0.0; self.embedding.n_aspects];
        self.embedding.products(source, target, &mut products);
        let top = products.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = products.iter().map(|product| (product - top).exp()).sum();
        products.iter().map(|&product| (product, (product - top).exp() / total)).collect()
    }

    fn common(&self, source: u32, target: u32) -> Vec<(u32, f64)> {
        let network = &self.data().network;
        let to_target = if network.is_directed() { network.incoming() } else { network.outgoing() };
        let to_target = to_target.row(target as usize);
        let rarity = |x: u32| {
            let incoming = if network.is_directed() { network.in_degree(x as usize) } else { 0 };
            1.0 / (1.0 + (network.out_degree(x as usize) + incoming) as f64).ln()
        };
        let of_source = network.outgoing().row(source as usize).iter();
        let is_common = |x: &&u32| **x != source && **x != target && to_target.contains(x);
        let mut common: Vec<(u32, f64)> = of_source.filter(is_common).map(|&x| (x, rarity(x))).collect();
        common.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        common.dedup_by_key(|(x, _)| *x);
        common
    }
}

/// Those that weigh anything, strongest first.
fn terms_of(mixture: &LinkMixture, row: &[f64]) -> Vec<LinkTerm> {
    let contributions: Vec<f64> = mixture.contributions(row).collect();
    let term = |k: usize| LinkTerm { name: mixture.names[k].clone(), value: row[k], contribution: contributions[k] };
    let mut terms: Vec<LinkTerm> = (0..row.len()).filter(|&k| mixture.weights[k] != 0.0).map(term).collect();
    terms.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
    terms
}
