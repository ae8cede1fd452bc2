//! Rule: versions and sources stand in the root manifest alone; members inherit them.

use super::finding::Finding;
use super::manifest::Manifest;
use super::tree::Tree;

/// Checks every member of the workspace. A manifest that cannot be read is reported by the rule on layers.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    tree.members().flat_map(|(path, text)| check_manifest(path, text)).collect()
}

fn check_manifest(path: &str, text: &str) -> Vec<Finding> {
    let Ok(manifest) = Manifest::parse(path, text) else { return Vec::new() };
    let own = manifest.own_version.map(|line| {
        Finding::error(path, line, "the package has a version of its own", "write `version.workspace = true`")
    });
    let written_out = manifest.dependencies.iter().filter(|dependency| !dependency.inherited).map(|dependency| {
        let name = &dependency.name;
        let wrong = format!("`{name}` is not inherited from the workspace");
        let remedy = format!("name it in the root's `[workspace.dependencies]` and write `{name}.workspace = true`");
        Finding::error(path, dependency.line, wrong, remedy)
    });
    own.into_iter().chain(written_out).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        check(&Tree::from([("crates/a/Cargo.toml", text)])).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn inherited_versions_pass_in_each_spelling() {
        let text = "[package]\nname = \"a\"\nversion.workspace = true\n[dependencies]\nb.workspace = true\n\
                    c = { workspace = true, features = [\"d\"] }\n[dev-dependencies.e]\nworkspace = true\n";
        assert!(lines(text).is_empty());
    }

    #[test]
    fn versions_paths_and_git_sources_in_members_are_refused() {
        let text = "[package]\nname = \"a\"\nversion = \"1.0.0\"\n[dependencies]\nb = \"1\"\n\
                    c = { version = \"1\" }\n[dev-dependencies]\nd = { path = \"../d\" }\ne = { git = \"x\" }\n";
        assert_eq!(lines(text), [3, 5, 6, 8, 9]);
    }
}
