//! KGIN: knowledge graph-based intent network.
//!
//! Wang, Huang, Wang, Yuan, Liu, He, Chua: "Learning Intents behind Interactions with Knowledge Graph for
//! Recommendation", WWW 2021, <https://arxiv.org/abs/2102.07057>.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | u, i, v, r | user, item (the first entities), entity, relation |
//! | E, U, e_r | vectors of entities, users, relations; E^(l), U^(l) after l layers |
//! | e_p, w_p, c_p | intent p: its vector, its attention over relations, the latent vector that users are scored against |
//! | beta(u, p) | share of intent p for user u |
//! | N_v, N_u | (relation, neighbour) pairs of an entity; training items of a user |
//! | m, y, F | mean over N_u; unit rows of a layer; final vectors, the sum of all layers |
//!
//! Deviations from the paper:
//! - beta is the softmax of <u, c_p> with latent vectors c_p of their own, as in the authors' program (the paper scores
//!   users against the intent vectors e_p), and is computed anew from U^(l) in each layer.
//! - The user layer keeps m itself beside its gated form: m + m * sum_p beta e_p, as in the authors' program.
//! - The rows of each layer are divided by their length after dropout, as in the authors' program.
//!
//! Deviations from the authors' program:
//! - `edge_dropout` is the share that is *dropped*, of triplets and of interactions; each edge is decided by itself (the
//!   program draws a fixed number of triplets). Means are taken over the kept edges. The program scales interactions by
//!   1 / (1 - rate) instead, which the division by the length takes away again.
//! - The last short batch of an epoch is used (the program drops it).
//! - Only the rows that a batch reads are computed, which changes nothing but the time.
//! - `mutual-information` contrasts the intents, as the paper says; `mutual-information-columns` is the program's form.
//! - Beyond both: `loss = softmax`, a softmax over shared negatives on the cosine with a temperature.
//!
//! What is told about intents (`facets`) is read from the relational paths, see `paths`, not from softmax(w_p) and
//! beta. Since e_p and beta do not depend on the item, an intent does not choose among relations, it scales the numbers
//! of m: nothing in the loss makes w_p follow the relations behind the choices. On catalogues with planted intents w_p
//! and beta matched these no better than chance. Both tables, `attention` and `latent`, are stored with a run.

#[cfg(test)]
mod tests;

mod ends;
mod explain;
mod field;
mod fold_in;
mod paths;
mod represent;
mod step;

use culet_graph::{Csr, RelationalAdjacency};
use culet_kernels::{Edges, Matrix, RowGradient, RowSet, softmax_in_place};

use crate::cost::{Cost, DataSize, Work, adam, histories_of_step, loss, number, row, word};
use crate::tables::{glorot, stored_table};
use crate::{
    Draw, Explainer, Facets, FoldIn, Independence, Kind, Loss, LossKind, ModelError, ModelSpec, NegativeSampling,
    PairBatch, PairModel, Paper, Preset, Problem, Range, Representation, Scale, Setting,
    registry::{Build, Start},
};
use explain::PathExplainer;
use fold_in::ItemLayers;
use paths::ItemEdges;
use step::Workspace;

/// The registry's entry.
pub const SPEC: ModelSpec = ModelSpec {
    name: "kgin",
    class: "KGIN",
    title: "KGIN",
    summary: "user intents over the relations of a knowledge graph, relational paths, independent intents",
    paper: Paper {
        authors: "Wang, Huang, Wang, Yuan, Liu, He, Chua",
        title: "Learning Intents behind Interactions with Knowledge Graph for Recommendation",
        venue: "WWW 2021",
        link: "https://arxiv.org/abs/2102.07057",
    },
    uses_graph: true,
    has_facets: true,
    explains: true,
    settings: SETTINGS,
    presets: PRESETS,
    training: &[],
    search: &[
        Range { name: "loss", scale: Scale::Words(&["bpr", "softmax"]) },
        Range { name: "learning_rate", scale: Scale::Log(5e-4, 1e-2) },
        Range { name: "temperature", scale: Scale::Log(0.08, 0.4) },
        Range { name: "hops", scale: Scale::Whole(1, 3) },
        Range { name: "edge_dropout", scale: Scale::Linear(0.2, 0.7) },
    ],
    cost: Some(cost),
    new_users: "by the layers over the history's items, and a vector of their own estimated from those of the items",
    fold_in: None,
    build: Build::Pairs(Kgin::build),
};

/// What an epoch takes: each hop reads the facts that are kept, both ways, once forward and twice backward, and the
/// histories of the step's users.
fn cost(settings: &toml::Table, batch: f64, size: &DataSize) -> Cost {
    let (dim, hops) = (number(settings, "dim"), number(settings, "hops"));
    let both = if settings["inverse_relations"].as_bool() == Some(true) { 2.0 } else { 1.0 };
    let facts = both * size.triplets;
    let kept = 1.0 - number(settings, "edge_dropout");
    let table = (size.users + size.entities) * row(dim);
    let layer = 3.0 * kept * facts * row(dim) + 6.0 * size.entities * row(dim);
    let histories = 2.0 * kept * histories_of_step(size, batch) * row(dim);
    // What a step needs of the graph is found first, and handed out to the threads: as long as 4e8 multiply-adds.
    let step = adam(table).and(Work { products: 4e8, gathered: hops * (layer + histories) + 8.0 * facts });
    let is_softmax = word(settings, "loss") == "softmax";
    let pair = loss(dim, if is_softmax { number(settings, "negatives") } else { 0.0 });
    let bytes = 5.0 * table + (hops + 3.0) * size.entities * row(dim) + 40.0 * facts + 24.0 * size.pairs;
    Cost::by_steps(step, pair, batch, size, bytes)
}

const SETTINGS: &[Setting] = &[
    Setting {
        name: "dim",
        help: "numbers in a vector (the authors' --dim)",
        kind: Kind::Integer(1, 4096),
        default: "64",
    },
    Setting {
        name: "hops",
        help: "layers, and so the longest relational path (the paper's L, the authors' --context_hops)",
        kind: Kind::Integer(1, 8),
        default: "3",
    },
    Setting {
        name: "intents",
        help: "how many intents users have (the paper's |P|, the authors' --n_factors)",
        kind: Kind::Integer(1, 256),
        default: "4",
    },
    Setting {
        name: "inverse_relations",
        help: "let each fact also speak from its tail, as a relation of its own (the authors' --inverse_r)",
        kind: Kind::Switch,
        default: "true",
    },
    Setting {
        name: "loss",
        help: "bpr: one negative a pair, as published; softmax: many shared negatives on the cosine",
        kind: Kind::Choice(&["bpr", "softmax"]),
        default: "bpr",
    },
    Setting {
        name: "negatives",
        help: "items that a batch shares as negatives, with `loss = softmax`",
        kind: Kind::Integer(1, 65_536),
        default: "1024",
    },
    Setting {
        name: "temperature",
        help: "what the cosine is divided by, with `loss = softmax`",
        kind: Kind::Number(0.01, 10.0),
        default: "0.2",
    },
    Setting {
        name: "edge_dropout",
        help: "share of triplets and of interactions dropped in each step (the authors' --node_dropout_rate)",
        kind: Kind::Share(0.0, 1.0),
        default: "0.5",
    },
    Setting {
        name: "message_dropout",
        help: "share of numbers dropped from each new vector (the authors' --mess_dropout_rate)",
        kind: Kind::Share(0.0, 1.0),
        default: "0.1",
    },
    Setting {
        name: "independence",
        help: "how the dependence between intents is measured (the authors' --ind)",
        kind: Kind::Choice(&["distance", "cosine", "mutual-information", "mutual-information-columns"]),
        default: "distance",
    },
    Setting {
        name: "independence_weight",
        help: "weight of that dependence in the loss (the paper's lambda 1, the authors' --sim_regularity)",
        kind: Kind::Number(0.0, 1000.0),
        default: "1e-4",
    },
    Setting {
        name: "l2",
        help: "weight of the squared lengths of a batch's vectors (the paper's lambda 2, the authors' --l2)",
        kind: Kind::Number(0.0, 1000.0),
        default: "1e-5",
    },
];

const PRESETS: &[Preset] = &[
    Preset {
        name: "last-fm",
        help: "the published settings for Last-FM",
        settings: "dim = 64\nlearning_rate = 1e-4\nbatch = 1024\nhops = 3\nintents = 4\nedge_dropout = 0.5\n\
                   message_dropout = 0.1\nl2 = 1e-5\nindependence = 'distance'\nindependence_weight = 1e-4\n\
                   inverse_relations = true\nloss = 'bpr'\nepochs = 1000\nevaluate_every = 10\npatience = 10",
    },
    Preset {
        name: "amazon-book",
        help: "the published settings for Amazon-Book",
        settings: "dim = 64\nlearning_rate = 1e-4\nbatch = 1024\nhops = 3\nintents = 4\nedge_dropout = 0.5\n\
                   message_dropout = 0.1\nl2 = 1e-5\nindependence = 'distance'\nindependence_weight = 1e-5\n\
                   inverse_relations = true\nloss = 'bpr'\nepochs = 1000\nevaluate_every = 10\npatience = 10",
    },
    Preset {
        name: "alibaba-ifashion",
        help: "the published settings for Alibaba-iFashion",
        settings: "dim = 64\nlearning_rate = 1e-4\nbatch = 1024\nhops = 3\nintents = 4\nedge_dropout = 0.5\n\
                   message_dropout = 0.1\nl2 = 1e-5\nindependence = 'cosine'\nindependence_weight = 1e-4\n\
                   inverse_relations = true\nloss = 'bpr'\nepochs = 1000\nevaluate_every = 10\npatience = 10",
    },
    Preset {
        name: "softmax",
        help: "not published, quicker, better where pairs are few: softmax over shared negatives, two hops, larger steps",
        settings: "hops = 2\nloss = 'softmax'\nnegatives = 1024\ntemperature = 0.2\nlearning_rate = 3e-3",
    },
];

/// Edges hold their relation in 16 bits.
const MOST_RELATIONS: usize = 1 << 16;

/// The settings; ranges and meanings stand in [`SPEC`].
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Config {
    pub dim: usize,
    pub hops: usize,
    pub intents: usize,
    pub inverse_relations: bool,
    pub loss: LossKind,
    pub negatives: usize,
    pub temperature: f64,
    pub edge_dropout: f64,
    pub message_dropout: f64,
    pub independence: Independence,
    pub independence_weight: f64,
    pub l2: f64,
}

/// The trained tables.
#[derive(Debug, Clone)]
pub struct Params {
    /// U^(0): `[n_users, d]`
    pub users: Matrix,
    /// E^(0): `[n_entities, d]`
    pub entities: Matrix,
    /// e_r: `[n_relations, d]`, inverse relations included.
    pub relations: Matrix,
    /// c_p: `[n_intents, d]`
    pub latent: Matrix,
    /// w_p: `[n_intents, n_relations]`
    pub attention: Matrix,
}

const TABLES: [&str; 5] = ["users", "entities", "relations", "latent", "attention"];

impl Params {
    fn shapes(config: &Config, n_users: usize, n_entities: usize, n_relations: usize) -> [(usize, usize); 5] {
        let d = config.dim;
        [(n_users, d), (n_entities, d), (n_relations, d), (config.intents, d), (config.intents, n_relations)]
    }

    fn from_tables(tables: [Matrix; 5]) -> Self {
        let [users, entities, relations, latent, attention] = tables;
        Self { users, entities, relations, latent, attention }
    }

    /// Uniform numbers of Glorot & Bengio's width; users and entities count as one table, as in the authors' program.
    fn random(shapes: [(usize, usize); 5], seed: u64) -> Self {
        let n_nodes = shapes[0].0 + shapes[1].0;
        let fan_in = |k: usize| if k < 2 { n_nodes } else { shapes[k].0 };
        Self::from_tables([0, 1, 2, 3, 4].map(|k| glorot(shapes[k], fan_in(k), seed, k as u64)))
    }

    fn stored(shapes: [(usize, usize); 5], stored: &dyn Fn(&str) -> Option<Matrix>) -> Result<Self, ModelError> {
        let tables = TABLES.into_iter().zip(shapes).map(|(name, shape)| stored_table(name, shape, stored));
        let tables: Vec<Matrix> = tables.collect::<Result<_, _>>()?;
        let tables: [Matrix; 5] = tables.try_into().unwrap_or_else(|_| unreachable!("five names"));
        Ok(Self::from_tables(tables))
    }

    fn tables(&self) -> [&Matrix; 5] {
        [&self.users, &self.entities, &self.relations, &self.latent, &self.attention]
    }

    fn tables_mut(&mut self) -> [&mut Matrix; 5] {
        [&mut self.users, &mut self.entities, &mut self.relations, &mut self.latent, &mut self.attention]
    }
}

/// The model: settings, graph, parameters, and room for a training step.
pub struct Kgin {
    config: Config,
    params: Params,
    graph: Graph,
    work: Workspace,
}

/// What the model reads of the data.
struct Graph {
    items_of_user: Csr,
    n_items: usize,
    /// Relations in the data, inverse ones not counted.
    n_forward_relations: usize,
    by_head: Edges,
    /// The same edges, each with its place in the order by head.
    by_tail: Edges,
    everything: RowSet,
    item_edges: ItemEdges,
}

impl Graph {
    fn new(problem: Problem<'_>, inverse_relations: bool) -> Self {
        let (by_head, by_tail) = RelationalAdjacency::by_head_and_tail(problem.graph, inverse_relations);
        let n_items = problem.train.n_items();
        let item_edges = ItemEdges::new(&by_head, n_items, problem.graph.n_relations());
        let edges =
            |a: RelationalAdjacency, places| Edges::new(a.row_starts, a.columns, &a.relations, a.n_relations, places);
        let place_by_head = by_tail.twins.clone();
        let (by_head, by_tail) = (edges(by_head, None), edges(by_tail, Some(place_by_head)));
        Self {
            items_of_user: problem.train.by_user().clone(),
            n_items,
            n_forward_relations: problem.graph.n_relations(),
            everything: RowSet::all(by_head.n_rows()),
            by_head,
            by_tail,
            item_edges,
        }
    }

    fn n_users(&self) -> usize {
        self.items_of_user.n_rows()
    }

    fn n_entities(&self) -> usize {
        self.by_head.n_rows()
    }
}

impl Kgin {
    fn build(settings: &toml::Table, problem: Problem<'_>, start: Start<'_>) -> Result<Box<dyn PairModel>, ModelError> {
        Ok(Box::new(Self::new(settings, problem, start)?))
    }

    /// Builds the model from complete settings (see [`ModelSpec::build`], which completes them).
    ///
    /// # Errors
    /// [`ModelError::BadTable`] if stored tables do not fit the data, [`ModelError::TooManyRelations`].
    ///
    /// # Panics
    /// If `settings` is not complete, or the graph has fewer entities than there are items.
    pub fn new(settings: &toml::Table, problem: Problem<'_>, start: Start<'_>) -> Result<Self, ModelError> {
        let config: Config = settings.clone().try_into().expect("complete settings were checked");
        assert!(problem.graph.n_entities() >= problem.train.n_items(), "items are the first entities");
        let n_relations = problem.graph.n_relations() * if config.inverse_relations { 2 } else { 1 };
        if n_relations > MOST_RELATIONS {
            return Err(ModelError::TooManyRelations { found: n_relations, most: MOST_RELATIONS });
        }
        let graph = Graph::new(problem, config.inverse_relations);
        let shapes = Params::shapes(&config, graph.n_users(), graph.n_entities(), n_relations);
        let params = match start {
            Start::Seed(seed) => Params::random(shapes, seed),
            Start::Tables(stored) => Params::stored(shapes, stored)?,
        };
        let work = Workspace::new(&config, &graph);
        Ok(Self { config, params, graph, work })
    }

    /// softmax(w_p) over the relations, `[n_intents, n_relations]`.
    fn attention_weights(&self) -> Matrix {
        let mut weights = self.params.attention.clone();
        for p in 0..weights.n_rows() {
            let n_relations = weights.dim();
            softmax_in_place(&mut weights.row_mut(p)[..n_relations]);
        }
        weights
    }

    /// e_p = sum_r softmax_r(w_p) e_r: `[n_intents, d]`      (eq. 1)
    fn intent_vectors(&self, weights: &Matrix) -> Matrix {
        let mut intents = Matrix::zeros(self.config.intents, self.config.dim);
        for p in 0..self.config.intents {
            let intent = intents.row_mut(p);
            for r in 0..weights.dim() {
                let weight = weights.row(p)[r];
                intent.iter_mut().zip(self.params.relations.row(r)).for_each(|(e, relation)| *e += weight * relation);
            }
        }
        intents
    }
}

impl PairModel for Kgin {
    fn spec(&self) -> &'static ModelSpec {
        &SPEC
    }

    fn sampling(&self) -> NegativeSampling {
        match self.config.loss {
            LossKind::Bpr => NegativeSampling::PerPair,
            LossKind::Softmax => NegativeSampling::Shared(self.config.negatives.min(self.graph.n_items)),
        }
    }

    fn tables(&self) -> Vec<(&'static str, &Matrix)> {
        TABLES.into_iter().zip(self.params.tables()).collect()
    }

    fn loss_and_gradient(&mut self, batch: &PairBatch, draw: Draw) -> Loss {
        self.step(batch, draw)
    }

    fn visit_gradients(&mut self, visit: &mut dyn FnMut(usize, &mut Matrix, RowGradient<'_>)) {
        let gradients = self.work.gradients();
        for (k, (table, gradient)) in self.params.tables_mut().into_iter().zip(gradients).enumerate() {
            visit(k, table, gradient);
        }
    }

    fn visit_tables(&mut self, visit: &mut dyn FnMut(usize, &mut Matrix)) {
        self.params.tables_mut().into_iter().enumerate().for_each(|(k, table)| visit(k, table));
    }

    fn represent(&mut self) -> Representation {
        self.represent_all(|_| {})
    }

    fn fold_in(&mut self) -> Box<dyn FoldIn> {
        Box::new(ItemLayers::of(self))
    }

    fn facets(&mut self) -> Option<Facets> {
        Some(self.facets_of_paths())
    }

    fn explainer(&mut self) -> Option<Box<dyn Explainer>> {
        Some(Box::new(PathExplainer::of(self)))
    }
}
