//! The default recommender on graphs that help, graphs that are noise, and data at the edge.

use culet_eval::{RankingProtocol, RankingReport};
use culet_graph::{Interactions, KnowledgeGraph, Purpose, Stream, Triplet};
use culet_model::{Family, MODELS, PartKind, find_model};
use culet_train::{Outcome, Silent, TrainData, TrainError, TrainOptions, train};

const N_USERS: u32 = 600;
const N_ITEMS: u32 = 240;
const N_COLOURS: u32 = 40;

/// Users take items of two colours, and some at random; so many draws each.
fn colourful(n_draws: u32) -> Vec<(u32, u32)> {
    let stream = Stream::new(3, Purpose::Test, 1);
    let mut pairs = Vec::new();
    for user in 0..N_USERS {
        for k in 0..n_draws {
            let draw = u64::from(user * 100 + k);
            let colour = if k % 2 == 0 { user % N_COLOURS } else { (user / N_COLOURS) % N_COLOURS };
            let own = stream.below(draw, u64::from(N_ITEMS / N_COLOURS)) as u32 * N_COLOURS + colour;
            let any = stream.below(10_000_000 + draw, u64::from(N_ITEMS)) as u32;
            pairs.push((user, if k % 5 == 4 { any } else { own }));
        }
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Facts that tell the colours of items.
fn colours() -> KnowledgeGraph {
    let fact = |item| Triplet { head: item, relation: 0, tail: N_ITEMS + item % N_COLOURS };
    KnowledgeGraph::from_triplets((N_ITEMS + N_COLOURS) as usize, 1, (0..N_ITEMS).map(fact).collect()).unwrap()
}

fn part(pairs: impl Iterator<Item = (u32, u32)>) -> Interactions {
    Interactions::from_pairs(N_USERS as usize, N_ITEMS as usize, &pairs.collect::<Vec<_>>()).unwrap()
}

fn fit(model: &str, data: TrainData<'_>, settings: &str, options: &str) -> Result<Outcome, TrainError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let protocol = RankingProtocol::new(vec![5]).unwrap();
    let spec = find_model(model).unwrap();
    let options = TrainOptions::for_model(spec, &options.parse().unwrap()).unwrap();
    train(spec, &settings.parse().unwrap(), data, &options, &protocol, 1, &pool, &mut Silent)
}

/// The linear model and popularity alone.
const QUICK: &str = "embedding = 'none'\nfactors = false";

fn recall(report: Option<&RankingReport>) -> f64 {
    report.unwrap().means["recall@5"]
}

/// Every tenth item to test, the ones after them to validate, or else at random.
fn split(n_draws: u32, by_item: bool) -> [Interactions; 3] {
    let place = |k: usize, item: u32| if by_item { item as usize / 3 } else { k };
    let of = |wanted: &dyn Fn(usize) -> bool| {
        let pairs = colourful(n_draws).into_iter().enumerate();
        part(pairs.filter(|(k, (_, item))| wanted(place(*k, *item) % 10)).map(|(_, pair)| pair))
    };
    [of(&|tenth| tenth > 1), of(&|tenth| tenth == 1), of(&|tenth| tenth == 0)]
}

#[test]
fn the_graph_finds_items_that_nobody_took() {
    let [train, valid, test] = split(8, true);
    assert!(test.pairs().all(|(_, item)| train.item_degrees()[item as usize] == 0));
    let graph = colours();
    let data = TrainData { train: &train, valid: Some(&valid), test: &test, graph: &graph };
    let auto = fit("auto", data, QUICK, "").unwrap();
    let popularity = fit("popularity", data, "", "").unwrap();
    let (found, by_popularity) = (recall(auto.test.as_ref()), recall(popularity.test.as_ref()));
    assert!(found > 0.3 && found >= 2.0 * by_popularity, "{found}, popularity {by_popularity}");
    assert!(auto.blend.unwrap().new_items > 1.0);
}

#[test]
fn a_graph_that_is_noise_does_no_harm() {
    let [train, valid, test] = split(6, false);
    let (graph, noise, nothing) = (colours(), colours().randomised(5), KnowledgeGraph::empty(N_ITEMS as usize));
    let [with, with_noise, without] = [&graph, &noise, &nothing].map(|graph| {
        let data = TrainData { train: &train, valid: Some(&valid), test: &test, graph };
        let outcome = fit("auto", data, QUICK, "").unwrap();
        let heaviest = outcome.blend.as_ref().unwrap().paths.first().map_or(0.0, |path| path.weight);
        (recall(outcome.test.as_ref()), heaviest)
    });
    assert!(with.0 >= without.0 && with.1 > 0.0, "{with:?}, without {without:?}");
    assert!(with_noise.0 > without.0 - 0.02, "{with_noise:?}, without {without:?}");
    assert!(with_noise.1 < 0.2 * with.1, "{with_noise:?} beside {with:?}");
}

#[test]
fn every_recommender_stands_strange_graphs_and_short_histories() {
    let n_entities = (N_ITEMS + 4) as usize;
    let apart = |k: u32| Triplet { head: N_ITEMS + k % 4, relation: 0, tail: N_ITEMS + (k + 1) % 4 };
    let one_fact = vec![Triplet { head: 0, relation: 0, tail: N_ITEMS }];
    let graphs = [
        ("no graph", KnowledgeGraph::empty(N_ITEMS as usize)),
        ("no item", KnowledgeGraph::from_triplets(n_entities, 1, (0..4).map(apart).collect()).unwrap()),
        ("one fact", KnowledgeGraph::from_triplets(n_entities, 1, one_fact).unwrap()),
    ];
    // Every third user has one item, every third none.
    let short = |(user, _): &(u32, u32)| user % 3 == 0;
    let mut pairs: Vec<(u32, u32)> = colourful(8).into_iter().filter(short).collect();
    pairs.extend((0..N_USERS).filter(|user| user % 3 == 1).map(|user| (user, user % N_ITEMS)));
    let (train, test) = (part(pairs.into_iter()), part((0..N_USERS).map(|user| (user, (user * 7 + 1) % N_ITEMS))));
    for (name, graph) in &graphs {
        for spec in MODELS.iter().filter(|spec| spec.family() == Family::Recommender) {
            let data = TrainData { train: &train, valid: None, test: &test, graph };
            let options = if spec.has_epochs() { "epochs = 2\nbatch = 512" } else { "" };
            let settings = if spec.name == "auto" { "embedding = 'none'\ndim = 8" } else { "" };
            let outcome = fit(spec.name, data, settings, options);
            let scorer = outcome.unwrap_or_else(|error| panic!("{} with {name}: {error}", spec.name)).scorer;
            for part in &scorer.parts {
                let numbers = match &part.kind {
                    PartKind::Vectors { vectors, .. } => vectors.items.to_values(),
                    PartKind::Weights(weights) => weights.values().to_vec(),
                    PartKind::Bias(bias) => bias.clone(),
                };
                assert!(numbers.iter().all(|number| number.is_finite()), "{} with {name}", spec.name);
            }
        }
    }
}

#[test]
fn selection_on_the_test_part_withholds_nothing() {
    let [train, _, test] = split(8, false);
    let graph = colours();
    let data = TrainData { train: &train, valid: None, test: &test, graph: &graph };
    let outcome = fit("auto", data, QUICK, "select = 'test'").unwrap();
    assert_eq!((outcome.train.n_pairs(), outcome.valid.n_pairs()), (train.n_pairs(), 0));
    assert_eq!(outcome.selected_by.unwrap()["recall@5"], recall(outcome.test.as_ref()));
}
