//! Rule: dependencies between crates point strictly down the layers of ARCHITECTURE.md, never within one.

use super::finding::Finding;
use super::manifest::{Dependency, Kind, Manifest};
use super::tree::Tree;

/// The layer of each crate. A new crate takes its place here and in ARCHITECTURE.md.
const LAYERS: &[(&str, u8)] = &[
    ("culet-kernels", 0),
    ("culet-graph", 1),
    ("culet-model", 2),
    ("culet-data", 2),
    ("culet-eval", 2),
    ("culet-train", 3),
    ("culet-answers", 4),
    ("culet-runs", 4),
    ("culet-serve", 5),
    ("culet-report", 5),
    ("culet", 6),
    ("culet-cli", 7),
    ("culet-py", 7),
];

/// A dev-dependency of any crate, outside the layers.
const TESTKIT: &str = "culet-testkit";

/// The highest layer that [`TESTKIT`] may see: references must not be built on what they check.
const TESTKIT_SEES: u8 = 1;

/// Checks every member of the workspace.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.members().flat_map(|(path, text)| check_manifest(path, text)).collect()
}

fn check_manifest(path: &str, text: &str) -> Vec<Finding> {
    let manifest = match Manifest::parse(path, text) {
        Ok(manifest) => manifest,
        Err(finding) => return vec![finding],
    };
    let place = check_place(path, &manifest.name);
    let upward = manifest.dependencies.iter().filter_map(|dependency| {
        let (wrong, remedy) = objection(&manifest.name, dependency)?;
        Some(Finding::error(path, dependency.line, wrong, remedy))
    });
    place.into_iter().chain(upward).collect()
}

/// A crate lies in the folder of its name and has a layer.
fn check_place(path: &str, name: &str) -> Option<Finding> {
    let folder = path.split('/').rev().nth(1).unwrap_or_default();
    if folder != name {
        let wrong = format!("the crate `{name}` lies in the folder `{folder}`");
        return Some(Finding::error(path, 1, wrong, "give both the same name"));
    }
    let placed = layer(name).is_some() || name == TESTKIT || name == "xtask";
    let wrong = || format!("the crate `{name}` has no layer");
    (!placed).then(|| Finding::error(path, 1, wrong(), "add it to `LAYERS` of xtask and to ARCHITECTURE.md"))
}

fn layer(name: &str) -> Option<u8> {
    LAYERS.iter().find(|(listed, _)| *listed == name).map(|&(_, layer)| layer)
}

/// What is wrong with a dependency and what to do, if anything is.
fn objection(from: &str, dependency: &Dependency) -> Option<(String, &'static str)> {
    let to = dependency.name.as_str();
    if to == TESTKIT {
        let wrong = || format!("`{from}` depends on `{TESTKIT}` outside its tests");
        return (dependency.kind != Kind::Dev).then(|| (wrong(), "move it to `[dev-dependencies]`"));
    }
    let below = layer(to)?;
    let Some(above) = layer(from) else {
        let allowed = from == TESTKIT && below <= TESTKIT_SEES;
        let wrong = || format!("`{from}` depends on `{to}` (layer {below})");
        return (!allowed).then(|| (wrong(), "write what it needs within the crate"));
    };
    let wrong = || format!("`{from}` (layer {above}) depends on `{to}` (layer {below})");
    (below >= above).then(|| (wrong(), "move the shared part to a lower layer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(name: &str, tables: &str) -> Vec<String> {
        let path = format!("crates/{name}/Cargo.toml");
        let text = format!("[package]\nname = \"{name}\"\n{tables}");
        check(&Tree::from([(&*path, &*text)])).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn downward_dependencies_pass() {
        assert!(findings("culet-kernels", "[dependencies]\nrayon.workspace = true").is_empty());
        assert!(findings("culet-eval", "[dependencies]\nculet-graph.workspace = true").is_empty());
        assert!(findings("culet-eval", "[dev-dependencies]\nculet-testkit.workspace = true").is_empty());
        assert!(findings("culet-testkit", "[dependencies]\nculet-graph.workspace = true").is_empty());
    }

    #[test]
    fn upward_and_sideways_dependencies_are_refused_in_every_table() {
        assert_eq!(
            findings("culet-graph", "[dependencies]\nculet-model.workspace = true"),
            ["crates/culet-graph/Cargo.toml:4: `culet-graph` (layer 1) depends on `culet-model` (layer 2); move the \
              shared part to a lower layer"]
        );
        for table in ["dependencies", "dev-dependencies", "build-dependencies", "target.'cfg(unix)'.dependencies"] {
            let sideways = findings("culet-eval", &format!("[{table}]\nculet-data.workspace = true"));
            assert_eq!(sideways.len(), 1, "{table}");
            assert!(sideways[0].contains("`culet-eval` (layer 2) depends on `culet-data` (layer 2)"), "{sideways:?}");
        }
    }

    #[test]
    fn a_new_name_for_a_crate_hides_nothing() {
        let renamed = "[dependencies]\nlooks-harmless = { package = \"culet-cli\", path = \"../culet-cli\" }";
        assert!(findings("culet-graph", renamed)[0].contains("depends on `culet-cli` (layer 7)"));
    }

    #[test]
    fn the_testkit_is_for_tests_and_stays_low() {
        let shipped = findings("culet-train", "[dependencies]\nculet-testkit.workspace = true");
        assert!(shipped[0].contains("outside its tests; move it to `[dev-dependencies]`"), "{shipped:?}");
        let high = findings("culet-testkit", "[dependencies]\nculet-model.workspace = true");
        assert!(high[0].contains("`culet-testkit` depends on `culet-model` (layer 2)"), "{high:?}");
    }

    #[test]
    fn xtask_depends_on_no_crate_of_the_project() {
        let text = "[package]\nname = \"xtask\"\n[dependencies]\nculet-kernels.workspace = true";
        let findings = check(&Tree::from([("xtask/Cargo.toml", text)]));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].to_string().contains("`xtask` depends on `culet-kernels`"));
    }

    #[test]
    fn a_crate_without_a_layer_or_in_a_strange_folder_is_refused() {
        assert!(findings("culet-magic", "")[0].contains("the crate `culet-magic` has no layer"));
        let moved = check(&Tree::from([("crates/graph/Cargo.toml", "[package]\nname = \"culet-graph\"")]));
        assert!(moved[0].to_string().contains("`culet-graph` lies in the folder `graph`"));
    }
}
