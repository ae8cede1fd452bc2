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
}
