//! Small contents to write, and folders to spoil.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use culet_graph::{Interactions, KnowledgeGraph, Names, Triplet, Vocabulary};
use culet_kernels::Matrix;
use serde_json::json;
use tempfile::TempDir;

use super::super::*;
use crate::{DataError, Fingerprint};

/// The owner of what [`RunContents`] borrows.
#[derive(Debug)]
pub(super) struct Owned {
    pub(super) summary: RunSummary,
    pub(super) tables: Vec<(String, Matrix)>,
    pub(super) parts: [Interactions; 3],
    pub(super) graph: KnowledgeGraph,
    pub(super) vocabulary: Vocabulary,
    pub(super) per_user: Option<PerUserTable>,
}

impl Owned {
    pub(super) fn contents(&self) -> RunContents<'_> {
        RunContents {
            summary: self.summary.clone(),
            tables: self.tables.iter().map(|(name, table)| (name.clone(), table)).collect(),
            train: &self.parts[0],
            valid: &self.parts[1],
            test: &self.parts[2],
            graph: &self.graph,
            vocabulary: &self.vocabulary,
            per_user: self.per_user.clone(),
        }
    }

    /// Whether the run holds exactly these contents.
    pub(super) fn equals(&self, run: &Run) -> bool {
        let bits = |table: &Matrix| table.to_values().iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let same_table = |(name, table): &(String, Matrix)| {
            let read = run.table(name).unwrap();
            (read.n_rows(), read.dim(), bits(&read)) == (table.n_rows(), table.dim(), bits(table))
        };
        run.manifest.summary == self.summary
            && run.table_names().len() == self.tables.len()
            && self.tables.iter().all(same_table)
            && self.parts == [&run.train, &run.valid, &run.test].map(Clone::clone)
            && run.graph == self.graph
            && run.vocabulary == self.vocabulary
            && run.per_user().unwrap() == self.per_user
    }
}

pub(super) fn summary(seed: u64) -> RunSummary {
    RunSummary {
        model: "kgin".into(),
        config: json!({"dim": 5, "learning_rate": 1e-4}),
        data: fingerprint(),
        seed,
        threads: 2,
        protocol: Protocol {
            selection: Selection::Validation,
            refit: false,
            cutoffs: vec![20, 40],
            validation_share: 0.1,
        },
        best_epoch: Some(7),
        metrics: BTreeMap::from([("test".into(), BTreeMap::from([("recall@20".into(), 0.1 + 0.2)]))]),
        seconds: BTreeMap::from([("train".into(), 12.25)]),
    }
}

/// Some fingerprint.
pub(in super::super) fn fingerprint() -> Fingerprint {
    Fingerprint {
        users: 4,
        items: 3,
        train_pairs: 5,
        test_pairs: 2,
        entities: 5,
        relations: 2,
        triplets: 2,
        content: "0123456789abcdef".into(),
    }
}

/// Four users, three items, five entities, two relations; all contents differ from seed to seed.
pub(super) fn owned(seed: u64) -> Owned {
    let triplet = |head, relation, tail| Triplet { head, relation, tail };
    let value = |k: usize| k as f32 + seed as f32 * 0.5;
    let table = |n: usize, dim: usize| Matrix::from_values(n, dim, &(0..n * dim).map(value).collect::<Vec<_>>());
    let pairs = |pairs: &[(u32, u32)]| Interactions::from_pairs(4, 3, pairs).unwrap();
    let tail = 3 + (seed % 2) as u32;
    let user = format!("user {seed}");
    Owned {
        summary: summary(seed),
        tables: vec![("representation.users".into(), table(4, 5)), ("parameter.entities".into(), table(5, 17))],
        parts: [pairs(&[(0, 0), (0, 2), (1, 1), (3, 0)]), pairs(&[(1, 2)]), pairs(&[(0, 1), (3, (seed % 3) as u32)])],
        graph: KnowledgeGraph::from_triplets(5, 2, vec![triplet(0, 1, tail), triplet(2, 0, 3)]).unwrap(),
        vocabulary: Vocabulary {
            users: [("a", Some(user.as_str())), ("b", None), ("c", None), ("ü", Some("Ümit"))].into_iter().collect(),
            entities: Names::numbered(5),
            relations: [("r1", Some("directed by")), ("r2", None)].into_iter().collect(),
        },
        per_user: Some(PerUserTable {
            users: vec!["a".into(), "ü".into()],
            n_targets: vec![1, u32::MAX],
            metrics: vec![("recall@20".into(), vec![1.0 / 3.0, seed as f64]), ("ndcg@20".into(), vec![0.5, 1.0])],
        }),
    }
}

/// A temporary folder and, in it, the path of a run that is not yet there.
pub(super) fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    (folder, path)
}

/// A finished run with two events in its history, copied: written once, for a test of a hundred damages to be quick.
pub(super) fn finished(seed: u64) -> (TempDir, PathBuf) {
    static RUNS: Mutex<BTreeMap<u64, Files>> = Mutex::new(BTreeMap::new());
    let files = RUNS.lock().unwrap().entry(seed).or_insert_with(|| snapshot(&finished_anew(seed).1)).clone();
    let (folder, path) = place();
    restore(&path, &files);
    (folder, path)
}

/// A run written by the writer in this moment, as [`finished`].
pub(super) fn finished_anew(seed: u64) -> (TempDir, PathBuf) {
    let (folder, path) = place();
    let mut writer = RunWriter::create(&path).unwrap();
    for epoch in 0..2 {
        writer.append_history(&json!({"epoch": epoch, "loss": 0.1 + 0.2})).unwrap();
    }
    writer.finish(&owned(seed).contents()).unwrap();
    (folder, path)
}

/// Names and bytes.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// What is in a folder.
pub(super) fn snapshot(folder: &Path) -> Files {
    let name = |entry: &fs::DirEntry| entry.file_name().into_string().unwrap();
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| (name(&entry), fs::read(entry.path()).unwrap())).collect()
}

/// Makes a folder hold exactly these files.
pub(super) fn restore(folder: &Path, files: &Files) {
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    fs::create_dir(folder).unwrap();
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// Writes the manifest anew, so that it vouches for the files as they are now.
pub(super) fn vouch(folder: &Path) {
    let mut manifest = Manifest::parse(&fs::read(folder.join(MANIFEST)).unwrap(), true).unwrap();
    for (name, record) in &mut manifest.files {
        *record = checksum::checksum_of(fs::File::open(folder.join(name)).unwrap(), u64::MAX).unwrap();
    }
    fs::write(folder.join(MANIFEST), manifest.seal().unwrap()).unwrap();
}

/// The file and the damage that an error reports.
pub(super) fn damage_of(result: Result<Run, DataError>) -> (PathBuf, Damage) {
    match result {
        Err(DataError::Run { path, problem: RunProblem::Damaged(damage) }) => (path, damage),
        other => panic!("expected damage, found {other:?}"),
    }
}
