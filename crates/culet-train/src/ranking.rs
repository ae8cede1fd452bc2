//! From what a model answers from to who ranks by it.

use culet_eval::SumRanker;
use culet_graph::Interactions;
use culet_model::Scorer;

/// Ranks by a scorer, whose weights speak for the items of this history.
pub(crate) fn ranker<'a>(scorer: &'a Scorer, history: &'a Interactions) -> SumRanker<'a> {
    SumRanker {
        history,
        vectors: scorer.vectors.as_ref().map(|vectors| (&vectors.users, &vectors.items)),
        weights: scorer.weights.as_ref(),
        user_factors: scorer.user_factors.as_deref(),
        bias: scorer.bias.as_deref(),
    }
}
