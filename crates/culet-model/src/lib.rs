//! The models of Culet, one file each, and the registry from which everything else learns about them.
//!
//! A model is composed of coarse operations of `culet-kernels`; it knows its loss and the gradient, but no optimiser,
//! no file and no terminal. Parallel work runs in the rayon pool of the caller (`pool.install`).

#![forbid(unsafe_code)]

mod error;
mod independence;
pub mod kgin;
mod mixture;
mod pair;
mod registry;
mod settings;
pub mod skipgram;

pub use error::ModelError;
pub use independence::{Independence, independence};
pub use pair::{Draw, Explanation, Facets, Loss, NegativeSampling, PairBatch, PairModel, Problem, Representation};
pub use registry::{Build, BuildNetwork, BuildPairs, Family, MODELS, ModelSpec, Paper, Preset, Start, find_model};
pub use settings::{Kind, Setting, complete_settings, nearest};
pub use skipgram::{ContextKinds, NetworkEmbedding, NetworkGradient, SkipGramModel};
