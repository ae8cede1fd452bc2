//! How well a run tells edges from other pairs, with the simple scores beside it.

use culet::train::{Part, StoredError, StoredNetworkRun};
use serde_json::json;

use super::super::report::{link_table, sizes, weights_line};
use super::{Found, fields};
use crate::commands::timed;
use crate::context::Context;
use crate::problem::Problem;

pub(super) fn evaluate(context: &Context, stored: &StoredNetworkRun, part: Part, word: &str) -> Result<Found, Problem> {
    let (report, seconds) = timed(|| stored.evaluate(part, &context.pool));
    let report = report.map_err(|error| no_edges(error, part))?;
    let own = &report.rows[0];
    let document = json!({
        "part": word,
        "edges": report.n_positives,
        "pairs_without": report.n_negatives,
        "metrics": { "auc": own.auc, "average_precision": own.average_precision },
        "score": stored.score,
        "link_prediction": report.rows,
        "seconds": seconds,
    });
    let text = link_table(&report) + &weights_line(&stored.score).map(|line| format!("\n{line}")).unwrap_or_default();
    Ok(Found { document: fields(document), about: format!("{word} part, {}", sizes(&report)), text })
}

/// A part without edges, with what a network offers instead.
pub(super) fn no_edges(error: StoredError, part: Part) -> Problem {
    let StoredError::NoPart { .. } = error else { return error.into() };
    Problem::from(error).hint(match part {
        Part::Valid => "nothing was withheld to select by, or all was trained on again; try `--on test`",
        Part::Test => "the data had no `test_edges`: `culet data split` withholds some; or try `--on valid`",
    })
}
