//! Inverses of symmetric tables: dense ones whole, those with a sparse part by panels of columns.

mod inverse;
mod pivot;
mod substitution;

pub use inverse::{Indefinite, SymmetricTable};
pub use substitution::{PANEL, substitute_back, substitute_forward};

#[cfg(test)]
mod tests;
