//! Which files make a network, and what a path holds.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::data::LinkParts;
use super::unpack::Input;
use super::{NetworkOptions, NetworkProblem};
use crate::DataError;
use crate::catalogue::find_format;
use crate::places::{children, name_of, similar};

/// Endings of text files, before one of a packed file.
const ENDINGS: &[&str] = &["tsv", "csv", "txt", "edges", "edgelist", "el", "ssv", "tab", "dat"];

/// Endings of Parquet and Arrow tables, which may stand in the place of text files.
const TABLES: &[&str] = &["parquet", "arrow", "feather", "arrows", "ipc"];

/// Endings of packed files.
const PACKED: &[&str] = &["gz", "zst"];

/// What the negatives of a published split are called where they include reversed edges.
const DIRECTED_NEGATIVES: &str = "test_edges_neg_directed";

/// What kind of data set a path holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataKind {
    /// Users, items and facts about them: a folder with `train.txt`, or any other of the
    /// [formats](crate::read_catalogue).
    Catalogue,
    /// Nodes and edges: a folder with `edges.tsv` or `train_edges.tsv`, or a file.
    Network,
}

/// Finds out what kind of data set a path holds, by names and first lines.
///
/// A folder is a network if it holds `train_edges` or `edges` with an ending of text files, or of Parquet or Arrow tables,
/// packed or not. A text table is one unless its header names users and items; a Parquet or Arrow table if its columns
/// name both ends of edges, and not users and items. What else any [format](crate::read_catalogue) of catalogues knows is a
/// catalogue.
///
/// # Errors
/// A path that does not exist, with a similar one that does; a folder that holds neither or both.
pub fn detect(path: &Path) -> Result<DataKind, DataError> {
    if !is_folder(path)? {
        let is_catalogue = find_format(path)?.is_some();
        return Ok(if is_catalogue { DataKind::Catalogue } else { DataKind::Network });
    }
    let folder = Folder::list(path)?;
    let edges = folder.edges()?;
    match (folder.holds("train.txt"), edges) {
        (true, None) => Ok(DataKind::Catalogue),
        (false, Some(_)) => Ok(DataKind::Network),
        (true, Some(edges)) => Err(DataError::network(path, NetworkProblem::BothKinds { edges: edges.name() })),
        (false, None) if find_format(path)?.is_some() => Ok(DataKind::Catalogue),
        (false, None) => Err(DataError::network(path, NetworkProblem::NoData { similar: folder.similar() })),
    }
}

/// The files of a network, `None` where one is missing.
#[derive(Debug, Clone)]
pub(super) struct Inputs {
    pub(super) name: String,
    pub(super) edges: Input,
    /// In the order of [`LinkParts::NAMES`].
    pub(super) parts: [Option<Input>; 5],
    /// The test negatives of a directed network.
    pub(super) directed_negatives: Option<Input>,
    pub(super) nodes: Option<Input>,
    pub(super) labels: Option<Input>,
    /// The original id of each node.
    pub(super) index: Option<Input>,
    pub(super) meta: Option<Input>,
    /// Files that are not used.
    pub(super) notes: Vec<String>,
}

impl Inputs {
    /// The files at a path: an edge list, or what a folder holds.
    ///
    /// # Errors
    /// A path that does not exist, a folder without edges, two files for one thing.
    pub(super) fn find(path: &Path, options: &NetworkOptions) -> Result<Self, DataError> {
        let mut inputs = if is_folder(path)? {
            Self::in_folder(&Folder::list(path)?, options)?
        } else {
            Self::alone(Input::file(path.into()))
        };
        let chosen = |path: &Option<PathBuf>| path.clone().map(Input::file);
        inputs.nodes = chosen(&options.nodes).or(inputs.nodes);
        inputs.labels = chosen(&options.labels).or(inputs.labels);
        Ok(inputs)
    }

    /// An edge list without anything beside it.
    pub(super) fn alone(edges: Input) -> Self {
        let name = edges.name();
        Self {
            name: stem(&name).unwrap_or(&name).to_owned(),
            edges,
            parts: Default::default(),
            directed_negatives: None,
            nodes: None,
            labels: None,
            index: None,
            meta: None,
            notes: Vec::new(),
        }
    }

    /// The same error with a row in the place of a line, where it is one of a table without lines.
    pub(super) fn in_rows(&self, error: DataError) -> DataError {
        let beside = [&self.directed_negatives, &self.nodes, &self.labels, &self.index];
        let mut all = self.parts.iter().chain(beside).flatten().chain([&self.edges]);
        match error {
            DataError::NetworkLine { path, line, problem }
                if all.any(|input| input.path == path && input.is_foreign().unwrap_or(false)) =>
            {
                let problem = NetworkProblem::Row { row: line.saturating_sub(1), problem };
                DataError::Network { path, problem }
            }
            error => error,
        }
    }

    /// The files of a folder.
    pub(super) fn in_folder(folder: &Folder, options: &NetworkOptions) -> Result<Self, DataError> {
        let no_edges = || DataError::network(&folder.path, NetworkProblem::NoNetwork { similar: folder.similar() });
        let edges = folder.edges()?.ok_or_else(no_edges)?;
        let mut notes = Vec::new();
        if let Some(whole) = folder.find("edges")?.filter(|whole| whole.path != edges.path) {
            notes.push(format!("`{}` is not used, as `{}` stands beside it", whole.name(), edges.name()));
        }
        let mut parts = <[Option<Input>; 5]>::default();
        for (part, name) in parts.iter_mut().zip(LinkParts::NAMES) {
            *part = folder.find(name)?;
        }
        let is_labels = |stem: &str| stem == "labels" || stem.ends_with("_labels");
        let nodes = folder.find("nodes")?;
        let mut index = folder.find("node_index")?;
        if let (Some(nodes), Some(other)) = (&nodes, &index) {
            notes.push(format!("`{}` is not used, as `{}` stands beside it", other.name(), nodes.name()));
            index = None;
        }
        Ok(Self {
            name: name_of(&folder.path),
            edges,
            parts,
            directed_negatives: folder.find(DIRECTED_NEGATIVES)?,
            nodes,
            labels: if options.labels.is_some() { None } else { folder.find_by(is_labels)? },
            index,
            meta: folder.files.iter().find(|input| input.name() == "meta.json").cloned(),
            notes,
        })
    }
}

/// The files of a folder, by name.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    files: Vec<Input>,
}

impl Folder {
    /// The files on the disk.
    fn list(path: &Path) -> Result<Self, DataError> {
        let failed = |error| DataError::read(path, error);
        let mut paths = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if !path.is_dir() {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(Self { path: path.into(), files: paths.into_iter().map(Input::file).collect() })
    }

    /// Files that lie nowhere.
    pub(super) fn in_memory(path: &Path, files: &[(&str, &[u8])]) -> Self {
        let input = |&(name, bytes): &(&str, &[u8])| Input::bytes(path.join(name), bytes.to_vec());
        Self { path: path.into(), files: files.iter().map(input).collect() }
    }

    fn holds(&self, name: &str) -> bool {
        self.files.iter().any(|input| input.name() == name)
    }

    fn edges(&self) -> Result<Option<Input>, DataError> {
        Ok(match self.find("train_edges")? {
            Some(edges) => Some(edges),
            None => self.find("edges")?,
        })
    }

    /// The text file or table of this name, whatever its ending.
    fn find(&self, name: &str) -> Result<Option<Input>, DataError> {
        self.find_by(|stem| stem == name)
    }

    fn find_by(&self, wanted: impl Fn(&str) -> bool) -> Result<Option<Input>, DataError> {
        let mut found = self.files.iter().filter(|input| stem(&input.name()).is_some_and(&wanted));
        match (found.next(), found.next()) {
            (Some(first), Some(second)) => {
                let (first, second) = (first.name(), second.name());
                Err(DataError::network(&self.path, NetworkProblem::Ambiguous { first, second }))
            }
            (found, _) => Ok(found.cloned()),
        }
    }

    /// What in a folder without a network may be meant: a folder that is one, or else the only text file.
    fn similar(&self) -> Option<PathBuf> {
        if self.holds("train.txt") {
            return None;
        }
        let is_network = |path: &PathBuf| Self::list(path).is_ok_and(|inner| matches!(inner.edges(), Ok(Some(_))));
        let mut inner = children(&self.path, Path::is_dir);
        inner.retain(is_network);
        let texts = self.files.iter().filter(|input| is_text_file(&input.name()));
        let mut texts = texts.filter(|input| !input.name().to_ascii_lowercase().starts_with("readme"));
        let only = texts.next().filter(|_| texts.next().is_none());
        inner.into_iter().next().or_else(|| only.map(|input| input.path.clone()))
    }
}

/// Whether a path is a folder.
fn is_folder(path: &Path) -> Result<bool, DataError> {
    match fs::metadata(path) {
        Ok(found) => Ok(found.is_dir()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(DataError::NoFolder { path: path.into(), similar: similar(path, |_| true) })
        }
        Err(error) => Err(DataError::read(path, error)),
    }
}

/// The name of a text file, or of a Parquet or Arrow table, without its endings; none for other files.
fn stem(name: &str) -> Option<&str> {
    let name = without_ending(name, PACKED).unwrap_or(name);
    match without_ending(name, ENDINGS).or_else(|| without_ending(name, TABLES)) {
        Some(stem) => Some(stem),
        None => (!name.contains('.')).then_some(name),
    }
}

fn is_text_file(name: &str) -> bool {
    without_ending(without_ending(name, PACKED).unwrap_or(name), ENDINGS).is_some()
}

fn without_ending<'a>(name: &'a str, endings: &[&str]) -> Option<&'a str> {
    let (stem, ending) = name.rsplit_once('.')?;
    (!stem.is_empty() && endings.iter().any(|known| ending.eq_ignore_ascii_case(known))).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(names: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for name in names {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "0 1\n").unwrap();
        }
        root
    }

    fn words(error: &DataError, root: &tempfile::TempDir) -> (String, String) {
        let folder = root.path().display().to_string();
        (error.to_string().replace(&folder, "ROOT"), error.hint().unwrap().replace(&folder, "ROOT"))
    }

    #[test]
    fn names_lose_the_endings_of_text_files_only() {
        let found = ["edges.tsv", "edges.csv.gz", "edges.TXT.zst", "edges", "edges.gz", "edges.parquet", "a.b.tsv"];
        assert_eq!(found.map(stem), ["edges", "edges", "edges", "edges", "edges", "edges", "a.b"].map(Some));
        assert_eq!(["edges.npy", "edges.tsv~", "edges.tsv.md5", ".tsv", "edges.parquet~"].map(stem), [None; 5]);
    }

    #[test]
    fn the_kind_of_a_path_follows_from_its_files() {
        let root = folder_with(&["a/train.txt", "b/train_edges.csv.gz", "c/edges.tsv", "d/edges.tsv", "d/train.txt"]);
        let at = |name: &str| detect(&root.path().join(name));
        assert_eq!(at("a").unwrap(), DataKind::Catalogue);
        assert_eq!(at("b").unwrap(), DataKind::Network);
        assert_eq!(at("c").unwrap(), DataKind::Network);
        assert_eq!(at("a/train.txt").unwrap(), DataKind::Network);
        let (message, hint) = words(&at("d").unwrap_err(), &root);
        assert_eq!(message, "`ROOT/d` holds both a catalogue (`train.txt`) and a network (`edges.tsv`)");
        assert_eq!(hint, "give the path of the file with the edges, or move one of the two away");
    }

    #[test]
    fn a_path_that_is_missing_has_a_similar_one() {
        let root = folder_with(&["wikipedia/edges.tsv", "cora.tsv"]);
        let (message, hint) = words(&detect(&root.path().join("wikipdia")).unwrap_err(), &root);
        assert_eq!(message, "`ROOT/wikipdia` does not exist");
        assert_eq!(hint, "did you mean `ROOT/wikipedia`?");
        let missing = Inputs::find(&root.path().join("coral.tsv"), &NetworkOptions::default()).unwrap_err();
        assert_eq!(words(&missing, &root).1, "did you mean `ROOT/cora.tsv`?");
        assert!(matches!(detect(&root.path().join("x")), Err(DataError::NoFolder { similar: None, .. })));
    }

    #[test]
    fn a_folder_without_data_points_to_what_may_be_meant() {
        let root = folder_with(&["x/README.txt", "x/ppi.edgelist", "x/y.npy", "z/a/edges.tsv", "z/b/c.txt", "z/d.txt"]);
        let error = detect(&root.path().join("x")).unwrap_err();
        let message = "`ROOT/x` holds no data set: there is neither a catalogue (`train.txt`, a table of users and \
                       items, ...) nor a network (`edges.tsv`, `train_edges.tsv`)";
        assert_eq!(words(&error, &root), (message.into(), "did you mean `ROOT/x/ppi.edgelist`?".into()));
        let error = Inputs::find(&root.path().join("z"), &NetworkOptions::default()).unwrap_err();
        let message = "`ROOT/z` holds no network: there is neither `edges.tsv` nor `train_edges.tsv`";
        assert_eq!(words(&error, &root), (message.into(), "did you mean `ROOT/z/a`?".into()));
        let error = detect(root.path()).unwrap_err();
        assert!(error.hint().unwrap().starts_with("endings may be .tsv"), "{error}");
    }

    #[test]
    fn two_files_for_one_thing_are_one_too_many() {
        let root = folder_with(&["a/edges.csv", "a/edges.tsv", "b/edges.tsv", "b/x_labels.tsv", "b/y_labels.tsv"]);
        let error = detect(&root.path().join("a")).unwrap_err();
        assert_eq!(words(&error, &root).0, "`ROOT/a` holds both `edges.csv` and `edges.tsv`");
        let error = Inputs::find(&root.path().join("b"), &NetworkOptions::default()).unwrap_err();
        assert_eq!(words(&error, &root).0, "`ROOT/b` holds both `x_labels.tsv` and `y_labels.tsv`");
        let chosen = root.path().join("b/y_labels.tsv");
        let options = NetworkOptions { labels: Some(chosen.clone()), ..NetworkOptions::default() };
        assert_eq!(Inputs::find(&root.path().join("b"), &options).unwrap().labels.unwrap().path, chosen);
    }
}
