//! What is odd about a data set but harms nothing, one sentence each.

use std::collections::HashSet;
use std::hash::Hash;

use culet_graph::{Interactions, ItemId, KnowledgeGraph, UserId};

use super::parse::ParsedInteractions;
use super::sources::{Kind, Sources};
use super::vocabulary::AllLabels;
use crate::describe::thousands;

/// Files that are missing.
pub(super) fn of_files(sources: &Sources) -> Vec<String> {
    let mut notes = Vec::new();
    if sources.test.is_none() {
        notes.push("`test.txt` is missing: there is nothing to test on; `culet data split` makes a test part".into());
    }
    if sources.graph.is_none() {
        notes.push("`kg_final.txt` is missing: the knowledge graph has no facts".into());
    }
    notes
}

/// Pairs or facts that stand twice or more; `line` finds the line of the first.
pub(super) fn of_repeats(file: &str, one: &str, count: usize, line: impl FnOnce() -> Option<usize>) -> Option<String> {
    let repeats = counted(count, &format!("repeated {one}"), &format!("repeated {one}s"));
    (count > 0).then(|| format!("`{file}` holds {repeats}{}; a repeat counts for nothing", in_line(count, line())))
}

/// Where the first of so many is.
fn in_line(count: usize, line: Option<usize>) -> String {
    let first = if count == 1 { "in" } else { "the first in" };
    line.map_or_else(String::new, |line| format!(", {first} line {line}"))
}

/// The place of the first that stood before.
pub(super) fn first_repeat<T: Eq + Hash>(all: impl IntoIterator<Item = T>) -> Option<usize> {
    let mut met = HashSet::new();
    all.into_iter().position(|one| !met.insert(one))
}

/// How the training and the test part fit together.
pub(super) fn of_logs(train: &Interactions, test: &Interactions, parsed: &ParsedInteractions) -> Vec<String> {
    let idle: Vec<_> = (0..train.n_users() as u32).map(UserId).filter(|&u| train.items_of(u).is_empty()).collect();
    let n_tested = idle.iter().filter(|&&user| !test.items_of(user).is_empty()).count();
    let (in_train, in_test) = (train.item_degrees(), test.item_degrees());
    let n_unseen = in_train.iter().zip(&in_test).filter(|&(&train, &test)| train == 0 && test > 0).count();
    let is_shared = |&(user, item): &(u32, u32)| train.contains(UserId(user), ItemId(item));
    let n_shared = train.n_shared(test);
    let shared_at = parsed.pairs.iter().position(is_shared).map(|pair| parsed.line_of(pair));
    let user = |count| counted(count, "user", "users");
    let notes = [
        (idle.len(), format!("`train.txt` gives {} no item", user(idle.len()))),
        (n_tested, format!("`test.txt` asks about {} without training items", user(n_tested))),
        (
            n_unseen,
            format!("`test.txt` asks about {} that nobody took in training", counted(n_unseen, "item", "items")),
        ),
        (
            n_shared,
            format!(
                "`train.txt` and `test.txt` share {}{} of `test.txt`",
                counted(n_shared, "pair", "pairs"),
                in_line(n_shared, shared_at)
            ),
        ),
    ];
    notes.into_iter().filter(|&(count, _)| count > 0).map(|(_, note)| note).collect()
}

/// How the validation part fits the others.
pub(super) fn of_validation(train: &Interactions, valid: &Interactions, test: &Interactions) -> Vec<String> {
    let notes = [("train.txt", train.n_shared(valid)), ("test.txt", test.n_shared(valid))]
        .into_iter()
        .filter(|&(_, count)| count > 0);
    notes.map(|(file, count)| format!("`{file}` and `valid.txt` share {}", counted(count, "pair", "pairs"))).collect()
}

/// Facts of a thing about itself; `line` finds the line of the first.
pub(super) fn of_graph(graph: &KnowledgeGraph, line: impl FnOnce() -> Option<usize>) -> Option<String> {
    let count = graph.triplets().iter().filter(|triplet| triplet.head == triplet.tail).count();
    let loops = counted(count, "self-loop", "self-loops");
    (count > 0).then(|| format!("`kg_final.txt` holds {loops}{}, kept as any other fact", in_line(count, line())))
}

/// Lists that leave something out, or count otherwise than the files with pairs and facts.
pub(super) fn of_list(labels: &AllLabels, kind: Kind, n_unlisted: usize, base: u32) -> Vec<String> {
    let Some(list) = labels.list(kind) else { return Vec::new() };
    let mut notes = Vec::new();
    if list.base != base {
        notes.push(format!("`{}` counts from {}, not from {base}", list.file, list.base));
    }
    if n_unlisted > 0 {
        notes.push(format!("`{}` leaves out {}", list.file, counted(n_unlisted, kind.word(), kind.words())));
    }
    notes
}

/// Ids that stand for several.
pub(super) fn of_repeated_ids(kind: Kind, count: usize) -> Option<String> {
    let found = counted(count, kind.word(), kind.words());
    let have = if count == 1 { "has" } else { "have" };
    (count > 0).then(|| format!("{found} {have} the id of an earlier one, which is what a search by id finds"))
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count as u64), if count == 1 { one } else { many })
}
