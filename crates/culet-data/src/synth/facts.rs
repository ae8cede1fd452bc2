//! Which film has which attributes.

use super::chance::{Alias, Draws, Part, shifted_zipf, stream};
use super::config::CatalogueConfig;
use super::relations::{
    COUNTRY, DECADE, DIRECTED_BY, FILMED_IN, GENRE, LANGUAGE, Naming, PART_OF_SERIES, PRODUCED_BY, RELATIONS, STARS,
};
use super::words::FIRST_LANGUAGE;

/// How many films of a series come from the studio of the series, and how many are in the language of their country.
const LOYALTY: f64 = 0.8;
/// The longest series.
const LONGEST_SERIES: usize = 12;

/// The facts of one relation; attributes count from 0 within it, and each has a film.
#[derive(Debug, Clone)]
pub(super) struct RelationFacts {
    /// (film, attribute), distinct.
    pub(super) pairs: Vec<(u32, u32)>,
    /// The place of each attribute in the list it was drawn from, `[n_attributes]`.
    pub(super) listed_as: Vec<u32>,
}

impl RelationFacts {
    /// Numbers the attributes that have a film.
    fn new(mut pairs: Vec<(u32, u32)>, n_attributes: usize) -> Self {
        let mut number = vec![u32::MAX; n_attributes];
        for &(_, attribute) in &pairs {
            number[attribute as usize] = 0;
        }
        let listed_as: Vec<u32> = (0..n_attributes as u32).filter(|&k| number[k as usize] == 0).collect();
        for (k, &attribute) in listed_as.iter().enumerate() {
            number[attribute as usize] = k as u32;
        }
        for (_, attribute) in &mut pairs {
            *attribute = number[*attribute as usize];
        }
        Self { pairs, listed_as }
    }

    pub(super) fn n_attributes(&self) -> usize {
        self.listed_as.len()
    }

    /// The place in the list of the first attribute of each film, `[n_items]`.
    fn first_listed(&self, n_items: usize) -> Vec<Option<u32>> {
        let mut first = vec![None; n_items];
        for &(item, attribute) in self.pairs.iter().rev() {
            first[item as usize] = Some(self.listed_as[attribute as usize]);
        }
        first
    }
}

/// Draws all facts, `[n_relations]`.
pub(super) fn draw_facts(config: &CatalogueConfig) -> Vec<RelationFacts> {
    let series = draw_series(config);
    let series_of = series.first_listed(config.n_items);
    let studio_of_series = draw_studios_of_series(config, series.n_attributes());
    let mut facts: Vec<RelationFacts> = Vec::with_capacity(RELATIONS.len());
    for relation in 0..RELATIONS.len() {
        let drawn = match relation {
            PART_OF_SERIES => series.clone(),
            PRODUCED_BY => draw(config, relation, |item| series_of[item].map(|s| studio_of_series[s as usize])),
            LANGUAGE => {
                let country_of = facts[COUNTRY].first_listed(config.n_items);
                draw(config, relation, |item| country_of[item].map(|country| FIRST_LANGUAGE[country as usize]))
            }
            _ => draw(config, relation, |_| None),
        };
        facts.push(drawn);
    }
    facts
}

/// How many attributes of a relation a film has on average.
fn mean_count(config: &CatalogueConfig, relation: usize) -> f64 {
    // Certain are director, studio, decade, country, language, running time, one actor, one genre and one place.
    let free = config.facts_per_item - 9.0 - config.series_share;
    match relation {
        STARS => 1.0 + 0.6 * free,
        GENRE => 1.0 + 0.1 * free,
        FILMED_IN => 1.0 + 0.3 * free,
        _ => 1.0,
    }
}

/// How many attributes a relation has at most.
fn n_attributes(config: &CatalogueConfig, relation: usize) -> usize {
    let per_item = mean_count(config, relation);
    let share = |films_each: f64, least: usize| ((config.n_items as f64 * per_item / films_each) as usize).max(least);
    match (relation, RELATIONS[relation].naming) {
        (_, Naming::Listed(names)) => names.len(),
        (DIRECTED_BY, _) => share(8.0, 8),
        (STARS, _) => share(10.0, 20),
        (_, Naming::Studio) => ((config.n_items as f64).sqrt() as usize).max(6),
        _ => share(20.0, 12),
    }
}

/// Draws the attributes of each film by their weights, the suggested one first with probability [`LOYALTY`].
fn draw(config: &CatalogueConfig, relation: usize, suggested: impl Fn(usize) -> Option<u32>) -> RelationFacts {
    let n_attributes = n_attributes(config, relation);
    let by_weight = Alias::new(&shifted_zipf(n_attributes, config.attribute_exponent));
    let mean = mean_count(config, relation);
    let mut pairs = Vec::with_capacity((config.n_items as f64 * mean) as usize);
    for item in 0..config.n_items {
        let mut draws = Draws::new(config.seed, Part::Facts, relation << 40 | item);
        let first = pairs.len();
        if let Some(attribute) = suggested(item).filter(|_| draws.uniform() < LOYALTY) {
            pairs.push((item as u32, attribute));
        }
        let wanted = first + draws.count_about(mean);
        // A film with more attributes than there are is content with fewer.
        for _ in 0..20 * (wanted - first) {
            if pairs.len() >= wanted {
                break;
            }
            let fact = (item as u32, by_weight.draw(&mut draws) as u32);
            if !pairs[first..].contains(&fact) {
                pairs.push(fact);
            }
        }
    }
    RelationFacts::new(pairs, n_attributes)
}

/// Joins a share of the films into series of 2 to 12, the longer the rarer.
fn draw_series(config: &CatalogueConfig) -> RelationFacts {
    let order = stream(config.seed, Part::Series, 0).permutation(config.n_items);
    let mut left = &order[..(config.n_items as f64 * config.series_share) as usize];
    let by_length: Vec<f64> = (2..=LONGEST_SERIES).map(|length| (length as f64).powf(-1.3)).collect();
    let by_length = Alias::new(&by_length);
    let mut draws = Draws::new(config.seed, Part::Series, 1);
    let (mut pairs, mut n_series) = (Vec::with_capacity(left.len()), 0);
    while left.len() >= 2 {
        let length = (2 + by_length.draw(&mut draws)).min(left.len());
        pairs.extend(left[..length].iter().map(|&item| (item, n_series)));
        left = &left[length..];
        n_series += 1;
    }
    RelationFacts::new(pairs, n_series as usize)
}

fn draw_studios_of_series(config: &CatalogueConfig, n_series: usize) -> Vec<u32> {
    let by_weight = Alias::new(&shifted_zipf(n_attributes(config, PRODUCED_BY), config.attribute_exponent));
    let mut draws = Draws::new(config.seed, Part::Series, 2);
    (0..n_series).map(|_| by_weight.draw(&mut draws) as u32).collect()
}

/// The films of each series, the oldest first, `[n_series]`.
pub(super) fn films_by_series(facts: &[RelationFacts], n_items: usize) -> Vec<Vec<u32>> {
    let Naming::Listed(decades) = RELATIONS[DECADE].naming else { unreachable!("decades are listed") };
    let decade_of = facts[DECADE].first_listed(n_items);
    let mut films = vec![Vec::new(); facts[PART_OF_SERIES].n_attributes()];
    for &(item, series) in &facts[PART_OF_SERIES].pairs {
        films[series as usize].push(item);
    }
    for films in &mut films {
        films.sort_unstable_by_key(|&film| (decade_of[film as usize].map(|k| decades[k as usize]), film));
    }
    films
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_distinct_and_as_many_as_wanted() {
        for facts_per_item in [10.0, 14.0, 40.0] {
            let config = CatalogueConfig { facts_per_item, ..Default::default() };
            let facts = draw_facts(&config);
            let n_facts: usize = facts.iter().map(|facts| facts.pairs.len()).sum();
            let mean = n_facts as f64 / config.n_items as f64;
            assert!((mean / facts_per_item - 1.0).abs() < 0.03, "{mean} facts a film");
            for facts in &facts {
                let distinct: std::collections::HashSet<_> = facts.pairs.iter().collect();
                assert_eq!(distinct.len(), facts.pairs.len());
            }
        }
    }

    #[test]
    fn each_attribute_has_a_film_and_sizes_are_skewed() {
        let config = CatalogueConfig::default();
        for (relation, facts) in draw_facts(&config).iter().enumerate() {
            let mut sizes = vec![0_usize; facts.n_attributes()];
            for &(_, attribute) in &facts.pairs {
                sizes[attribute as usize] += 1;
            }
            let name = RELATIONS[relation].id;
            assert!(sizes.iter().all(|&size| size > 0), "{name}");
            let mean = facts.pairs.len() as f64 / sizes.len() as f64;
            let largest = *sizes.iter().max().unwrap() as f64;
            assert!(largest > 1.5 * mean, "{name}: largest {largest}, mean {mean}");
        }
    }

    #[test]
    fn a_series_has_two_films_or_more_and_mostly_one_studio() {
        let config = CatalogueConfig::default();
        let facts = draw_facts(&config);
        let studio_of = facts[PRODUCED_BY].first_listed(config.n_items);
        let (mut same, mut all) = (0, 0);
        for films in films_by_series(&facts, config.n_items) {
            assert!((2..=LONGEST_SERIES).contains(&films.len()));
            for pair in films.windows(2) {
                same += usize::from(studio_of[pair[0] as usize] == studio_of[pair[1] as usize]);
                all += 1;
            }
        }
        let share = same as f64 / all as f64;
        assert!((0.55..0.8).contains(&share), "{share} of neighbours share the studio");
    }
}
