//! `culet facets`: the aspects of a node in words, or the groups that the aspects of all nodes form.

use std::path::PathBuf;

use clap::{ArgMatches, Command};
use culet::data::RunKind;
use culet::graph::Names;
use culet::train::{Common, NodeFacet, StoredNetworkRun};
use serde::Serialize;
use serde_json::json;

use super::node::{self, NamedNode};
use super::{count, count_argument, groups, open};
use crate::commands::evaluate::{kind_of, run_argument};
use crate::commands::{Done, intents};
use crate::context::Context;
use crate::problem::Problem;

pub(in crate::commands) fn command() -> Command {
    Command::new("facets")
        .about(
            "Tell the aspects of a node: their shares, who is typical, what they have in common; or the groups that the \
             aspects of all nodes form; or the intents of a recommender's users",
        )
        .after_help(
            "Examples:\n  culet facets net alice\n  culet facets net alice -k 10 --json\n  \
             # a node is in the groups of its aspects: groups may overlap\n  culet facets net\n  \
             culet facets net --groups 20\n  \
             # a run of kgin: the intents of all users, or of one, and the relations that they follow\n  \
             culet facets run\n  culet facets run user-00003",
        )
        .arg(run_argument())
        .arg(node::argument(
            "a node, by its id in the data or by a name that no other has [default: the groups of all nodes]; of a \
             recommender a user [default: all]",
        ))
        .arg(count_argument("5", "how many typical nodes of each aspect or group"))
        .arg(groups::argument("into how many groups to sort all nodes [default: as many as there are labels, else 10]"))
}

/// An aspect as documents tell it.
#[derive(Debug, Serialize)]
struct Facet {
    /// From 1.
    aspect: usize,
    /// Among the contexts of the node.
    share: f64,
    /// Nodes that are seen under it most.
    typical: Vec<Typical>,
    /// What these have in common.
    common: Vec<Trait>,
}

#[derive(Debug, Serialize)]
struct Typical {
    #[serde(flatten)]
    node: NamedNode,
    /// How much of it falls to the aspect.
    share: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct Trait {
    /// `label` or `type`.
    kind: &'static str,
    name: String,
    /// The share of these nodes that have it, of those that have any.
    share: f64,
    /// The same of all nodes.
    overall: f64,
}

impl Trait {
    pub(super) fn new(common: &Common, kind: &'static str) -> Self {
        Self { kind, name: common.name.clone(), share: common.share, overall: common.overall }
    }

    pub(super) fn to_text(&self) -> String {
        let (share, overall) = (100.0 * self.share, 100.0 * self.overall);
        format!("{} {} {share:.0} % (all nodes: {overall:.0} %)", self.kind, self.name)
    }
}

/// Lines such as `  typical  Ada, Bob`, none where nothing is to be told.
pub(super) fn line(word: &str, parts: &[String]) -> String {
    if parts.is_empty() { String::new() } else { format!("  {word:7}  {}\n", parts.join(", ")) }
}

/// What the nodes of a run have in common, if anything.
pub(super) fn kind(stored: &StoredNetworkRun) -> &'static str {
    if stored.data().labels.is_some() { "label" } else { "type" }
}

impl Facet {
    fn new(facet: &NodeFacet, names: &Names, kind: &'static str) -> Self {
        let typical = |&(node, share): &(u32, f64)| Typical { node: NamedNode::new(node, names), share };
        Self {
            aspect: facet.aspect + 1,
            share: facet.share,
            typical: facet.contexts.iter().map(typical).collect(),
            common: facet.common.iter().map(|common| Trait::new(common, kind)).collect(),
        }
    }

    fn to_text(&self) -> String {
        let typical = |one: &Typical| format!("{} {:.0} %", one.node.label(), 100.0 * one.share);
        let typical: Vec<String> = self.typical.iter().map(typical).collect();
        let common: Vec<String> = self.common.iter().map(Trait::to_text).collect();
        format!("aspect {}, {:.0} %\n", self.aspect, 100.0 * self.share)
            + &line("typical", &typical)
            + &line("common", &common)
    }
}

pub(in crate::commands) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let path: &PathBuf = matches.get_one("run").expect("required");
    if kind_of(path) == RunKind::Catalogue {
        if matches.contains_id("groups") {
            return Err(Problem::input("`--groups` is about networks").hint("leave the flag out"));
        }
        return intents::run(context, matches);
    }
    let stored = open(matches)?;
    let data = stored.data();
    let Some(node) = node::asked(matches, &data.nodes)? else { return groups::run(context, &stored, matches) };
    if matches.contains_id("groups") {
        return Err(
            Problem::input("`--groups` is about all nodes, and one is given").hint("leave out the node, or the flag")
        );
    }
    let kind = kind(&stored);
    let found = stored.facets_of(node, count(matches));
    let facets: Vec<Facet> = found.iter().map(|facet| Facet::new(facet, &data.nodes, kind)).collect();
    let model = &stored.run.manifest.summary.model;
    if facets.len() == 1 {
        context.remark(&format!("note: this run of `{model}` has one aspect only; `asp2vec` learns several"));
    }
    let asked = NamedNode::new(node, &data.nodes);
    let document = json!({
        "run": stored.run.path().to_string_lossy(),
        "model": model,
        "data": stored.data_name(),
        "node": asked,
        "facets": facets,
    });
    context.print(&document, || {
        let head = format!("aspects of {}, by their share\n\n", asked.in_full());
        head + &facets.iter().map(Facet::to_text).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Done::Wholly)
}
