//! The folder of KGAT and KGIN, on the disk or zipped, and what it becomes where something is to be joined.

use culet_graph::Names;

use super::not_in_format;
use super::options::{CatalogueOptions, Format};
use super::place::{Place, PlaceKind};
use super::problem::CatalogueProblem;
use super::raw::{Node, Raw, Readable};
use crate::kgat::{KgatOptions, Sources, assemble};
use crate::network::ids::Ids;
use crate::{DataError, Dataset, read_kgat};

pub(super) fn read(place: &Place, options: &CatalogueOptions) -> Result<Dataset, DataError> {
    let options = KgatOptions { id_base: options.id_base };
    if place.kind == PlaceKind::Folder && place.path.is_dir() {
        return read_kgat(&place.path, &options);
    }
    let read = |name: &str| place.find(name).map(crate::network::unpack::Input::read).transpose();
    let sources = Sources::of(read)?.ok_or_else(|| not_in_format(place, Format::Kgat))?;
    let mut dataset = assemble(&sources, &place.path, &options)?;
    dataset.name.clone_from(&place.name);
    Ok(dataset)
}

/// The data set by its external ids, in its order.
///
/// # Errors
/// An id that stands for two users, items or entities.
pub(super) fn to_raw(dataset: Dataset, place: &Place, format: Format, raw: &mut Raw) -> Result<(), DataError> {
    let Dataset { name, train, valid, test, graph, vocabulary, notes } = dataset;
    let n_items = train.n_items();
    raw.name = name;
    raw.is_ordered = true;
    raw.by_links = false;
    raw.notes = notes;
    raw.notes.retain(|note| !note.contains("`test.txt` is missing") && !note.contains("`kg_final.txt` is missing"));
    let fill = |ids: &mut Ids, readable: &mut Readable, names: &Names, range: std::ops::Range<usize>| {
        for (k, index) in range.enumerate() {
            let id = names.id(index);
            let node = ids.node(id.as_bytes()).map_err(|problem| DataError::network_line(&place.path, 1, problem))?;
            if node as usize != k {
                let what = format!("its id `{id}` stands twice, so that nothing can be joined by it");
                let problem = CatalogueProblem::Malformed { format: format.name(), what };
                return Err(DataError::catalogue(&place.path, problem));
            }
            readable.set(node, names.name(index).unwrap_or_default());
        }
        Ok(())
    };
    fill(&mut raw.users, &mut raw.user_names, &vocabulary.users, 0..vocabulary.users.len())?;
    fill(&mut raw.items, &mut raw.item_names, &vocabulary.entities, 0..n_items)?;
    fill(&mut raw.entities, &mut raw.entity_names, &vocabulary.entities, n_items..vocabulary.entities.len())?;
    for relation in 0..vocabulary.relations.len() {
        let number = raw.relations.find_or_add(vocabulary.relations.id(relation));
        raw.relation_names.set(number, vocabulary.relations.name(relation).unwrap_or_default());
    }
    let relation = |k: u32| raw.relations.find(vocabulary.relations.id(k as usize).as_bytes()).unwrap_or_default();
    let node = |entity: u32| match (entity as usize) < n_items {
        true => Node::Item(entity),
        false => Node::Entity(entity - n_items as u32),
    };
    let facts = graph.triplets().iter().map(|t| (node(t.head), relation(t.relation), node(t.tail)));
    let facts: Vec<_> = facts.collect();
    raw.facts = facts;
    raw.pairs = [train, valid, test].map(|part| part.pairs().collect());
    Ok(())
}
