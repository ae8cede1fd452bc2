//! `culet data split`

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::data::{Negatives, NetworkSplit, SplitPlan, split_network, thousands, write_network};
use culet::graph::Keep;
use serde_json::{Value, json};

use super::{name_the_flag, options, place, with_dashes};
use crate::context::Context;
use crate::problem::Problem;
use crate::table::Table;

const EXAMPLES: &str = "\
OUT is a folder with train_edges.tsv, valid_edges.tsv, test_edges.tsv, pairs without an edge beside
each (`_neg`), nodes, labels, and meta.json, which tells how the parts were drawn. None of those
pairs is an edge of any part, and none stands in two parts.

Examples:
  # as published: half of the edges, the rest stays connected
  culet data split edges.tsv parts
  # withhold validation edges too
  culet data split edges.tsv parts --test-share 0.3 --valid-share 0.1 --seed 7
  # add validation edges to a network that comes with test edges
  culet data split data/ppi parts --test-share 0 --valid-share 0.1
  # hide the authors of a tenth of the papers
  culet data split data/dblp parts --relation written_by --whole-nodes paper --test-share 0.1";

pub(super) fn command() -> Command {
    let share = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("SHARE")
            .allow_negative_numbers(true)
            .value_parser(value_parser!(f64))
            .default_value(default)
            .help(help)
    };
    let word = |name: &'static str| Arg::new(name).long(name).value_name("WORD");
    Command::new("split")
        .about("Withhold edges of a network for a test, and draw pairs without an edge beside them")
        .after_help(EXAMPLES)
        .arg(path_argument("network", "NETWORK", "an edge list, or a folder with one"))
        .arg(path_argument("out", "OUT", "the folder to write; must be new or empty"))
        .arg(share("test-share", "0.5", "share of the edges for the test part (the authors' --remove_percent)"))
        .arg(share("valid-share", "0", "share of the edges for the validation part"))
        .arg(word("keep").value_parser(["connected", "degrees", "nothing"]).help(
            "what of the rest must stay: no component falls apart, no node loses its last edge, or nothing [default: \
             connected; with --whole-nodes: degrees]",
        ))
        .arg(word("negatives").value_parser(Negatives::ALL.map(Negatives::name)).help(
            "how pairs without an edge are drawn; mixed: half of them edges turned round, half uniform [default: mixed \
             if edges have a direction, or else uniform; same-types where nodes have types]",
        ))
        .arg(
            Arg::new("negatives-per-edge")
                .long("negatives-per-edge")
                .value_name("N")
                .value_parser(value_parser!(u16).range(0..=1000))
                .default_value("1")
                .help("pairs without an edge to each edge of a part"),
        )
        .arg(word("relation").value_name("NAME").help("withhold edges of this relation only"))
        .arg(word("whole-nodes").value_name("TYPE").help(
            "take shares of the nodes of this type, and withhold all edges (of the relation) of those that are chosen",
        ))
        .args(options::arguments())
}

pub(super) fn path_argument(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).value_name(value).required(true).value_parser(value_parser!(PathBuf)).help(help)
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<(), Problem> {
    let path: &PathBuf = matches.get_one("network").expect("required");
    let out: &PathBuf = matches.get_one("out").expect("required");
    place::check_folder(out)?;
    let before = options::read(path, matches)?;
    before.notes.iter().for_each(|note| context.remark(&format!("note: {note}")));
    let split = split_network(&before, &plan(context, matches)).map_err(|error| name_the_flag(error, with_dashes))?;
    write_network(out, &split.data, Some(&split.record))?;
    remark_shortage(context, &split, matches);
    context.print(&document(out, &split), || text(out, &split))
}

fn plan(context: &Context, matches: &ArgMatches) -> SplitPlan {
    let word = |name: &str| matches.get_one::<String>(name).cloned();
    let share = |name: &str| *matches.get_one::<f64>(name).expect("has a default");
    SplitPlan {
        test_share: share("test-share"),
        valid_share: share("valid-share"),
        keep: word("keep").map(|word| match word.as_str() {
            "connected" => Keep::Connected,
            "degrees" => Keep::Degrees,
            _ => Keep::Nothing,
        }),
        negatives: word("negatives").and_then(|word| Negatives::from_name(&word)),
        negatives_per_edge: usize::from(*matches.get_one::<u16>("negatives-per-edge").expect("has a default")),
        relation: word("relation"),
        whole_nodes: word("whole-nodes"),
        seed: context.seed,
    }
}

/// The parts by name: edges, and pairs without an edge.
fn parts(split: &NetworkSplit) -> [(&'static str, usize, usize); 3] {
    let parts = &split.data.split;
    [
        ("train", split.data.network.n_edges(), parts.train_negatives.len()),
        ("valid", parts.valid.len(), parts.valid_negatives.len()),
        ("test", parts.test.len(), parts.test_negatives.len()),
    ]
}

fn remark_shortage(context: &Context, split: &NetworkSplit, matches: &ArgMatches) {
    for (name, (wanted, got)) in [("test", split.test), ("validation", split.valid)] {
        if got < wanted {
            context.remark(&format!(
                "note: the {name} part has {} of the {} {} asked for, as no more can go; `--keep` says what must stay",
                thousands(got as u64),
                thousands(wanted as u64),
                split.unit
            ));
        }
    }
    let per_edge = usize::from(*matches.get_one::<u16>("negatives-per-edge").expect("has a default"));
    let drawn = |name: &str| match name {
        "valid" => split.valid.1 > 0,
        "test" => split.test.1 > 0,
        _ => false,
    };
    for (name, n_edges, n_pairs) in parts(split) {
        if drawn(name) && n_pairs < n_edges * per_edge {
            let (found, wanted) = (thousands(n_pairs as u64), thousands((n_edges * per_edge) as u64));
            context.remark(&format!(
                "note: the {name} part has {found} of {wanted} pairs without an edge: there are no more"
            ));
        }
    }
}

fn document(out: &Path, split: &NetworkSplit) -> Value {
    let part = |(name, edges, negatives): (&str, usize, usize)| {
        (name.to_owned(), json!({ "edges": edges, "negatives": negatives }))
    };
    let asked = |(wanted, got): (usize, usize)| json!({ "asked": wanted, "withheld": got });
    json!({
        "folder": out.to_string_lossy(),
        "name": split.data.name,
        "directed": split.data.network.is_directed(),
        "nodes": split.data.network.n_nodes(),
        "parts": parts(split).into_iter().map(part).collect::<serde_json::Map<_, _>>(),
        "split": split.record,
        "units": { "of": split.unit, "all": split.n_units, "test": asked(split.test), "valid": asked(split.valid) },
    })
}

fn text(out: &Path, split: &NetworkSplit) -> String {
    let mut table = Table::new(&["part", "edges", "without an edge"]);
    for (name, edges, negatives) in parts(split) {
        table.row(vec![name.into(), thousands(edges as u64), thousands(negatives as u64)]);
    }
    let mut text = table.render();
    if split.unit == "nodes" {
        let [all, test, valid] = [split.n_units, split.test.1, split.valid.1].map(|n| thousands(n as u64));
        text += &format!("\nof {all} nodes with such edges, {test} are for testing and {valid} to validate\n");
    }
    text + &format!("\nnegatives: {}\nfolder: {}\n", split.record.negatives, out.display())
}
