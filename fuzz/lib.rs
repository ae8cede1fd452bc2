//! What the targets in `tests` share: inputs are counted, memory is bounded, and whole files are at hand to be altered.

#![forbid(unsafe_code)]

pub mod seeds;
mod watch;

pub use watch::Watch;
