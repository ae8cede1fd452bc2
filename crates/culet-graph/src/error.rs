//! What can be wrong with a graph.

/// An inconsistency between the parts of a graph.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// An id lies outside its table.
    #[error("{what} {id} is out of range: there are {count}, so the largest id is {}", count.saturating_sub(1))]
    OutOfRange {
        /// The kind of id: `user`, `item`, `entity` or `relation`.
        what: &'static str,
        /// The id found.
        id: u32,
        /// How many of the kind there are.
        count: usize,
    },
    /// More rows or edges than 32-bit offsets can address.
    #[error("{count} {what} are too many: at most {} fit", u32::MAX)]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        count: usize,
    },
    /// A weight that is negative or no number.
    #[error("edge {edge} has weight {weight}, expected a positive number")]
    BadWeight {
        /// The position of the edge in the list, from 0.
        edge: usize,
        /// Its weight.
        weight: f32,
    },
    /// Weights of repeated edges that add up to infinity.
    #[error("the weights of repeated edges add up to more than fits")]
    WeightsOverflow,
    /// No walk leaves its start.
    #[error("the network has no edges, so no walk leaves its start")]
    NoEdges,
    /// A setting of walks outside of its range.
    #[error("`{name}` is {value}, expected a number from {least} to {most}")]
    WalkSetting {
        /// The name of the setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The least possible value.
        least: f64,
        /// The largest possible value.
        most: f64,
    },
    /// A metapath over nodes of one kind.
    #[error("a metapath needs types of nodes, but this network has none")]
    UntypedNodes,
    /// A metapath that goes nowhere.
    #[error("a metapath names two types at least, this one {count}")]
    ShortMetapath {
        /// How many types it names.
        count: usize,
    },
    /// A metapath that cannot be repeated.
    #[error("the metapath begins with type `{first}` and ends with `{last}`")]
    OpenMetapath {
        /// The name of its first type.
        first: String,
        /// The name of its last type.
        last: String,
    },
    /// A step of a metapath that no node can take.
    #[error("no edge leads from a node of type `{from}` to one of type `{to}`")]
    TypesNotJoined {
        /// The name of the type that the step leaves.
        from: String,
        /// The name of the type that it should reach.
        to: String,
    },
}

impl GraphError {
    /// The way out, where one is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UntypedNodes => Some("take uniform walks, or give the nodes types".to_owned()),
            Self::ShortMetapath { .. } | Self::OpenMetapath { .. } => {
                Some("a metapath is a cycle: name its first type again at its end".to_owned())
            }
            Self::TypesNotJoined { .. } => {
                Some("name types that edges join; in a directed network, walks may take edges either way".to_owned())
            }
            _ => None,
        }
    }
}
