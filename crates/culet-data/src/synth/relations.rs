//! The relations of a catalogue, and the intents that use them.

use serde::{Deserialize, Serialize};

use super::words::{COUNTRIES, DECADES, GENRES, LANGUAGES, RUNNING_TIMES};

/// A relation from films to attributes of one kind.
pub(super) struct Relation {
    /// Its external id.
    pub(super) id: &'static str,
    /// How it reads.
    pub(super) name: &'static str,
    /// What it leads to: the beginning of the attributes' external ids.
    pub(super) tail: &'static str,
    /// How its attributes are named.
    pub(super) naming: Naming,
}

/// Where the names of attributes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Invented persons.
    Person,
    /// The titles of film series.
    Series,
    /// Invented film studios.
    Studio,
    /// Invented places.
    Place,
    /// A list, the most frequent first.
    Listed(&'static [&'static str]),
}

/// All relations of a catalogue, by their ids.
pub(super) const RELATIONS: [Relation; 10] = [
    Relation { id: "directed_by", name: "directed by", tail: "director", naming: Naming::Person },
    Relation { id: "stars", name: "stars", tail: "actor", naming: Naming::Person },
    Relation { id: "genre", name: "genre", tail: "genre", naming: Naming::Listed(&GENRES) },
    Relation { id: "part_of_series", name: "part of the series", tail: "series", naming: Naming::Series },
    Relation { id: "produced_by", name: "produced by", tail: "studio", naming: Naming::Studio },
    Relation { id: "decade", name: "decade", tail: "decade", naming: Naming::Listed(&DECADES) },
    Relation { id: "country", name: "country", tail: "country", naming: Naming::Listed(&COUNTRIES) },
    Relation { id: "language", name: "language", tail: "language", naming: Naming::Listed(&LANGUAGES) },
    Relation { id: "filmed_in", name: "filmed in", tail: "place", naming: Naming::Place },
    Relation { id: "running_time", name: "running time", tail: "length", naming: Naming::Listed(&RUNNING_TIMES) },
];

pub(super) const DIRECTED_BY: usize = 0;
pub(super) const STARS: usize = 1;
pub(super) const GENRE: usize = 2;
pub(super) const PART_OF_SERIES: usize = 3;
pub(super) const PRODUCED_BY: usize = 4;
pub(super) const DECADE: usize = 5;
pub(super) const COUNTRY: usize = 6;
pub(super) const LANGUAGE: usize = 7;
pub(super) const FILMED_IN: usize = 8;
#[cfg(test)]
pub(super) const RUNNING_TIME: usize = 9;

/// The intents that can be planted: a name, and the relations it follows with their weights, which sum to 1.
///
/// `filmed_in` and `running_time` belong to none: a method that finds the right relations leaves them out.
pub(super) const INTENTS: [(&str, [(usize, f64); 2]); 4] = [
    ("people", [(STARS, 0.6), (DIRECTED_BY, 0.4)]),
    ("series", [(PART_OF_SERIES, 0.8), (PRODUCED_BY, 0.2)]),
    ("mood", [(GENRE, 0.7), (DECADE, 0.3)]),
    ("homeland", [(COUNTRY, 0.6), (LANGUAGE, 0.4)]),
];

/// One intent: how choices that follow it depend on the relations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlantedIntent {
    /// A word for it.
    pub name: String,
    /// How often a choice with this intent follows each relation, `[n_relations]`, summing to 1.
    pub relation_weights: Vec<f64>,
}

/// What a catalogue was drawn from, for comparison with what a model learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlantedIntents {
    /// External ids of the relations, `[n_relations]`, in the order of the weights.
    pub relations: Vec<String>,
    /// The intents, `[n_intents]`.
    pub intents: Vec<PlantedIntent>,
    /// How often each user follows each intent, `[n_users][n_intents]`, each row summing to 1.
    pub user_shares: Vec<Vec<f64>>,
    /// The share of choices that follow no intent.
    pub noise: f64,
}

impl PlantedIntents {
    /// The first `n_intents` intents, as yet without users.
    pub(super) fn first(n_intents: usize, noise: f64) -> Self {
        let intents = INTENTS[..n_intents].iter().map(|(name, relations)| {
            let mut relation_weights = vec![0.0; RELATIONS.len()];
            for &(relation, weight) in relations {
                relation_weights[relation] = weight;
            }
            PlantedIntent { name: (*name).to_owned(), relation_weights }
        });
        let relations = RELATIONS.iter().map(|relation| relation.id.to_owned()).collect();
        Self { relations, intents: intents.collect(), user_shares: Vec::new(), noise }
    }

    /// The number of relations.
    #[must_use]
    pub fn n_relations(&self) -> usize {
        self.relations.len()
    }

    /// Whether any intent follows each relation, `[n_relations]`; the others are noise.
    #[must_use]
    pub fn relevant_relations(&self) -> Vec<bool> {
        let is_relevant = |r: usize| self.intents.iter().any(|intent| intent.relation_weights[r] > 0.0);
        (0..self.n_relations()).map(is_relevant).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_sum_to_one_and_two_relations_are_noise() {
        let truth = PlantedIntents::first(4, 0.1);
        for intent in &truth.intents {
            assert!((intent.relation_weights.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{}", intent.name);
        }
        let relevant = truth.relevant_relations();
        assert_eq!(relevant.iter().filter(|&&relevant| !relevant).count(), 2);
        assert!(!relevant[FILMED_IN] && !relevant[RUNNING_TIME]);
    }

    #[test]
    fn positions_and_ids_agree() {
        let at = [DIRECTED_BY, STARS, GENRE, PART_OF_SERIES, PRODUCED_BY, DECADE, COUNTRY, LANGUAGE];
        let ids = ["directed_by", "stars", "genre", "part_of_series", "produced_by", "decade", "country", "language"];
        assert_eq!(at.map(|position| RELATIONS[position].id), ids);
        assert_eq!([FILMED_IN, RUNNING_TIME].map(|position| RELATIONS[position].id), ["filmed_in", "running_time"]);
    }
}
