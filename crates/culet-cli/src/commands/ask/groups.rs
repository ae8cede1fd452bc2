//! The groups of nodes of a network, which may overlap, as `culet facets` tells them.

use clap::{Arg, ArgMatches, value_parser};
use culet::answers::NetworkAnswers;
use culet::answers::network::{Group, Groups, Overlap};
use culet::data::thousands;

use super::Headed;
use super::facets::{line, trait_text};
use crate::commands::Done;
use crate::context::Context;
use crate::problem::Problem;

/// --groups
pub(in crate::commands) fn argument(help: &'static str) -> Arg {
    Arg::new("groups").long("groups").value_name("N").value_parser(value_parser!(u32).range(1..)).help(help)
}

pub(in crate::commands) fn asked(matches: &ArgMatches) -> Option<usize> {
    matches.get_one::<u32>("groups").map(|&n| n as usize)
}

pub(super) fn print(
    context: &Context,
    model: &str,
    network: &NetworkAnswers,
    found: &Headed<'_, Groups>,
) -> Result<Done, Problem> {
    if network.stored().embedding.n_aspects == 1 {
        context.remark(&format!(
            "note: this run of `{model}` has one aspect only, so each node is in one group; `asp2vec` learns several"
        ));
    }
    context.print(found, || {
        let head = format!("groups of the nodes of {}, largest first\n\n", found.data);
        let groups: Vec<String> = found.answer.groups.iter().map(text).collect();
        head + &groups.join("\n") + &overlap_line(&found.answer.overlap)
    })?;
    Ok(Done::Wholly)
}

fn text(group: &Group) -> String {
    let typical: Vec<String> =
        group.typical.iter().map(|one| format!("{} {:.2}", one.node.label(), one.cosine)).collect();
    let common: Vec<String> = group.common.iter().map(trait_text).collect();
    let nodes = if group.nodes == 1 { "node" } else { "nodes" };
    format!("group {}, {} {nodes}\n", group.group, thousands(group.nodes as u64))
        + &line("typical", &typical)
        + &line("common", &common)
}

/// How many nodes are in one group, in two ..., and in none if there are such.
fn overlap_line(overlap: &[Overlap]) -> String {
    let told = |one: &Overlap| {
        let nodes_in = format!("{} in", thousands(one.nodes as u64));
        match one.groups {
            0 => format!("{nodes_in} none"),
            1 => format!("{nodes_in} 1 group"),
            groups => format!("{nodes_in} {groups}"),
        }
    };
    let (none, some): (Vec<Overlap>, Vec<Overlap>) = overlap.iter().partition(|one| one.groups == 0);
    let parts: Vec<String> = some.iter().chain(&none).map(told).collect();
    let n_nodes: usize = overlap.iter().map(|one| one.nodes).sum();
    format!("\nof {} nodes {}\n", thousands(n_nodes as u64), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overlap_is_told_from_one_group_up() {
        let line = |overlap: &[(usize, usize)]| {
            let overlap = overlap.iter().map(|&(groups, nodes)| Overlap { groups, nodes });
            overlap_line(&overlap.collect::<Vec<_>>())
        };
        assert_eq!(line(&[(0, 2), (1, 1_200), (3, 5)]), "\nof 1,207 nodes 1,200 in 1 group, 5 in 3, 2 in none\n");
        assert_eq!(line(&[(1, 3)]), "\nof 3 nodes 3 in 1 group\n");
        assert_eq!(line(&[(0, 4)]), "\nof 4 nodes 4 in none\n");
    }
}
