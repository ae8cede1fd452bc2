//! The folder of a search: `search.json` says what is searched, `trials.jsonl` holds a finished trial a line.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use culet_data::{DataError, Dataset, Fingerprint};
use culet_train::{GraphKind, Observer, Search, Trial};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::TrialSplit;
use crate::RunsError;
use crate::claim::{Claim, MAY_DIFFER};
use crate::history::remark;

const FACTS: &str = "search.json";
const TRIALS: &str = "trials.jsonl";

/// What a search is about. Trials belong together only if all of this is the same.
pub(crate) struct Facts(Value);

impl Facts {
    pub(crate) fn new(search: &Search, dataset: &Dataset, graph: GraphKind, split: &TrialSplit) -> Self {
        let ranges: BTreeMap<&str, String> = search.ranges.iter().map(|range| (range.name, range.describe())).collect();
        Self(json!({
            "format": "culet-search",
            "format_version": 1,
            (MAY_DIFFER): env!("CARGO_PKG_VERSION"),
            "model": search.spec.name,
            "data": Fingerprint::of(dataset),
            "kg": graph.word(),
            "validation": { "share": split.share, "pairs": split.valid.n_pairs() },
            "search": search.method,
            "metric": search.metric,
            "seed": search.seed,
            "fixed": search.fixed,
            "ranges": ranges,
        }))
    }
}

/// A line of `trials.jsonl`.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    trial: Trial,
    /// Of the training and of the evaluations.
    elapsed_s: f64,
}

/// The trials of a search so far, and where the next ones go.
pub(crate) struct SearchFolder {
    path: PathBuf,
    file: File,
    _claim: Claim,
    pub(crate) trials: Vec<Trial>,
    /// Seconds of all trials, those of earlier calls included.
    pub(crate) elapsed_s: f64,
    n_before: usize,
}

impl SearchFolder {
    /// Makes the folder, or goes on with the search in it if that is the same.
    pub(crate) fn open(path: &Path, facts: &Facts) -> Result<Self, RunsError> {
        let claim = Claim::of(path, FACTS, "search", &facts.0)?;
        let place = path.join(TRIALS);
        let failed = |error| RunsError::from(DataError::Write { path: place.clone(), source: error });
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&place).map_err(failed)?;
        let lines = read_lines(&mut file, &place)?;
        // Not `sum`, which is -0 of nothing.
        let elapsed_s = lines.iter().fold(0.0, |sum, line| sum + line.elapsed_s);
        let trials: Vec<Trial> = lines.into_iter().map(|line| line.trial).collect();
        Ok(Self { path: path.to_owned(), file, _claim: claim, n_before: trials.len(), trials, elapsed_s })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Says how much was there.
    pub(crate) fn remark(&self, observer: &mut dyn Observer) {
        if self.n_before > 0 {
            remark(observer, &format!("going on after {} trials in `{}`", self.n_before, self.path.display()));
        }
    }

    /// Takes the folder away if it holds no trial: a search that cannot begin leaves nothing behind.
    pub(crate) fn discard_if_empty(&self) {
        if self.trials.is_empty() {
            // Anything else in it keeps the folder.
            let _ = fs::remove_file(self.path.join(TRIALS));
            let _ = fs::remove_file(self.path.join(FACTS));
            let _ = fs::remove_dir(&self.path);
        }
    }

    /// Adds a trial; it is on the disk when this returns.
    pub(crate) fn append(&mut self, trial: Trial, elapsed_s: f64) -> Result<(), RunsError> {
        let line = Line { trial, elapsed_s };
        let text = serde_json::to_string(&line).expect("a trial is plain data") + "\n";
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.sync_data());
        let path = self.path.join(TRIALS);
        written.map_err(|source| RunsError::from(DataError::Write { path, source }))?;
        self.elapsed_s += elapsed_s;
        self.trials.push(line.trial);
        Ok(())
    }
}

/// Reads the lines; a last one that was cut off goes, for its trial is made again.
fn read_lines(file: &mut File, path: &Path) -> Result<Vec<Line>, RunsError> {
    let read = |source| RunsError::from(DataError::Read { path: path.to_owned(), source });
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).map_err(read)?;
    file.read_to_end(&mut bytes).map_err(read)?;
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    if whole < bytes.len() {
        let cut = file.set_len(whole as u64).and_then(|()| file.sync_all());
        cut.map_err(|source| RunsError::HalfLine { path: path.to_owned(), source })?;
    }
    let text = String::from_utf8_lossy(&bytes[..whole]);
    let parse = |(k, line): (usize, &str)| {
        let wrong = |problem: String| RunsError::BadTrial { path: path.to_owned(), line: k + 1, problem };
        let line: Line = serde_json::from_str(line).map_err(|error| wrong(format!("is no trial: {error}")))?;
        let number = line.trial.number;
        if number == k as u64 { Ok(line) } else { Err(wrong(format!("has trial {number}, expected {k}"))) }
    };
    text.lines().enumerate().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use culet_train::SearchMethod;

    use super::*;

    fn trial(number: u64) -> Trial {
        Trial {
            number,
            settings: "dim = 64\nlearning_rate = 1.0\nloss = 'bpr'\nhistory = true".parse().unwrap(),
            value: 0.1 + 0.2,
            metrics: BTreeMap::from([("recall@20".to_owned(), 1.0 / 3.0)]),
            best_epoch: 5,
            curve: vec![(5, 0.25), (10, f64::MIN)],
            pruned: number == 1,
            seconds: 1.5,
        }
    }

    fn facts(seed: u64) -> Facts {
        let spec = culet_model::find_model("als").unwrap();
        let config =
            culet_data::CatalogueConfig { n_users: 20, n_items: 60, n_interactions: 100, ..Default::default() };
        let dataset = culet_data::synthesise(&config).unwrap().dataset;
        let search = Search {
            spec,
            fixed: "iterations = 3".parse().unwrap(),
            ranges: spec.search.to_vec(),
            method: SearchMethod::Tpe,
            metric: "recall@20".to_owned(),
            seed,
        };
        Facts::new(&search, &dataset, GraphKind::True, &TrialSplit::of(&dataset, 0.1, seed))
    }

    #[test]
    fn trials_come_back_to_the_last_bit_and_a_cut_line_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("search");
        let mut open = SearchFolder::open(&path, &facts(0)).unwrap();
        open.append(trial(0), 0.1).unwrap();
        open.append(trial(1), 0.25).unwrap();
        let second = SearchFolder::open(&path, &facts(0)).err().expect("the first one still writes");
        assert!(second.to_string().contains("another program is at work in"), "{second}");
        drop(open);
        let bytes = fs::read(path.join(TRIALS)).unwrap();
        for cut in [0, 1, 30] {
            fs::write(path.join(TRIALS), [&bytes[..], &bytes[..cut]].concat()).unwrap();
            let open = SearchFolder::open(&path, &facts(0)).unwrap();
            assert_eq!(open.trials, [trial(0), trial(1)]);
            assert_eq!((open.elapsed_s, open.n_before), (0.1 + 0.25, 2));
            assert_eq!(fs::read(path.join(TRIALS)).unwrap(), bytes, "cut at {cut}");
        }
    }

    #[test]
    fn another_search_is_refused_with_what_differs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("search");
        SearchFolder::open(&path, &facts(0)).unwrap();
        let told = SearchFolder::open(&path, &facts(1)).err().expect("another seed").to_string();
        assert!(told.contains("holds another search: `seed` was 0, is 1"), "{told}");
    }

    #[test]
    fn what_is_no_search_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine.txt"), "mine").unwrap();
        let told = SearchFolder::open(folder.path(), &facts(0)).err().expect("no search").to_string();
        assert!(told.contains("exists, and holds no search"), "{told}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let above = folder.path().join("none/search");
        assert!(SearchFolder::open(&above, &facts(0)).err().unwrap().to_string().contains("the folder above"));
        let path = folder.path().join("search");
        drop(SearchFolder::open(&path, &facts(0)).unwrap());
        fs::write(path.join(TRIALS), "{}\n").unwrap();
        let told = SearchFolder::open(&path, &facts(0)).err().unwrap().to_string();
        assert!(told.contains("trials.jsonl:1: is no trial"), "{told}");
    }
}
