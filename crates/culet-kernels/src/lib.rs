//! The arithmetic of Culet: tables of f32 rows and the few operations that take all the time.
//!
//! Rows are padded to a multiple of 16 numbers and aligned to 64 bytes, so that no kernel has a tail and every row
//! starts a cache line. Each kernel is one `#[inline(always)]` body compiled for several instruction sets and chosen at
//! run time (see [`Isa`]).
//!
//! Architecture invariant: no graphs, no files and no thread pools here; this is the only crate with `unsafe`.

mod adagrad;
mod adam;
mod counter;
mod dense;
mod edges;
mod gate;
mod isa;
mod lanes;
mod loss;
mod matrix;
mod normalise;
mod numeric;
mod prefetch;
mod product;
mod raise;
mod relational;
mod rowset;
mod score;
mod segment;
mod shared;
mod skipgram;
mod softmax;
mod sparse;
mod stop;
mod tile;

pub use adagrad::{PlacesByRow, adagrad_step};
pub use adam::{AdamSettings, Moments, NO_SLOT, RowGradient, adam_step};
pub use counter::{Counter, Dropout, extend_key};
pub use dense::{
    Indefinite, PANEL, SymmetricTable, solve_definite, substitute_back, substitute_forward, system_stride,
};
pub use edges::{EdgeView, Edges, KeptEdges, mark_columns};
pub use gate::{GateGradient, GateInput, GateOutput, intent_gate, intent_gate_gradient};
pub use isa::Isa;
pub use loss::{BatchGradients, BatchVectors, PairRows, pairwise_loss, squared_length_penalty};
pub use matrix::{LANES, Matrix};
pub use normalise::relational_normalise_gradient;
pub use numeric::{log_sigmoid, sigmoid, softmax_in_place};
pub use prefetch::prefetch_read;
pub use product::{View, ViewMut, add_product_ab, add_product_atb, product_abt};
pub use raise::add_scaled_exp;
pub use relational::{LayerOutput, LowerLayer, MadeBy, relational_mean, relational_mean_gradient};
pub use rowset::RowSet;
pub use score::{CoarseTable, Ranked, top_k_by_coarse, top_k_by_product, top_k_of_row};
pub use segment::{Lists, interaction_mean, sum_listed};
pub use skipgram::{
    ContextBatch, Diversity, ListedGradients, ListedSkipGram, Noise, Readout, Selection, SkipGram, WalkBatch,
    WalkGradients, aspect_diversity, aspect_lanes, skip_gram_of_pairs, skip_gram_of_walks,
};
pub use softmax::softmax_loss;
pub use sparse::SparseMatrix;
pub use stop::{StopFlag, stop_point, was_stopped};
