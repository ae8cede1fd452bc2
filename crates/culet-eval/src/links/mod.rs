//! Link prediction: metrics, the published score, simple scores to stand beside it, and mixtures of scores.

mod baselines;
mod curve;
mod hadamard;
mod mixture;
mod report;

pub use baselines::{LinkBaseline, baselines};
pub use curve::{average_precision, roc_auc};
pub use hadamard::{HadamardScores, LinkPairs, hadamard_scores};
pub use mixture::LinkMixture;
pub use report::{LinkReport, LinkRow, LinkScores, baseline_scores};
