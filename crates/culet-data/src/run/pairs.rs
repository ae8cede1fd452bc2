//! `data.safetensors` of a catalogue: the interactions and the knowledge graph a run was made from.

use std::collections::BTreeMap;
use std::io::{self, Write};

use culet_graph::{Csr, Interactions, KnowledgeGraph, Triplet};

use super::data::CatalogueView;
use super::tensors::{self, Tensor, TensorFile, check_offsets};

/// The parts of a split.
pub(super) const PARTS: [&str; 3] = ["train", "valid", "test"];

pub(super) fn write(view: &CatalogueView, writer: impl Write) -> io::Result<()> {
    let (parts, graph) = ([view.train, view.valid, view.test], view.graph);
    let names = PARTS.map(|part| [format!("{part}.offsets"), format!("{part}.items")]);
    let mut list = Vec::new();
    for ([offsets, items], part) in names.iter().zip(parts) {
        list.push((offsets.as_str(), Tensor::Words(part.by_user().offsets())));
        list.push((items.as_str(), Tensor::Words(part.by_user().columns())));
    }
    let triples = graph.triplets().iter().map(|t| [t.head, t.relation, t.tail]).collect();
    list.push(("graph.triplets", Tensor::Triples(triples)));
    tensors::write(&list, &counts(parts, graph), writer)
}

fn counts(parts: [&Interactions; 3], graph: &KnowledgeGraph) -> BTreeMap<String, String> {
    let counts = [
        ("n_users", parts[0].n_users()),
        ("n_items", parts[0].n_items()),
        ("n_entities", graph.n_entities()),
        ("n_relations", graph.n_relations()),
    ];
    counts.into_iter().map(|(name, count)| (name.into(), count.to_string())).collect()
}

/// Training, validation and test part, and the graph.
pub(super) fn read(file: &TensorFile) -> Result<([Interactions; 3], KnowledgeGraph), String> {
    let (n_users, n_items) = (file.count("n_users")?, file.count("n_items")?);
    let [train, valid, test] = PARTS.map(|part| interactions(file, part, n_users, n_items));
    Ok(([train?, valid?, test?], graph(file)?))
}

fn interactions(file: &TensorFile, part: &str, n_users: usize, n_items: usize) -> Result<Interactions, String> {
    let (offsets, items) = (file.words(&format!("{part}.offsets"))?, file.words(&format!("{part}.items"))?);
    check_offsets(part, &offsets, ("user", n_users), items.len())?;
    let by_user = Csr::from_parts(offsets, items);
    if let Some(user) = (0..n_users).find(|&user| !by_user.row(user).is_sorted_by(|a, b| a < b)) {
        return Err(format!("the items of user {user} in `{part}` do not ascend"));
    }
    Interactions::from_csr(n_items, by_user).map_err(|error| format!("`{part}`: {error}"))
}

fn graph(file: &TensorFile) -> Result<KnowledgeGraph, String> {
    let triples = file.triples("graph.triplets")?;
    let n_triples = triples.len();
    let triplets = triples.into_iter().map(|[head, relation, tail]| Triplet { head, relation, tail }).collect();
    let graph = KnowledgeGraph::from_triplets(file.count("n_entities")?, file.count("n_relations")?, triplets)
        .map_err(|error| format!("`graph.triplets`: {error}"))?;
    if graph.triplets().len() != n_triples {
        let n_repeated = n_triples - graph.triplets().len();
        return Err(format!("`graph.triplets` repeats {n_repeated} of its {n_triples} triplets"));
    }
    Ok(graph)
}
