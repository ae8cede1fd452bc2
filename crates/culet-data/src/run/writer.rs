//! Writing a run folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use culet_kernels::{Matrix, SparseMatrix};
use serde_json::Value;

use super::checksum::Hashing;
use super::history::{self, History};
use super::sparse::{self, SparseTensors};
use super::tensors::{self, Tensor};
use super::{
    DATA, DataView, FileRecord, HISTORY, MANIFEST, Manifest, PER_USER, PerUserTable, RunProblem, RunSummary, TABLES,
    VOCABULARY, per_user, staged,
};
use crate::DataError;
use crate::atomic::{folder_of, sync_folder, write_atomically};

/// All that a run holds besides its history.
#[derive(Debug)]
pub struct RunContents<'a> {
    /// How the model was made and what it reached.
    pub summary: RunSummary,
    /// Parameters and final representations by name, such as `parameter.entities` and `representation.users`.
    pub tables: Vec<(String, &'a Matrix)>,
    /// Sparse tables by name, such as `scorer.weights`.
    pub sparse: Vec<(String, &'a SparseMatrix)>,
    /// What the model was made from.
    pub data: DataView<'a>,
    /// What each user contributed to the metrics.
    pub per_user: Option<PerUserTable>,
}

impl RunContents<'_> {
    /// # Panics
    /// If the parts contradict each other.
    fn check(&self) {
        self.data.check();
        if let Some(table) = &self.per_user {
            table.check();
        }
    }
}

/// Writes a run folder, from before the training until after it.
///
/// Dropped before anything was written, it removes the folder again, as [`RunWriter::abandon`] does.
#[derive(Debug)]
pub struct RunWriter {
    path: PathBuf,
    history: History,
    attempts: u64,
    finished: bool,
}

impl RunWriter {
    /// Creates the folder with an empty history, so that a place that will not do is known before hours of training.
    ///
    /// # Errors
    /// [`DataError::Run`] if something is there already ([`RunProblem::Exists`]; it is left as it is) or the folder
    /// above is not ([`RunProblem::NoParent`]); [`DataError::Write`] if the place cannot be written.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let path = path.as_ref().to_path_buf();
        fs::create_dir(&path).map_err(|source| refusal(&path, source))?;
        let history = History::create(path.join(HISTORY)).inspect_err(|_| {
            // The folder was made a moment ago and is empty.
            let _ = fs::remove_dir(&path);
        })?;
        let writer = Self { path, history, attempts: 0, finished: false };
        sync_folder(&writer.path).map_err(|source| DataError::write(&writer.path, source))?;
        // What is written into the folder lasts no longer than the folder's own entry. Where one may write but not
        // read, the folder above cannot be opened, and its system has to see to it by itself.
        let above = folder_of(&writer.path);
        match sync_folder(above) {
            Err(source) if source.kind() != ErrorKind::PermissionDenied => Err(DataError::write(above, source)),
            _ => Ok(()),
        }?;
        Ok(writer)
    }

    /// Takes up the folder of a training that goes on: the history is cut to what is vouched for, and a run that stands
    /// answers until the next one is written.
    pub(super) fn reopen(path: &Path, standing: Option<&Manifest>, vouched: &FileRecord) -> Result<Self, DataError> {
        let log = path.join(HISTORY);
        if let Some(manifest) = standing {
            Self::settle(path, manifest)?;
            Self::keep_history(path, manifest)?;
        }
        let history = History::reopen(log, vouched)?;
        let attempts = standing.map_or(0, |manifest| manifest.generation);
        Ok(Self { path: path.to_path_buf(), history, attempts, finished: true })
    }

    /// Gives the files of a manifest that stands their lasting names, as far as whoever wrote it did not come to that.
    pub(super) fn settle(path: &Path, manifest: &Manifest) -> Result<(), DataError> {
        for name in manifest.files.keys().filter(|name| *name != HISTORY) {
            let to = path.join(name);
            match fs::rename(path.join(staged(name, manifest.generation)), &to) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(DataError::write(&to, error)),
                _ => {}
            }
        }
        Self::drop_kept_history(path, manifest)
    }

    /// What was kept of the history for the run before, whose manifest stands no more.
    fn drop_kept_history(path: &Path, manifest: &Manifest) -> Result<(), DataError> {
        remove_file(&path.join(staged(HISTORY, manifest.generation.saturating_sub(1))))
    }

    /// Keeps what a manifest that stands vouches for of the history, under its first name.
    fn keep_history(path: &Path, manifest: &Manifest) -> Result<(), DataError> {
        let kept = path.join(staged(HISTORY, manifest.generation));
        let Some(record) = manifest.files.get(HISTORY).filter(|_| !kept.exists()) else { return Ok(()) };
        let bytes = history::vouched_bytes(&path.join(HISTORY), record)?;
        write_atomically(&kept, |writer| writer.write_all(&bytes))
    }

    /// Puts the history on the disk and says what it is.
    pub(super) fn sync_history(&self) -> Result<FileRecord, DataError> {
        self.history.sync()
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends an event to `history.jsonl`; other programs see it when this returns.
    ///
    /// # Errors
    /// [`DataError::Write`]; the history then holds what it held before.
    pub fn append_history(&mut self, event: &Value) -> Result<(), DataError> {
        self.history.append(event)
    }

    /// Writes everything and, last of all, the manifest; from then on the folder is a whole run.
    ///
    /// May be called again with better contents: the new files are written beside the old ones, so that the old run is
    /// whole until the new manifest stands, and the new one from then on. The files are on the disk when this returns.
    ///
    /// # Errors
    /// [`DataError::Write`]. The folder then holds the contents of the last call that succeeded, or of this one if its
    /// manifest stood already; if there are none, the history alone.
    ///
    /// # Panics
    /// If the parts of `contents` contradict each other, or two tables have the same name.
    pub fn finish(&mut self, contents: &RunContents) -> Result<Manifest, DataError> {
        contents.check();
        // A number is never used twice: the files of a failed attempt may belong to a manifest that stands after all.
        self.attempts += 1;
        let generation = self.attempts;
        let manifest = self.write_generation(generation, contents).inspect_err(|_| {
            if self.standing_generation() != Some(generation) {
                self.discard(generation);
            }
        })?;
        self.finished = true;
        self.promote(&manifest)?;
        Ok(manifest)
    }

    /// Removes the folder if it holds nothing but an empty history; says whether it did.
    ///
    /// # Errors
    /// [`DataError::Write`] if it should be removed and cannot be.
    pub fn abandon(self) -> Result<bool, DataError> {
        self.remove_if_empty().map_err(|source| DataError::write(&self.path, source))
    }

    fn write_generation(&self, generation: u64, contents: &RunContents) -> Result<Manifest, DataError> {
        let mut files = self.stage(generation, contents)?;
        files.insert(HISTORY.into(), self.history.sync()?);
        let mut manifest = Manifest::new(generation, contents.data.kind(), contents.summary.clone(), files);
        write_atomically(&self.path.join(MANIFEST), |writer| writer.write_all(manifest.seal()?.as_bytes()))?;
        Ok(manifest)
    }

    /// Writes the files of a generation under their first names.
    fn stage(&self, generation: u64, contents: &RunContents) -> Result<BTreeMap<String, FileRecord>, DataError> {
        let mut files = BTreeMap::new();
        let mut stage = |name: &str, write: &dyn Fn(&mut (dyn Write + Send)) -> io::Result<()>| {
            let record = write_atomically(&self.path.join(staged(name, generation)), |writer| {
                let mut hashing = Hashing::new(writer);
                write(&mut hashing)?;
                Ok(hashing.record())
            })?;
            files.insert(name.to_owned(), record);
            Ok::<_, DataError>(())
        };
        stage(TABLES, &|writer| write_tables(contents, writer))?;
        stage(DATA, &|writer| contents.data.write(writer))?;
        stage(VOCABULARY, &|writer| contents.data.write_vocabulary(writer))?;
        if let Some(table) = &contents.per_user {
            stage(PER_USER, &|writer| per_user::write(table, writer))?;
        }
        Ok(files)
    }

    /// Gives the files of a generation whose manifest stands their lasting names, over those of the last one.
    fn promote(&self, manifest: &Manifest) -> Result<(), DataError> {
        for name in manifest.files.keys().filter(|name| *name != HISTORY) {
            let to = self.path.join(name);
            fs::rename(self.path.join(staged(name, manifest.generation)), &to)
                .map_err(|source| DataError::write(&to, source))?;
        }
        Self::drop_kept_history(&self.path, manifest)?;
        if manifest.files.contains_key(PER_USER) { Ok(()) } else { remove_file(&self.path.join(PER_USER)) }
    }

    /// Removes the files of a generation whose manifest does not stand; what stays is ignored by readers.
    fn discard(&self, generation: u64) {
        for name in [TABLES, DATA, VOCABULARY, PER_USER] {
            let _ = fs::remove_file(self.path.join(staged(name, generation)));
        }
    }

    /// The generation whose manifest is on the disk.
    fn standing_generation(&self) -> Option<u64> {
        let bytes = fs::read(self.path.join(MANIFEST)).ok()?;
        Manifest::parse(&bytes, true).ok().map(|manifest| manifest.generation)
    }

    fn remove_if_empty(&self) -> io::Result<bool> {
        if self.finished || !self.history.is_empty() {
            return Ok(false);
        }
        for entry in fs::read_dir(&self.path)? {
            if entry?.file_name() != HISTORY {
                return Ok(false);
            }
        }
        fs::remove_file(self.path.join(HISTORY))?;
        fs::remove_dir(&self.path)?;
        Ok(true)
    }
}

impl Drop for RunWriter {
    fn drop(&mut self) {
        // Whoever wants to know whether this works calls `abandon`.
        let _ = self.remove_if_empty();
    }
}

/// `tables.safetensors`
pub(super) fn write_tables(contents: &RunContents, writer: impl Write) -> io::Result<()> {
    let sparse: Vec<_> = contents.sparse.iter().map(|(name, t)| SparseTensors::new(name, t)).collect();
    let tables = contents.tables.iter().map(|(name, t)| (name.as_str(), Tensor::Table(t)));
    let all: Vec<_> = tables.chain(sparse.iter().flat_map(SparseTensors::tensors)).collect();
    tensors::write(&all, &sparse::metadata(&contents.sparse), writer)
}

fn refusal(path: &Path, source: io::Error) -> DataError {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    match (source.kind(), above) {
        (ErrorKind::AlreadyExists, _) => DataError::run(path, RunProblem::Exists),
        (ErrorKind::NotFound, Some(above)) => {
            DataError::run(path, RunProblem::NoParent { parent: above.display().to_string() })
        }
        _ => DataError::write(path, source),
    }
}

fn remove_file(path: &Path) -> Result<(), DataError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(DataError::write(path, error)),
        _ => Ok(()),
    }
}
