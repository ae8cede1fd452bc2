//! What the data are.

use culet_answers::{Answers, CatalogueAnswers, NetworkAnswers};
use culet_data::{DataFingerprint, thousands};
use culet_eval::Stratum;

use super::blocks::{Block, Figure, Section, bar};
use crate::charts::Bar;
use crate::run::Opened;
use crate::words;

/// Relations that are drawn, at most.
const RELATIONS: usize = 12;

pub(super) fn section(run: &Opened) -> Section {
    match &run.answers {
        Answers::Catalogue(answers) => of_catalogue(answers, &run.summary().data),
        Answers::Network(answers) => of_network(answers, &run.summary().data),
    }
}

fn of_catalogue(answers: &CatalogueAnswers, fingerprint: &DataFingerprint) -> Section {
    let mut section = Section::new("data", "Data");
    let parts = answers.stored().catalogue();
    let (users, items) = (parts.train.n_users(), parts.train.n_items());
    let count = |n: usize| thousands(n as u64);
    let density = parts.train.n_pairs() as f64 / (users as f64 * items as f64).max(1.0);
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = vec![
        fact("users", count(users)),
        fact("items", count(items)),
        fact("pairs learned from", count(parts.train.n_pairs())),
        fact("validation pairs", count(parts.valid.n_pairs())),
        fact("test pairs", count(parts.test.n_pairs())),
        fact("density", format!("{:.3} %", 100.0 * density)),
        fact("facts", count(parts.graph.triplets().len())),
        fact("relations", count(parts.graph.n_relations())),
        fact("entities", count(parts.graph.n_entities())),
    ];
    facts.extend(content(fingerprint));
    section.blocks.push(Block::Facts { facts });
    let mut figures = vec![
        histogram("users-by-items", "Users by how many items they took", parts.train.user_degrees()),
        histogram("items-by-users", "Items by how many users took them", parts.train.item_degrees()),
    ];
    let relations = relations(answers);
    if !relations.is_empty() {
        let n = parts.graph.n_relations();
        let title = if n > RELATIONS {
            format!("Facts of the {RELATIONS} largest relations, of {n}")
        } else {
            "Facts by relation".to_owned()
        };
        figures.push(Figure::of_bars("relations", &title, &relations, ""));
    }
    section.figures(figures);
    section
}

fn relations(answers: &CatalogueAnswers) -> Vec<Bar> {
    let graph = &answers.stored().catalogue().graph;
    let mut counts = vec![0_u64; graph.n_relations()];
    graph.triplets().iter().for_each(|fact| counts[fact.relation as usize] += 1);
    let mut order: Vec<usize> = (0..counts.len()).filter(|&relation| counts[relation] > 0).collect();
    order.sort_by_key(|&relation| (std::cmp::Reverse(counts[relation]), relation));
    order.truncate(RELATIONS);
    let names = &answers.vocabulary().relations;
    order.into_iter().map(|r| bar(names.label(r), counts[r] as f64, thousands(counts[r]))).collect()
}

fn of_network(answers: &NetworkAnswers, fingerprint: &DataFingerprint) -> Section {
    let mut section = Section::new("data", "Data");
    let data = answers.stored().data();
    let network = &data.network;
    let count = |n: usize| thousands(n as u64);
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = vec![
        fact("nodes", count(network.n_nodes())),
        fact("edges learned from", count(network.n_edges())),
        fact("edges have a direction", if network.is_directed() { "yes" } else { "no" }.to_owned()),
        fact("validation edges", count(data.valid.len())),
        fact("test edges", count(data.test.len())),
    ];
    if let Some(types) = network.types.as_ref().filter(|types| types.names.len() > 1) {
        facts.push(fact("types of nodes", types.names.join(", ")));
    }
    if let Some(labels) = &data.labels {
        facts.push(fact("labels", count(labels.names.len())));
    }
    facts.extend(content(fingerprint));
    section.blocks.push(Block::Facts { facts });
    let degrees = |of: fn(&culet_graph::Network, usize) -> usize| {
        (0..network.n_nodes()).map(|node| of(network, node) as u32).collect::<Vec<u32>>()
    };
    let out = degrees(culet_graph::Network::out_degree);
    section.figures(match network.is_directed() {
        false => vec![histogram("degrees", "Nodes by how many edges they have", out)],
        true => vec![
            histogram("out-degrees", "Nodes by how many edges leave them", out),
            histogram("in-degrees", "Nodes by how many edges reach them", degrees(culet_graph::Network::in_degree)),
        ],
    });
    section
}

fn content(fingerprint: &DataFingerprint) -> Option<(String, String)> {
    let told = serde_json::to_value(fingerprint).ok()?;
    Some(("fingerprint".to_owned(), told["content"].as_str()?.to_owned()))
}

/// How many there are in each range of counts.
fn histogram(id: &str, title: &str, counts: Vec<u32>) -> Figure {
    let mut rows: Vec<(Stratum, u64)> = Vec::new();
    let mut sorted = counts;
    sorted.sort_unstable();
    for count in sorted {
        match rows.last_mut() {
            Some((stratum, n)) if count <= stratum.most => *n += 1,
            _ => rows.push((Stratum::of(count), 1)),
        }
    }
    let bars: Vec<Bar> =
        rows.into_iter().map(|(stratum, n)| bar(words::stratum(stratum), n as f64, thousands(n))).collect();
    Figure::of_bars(id, title, &bars, "")
}
