//! The training loop of Culet: batches, optimiser state, selection, early stop, history.
//!
//! The loop knows no terminal and no file: it tells an [`Observer`] what happens and asks it whether to go on.

#![forbid(unsafe_code)]

mod batches;
mod blend;
mod board;
mod compare;
mod control;
mod error;
mod estimate;
mod faithfulness;
mod findings;
mod fold_in;
mod network;
mod observer;
mod optimiser;
mod options;
mod ranking;
mod search;
mod state;
mod store;
mod trainer;

pub use blend::{BlendPart, BlendReport, GraphPath};
pub use board::{BoardEntry, ColdReport, GraphKind, board_entries, judge_cold};
pub use compare::{CONFIDENCE, CompareError, Comparison, check_same_data, compare_users, mean_intervals};
pub use error::TrainError;
pub use estimate::{DiskBytes, Estimate, Speed, bytes_beside_data, disk_bytes, estimate, estimates};
pub use faithfulness::{Faithfulness, Removal, measure_faithfulness};
pub use findings::{Chosen, Finding, Spread, findings, n_best, ranked_trials};
pub use fold_in::FoldedUsers;
pub use network::{
    Common, GroupReport, GroupRow, LikelyLink, LinkReasons, LinkScore, LinkScorer, LinkSets, LinkTerm, LinkTerms,
    NETWORK_TRAINING, NO_GROUP, NetworkOutcome, NetworkRunFacts, NetworkTables, NetworkTrainOptions, NodeFacet,
    NodeGroup, NodeGroups, ScoreKind, StopRule, StoredNetworkRun, kept_network_parameters, network_run_contents,
    train_network, train_network_from, withheld,
};
pub use observer::{EpochRecord, Event, Juncture, Observer, Silent};
pub use options::{Schedule, Select, TRAINING, TrainOptions, divide_settings, training_settings};
pub use ranking::Wanted;
pub use search::{Search, SearchMethod, Trial, TrialData, best_trial};
pub use state::{
    Beginning, BestEpoch, BlendProgress, Falls, Progress, Selected, StoredState, TrainingState, TriedSettings,
};
pub use store::{DerivedTables, Part, RunFacts, StoredError, StoredRun, run_contents};
pub use trainer::{Outcome, Seconds, TrainData, train, train_from};
