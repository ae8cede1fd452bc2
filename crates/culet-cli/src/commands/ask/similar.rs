//! `culet similar`: what is most like a node, an item or a user.

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::answers::catalogue::SimilarNodes;
use culet::answers::{Answers, NodeKind};

use super::{Headed, answered, count, count_argument, node, node_argument, open};
use crate::commands::Done;
use crate::commands::evaluate::run_argument;
use crate::context::Context;
use crate::problem::Problem;
use crate::table::Table;

const EXAMPLES: &str = "\
Examples:
  culet similar net 42
  culet similar net alice -k 5 --aspect 2
  # a run of a catalogue: items, users, or entities of its knowledge graph
  culet similar run alien
  culet similar run user-00003 --kind user --json

Items and users are compared by the cosine of their vectors, where the model scores by vectors alone. Else items are
those that a user is recommended who took this one item, and users are compared by the items that both took. Entities
are compared by vectors of their own, which `kgin` has.";

pub(in crate::commands) fn command() -> Command {
    Command::new("similar")
        .about(
            "Find what is most like a node of a network (of its type, if nodes have types), all in all or in one aspect; \
             or like an item, user or entity of a catalogue",
        )
        .after_help(EXAMPLES)
        .arg(run_argument())
        .arg(node_argument("a node, item or user, by its id in the data or by a name that no other has").required(true))
        .arg(count_argument("10", "how many"))
        .arg(
            Arg::new("aspect")
                .long("aspect")
                .value_name("N")
                .value_parser(value_parser!(u32).range(1..))
                .help("compare this aspect of a network's node, from 1, with all aspects of the others; `culet facets` tells what they are"),
        )
        .arg(
            Arg::new("kind")
                .long("kind")
                .value_name("KIND")
                .value_parser(["item", "user", "entity"])
                .help("what of a catalogue is asked about [default: item]"),
        )
}

pub(in crate::commands) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let answers = open(matches)?;
    let asked = node(matches).expect("required");
    let (aspect, kind) = (matches.get_one::<u32>("aspect").copied(), matches.get_one::<String>("kind"));
    let answer = match &answers {
        Answers::Network(_) if kind.is_some() => {
            return Err(Problem::input("`--kind` is about catalogues").hint("leave the flag out: a network has nodes"));
        }
        Answers::Catalogue(_) if aspect.is_some() => {
            return Err(Problem::input("`--aspect` is about networks").hint("leave the flag out"));
        }
        Answers::Network(network) => {
            network.similar(asked, count(matches), aspect.map(|aspect| aspect as usize), &context.pool)
        }
        Answers::Catalogue(catalogue) => {
            let kind = match kind.map(String::as_str) {
                Some("user") => NodeKind::User,
                Some("entity") => NodeKind::Entity,
                _ => NodeKind::Item,
            };
            catalogue.similar(kind, asked, count(matches), &context.pool)
        }
    };
    let similar = answered(&answers, answer)?;
    if similar.similar.is_empty() {
        context.remark(&format!("note: nothing is like {}", similar.node.named.in_full()));
    }
    context.print(&Headed::new(&answers, &similar), || text(&similar))?;
    Ok(Done::Wholly)
}

fn text(answer: &SimilarNodes) -> String {
    let within = answer.aspect.map(|aspect| format!(" in aspect {aspect}")).unwrap_or_default();
    let named = answer.similar.iter().any(|similar| similar.node.named.name.is_some());
    let mut head = vec!["rank", answer.score, answer.node.kind.word()];
    head.extend(named.then_some("name"));
    let mut table = Table::new(&head);
    for similar in &answer.similar {
        let mut row = vec![similar.rank.to_string(), format!("{:.4}", similar.score), similar.node.named.id.clone()];
        row.extend(named.then(|| similar.node.named.name.clone().unwrap_or_default()));
        table.row(row);
    }
    format!("like {}{within}\n{}", answer.node.named.in_full(), table.render())
}
