//! Skip-gram models of networks: asp2vec, and DeepWalk, node2vec and metapath2vec as its cases with one aspect.
//!
//! Park, Yang, Zhu, Kim, Yu, Han: "Unsupervised Differentiable Multi-aspect Network Embedding", KDD 2020,
//! <https://arxiv.org/abs/2006.04239>. The others stand in [`specs`](self) with their papers.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | P_i, Q_j^s | centre vector of node i; context vector of node j in aspect s of K |
//! | N(i) | the set of nodes in the window around an occurrence of i in a walk |
//! | a_s, z_s | <P_i, read-out of Q^s over N(i)>, the logit of aspect s; its weight |
//! | n | a negative: a node drawn uniformly |
//!
//! Loss of a pair: sum_s z_s [ -log sigma(<P_i, Q_j^s>) - sum_n log sigma(-<P_i, Q_n^s>) ], plus what keeps the aspects
//! of a node apart.
//!
//! There are two engines (`engine`):
//! - `pairs`, as published: pairs sorted by centre, `batch` of them a step, each with negatives of its own that are not
//!   in the window, noise of its own, the same walks in every epoch, Adam; the loss is the mean over pairs *and*
//!   aspects; the penalty on alike aspects is summed over all nodes in every step.
//! - `walks`: whole walks share a few negatives, fresh walks in every epoch, AdaGrad by row; one noise for each
//!   occurrence of a centre; the loss is the mean over pairs; the penalty is a mean over the pairs of aspects of each
//!   context that a pair names, so that its weight depends neither on the batch nor on K.
//!
//! Deviations from the paper:
//! - The logit of an aspect is the inner product itself; the paper writes its logarithm, which a negative number has
//!   not. So does the authors' program.
//! - A context occurs in the bag once, however often it stands in the window, as in the authors' program.
//!
//! Deviations from the authors' program (engine `pairs`):
//! - A step ends with an occurrence, not in the middle of one, so that it holds some pairs more than `batch`.
//! - Walks, negatives and noise come from other random numbers, and are drawn anew each time instead of stored.
//!
//! Beyond both: in directed networks every node has a vector as source and one as target (`direction = roles`): the
//! walks go to and fro between the two sides of the bipartite network of sources and targets, so that no walk ends at a
//! node without outgoing edges, and <P_u, Q_v> is the score of an edge from u to v.

mod config;
mod embedding;
mod specs;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use culet_graph::{Network, NodeTypes, Purpose, Stream, WalkRule};
use culet_kernels::{
    ContextBatch, ListedGradients, ListedSkipGram, Matrix, SkipGram, WalkBatch, WalkGradients, aspect_diversity,
    aspect_lanes, skip_gram_of_pairs, skip_gram_of_walks,
};

use crate::registry::Start;
use crate::{Loss, ModelError, ModelSpec};

pub use config::{Direction, Engine, Regularisation, SkipGramConfig};
pub use embedding::NetworkEmbedding;
pub use specs::{ASP2VEC, DEEPWALK, METAPATH2VEC, NODE2VEC};

/// The gradient of a table as a step leaves it.
#[derive(Debug, Clone, Copy)]
pub enum NetworkGradient<'a> {
    /// A row for each row of the table.
    All(&'a Matrix),
    /// A row for each place where a row of the table was read, to be summed and multiplied with the scale.
    ByPlace {
        /// `[n_places, width]`
        rows: &'a Matrix,
        /// The row of the table that each place read, `[n_places]`.
        places: &'a [u32],
        /// What the sums are multiplied with.
        scale: f32,
        /// The lanes of the table: number k of a row belongs to lane k mod `lanes`.
        lanes: usize,
    },
}

/// A skip-gram model with its parameters and the gradients of the last step.
pub struct SkipGramModel {
    spec: &'static ModelSpec,
    /// The settings.
    pub config: SkipGramConfig,
    /// Nodes of the network that walks walk on: twice those of a directed network with `direction = roles`.
    n_rows: usize,
    n_nodes: usize,
    /// `[n_rows, d]`
    centres: Matrix,
    /// `[n_rows, d * lanes]`
    contexts: Matrix,
    types: Option<NodeTypes>,
    kinds: ContextKinds,
    /// Which rows choose among the aspects; empty: all do.
    chooses: Vec<bool>,
    by_walks: WalkGradients,
    by_pairs: ListedGradients,
    places: Vec<u32>,
    n_places: usize,
    n_pairs: u64,
    last: Engine,
    /// For each row and aspect how many pairs it was seen in as a centre.
    seen: Vec<f32>,
}

impl SkipGramModel {
    /// A model for a network, from complete settings.
    pub(crate) fn build(
        spec: &'static ModelSpec,
        settings: &toml::Table,
        network: &Network,
        start: Start<'_>,
    ) -> Result<Self, ModelError> {
        let config = SkipGramConfig::read(spec, settings, network)?;
        let lanes = aspect_lanes(config.n_aspects);
        let doubled = network.is_directed() && config.direction == Direction::Roles;
        let n_nodes = network.n_nodes();
        let n_rows = if doubled { 2 * n_nodes } else { n_nodes };
        let (centres, contexts) = match start {
            Start::Seed(seed) => initial_tables(n_rows, &config, seed),
            Start::Tables(stored) => {
                let table = |name: &str, dim: usize| -> Result<Matrix, ModelError> {
                    let expected = format!("{n_rows} x {dim}");
                    let bad = |found| ModelError::BadTable { name: name.to_owned(), found, expected: expected.clone() };
                    let table = stored(name).ok_or_else(|| bad("missing".to_owned()))?;
                    let shape = (table.n_rows(), table.dim());
                    if shape == (n_rows, dim) { Ok(table) } else { Err(bad(format!("{} x {}", shape.0, shape.1))) }
                };
                let contexts = table("contexts", config.dim * config.n_aspects)?;
                (table("centres", config.dim)?, embedding::to_lanes(&contexts, config.n_aspects))
            }
        };
        let types = network.types.clone().map(|types| doubled_types(types, doubled));
        let chooses = config.chooses(types.as_ref())?;
        let kinds = ContextKinds::new(&config, types.as_ref());
        Ok(Self {
            spec,
            n_rows,
            n_nodes,
            centres,
            contexts,
            types,
            kinds,
            chooses,
            by_walks: WalkGradients::default(),
            by_pairs: ListedGradients::default(),
            places: Vec::new(),
            n_places: 0,
            n_pairs: 0,
            last: config.engine,
            seen: vec![0.0; n_rows * lanes],
            config,
        })
    }

    /// The registry's entry.
    #[must_use]
    pub fn spec(&self) -> &'static ModelSpec {
        self.spec
    }

    /// The network that walks walk on: with `direction = roles` a directed network's sources and targets as two sides.
    ///
    /// # Panics
    /// If the network has another number of nodes than that the model was built for.
    #[must_use]
    pub fn walked<'a>(&self, network: &'a Network) -> Cow<'a, Network> {
        assert_eq!(network.n_nodes(), self.n_nodes, "the network that the model was built for");
        if !network.is_directed() || self.config.direction == Direction::Follow {
            return Cow::Borrowed(network);
        }
        let mut edges = network.edges();
        let (n_rows, doubled) = (self.n_rows, self.config.direction == Direction::Roles);
        if doubled {
            edges.targets.iter_mut().for_each(|target| *target += self.n_nodes as u32);
        }
        let (mut walked, _) = Network::from_edges(n_rows, false, &edges).expect("edges of a network");
        walked.types.clone_from(&self.types);
        Cow::Owned(walked)
    }

    /// The types of the rows, where the network is typed.
    #[must_use]
    pub fn types(&self) -> Option<&NodeTypes> {
        self.types.as_ref()
    }

    /// The number of rows of each table.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The number of trained numbers.
    #[must_use]
    pub fn n_parameters(&self) -> usize {
        self.n_rows * self.config.dim * (1 + self.config.n_aspects)
    }

    /// (P + mean over aspects of Q) / 2 of each row: what a warm-up hands over.
    #[must_use]
    pub fn handed_over(&self) -> Matrix {
        let mut out = self.centres.clone();
        let (lanes, share) = (aspect_lanes(self.config.n_aspects), 1.0 / self.config.n_aspects as f32);
        for row in 0..self.n_rows {
            for (value, coordinates) in out.row_mut(row).iter_mut().zip(self.contexts.row(row).chunks_exact(lanes)) {
                *value = 0.5 * (*value + share * coordinates.iter().sum::<f32>());
            }
        }
        out
    }

    /// Gives both tables the same start for each aspect: what the warm-up hands over.
    ///
    /// # Panics
    /// If the shape is not that of the centres.
    pub fn start_from(&mut self, vectors: &Matrix) {
        assert_eq!((vectors.n_rows(), vectors.dim()), (self.n_rows, self.config.dim), "a vector for each row");
        self.centres.clone_from(vectors);
        let (lanes, n_aspects) = (aspect_lanes(self.config.n_aspects), self.config.n_aspects);
        for row in 0..self.n_rows {
            let source = vectors.row(row);
            for (coordinates, &value) in self.contexts.row_mut(row).chunks_exact_mut(lanes).zip(source) {
                coordinates[..n_aspects].fill(value);
            }
        }
    }

    /// Makes one loss and gradient of walks and their negatives, for [`SkipGramModel::visit_gradients`].
    ///
    /// # Panics
    /// If a node is out of range.
    pub fn loss_and_gradient_of_walks(&mut self, batch: WalkBatch<'_>) -> Loss {
        let mut gradients = std::mem::take(&mut self.by_walks);
        let config = &self.config;
        let what = SkipGram {
            window: config.window,
            negatives_per_pair: config.negatives as f32,
            n_aspects: config.n_aspects,
            selection: config.selection,
            kinds: &self.kinds.of,
            n_kinds: self.kinds.count,
            diversity: (config.regularisation == Regularisation::Pair).then_some(config.diversity),
            chooses: &self.chooses,
        };
        skip_gram_of_walks(&self.centres, &self.contexts, batch, what, &mut gradients);
        self.by_walks = gradients;
        self.places.clear();
        self.places.extend_from_slice(batch.nodes);
        self.places.extend_from_slice(batch.negatives);
        self.n_places = batch.nodes.len();
        self.n_pairs = self.by_walks.n_pairs;
        self.last = Engine::Walks;
        let lanes = aspect_lanes(config.n_aspects);
        for (&node, shares) in batch.nodes.iter().zip(self.by_walks.shares.chunks_exact(lanes)) {
            let seen = &mut self.seen[node as usize * lanes..][..lanes];
            seen.iter_mut().zip(shares).for_each(|(seen, share)| *seen += share);
        }
        Loss { pairs: self.by_walks.loss / self.n_pairs.max(1) as f64, l2: 0.0, independence: 0.0 }
    }

    /// Makes the loss and gradient of listed pairs in the published form, for [`SkipGramModel::visit_gradients`].
    ///
    /// # Panics
    /// If a node is out of range.
    pub fn loss_and_gradient_of_pairs(&mut self, batch: ContextBatch<'_>) -> Loss {
        let config = &self.config;
        let n_pairs = batch.contexts.columns.len();
        let what = ListedSkipGram {
            n_aspects: config.n_aspects,
            selection: config.selection,
            readout: config.readout,
            scale: 1.0 / (n_pairs.max(1) * config.n_aspects) as f32,
        };
        let mut gradients = std::mem::take(&mut self.by_pairs);
        let pairs = skip_gram_of_pairs(&self.centres, &self.contexts, batch, what, &mut gradients);
        let independence = match config.regularisation {
            Regularisation::Batch => {
                aspect_diversity(&self.contexts, config.n_aspects, config.diversity, &mut gradients.contexts)
            }
            _ => 0.0,
        };
        self.by_pairs = gradients;
        self.last = Engine::Pairs;
        Loss { pairs, l2: 0.0, independence }
    }

    /// Hands out each table with its gradient: the centres, then the contexts.
    pub fn visit_gradients(&mut self, visit: &mut dyn FnMut(usize, &mut Matrix, NetworkGradient<'_>)) {
        match self.last {
            Engine::Pairs => {
                visit(0, &mut self.centres, NetworkGradient::All(&self.by_pairs.centres));
                visit(1, &mut self.contexts, NetworkGradient::All(&self.by_pairs.contexts));
            }
            Engine::Walks => {
                let scale = 1.0 / self.n_pairs.max(1) as f32;
                let places = &self.places[..self.n_places];
                let rows = &self.by_walks.centres;
                visit(0, &mut self.centres, NetworkGradient::ByPlace { rows, places, scale, lanes: 1 });
                let (rows, places) = (&self.by_walks.contexts, self.places.as_slice());
                let lanes = aspect_lanes(self.config.n_aspects);
                visit(1, &mut self.contexts, NetworkGradient::ByPlace { rows, places, scale, lanes });
            }
        }
    }

    /// The tables as they lie in memory: the centres, then the contexts in lanes.
    #[must_use]
    pub fn tables(&self) -> [&Matrix; 2] {
        [&self.centres, &self.contexts]
    }

    /// The tables as they lie in memory, to write.
    #[must_use]
    pub fn tables_mut(&mut self) -> [&mut Matrix; 2] {
        [&mut self.centres, &mut self.contexts]
    }

    /// The parameters by name, as a run stores them: `centres` `[n_rows, d]`, `contexts` `[n_rows, K * d]`.
    #[must_use]
    pub fn parameters(&self) -> Vec<(&'static str, Matrix)> {
        let contexts = embedding::from_lanes(&self.contexts, self.config.n_aspects);
        vec![("centres", self.centres.clone()), ("contexts", contexts)]
    }

    /// Divides each row of both tables by its length where that is above 1, each aspect by its own.
    pub fn clip_lengths(&mut self) {
        clip(&mut self.centres, 1);
        clip(&mut self.contexts, aspect_lanes(self.config.n_aspects));
    }

    /// How often each aspect was seen as yet, row after row in lanes: with the tables all that a training goes on from.
    #[must_use]
    pub fn seen(&self) -> &[f32] {
        &self.seen
    }

    /// How often each aspect was seen as yet, to write.
    #[must_use]
    pub fn seen_mut(&mut self) -> &mut [f32] {
        &mut self.seen
    }

    /// Forgets how often each aspect was seen, so that shares are those of the pairs from now on.
    pub fn forget_shares(&mut self) {
        self.seen.fill(0.0);
    }

    /// What the model has learned.
    #[must_use]
    pub fn embedding(&self) -> NetworkEmbedding {
        NetworkEmbedding::new(
            self.centres.clone(),
            embedding::from_lanes(&self.contexts, self.config.n_aspects),
            self.config.n_aspects,
            self.n_nodes,
            embedding::shares(&self.seen, self.n_rows, self.config.n_aspects),
        )
    }

    /// The kinds of contexts, each of which has negatives of its own.
    #[must_use]
    pub fn context_kinds(&self) -> &ContextKinds {
        &self.kinds
    }
}

/// The kinds of contexts: the types that a metapath visits, or one kind of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextKinds {
    /// How many there are.
    pub count: usize,
    /// The kind of each row, [`ContextKinds::NONE`] for types that the metapath leaves out; empty: all are of one kind.
    pub of: Vec<u8>,
}

impl ContextKinds {
    /// No context of any node.
    pub const NONE: u8 = u8::MAX;

    fn new(config: &SkipGramConfig, types: Option<&NodeTypes>) -> Self {
        let (Some(types), WalkRule::Metapath(path)) = (types, &config.walks.rule) else {
            return Self { count: 1, of: Vec::new() };
        };
        let mut visited = path.clone();
        visited.sort_unstable();
        visited.dedup();
        let kind = |of: &u8| visited.binary_search(of).map_or(Self::NONE, |kind| kind as u8);
        Self { count: visited.len(), of: types.of.iter().map(kind).collect() }
    }
}

/// Normal numbers with the published standard deviation of 0.01.
fn initial_tables(n_rows: usize, config: &SkipGramConfig, seed: u64) -> (Matrix, Matrix) {
    let (dim, n_aspects) = (config.dim, config.n_aspects);
    let table = |step: u64, width: usize| {
        let (stream, mut table) = (Stream::new(seed, Purpose::Initialise, step), Matrix::zeros(n_rows, width));
        for row in 0..n_rows {
            for (k, value) in table.row_mut(row)[..width].iter_mut().enumerate() {
                *value = (0.01 * stream.normal((row * width + k) as u64)) as f32;
            }
        }
        table
    };
    (table(0, dim), embedding::to_lanes(&table(1, dim * n_aspects), n_aspects))
}

/// The types of sources and of targets.
fn doubled_types(mut types: NodeTypes, doubled: bool) -> NodeTypes {
    if doubled {
        types.of.extend_from_within(..);
    }
    types
}

fn clip(table: &mut Matrix, lanes: usize) {
    let dim = table.dim();
    for row in 0..table.n_rows() {
        let row = &mut table.row_mut(row)[..dim];
        for lane in 0..lanes {
            let squares: f64 = row.iter().skip(lane).step_by(lanes).map(|&x| f64::from(x).powi(2)).sum();
            if squares > 1.0 {
                let scale = (1.0 / squares.sqrt()) as f32;
                row.iter_mut().skip(lane).step_by(lanes).for_each(|x| *x *= scale);
            }
        }
    }
}
