//! Softmax-MF: a vector for each user and item, the taken item before many at once.
//!
//! The sampled softmax on the cosine with a temperature, as in Wu, Wang, Gao, Chen, Fu, Qiu: "On the Effectiveness of
//! Sampled Softmax Loss for Item Recommendation", TOIS 2024, <https://arxiv.org/abs/2201.02327>:
//!
//! -log( exp(c_ui / t) / (exp(c_ui / t) + sum over the shared negatives j of exp(c_uj / t)) ), c the cosine
//!
//! Beyond the paper: negatives are uniform and shared by the whole batch, those that the user took in training are left
//! out, and with `history` (the default) a user's vector is U_u + mean over the history of V_i, as in Koren (KDD 2008),
//! "Factorization Meets the Neighborhood"; a step takes the mean over a random part of it. With `facts` an item's vector is
//! V_i + mean of the vectors of the facts that it shares with other items, as in Kula (CBRecSys 2015), "Metadata Embeddings".

use crate::embedding::{self, Embedding, EmbeddingConfig, UserVectors};
use crate::registry::{Build, Start};
use crate::{Kind, LossKind, ModelError, ModelSpec, PairModel, Paper, Preset, Problem, Range, Scale, Setting};

/// The registry's entry.
pub(crate) const SPEC: ModelSpec = ModelSpec {
    name: "softmax-mf",
    class: "SoftmaxMF",
    title: "Softmax-MF",
    summary: "a vector for each user and item, the taken item before hundreds of others at once, on the cosine",
    paper: Paper {
        authors: "Wu, Wang, Gao, Chen, Fu, Qiu",
        title: "On the Effectiveness of Sampled Softmax Loss for Item Recommendation",
        venue: "TOIS 2024",
        link: "https://arxiv.org/abs/2201.02327",
    },
    uses_graph: true,
    settings: SETTINGS,
    presets: &[Preset {
        name: "facts",
        help: "with vectors of what the knowledge graph tells of items; not published",
        settings: "facts = true\nevaluate_every = 2",
    }],
    training: &[
        ("epochs", "30"),
        ("batch", "2048"),
        ("learning_rate", "5e-3"),
        ("schedule", "linear"),
        ("patience", "3"),
    ],
    search: &[
        Range { name: "temperature", scale: Scale::Log(0.05, 0.4) },
        Range { name: "learning_rate", scale: Scale::Log(1e-3, 2e-2) },
        Range { name: "history", scale: Scale::Words(&["true", "false"]) },
        Range { name: "facts", scale: Scale::Words(&["true", "false"]) },
        Range { name: "dim", scale: Scale::Whole(64, 256) },
    ],
    cost: Some(embedding::cost),
    new_users: "by the mean of the history's items, and a vector of their own estimated from those of the items",
    build: Build::Pairs(build),
    ..ModelSpec::RECOMMENDER
};

const SETTINGS: &[Setting] = &[
    Setting { name: "dim", help: "numbers in a vector", kind: Kind::Integer(1, 4096), default: "64" },
    Setting {
        name: "negatives",
        help: "items that a batch shares as negatives",
        kind: Kind::Integer(1, 65_536),
        default: "512",
    },
    Setting {
        name: "temperature",
        help: "what the cosine is divided by (the paper's tau)",
        kind: Kind::Number(0.01, 10.0),
        default: "0.15",
    },
    Setting {
        name: "history",
        help: "add the mean of the history's items to a user's vector",
        kind: Kind::Switch,
        default: "true",
    },
    Setting {
        name: "history_dropout",
        help: "share of the history left out of that mean in each step; of long histories more",
        kind: Kind::Share(0.0, 1.0),
        default: "0.5",
    },
    Setting {
        name: "facts",
        help: "add the mean of vectors of what the knowledge graph tells of an item to its vector",
        kind: Kind::Switch,
        default: "false",
    },
    Setting {
        name: "l2",
        help: "weight of the squared lengths of a pair's vectors",
        kind: Kind::Number(0.0, 1000.0),
        default: "0",
    },
];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    dim: usize,
    negatives: usize,
    temperature: f64,
    history: bool,
    history_dropout: f64,
    facts: bool,
    l2: f64,
}

fn build(settings: &toml::Table, problem: Problem<'_>, start: Start<'_>) -> Result<Box<dyn PairModel>, ModelError> {
    let config: Config = settings.clone().try_into().expect("each setting is a field");
    let config = EmbeddingConfig {
        dim: config.dim,
        loss: LossKind::Softmax,
        negatives: config.negatives,
        temperature: config.temperature,
        l2: config.l2,
        user_vectors: if config.history { UserVectors::History(config.history_dropout) } else { UserVectors::Plain },
        facts: config.facts,
    };
    Ok(Box::new(Embedding::new(&SPEC, config, problem, start)?))
}
