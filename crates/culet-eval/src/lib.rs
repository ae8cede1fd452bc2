//! From scores to metrics: ranking protocols, their metrics for each user, and whether a difference is real.
//!
//! A [`Ranker`] gives the best items of users; [`evaluate_ranking`] masks what they already have and compares with what
//! was withheld; [`significance`] compares two such reports user by user.
//!
//! Architecture invariant: no files, no clocks, no threads of its own; each function that works in parallel is handed a
//! pool, and its result is the same bytes for any number of threads.

#![forbid(unsafe_code)]

mod catalogue;
mod error;
mod metrics;
mod ranker;
mod ranking;
mod report;
pub mod significance;

pub use culet_kernels::Ranked;
pub use error::EvalError;
pub use metrics::METRICS;
pub use ranker::{Excluded, PopularityRanker, ProductRanker, Ranker, RowRanker};
pub use ranking::{RankingProtocol, evaluate_ranking};
pub use report::{PerUser, RankingReport};
