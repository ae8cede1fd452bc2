//! What Culet's tests compare with: fixtures of an independent implementation, difference quotients, and transcriptions
//! of the published equations in f64 that share no code with the kernels. And what they are served by: a server on this
//! machine that answers as it is told, archives made byte by byte.

#![forbid(unsafe_code)]

pub mod asp2vec;
mod differences;
mod fixtures;
pub mod kgin;
pub mod web;
mod zips;

pub use differences::{central_differences, relative_gap};
pub use fixtures::{fixture, matrix, numbers};
pub use zips::{ZipEntry, zip_of};
