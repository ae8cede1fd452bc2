//! What the points of a map are coloured by.

use std::collections::BTreeMap;

use culet_graph::Names;
use culet_model::Facets;
use culet_train::NO_GROUP;
use rayon::ThreadPool;

use super::MapOf;
use crate::{AskError, CatalogueAnswers, NetworkAnswers};

/// Colours that the eye still tells apart.
const MOST: usize = 8;
/// What an intent is named by.
const STRONGEST: usize = 2;

/// What colours stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Colour {
    /// The largest intent of a user, the group of a node's largest aspect; nothing where there is none.
    Facet,
    /// The label of a node; of several, the commonest.
    Label,
    /// The type of a node.
    Type,
    /// Where a relation leads to from an item; of several, the commonest.
    Relation(String),
    /// Nothing.
    Nothing,
}

impl Colour {
    /// What a word means: `facet`, `label`, `type`, `none`, or else the name of a relation.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match word {
            "facet" => Self::Facet,
            "label" => Self::Label,
            "type" => Self::Type,
            "none" => Self::Nothing,
            relation => Self::Relation(relation.to_owned()),
        }
    }
}

/// The colours of the points that are drawn.
pub(super) struct Colours {
    pub(super) by: String,
    pub(super) names: Vec<String>,
    /// From 1.
    pub(super) of_rows: Vec<Option<usize>>,
}

impl Colours {
    fn none(rows: &[u32]) -> Self {
        Self { by: "none".to_owned(), names: Vec::new(), of_rows: vec![None; rows.len()] }
    }

    /// Each point by the commonest of its traits, where that is among the commonest of all.
    fn by_trait(by: &str, traits: &[Vec<u32>], name: impl Fn(u32) -> String) -> Self {
        let mut counts = BTreeMap::<u32, usize>::new();
        traits.iter().flatten().for_each(|&one| *counts.entry(one).or_default() += 1);
        let mut common: Vec<(u32, usize)> = counts.into_iter().collect();
        common.sort_by_key(|&(one, count)| (std::cmp::Reverse(count), one));
        common.truncate(MOST);
        let colour = |own: &Vec<u32>| common.iter().position(|(one, _)| own.contains(one)).map(|place| place + 1);
        Self {
            by: by.to_owned(),
            names: common.iter().map(|&(one, _)| name(one)).collect(),
            of_rows: traits.iter().map(colour).collect(),
        }
    }
}

impl CatalogueAnswers {
    pub(super) fn colours(&self, of: MapOf, colour: &Colour, rows: &[u32]) -> Result<Colours, AskError> {
        match (colour, of) {
            (Colour::Nothing, _) | (Colour::Facet, MapOf::Items) => Ok(Colours::none(rows)),
            (Colour::Facet, MapOf::Users) => Ok(match self.learned_facets()? {
                // Without relations there is nothing that an intent could be.
                Some(facets) if facets.relations.iter().any(|row| !row.is_empty()) => {
                    by_intent(facets, &self.vocabulary().relations, rows)
                }
                _ => Colours::none(rows),
            }),
            (Colour::Relation(asked), MapOf::Items) => self.by_relation(asked, rows),
            (Colour::Relation(_), MapOf::Users) => Err(AskError::NoColour { what: "users", by: "relations" }),
            (Colour::Label, _) => Err(AskError::NoColour { what: "users and items", by: "labels" }),
            (Colour::Type, _) => Err(AskError::NoColour { what: "users and items", by: "types" }),
        }
    }

    fn by_relation(&self, asked: &str, rows: &[u32]) -> Result<Colours, AskError> {
        let names = self.vocabulary();
        let relation = self.relation_index().find(&names.relations, "relation", asked)?;
        let triplets = self.stored().catalogue().graph.triplets();
        let tails = |&item: &u32| {
            let own = triplets.partition_point(|fact| fact.head < item);
            let facts = triplets[own..].iter().take_while(|fact| fact.head == item);
            facts.filter(|fact| fact.relation == relation).map(|fact| fact.tail).collect()
        };
        let tails: Vec<Vec<u32>> = rows.iter().map(tails).collect();
        let label = names.relations.label(relation as usize);
        Ok(Colours::by_trait(label, &tails, |tail| names.entities.label(tail as usize).to_owned()))
    }
}

impl NetworkAnswers {
    pub(super) fn colours(
        &self,
        colour: &Colour,
        rows: &[u32],
        seed: u64,
        pool: &ThreadPool,
    ) -> Result<Colours, AskError> {
        let data = self.stored().data();
        let none = |by| AskError::NoColour { what: "the nodes of this run", by };
        match colour {
            Colour::Nothing => Ok(Colours::none(rows)),
            Colour::Facet => Ok(self.by_group(rows, seed, pool)),
            Colour::Label => {
                let labels = data.labels.as_ref().ok_or_else(|| none("labels"))?;
                let own: Vec<Vec<u32>> = rows.iter().map(|&node| labels.of.row(node as usize).to_vec()).collect();
                Ok(Colours::by_trait("label", &own, |label| labels.names[label as usize].clone()))
            }
            Colour::Type => {
                let types = data.network.types.as_ref().filter(|types| types.names.len() > 1);
                let types = types.ok_or_else(|| none("types"))?;
                let own: Vec<Vec<u32>> = rows.iter().map(|&node| vec![u32::from(types.of[node as usize])]).collect();
                Ok(Colours::by_trait("type", &own, |kind| types.names[kind as usize].clone()))
            }
            Colour::Relation(_) => Err(none("where relations lead")),
        }
    }

    /// By the group of the largest aspect.
    fn by_group(&self, rows: &[u32], seed: u64, pool: &ThreadPool) -> Colours {
        let embedding = &self.stored().embedding;
        let groups = self.stored().groups(self.stored().default_n_groups(), 0, seed, pool);
        let group = |&node: &u32| {
            let aspect = largest(&embedding.node_shares(node))? - 1;
            let n_each = groups.of_aspect.len() / embedding.n_nodes;
            let group = groups.of_aspect[node as usize * n_each + aspect.min(n_each - 1)];
            (group != NO_GROUP).then_some(group as usize + 1)
        };
        let name = |(place, group): (usize, &culet_train::NodeGroup)| match group.common.first() {
            Some(common) => format!("group {}: {}", place + 1, common.name),
            None => format!("group {}", place + 1),
        };
        Colours {
            by: "group".to_owned(),
            names: groups.groups.iter().enumerate().map(name).collect(),
            of_rows: rows.iter().map(group).collect(),
        }
    }
}

fn by_intent(facets: &Facets, relations: &Names, rows: &[u32]) -> Colours {
    let intents = crate::catalogue::intents_in_words(facets, relations);
    Colours {
        by: "intent".to_owned(),
        names: intents.iter().map(|one| format!("intent {}: {}", one.intent, one.strongest(STRONGEST))).collect(),
        of_rows: rows.iter().map(|&user| largest(&facets.user_shares[user as usize])).collect(),
    }
}

/// The place of the largest, from 1; none where all are 0.
fn largest(shares: &[f64]) -> Option<usize> {
    let best = shares.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))?;
    (*best.1 > 0.0).then_some(best.0 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_share_counts_from_one() {
        assert_eq!(largest(&[0.2, 0.5, 0.5]), Some(2));
        assert_eq!(largest(&[0.0, 0.0]), None);
    }

    #[test]
    fn a_point_has_the_commonest_of_its_traits_and_rare_traits_no_colour() {
        let rare = (10..30).map(|one| vec![one]);
        let traits: Vec<Vec<u32>> =
            [vec![1, 2], vec![2], vec![3], vec![], vec![1, 3], vec![2, 9]].into_iter().chain(rare).collect();
        let colours = Colours::by_trait("label", &traits, |one| format!("L{one}"));
        assert_eq!(colours.names.len(), MOST);
        assert_eq!(colours.names[..3], ["L2", "L1", "L3"]);
        assert_eq!(colours.of_rows[..6], [Some(1), Some(1), Some(3), None, Some(2), Some(1)]);
        assert_eq!(colours.of_rows[25], None);
    }
}
