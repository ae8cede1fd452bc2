//! The registry's entries of the skip-gram models, with their settings and papers.

use super::config::{
    DEAD_END, DIRECTION, ENGINE, METAPATH, NEGATIVES, NORM_CLIP, SHARED_NEGATIVES, WALK_LENGTH, WALKS_PER_NODE,
    WEIGHTED, WINDOW, dim,
};
use crate::cost::{Cost, DataSize, Work, number, row, word};
use crate::registry::Build;
use crate::{Kind, ModelSpec, Paper, Preset, Setting};

use super::SkipGramModel;

/// DeepWalk: uniform walks, one aspect.
pub const DEEPWALK: ModelSpec = ModelSpec {
    name: "deepwalk",
    class: "DeepWalk",
    title: "DeepWalk",
    summary: "one vector for each node of a network, from random walks",
    paper: Paper {
        authors: "Perozzi, Al-Rfou, Skiena",
        title: "DeepWalk: Online Learning of Social Representations",
        venue: "KDD 2014",
        link: "https://arxiv.org/abs/1403.6652",
    },
    uses_graph: false,
    has_facets: false,
    explains: false,
    settings: &[
        dim("100"),
        WINDOW,
        WALKS_PER_NODE,
        WALK_LENGTH,
        NEGATIVES,
        SHARED_NEGATIVES,
        WEIGHTED,
        DIRECTION,
        DEAD_END,
        NORM_CLIP,
        ENGINE,
    ],
    presets: &[Preset {
        name: "published",
        help: "as the warm-up of asp2vec's authors: Adam, 2 negatives, window 3, d = 20",
        settings: DEEPWALK_PUBLISHED,
    }],
    training: &[],
    search: &[],
    cost: Some(cost),
    new_users: "",
    fold_in: None,
    build: Build::Network(SkipGramModel::build),
};

/// node2vec: walks that know where they come from.
pub const NODE2VEC: ModelSpec = ModelSpec {
    name: "node2vec",
    class: "Node2Vec",
    title: "node2vec",
    summary: "one vector for each node of a network, from walks that stay near or go far",
    paper: Paper {
        authors: "Grover, Leskovec",
        title: "node2vec: Scalable Feature Learning for Networks",
        venue: "KDD 2016",
        link: "https://arxiv.org/abs/1607.00653",
    },
    settings: &[
        dim("100"),
        WINDOW,
        P,
        Q,
        WALKS_PER_NODE,
        WALK_LENGTH,
        NEGATIVES,
        SHARED_NEGATIVES,
        WEIGHTED,
        DIRECTION,
        DEAD_END,
        NORM_CLIP,
        ENGINE,
    ],
    ..DEEPWALK
};

/// metapath2vec: walks through types in turn.
pub const METAPATH2VEC: ModelSpec = ModelSpec {
    name: "metapath2vec",
    class: "Metapath2Vec",
    title: "metapath2vec",
    summary: "one vector for each node of a typed network, from walks along a path of types",
    paper: Paper {
        authors: "Dong, Chawla, Swami",
        title: "metapath2vec: Scalable Representation Learning for Heterogeneous Networks",
        venue: "KDD 2017",
        link: "https://doi.org/10.1145/3097983.3098036",
    },
    settings: &[dim("100"), METAPATH, PATH_WINDOW, WALKS_PER_NODE, WALK_LENGTH, NEGATIVES, SHARED_NEGATIVES],
    presets: &[],
    ..DEEPWALK
};

/// asp2vec: several aspects for each node, chosen from the context.
pub const ASP2VEC: ModelSpec = ModelSpec {
    name: "asp2vec",
    class: "Asp2Vec",
    title: "asp2vec",
    summary: "several aspects for each node of a network, chosen from its context, kept apart",
    paper: Paper {
        authors: "Park, Yang, Zhu, Kim, Yu, Han",
        title: "Unsupervised Differentiable Multi-aspect Network Embedding",
        venue: "KDD 2020",
        link: "https://arxiv.org/abs/2006.04239",
    },
    has_facets: true,
    settings: &[
        dim("32"),
        ASPECTS,
        SELECTION,
        TEMPERATURE,
        READOUT,
        REGULARISATION,
        ASPECT_WEIGHT,
        ASPECT_THRESHOLD,
        WARM_UP,
        WINDOW,
        WALKS_PER_NODE,
        WALK_LENGTH,
        NEGATIVES,
        SHARED_NEGATIVES,
        WEIGHTED,
        DIRECTION,
        DEAD_END,
        METAPATH,
        AMBIGUOUS,
        NORM_CLIP,
        ENGINE,
    ],
    presets: &[Preset {
        name: "published",
        help: "as the authors' program with --isInit --isReg --isSoftmax --isGumbelSoftmax; add `--select test` for \
               their protocol",
        settings: ASP2VEC_PUBLISHED,
    }],
    ..DEEPWALK
};

/// What an epoch takes: each position of a walk meets its window and the negatives, in each aspect.
fn cost(settings: &toml::Table, _: f64, size: &DataSize) -> Cost {
    let dim = number(settings, "dim");
    let aspects = settings.get("aspects").map_or(1.0, |_| number(settings, "aspects"));
    let positions = size.nodes * number(settings, "walks_per_node") * number(settings, "walk_length");
    let negatives = match word(settings, "engine") {
        "pairs" => 2.0 * number(settings, "window") * number(settings, "negatives"),
        _ => number(settings, "shared_negatives"),
    };
    let met = 2.0 * number(settings, "window") + negatives;
    // Measured: three products and what stands between them, and choosing among aspects.
    let factor = if aspects > 1.0 { 13.0 } else { 10.0 };
    let position = Work { products: factor * met * dim * aspects, gathered: 6.0 * aspects * row(dim) };
    let tables = size.nodes * (aspects + 1.0) * row(dim);
    Cost { epoch: position.times(positions), bytes: 2e7 + 4.0 * tables + 16.0 * size.arcs, ..Cost::default() }
}

const DEEPWALK_PUBLISHED: &str = "\
dim = 20
window = 3
negatives = 2
engine = 'pairs'
direction = 'follow'
dead_end = 'stop'
norm_clip = true
batch = 50000
learning_rate = 0.003
schedule = 'constant'
epochs = 1000
evaluate_every = 1
patience = 5
stop = 'falls'
refit = false
score = 'hadamard'
";

const ASP2VEC_PUBLISHED: &str = "\
dim = 20
aspects = 5
selection = 'gumbel'
temperature = 0.5
aspect_regularization = 'batch'
aspect_weight = 0.01
aspect_threshold = 0.5
warm_up = true
window = 3
negatives = 2
engine = 'pairs'
direction = 'follow'
dead_end = 'stop'
batch = 50000
learning_rate = 0.003
schedule = 'constant'
epochs = 1000
evaluate_every = 1
patience = 5
stop = 'falls'
refit = false
score = 'hadamard'
";

const P: Setting = Setting {
    name: "p",
    help: "how unwelcome going back at once is (the paper's return parameter p)",
    kind: Kind::Number(1e-6, 1e6),
    default: "1",
};

const Q: Setting = Setting {
    name: "q",
    help: "how unwelcome going further away is (the paper's in-out parameter q)",
    kind: Kind::Number(1e-6, 1e6),
    default: "1",
};

/// Types alternate along a path, so a wide window mixes what is near with what is many steps away: on DBLP the
/// recall@20 of authors is 0.20 with 3, 0.15 with 8.
const PATH_WINDOW: Setting = Setting { default: "3", ..WINDOW };

const ASPECTS: Setting = Setting {
    name: "aspects",
    help: "context vectors of each node (the paper's K, the authors' --num_aspects); time and memory are those of the \
           next power of two",
    kind: Kind::Integer(1, 16),
    default: "4",
};

const SELECTION: Setting = Setting {
    name: "selection",
    help: "how a centre chooses among the aspects (the authors' --isSoftmax, --isGumbelSoftmax, --isNormalSoftmax, \
           --isHard)",
    kind: Kind::Choice(&["none", "softmax", "gumbel", "gumbel-hard"]),
    default: "gumbel",
};

const TEMPERATURE: Setting = Setting {
    name: "temperature",
    help: "of the Gumbel-softmax (the paper's tau, the authors' --tau_gumbel)",
    kind: Kind::Number(0.01, 100.0),
    default: "0.5",
};

const READOUT: Setting = Setting {
    name: "readout",
    help: "how the contexts of a window become one vector; sum and max with `engine = pairs` only (the authors' --pooling)",
    kind: Kind::Choice(&["mean", "sum", "max"]),
    default: "mean",
};

const REGULARISATION: Setting = Setting {
    name: "aspect_regularization",
    help: "what keeps aspects apart (the authors' --isReg): pair counts once for each pair, whatever batch and K; batch \
           adds the sum over all nodes to every step, as published, with `engine = pairs` only",
    kind: Kind::Choice(&["none", "pair", "batch"]),
    default: "pair",
};

const ASPECT_WEIGHT: Setting = Setting {
    name: "aspect_weight",
    help: "weight of that penalty (the paper's lambda, the authors' --reg_coef)",
    kind: Kind::Number(0.0, 1000.0),
    default: "0.1",
};

const ASPECT_THRESHOLD: Setting = Setting {
    name: "aspect_threshold",
    help: "|cosine| above which aspects count as alike (the paper's epsilon, the authors' --threshold)",
    kind: Kind::Number(0.0, 1.0),
    default: "0.5",
};

const WARM_UP: Setting = Setting {
    name: "warm_up",
    help: "train one vector for each node first and start all aspects from it (the authors' --isInit)",
    kind: Kind::Switch,
    default: "false",
};

const AMBIGUOUS: Setting = Setting {
    name: "ambiguous",
    help: "of a typed network: the types whose nodes choose among the aspects, joined by commas; the others count all \
           aspects evenly; empty: all types choose",
    kind: Kind::Text,
    default: "",
};
