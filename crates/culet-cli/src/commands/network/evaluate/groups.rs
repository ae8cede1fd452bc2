//! How well the groups that a run finds match the labels of its nodes.

use clap::ArgMatches;
use culet::answers::network::n_groups;
use culet::data::thousands;
use culet::train::{GroupReport, StoredNetworkRun};
use serde_json::json;

use super::{Found, fields};
use crate::commands::ask::groups::asked;
use crate::commands::timed;
use crate::context::Context;
use crate::problem::Problem;
use crate::table::Table;

pub(super) fn evaluate(context: &Context, stored: &StoredNetworkRun, matches: &ArgMatches) -> Result<Found, Problem> {
    let n_groups = n_groups(stored, asked(matches)).map_err(|error| Problem::of_question(&error, None))?;
    let (report, seconds) = timed(|| stored.evaluate_groups(n_groups, context.seed, &context.pool));
    let Some(report) = report else {
        return Err(Problem::input("this run has no labels to compare groups with").hint(
            "`culet train ... --labels FILE` takes a node and a label of it from each line; `culet facets` tells \
                   the groups without labels too",
        ));
    };
    let document = json!({
        "nodes": report.n_nodes,
        "labels": report.n_labels,
        "labels_a_node": report.labels_a_node,
        "asked_groups": n_groups,
        "groups": report.rows,
        "seconds": seconds,
    });
    Ok(Found { document: fields(document), about: about(&report, stored), text: text(&report) })
}

fn about(report: &GroupReport, stored: &StoredNetworkRun) -> String {
    let [nodes, all] = [report.n_nodes, stored.embedding.n_nodes].map(|n| thousands(n as u64));
    let (labels, a_node) = (thousands(report.n_labels as u64), report.labels_a_node);
    format!("groups against {labels} labels of {nodes} labelled nodes of {all}, {a_node:.2} labels a node")
}

fn text(report: &GroupReport) -> String {
    let mut table = Table::new(&["groups of", "nmi", "omega", "groups", "groups a node"]);
    for row in &report.rows {
        let [nmi, omega] = [row.nmi, row.omega].map(|value| format!("{value:.4}"));
        let memberships = format!("{:.2}", row.memberships);
        table.row(vec![row.name.clone(), nmi, omega, row.n_groups.to_string(), memberships]);
    }
    table.render()
}
