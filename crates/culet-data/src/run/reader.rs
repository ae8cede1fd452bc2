//! Reading a run folder.

use std::fs::{self, File};
use std::io::{ErrorKind, Seek};
use std::path::{Path, PathBuf};

use culet_graph::{Interactions, KnowledgeGraph, Vocabulary};
use culet_kernels::{Matrix, SparseMatrix};
use serde_json::Value;

use super::checksum::checksum_of;
use super::tensors::TensorFile;
use super::{
    CatalogueParts, DATA, Damage, FileRecord, HISTORY, MANIFEST, Manifest, NetworkParts, PER_USER, PerUserTable,
    RunData, RunKind, RunProblem, TABLES, VOCABULARY, arcs, history, pairs, per_user, sparse, staged, vocabulary,
};
use crate::DataError;
use crate::columns::ColumnReader;

/// How often a folder that is being rewritten is tried again.
const ATTEMPTS: usize = 5;

/// A run on the disk.
///
/// Tables are read when asked for, so that those not needed cost no memory; the rest is in memory: 4 bytes a pair,
/// 12 bytes a triplet, 4 to 10 bytes an arc, and the text of the vocabulary. Opening holds some further copies of one
/// of these at a time. The files stay open, so that a training which finishes again meanwhile does not change what an
/// open run reads.
#[derive(Debug)]
pub struct Run {
    /// How the model was made, what it reached, what the files are.
    pub manifest: Manifest,
    /// What the model was made from.
    pub data: RunData,
    path: PathBuf,
    tables: TensorFile,
    per_user: Option<File>,
}

impl Run {
    /// Opens a run; sizes and checksums of all files are compared with the manifest.
    ///
    /// # Errors
    /// [`DataError::Run`] names the folder or the file and what is wrong with it (see [`RunProblem`]);
    /// [`DataError::Read`] if the system cannot read it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DataError> {
        Self::open_steadily(path.as_ref(), true)
    }

    /// Opens a run without reading the tables for their checksum; sizes are compared, and all content is still guarded:
    /// a damaged table gives wrong numbers, never a panic. The checksums of the Parquet files are always compared.
    ///
    /// # Errors
    /// As [`Run::open`].
    pub fn open_unverified(path: impl AsRef<Path>) -> Result<Self, DataError> {
        Self::open_steadily(path.as_ref(), false)
    }

    /// What the model was made from, if that is a catalogue.
    ///
    /// # Errors
    /// [`DataError::Run`] with [`RunProblem::OtherKind`].
    pub fn catalogue(&self) -> Result<&CatalogueParts, DataError> {
        if let RunData::Catalogue(parts) = &self.data { Ok(parts) } else { Err(self.other_kind()) }
    }

    /// What the model was made from, if that is a network.
    ///
    /// # Errors
    /// [`DataError::Run`] with [`RunProblem::OtherKind`].
    pub fn network(&self) -> Result<&NetworkParts, DataError> {
        if let RunData::Network(parts) = &self.data { Ok(parts) } else { Err(self.other_kind()) }
    }

    fn other_kind(&self) -> DataError {
        DataError::run(&self.path, RunProblem::OtherKind { found: self.data.kind() })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of the tables.
    #[must_use]
    pub fn table_names(&self) -> Vec<String> {
        self.tables.names()
    }

    /// Reads a table: 4 bytes a number, the rows padded to whole cache lines.
    ///
    /// # Errors
    /// [`DataError::Run`] with [`RunProblem::NoTable`] or, if its content makes no sense, [`RunProblem::Damaged`].
    pub fn table(&self, name: &str) -> Result<Matrix, DataError> {
        if !self.tables.contains(name) {
            let problem = RunProblem::NoTable { name: name.into(), known: self.table_names() };
            return Err(DataError::run(&self.path, problem));
        }
        self.tables.table(name).map_err(|what| malformed(&self.path.join(TABLES), what))
    }

    /// Reads a sparse table, if there is one of that name.
    ///
    /// # Errors
    /// [`DataError::Run`] with [`RunProblem::Damaged`] if its content makes no sense.
    pub fn sparse_table(&self, name: &str) -> Result<Option<SparseMatrix>, DataError> {
        if !sparse::contains(&self.tables, name) {
            return Ok(None);
        }
        sparse::read(&self.tables, name).map(Some).map_err(|what| malformed(&self.path.join(TABLES), what))
    }

    /// Reads what each user contributed to the metrics, if the run says so.
    ///
    /// # Errors
    /// [`DataError::Run`] if the content makes no sense.
    pub fn per_user(&self) -> Result<Option<PerUserTable>, DataError> {
        let path = self.path.join(PER_USER);
        let Some(file) = &self.per_user else { return Ok(None) };
        let file = file.try_clone().map_err(|source| DataError::read(&path, source))?;
        let table = ColumnReader::open(file).and_then(|reader| per_user::read(&reader));
        table.map(Some).map_err(|what| malformed(&path, what))
    }

    /// Reads the events of the training; it may go on.
    ///
    /// # Errors
    /// [`DataError::Run`] if a line is not JSON.
    pub fn history(&self) -> Result<Vec<Value>, DataError> {
        history::read(&self.path.join(HISTORY))
    }

    /// Opens; if that fails because a training finished again at this moment, opens what it wrote.
    fn open_steadily(path: &Path, verified: bool) -> Result<Self, DataError> {
        let mut manifest = read_manifest(path)?;
        for _ in 1..ATTEMPTS {
            let result = Self::open_generation(path, &manifest, verified);
            if result.is_ok() {
                return result;
            }
            let now = read_manifest(path)?;
            if now == manifest {
                return result;
            }
            manifest = now;
        }
        Self::open_generation(path, &manifest, verified)
    }

    fn open_generation(path: &Path, manifest: &[u8], verified: bool) -> Result<Self, DataError> {
        let manifest = Manifest::parse(manifest, verified).map_err(|problem| manifest_error(path, problem))?;
        let folder = Folder { path, manifest: &manifest };
        folder.open_history(verified)?;
        let tables = folder.open_tensors(TABLES, verified)?;
        let data = match manifest.kind {
            RunKind::Catalogue => RunData::Catalogue(folder.read_catalogue(verified)?.into()),
            RunKind::Network => RunData::Network(folder.read_network(verified)?.into()),
        };
        let listed = manifest.files.contains_key(PER_USER);
        let per_user = if listed { Some(folder.open(PER_USER, true)?) } else { None };
        Ok(Self { path: path.into(), data, tables, per_user, manifest })
    }
}

/// The text of the manifest, or what the folder is if it has none.
pub(super) fn read_manifest(folder: &Path) -> Result<Vec<u8>, DataError> {
    let path = folder.join(MANIFEST);
    let problem = match fs::read(&path) {
        Ok(bytes) => return Ok(bytes),
        Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(DataError::read(&path, error));
        }
        Err(_) if folder.join(HISTORY).is_file() => RunProblem::Unfinished,
        Err(_) if folder.is_dir() => RunProblem::Foreign,
        Err(_) if folder.is_file() => RunProblem::NotAFolder,
        Err(_) => RunProblem::Absent,
    };
    Err(DataError::run(folder, problem))
}

/// Newer runs are a matter of the folder, all else of the file.
pub(super) fn manifest_error(folder: &Path, problem: RunProblem) -> DataError {
    match problem {
        RunProblem::Newer { .. } => DataError::run(folder, problem),
        problem => DataError::run(&folder.join(MANIFEST), problem),
    }
}

/// A folder with the manifest that says what its files must be.
struct Folder<'a> {
    path: &'a Path,
    manifest: &'a Manifest,
}

impl Folder<'_> {
    fn open_tensors(&self, name: &str, verified: bool) -> Result<TensorFile, DataError> {
        let file = self.open(name, verified)?;
        TensorFile::open(file).map_err(|what| malformed(&self.path.join(name), what))
    }

    fn read_catalogue(&self, verified: bool) -> Result<CatalogueParts, DataError> {
        let file = self.open_tensors(DATA, verified)?;
        let read = pairs::read(&file).map_err(|what| malformed(&self.path.join(DATA), what))?;
        let ([train, valid, test], graph) = read;
        let vocabulary = self.read_vocabulary(vocabulary::read_catalogue)?;
        check_counts(&train, &graph, &vocabulary).map_err(|what| malformed(&self.path.join(VOCABULARY), what))?;
        Ok(CatalogueParts { train, valid, test, graph, vocabulary })
    }

    fn read_network(&self, verified: bool) -> Result<NetworkParts, DataError> {
        let names = self.read_vocabulary(vocabulary::read_network)?;
        let file = self.open_tensors(DATA, verified)?;
        arcs::read(&file, names).map_err(|what| malformed(&self.path.join(DATA), what))
    }

    fn read_vocabulary<T>(&self, read: impl Fn(&ColumnReader) -> Result<T, String>) -> Result<T, DataError> {
        let file = self.open(VOCABULARY, true)?;
        let vocabulary = ColumnReader::open(file).and_then(|reader| read(&reader));
        vocabulary.map_err(|what| malformed(&self.path.join(VOCABULARY), what))
    }

    /// The history may have grown since: only its beginning is vouched for.
    fn open_history(&self, verified: bool) -> Result<(), DataError> {
        let record = self.record(HISTORY)?;
        let (path, (file, found)) = self.locate(HISTORY)?;
        if found < record.bytes {
            return Err(DataError::damaged(&path, Damage::Size { expected: record.bytes, found }));
        }
        if verified { verify(&path, &file, record) } else { Ok(()) }
    }

    /// Opens a file of the manifest's generation and compares its size and, if `verified`, its checksum.
    fn open(&self, name: &str, verified: bool) -> Result<File, DataError> {
        let record = self.record(name)?;
        let (path, (file, found)) = self.locate(name)?;
        if found != record.bytes {
            return Err(DataError::damaged(&path, Damage::Size { expected: record.bytes, found }));
        }
        if verified {
            verify(&path, &file, record)?;
        }
        Ok(file)
    }

    /// Finds a file of the manifest's generation, under its first name if it still has that one.
    fn locate(&self, name: &str) -> Result<(PathBuf, (File, u64)), DataError> {
        let first = self.path.join(staged(name, self.manifest.generation));
        if let Ok(found) = open_existing(&first) {
            return Ok((first, found));
        }
        let lasting = self.path.join(name);
        open_existing(&lasting).map(|found| (lasting, found))
    }

    fn record(&self, name: &str) -> Result<&FileRecord, DataError> {
        let missing = || malformed(&self.path.join(MANIFEST), format!("does not list `{name}`"));
        self.manifest.files.get(name).ok_or_else(missing)
    }
}

/// A file and its size.
pub(super) fn open_existing(path: &Path) -> Result<(File, u64), DataError> {
    let opened = File::open(path).and_then(|file| file.metadata().map(|metadata| (file, metadata.len())));
    opened.map_err(|error| match error.kind() {
        ErrorKind::NotFound => DataError::damaged(path, Damage::Missing),
        _ => DataError::read(path, error),
    })
}

/// Compares the checksum and goes back to the start.
pub(super) fn verify(path: &Path, mut file: &File, record: &FileRecord) -> Result<(), DataError> {
    let found = checksum_of(file, record.bytes).map_err(|source| DataError::read(path, source))?;
    file.rewind().map_err(|source| DataError::read(path, source))?;
    if found != *record {
        let damage = Damage::Altered { expected: record.sha256.clone(), found: found.sha256 };
        return Err(DataError::damaged(path, damage));
    }
    Ok(())
}

pub(super) fn check_counts(
    train: &Interactions,
    graph: &KnowledgeGraph,
    vocabulary: &Vocabulary,
) -> Result<(), String> {
    let (n_items, n_entities) = (train.n_items(), graph.n_entities());
    if n_items > n_entities {
        return Err(format!("there are {n_items} items and {n_entities} entities, but each item is an entity"));
    }
    let counts = [
        ("users", vocabulary.users.len(), train.n_users()),
        ("entities", vocabulary.entities.len(), n_entities),
        ("relations", vocabulary.relations.len(), graph.n_relations()),
    ];
    match counts.into_iter().find(|(_, found, expected)| found != expected) {
        Some((what, found, expected)) => Err(format!("names {found} {what}, expected {expected} as in `{DATA}`")),
        None => Ok(()),
    }
}

pub(super) fn malformed(path: &Path, what: String) -> DataError {
    DataError::damaged(path, Damage::Malformed(what))
}
