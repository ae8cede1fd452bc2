//! Reasons in words: which items of the history carried a score, and what they have in common with the item.

use culet::graph::{ItemId, KnowledgeGraph, Names, Triplet, Vocabulary};
use culet::model::{Explanation, Facets, HistoryPart, Path};
use serde::Serialize;

/// Why an item is recommended.
#[derive(Debug, Serialize)]
pub(crate) struct Reason {
    /// The part of the score that comes from the user's history; the rest is the user's own vector.
    from_history: f64,
    /// The items of the history that carried most.
    because_of: Vec<Carrier>,
    /// The parts of the history that speak for the item, without those that speak against it.
    #[serde(skip)]
    for_it: f64,
}

#[derive(Debug, Serialize)]
struct Carrier {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Its part of the score.
    contribution: f64,
    /// Facts that it shares with the recommended item.
    shared: Vec<String>,
}

const CARRIERS: usize = 3;
const SHARED: usize = 4;

impl Reason {
    pub(crate) fn new(item: ItemId, explanation: &Explanation, graph: &KnowledgeGraph, names: &Vocabulary) -> Self {
        let mut parts: Vec<&HistoryPart> = explanation.from_history.iter().collect();
        parts.sort_by(|a, b| b.contribution.total_cmp(&a.contribution).then(a.item.cmp(&b.item)));
        let carriers = parts.iter().filter(|part| part.contribution > 0.0).take(CARRIERS);
        let carrier = |part: &&HistoryPart| Carrier {
            id: names.entities.id(part.item.index()).to_owned(),
            name: names.entities.name(part.item.index()).map(str::to_owned),
            contribution: part.contribution,
            shared: if part.paths.is_empty() {
                shared_facts(item, part.item, graph, names)
            } else {
                facts_of_paths(part, names)
            },
        };
        Self {
            from_history: explanation.from_history.iter().map(|part| part.contribution).sum(),
            because_of: carriers.map(carrier).collect(),
            for_it: explanation.from_history.iter().map(|part| part.contribution.max(0.0)).sum(),
        }
    }

    /// One line, such as `because of Alien (31 %: directed_by Scott); Brazil (12 %)`.
    ///
    /// Shares are of all that speaks for the item, so that what speaks against it does not push them beyond 100 %.
    pub(crate) fn to_text(&self, score: f64) -> String {
        let for_it = self.for_it + (score - self.from_history).max(0.0);
        let describe = |carrier: &Carrier| {
            let name = carrier.name.as_deref().unwrap_or(&carrier.id);
            let part = 100.0 * carrier.contribution / for_it;
            match carrier.shared.as_slice() {
                [] => format!("{name} ({part:.0} %)"),
                shared => format!("{name} ({part:.0} %: {})", shared.join(", ")),
            }
        };
        match self.because_of.as_slice() {
            [] => "because of the user's own vector alone".to_owned(),
            carriers => format!("because of {}", carriers.iter().map(describe).collect::<Vec<_>>().join("; ")),
        }
    }
}

/// The facts of an item, which lie together in the sorted triplets.
fn facts_of(item: ItemId, graph: &KnowledgeGraph) -> &[Triplet] {
    let triplets = graph.triplets();
    let start = triplets.partition_point(|t| t.head < item.0);
    let end = triplets.partition_point(|t| t.head <= item.0);
    &triplets[start..end]
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
    let before = path.steps.iter().rev().nth(1).map_or(start.index(), |step| step.entity.index());
    let entity = names.entities.label(before);
    let Some(last) = path.steps.last() else { return entity.to_owned() };
    let relation = names.relations.label(last.relation.index());
    if last.forward { format!("{entity} {relation}") } else { format!("{relation} {entity}") }
}

/// An intent in words: its strongest relations.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct IntentWords {
    /// From 1.
    pub(crate) intent: usize,
    /// Mean share over the users.
    pub(crate) share: f64,
    /// Relations with their weights, the strongest first.
    pub(crate) relations: Vec<(String, f64)>,
}

/// The learned intents in words.
pub(crate) fn intents_in_words(facets: &Facets, relations: &Names) -> Vec<IntentWords> {
    let n_users = facets.user_shares.len().max(1) as f64;
    let of = |(p, weights): (usize, &Vec<f64>)| {
        let mut named: Vec<(String, f64)> =
            weights.iter().enumerate().map(|(r, &weight)| (relations.label(r).to_owned(), weight)).collect();
        named.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let share = facets.user_shares.iter().map(|shares| shares[p]).sum::<f64>() / n_users;
        IntentWords { intent: p + 1, share, relations: named }
    };
    facets.relations.iter().enumerate().map(of).collect()
}

impl IntentWords {
    /// The `n` strongest relations, such as `stars 31 %, directed_by 22 %`.
    pub(crate) fn strongest(&self, n: usize) -> String {
        let part = |(name, weight): &(String, f64)| format!("{name} {:.0} %", 100.0 * weight);
        self.relations.iter().take(n).map(part).collect::<Vec<_>>().join(", ")
    }
}
