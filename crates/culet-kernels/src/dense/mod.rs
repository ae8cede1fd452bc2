//! Inverses of symmetric tables: dense ones whole, those with a sparse part by panels of columns; small systems.

mod inverse;
mod pivot;
mod small;
mod substitution;

pub use inverse::{Indefinite, SymmetricTable};
pub use small::{solve_definite, system_stride};
pub use substitution::{PANEL, substitute_back, substitute_forward};

#[cfg(test)]
mod tests;
