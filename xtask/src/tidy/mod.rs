//! The house rules that no compiler checks. Each rule is a function from the files to its findings.

use std::path::Path;

mod finding;
mod layers;
mod length;
mod links;
mod manifest;
mod markdown;
mod model_table;
mod names;
mod privacy;
mod safety;
mod source;
mod tree;
mod versions;
mod wall_clock;

use finding::{Finding, Level};
use tree::Tree;

const RULES: &[fn(&Tree) -> Vec<Finding>] = &[
    layers::check,
    versions::check,
    length::check,
    safety::check,
    links::check,
    names::check,
    privacy::check,
    wall_clock::check,
];

/// Checks the repository in `root` and prints one line per finding; whether there was none (warnings aside).
pub(crate) fn run(root: &Path) -> bool {
    let tree = match Tree::read(root) {
        Ok(tree) => tree,
        Err(error) => {
            eprintln!("error: cannot read the files of `{}`: {error}", root.display());
            return false;
        }
    };
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&tree)).collect();
    findings.extend(model_table::check(&tree, || printed_model_table(root)));
    findings.sort();
    findings.iter().for_each(|finding| println!("{finding}"));
    let n_errors = findings.iter().filter(|finding| finding.level == Level::Error).count();
    println!("tidy: {} files, {n_errors} errors, {} warnings", tree.len(), findings.len() - n_errors);
    n_errors == 0
}

/// The table of models as the binary prints it.
fn printed_model_table(root: &Path) -> Result<String, String> {
    let mut command = crate::cargo();
    command.args(model_table::COMMAND).current_dir(root);
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("no message").to_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}
