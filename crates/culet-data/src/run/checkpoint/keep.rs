//! Writing checkpoints.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use culet_kernels::Matrix;
use serde_json::Value;

use super::super::checksum::Hashing;
use super::super::tensors::{self, Tensor};
use super::super::{DATA, DataView, FileRecord, RunProblem, RunWriter, VOCABULARY};
use super::{FOLDER, KEPT, PLAN, PlanFile, START, StateFile, TrainingPlan, document_of, sealed, tables_of};
use crate::DataError;
use crate::atomic::{sync_folder, write_atomically};

/// Keeps how far a training came, in `checkpoint/` of its run folder, as long as it goes on.
#[derive(Debug)]
pub struct Checkpoints {
    folder: PathBuf,
    /// The checksum that the plan carries.
    plan: String,
    generation: u64,
    /// Nobody else trains in the folder as long as this is open.
    _lock: Option<File>,
}

impl Checkpoints {
    /// Writes what a training is to do into its folder, with the data and the tables that it starts from, if any: from
    /// then on the training can be resumed, from its beginning to begin with.
    ///
    /// # Errors
    /// [`DataError::Write`]; what was written is then taken away again.
    ///
    /// # Panics
    /// If the parts of the data contradict each other.
    pub fn begin(
        run: &RunWriter,
        plan: &TrainingPlan,
        data: DataView<'_>,
        start: &[(String, &Matrix)],
    ) -> Result<Self, DataError> {
        data.check();
        let folder = run.path().join(FOLDER);
        fs::create_dir(&folder).map_err(|source| DataError::write(&folder, source))?;
        let begun = write_plan(&folder, plan, data, start).and_then(|plan| {
            sync_folder(run.path()).map_err(|source| DataError::write(&folder, source))?;
            Self::lock(folder.clone(), plan, 0)
        });
        begun.inspect_err(|_| {
            // Nothing in it is anybody else's: it was made a moment ago.
            let _ = fs::remove_dir_all(&folder);
        })
    }

    /// Takes up the folder of a training that began before.
    pub(super) fn lock(folder: PathBuf, plan: String, generation: u64) -> Result<Self, DataError> {
        let path = folder.join(PLAN);
        let file = File::open(&path).map_err(|source| DataError::read(&path, source))?;
        let lock = match file.try_lock() {
            Ok(()) => Some(file),
            Err(TryLockError::WouldBlock) => {
                let run = folder.parent().unwrap_or(&folder);
                return Err(DataError::run(run, RunProblem::AtWork));
            }
            // Where the system knows no locks, there is none.
            Err(TryLockError::Error(_)) => None,
        };
        Ok(Self { folder, plan, generation, _lock: lock })
    }

    /// Goes on from a plan of this checksum, after the state of this number.
    pub(super) fn from(self, plan: String, generation: u64) -> Self {
        Self { plan, generation, ..self }
    }

    /// Keeps a state: how far the training came, as data, and its tables. The history is on the disk before it.
    ///
    /// # Errors
    /// [`DataError::Write`]; the states kept before are then as they were.
    ///
    /// # Panics
    /// If two tables have the same name.
    pub fn keep(&mut self, run: &RunWriter, progress: &Value, tables: &[(String, &Matrix)]) -> Result<(), DataError> {
        // A number is never used twice, not even that of a failed attempt.
        self.generation += 1;
        let generation = self.generation;
        let kept = self.write_state(generation, run, progress, tables);
        match &kept {
            Ok(()) => self.drop_older(generation.saturating_sub(KEPT)),
            Err(_) if !self.folder.join(document_of(generation)).exists() => {
                let _ = fs::remove_file(self.folder.join(tables_of(generation)));
            }
            Err(_) => {}
        }
        kept
    }

    fn write_state(
        &self,
        generation: u64,
        run: &RunWriter,
        progress: &Value,
        tables: &[(String, &Matrix)],
    ) -> Result<(), DataError> {
        let state = StateFile {
            generation,
            plan: self.plan.clone(),
            progress: progress.clone(),
            history: run.sync_history()?,
            tables: write_hashed(&self.folder.join(tables_of(generation)), |writer| write_tables(tables, writer))?,
        };
        write_document(&self.folder.join(document_of(generation)), &state).map(drop)
    }

    /// Removes generations up to a number; what cannot be removed stays, and does no harm.
    fn drop_older(&self, newest: u64) {
        for old in generations(&self.folder).into_iter().filter(|&old| old <= newest) {
            let _ = fs::remove_file(self.folder.join(document_of(old)));
            let _ = fs::remove_file(self.folder.join(tables_of(old)));
        }
    }

    /// The run folder.
    #[must_use]
    pub fn run(&self) -> &Path {
        self.folder.parent().unwrap_or(&self.folder)
    }

    /// Whether a state was kept.
    #[must_use]
    pub fn has_state(&self) -> bool {
        generations(&self.folder).into_iter().any(|generation| self.folder.join(document_of(generation)).exists())
    }

    /// Removes all of it: the training is over.
    ///
    /// # Errors
    /// [`DataError::Write`] if something cannot be removed.
    pub fn remove(self) -> Result<(), DataError> {
        // Last of all what says that there is something to go on from: until then opening it takes away the rest.
        self.drop_older(u64::MAX);
        for name in [DATA, VOCABULARY, START] {
            let _ = fs::remove_file(self.folder.join(name));
        }
        let removed = fs::remove_file(self.folder.join(PLAN)).and_then(|()| fs::remove_dir_all(&self.folder));
        removed.map_err(|source| DataError::write(&self.folder, source))
    }
}

fn write_plan(
    folder: &Path,
    plan: &TrainingPlan,
    data: DataView<'_>,
    start: &[(String, &Matrix)],
) -> Result<String, DataError> {
    let mut files = BTreeMap::new();
    let mut add = |name: &str, write: &dyn Fn(&mut (dyn Write + Send)) -> io::Result<()>| {
        let record = write_hashed(&folder.join(name), |writer| write(writer))?;
        files.insert(name.to_owned(), record);
        Ok::<_, DataError>(())
    };
    add(DATA, &|writer| data.write(writer))?;
    add(VOCABULARY, &|writer| data.write_vocabulary(writer))?;
    if !start.is_empty() {
        add(START, &|writer| write_tables(start, writer))?;
    }
    write_document(&folder.join(PLAN), &PlanFile { kind: data.kind(), plan: plan.clone(), files })
}

/// The checksum that the document carries.
fn write_document(path: &Path, content: &impl serde::Serialize) -> Result<String, DataError> {
    write_atomically(path, |writer| {
        let (text, checksum) = sealed::seal(content)?;
        writer.write_all(text.as_bytes())?;
        Ok(checksum)
    })
}

fn write_hashed(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Result<FileRecord, DataError> {
    write_atomically(path, |writer| {
        let mut hashing = Hashing::new(writer);
        write(&mut hashing)?;
        Ok(hashing.record())
    })
}

fn write_tables(tables: &[(String, &Matrix)], writer: impl Write) -> io::Result<()> {
    let tables: Vec<_> = tables.iter().map(|(name, table)| (name.as_str(), Tensor::Table(table))).collect();
    tensors::write(&tables, &BTreeMap::new(), writer)
}

/// The numbers of the generations of which any file is there, in order.
pub(super) fn generations(folder: &Path) -> Vec<u64> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let number = |name: &str| name.strip_suffix(".json").or(name.strip_suffix(".safetensors"))?.parse().ok();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut numbers: Vec<u64> = names.filter_map(|name| number(&name)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Removes what a program that was killed left under temporary names.
pub(super) fn sweep(folder: &Path) -> Result<(), DataError> {
    let read = |source| DataError::read(folder, source);
    for entry in fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') && name.ends_with(".tmp") {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(DataError::write(&path, error)),
                _ => {}
            }
        }
    }
    Ok(())
}
