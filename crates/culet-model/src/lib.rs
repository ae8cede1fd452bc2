//! The models of Culet, one file each, and the registry from which everything else learns about them.
//!
//! A model is composed of coarse operations of `culet-kernels`; it knows its loss and the gradient, but no optimiser,
//! no file and no terminal. Parallel work runs in the rayon pool of the caller (`pool.install`).

#![forbid(unsafe_code)]

mod als;
mod auto;
mod bpr_mf;
mod cost;
mod ease;
mod ease_sparse;
mod embedding;
mod error;
mod explanation;
mod fold_in;
mod independence;
mod item_knn;
pub mod kgin;
mod lightgcn;
mod linear;
mod mixture;
mod pair;
mod popularity;
mod ranges;
mod registry;
mod rows;
mod rp3beta;
mod scorer;
mod settings;
pub mod skipgram;
mod slots;
mod softmax_mf;
mod tables;

pub use cost::{Cost, DataSize, Work};
pub use ease::{PathWeights, fit_ease};
pub use error::ModelError;
pub use explanation::{Asker, Explainer, Explanation, HistoryPart, Path, PathStep};
pub use fold_in::estimate_users;
pub use independence::{Independence, independence};
pub use linear::Step;
pub use pair::{Draw, Facets, Loss, LossKind, NegativeSampling, PairBatch, PairModel, Problem, Representation};
pub use ranges::{Range, Scale};
pub use registry::{
    Build, BuildNetwork, BuildPairs, CostOf, Family, FitClosed, FoldIn, MODELS, ModelSpec, Paper, Preset, Start,
    find_model,
};
pub use scorer::{Newcomers, Part, PartKind, Scorer};
pub use settings::{Kind, Setting, complete_settings, nearest};
pub use skipgram::{ContextKinds, NetworkEmbedding, NetworkGradient, SkipGramModel};
