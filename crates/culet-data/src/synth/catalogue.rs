//! A catalogue of films with its users, ready to train on.

use culet_graph::{GraphError, Interactions, KnowledgeGraph, Names, Triplet, Vocabulary};

use super::choices::Market;
use super::config::CatalogueConfig;
use super::facts::{RelationFacts, draw_facts, films_by_series};
use super::relations::{Naming, PART_OF_SERIES, PlantedIntents, RELATIONS};
use super::titles::{Coiner, roman, slug};
use crate::{DataError, Dataset};

/// A generated data set and what it was drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Catalogue {
    /// Films, their facts, and who took which.
    pub dataset: Dataset,
    /// The intents behind the choices.
    pub truth: PlantedIntents,
}

/// Generates a catalogue of films whose users follow planted intents.
///
/// A film has attributes under ten relations (director, actors, genres, series, studio, decade, country, language,
/// places, running time), their sizes skewed. A user has a share of each intent, a few favourite attributes of each
/// relation, and makes each choice so: with probability `noise` a film by its popularity; otherwise an intent by the
/// user's shares, a relation by the intent's weights, one of the user's favourites of this relation, a film that has
/// it by its popularity. A film already taken is drawn anew, and a favourite with no film left gives way to another of
/// the same relation. So the facts of a relation tell about choices exactly as far as an intent follows it; those of
/// `filmed_in` and `running_time` tell nothing.
///
/// Time and memory grow with the number of facts and interactions; users are drawn in the caller's threads, and the
/// result depends on the settings alone.
///
/// # Errors
/// [`DataError::BadSetting`] for a setting out of range, [`DataError::Graph`] if 32-bit offsets cannot hold the facts.
pub fn synthesise(config: &CatalogueConfig) -> Result<Catalogue, DataError> {
    config.check()?;
    let facts = draw_facts(config);
    let mut truth = PlantedIntents::first(config.n_intents, config.noise);
    let choices = Market::new(config, &truth, &facts)?.choose();
    truth.user_shares = choices.shares;
    let dataset = Dataset {
        name: format!("catalogue-{}", config.seed),
        train: Interactions::from_csr(config.n_items, choices.train)?,
        valid: Interactions::empty(config.n_users, config.n_items),
        test: Interactions::from_csr(config.n_items, choices.test)?,
        graph: graph(config.n_items, &facts)?,
        vocabulary: vocabulary(config, &facts),
        notes: Vec::new(),
    };
    Ok(Catalogue { dataset, truth })
}

/// The facts as triplets: the attributes follow the films, relation after relation.
fn graph(n_items: usize, facts: &[RelationFacts]) -> Result<KnowledgeGraph, GraphError> {
    let mut triplets = Vec::with_capacity(facts.iter().map(|facts| facts.pairs.len()).sum());
    let mut first = n_items as u32;
    for (relation, facts) in facts.iter().enumerate() {
        let triplet = |&(head, attribute)| Triplet { head, relation: relation as u32, tail: first + attribute };
        triplets.extend(facts.pairs.iter().map(triplet));
        first += facts.n_attributes() as u32;
    }
    KnowledgeGraph::from_triplets(first as usize, RELATIONS.len(), triplets)
}

/// Ids such as `film-00017`, and names where there are any.
fn vocabulary(config: &CatalogueConfig, facts: &[RelationFacts]) -> Vocabulary {
    let (titles, series) = name_films(config, facts);
    let mut entities = Names::default();
    push_numbered(&mut entities, "film", &titles);
    let (mut persons, mut places) = (Coiner::persons(config.seed), Coiner::places(config.seed));
    let mut studios = Coiner::studios(config.seed);
    for (relation, facts) in RELATIONS.iter().zip(facts) {
        let coined = |coiner: &mut Coiner| (0..facts.n_attributes()).map(|_| coiner.coin()).collect::<Vec<_>>();
        match relation.naming {
            Naming::Person => push_numbered(&mut entities, relation.tail, &coined(&mut persons)),
            Naming::Place => push_numbered(&mut entities, relation.tail, &coined(&mut places)),
            Naming::Studio => push_numbered(&mut entities, relation.tail, &coined(&mut studios)),
            Naming::Series => push_numbered(&mut entities, relation.tail, &series),
            Naming::Listed(names) => {
                for name in facts.listed_as.iter().map(|&place| names[place as usize]) {
                    entities.push(&format!("{}-{}", relation.tail, slug(name)), Some(name));
                }
            }
        }
    }
    let relations = RELATIONS.iter().map(|relation| (relation.id, Some(relation.name))).collect();
    Vocabulary { users: numbered("user", config.n_users), entities, relations }
}

/// The titles of the films, `[n_items]`, and the names of the series, `[n_series]`. The films of a series have its
/// name, from the second on with a numeral.
fn name_films(config: &CatalogueConfig, facts: &[RelationFacts]) -> (Vec<String>, Vec<String>) {
    let mut coiner = Coiner::titles(config.seed);
    let mut titles = vec![String::new(); config.n_items];
    let series: Vec<String> = (0..facts[PART_OF_SERIES].n_attributes()).map(|_| coiner.coin()).collect();
    for (name, films) in series.iter().zip(films_by_series(facts, config.n_items)) {
        for (k, film) in films.into_iter().enumerate() {
            titles[film as usize] = if k == 0 { name.clone() } else { format!("{name} {}", roman(k + 1)) };
        }
    }
    for title in titles.iter_mut().filter(|title| title.is_empty()) {
        *title = coiner.coin();
    }
    (titles, series)
}

fn push_numbered(names: &mut Names, kind: &str, readable: &[String]) {
    let width = n_digits(readable.len());
    for (k, name) in readable.iter().enumerate() {
        names.push(&format!("{kind}-{k:0width$}"), Some(name));
    }
}

/// Nodes without readable names, numbered from 0: `user-00042`.
pub(super) fn numbered(kind: &str, n: usize) -> Names {
    let (mut names, width) = (Names::default(), n_digits(n));
    for k in 0..n {
        names.push(&format!("{kind}-{k:0width$}"), None);
    }
    names
}

/// How many digits the numbers below `n` are written with, 5 at least.
fn n_digits(n: usize) -> usize {
    n.saturating_sub(1).to_string().len().max(5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use culet_graph::{ItemId, UserId};
    use std::collections::HashSet;

    #[test]
    fn counts_are_those_asked_for() {
        let config = CatalogueConfig::default();
        let Catalogue { dataset, truth } = synthesise(&config).unwrap();
        let (train, test) = (&dataset.train, &dataset.test);
        assert_eq!((train.n_users(), train.n_items()), (2_000, 1_500));
        assert_eq!(train.n_pairs() + test.n_pairs(), 60_000);
        let share = test.n_pairs() as f64 / 60_000.0;
        assert!((share - 0.2).abs() < 0.01, "{share}");
        assert!(test.pairs().all(|(user, item)| !train.contains(UserId(user), ItemId(item))));
        assert!((0..2_000).all(|user| !train.items_of(UserId(user)).is_empty()));
        assert_eq!((truth.user_shares.len(), truth.n_relations()), (2_000, dataset.graph.n_relations()));
        let vocabulary = &dataset.vocabulary;
        assert_eq!((vocabulary.users.len(), vocabulary.entities.len()), (2_000, dataset.graph.n_entities()));
    }

    #[test]
    fn the_hardest_settings_are_met_exactly() {
        let base = CatalogueConfig { n_users: 40, n_items: 50, n_interactions: 500, ..CatalogueConfig::default() };
        let skewed = CatalogueConfig { noise: 0.0, popularity_exponent: 2.0, attribute_exponent: 2.0, ..base.clone() };
        let one_intent = CatalogueConfig { favourites: 1, series_share: 0.1, intent_spread: 20.0, ..skewed.clone() };
        let many_facts = CatalogueConfig { facts_per_item: 60.0, test_share: 0.9, ..base.clone() };
        let few = CatalogueConfig { n_interactions: 80, test_share: 0.0, ..base };
        for config in [skewed, one_intent, many_facts, few] {
            let dataset = synthesise(&config).unwrap().dataset;
            assert_eq!(dataset.train.n_pairs() + dataset.test.n_pairs(), config.n_interactions);
            assert!((0..40).all(|user| !dataset.train.items_of(UserId(user)).is_empty()));
        }
    }

    #[test]
    fn the_seed_decides_all_and_threads_nothing() {
        let config = CatalogueConfig { n_users: 1_500, n_interactions: 20_000, ..CatalogueConfig::default() };
        let with_threads = |n| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
            pool.install(|| synthesise(&config).unwrap())
        };
        let first = with_threads(1);
        assert_eq!(first, with_threads(3));
        let other = synthesise(&CatalogueConfig { seed: 1, ..config.clone() }).unwrap();
        assert_ne!(first.dataset.train, other.dataset.train);
        assert_ne!(first.dataset.graph, other.dataset.graph);
        assert_ne!(first.dataset.vocabulary, other.dataset.vocabulary);
        assert_ne!(first.truth, other.truth);
    }

    #[test]
    fn ids_and_titles_are_unique_and_series_name_their_films() {
        let dataset = synthesise(&CatalogueConfig::default()).unwrap().dataset;
        let entities = &dataset.vocabulary.entities;
        assert_eq!(entities.index().len(), entities.len());
        assert_eq!(entities.id(17), "film-00017");
        assert_eq!(dataset.vocabulary.users.id(42), "user-00042");
        let titles: HashSet<&str> = (0..1_500).map(|film| entities.label(film)).collect();
        assert_eq!(titles.len(), 1_500);
        let in_series = |fact: &&Triplet| fact.relation as usize == PART_OF_SERIES;
        for fact in dataset.graph.triplets().iter().filter(in_series) {
            let (title, series) = (entities.label(fact.head as usize), entities.label(fact.tail as usize));
            assert!(title == series || title.starts_with(&format!("{series} ")), "{title} in {series}");
        }
        assert!(titles.iter().any(|title| title.ends_with(" III")));
        assert!(entities.find("genre-science-fiction").is_some());
    }
}
