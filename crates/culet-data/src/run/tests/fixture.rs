//! Small contents to write, and folders to spoil.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use culet_graph::{Csr, EdgeList, Interactions, KnowledgeGraph, Names, Network, NodeTypes, Triplet, Vocabulary};
use culet_kernels::{Matrix, SparseMatrix};
use serde_json::json;
use tempfile::TempDir;

use super::super::*;
use crate::{DataError, Fingerprint, NodeLabels};

/// The owner of what [`RunContents`] borrows.
#[derive(Debug)]
pub(super) struct Owned {
    pub(super) summary: RunSummary,
    pub(super) tables: Vec<(String, Matrix)>,
    pub(super) sparse: Vec<(String, SparseMatrix)>,
    pub(super) data: RunData,
    pub(super) per_user: Option<PerUserTable>,
}

impl Owned {
    pub(super) fn contents(&self) -> RunContents<'_> {
        RunContents {
            summary: self.summary.clone(),
            tables: self.tables.iter().map(|(name, table)| (name.clone(), table)).collect(),
            sparse: self.sparse.iter().map(|(name, table)| (name.clone(), table)).collect(),
            data: self.data.view(),
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
            && run.table_names().len() == self.tables.len() + 3 * self.sparse.len()
            && self.tables.iter().all(same_table)
            && self.sparse.iter().all(|(name, table)| run.sparse_table(name).unwrap().as_ref() == Some(table))
            && run.data == self.data
            && run.manifest.kind == self.data.kind()
            && run.per_user().unwrap() == self.per_user
    }
}

pub(super) fn summary(seed: u64) -> RunSummary {
    RunSummary {
        model: "kgin".into(),
        config: json!({"dim": 5, "learning_rate": 1e-4}),
        data: fingerprint().into(),
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
        extra: serde_json::Value::Null,
    }
}

/// Some fingerprint.
pub(in super::super) fn fingerprint() -> Fingerprint {
    Fingerprint {
        users: 4,
        items: 3,
        train_pairs: 5,
        valid_pairs: 0,
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
    let pairs = |pairs: &[(u32, u32)]| Interactions::from_pairs(4, 3, pairs).unwrap();
    let tail = 3 + (seed % 2) as u32;
    let user = format!("user {seed}");
    let parts = CatalogueParts {
        train: pairs(&[(0, 0), (0, 2), (1, 1), (3, 0)]),
        valid: pairs(&[(1, 2)]),
        test: pairs(&[(0, 1), (3, (seed % 3) as u32)]),
        graph: KnowledgeGraph::from_triplets(5, 2, vec![triplet(0, 1, tail), triplet(2, 0, 3)]).unwrap(),
        vocabulary: Vocabulary {
            users: [("a", Some(user.as_str())), ("b", None), ("c", None), ("ü", Some("Ümit"))].into_iter().collect(),
            entities: Names::numbered(5),
            relations: [("r1", Some("directed by")), ("r2", None)].into_iter().collect(),
        },
    };
    Owned {
        summary: summary(seed),
        tables: vec![
            ("representation.users".into(), table(4, 5, seed)),
            ("parameter.entities".into(), table(5, 17, seed)),
        ],
        sparse: vec![(
            "scorer.weights".into(),
            SparseMatrix::from_rows(3, vec![vec![(1, 0.5)], vec![], vec![(0, -1.0)]]),
        )],
        data: RunData::Catalogue(parts.into()),
        per_user: Some(PerUserTable {
            users: vec!["a".into(), "ü".into()],
            n_targets: vec![1, u32::MAX],
            metrics: vec![("recall@20".into(), vec![1.0 / 3.0, seed as f64]), ("ndcg@20".into(), vec![0.5, 1.0])],
        }),
    }
}

/// Five nodes of two types, weighted edges of two relations, three labels; all contents differ from seed to seed.
pub(super) fn owned_network(seed: u64) -> Owned {
    let edges = EdgeList {
        sources: vec![0, 1, 3, 3],
        targets: vec![1, 2, 3, 0],
        weights: vec![0.5, 2.0, seed as f32 + 0.25, 1e-3],
        relations: vec![1, 0, 0, 1],
    };
    let (mut network, _) = Network::from_edges(5, true, &edges).unwrap();
    let types = vec!["author".into(), "paper".into()];
    network.types = Some(NodeTypes { names: types, of: vec![0, 1, 1, (seed % 2) as u8, 0] });
    network.relation_names = vec!["cites".into(), "writes".into()];
    let name = format!("node {seed}");
    let parts = NetworkParts {
        network,
        nodes: [("a:1", Some(name.as_str())), ("p:1", None), ("p:2", None), ("ü", Some("Ümit")), ("x y", None)]
            .into_iter()
            .collect(),
        labels: Some(NodeLabels {
            names: vec!["db".into(), "ml".into(), "of nobody".into()],
            of: Csr::from_pairs(5, &[(0, 1), (0, 0), (3, 1), (4, (seed % 2) as u32)]).unwrap(),
        }),
        train_negatives: vec![(4, 4), (0, 4)],
        valid: vec![(1, 2)],
        valid_negatives: vec![(2, 1)],
        test: vec![(0, (seed % 5) as u32), (4, 2)],
        test_negatives: vec![(2, 4), (2, 4)],
    };
    let summary = RunSummary {
        model: "asp2vec".into(),
        data: NetworkFingerprint::of(&parts.network).into(),
        extra: json!({"score": {"share": 0.1 + 0.2}}),
        ..summary(seed)
    };
    let tables = vec![("parameter.centre".into(), table(5, 3, seed)), ("parameter.context".into(), table(5, 17, seed))];
    let per_user = PerUserTable {
        users: vec!["p:1".into()],
        n_targets: vec![2],
        metrics: vec![("recall@10".into(), vec![seed as f64 + 0.5])],
    };
    Owned { summary, tables, sparse: Vec::new(), data: RunData::Network(parts.into()), per_user: Some(per_user) }
}

/// Contents of both kinds.
pub(super) const KINDS: [fn(u64) -> Owned; 2] = [owned, owned_network];

pub(super) fn table(n: usize, dim: usize, seed: u64) -> Matrix {
    let value = |k: usize| k as f32 + seed as f32 * 0.5;
    Matrix::from_values(n, dim, &(0..n * dim).map(value).collect::<Vec<_>>())
}

/// A temporary folder and, in it, the path of a run that is not yet there.
pub(super) fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    (folder, path)
}

/// A finished run of a catalogue with two events in its history, copied: written once, for a test of a hundred damages
/// to be quick.
pub(super) fn finished(seed: u64) -> (TempDir, PathBuf) {
    copied(RunKind::Catalogue, seed)
}

/// The same of a network.
pub(super) fn finished_network(seed: u64) -> (TempDir, PathBuf) {
    copied(RunKind::Network, seed)
}

/// The same of either kind.
pub(super) fn copied(kind: RunKind, seed: u64) -> (TempDir, PathBuf) {
    static RUNS: Mutex<BTreeMap<(bool, u64), Files>> = Mutex::new(BTreeMap::new());
    let is_network = kind == RunKind::Network;
    let anew = || snapshot(&finished_anew(&KINDS[usize::from(is_network)](seed)).1);
    let files = RUNS.lock().unwrap().entry((is_network, seed)).or_insert_with(anew).clone();
    let (folder, path) = place();
    restore(&path, &files);
    (folder, path)
}

/// A run written by the writer in this moment, as [`finished`].
pub(super) fn finished_anew(owned: &Owned) -> (TempDir, PathBuf) {
    let (folder, path) = place();
    let mut writer = RunWriter::create(&path).unwrap();
    for epoch in 0..2 {
        writer.append_history(&json!({"epoch": epoch, "loss": 0.1 + 0.2})).unwrap();
    }
    writer.finish(&owned.contents()).unwrap();
    (folder, path)
}

/// Names and bytes.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// What is in a folder.
pub(super) fn snapshot(folder: &Path) -> Files {
    let name = |entry: &fs::DirEntry| entry.file_name().into_string().unwrap();
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .filter(|entry| entry.path().is_file())
        .map(|entry| (name(&entry), fs::read(entry.path()).unwrap()))
        .collect()
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
