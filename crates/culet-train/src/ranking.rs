//! From what a model answers from to who ranks by it.

use culet_eval::{ScoreKind, ScorePart, SumRanker};
use culet_graph::Interactions;
use culet_model::{Part, PartKind, Scorer};

/// Ranks by a scorer, whose weights speak for the items of this history.
pub(crate) fn ranker<'a>(scorer: &'a Scorer, history: &'a Interactions) -> SumRanker<'a> {
    SumRanker { history, parts: scorer.parts.iter().map(part).collect() }
}

fn part(part: &Part) -> ScorePart<'_> {
    let kind = match &part.kind {
        PartKind::Vectors { vectors, temperature } => {
            ScoreKind::Product { users: &vectors.users, items: &vectors.items, temperature: *temperature }
        }
        PartKind::Weights(weights) => ScoreKind::Weights(weights),
        PartKind::Bias(bias) => ScoreKind::Bias(bias),
    };
    ScorePart { kind, user_factors: part.user_factors.as_deref() }
}
