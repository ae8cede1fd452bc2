//! A description in words for a terminal.

use super::NetworkDescription;
use crate::describe::{density, line, thousands};
use crate::network::parts::PartDescription;

/// How many types, relations and labels the text names.
const SHOWN: usize = 10;

/// The description as aligned lines for a terminal, the last with a line break.
#[must_use]
pub fn network_to_text(description: &NetworkDescription) -> String {
    let mut text = format!("{} ({})\n\n", description.name, description.fingerprint.content);
    counts_text(&mut text, description);
    degrees_text(&mut text, description);
    kinds_text(&mut text, description);
    parts_text(&mut text, description);
    if !description.notes.is_empty() {
        text.push_str("\nnotes\n");
    }
    for note in &description.notes {
        line(&mut text, format_args!("- {note}"));
    }
    text
}

fn counts_text(text: &mut String, description: &NetworkDescription) {
    let (nodes, edges) = (description.fingerprint.nodes, description.fingerprint.edges);
    let direction = if description.fingerprint.directed { "directed" } else { "undirected" };
    let largest = format!("the largest holds {} of the nodes", percent(description.largest_component));
    let starts = "no edge leaves them: a walk ends there".to_owned();
    let rows = [
        ("nodes", nodes, format!("{} without an edge", thousands(description.isolated))),
        ("edges", edges, format!("{direction}, density {}", density(description.density))),
        ("components", description.components, largest),
        ("dead ends", description.dead_ends, starts),
        ("self-loops", description.self_loops, String::new()),
    ];
    for (what, number, remark) in rows {
        row(text, what, &thousands(number), &remark);
    }
    if let Some(share) = description.reciprocity {
        row(text, "reciprocity", &percent(share), "of the edges have a way back");
    }
    if let Some(weights) = description.weights {
        row(text, "weight", &format!("{:.6}", weights.mean), &format!("mean, from {} to {}", weights.min, weights.max));
    }
    if let Some(labels) = &description.labels {
        let several = format!("{} with several", thousands(labels.several));
        row(text, "labelled nodes", &thousands(labels.labelled_nodes), &several);
    }
}

fn degrees_text(text: &mut String, description: &NetworkDescription) {
    line(text, format_args!("\n{:<24}{:>14}{:>10}{:>10}{:>10}", "edges of a node", "min", "median", "90 %", "max"));
    let both = [("leaving it", description.out_degrees), ("arriving at it", description.in_degrees)];
    let any = [("of any direction", description.out_degrees)];
    for &(what, q) in if description.fingerprint.directed { &both[..] } else { &any[..] } {
        let [min, median, p90, max] = [q.min, q.median, q.p90, q.max].map(|number| thousands(number.into()));
        line(text, format_args!("{what:<24}{min:>14}{median:>10}{p90:>10}{max:>10}"));
    }
}

fn kinds_text(text: &mut String, description: &NetworkDescription) {
    let types = description.types.iter().map(|count| (count.nodes, count.name.as_str()));
    list_text(text, ("nodes", "type"), types.collect(), description.fingerprint.nodes);
    let relations = description.relations.iter().map(|count| (count.edges, count.name.as_str()));
    list_text(text, ("edges", "relation"), relations.collect(), description.fingerprint.edges);
    if let Some(labels) = &description.labels {
        let counts = labels.labels.iter().map(|count| (count.nodes, count.name.as_str()));
        list_text(text, ("nodes", "label"), counts.collect(), labels.labelled_nodes);
    }
}

/// Counts and names, the first of them, under a line that says what they are.
fn list_text(text: &mut String, (what, kind): (&str, &str), counts: Vec<(u64, &str)>, whole: u64) {
    if counts.is_empty() {
        return;
    }
    let share = |part: u64| percent(if whole == 0 { 0.0 } else { part as f64 / whole as f64 });
    line(text, format_args!("\n{what:>14}  {:>7}  {kind}", "share"));
    for (count, name) in counts.iter().take(SHOWN) {
        line(text, format_args!("{:>14}  {:>7}  {name}", thousands(*count), share(*count)));
    }
    if let Some(rest) = counts.get(SHOWN..).filter(|rest| !rest.is_empty()) {
        let sum = rest.iter().map(|(count, _)| count).sum();
        line(text, format_args!("{:>14}  {:>7}  ({} more)", thousands(sum), share(sum), rest.len()));
    }
}

fn parts_text(text: &mut String, description: &NetworkDescription) {
    if description.parts.is_empty() {
        return;
    }
    let names = ["pairs", "in training", "withheld", "reversed", "u < v", "u = v", "repeats", "new nodes"];
    let names: String = names.map(|name| format!("{name:>12}")).concat();
    line(text, format_args!("\n{:<16}{names}", "given part"));
    for part in &description.parts {
        let PartDescription { pairs, training_edges, withheld_edges, reversed_edges, self_loops, .. } = *part;
        let ascending = percent(part.ascending as f64 / pairs.max(1) as f64);
        let numbers = [pairs, training_edges, withheld_edges, reversed_edges].map(thousands);
        let more = [self_loops, part.repeats, part.without_training].map(thousands);
        let columns = numbers.iter().chain([&ascending]).chain(&more);
        let columns: String = columns.map(|column| format!("{column:>12}")).collect();
        line(text, format_args!("{:<16}{columns}", part.name));
    }
}

fn row(text: &mut String, what: &str, number: &str, remark: &str) {
    line(text, format_args!("{what:<24}{number:>14}  {remark}"));
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}
