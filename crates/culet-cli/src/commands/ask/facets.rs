//! `culet facets`: the aspects of a node in words, or the groups that the aspects of all nodes form; of a recommender the
//! intents.

use clap::{ArgMatches, Command};
use culet::answers::Answers;
use culet::answers::network::{NodeFacet, Trait, Typical};

use super::{Headed, answered, count, count_argument, groups, intents, node, node_argument, open};
use crate::commands::Done;
use crate::commands::evaluate::run_argument;
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
        .arg(node_argument(
            "a node, by its id in the data or by a name that no other has [default: the groups of all nodes]; of a \
             recommender a user [default: all]",
        ))
        .arg(count_argument("5", "how many typical nodes of each aspect or group"))
        .arg(groups::argument("into how many groups to sort all nodes [default: as many as there are labels, else 10]"))
}

pub(in crate::commands) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let answers = open(matches)?;
    let network = match &answers {
        Answers::Catalogue(_) if matches.contains_id("groups") => {
            return Err(Problem::input("`--groups` is about networks").hint("leave the flag out"));
        }
        Answers::Catalogue(catalogue) => {
            let facets = answered(&answers, catalogue.facets(node(matches)))?;
            return intents::print(context, catalogue, &Headed::new(&answers, &facets));
        }
        Answers::Network(network) => network,
    };
    let model = &answers.manifest().summary.model;
    let Some(asked) = node(matches) else {
        let found = network.groups(groups::asked(matches), count(matches), context.seed, &context.pool);
        return groups::print(context, model, network, &Headed::new(&answers, &answered(&answers, found)?));
    };
    if matches.contains_id("groups") {
        return Err(
            Problem::input("`--groups` is about all nodes, and one is given").hint("leave out the node, or the flag")
        );
    }
    let found = answered(&answers, network.facets(asked, count(matches)))?;
    if found.facets.len() == 1 {
        context.remark(&format!("note: this run of `{model}` has one aspect only; `asp2vec` learns several"));
    }
    context.print(&Headed::new(&answers, &found), || {
        let head = format!("aspects of {}, by their share\n\n", found.node.in_full());
        head + &found.facets.iter().map(text).collect::<Vec<_>>().join("\n")
    })?;
    Ok(Done::Wholly)
}

fn text(facet: &NodeFacet) -> String {
    let typical = |one: &Typical| format!("{} {:.0} %", one.node.label(), 100.0 * one.share);
    let typical: Vec<String> = facet.typical.iter().map(typical).collect();
    let common: Vec<String> = facet.common.iter().map(trait_text).collect();
    format!("aspect {}, {:.0} %\n", facet.aspect, 100.0 * facet.share)
        + &line("typical", &typical)
        + &line("common", &common)
}

pub(super) fn trait_text(one: &Trait) -> String {
    let (share, overall) = (100.0 * one.share, 100.0 * one.overall);
    format!("{} {} {share:.0} % (all nodes: {overall:.0} %)", one.kind, one.name)
}

/// Lines such as `  typical  Ada, Bob`, none where nothing is to be told.
pub(super) fn line(word: &str, parts: &[String]) -> String {
    if parts.is_empty() { String::new() } else { format!("  {word:7}  {}\n", parts.join(", ")) }
}
