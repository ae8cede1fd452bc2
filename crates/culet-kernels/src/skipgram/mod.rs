//! Skip-gram with negative sampling, with one context vector for each node or one for each of several aspects.
//!
//! Two forms of one computation: [`skip_gram_of_walks`] takes whole walks that share a few negatives, which is fast;
//! [`skip_gram_of_pairs`] takes any list of pairs, each with negatives of its own, as the published programs do.

mod diversity;
mod lanes;
mod listed;
mod selection;
#[cfg(test)]
mod tests;
mod walks;

pub use diversity::{Diversity, aspect_diversity};
pub use lanes::aspect_lanes;
pub use listed::{ContextBatch, ListedGradients, ListedSkipGram, Noise, Readout, skip_gram_of_pairs};
pub use selection::Selection;
pub use walks::{SkipGram, WalkBatch, WalkGradients, skip_gram_of_walks};
