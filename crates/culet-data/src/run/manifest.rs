//! `manifest.json`: how a run was made, what it reached, and what its files must be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::checksum::checksum_of_text;
use super::{Damage, DataFingerprint, RunKind, RunProblem};

/// What marks a manifest as ours.
const FORMAT: &str = "culet-run";
/// The newest format this program writes and reads.
const NEWEST_VERSION: u64 = version_of(RunKind::Network);
/// Stands in the text for the checksum of that text.
const NO_CHECKSUM: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The facts of a run: what the caller of [`RunWriter::finish`](super::RunWriter::finish) knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunSummary {
    /// The registered name of the model.
    pub model: String,
    /// Every setting of the model and of its training, defaults included.
    pub config: Value,
    /// What was trained on, before a validation part was withheld.
    pub data: DataFingerprint,
    /// The seed of all randomness.
    pub seed: u64,
    /// The threads used; results do not depend on them.
    pub threads: usize,
    /// How the model was selected and judged.
    pub protocol: Protocol,
    /// The epoch the tables come from, if the model has epochs.
    pub best_epoch: Option<u64>,
    /// Metrics such as `recall@20`, by part: `valid`, `test`. What is not finite is written as null and read as NaN.
    #[serde(with = "metrics")]
    pub metrics: BTreeMap<String, BTreeMap<String, f64>>,
    /// Seconds by phase: `load`, `train`, `evaluate`.
    #[serde(with = "numbers")]
    pub seconds: BTreeMap<String, f64>,
    /// What else the model's answers need and no table holds, such as the learned mixture of scores for links; left out
    /// where it is null.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub extra: Value,
}

impl RunSummary {
    /// By what the run was selected; without evaluations nothing was, but for the parts of a blend.
    #[must_use]
    pub fn selected_on(&self) -> Option<Selection> {
        let selects = self.config["training"]["evaluate_every"] != 0 || self.extra["blend"].is_object();
        selects.then_some(self.protocol.selection)
    }
}

impl RunSummary {
    /// Whether somebody ended the training before it was done: with a checkpoint beside it, it can go on.
    #[must_use]
    pub fn was_interrupted(&self) -> bool {
        self.extra["interrupted"] == true
    }
}

/// How a model is selected and judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Protocol {
    /// What the best epoch was chosen on.
    pub selection: Selection,
    /// Whether the chosen setting was trained again on training and validation part together.
    pub refit: bool,
    /// The lengths K of the lists that are judged.
    pub cutoffs: Vec<usize>,
    /// The share of each user's training items that was withheld.
    pub validation_share: f64,
}

/// What the best epoch was chosen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Selection {
    /// A part withheld from training: honest.
    Validation,
    /// The test part itself, as the published programs do.
    Test,
}

/// What a file must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Its size; for the history, the size of the part that is vouched for.
    pub bytes: u64,
    /// The SHA-256 of these bytes, in hexadecimal.
    pub sha256: String,
}

/// The whole of `manifest.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    format: String,
    format_version: u64,
    /// What the run was made from; absent for a catalogue, as in runs older than networks.
    #[serde(default, skip_serializing_if = "is_catalogue")]
    pub kind: RunKind,
    /// The version of the program that wrote the run.
    pub program_version: String,
    /// How often the run was written, this time included.
    pub generation: u64,
    /// How the model was made and what it reached.
    #[serde(flatten)]
    pub summary: RunSummary,
    /// The other files by name.
    pub files: BTreeMap<String, FileRecord>,
    /// The SHA-256 of `manifest.json` with this checksum replaced by zeros.
    manifest_sha256: String,
}

impl Manifest {
    pub(super) fn new(
        generation: u64,
        kind: RunKind,
        summary: RunSummary,
        files: BTreeMap<String, FileRecord>,
    ) -> Self {
        Self {
            format: FORMAT.into(),
            format_version: version_of(kind),
            kind,
            program_version: env!("CARGO_PKG_VERSION").into(),
            generation,
            summary,
            files,
            manifest_sha256: NO_CHECKSUM.into(),
        }
    }

    /// The text of the file; the checksum in `self` is set to that of the text.
    pub(super) fn seal(&mut self) -> serde_json::Result<String> {
        self.manifest_sha256 = NO_CHECKSUM.into();
        let text = serde_json::to_string_pretty(self)? + "\n";
        self.manifest_sha256 = checksum_of_text(&text);
        Ok(with_checksum(&text, NO_CHECKSUM, &self.manifest_sha256))
    }

    /// Reads the text of the file; `verified` compares its own checksum too.
    pub(super) fn parse(bytes: &[u8], verified: bool) -> Result<Self, RunProblem> {
        let malformed = |what: String| RunProblem::Damaged(Damage::Malformed(what));
        let text = str::from_utf8(bytes).map_err(|e| malformed(format!("is not UTF-8: {e}")))?;
        let value: Value = serde_json::from_str(text).map_err(|e| malformed(format!("is not JSON: {e}")))?;
        check_format(&value)?;
        let manifest: Self = serde_json::from_str(text).map_err(|e| malformed(format!("makes no sense: {e}")))?;
        let (version, expected) = (manifest.format_version, version_of(manifest.kind));
        if version != expected {
            return Err(malformed(format!("has format version {version}, expected {expected} of a {}", manifest.kind)));
        }
        if verified {
            manifest.check_text(text)?;
        }
        Ok(manifest)
    }

    fn check_text(&self, text: &str) -> Result<(), RunProblem> {
        let expected = self.manifest_sha256.clone();
        let found = checksum_of_text(&with_checksum(text, &expected, NO_CHECKSUM));
        if found == expected { Ok(()) } else { Err(RunProblem::Damaged(Damage::Altered { expected, found })) }
    }
}

/// The format of a run. That of a catalogue is what it was before there were networks, so that programs of that time
/// read it; they refuse a network as written by a later program.
const fn version_of(kind: RunKind) -> u64 {
    match kind {
        RunKind::Catalogue => 1,
        RunKind::Network => 2,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_catalogue(kind: &RunKind) -> bool {
    *kind == RunKind::Catalogue
}

/// Exchanges the checksum of the manifest, the last entry in its text.
fn with_checksum(text: &str, old: &str, new: &str) -> String {
    text.rfind(old).map_or_else(|| text.into(), |at| [&text[..at], new, &text[at + old.len()..]].concat())
}

/// Looks at the mark and the version before anything else, for the rest may have changed since.
fn check_format(manifest: &Value) -> Result<(), RunProblem> {
    if manifest["format"] != FORMAT {
        return Err(RunProblem::ForeignManifest);
    }
    match manifest["format_version"].as_u64() {
        Some(1..=NEWEST_VERSION) => Ok(()),
        Some(found) if found > NEWEST_VERSION => {
            let program = manifest["program_version"].as_str().unwrap_or("of unknown version").into();
            Err(RunProblem::Newer { program, found, known: NEWEST_VERSION })
        }
        _ => {
            let what = format!("has format version {}, expected 1 to {NEWEST_VERSION}", manifest["format_version"]);
            Err(RunProblem::Damaged(Damage::Malformed(what)))
        }
    }
}

/// Numbers that may be NaN, which JSON writes as null.
mod numbers {
    use super::{BTreeMap, Deserialize, Serialize};

    pub(super) fn serialize<S: serde::Serializer>(map: &BTreeMap<String, f64>, s: S) -> Result<S::Ok, S::Error> {
        map.serialize(s)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(d: D) -> Result<BTreeMap<String, f64>, D::Error> {
        let map = BTreeMap::<String, Option<f64>>::deserialize(d)?;
        Ok(map.into_iter().map(|(name, number)| (name, number.unwrap_or(f64::NAN))).collect())
    }
}

/// As `numbers`, by part.
mod metrics {
    use super::{BTreeMap, Deserialize, Serialize, numbers};

    #[derive(Deserialize)]
    struct Part(#[serde(with = "numbers")] BTreeMap<String, f64>);

    type Parts = BTreeMap<String, BTreeMap<String, f64>>;

    pub(super) fn serialize<S: serde::Serializer>(parts: &Parts, s: S) -> Result<S::Ok, S::Error> {
        parts.serialize(s)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Parts, D::Error> {
        let parts = BTreeMap::<String, Part>::deserialize(d)?;
        Ok(parts.into_iter().map(|(name, part)| (name, part.0)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let summary = RunSummary {
            model: "kgin".into(),
            config: serde_json::json!({"dim": 64, "rate": 1e-4}),
            data: super::super::tests::fingerprint().into(),
            seed: u64::MAX,
            threads: 2,
            protocol: Protocol { selection: Selection::Test, refit: true, cutoffs: vec![20], validation_share: 0.1 },
            best_epoch: None,
            metrics: BTreeMap::from([("test".into(), BTreeMap::from([("recall@20".into(), 0.1 + 0.2)]))]),
            seconds: BTreeMap::from([("train".into(), 1.0 / 3.0)]),
            extra: Value::Null,
        };
        let files = BTreeMap::from([("tables.safetensors".into(), FileRecord { bytes: 7, sha256: "ab".into() })]);
        Manifest::new(4, RunKind::Catalogue, summary, files)
    }

    #[test]
    fn what_is_written_is_read_to_the_last_bit() {
        let mut written = manifest();
        let text = written.seal().unwrap();
        assert_eq!(Manifest::parse(text.as_bytes(), true).unwrap(), written);
        assert!(text.contains("\"selection\": \"test\"") && text.contains("\"best_epoch\": null"), "{text}");
    }

    #[test]
    fn the_kind_tells_the_version_and_a_catalogue_is_as_it_was_before_networks() {
        let text = manifest().seal().unwrap();
        assert!(text.contains("\"format_version\": 1,") && !text.contains("kind") && !text.contains("extra"), "{text}");
        let mut network = Manifest { kind: RunKind::Network, format_version: 2, ..manifest() };
        network.summary.extra = serde_json::json!({"score": {"share": 0.1 + 0.2}});
        let sealed = network.seal().unwrap();
        assert!(sealed.contains("\"format_version\": 2,") && sealed.contains("\"kind\": \"network\""), "{sealed}");
        assert_eq!(Manifest::parse(sealed.as_bytes(), true).unwrap(), network);
        let wrong = |version: u64, kind| {
            let text = Manifest { kind, format_version: version, ..manifest() }.seal().unwrap();
            Manifest::parse(text.as_bytes(), true).unwrap_err().to_string()
        };
        assert_eq!(wrong(1, RunKind::Network), "has format version 1, expected 2 of a network");
        assert_eq!(wrong(2, RunKind::Catalogue), "has format version 2, expected 1 of a catalogue");
        let other = sealed.replace("\"network\"", "\"hypergraph\"");
        let told = Manifest::parse(other.as_bytes(), true).unwrap_err().to_string();
        assert!(told.starts_with("makes no sense: unknown variant `hypergraph`"), "{told}");
    }

    #[test]
    fn metrics_that_are_not_finite_do_not_stop_a_run_from_being_written() {
        let mut written = manifest();
        written.summary.metrics.get_mut("test").unwrap().insert("auc".into(), f64::NAN);
        written.summary.seconds.insert("load".into(), f64::INFINITY);
        let read = Manifest::parse(written.seal().unwrap().as_bytes(), true).unwrap();
        assert!(read.summary.metrics["test"]["auc"].is_nan() && read.summary.seconds["load"].is_nan());
        assert_eq!(read.summary.metrics["test"]["recall@20"], 0.1 + 0.2);
    }

    #[test]
    fn a_changed_digit_is_noticed_unless_it_is_asked_not_to_be() {
        let text = manifest().seal().unwrap();
        let changed = text.replace("\"dim\": 64", "\"dim\": 32");
        let problem = Manifest::parse(changed.as_bytes(), true).unwrap_err();
        assert!(matches!(problem, RunProblem::Damaged(Damage::Altered { .. })), "{problem}");
        assert_eq!(Manifest::parse(changed.as_bytes(), false).unwrap().summary.config["dim"], 32);
    }

    #[test]
    fn formats_are_told_apart_before_anything_else_is_read() {
        let parse = |text: &str| Manifest::parse(text.as_bytes(), true).unwrap_err().to_string();
        assert!(parse("{").starts_with("is not JSON: EOF"), "{}", parse("{"));
        assert!(parse(r#"{"name": "My app", "icons": []}"#).starts_with("is not the manifest of a run"));
        let newer = parse(r#"{"format": "culet-run", "format_version": 3, "program_version": "9.1.0", "x": 1}"#);
        assert!(newer.starts_with("was written by culet 9.1.0 in run format 3"), "{newer}");
        let zero = parse(r#"{"format": "culet-run", "format_version": 0}"#);
        assert_eq!(zero, "has format version 0, expected 1 to 2");
        let bare = parse(r#"{"format": "culet-run", "format_version": 1}"#);
        assert!(bare.starts_with("makes no sense: missing field"), "{bare}");
        assert!(Manifest::parse(&[0xff, 0xfe], true).unwrap_err().to_string().starts_with("is not UTF-8"));
    }
}
