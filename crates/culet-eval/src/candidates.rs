//! Ranking some nodes of a network for others, such as all authors for each paper.

use std::collections::HashMap;

use culet_graph::{Interactions, NodeId, UserId};

use crate::{EvalError, RankingProtocol, RankingReport, RowRanker, evaluate_ranking};

/// The pairs that decide about a ranking of candidates.
#[derive(Debug, Clone, Copy)]
pub struct CandidateTask<'a> {
    /// The nodes to rank for, each once.
    pub queries: &'a [u32],
    /// The nodes to rank, each once; among equal scores the one listed first ranks first.
    pub candidates: &'a [u32],
    /// The (query, candidate) pairs to find.
    pub truths: &'a [(u32, u32)],
    /// The (query, candidate) pairs that are known and so left out of the lists; those of other nodes change nothing.
    pub known: &'a [(u32, u32)],
}

/// Ranks all candidates for each query and compares with the true ones, as [`evaluate_ranking`] does for users and items.
///
/// `score(query, candidates, scores)` writes a score for each candidate, in their order; higher is better. The report's
/// `per_user.users` are places in `queries`; means are over the queries with truths.
///
/// # Errors
/// [`EvalError::ListedTwice`] for a repeated query or candidate, [`EvalError::Unlisted`] for a truth of other nodes,
/// [`EvalError::NoTargets`] without truths.
pub fn rank_candidates<F>(
    task: &CandidateTask<'_>,
    score: F,
    protocol: &RankingProtocol,
    pool: &rayon::ThreadPool,
) -> Result<RankingReport, EvalError>
where
    F: Fn(NodeId, &[u32], &mut [f32]) + Sync,
{
    let (queries, candidates) = (places("queries", task.queries)?, places("candidates", task.candidates)?);
    let place = |places: &HashMap<u32, u32>, node: u32, what| {
        places.get(&node).copied().ok_or(EvalError::Unlisted { node, what })
    };
    let truths = task.truths.iter().map(|&(query, candidate)| {
        Ok((place(&queries, query, "queries")?, place(&candidates, candidate, "candidates")?))
    });
    let known =
        task.known.iter().filter_map(|(query, candidate)| Some((*queries.get(query)?, *candidates.get(candidate)?)));
    let truths: Vec<(u32, u32)> = truths.collect::<Result<_, EvalError>>()?;
    let shape = (task.queries.len(), task.candidates.len());
    let truths = Interactions::from_pairs(shape.0, shape.1, &truths)?;
    let known = Interactions::from_pairs(shape.0, shape.1, &known.collect::<Vec<_>>())?;
    let fill = |query: UserId, scores: &mut [f32]| score(NodeId(task.queries[query.index()]), task.candidates, scores);
    evaluate_ranking(&RowRanker::new(shape.0, shape.1, fill), &[&known], &truths, protocol, pool)
}

fn places(what: &'static str, nodes: &[u32]) -> Result<HashMap<u32, u32>, EvalError> {
    let mut places = HashMap::with_capacity(nodes.len());
    for (&node, place) in nodes.iter().zip(0..) {
        if places.insert(node, place).is_some() {
            return Err(EvalError::ListedTwice { node, what });
        }
    }
    Ok(places)
}
