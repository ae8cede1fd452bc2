//! Everything Culet reads and writes: data sets, generated catalogues, run folders.
//!
//! Architecture invariant: no model mathematics, no clock, no terminal. Bad input is an error with file and line, never
//! a panic and never a silent skip.

#![forbid(unsafe_code)]
#![allow(dead_code)]

mod atomic;
mod dataset;
mod describe;
mod error;
mod kgat;
mod run;
mod synth;

pub use dataset::Dataset;
pub use error::DataError;
