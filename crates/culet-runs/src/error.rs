//! Why a run cannot be made, or runs cannot be put beside each other.

use std::io;
use std::path::PathBuf;

use crate::RangeProblem;
use culet_data::DataError;
use culet_eval::{EvalError, METRICS};
use culet_model::ModelError;
use culet_train::{CompareError, StoredError, TrainError};

/// Why a run cannot be made, or runs cannot be put beside each other.
///
/// [`in_full`](culet_data::in_full) tells it with its causes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunsError {
    /// Data that do not fit, or a folder that cannot be read or written.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Settings that do not fit.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// An evaluation that is not possible.
    #[error(transparent)]
    Evaluation(#[from] EvalError),
    /// A training that cannot start or go on.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A training whose numbers grew beyond all bounds, of which a good state is kept.
    #[error("{source}")]
    Diverged {
        /// Its folder.
        path: PathBuf,
        /// What became no number, and when.
        source: TrainError,
    },
    /// A run folder that does not answer.
    #[error(transparent)]
    Stored(#[from] StoredError),
    /// A user who took every item: no negative can be drawn.
    #[error("user `{user}` took every item in training, so that no negative can be drawn")]
    TookEverything {
        /// By the external id.
        user: String,
    },
    /// A training that would take far more memory than is free.
    #[error("{}", crate::room::needs(model, *needed_bytes, *free_bytes))]
    TooLarge {
        /// The model.
        model: &'static str,
        /// What it is estimated to take beside the data.
        needed_bytes: u64,
        /// What is free.
        free_bytes: u64,
    },
    /// A training whose folder would take far more of the disk than is free.
    #[error("{}", crate::room::needs_disk(path, *needed_bytes, *free_bytes))]
    TooLargeForDisk {
        /// The place of the folder.
        path: PathBuf,
        /// What it is estimated to take, with what is kept to go on from.
        needed_bytes: u64,
        /// What is free.
        free_bytes: u64,
        /// What it would take if nothing were kept to go on from, where something is.
        without_checkpoints_bytes: Option<u64>,
    },
    /// Runs that cannot be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// Two runs of different data, say.
    #[error("`{left}` and `{right}` cannot be compared: {source}")]
    NotComparable {
        /// One folder.
        left: String,
        /// The other.
        right: String,
        /// Why not.
        source: Box<CompareError>,
    },
    /// Less than two runs.
    #[error("{n} {} to compare", if *n == 1 { "run is too few" } else { "runs are too few" })]
    TooFewRuns {
        /// How many were given.
        n: usize,
    },
    /// A run of data without a test part.
    #[error("`{}` was made from data without a test part, so there is nothing to compare", path.display())]
    NoTestPart {
        /// The folder.
        path: PathBuf,
    },
    /// A data set without a test part.
    #[error("`{data}` has no test part to judge models by")]
    NothingToJudgeBy {
        /// Its name.
        data: String,
    },
    /// Where to search, in words that make no sense.
    #[error(transparent)]
    Range(RangeProblem),
    /// A search that would look at the test part.
    #[error("a search never looks at the test part, and `select` is `test`")]
    SelectsOnTest,
    /// A metric that nothing is judged by.
    #[error("there is no metric `{name}`")]
    NoMetric {
        /// As given.
        name: String,
    },
    /// A search without a trial whose loss stayed a number.
    #[error("the loss became no number in every trial")]
    NoNumber,
    /// A place that is taken by something else.
    #[error("`{}` exists, and holds no {what}", path.display())]
    HoldsNone {
        /// The place.
        path: PathBuf,
        /// `search` or `leaderboard`.
        what: &'static str,
    },
    /// A folder of the same kind that is about something else.
    #[error("`{}` holds another {what}: {}", path.display(), crate::claim::told(differences))]
    HoldsAnother {
        /// The folder.
        path: PathBuf,
        /// `search` or `leaderboard`.
        what: &'static str,
        /// What differs, such as `` `seed` was 0, is 1``.
        differences: Vec<String>,
    },
    /// A folder that another program writes into.
    #[error("another program is at work in `{}`", path.display())]
    AtWork {
        /// The folder.
        path: PathBuf,
    },
    /// A place in a folder that does not exist.
    #[error("the folder above `{}` does not exist", path.display())]
    NothingAbove {
        /// The place.
        path: PathBuf,
    },
    /// A run of another model than is trained.
    #[error("`{}` is a run of `{found}`, and `{expected}` is to start from it", path.display())]
    OtherModel {
        /// The run.
        path: PathBuf,
        /// Its model.
        found: String,
        /// The model that is trained.
        expected: &'static str,
    },
    /// Parameters that do not fit those of the training.
    #[error("the table `{table}` of `{}` is {} x {}, and the training asks for {} x {}", path.display(), found.0, found.1,
        expected.0, expected.1)]
    OtherShape {
        /// The run.
        path: PathBuf,
        /// The table.
        table: String,
        /// Its rows and columns.
        found: (usize, usize),
        /// Those that the training has.
        expected: (usize, usize),
    },
    /// A line that is no trial.
    #[error("{}:{line}: {problem}", path.display())]
    BadTrial {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// A half-written line that cannot be taken away.
    #[error("cannot cut the half-written last line off `{}`", path.display())]
    HalfLine {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl RunsError {
    /// What would help.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Data(error) => return error.hint(),
            Self::Model(error) => return error.hint(),
            Self::Evaluation(error) => return error.hint(),
            Self::Train(error) => return error.hint(),
            Self::Diverged { path, .. } => {
                let path = path.display();
                return Some(format!(
                    "the same settings lead there again, from `culet resume {path}` too; a new training with `--init {path}` \
                     and a lower `--learning-rate` starts from the best epoch that is kept there"
                ));
            }
            Self::Stored(error) => return error.hint(),
            Self::Compare(error) => return error.hint(),
            Self::NotComparable { source, .. } => return source.hint(),
            Self::Range(problem) => return problem.hint(),
            Self::NoMetric { .. } => {
                let known = METRICS.join(", ");
                return Some(format!("there are {known}, each with a length of the lists: `ndcg@10`"));
            }
            Self::SelectsOnTest => {
                "leave it out; as published, `culet train MODEL DATA --select test` selects the epoch on the test part"
            }
            Self::TooLarge { model, .. } => return Some(format!("free some, {}", crate::room::way_out(model))),
            Self::TooLargeForDisk { without_checkpoints_bytes, .. } => {
                return Some(crate::room::way_out_of_disk(*without_checkpoints_bytes));
            }
            Self::TookEverything { .. } => "leave that user out; there is nothing to recommend to them",
            Self::NothingToJudgeBy { .. } => "`culet data split` makes one",
            Self::TooFewRuns { .. } => "give two run folders or more",
            Self::NoTestPart { .. } => "`culet data split` makes a test part",
            Self::NoNumber => "a preset may have a lower learning rate",
            Self::HoldsNone { .. } => "choose another `--out`",
            Self::HoldsAnother { .. } => "choose another `--out`, or repeat the command that began it",
            Self::AtWork { .. } => "wait until it is done, or choose another `--out`",
            Self::NothingAbove { .. } => "create it first, or choose another `--out`",
            Self::OtherModel { expected, .. } => {
                return Some(format!(
                    "start from a run of `{expected}`: what another model learned means nothing to it"
                ));
            }
            Self::OtherShape { .. } => {
                "give the settings of that run (its `manifest.json` tells them), such as `--dim`"
            }
            Self::BadTrial { .. } => "remove the lines from there on; their trials are made again",
            Self::HalfLine { .. } => return None,
        };
        Some(hint.to_owned())
    }

    /// Whether what was given is wrong (data, settings, a place), or else the work failed.
    #[must_use]
    pub fn is_wrong_input(&self) -> bool {
        match self {
            Self::Data(error) => error.is_wrong_input(),
            Self::Train(error) => error.is_wrong_input(),
            Self::Stored(error) => error.is_wrong_input(),
            Self::Compare(error) => error.is_wrong_input(),
            Self::NotComparable { source, .. } => source.is_wrong_input(),
            Self::NoNumber | Self::HalfLine { .. } | Self::Diverged { .. } => false,
            Self::Model(_)
            | Self::Evaluation(_)
            | Self::TookEverything { .. }
            | Self::TooLarge { .. }
            | Self::TooLargeForDisk { .. }
            | Self::Range(_)
            | Self::SelectsOnTest
            | Self::NoMetric { .. }
            | Self::TooFewRuns { .. }
            | Self::NoTestPart { .. }
            | Self::NothingToJudgeBy { .. }
            | Self::HoldsNone { .. }
            | Self::HoldsAnother { .. }
            | Self::AtWork { .. }
            | Self::NothingAbove { .. }
            | Self::OtherModel { .. }
            | Self::OtherShape { .. }
            | Self::BadTrial { .. } => true,
        }
    }
}
