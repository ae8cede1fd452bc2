//! Reading what a training kept.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use culet_kernels::Matrix;
use serde_json::Value;

use super::super::reader::{check_counts, malformed, manifest_error, open_existing, read_manifest, verify};
use super::super::tensors::TensorFile;
use super::super::{
    CatalogueParts, DATA, Damage, FileRecord, HISTORY, Manifest, RunData, RunKind, RunProblem, RunWriter, VOCABULARY,
    arcs, history, pairs, vocabulary,
};
use super::keep::{generations, sweep};
use super::{Checkpoints, FOLDER, PLAN, PlanFile, START, StateFile, TrainingPlan, document_of, sealed, tables_of};
use crate::DataError;
use crate::columns::ColumnReader;

/// A training that is not over, as its run folder holds it.
#[derive(Debug)]
pub struct KeptTraining {
    /// What is trained, and how.
    pub plan: TrainingPlan,
    /// What it learns from and is judged by.
    pub data: RunData,
    /// The tables that it starts from by name, where it starts from those of another run.
    pub start: Vec<(String, Matrix)>,
    /// The newest whole state; none if it kept none yet.
    pub state: Option<KeptState>,
    /// What is wrong with newer states, one sentence each.
    pub notes: Vec<String>,
    /// The folder, to go on in.
    pub place: KeptPlace,
}

/// The folder of a training that is not over. Nobody else can train there while it is open.
#[derive(Debug)]
pub struct KeptPlace {
    /// The manifest of the run that stands beside it, if the training was interrupted.
    manifest: Option<Manifest>,
    path: PathBuf,
    vouched: FileRecord,
    checkpoints: Checkpoints,
}

/// How far a training came.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptState {
    /// As it was given to [`Checkpoints::keep`].
    pub progress: Value,
    /// The events of `history.jsonl` at that moment.
    pub history: Vec<Value>,
    /// The tables by name.
    pub tables: Vec<(String, Matrix)>,
}

impl KeptTraining {
    /// Opens the folder of a training that is not over; everything is compared with its checksum. If the newest state is
    /// damaged, the one before is taken, and the damage noted.
    ///
    /// # Errors
    /// [`DataError::Run`] names the folder or the file and what is wrong with it; [`DataError::Read`]. Of a training that
    /// is over what it kept is taken away, should it have been ended before it did that itself.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let (path, folder) = (path.as_ref().to_path_buf(), path.as_ref().join(FOLDER));
        // Before anything is read: who trains there may be writing at this moment.
        let is_kept = folder.join(PLAN).exists();
        let locked = is_kept.then(|| Checkpoints::lock(folder.clone(), String::new(), 0)).transpose()?;
        let manifest = match read_manifest(&path) {
            Ok(bytes) => Some(Manifest::parse(&bytes, true).map_err(|problem| manifest_error(&path, problem))?),
            Err(_) => None,
        };
        if let Some(over) = manifest.as_ref().filter(|manifest| !manifest.summary.was_interrupted()) {
            clear(&path, over, locked)?;
            return Err(DataError::run(&path, RunProblem::Finished));
        }
        let (file, checksum): (PlanFile, _) = match fs::read(folder.join(PLAN)) {
            Ok(bytes) => sealed::unseal(&bytes).map_err(|problem| problem_of(&path, &folder.join(PLAN), problem))?,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(nothing_to_go_on_from(&path));
            }
            Err(source) => return Err(DataError::read(&folder.join(PLAN), source)),
        };
        let Some(checkpoints) = locked else { return Err(nothing_to_go_on_from(&path)) };
        let newest = generations(&folder).last().copied().unwrap_or(0);
        let checkpoints = checkpoints.from(checksum.clone(), newest);
        let planned = Place { run: &path, folder: &folder, plan: &file };
        let data = planned.data()?;
        let start =
            if file.files.contains_key(START) { planned.tables(START, planned.record(START)?)? } else { Vec::new() };
        let (state, vouched, notes) = planned.newest_state(&checksum)?;
        let place = KeptPlace { manifest, path, vouched, checkpoints };
        Ok(Self { plan: file.plan, data, start, state, notes, place })
    }
}

impl KeptPlace {
    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Prepares the folder for what is still to come: the history is cut back to what the state vouches for. A run that
    /// it holds answers as before until a new one is written.
    ///
    /// # Errors
    /// [`DataError::Write`], [`DataError::Read`].
    pub fn go_on(self) -> Result<(RunWriter, Checkpoints), DataError> {
        sweep(&self.path)?;
        sweep(&self.checkpoints_folder())?;
        let writer = RunWriter::reopen(&self.path, self.manifest.as_ref(), &self.vouched)?;
        Ok((writer, self.checkpoints))
    }

    fn checkpoints_folder(&self) -> PathBuf {
        self.path.join(FOLDER)
    }
}

/// Takes away what a training kept that is over, as far as whoever wrote its run did not come to that.
fn clear(run: &Path, manifest: &Manifest, kept: Option<Checkpoints>) -> Result<(), DataError> {
    let folder = run.join(FOLDER);
    match kept {
        Some(checkpoints) => {
            sweep(run)?;
            RunWriter::settle(run, manifest)?;
            checkpoints.remove()
        }
        // Whoever removed the rest was ended before it removed the folder.
        None if folder.is_dir() => fs::remove_dir_all(&folder).map_err(|source| DataError::write(&folder, source)),
        None => Ok(()),
    }
}

/// Newer formats are a matter of the folder, all else of the file.
fn problem_of(run: &Path, file: &Path, problem: RunProblem) -> DataError {
    match problem {
        RunProblem::Newer { .. } => DataError::run(run, problem),
        problem => DataError::run(file, problem),
    }
}

/// What a folder without a plan is.
fn nothing_to_go_on_from(run: &Path) -> DataError {
    match read_manifest(run) {
        Ok(_) => DataError::run(run, RunProblem::Finished),
        Err(DataError::Run { problem: RunProblem::Unfinished, .. }) => DataError::run(run, RunProblem::NothingKept),
        Err(error) => error,
    }
}

/// A folder with the plan that says what its files must be.
struct Place<'a> {
    run: &'a Path,
    folder: &'a Path,
    plan: &'a PlanFile,
}

impl Place<'_> {
    fn record(&self, name: &str) -> Result<&FileRecord, DataError> {
        let missing = || malformed(&self.folder.join(PLAN), format!("does not list `{name}`"));
        self.plan.files.get(name).ok_or_else(missing)
    }

    fn open(&self, name: &str, record: &FileRecord) -> Result<File, DataError> {
        let path = self.folder.join(name);
        let (file, found) = open_existing(&path)?;
        if found != record.bytes {
            return Err(DataError::damaged(&path, Damage::Size { expected: record.bytes, found }));
        }
        verify(&path, &file, record)?;
        Ok(file)
    }

    fn data(&self) -> Result<RunData, DataError> {
        let (data, names) = (self.folder.join(DATA), self.folder.join(VOCABULARY));
        let file = TensorFile::open(self.open(DATA, self.record(DATA)?)?).map_err(|what| malformed(&data, what))?;
        let reader = ColumnReader::open(self.open(VOCABULARY, self.record(VOCABULARY)?)?);
        let reader = reader.map_err(|what| malformed(&names, what))?;
        match self.plan.kind {
            RunKind::Catalogue => {
                let ([train, valid, test], graph) = pairs::read(&file).map_err(|what| malformed(&data, what))?;
                let vocabulary = vocabulary::read_catalogue(&reader).map_err(|what| malformed(&names, what))?;
                check_counts(&train, &graph, &vocabulary).map_err(|what| malformed(&names, what))?;
                Ok(RunData::Catalogue(CatalogueParts { train, valid, test, graph, vocabulary }.into()))
            }
            RunKind::Network => {
                let own = vocabulary::read_network(&reader).map_err(|what| malformed(&names, what))?;
                let parts = arcs::read(&file, own).map_err(|what| malformed(&data, what))?;
                Ok(RunData::Network(parts.into()))
            }
        }
    }

    fn tables(&self, name: &str, record: &FileRecord) -> Result<Vec<(String, Matrix)>, DataError> {
        let malformed = |what| malformed(&self.folder.join(name), what);
        let file = TensorFile::open(self.open(name, record)?).map_err(malformed)?;
        file.names().into_iter().map(|name| Ok((name.clone(), file.table(&name).map_err(malformed)?))).collect()
    }

    /// The newest whole state with what it vouches for of the history, and what is wrong with newer ones.
    fn newest_state(&self, plan: &str) -> Result<(Option<KeptState>, FileRecord, Vec<String>), DataError> {
        let (mut notes, mut first) = (Vec::new(), None);
        let stands = |generation: &u64| self.folder.join(document_of(*generation)).exists();
        for generation in generations(self.folder).into_iter().rev().filter(stands) {
            match self.state(generation, plan) {
                Ok((state, vouched)) => return Ok((Some(state), vouched, notes)),
                // A newer program knows more than this one: to go back behind what it did would be a loss.
                Err(error @ DataError::Run { problem: RunProblem::Newer { .. }, .. }) => return Err(error),
                Err(error) => {
                    notes.push(error.to_string());
                    first = first.or(Some(error));
                }
            }
        }
        let nothing = super::super::checksum::Checksum::default().record();
        first.map_or(Ok((None, nothing, notes)), Err)
    }

    fn state(&self, generation: u64, plan: &str) -> Result<(KeptState, FileRecord), DataError> {
        let path = self.folder.join(document_of(generation));
        let bytes = fs::read(&path).map_err(|source| DataError::read(&path, source))?;
        let unsealed = sealed::unseal::<StateFile>(&bytes);
        let (file, _) = unsealed.map_err(|problem| problem_of(self.run, &path, problem))?;
        if file.plan != plan || file.generation != generation {
            return Err(malformed(&path, "belongs to another training".to_owned()));
        }
        let tables = self.tables(&tables_of(generation), &file.tables)?;
        let log = self.run.join(HISTORY);
        history::check(&log, &file.history)?;
        let text = String::from_utf8(history::vouched_bytes(&log, &file.history)?);
        let text = text.map_err(|error| malformed(&log, format!("is not UTF-8: {error}")))?;
        let history = history::parse(&log, &text)?;
        Ok((KeptState { progress: file.progress, history, tables }, file.history))
    }
}
