//! What can be wrong with a file.

use std::io;
use std::path::{Path, PathBuf};

use crate::catalogue::CatalogueProblem;
use crate::cause::cause;
use crate::fetch::FetchProblem;
use crate::kgat::LineProblem;
use crate::network::{NetworkLineProblem, NetworkProblem};
use crate::places::name_of;
use crate::public::PublicSets;
use crate::run::{Damage, RunProblem};
use crate::unpack::ArchiveProblem;
use crate::vectors::VectorProblem;

/// A file or folder that cannot be used.
///
/// The message says what is wrong and where; [`DataError::hint`] says what would help.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The parts of a data set contradict each other.
    #[error(transparent)]
    Graph(#[from] culet_graph::GraphError),
    /// A setting of a generator has a value outside its range.
    #[error("`{name}` is {found}, expected {expected}")]
    BadSetting {
        /// The setting.
        name: &'static str,
        /// The value given.
        found: String,
        /// What would do.
        expected: String,
    },
    /// A line of a text file cannot be understood or contradicts another file.
    #[error("{}:{line}: {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: LineProblem,
    },
    /// A line of a file of a network cannot be understood or contradicts another file.
    #[error("{}:{line}: {problem}", path.display())]
    NetworkLine {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: NetworkLineProblem,
    },
    /// A file or folder of a network that cannot be used as a whole.
    #[error("`{}` {problem}", path.display())]
    Network {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        problem: NetworkProblem,
    },
    /// A file or folder of a catalogue that cannot be used as a whole.
    #[error("`{}` {problem}", path.display())]
    Catalogue {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        problem: CatalogueProblem,
    },
    /// The folder of a data set does not exist.
    #[error("`{}` does not exist", path.display())]
    NoFolder {
        /// The folder asked for.
        path: PathBuf,
        /// An existing folder with a similar name.
        similar: Option<PathBuf>,
    },
    /// A file stands where the folder of a data set should be.
    #[error("`{}` is a file, not a folder", path.display())]
    NotAFolder {
        /// The path asked for.
        path: PathBuf,
    },
    /// A folder without training interactions.
    #[error("`{}` is missing", path.display())]
    NoFile {
        /// The file looked for.
        path: PathBuf,
        /// A folder below that holds such a file.
        similar: Option<PathBuf>,
    },
    /// A file or folder that cannot be read.
    #[error("cannot read `{}`: {}", path.display(), cause(source))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file or folder that cannot be written.
    #[error("cannot write `{}`: {}", path.display(), cause(source))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder that must be new or empty holds something.
    #[error("`{}` exists and is not empty", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// An id or a name that the text files cannot hold.
    #[error("{what} of {kind} {index} cannot be written to a text file: `{}`", text.escape_debug())]
    Unwritable {
        /// `the id` or `the name`.
        what: &'static str,
        /// `user`, `entity` or `relation`.
        kind: &'static str,
        /// Which one.
        index: usize,
        /// The id or name.
        text: String,
    },
    /// An id that two of a kind have, in a format that tells them apart by their ids.
    #[error("{kind} {first} and {kind} {second} have the same id: `{}`", id.escape_debug())]
    SameId {
        /// `user`, `item`, `entity` or `relation`.
        kind: &'static str,
        /// The number of one.
        first: usize,
        /// The number of another.
        second: usize,
        /// Their id.
        id: String,
    },
    /// Nothing to learn from.
    #[error("data set `{name}` holds no training pair")]
    NoPairs {
        /// The name of the data set.
        name: String,
    },
    /// A user who took every item, so that no negative can be drawn.
    #[error("user `{id}` (number {user}) took all {n_items} items in training, so that no negative can be drawn")]
    TookEverything {
        /// The number of the user, from 0.
        user: u32,
        /// The external id of the user.
        id: String,
        /// The number of items.
        n_items: usize,
    },
    /// A run folder that cannot be written or read.
    #[error("`{}`{}{problem}", path.display(), problem.separator())]
    Run {
        /// The folder, or the file in it.
        path: PathBuf,
        /// What is wrong with it.
        problem: RunProblem,
    },
    /// A file that cannot be fetched.
    #[error("`{from}` {problem}")]
    Fetch {
        /// Its address or path, or the place to take it from.
        from: String,
        /// What went wrong.
        problem: FetchProblem,
    },
    /// An archive that is not unpacked.
    #[error("`{}` {problem}", path.display())]
    Archive {
        /// The archive.
        path: PathBuf,
        /// What is wrong with it.
        problem: ArchiveProblem,
    },
    /// A name that no public data set has.
    #[error("there is no public data set `{name}` in the list")]
    NoSuchSet {
        /// The name asked for.
        name: String,
        /// The most similar name.
        similar: Option<String>,
    },
    /// A list of public data sets that cannot be understood.
    #[error("`{}` is no list of data sets: {cause}", path.display())]
    BadSetList {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// Another program fetches into the same folder.
    #[error("another program fetches into `{}`", path.display())]
    InUse {
        /// The folder in which it keeps what came.
        path: PathBuf,
    },
    /// A file of vectors that cannot be written or read.
    #[error("{}", problem.at(path))]
    Vectors {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: VectorProblem,
    },
}

impl DataError {
    /// What would help, if anything is known to.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Line { problem, .. } => Some(problem.hint()),
            Self::NetworkLine { problem, .. } => Some(problem.hint()),
            Self::Network { problem, .. } => problem.hint(),
            Self::Catalogue { problem, .. } => Some(problem.hint()),
            Self::Run { problem, .. } => problem.hint(),
            Self::Vectors { problem, .. } => problem.hint(),
            Self::Fetch { problem, .. } => problem.hint(),
            Self::Archive { problem, .. } => problem.hint(),
            Self::NoSuchSet { similar: Some(name), .. } => Some(format!("did you mean `{name}`?")),
            Self::NoSuchSet { .. } => Some("`culet data list` tells the names".into()),
            Self::BadSetList { .. } => Some("the list in the sources of Culet, `sets.json`, shows the form".into()),
            Self::InUse { .. } => Some("wait for its end, or choose another folder".into()),
            Self::NoFolder { similar: Some(path), .. } | Self::NoFile { similar: Some(path), .. } => {
                Some(format!("did you mean `{}`?", path.display()))
            }
            Self::NoFolder { path, .. } if PublicSets::built_in().find(&name_of(path)).is_ok() => {
                Some(format!("`culet data get {}` fetches the public data set of this name", name_of(path)))
            }
            Self::NoFolder { .. } => Some("`culet data synth` makes a data set to try".into()),
            Self::NoFile { .. } => Some("each line of `train.txt` holds a user, then the items the user took".into()),
            Self::NotAFolder { path } => Some(format!("give the folder of the data set, {}", parent_of(path))),
            Self::Read { source, .. } => read_hint(source).map(Into::into),
            Self::Write { source, .. } => write_hint(source).map(Into::into),
            Self::NotEmpty { .. } => Some("choose another folder, or remove this one first".into()),
            Self::Unwritable { .. } => Some(
                "ids need at least one character and neither begin nor end with a blank; nothing holds line breaks; the \
                 Parquet folder of `culet data convert` holds any text"
                    .into(),
            ),
            Self::SameId { .. } => {
                Some("make them distinct, or write the layout of KGAT (`--to kgat`), which goes by numbers".into())
            }
            Self::NoPairs { .. } => Some("give at least one user with an item in `train.txt`".into()),
            Self::TookEverything { .. } => {
                Some("leave this user out of the training pairs, or tell of further items, as `item_list.txt` does in a folder".into())
            }
            Self::Graph(_) | Self::BadSetting { .. } => None,
        }
    }

    /// Whether what was given is wrong, or else the work failed: a disk that takes nothing, a network that does not answer.
    #[must_use]
    pub fn is_wrong_input(&self) -> bool {
        match self {
            Self::Write { .. } | Self::InUse { .. } => false,
            Self::Fetch { problem, .. } => problem.is_wrong_input(),
            _ => true,
        }
    }

    /// A file or folder of a network that will not do.
    pub(crate) fn network(path: &Path, problem: NetworkProblem) -> Self {
        Self::Network { path: path.into(), problem }
    }

    /// A file or folder of a catalogue that will not do.
    pub(crate) fn catalogue(path: &Path, problem: CatalogueProblem) -> Self {
        Self::Catalogue { path: path.into(), problem }
    }

    /// A line that will not do.
    pub(crate) fn network_line(path: &Path, line: usize, problem: NetworkLineProblem) -> Self {
        Self::NetworkLine { path: path.into(), line, problem }
    }

    /// A run folder, or a file in it, that will not do.
    pub(crate) fn run(path: &Path, problem: RunProblem) -> Self {
        Self::Run { path: path.into(), problem }
    }

    /// A file of a run that is not what was written.
    pub(crate) fn damaged(path: &Path, damage: Damage) -> Self {
        Self::run(path, RunProblem::Damaged(damage))
    }

    /// A file of vectors that will not do.
    pub(crate) fn vectors(path: &Path, problem: VectorProblem) -> Self {
        Self::Vectors { path: path.into(), problem }
    }

    /// A file that cannot be fetched from an address or path.
    pub(crate) fn fetch(from: &str, problem: FetchProblem) -> Self {
        Self::Fetch { from: from.into(), problem }
    }

    /// An archive that is not unpacked.
    pub(crate) fn archive(path: &Path, problem: ArchiveProblem) -> Self {
        Self::Archive { path: path.into(), problem }
    }

    /// A failure to read `path`.
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.into(), source }
    }

    /// A failure to write `path`.
    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write { path: path.into(), source }
    }
}

/// The folder of a path, as a hint shows it.
fn parent_of(path: &Path) -> String {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    format!("perhaps `{}`", parent.unwrap_or(Path::new(".")).display())
}

fn read_hint(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Some("ask for permission to read it (`ls -l` shows who may)"),
        io::ErrorKind::IsADirectory => Some("a file is expected here: move the folder away"),
        io::ErrorKind::OutOfMemory => Some("the file does not fit into memory"),
        _ => None,
    }
}

fn write_hint(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::StorageFull => Some("the disk is full: free some space, or choose a folder on another disk"),
        io::ErrorKind::QuotaExceeded => Some("your quota is used up: free some space, or choose another disk"),
        io::ErrorKind::ReadOnlyFilesystem => Some("the disk is read-only: choose a folder on another disk"),
        io::ErrorKind::PermissionDenied => Some("choose a folder that you may write to"),
        io::ErrorKind::NotFound => Some("create the folder first"),
        io::ErrorKind::IsADirectory => Some("a folder has this name: choose another name, or remove the folder"),
        io::ErrorKind::NotADirectory => Some("a part of the path is a file: choose another path"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed_write(kind: io::ErrorKind) -> (String, Option<String>) {
        let error = DataError::write(Path::new("run/tables"), kind.into());
        (error.to_string(), error.hint())
    }

    #[test]
    fn failures_to_write_name_path_cause_and_way_out() {
        let (message, hint) = failed_write(io::ErrorKind::StorageFull);
        assert_eq!(message, "cannot write `run/tables`: no storage space");
        assert_eq!(hint.unwrap(), "the disk is full: free some space, or choose a folder on another disk");
        let (message, hint) = failed_write(io::ErrorKind::ReadOnlyFilesystem);
        assert_eq!(message, "cannot write `run/tables`: read-only filesystem or storage medium");
        assert_eq!(hint.unwrap(), "the disk is read-only: choose a folder on another disk");
        let (message, hint) = failed_write(io::ErrorKind::PermissionDenied);
        assert_eq!(message, "cannot write `run/tables`: permission denied");
        assert_eq!(hint.unwrap(), "choose a folder that you may write to");
        assert_eq!(failed_write(io::ErrorKind::Interrupted).1, None);
    }

    #[test]
    fn the_number_of_the_system_error_is_left_out() {
        let error = DataError::read(Path::new("a"), io::Error::from_raw_os_error(13));
        assert_eq!(error.to_string(), "cannot read `a`: permission denied");
        assert_eq!(error.hint().unwrap(), "ask for permission to read it (`ls -l` shows who may)");
    }
}
