//! The files of a run folder: whatever stands in one of them, an answer or an error, never a panic.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bolero::check;
use culet_data::{CatalogueView, Dataset, Fingerprint, Protocol, Run, RunContents, RunSummary, RunWriter, Selection};
use culet_fuzz::Watch;
use culet_graph::{Interactions, KnowledgeGraph, Names, Triplet, Vocabulary};
use culet_kernels::Matrix;

/// Writes a small whole run.
fn write_run(path: &Path) {
    let data = Dataset {
        name: "fuzz".to_owned(),
        train: Interactions::from_pairs(2, 3, &[(0, 0), (1, 2)]).unwrap(),
        valid: Interactions::empty(2, 3),
        test: Interactions::from_pairs(2, 3, &[(0, 1)]).unwrap(),
        graph: KnowledgeGraph::from_triplets(4, 1, vec![Triplet { head: 0, relation: 0, tail: 3 }]).unwrap(),
        vocabulary: Vocabulary {
            users: Names::numbered(2),
            entities: Names::numbered(4),
            relations: Names::numbered(1),
        },
        notes: Vec::new(),
    };
    let table = Matrix::from_values(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let summary = RunSummary {
        model: "kgin".to_owned(),
        config: serde_json::json!({}),
        data: Fingerprint::of(&data).into(),
        seed: 0,
        threads: 1,
        protocol: Protocol { selection: Selection::Test, refit: false, cutoffs: vec![20], validation_share: 0.0 },
        best_epoch: Some(1),
        metrics: BTreeMap::new(),
        seconds: BTreeMap::new(),
        extra: serde_json::Value::Null,
    };
    let none = Interactions::empty(2, 3);
    let contents = RunContents {
        summary,
        tables: vec![("parameter.users".to_owned(), &table)],
        sparse: Vec::new(),
        data: CatalogueView {
            train: &data.train,
            valid: &none,
            test: &data.test,
            graph: &data.graph,
            vocabulary: &data.vocabulary,
        }
        .into(),
        per_user: None,
    };
    RunWriter::create(path).unwrap().finish(&contents).unwrap();
}

/// Puts bytes into a file of a run, whole or after its own beginning, and opens it with and without checksums.
fn open_with(target: &'static str, file: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    write_run(&path);
    let original = fs::read(path.join(file)).unwrap();
    let watch = Watch::new(target);
    check!().with_iterations(300).for_each(|bytes: &[u8]| {
        watch.input(|| {
            let kept = bytes.first().map_or(0, |&byte| original.len() * usize::from(byte) / 256);
            let patched = [&original[..kept], bytes, original.get(kept + bytes.len()..).unwrap_or(&[])].concat();
            for content in [bytes.to_vec(), patched] {
                fs::write(path.join(file), &content).unwrap();
                if let Ok(run) = Run::open(&path) {
                    assert!(content == original, "an altered {file} was taken for whole");
                    drop(run);
                }
                if let Ok(run) = Run::open_unverified(&path) {
                    for name in run.table_names() {
                        let _ = run.table(&name);
                    }
                }
            }
        });
    });
    drop(folder);
}

#[test]
fn manifest() {
    open_with("manifest", "manifest.json");
}

#[test]
fn tables() {
    open_with("tables", "tables.safetensors");
}

#[test]
fn data() {
    open_with("data", "data.safetensors");
}

#[test]
fn vocabulary() {
    open_with("vocabulary", "vocabulary.parquet");
}
