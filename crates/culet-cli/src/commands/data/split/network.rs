//! Splits of networks.

use std::path::Path;

use clap::{Arg, ArgMatches, value_parser};
use culet::data::{Negatives, NetworkSplit, SplitPlan, split_network, thousands, write_network};
use culet::graph::Keep;
use serde_json::{Value, json};

use super::super::{name_the_flag, options, with_dashes};
use crate::commands::catalogue::remark_network;
use crate::context::Context;
use crate::problem::Problem;
use crate::table::Table;

/// The share of the edges in the test part, as published.
const TEST_SHARE: f64 = 0.5;

/// The flags of [`arguments`].
pub(super) const FLAGS: [&str; 5] = ["keep", "negatives", "negatives-per-edge", "relation", "whole-nodes"];

/// The flags about networks alone.
pub(super) fn arguments() -> Vec<Arg> {
    let flag = |name: &'static str| Arg::new(name).long(name).help_heading("Splitting networks");
    let word = |name: &'static str| flag(name).value_name("WORD");
    vec![
        word("keep").value_parser(["connected", "degrees", "nothing"]).help(
            "what of the rest must stay: no component falls apart, no node loses its last edge, or nothing [default: \
             connected; with --whole-nodes: degrees]",
        ),
        word("negatives").value_parser(Negatives::ALL.map(Negatives::name)).help(
            "how pairs without an edge are drawn; mixed: half of them edges turned round, half uniform [default: mixed \
             if edges have a direction, or else uniform; same-types where nodes have types]",
        ),
        flag("negatives-per-edge")
            .value_name("N")
            .value_parser(value_parser!(u16).range(0..=1000))
            .default_value("1")
            .help("pairs without an edge to each edge of a part"),
        word("relation").value_name("NAME").help("withhold edges of this relation only"),
        word("whole-nodes").value_name("TYPE").help(
            "take shares of the nodes of this type, and withhold all edges (of the relation) of those that are chosen",
        ),
    ]
}

/// Splits a network; `flag` is one about networks, if one was given.
pub(super) fn run(
    context: &Context,
    matches: &ArgMatches,
    path: &Path,
    out: &Path,
    flag: Option<&str>,
) -> Result<(), Problem> {
    let before = options::read(path, matches)?;
    remark_network(context, path, flag);
    before.notes.iter().for_each(|note| context.remark(&format!("note: {note}")));
    let split = split_network(&before, &plan(context, matches)).map_err(|error| name_the_flag(error, with_dashes))?;
    write_network(out, &split.data, Some(&split.record))?;
    remark_shortage(context, &split, matches);
    context.print(&document(out, &split), || text(out, &split))
}

fn plan(context: &Context, matches: &ArgMatches) -> SplitPlan {
    let word = |name: &str| matches.get_one::<String>(name).cloned();
    let share = |name: &str, usual: f64| matches.get_one(name).copied().unwrap_or(usual);
    SplitPlan {
        test_share: share("test-share", TEST_SHARE),
        valid_share: share("valid-share", 0.0),
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
