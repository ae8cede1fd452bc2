//! BPR-MF: a vector for each user and item, taken items before others.
//!
//! Rendle, Freudenthaler, Gantner, Schmidt-Thieme: "BPR: Bayesian Personalized Ranking from Implicit Feedback",
//! UAI 2009, <https://arxiv.org/abs/1205.2618>.
//!
//! -log sigma(<U_u, V_i> - <U_u, V_j>) + l2 / 2 (|U_u|^2 + |V_i|^2 + |V_j|^2), one uniform negative j a pair; by Adam
//! (the paper: plain gradient steps with item biases).

use crate::embedding::{self, Embedding, EmbeddingConfig, UserVectors};
use crate::registry::{Build, Start};
use crate::{Kind, LossKind, ModelError, ModelSpec, PairModel, Paper, Problem, Range, Scale, Setting};

/// The registry's entry.
pub(crate) const SPEC: ModelSpec = ModelSpec {
    name: "bpr-mf",
    class: "BPRMF",
    title: "BPR-MF",
    summary: "a vector for each user and item, taken items before others, one negative a pair",
    paper: Paper {
        authors: "Rendle, Freudenthaler, Gantner, Schmidt-Thieme",
        title: "BPR: Bayesian Personalized Ranking from Implicit Feedback",
        venue: "UAI 2009",
        link: "https://arxiv.org/abs/1205.2618",
    },
    settings: SETTINGS,
    training: &[("batch", "4096"), ("learning_rate", "3e-3"), ("patience", "4")],
    search: &[
        Range { name: "dim", scale: Scale::Whole(32, 256) },
        Range { name: "l2", scale: Scale::Log(1e-6, 0.1) },
        Range { name: "learning_rate", scale: Scale::Log(3e-4, 2e-2) },
    ],
    cost: Some(embedding::cost),
    new_users: "by a vector estimated from those of the history's items",
    build: Build::Pairs(build),
    ..ModelSpec::RECOMMENDER
};

const SETTINGS: &[Setting] = &[
    Setting { name: "dim", help: "numbers in a vector", kind: Kind::Integer(1, 4096), default: "64" },
    Setting {
        name: "l2",
        help: "weight of the squared lengths of a pair's vectors (the paper's lambda)",
        kind: Kind::Number(0.0, 1000.0),
        default: "1e-3",
    },
];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    dim: usize,
    l2: f64,
}

fn build(settings: &toml::Table, problem: Problem<'_>, start: Start<'_>) -> Result<Box<dyn PairModel>, ModelError> {
    let config: Config = settings.clone().try_into().expect("each setting is a field");
    let config = EmbeddingConfig {
        dim: config.dim,
        loss: LossKind::Bpr,
        negatives: 0,
        temperature: 1.0,
        l2: config.l2,
        user_vectors: UserVectors::Plain,
        facts: false,
    };
    Ok(Box::new(Embedding::new(&SPEC, config, problem, start)?))
}
