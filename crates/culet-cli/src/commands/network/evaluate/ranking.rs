//! How well a run ranks the ends of withheld edges, such as the authors of a paper among all authors.

use std::collections::{BTreeMap, BTreeSet};

use clap::ArgMatches;
use culet::ThreadPool;
use culet::data::{NetworkParts, thousands};
use culet::eval::{CandidateTask, RankingProtocol, RankingReport, rank_candidates};
use culet::graph::NodeId;
use culet::train::{LinkScorer, Part, StoredError, StoredNetworkRun};
use serde_json::{Value, json};

use super::links::no_edges;
use super::{Found, fields};
use crate::commands::timed;
use crate::commands::train::{metrics_table, protocol};
use crate::context::Context;
use crate::problem::Problem;

/// The edges between two types, from source to target; without types there is one kind of edges.
struct Group {
    /// Such as `paper to author`.
    name: String,
    queries: Vec<u32>,
    candidates: Vec<u32>,
    truths: Vec<(u32, u32)>,
}

pub(super) fn evaluate(
    context: &Context,
    stored: &StoredNetworkRun,
    part: Part,
    word: &str,
    matches: &ArgMatches,
) -> Result<Found, Problem> {
    let (data, protocol) = (stored.data(), protocol(matches)?);
    let (edges, name) = match part {
        Part::Valid => (&data.valid, "validation"),
        Part::Test => (&data.test, "test"),
    };
    if edges.is_empty() {
        return Err(no_edges(StoredError::NoPart { part: name }, part));
    }
    let groups = groups(data, edges);
    let known = known(data, part, &groups);
    let scorer = stored.scorer();
    let rank = |group: &Group| rank_group(&scorer, group, &known, &protocol, &context.pool);
    let (reports, seconds) = timed(|| groups.iter().map(rank).collect::<Result<Vec<RankingReport>, Problem>>());
    let reports = reports?;
    let means = mean(&reports);
    let n_queries: usize = reports.iter().map(|report| report.n_users).sum();
    let by_kind = |(group, report): (&Group, &RankingReport)| {
        json!({
            "edges": group.name,
            "sources": report.n_users,
            "candidates": group.candidates.len(),
            "metrics": report.means,
        })
    };
    let document = json!({
        "part": word,
        "sources": n_queries,
        "metrics": means,
        "ranking": groups.iter().zip(&reports).map(by_kind).collect::<Vec<Value>>(),
        "score": stored.score.name(),
        "seconds": seconds,
    });
    let mut text = String::new();
    for (group, report) in groups.iter().zip(&reports) {
        let [sources, candidates] = [report.n_users, group.candidates.len()].map(|n| thousands(n as u64));
        text += &format!("\n{}: {sources} sources, {candidates} candidates\n", group.name);
        text += &metrics_table(&report.means, &report.cutoffs);
    }
    let about =
        format!("{word} part, targets ranked for {} sources by {}", thousands(n_queries as u64), stored.score.name());
    Ok(Found { document: fields(document), about, text })
}

/// The edges by the types of their ends.
fn groups(data: &NetworkParts, edges: &[(u32, u32)]) -> Vec<Group> {
    let types = data.network.types.as_ref().filter(|types| types.names.len() > 1);
    let kind = |node: u32| types.map_or(0, |types| types.of[node as usize]);
    let mut by_kind: BTreeMap<(u8, u8), Vec<(u32, u32)>> = BTreeMap::new();
    for &(source, target) in edges {
        by_kind.entry((kind(source), kind(target))).or_default().push((source, target));
    }
    let n_nodes = data.network.n_nodes() as u32;
    let group = |((from, to), truths): ((u8, u8), Vec<(u32, u32)>)| {
        let word = |kind: u8| types.map_or("node", |types| types.names[usize::from(kind)].as_str());
        let queries: BTreeSet<u32> = truths.iter().map(|&(source, _)| source).collect();
        Group {
            name: format!("{} to {}", word(from), word(to)),
            queries: queries.into_iter().collect(),
            candidates: (0..n_nodes).filter(|&node| kind(node) == to).collect(),
            truths,
        }
    };
    by_kind.into_iter().map(group).collect()
}

/// What is left out of the lists: the source itself, its edges in training, and when testing those that selected.
fn known(data: &NetworkParts, part: Part, groups: &[Group]) -> Vec<(u32, u32)> {
    let sources: BTreeSet<u32> = groups.iter().flat_map(|group| group.queries.iter().copied()).collect();
    let mut known = Vec::new();
    for &source in &sources {
        known.push((source, source));
        known.extend(data.network.outgoing().row(source as usize).iter().map(|&target| (source, target)));
    }
    if part == Part::Test {
        known.extend(&data.valid);
        if !data.network.is_directed() {
            known.extend(data.valid.iter().map(|&(source, target)| (target, source)));
        }
    }
    known
}

fn rank_group(
    scorer: &LinkScorer<'_>,
    group: &Group,
    known: &[(u32, u32)],
    protocol: &RankingProtocol,
    pool: &ThreadPool,
) -> Result<RankingReport, Problem> {
    let Group { queries, candidates, truths, .. } = group;
    let score = |query: NodeId, candidates: &[u32], scores: &mut [f32]| {
        let pairs: Vec<(u32, u32)> = candidates.iter().map(|&candidate| (query.0, candidate)).collect();
        for (out, score) in scores.iter_mut().zip(scorer.score(&pairs, pool)) {
            *out = score as f32;
        }
    };
    Ok(rank_candidates(&CandidateTask { queries, candidates, truths, known }, score, protocol, pool)?)
}

/// The metrics over all sources: of each kind as many as it has.
fn mean(reports: &[RankingReport]) -> BTreeMap<String, f64> {
    let n: usize = reports.iter().map(|report| report.n_users).sum();
    let mut means = BTreeMap::new();
    for report in reports {
        for (key, value) in &report.means {
            *means.entry(key.clone()).or_insert(0.0) += value * report.n_users as f64 / n as f64;
        }
    }
    means
}
