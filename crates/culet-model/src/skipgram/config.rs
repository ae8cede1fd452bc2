//! The settings of the skip-gram models, and what follows from them.

use culet_graph::{DeadEnd, Network, NodeTypes, WalkPlan, WalkRule};
use culet_kernels::{Diversity, Readout, Selection};

use crate::{Kind, ModelError, ModelSpec, Setting, nearest};

/// How steps are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Whole walks that share negatives, AdaGrad by row.
    Walks,
    /// Pairs sorted by centre, each with negatives of its own, Adam: as published.
    Pairs,
}

/// What becomes of the direction of edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Each node is a source and a target, with vectors of their own.
    Roles,
    /// Walks follow the edges.
    Follow,
    /// Edges count both ways.
    Ignore,
}

/// How aspects are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regularisation {
    /// Not at all.
    None,
    /// A mean over the pairs of aspects of each context that a pair names.
    Pair,
    /// A sum over all nodes in every step, as published.
    Batch,
}

/// Checked settings of a skip-gram model.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct SkipGramConfig {
    pub dim: usize,
    pub engine: Engine,
    pub direction: Direction,
    pub walks: WalkPlan,
    pub window: usize,
    pub negatives: usize,
    pub shared_negatives: usize,
    pub n_aspects: usize,
    pub selection: Selection,
    pub readout: Readout,
    pub regularisation: Regularisation,
    pub diversity: Diversity,
    pub warm_up: bool,
    /// The types whose nodes choose among the aspects; empty: all.
    pub ambiguous: Vec<String>,
    pub norm_clip: bool,
}

impl SkipGramConfig {
    /// Reads complete settings.
    pub(super) fn read(spec: &ModelSpec, settings: &toml::Table, network: &Network) -> Result<Self, ModelError> {
        let get = Values(settings);
        let temperature = get.number("temperature", 0.5) as f32;
        let selection = match get.word("selection", "none") {
            "softmax" => Selection::Softmax,
            "gumbel" => Selection::Gumbel { temperature },
            "gumbel-hard" => Selection::GumbelHard { temperature },
            _ => Selection::Even,
        };
        let engine = if get.word("engine", "walks") == "pairs" { Engine::Pairs } else { Engine::Walks };
        let regularisation = match get.word("aspect_regularization", "none") {
            "pair" => Regularisation::Pair,
            "batch" => Regularisation::Batch,
            _ => Regularisation::None,
        };
        if regularisation == Regularisation::Batch && engine == Engine::Walks {
            return Err(bad("aspect_regularization", "`batch` with engine `walks`", "`pair`, or the engine `pairs`"));
        }
        if regularisation == Regularisation::Pair && engine == Engine::Pairs {
            return Err(bad("aspect_regularization", "`pair` with engine `pairs`", "`batch`, or the engine `walks`"));
        }
        let readout = match get.word("readout", "mean") {
            "sum" => Readout::Sum,
            "max" => Readout::Max,
            _ => Readout::Mean,
        };
        if readout != Readout::Mean && engine == Engine::Walks {
            return Err(bad(
                "readout",
                format!("`{}` with engine `walks`", get.word("readout", "")),
                "`mean`, or the engine `pairs`",
            ));
        }
        let metapath = metapath(get.word("metapath", ""), network.types.as_ref())?;
        if metapath.is_some() && engine == Engine::Pairs {
            return Err(bad("engine", "`pairs` with a metapath", "`walks`"));
        }
        if spec.name == "metapath2vec" && network.types.is_none() {
            let expected = "types of nodes: ids such as `author:7`, or a table of the nodes with their types";
            return Err(bad("metapath", "asked of a network without types", expected));
        }
        if spec.name == "metapath2vec" && metapath.is_none() {
            let expected = "types joined by commas, such as `author,paper,venue,paper,author`";
            return Err(bad("metapath", "not given", expected));
        }
        let rule = match (metapath, spec.name) {
            (Some(types), _) => WalkRule::Metapath(types),
            (None, "node2vec") => WalkRule::Node2vec { p: get.number("p", 1.0), q: get.number("q", 1.0) },
            _ if network.outgoing_weights().is_some() && get.switch("weighted", true) => WalkRule::Weighted,
            _ => WalkRule::Uniform,
        };
        let ambiguous = words(get.word("ambiguous", ""));
        Ok(Self {
            dim: get.integer("dim", 100),
            engine,
            direction: match get.word("direction", "roles") {
                // A path of types says itself which way an edge is gone.
                _ if matches!(rule, WalkRule::Metapath(_)) => Direction::Ignore,
                "follow" => Direction::Follow,
                "ignore" => Direction::Ignore,
                _ => Direction::Roles,
            },
            walks: WalkPlan {
                walks_per_node: get.integer("walks_per_node", 10) as u32,
                length: get.integer("walk_length", 80) as u32,
                rule,
                dead_end: match get.word("dead_end", "stop") {
                    "stop" => DeadEnd::Stop,
                    "undirected" => DeadEnd::Undirected,
                    _ => DeadEnd::Back,
                },
            },
            window: get.integer("window", 8),
            negatives: get.integer("negatives", 1),
            shared_negatives: get.integer("shared_negatives", 32),
            n_aspects: get.integer("aspects", 1),
            selection,
            readout,
            regularisation,
            diversity: Diversity {
                weight: get.number("aspect_weight", 0.0) as f32,
                threshold: get.number("aspect_threshold", 0.5) as f32,
            },
            warm_up: get.switch("warm_up", false),
            ambiguous,
            norm_clip: get.switch("norm_clip", false),
        })
    }

    /// For each row whether it chooses among the aspects; empty: all do.
    pub(super) fn chooses(&self, types: Option<&NodeTypes>) -> Result<Vec<bool>, ModelError> {
        let Some(types) = types.filter(|_| !self.ambiguous.is_empty()) else {
            return match self.ambiguous.first() {
                Some(first) => {
                    Err(bad("ambiguous", format!("`{first}`"), "nothing: the nodes of this network have no types"))
                }
                None => Ok(Vec::new()),
            };
        };
        let mut chooses = vec![false; types.names.len()];
        for name in &self.ambiguous {
            chooses[usize::from(find_type("ambiguous", name, types)?)] = true;
        }
        Ok(types.of.iter().map(|&of| chooses[usize::from(of)]).collect())
    }
}

fn bad(name: &'static str, found: impl Into<String>, expected: impl Into<String>) -> ModelError {
    ModelError::BadSetting { name, found: found.into(), expected: expected.into() }
}

fn words(text: &str) -> Vec<String> {
    text.split([',', '-', ' ']).map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn metapath(text: &str, types: Option<&NodeTypes>) -> Result<Option<Vec<u8>>, ModelError> {
    let names = words(text);
    if names.is_empty() {
        return Ok(None);
    }
    let Some(types) = types else {
        return Err(bad("metapath", format!("`{text}`"), "nothing: the nodes of this network have no types"));
    };
    let path: Vec<u8> = names.iter().map(|name| find_type("metapath", name, types)).collect::<Result<_, _>>()?;
    if path.len() < 2 || path.first() != path.last() {
        return Err(bad("metapath", format!("`{text}`"), "a path that ends with the type it begins with"));
    }
    Ok(Some(path))
}

fn find_type(setting: &'static str, name: &str, types: &NodeTypes) -> Result<u8, ModelError> {
    types.find(name).ok_or_else(|| {
        let known = types.names.join(", ");
        let near = nearest(name, types.names.iter().map(String::as_str));
        let expected = near.map_or(format!("one of {known}"), |near| format!("one of {known}; did you mean `{near}`?"));
        bad(setting, format!("`{name}`"), expected)
    })
}

/// Complete settings by name; what a model does not have takes the value given here.
struct Values<'a>(&'a toml::Table);

impl Values<'_> {
    fn integer(&self, name: &str, otherwise: usize) -> usize {
        self.0.get(name).and_then(toml::Value::as_integer).map_or(otherwise, |value| value as usize)
    }

    fn number(&self, name: &str, otherwise: f64) -> f64 {
        self.0.get(name).and_then(toml::Value::as_float).unwrap_or(otherwise)
    }

    fn switch(&self, name: &str, otherwise: bool) -> bool {
        self.0.get(name).and_then(toml::Value::as_bool).unwrap_or(otherwise)
    }

    fn word<'a>(&'a self, name: &str, otherwise: &'a str) -> &'a str {
        self.0.get(name).and_then(toml::Value::as_str).unwrap_or(otherwise)
    }
}

/// Numbers in a vector, with the default of the model.
pub(super) const fn dim(default: &'static str) -> Setting {
    Setting { name: "dim", help: "numbers in a vector (the authors' --dim)", kind: Kind::Integer(1, 4096), default }
}

pub(super) const ENGINE: Setting = Setting {
    name: "engine",
    help: "walks: whole walks share negatives, AdaGrad, fresh walks in each epoch; pairs: as published, each pair with \
           negatives of its own, sorted by centre, the same walks in each epoch, Adam",
    kind: Kind::Choice(&["walks", "pairs"]),
    default: "walks",
};

pub(super) const DIRECTION: Setting = Setting {
    name: "direction",
    help: "of directed edges: roles gives each node a vector as source and one as target, and lets walks go to and fro \
           between them; follow lets walks follow the edges, as published; ignore takes edges both ways",
    kind: Kind::Choice(&["roles", "follow", "ignore"]),
    default: "roles",
};

pub(super) const DEAD_END: Setting = Setting {
    name: "dead_end",
    help: "where a walk that follows directed edges cannot go on: stop, as published; back along an edge that arrives; \
           undirected lets all its steps go either way",
    kind: Kind::Choice(&["stop", "back", "undirected"]),
    default: "back",
};

pub(super) const WALKS_PER_NODE: Setting = Setting {
    name: "walks_per_node",
    help: "walks from each node in an epoch (the authors' --num_walks_per_node)",
    kind: Kind::Integer(1, 10_000),
    default: "10",
};

pub(super) const WALK_LENGTH: Setting = Setting {
    name: "walk_length",
    help: "nodes in a walk (the authors' --path_length)",
    kind: Kind::Integer(2, 10_000),
    default: "80",
};

pub(super) const WINDOW: Setting = Setting {
    name: "window",
    help: "nodes before and after a centre that are its contexts (published: 3; the authors' --window_size)",
    kind: Kind::Integer(1, 32),
    default: "8",
};

pub(super) const NEGATIVES: Setting = Setting {
    name: "negatives",
    help: "uniform negatives that a pair counts (published: 2; the authors' --num_neg)",
    kind: Kind::Integer(1, 64),
    default: "1",
};

pub(super) const SHARED_NEGATIVES: Setting = Setting {
    name: "shared_negatives",
    help: "negatives that a walk shares, weighted to count as `negatives` for each pair; with `engine = walks`",
    kind: Kind::Integer(1, 1024),
    default: "32",
};

pub(super) const WEIGHTED: Setting = Setting {
    name: "weighted",
    help: "where edges have weights, step in proportion to them",
    kind: Kind::Switch,
    default: "true",
};

pub(super) const NORM_CLIP: Setting = Setting {
    name: "norm_clip",
    help: "after each epoch divide vectors longer than 1 by their length, as the authors' warm-up does",
    kind: Kind::Switch,
    default: "false",
};

pub(super) const METAPATH: Setting = Setting {
    name: "metapath",
    help: "types of nodes that a walk goes through in turn, joined by commas, such as \
           `author,paper,venue,paper,author`; walks start at nodes of the first",
    kind: Kind::Text,
    default: "",
};
