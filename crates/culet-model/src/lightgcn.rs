//! LightGCN: vectors smoothed over who took what.
//!
//! He, Deng, Wang, Li, Zhang, Wang: "LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation",
//! SIGIR 2020, <https://arxiv.org/abs/2002.02126>.
//!
//! The layers are those of the paper, their mean scores, the loss is BPR with l2 on the vectors of layer 0, as there.
//! Deviations: larger batches by default (the result of a whole convolution serves more pairs), `loss = softmax` beside
//! the published one.

use crate::embedding::{self, Embedding, EmbeddingConfig, UserVectors};
use crate::registry::{Build, Start};
use crate::{Kind, LossKind, ModelError, ModelSpec, PairModel, Paper, Preset, Problem, Range, Scale, Setting};

/// The registry's entry.
pub(crate) const SPEC: ModelSpec = ModelSpec {
    name: "lightgcn",
    class: "LightGCN",
    title: "LightGCN",
    summary: "vectors smoothed over who took what, by linear graph convolution",
    paper: Paper {
        authors: "He, Deng, Wang, Li, Zhang, Wang",
        title: "LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation",
        venue: "SIGIR 2020",
        link: "https://arxiv.org/abs/2002.02126",
    },
    settings: SETTINGS,
    presets: &[Preset {
        name: "published",
        help: "the paper's settings: BPR, batches of 2,048, 1,000 epochs",
        settings: "dim = 64\nlayers = 3\nl2 = 1e-4\nloss = 'bpr'\nbatch = 2048\nlearning_rate = 1e-3\nepochs = 1000\n\
                   evaluate_every = 10\npatience = 50",
    }],
    training: &[("epochs", "60"), ("batch", "16384"), ("learning_rate", "1.5e-2"), ("patience", "3")],
    search: &[
        Range { name: "layers", scale: Scale::Whole(1, 4) },
        Range { name: "l2", scale: Scale::Log(1e-6, 1e-2) },
        Range { name: "learning_rate", scale: Scale::Log(1e-3, 2e-2) },
    ],
    cost: Some(embedding::cost),
    new_users: "by convolution from the history's items, and a vector of their own estimated from those of the items",
    build: Build::Pairs(build),
    ..ModelSpec::RECOMMENDER
};

const SETTINGS: &[Setting] = &[
    Setting { name: "dim", help: "numbers in a vector", kind: Kind::Integer(1, 4096), default: "64" },
    Setting { name: "layers", help: "convolutions (the paper's K)", kind: Kind::Integer(0, 16), default: "3" },
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
        default: "0.15",
    },
    Setting {
        name: "l2",
        help: "weight of the squared lengths of a pair's vectors of layer 0 (the paper's lambda)",
        kind: Kind::Number(0.0, 1000.0),
        default: "1e-3",
    },
];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    dim: usize,
    layers: usize,
    loss: LossKind,
    negatives: usize,
    temperature: f64,
    l2: f64,
}

fn build(settings: &toml::Table, problem: Problem<'_>, start: Start<'_>) -> Result<Box<dyn PairModel>, ModelError> {
    let config: Config = settings.clone().try_into().expect("each setting is a field");
    let config = EmbeddingConfig {
        dim: config.dim,
        loss: config.loss,
        negatives: config.negatives,
        temperature: config.temperature,
        l2: config.l2,
        user_vectors: UserVectors::Convolution(config.layers),
        facts: false,
    };
    Ok(Box::new(Embedding::new(&SPEC, config, problem, start)?))
}
