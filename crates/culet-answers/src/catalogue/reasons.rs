//! Reasons in words: which items of the history carried a score, and what they have in common with the item.

use culet_graph::{ItemId, KnowledgeGraph, Triplet, Vocabulary};
use culet_model::{Explanation, HistoryPart, Path};
use serde::Serialize;

use crate::Named;

/// Why an item is recommended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// The part of the score that comes from the user's history; the rest is the user's own vector.
    pub from_history: f64,
    /// The items of the history that carried most.
    pub because_of: Vec<Carrier>,
    /// All of it in one line.
    pub text: String,
}

/// An item of the history that carried a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Carrier {
    /// The item.
    #[serde(flatten)]
    pub item: Named,
    /// Its part of the score.
    pub contribution: f64,
    /// The same as a share of all that speaks for the recommended item, so that what speaks against it does not push
    /// shares beyond 1.
    pub share: f64,
    /// Facts that it shares with the recommended item.
    pub shared: Vec<String>,
}

const CARRIERS: usize = 3;
const SHARED: usize = 4;

impl Reason {
    /// In words, from what adds up to the score.
    ///
    /// # Panics
    /// If the explanation is of other items than the names and facts.
    #[must_use]
    pub fn new(item: ItemId, explanation: &Explanation, graph: &KnowledgeGraph, names: &Vocabulary) -> Self {
        let mut parts: Vec<&HistoryPart> = explanation.from_history.iter().collect();
        parts.sort_by(|a, b| b.contribution.total_cmp(&a.contribution).then(a.item.cmp(&b.item)));
        let from_history: f64 = parts.iter().map(|part| part.contribution).sum();
        let for_it: f64 = parts.iter().map(|part| part.contribution.max(0.0)).sum();
        let for_it = for_it + (explanation.score - from_history).max(0.0);
        let carriers = parts.iter().filter(|part| part.contribution > 0.0).take(CARRIERS);
        let carrier = |part: &&HistoryPart| Carrier {
            item: Named::new(part.item.0, &names.entities),
            contribution: part.contribution,
            share: part.contribution / for_it,
            shared: shared(item, part, graph, names),
        };
        let because_of: Vec<Carrier> = carriers.map(carrier).collect();
        let other = explanation.score - from_history;
        Self { from_history, text: text(&because_of, other), because_of }
    }
}

/// One line, such as `because of Alien (31 %: directed_by Scott); Brazil (12 %)`.
fn text(because_of: &[Carrier], other: f64) -> String {
    let describe = |carrier: &Carrier| {
        let (name, share) = (carrier.item.label(), 100.0 * carrier.share);
        match carrier.shared.as_slice() {
            [] => format!("{name} ({share:.0} %)"),
            shared => format!("{name} ({share:.0} %: {})", shared.join(", ")),
        }
    };
    match because_of {
        [] if other > 0.0 => "because of the user's own vector alone".to_owned(),
        [] => "nothing speaks for it".to_owned(),
        carriers => format!("because of {}", carriers.iter().map(describe).collect::<Vec<_>>().join("; ")),
    }
}

/// The facts of an item, which lie together in the sorted triplets.
fn facts_of(item: ItemId, graph: &KnowledgeGraph) -> &[Triplet] {
    let triplets = graph.triplets();
    let start = triplets.partition_point(|t| t.head < item.0);
    let end = triplets.partition_point(|t| t.head <= item.0);
    &triplets[start..end]
}

/// What an item of the history shares with another: by the paths between them, the strongest first, or else by the graph.
pub(super) fn shared(item: ItemId, part: &HistoryPart, graph: &KnowledgeGraph, names: &Vocabulary) -> Vec<String> {
    if part.paths.is_empty() { shared_facts(item, part.item, graph, names) } else { facts_of_paths(part, names) }
}

fn shared_facts(a: ItemId, b: ItemId, graph: &KnowledgeGraph, names: &Vocabulary) -> Vec<String> {
    let of_b = facts_of(b, graph);
    let is_shared = |fact: &&Triplet| {
        of_b.binary_search_by_key(&(fact.relation, fact.tail), |other| (other.relation, other.tail)).is_ok()
    };
    let word = |fact: &Triplet| {
        let relation = names.relations.label(fact.relation as usize);
        format!("{relation} {}", names.entities.label(fact.tail as usize))
    };
    facts_of(a, graph).iter().filter(is_shared).take(SHARED).map(word).collect()
}

/// The facts by which the paths that speak for the item reach it, the strongest path first.
fn facts_of_paths(part: &HistoryPart, names: &Vocabulary) -> Vec<String> {
    let mut facts: Vec<String> = Vec::new();
    for path in part.paths.iter().filter(|path| path.contribution > 0.0) {
        let fact = last_fact(part.item, path, names);
        if facts.len() < SHARED && !facts.contains(&fact) {
            facts.push(fact);
        }
    }
    facts
}

/// The fact that leads to the recommended item, without it: `directed_by Scott`, or `Scott directed` if the item is what
/// the fact ends in.
fn last_fact(start: ItemId, path: &Path, names: &Vocabulary) -> String {
    let entity = names.entities.label(path.last_but_one(start).index());
    let Some(last) = path.steps.last() else { return entity.to_owned() };
    let relation = names.relations.label(last.relation.index());
    if last.forward { format!("{entity} {relation}") } else { format!("{relation} {entity}") }
}
