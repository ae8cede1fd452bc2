//! Link prediction: metrics, the published score, simple scores to stand beside it, and mixtures of scores.

mod baselines;
mod curve;
mod delong;
mod hadamard;
mod mixture;
mod report;

pub use baselines::{LinkBaseline, baselines};
pub use curve::{average_precision, roc_auc};
pub use delong::{auc_difference, auc_with_error};
pub use hadamard::{HadamardScores, LinkPairs, hadamard_scores};
pub use mixture::LinkMixture;
pub use report::{LinkReport, LinkRow, LinkScores, baseline_scores};
