//! What fitting a model takes, before it is tried: work and memory from the counts of the data.
//!
//! An estimate is a formula of a line or two for each model, with a factor that was measured: good to about a factor of
//! two, which tells minutes from hours and megabytes from what a machine does not have.

use culet_graph::Network;

use crate::Problem;

/// The counts that a cost depends on; those of the other family are 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DataSize {
    /// Users.
    pub users: f64,
    /// Items.
    pub items: f64,
    /// Entities, items included.
    pub entities: f64,
    /// Distinct pairs to learn from.
    pub pairs: f64,
    /// The sum of squared numbers of items over the users: how many times an item is met beside an item.
    pub together: f64,
    /// Users and items with more than a dozen pairs: about those that sparse elimination leaves.
    pub busy: [f64; 2],
    /// Distinct facts.
    pub triplets: f64,
    /// Nodes of a network.
    pub nodes: f64,
    /// Edges of a network, each direction that can be walked counted.
    pub arcs: f64,
}

impl DataSize {
    /// The counts of a catalogue.
    #[must_use]
    pub fn of_catalogue(problem: Problem<'_>) -> Self {
        let Problem { train, graph } = problem;
        let of_users = train.user_degrees();
        let busy = |degrees: &[u32]| degrees.iter().filter(|&&degree| degree > 12).count() as f64;
        Self {
            users: train.n_users() as f64,
            items: train.n_items() as f64,
            entities: graph.n_entities() as f64,
            pairs: train.n_pairs() as f64,
            together: of_users.iter().map(|&degree| f64::from(degree).powi(2)).sum(),
            busy: [busy(&of_users), busy(&train.item_degrees())],
            triplets: graph.triplets().len() as f64,
            ..Self::default()
        }
    }

    /// The counts of a network.
    #[must_use]
    pub fn of_network(network: &Network) -> Self {
        Self { nodes: network.n_nodes() as f64, arcs: network.outgoing().columns().len() as f64, ..Self::default() }
    }
}

/// Work of two kinds, which add up: numbers are not multiplied while rows are waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Work {
    /// Multiply-adds of dense products.
    pub products: f64,
    /// Bytes of rows that are read from or written to any place of a table.
    pub gathered: f64,
}

impl Work {
    /// Dense products alone.
    pub(crate) fn products(products: f64) -> Self {
        Self { products, gathered: 0.0 }
    }

    /// Rows alone.
    pub(crate) fn gathered(gathered: f64) -> Self {
        Self { products: 0.0, gathered }
    }

    /// So many times as much.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { products: factor * self.products, gathered: factor * self.gathered }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { products: self.products + other.products, gathered: self.gathered + other.gathered }
    }
}

/// What fitting a model takes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    /// Once: all of it, for a model that is fitted at once.
    pub once: Work,
    /// In every epoch.
    pub epoch: Work,
    /// Bytes beside the data, at the peak.
    pub bytes: f64,
}

impl Cost {
    /// Of a model that learns by steps of so many pairs.
    pub(crate) fn by_steps(step: Work, pair: Work, batch: f64, size: &DataSize, bytes: f64) -> Self {
        let epoch = step.times((size.pairs / batch).ceil()).and(pair.times(size.pairs));
        Self { epoch, bytes, ..Self::default() }
    }

    /// Of a model that is fitted at once.
    pub(crate) fn at_once(once: Work, bytes: f64) -> Self {
        Self { once, bytes, ..Self::default() }
    }
}

/// A setting that is a number; complete settings have it.
pub(crate) fn number(settings: &toml::Table, name: &str) -> f64 {
    let value = settings.get(name);
    let number = value.and_then(|value| value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64)));
    number.unwrap_or_else(|| panic!("`{name}` is a number"))
}

/// A setting that may be absent or no number.
pub(crate) fn word<'a>(settings: &'a toml::Table, name: &str) -> &'a str {
    settings.get(name).and_then(toml::Value::as_str).unwrap_or_default()
}

/// A row of f32.
pub(crate) fn row(dim: f64) -> f64 {
    4.0 * (dim / 16.0).ceil() * 16.0
}

/// The part of the histories' pairs that steps of so many pairs read, each for all users in it.
pub(crate) fn histories_of_step(size: &DataSize, batch: f64) -> f64 {
    (batch * size.together / size.pairs.max(1.0)).min(size.pairs)
}

/// Adam's step over tables of so many bytes: the numbers, both moments and the gradient, read or written in a row; the
/// factor is measured.
pub(crate) fn adam(table_bytes: f64) -> Work {
    Work::gathered(5.0 * table_bytes)
}

/// The loss of a pair: its vectors and their gradients, several times; each negative of a softmax costs three products and
/// the exponential. The factors are measured.
pub(crate) fn loss(dim: f64, softmax_negatives: f64) -> Work {
    Work { products: 5.0 * softmax_negatives * dim, gathered: 50.0 * row(dim) }
}

/// Weights between items, each with so many at most, as a scorer keeps them while it is judged: by source, and by target.
pub(crate) fn weights_bytes(size: &DataSize, keep: f64) -> f64 {
    24.0 * size.items * keep.min(size.items)
}
