//! Nodes by what people call them.

use clap::{Arg, ArgMatches};
use culet::graph::Names;
use serde::Serialize;

use crate::problem::Problem;

/// NODE
pub(super) fn argument(help: &'static str) -> Arg {
    Arg::new("node").value_name("NODE").help(help).allow_negative_numbers(true)
}

/// The node that is asked for, if any.
pub(super) fn asked(matches: &ArgMatches, names: &Names) -> Result<Option<u32>, Problem> {
    asked_as("node", matches, names)
}

/// The same of something that goes by another word.
pub(super) fn asked_as(what: &str, matches: &ArgMatches, names: &Names) -> Result<Option<u32>, Problem> {
    matches.get_one::<String>("node").map(|text| find(what, text, names)).transpose()
}

/// A node as documents name it.
#[derive(Debug, Clone, Serialize)]
pub(in crate::commands) struct NamedNode {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
}

impl NamedNode {
    pub(super) fn new(node: u32, names: &Names) -> Self {
        let node = node as usize;
        Self { id: names.id(node).to_owned(), name: names.name(node).map(str::to_owned) }
    }

    /// The readable name, or else the id.
    pub(super) fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    /// The id, and the name in brackets.
    pub(in crate::commands) fn in_full(&self) -> String {
        match &self.name {
            Some(name) => format!("{} ({name})", self.id),
            None => self.id.clone(),
        }
    }
}

/// By external id, or else by a name that only one node has.
fn find(what: &str, text: &str, names: &Names) -> Result<u32, Problem> {
    if let Some(node) = names.find(text) {
        return Ok(node as u32);
    }
    let mut of_name = (0..names.len()).filter(|&node| names.name(node) == Some(text));
    match (of_name.next(), of_name.count()) {
        (Some(node), 0) => Ok(node as u32),
        (Some(node), others) => Err(Problem::input(format!("{} {what}s have the name `{text}`", others + 1))
            .hint(format!("give the id of one, such as `{}`", names.id(node)))),
        (None, _) => Err(unknown(what, text, names)),
    }
}

fn unknown(what: &str, text: &str, names: &Names) -> Problem {
    let ids = (0..names.len()).map(|node| names.id(node));
    let known = ids.chain((0..names.len()).filter_map(|node| names.name(node)));
    Problem::no_such(what, text, known, an_id(names, names.len()))
}

/// What ids look like, if there are any among the first `n`.
pub(in crate::commands) fn an_id(names: &Names, n: usize) -> Option<String> {
    (n > 0).then(|| format!("ids are those of the data, such as `{}`", names.id(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let nodes =
            [("a1", Some("Ann")), ("b2", Some("Bob")), ("Bob", None), ("c3", Some("Ann")), ("d4", Some("Dora"))];
        nodes.into_iter().collect()
    }

    #[test]
    fn ids_win_over_names_and_names_must_be_of_one_node() {
        assert_eq!(find("node", "c3", &names()).unwrap(), 3);
        assert_eq!(find("node", "Bob", &names()).unwrap(), 2);
        assert_eq!(find("node", "Dora", &names()).unwrap(), 4);
        let problem = find("node", "Ann", &names()).unwrap_err();
        assert_eq!(problem.to_string(), "error: 2 nodes have the name `Ann`\n\nhint: give the id of one, such as `a1`");
    }

    #[test]
    fn an_unknown_node_has_a_near_one() {
        let problem = find("node", "nobody", &names()).unwrap_err().to_string();
        assert_eq!(
            problem,
            "error: there is no node `nobody` in this run\n\nhint: ids are those of the data, such as `a1`"
        );
        assert!(find("node", "d5", &names()).unwrap_err().to_string().ends_with("did you mean `d4`?"));
        assert!(find("node", "Dorra", &names()).unwrap_err().to_string().ends_with("did you mean `Dora`?"));
    }
}
