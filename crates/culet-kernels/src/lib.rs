//! The arithmetic of Culet: tables of f32 rows and the few operations that take all the time.
//!
//! Rows are padded to a multiple of 16 numbers and aligned to 64 bytes, so that no kernel has a tail and every row
//! starts a cache line. Each kernel is one `#[inline(always)]` body compiled for several instruction sets and chosen at
//! run time (see [`Isa`]).
//!
//! Architecture invariant: no graphs, no files and no thread pools here; this is the only crate with `unsafe`.

mod isa;
mod matrix;

pub use isa::Isa;
pub use matrix::{LANES, Matrix};
