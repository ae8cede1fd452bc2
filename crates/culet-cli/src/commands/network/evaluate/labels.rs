//! How well labels can be read out of the vectors of a run: node classification.

use clap::ArgMatches;
use culet::data::thousands;
use culet::eval::{ClassificationProtocol, ClassificationReport, ClassificationRow, Spread, evaluate_classification};
use culet::train::StoredNetworkRun;
use serde_json::{Value, json};

use super::{Found, fields};
use crate::commands::timed;
use crate::context::Context;
use crate::problem::Problem;
use crate::table::Table;

pub(super) fn evaluate(context: &Context, stored: &StoredNetworkRun, matches: &ArgMatches) -> Result<Found, Problem> {
    let Some(labels) = &stored.data().labels else {
        return Err(Problem::input("this run has no labels to read out of its vectors")
            .hint("`culet train ... --labels FILE` takes a node and a label of it from each line"));
    };
    let shares = matches.get_many::<f64>("train-shares");
    let shares = shares.map_or_else(|| vec![0.1, 0.5, 0.9], |shares| shares.copied().collect());
    let repeats = matches.get_one::<u64>("repeats").copied().unwrap_or(10);
    let protocol = ClassificationProtocol::new(shares, repeats, context.seed, 1.0)?;
    let which = matches.get_one::<String>("vectors").map_or("concatenated", String::as_str);
    let table = match which {
        "published" => stored.embedding.published(),
        "centres" => stored.embedding.centre_vectors(),
        _ => stored.embedding.concatenated(),
    };
    let (report, seconds) = timed(|| evaluate_classification(&table, &labels.of, &protocol, &context.pool));
    let report = report?;
    let document = json!({
        "vectors": which,
        "dim": table.dim(),
        "nodes": report.n_nodes,
        "labels": report.n_labels,
        "multi_label": report.multi_label,
        "repeats": repeats,
        "node_classification": report.rows.iter().map(row).collect::<Vec<_>>(),
        "seconds": seconds,
    });
    Ok(Found { document: fields(document), about: about(&report, which, table.dim(), repeats), text: text(&report) })
}

fn row(row: &ClassificationRow) -> Value {
    json!({
        "method": row.method,
        "train_share": row.train_share,
        "train_nodes": row.n_train,
        "micro_f1": row.micro_f1.mean,
        "micro_f1_deviation": row.micro_f1.deviation,
        "macro_f1": row.macro_f1.mean,
        "macro_f1_deviation": row.macro_f1.deviation,
    })
}

fn about(report: &ClassificationReport, which: &str, dim: usize, repeats: u64) -> String {
    let [nodes, labels] = [report.n_nodes, report.n_labels].map(|n| thousands(n as u64));
    let splits = if repeats == 1 { "split" } else { "splits" };
    format!("{labels} labels of {nodes} nodes from {which} vectors of {dim} numbers, {repeats} {splits} each")
}

fn text(report: &ClassificationReport) -> String {
    let mut table = Table::new(&["train share", "nodes", "method", "micro_f1", "+-", "macro_f1", "+-"]);
    for row in &report.rows {
        let two = |spread: Spread| [format!("{:.4}", spread.mean), format!("{:.4}", spread.deviation)];
        let mut cells = vec![row.train_share.to_string(), thousands(row.n_train as u64), row.method.clone()];
        cells.extend([row.micro_f1, row.macro_f1].into_iter().flat_map(two));
        table.row(cells);
    }
    table.render()
}
