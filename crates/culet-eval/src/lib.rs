//! From scores to metrics: protocols for rankings, links and labels, and whether a difference is real.
//!
//! A [`Ranker`] gives the best items of users; [`evaluate_ranking`] masks what they already have and compares with what
//! was withheld; [`significance`] compares two such reports user by user. For networks, a [`LinkReport`] holds what
//! scores of pairs are worth, with [`baselines`] beside every model; [`evaluate_classification`] reads labels out of node
//! vectors, [`rank_candidates`] ranks some nodes for others, [`spherical_k_means`] groups vectors, and
//! [`overlapping_nmi`] and [`omega_index`] compare groups that may overlap.
//!
//! Architecture invariant: no files, no clocks, no threads of its own; each function that works in parallel is handed a
//! pool, and its result is the same bytes for any number of threads.

#![forbid(unsafe_code)]

mod candidates;
mod catalogue;
mod classify;
mod clusters;
mod cold;
mod covers;
mod error;
mod links;
mod logistic;
mod metrics;
mod ranker;
mod ranking;
mod report;
pub mod significance;
mod strata;

pub use candidates::{CandidateTask, rank_candidates};
pub use classify::{ClassificationProtocol, ClassificationReport, ClassificationRow, Spread, evaluate_classification};
pub use clusters::{Clusters, NO_CLUSTER, spherical_k_means};
pub use cold::cold_targets;
pub use covers::{omega_index, overlapping_nmi, overlapping_nmi_lfk};
pub use culet_kernels::Ranked;
pub use error::EvalError;
pub use links::{
    HadamardScores, LinkBaseline, LinkMixture, LinkPairs, LinkReport, LinkRow, LinkScores, auc_difference,
    auc_with_error, average_precision, baseline_scores, baselines, hadamard_scores, roc_auc,
};
pub use logistic::{DenseRows, DenseRowsF32, FeatureRows, HadamardRows, LogisticModel, LogisticRegression, TableRows};
pub use metrics::{METRICS, UserMetrics};
pub use ranker::{Excluded, PopularityRanker, ProductRanker, Ranker, RowRanker, ScoreKind, ScorePart, SumRanker};
pub use ranking::{RankingProtocol, evaluate_ranking};
pub use report::{PerItem, PerUser, RankingReport};
pub use strata::{ItemStratum, Stratum, UserStratum, item_strata, user_strata};
