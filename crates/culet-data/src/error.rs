//! What can be wrong with a file.

/// A file or folder that cannot be used, with what would help.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The parts of a data set contradict each other.
    #[error(transparent)]
    Graph(#[from] culet_graph::GraphError),
}
