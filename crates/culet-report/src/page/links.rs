//! How well a run of a network finds edges, beside simple scores.

use culet_answers::NetworkAnswers;
use culet_data::thousands;
use culet_eval::{LinkScores, auc_difference, auc_with_error, average_precision};
use culet_train::{Part, StoredError, StoredNetworkRun};
use rayon::ThreadPool;

use super::blocks::{Section, Table};
use crate::ReportError;
use crate::words;

/// The scores of the part that a run is judged by, with what that part is called; nothing where there is none.
fn judged(
    stored: &StoredNetworkRun,
    pool: &ThreadPool,
) -> Result<Option<(&'static str, Vec<LinkScores>)>, ReportError> {
    for (part, word) in [(Part::Test, "test"), (Part::Valid, "validation")] {
        match stored.link_scores(part, pool) {
            Ok(scores) => return Ok(Some((word, scores))),
            Err(StoredError::NoPart { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

/// The run's own scores alone of that part, without all that stands beside them.
pub(super) fn own(stored: &StoredNetworkRun, pool: &ThreadPool) -> Option<LinkScores> {
    let data = stored.data();
    let parts = [(&data.test, &data.test_negatives), (&data.valid, &data.valid_negatives)];
    let (positives, negatives) = parts.into_iter().find(|(one, other)| !one.is_empty() && !other.is_empty())?;
    let (scorer, name) = (stored.scorer(), stored.score.name());
    Some(LinkScores { name, positives: scorer.score(positives, pool), negatives: scorer.score(negatives, pool) })
}

pub(super) fn section(answers: &NetworkAnswers, pool: &ThreadPool) -> Result<Option<Section>, ReportError> {
    let Some((part, scores)) = judged(answers.stored(), pool)? else { return Ok(None) };
    let mut section = Section::new("result", "Likely edges");
    let own = &scores[0];
    section.text(format!(
        "{} withheld edges of the {part} part against {} pairs without an edge: how likely a withheld edge scores above such a \
         pair (ROC-AUC, with the interval of 95\u{a0}% after DeLong), and the average precision. Simple scores stand below; differences \
         are on the same pairs.",
        thousands(own.positives.len() as u64),
        thousands(own.negatives.len() as u64)
    ));
    if part == "validation" {
        section
            .note("there is no test part: these are the edges that the run was selected by, so the numbers flatter it");
    }
    let mut table = Table::new("", &["", "ROC-AUC", "average precision", "ROC-AUC, beside this run"]);
    for (place, row) in scores.iter().enumerate() {
        let beside = match place {
            0 => String::new(),
            _ => words::difference(&auc_difference(row, own)?),
        };
        let (auc, precision) = (auc_with_error(row)?, average_precision(&row.positives, &row.negatives)?);
        table.row(vec![row.name.clone(), words::with_interval(&auc), words::metric(precision), beside]);
    }
    table.own = Some(0);
    section.table(table);
    Ok(Some(section))
}
