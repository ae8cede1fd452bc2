//! Models in which the items of a history speak for other items.

mod ease;
mod ease_sparse;
#[cfg(test)]
mod ease_tests;
mod elimination;
mod gram;
mod graph_rows;
mod neighbours;
mod path_weights;

pub(crate) use ease::{EaseProblem, NotDefinite, ease, ease_cost};
pub(crate) use ease_sparse::{ease_sparse, ease_sparse_cost};
pub use graph_rows::Step;
pub(crate) use graph_rows::path_rows;
pub(crate) use neighbours::{neighbours, neighbours_cost};
pub(crate) use path_weights::WeightedPaths;
