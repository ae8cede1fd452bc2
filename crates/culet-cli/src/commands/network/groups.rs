//! The groups of nodes of a network, which may overlap, as `culet facets` tells them.

use clap::{Arg, ArgMatches, value_parser};
use culet::data::thousands;
use culet::graph::Names;
use culet::train::{NodeGroup, StoredNetworkRun};
use serde::Serialize;
use serde_json::json;

use super::count;
use super::facets::{Trait, kind, line};
use super::node::NamedNode;
use crate::commands::Done;
use crate::context::Context;
use crate::problem::Problem;

/// Groups where nobody says how many, and no labels do.
const DEFAULT: usize = 10;

/// --groups
pub(super) fn argument(help: &'static str) -> Arg {
    Arg::new("groups").long("groups").value_name("N").value_parser(value_parser!(u32).range(1..)).help(help)
}

/// How many groups are asked for; by default as many as there are labels.
pub(super) fn asked(stored: &StoredNetworkRun, matches: &ArgMatches) -> Result<usize, Problem> {
    let n_nodes = stored.embedding.n_nodes;
    let Some(&n_groups) = matches.get_one::<u32>("groups") else {
        let n_labels = stored.data().labels.as_ref().map_or(0, |labels| labels.names.len());
        return Ok(if n_labels > 0 { n_labels } else { DEFAULT }.clamp(1, n_nodes.max(1)));
    };
    if n_groups as usize > n_nodes {
        let problem = format!("`--groups` is {n_groups}, and this run has {n_nodes} nodes");
        return Err(Problem::input(problem).hint("ask for fewer groups than there are nodes"));
    }
    Ok(n_groups as usize)
}

/// A group as documents tell it.
#[derive(Debug, Serialize)]
struct Group {
    /// From 1.
    group: usize,
    nodes: usize,
    /// Nodes nearest to its centre.
    typical: Vec<Typical>,
    /// What its nodes have in common.
    common: Vec<Trait>,
}

#[derive(Debug, Serialize)]
struct Typical {
    #[serde(flatten)]
    node: NamedNode,
    /// Of its aspect and the centre of the group.
    cosine: f64,
}

impl Group {
    fn new(number: usize, group: &NodeGroup, names: &Names, kind: &'static str) -> Self {
        let typical = |&(node, cosine): &(u32, f64)| Typical { node: NamedNode::new(node, names), cosine };
        Self {
            group: number,
            nodes: group.size,
            typical: group.typical.iter().map(typical).collect(),
            common: group.common.iter().map(|common| Trait::new(common, kind)).collect(),
        }
    }

    fn to_text(&self) -> String {
        let typical: Vec<String> =
            self.typical.iter().map(|one| format!("{} {:.2}", one.node.label(), one.cosine)).collect();
        let common: Vec<String> = self.common.iter().map(Trait::to_text).collect();
        let nodes = if self.nodes == 1 { "node" } else { "nodes" };
        format!("group {}, {} {nodes}\n", self.group, thousands(self.nodes as u64))
            + &line("typical", &typical)
            + &line("common", &common)
    }
}

pub(super) fn run(context: &Context, stored: &StoredNetworkRun, matches: &ArgMatches) -> Result<Done, Problem> {
    let n_groups = asked(stored, matches)?;
    let found = stored.groups(n_groups, count(matches), context.seed, &context.pool);
    let (names, kind) = (&stored.data().nodes, kind(stored));
    let groups = found.groups.iter().zip(1..).map(|(group, number)| Group::new(number, group, names, kind));
    let groups: Vec<Group> = groups.collect();
    let model = &stored.run.manifest.summary.model;
    if stored.embedding.n_aspects == 1 {
        context.remark(&format!(
            "note: this run of `{model}` has one aspect only, so each node is in one group; `asp2vec` learns several"
        ));
    }
    let overlap = found.sizes_of_overlap();
    let told = |(groups, &nodes): (usize, &usize)| json!({ "groups": groups, "nodes": nodes });
    let document = json!({
        "run": stored.run.path().to_string_lossy(),
        "model": model,
        "data": stored.data_name(),
        "groups": groups,
        "overlap": overlap.iter().enumerate().filter(|(_, nodes)| **nodes > 0).map(told).collect::<Vec<_>>(),
    });
    context.print(&document, || {
        let head = format!("groups of the nodes of {}, largest first\n\n", stored.data_name());
        head + &groups.iter().map(Group::to_text).collect::<Vec<_>>().join("\n") + &overlap_line(&overlap)
    })?;
    Ok(Done::Wholly)
}

/// How many nodes are in one group, in two ..., and in none if there are such.
fn overlap_line(overlap: &[usize]) -> String {
    let told = |(groups, &nodes): (usize, &usize)| {
        let nodes_in = format!("{} in", thousands(nodes as u64));
        match groups {
            0 => format!("{nodes_in} none"),
            1 => format!("{nodes_in} 1 group"),
            _ => format!("{nodes_in} {groups}"),
        }
    };
    let (none, some) = overlap.split_at(overlap.len().min(1));
    let told: Vec<String> = (1..).zip(some).chain((0..).zip(none)).filter(|(_, nodes)| **nodes > 0).map(told).collect();
    format!("\nof {} nodes {}\n", thousands(overlap.iter().sum::<usize>() as u64), told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overlap_is_told_from_one_group_up() {
        assert_eq!(overlap_line(&[2, 1_200, 0, 5]), "\nof 1,207 nodes 1,200 in 1 group, 5 in 3, 2 in none\n");
        assert_eq!(overlap_line(&[0, 3]), "\nof 3 nodes 3 in 1 group\n");
        assert_eq!(overlap_line(&[4]), "\nof 4 nodes 4 in none\n");
    }
}
