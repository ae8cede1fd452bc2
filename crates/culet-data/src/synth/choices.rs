//! Which user takes which film.

use culet_graph::{Csr, GraphError};
use rayon::prelude::*;

use super::allot::allot;
use super::chance::{Alias, Draws, Part, shifted_zipf, stream};
use super::config::CatalogueConfig;
use super::facts::RelationFacts;
use super::relations::PlantedIntents;

/// After so many tries that met films already taken, a user goes over to something else.
const PATIENCE: usize = 12;
/// So many favourites may be used up in one choice.
const MOST_CHANGES: usize = 32;
/// Users that one task handles.
const BLOCK: usize = 512;

/// The films of a relation by attribute.
struct Holders {
    films: Csr,
    /// The running sum of the films' popularity within their attribute, beside the columns of `films`.
    running: Vec<f64>,
    /// The attribute of each fact.
    attributes: Vec<u32>,
}

impl Holders {
    fn new(facts: &RelationFacts, popularity: &[f64]) -> Result<Self, GraphError> {
        let by_attribute: Vec<(u32, u32)> = facts.pairs.iter().map(|&(item, attribute)| (attribute, item)).collect();
        let films = Csr::from_pairs(facts.n_attributes(), &by_attribute)?;
        let mut running = Vec::with_capacity(films.n_stored());
        for attribute in 0..films.n_rows() {
            let mut sum = 0.0;
            for &film in films.row(attribute) {
                sum += popularity[film as usize];
                running.push(sum);
            }
        }
        Ok(Self { films, running, attributes: facts.pairs.iter().map(|&(_, attribute)| attribute).collect() })
    }

    /// An attribute with a probability in proportion to its number of films.
    fn attribute(&self, draws: &mut Draws) -> u32 {
        self.attributes[draws.below(self.attributes.len())]
    }

    /// A film of an attribute with a probability in proportion to its popularity.
    fn film(&self, attribute: u32, draws: &mut Draws) -> u32 {
        let range = self.films.range(attribute as usize);
        let running = &self.running[range.clone()];
        let target = draws.uniform() * running[running.len() - 1];
        let place = running.partition_point(|&sum| sum <= target).min(running.len() - 1);
        self.films.columns()[range.start + place]
    }
}

/// What all users choose from.
pub(super) struct Market<'a> {
    config: &'a CatalogueConfig,
    truth: &'a PlantedIntents,
    popularity: Alias,
    /// Of the relations that an intent follows, `[n_relations]`.
    holders: Vec<Option<Holders>>,
}

/// What the users chose.
pub(super) struct Choices {
    /// Films for training by user, ascending.
    pub(super) train: Csr,
    /// Films for testing by user, ascending.
    pub(super) test: Csr,
    /// How often each user follows each intent, `[n_users][n_intents]`.
    pub(super) shares: Vec<Vec<f64>>,
}

/// The choices of consecutive users.
#[derive(Default)]
struct Block {
    train: Vec<u32>,
    test: Vec<u32>,
    n_test: Vec<u32>,
    shares: Vec<Vec<f64>>,
}

impl<'a> Market<'a> {
    pub(super) fn new(
        config: &'a CatalogueConfig,
        truth: &'a PlantedIntents,
        facts: &[RelationFacts],
    ) -> Result<Self, GraphError> {
        let popularity = popularity(config.n_items, config.popularity_exponent, config.seed);
        let relevant = truth.relevant_relations();
        let holders = facts
            .iter()
            .zip(relevant)
            .map(|(facts, relevant)| relevant.then(|| Holders::new(facts, &popularity)).transpose())
            .collect::<Result<_, _>>()?;
        Ok(Self { config, truth, popularity: Alias::new(&popularity), holders })
    }

    /// Draws the choices of all users; each user has a stream of draws, so threads do not matter.
    pub(super) fn choose(&self) -> Choices {
        let counts = self.activities();
        let blocks: Vec<Block> = counts
            .par_chunks(BLOCK)
            .enumerate()
            .map_init(|| vec![false; self.config.n_items], |taken, (k, counts)| self.block(k * BLOCK, counts, taken))
            .collect();
        join(&counts, blocks)
    }

    /// How many films each user takes: log-normal, 2 at least, half the catalogue at most.
    fn activities(&self) -> Vec<usize> {
        let config = self.config;
        let draw = |user| (0.6 * Draws::new(config.seed, Part::Activity, user).normal()).exp();
        let weights: Vec<f64> = (0..config.n_users).map(draw).collect();
        allot(&weights, config.n_interactions, |_| (2, config.n_items / 2))
    }

    fn block(&self, first_user: usize, counts: &[usize], taken: &mut [bool]) -> Block {
        let mut block = Block::default();
        for (k, &count) in counts.iter().enumerate() {
            let mut user = User::new(self, first_user + k);
            let mut films: Vec<u32> = Vec::with_capacity(count);
            for _ in 0..count {
                let film = user.choice(taken);
                taken[film as usize] = true;
                films.push(film);
            }
            for &film in &films {
                taken[film as usize] = false;
            }
            let n_train = count - user.withhold(&mut films, self.config.test_share);
            films[..n_train].sort_unstable();
            films[n_train..].sort_unstable();
            block.train.extend_from_slice(&films[..n_train]);
            block.test.extend_from_slice(&films[n_train..]);
            block.n_test.push((count - n_train) as u32);
            block.shares.push(user.shares);
        }
        block
    }
}

/// The popularity of each item: shifted Zipf weights in random order.
pub(super) fn popularity(n_items: usize, exponent: f64, seed: u64) -> Vec<f64> {
    let by_rank = shifted_zipf(n_items, exponent);
    let ranks = stream(seed, Part::Popularity, 0).permutation(n_items);
    ranks.iter().map(|&rank| by_rank[rank as usize]).collect()
}

/// Puts the blocks one behind the other.
fn join(counts: &[usize], blocks: Vec<Block>) -> Choices {
    let n_test: Vec<u32> = blocks.iter().flat_map(|block| block.n_test.iter().copied()).collect();
    let n_train: Vec<u32> = counts.iter().zip(&n_test).map(|(&count, n_test)| count as u32 - n_test).collect();
    let mut train = Vec::with_capacity(n_train.iter().map(|&n| n as usize).sum());
    let mut test = Vec::with_capacity(n_test.iter().map(|&n| n as usize).sum());
    let mut shares = Vec::with_capacity(counts.len());
    for block in blocks {
        train.extend(block.train);
        test.extend(block.test);
        shares.extend(block.shares);
    }
    Choices { train: Csr::from_parts(offsets(&n_train), train), test: Csr::from_parts(offsets(&n_test), test), shares }
}

/// Where each row begins, and the end, `[n + 1]`.
pub(super) fn offsets(lengths: &[u32]) -> Vec<u32> {
    let mut offsets = Vec::with_capacity(lengths.len() + 1);
    offsets.push(0);
    let mut sum = 0;
    offsets.extend(lengths.iter().map(|length| {
        sum += length;
        sum
    }));
    offsets
}

/// One user while choosing.
struct User<'a> {
    market: &'a Market<'a>,
    draws: Draws,
    /// How often the user follows each intent, `[n_intents]`.
    shares: Vec<f64>,
    /// The attributes that the user likes, by relation, `[n_relations]`.
    favourites: Vec<Vec<u32>>,
}

impl<'a> User<'a> {
    fn new(market: &'a Market<'a>, user: usize) -> Self {
        let config = market.config;
        let mut draws = Draws::new(config.seed, Part::Users, user);
        let shares = softmax((0..config.n_intents).map(|_| config.intent_spread * draws.normal()).collect());
        let favourites = market.holders.iter().map(|holders| {
            let Some(holders) = holders else { return Vec::new() };
            let n_favourites = (config.favourites + draws.below(3)).saturating_sub(1).max(1);
            (0..n_favourites).map(|_| holders.attribute(&mut draws)).collect()
        });
        let favourites = favourites.collect();
        Self { market, draws, shares, favourites }
    }

    /// One film not taken yet.
    fn choice(&mut self, taken: &[bool]) -> u32 {
        if self.draws.uniform() < self.market.config.noise {
            return self.popular(taken);
        }
        let intent = self.draws.index_by(&self.shares);
        let relation = self.draws.index_by(&self.market.truth.intents[intent].relation_weights);
        self.by_taste(relation, taken)
    }

    /// A film with a favourite attribute of a relation. A favourite whose films seem all taken gives way to a new one:
    /// a choice made for a relation always follows it, else heavy users would be mere noise.
    fn by_taste(&mut self, relation: usize, taken: &[bool]) -> u32 {
        let holders = self.market.holders[relation].as_ref().expect("an intent's relation has holders");
        for _ in 0..MOST_CHANGES {
            let mut place = 0;
            for _ in 0..PATIENCE {
                place = self.draws.below(self.favourites[relation].len());
                let film = holders.film(self.favourites[relation][place], &mut self.draws);
                if !taken[film as usize] {
                    return film;
                }
            }
            self.favourites[relation][place] = holders.attribute(&mut self.draws);
        }
        self.popular(taken)
    }

    /// A film by its popularity alone.
    fn popular(&mut self, taken: &[bool]) -> u32 {
        unless_taken(&self.market.popularity, taken, &mut self.draws)
    }

    /// Moves the films for testing, chosen at random, to the end; how many they are.
    fn withhold(&mut self, films: &mut [u32], share: f64) -> usize {
        let n = films.len();
        let n_test = self.draws.round(n as f64 * share).min(n - 1);
        for k in 0..n_test {
            let chosen = self.draws.below(n - k);
            films.swap(n - 1 - k, chosen);
        }
        n_test
    }
}

/// An item by its weight that is not taken yet; when these are hard to meet, any that is not taken.
///
/// At most half of the items may be taken: so two draws are enough in the mean, whatever the weights.
pub(super) fn unless_taken(by_weight: &Alias, taken: &[bool], draws: &mut Draws) -> u32 {
    for _ in 0..64 {
        let item = by_weight.draw(draws);
        if !taken[item] {
            return item as u32;
        }
    }
    loop {
        let item = draws.below(taken.len());
        if !taken[item] {
            return item as u32;
        }
    }
}

fn softmax(mut logits: Vec<f64>) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for logit in &mut logits {
        *logit = (*logit - largest).exp();
    }
    let sum: f64 = logits.iter().sum();
    logits.iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::relations::{FILMED_IN, RELATIONS, RUNNING_TIME};
    use crate::{Catalogue, CatalogueConfig, synthesise};
    use culet_graph::UserId;

    fn catalogue(change: impl FnOnce(&mut CatalogueConfig)) -> Catalogue {
        let mut config = CatalogueConfig { seed: 5, ..CatalogueConfig::default() };
        change(&mut config);
        synthesise(&config).unwrap()
    }

    /// The attributes of each film under a relation.
    fn attributes(catalogue: &Catalogue, relation: usize) -> Vec<Vec<u32>> {
        let mut attributes = vec![Vec::new(); catalogue.dataset.train.n_items()];
        for fact in catalogue.dataset.graph.triplets().iter().filter(|fact| fact.relation as usize == relation) {
            attributes[fact.head as usize].push(fact.tail);
        }
        attributes
    }

    /// How often two films of one user share an attribute, over how often one film each of two users do.
    fn lift(catalogue: &Catalogue, relation: usize, users: &[u32]) -> f64 {
        let attributes = attributes(catalogue, relation);
        let shares = |a: u32, b: u32| attributes[a as usize].iter().any(|tail| attributes[b as usize].contains(tail));
        let films = |user: u32| catalogue.dataset.train.items_of(UserId(user));
        let rate = |pair_up: &dyn Fn(usize) -> Vec<(u32, u32)>| {
            let pairs = (0..users.len()).flat_map(pair_up).filter(|(a, b)| a != b);
            let (mut n, mut n_sharing) = (0, 0);
            for (a, b) in pairs {
                n += 1;
                n_sharing += usize::from(shares(a, b));
            }
            n_sharing as f64 / f64::from(n)
        };
        let cross = |a: &[u32], b: &[u32]| a.iter().flat_map(|&a| b.iter().map(move |&b| (a, b))).collect();
        let within = rate(&|k| cross(films(users[k]), films(users[k])));
        // Three other users each keep the base rate from depending on one neighbour.
        let between = rate(&|k| {
            let others = [1, 7, 31].map(|step| films(users[(k + step) % users.len()]));
            others.iter().flat_map(|other| -> Vec<_> { cross(films(users[k]), other) }).collect()
        });
        within / between
    }

    #[test]
    fn users_share_attributes_where_their_intent_lies_and_nowhere_else() {
        let catalogue = catalogue(|_| ());
        let shares = &catalogue.truth.user_shares;
        for (p, intent) in catalogue.truth.intents.iter().enumerate() {
            let (followers, others): (Vec<u32>, Vec<u32>) = (0..shares.len() as u32)
                .filter(|&user| !(0.1..0.7).contains(&shares[user as usize][p]))
                .partition(|&user| shares[user as usize][p] >= 0.7);
            assert!(followers.len() > 100, "{} users follow `{}`", followers.len(), intent.name);
            for (r, &weight) in intent.relation_weights.iter().enumerate() {
                let (here, elsewhere) = (lift(&catalogue, r, &followers), lift(&catalogue, r, &others));
                let told = format!("`{}`, {}: {here} against {elsewhere}", intent.name, RELATIONS[r].id);
                if weight > 0.0 {
                    assert!(here > 1.05 && here - 1.0 > 2.0 * (elsewhere - 1.0), "{told}");
                } else {
                    assert!(here < elsewhere + 0.1, "{told}");
                }
            }
        }
    }

    #[test]
    fn noise_relations_tell_nothing_and_pure_noise_has_no_intents() {
        let all: Vec<u32> = (0..2_000).collect();
        let planted = catalogue(|_| ());
        for relation in [FILMED_IN, RUNNING_TIME] {
            let lift = lift(&planted, relation, &all);
            assert!((lift - 1.0).abs() < 0.05, "{}: {lift}", RELATIONS[relation].id);
        }
        let noise = catalogue(|config| config.noise = 1.0);
        for (relation, kind) in RELATIONS.iter().enumerate() {
            let lift = lift(&noise, relation, &all);
            assert!((lift - 1.0).abs() < 0.1, "{}: {lift}", kind.id);
        }
    }

    #[test]
    fn intents_left_out_leave_their_relations_as_noise() {
        let catalogue = catalogue(|config| config.n_intents = 1);
        assert_eq!(catalogue.truth.relevant_relations().iter().filter(|&&relevant| relevant).count(), 2);
        let all: Vec<u32> = (0..2_000).collect();
        let lifts: Vec<f64> = (0..RELATIONS.len()).map(|r| lift(&catalogue, r, &all)).collect();
        for (r, relevant) in catalogue.truth.relevant_relations().into_iter().enumerate() {
            assert!(if relevant { lifts[r] > 1.5 } else { (lifts[r] - 1.0).abs() < 0.15 }, "{lifts:?}");
        }
    }

    #[test]
    fn popularity_is_as_skewed_as_asked() {
        let mut last = 0.0;
        for exponent in [0.0, 0.7, 1.4] {
            let noise = catalogue(|config| {
                (config.noise, config.popularity_exponent) = (1.0, exponent);
                config.n_interactions = 20_000;
            });
            let mut degrees = noise.dataset.train.item_degrees();
            degrees.sort_unstable_by(|a, b| b.cmp(a));
            let of = |numbers: &[u32]| numbers.iter().sum::<u32>() as f64;
            let share = of(&degrees[..15]) / of(&degrees);
            let weights = shifted_zipf(1_500, exponent);
            let expected = weights[..15].iter().sum::<f64>() / weights.iter().sum::<f64>();
            // The top of a finite sample lies higher, films taken once only lower.
            assert!((0.8 * expected..2.0 * expected).contains(&share), "{share}, expected {expected}");
            assert!(share > 1.2 * last, "{share} after {last}");
            last = share;
        }
    }

    #[test]
    fn shares_are_distributions_concentrated_on_few_intents() {
        let catalogue = catalogue(|_| ());
        let strongest: Vec<f64> =
            catalogue.truth.user_shares.iter().map(|shares| shares.iter().copied().fold(0.0, f64::max)).collect();
        assert!(catalogue.truth.user_shares.iter().all(|shares| (shares.iter().sum::<f64>() - 1.0).abs() < 1e-12));
        let mean = strongest.iter().sum::<f64>() / strongest.len() as f64;
        assert!((0.7..0.9).contains(&mean), "{mean}");
    }
}
