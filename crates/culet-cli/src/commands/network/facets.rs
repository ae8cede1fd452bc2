//! `culet facets`: the aspects of a network or of a node, in words.

use clap::{ArgMatches, Command};
use culet::graph::Names;
use culet::train::NodeFacet;
use serde::Serialize;
use serde_json::json;

use super::node::{self, NamedNode};
use super::{count, count_argument, open};
use crate::commands::Done;
use crate::commands::evaluate::run_argument;
use crate::context::Context;
use crate::problem::Problem;

pub(in crate::commands) fn command() -> Command {
    Command::new("facets")
        .about("Tell the aspects of a network, or of one of its nodes: their shares, who is typical, what they have in common")
        .after_help("Examples:\n  culet facets net\n  culet facets net alice\n  culet facets net alice -k 10 --json")
        .arg(run_argument())
        .arg(node::argument("a node, by its id in the data or by a name that no other has [default: all nodes]"))
        .arg(count_argument("5", "how many typical nodes of each aspect"))
}

/// An aspect as documents tell it.
#[derive(Debug, Serialize)]
struct Facet {
    /// From 1.
    aspect: usize,
    /// Among the contexts of the node, or on average over all nodes.
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
struct Trait {
    /// `label` or `type`.
    kind: &'static str,
    name: String,
    /// The share of the typical nodes that have it, of those that have any.
    share: f64,
    /// The same of all nodes.
    overall: f64,
}

impl Facet {
    fn new(facet: &NodeFacet, names: &Names, kind: &'static str) -> Self {
        let typical = |&(node, share): &(u32, f64)| Typical { node: NamedNode::new(node, names), share };
        let shared = |common: &culet::train::Common| Trait {
            kind,
            name: common.name.clone(),
            share: common.share,
            overall: common.overall,
        };
        Self {
            aspect: facet.aspect + 1,
            share: facet.share,
            typical: facet.contexts.iter().map(typical).collect(),
            common: facet.common.iter().map(shared).collect(),
        }
    }

    fn to_text(&self) -> String {
        let typical = |one: &Typical| format!("{} {:.0} %", one.node.label(), 100.0 * one.share);
        let shared = |one: &Trait| {
            let (share, overall) = (100.0 * one.share, 100.0 * one.overall);
            format!("{} {} {share:.0} % (all nodes: {overall:.0} %)", one.kind, one.name)
        };
        let mut text = format!("aspect {}, {:.0} %\n", self.aspect, 100.0 * self.share);
        for (word, parts) in [
            ("typical", self.typical.iter().map(typical).collect::<Vec<_>>()),
            ("common", self.common.iter().map(shared).collect()),
        ] {
            if !parts.is_empty() {
                text += &format!("  {word:7}  {}\n", parts.join(", "));
            }
        }
        text
    }
}

pub(in crate::commands) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let stored = open(matches)?;
    let data = stored.data();
    let (node, k) = (node::asked(matches, &data.nodes)?, count(matches));
    let found = match node {
        Some(node) => stored.facets_of(node, k),
        None => context.pool.install(|| stored.facets(k)),
    };
    let kind = if data.labels.is_some() { "label" } else { "type" };
    let facets: Vec<Facet> = found.iter().map(|facet| Facet::new(facet, &data.nodes, kind)).collect();
    let model = &stored.run.manifest.summary.model;
    if facets.len() == 1 {
        context.remark(&format!("note: this run of `{model}` has one aspect only; `asp2vec` learns several"));
    }
    let asked = node.map(|node| NamedNode::new(node, &data.nodes));
    let document = json!({
        "run": stored.run.path().to_string_lossy(),
        "model": model,
        "data": stored.data_name(),
        "node": asked,
        "facets": facets,
    });
    context.print(&document, || {
        let whose = asked.as_ref().map_or_else(|| stored.data_name().to_owned(), NamedNode::in_full);
        let head = format!("aspects of {whose}, by their share\n\n");
        head + &facets.iter().map(Facet::to_text).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Done::Wholly)
}
