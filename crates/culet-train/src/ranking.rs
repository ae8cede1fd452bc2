//! From what a model answers from to who ranks by it.

use culet_eval::{EvalError, RankingProtocol, RankingReport, ScoreKind, ScorePart, SumRanker, evaluate_ranking};
use culet_graph::Interactions;
use culet_model::{Part, PartKind, Scorer};
use rayon::ThreadPool;

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

/// Ranks all items for each user with targets, the pairs of `masked` left out; `log` is what the scorer learned from.
pub(crate) fn evaluate(
    scorer: &Scorer,
    log: &Interactions,
    masked: &[&Interactions],
    targets: &Interactions,
    protocol: &RankingProtocol,
    pool: &ThreadPool,
) -> Result<RankingReport, EvalError> {
    evaluate_ranking(&ranker(scorer, log), masked, targets, protocol, pool)
}
