//! Users who were never trained, beside the same users trained.

mod written;

use std::path::Path;

use culet_data::{CatalogueConfig, Dataset, synthesise};
use culet_eval::RankingProtocol;
use culet_graph::{Interactions, ItemId, UserId, split_cold_users};
use culet_model::{Build, Family, MODELS, ModelSpec, complete_settings};
use culet_train::{Silent, StoredRun, TrainData, TrainOptions, Wanted, train};
use written::write_and_open;

const CUTOFF: usize = 20;

fn pool() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap()
}

/// Films whose users follow planted intents; a tenth of them is never trained: half of the items are the history, half
/// are asked for.
struct Newcomers {
    data: Dataset,
    histories: Interactions,
    asked: Interactions,
}

fn newcomers() -> Newcomers {
    let config = CatalogueConfig { n_users: 1000, n_items: 400, n_interactions: 25_000, seed: 3, ..Default::default() };
    let mut data = synthesise(&config).unwrap().dataset;
    let all = data.train.union(&data.test).unwrap();
    let split = split_cold_users(&all, 0.1, 0.0, 1);
    let half = |odd: u32| {
        let pairs: Vec<_> = (0..all.n_users() as u32)
            .flat_map(|user| (0..).zip(split.test.items_of(UserId(user))).map(move |(k, &item)| (k, (user, item))))
            .filter(|(k, _)| k % 2 == odd)
            .map(|(_, pair)| pair)
            .collect();
        Interactions::from_pairs(all.n_users(), all.n_items(), &pairs).unwrap()
    };
    let (histories, asked) = (half(0), half(1));
    data.train = split.train;
    data.test = Interactions::empty(all.n_users(), all.n_items());
    Newcomers { data, histories, asked }
}

/// Trains and stores.
fn stored(spec: &'static ModelSpec, data: &Dataset, train_part: &Interactions, path: &Path) -> StoredRun {
    let settings = match spec.name {
        "kgin" => "hops = 2\nloss = 'softmax'\nnegatives = 128\ndim = 32",
        // Its linear part and the vectors of als: to train others several times over takes long.
        "auto" => "embedding = 'none'",
        "softmax-mf" => "negatives = 128\ndim = 32",
        "ease" | "ease-sparse" => "lambda = 50",
        "item-knn" | "rp3beta" | "popularity" => "",
        _ => "dim = 32",
    };
    let settings = complete_settings(spec.settings, &settings.parse().unwrap()).unwrap();
    let options = match spec.name {
        "lightgcn" | "bpr-mf" => "epochs = 60\nbatch = 256\nlearning_rate = 0.01\nevaluate_every = 0",
        "kgin" => "epochs = 15\nbatch = 256\nlearning_rate = 0.005\nevaluate_every = 0",
        "softmax-mf" => "epochs = 20\nbatch = 256\nevaluate_every = 0",
        _ => "",
    };
    let options = TrainOptions::for_model(spec, &options.parse().unwrap()).unwrap();
    let protocol = RankingProtocol::new(vec![CUTOFF]).unwrap();
    let parts = TrainData { train: train_part, valid: None, test: &data.test, graph: &data.graph };
    let mut outcome = train(spec, &settings, parts, &options, &protocol, 7, &pool(), &mut Silent).unwrap();
    write_and_open(path, spec, (&settings, &options, &protocol), &mut outcome, data)
}

/// Mean recall of the lists of the users that are asked for.
fn recall(lists: &[Vec<culet_eval::Ranked>], asked: &Interactions) -> f64 {
    let of_user = |(user, list): (usize, &Vec<culet_eval::Ranked>)| {
        let targets = asked.items_of(UserId(user as u32));
        let hits = list.iter().filter(|ranked| targets.binary_search(&ranked.item).is_ok()).count();
        (!targets.is_empty()).then(|| hits as f64 / targets.len() as f64)
    };
    let values: Vec<f64> = lists.iter().enumerate().filter_map(of_user).collect();
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn newcomers_are_recommended_to_nearly_as_well_as_if_they_had_been_trained() {
    let Newcomers { data, histories, asked } = newcomers();
    let with = data.train.union(&histories).unwrap();
    let users: Vec<u32> = (0..with.n_users() as u32).collect();
    let folder = tempfile::tempdir().unwrap();
    for spec in MODELS.iter().filter(|spec| spec.family() == Family::Recommender) {
        let run = |name: &str, part: &Interactions| {
            stored(spec, &data, part, &folder.path().join(format!("{}-{name}", spec.name)))
        };
        let trained = recall(&run("with", &with).recommend(&users, CUTOFF, &pool()), &asked);
        let without = run("without", &data.train);
        let folded = without.recommend_for_histories(histories.clone(), CUTOFF, &pool()).unwrap();
        let folded = recall(&folded, &asked);
        eprintln!("{}: trained {trained:.4}, folded in {folded:.4}", spec.name);
        assert!(folded > 0.95 * trained, "{}: trained {trained:.4}, folded in {folded:.4}", spec.name);
        assert!(!spec.new_users.is_empty(), "{} says how", spec.name);
    }
}

#[test]
fn what_scores_by_the_items_of_the_history_makes_no_difference_between_trained_users_and_others() {
    let Newcomers { data, .. } = newcomers();
    let folder = tempfile::tempdir().unwrap();
    for name in ["popularity", "item-knn", "rp3beta", "ease", "ease-sparse"] {
        let spec = culet_model::find_model(name).unwrap();
        let run = stored(spec, &data, &data.train, &folder.path().join(name));
        let users: Vec<u32> = (0..data.train.n_users() as u32).collect();
        let folded = run.fold_in(data.train.clone(), &pool()).unwrap();
        let lists = folded.recommend(0..folded.n_users(), 10, &pool());
        assert!(lists == run.recommend(&users, 10, &pool()), "{name}");
        let explained = folded.explain(&[(UserId(3), vec![ItemId(lists[3][0].item)])]).unwrap();
        assert_eq!(explained, run.explain(&[(UserId(3), vec![ItemId(lists[3][0].item)])]).unwrap(), "{name}");
        for explanation in explained.iter().flatten().flatten() {
            assert!((explanation.score - f64::from(lists[3][0].score)).abs() < 1e-4, "{name}");
        }
    }
}

#[test]
fn reasons_for_newcomers_add_up_to_the_scores_that_they_are_recommended_by() {
    let Newcomers { data, histories, .. } = newcomers();
    let folder = tempfile::tempdir().unwrap();
    for name in ["kgin", "ease", "auto"] {
        let spec = culet_model::find_model(name).unwrap();
        let run = stored(spec, &data, &data.train, &folder.path().join(name));
        let folded = run.fold_in(histories.clone(), &pool()).unwrap();
        let lists = folded.recommend(0..folded.n_users(), 5, &pool());
        let new: Vec<usize> = (0..lists.len()).filter(|&u| !histories.items_of(UserId(u as u32)).is_empty()).collect();
        let items = |user: usize| lists[user].iter().map(|ranked| ItemId(ranked.item)).collect();
        let asked: Vec<_> = new.iter().map(|&user| (UserId(user as u32), items(user))).collect();
        let explained = folded.explain(&asked).unwrap().unwrap();
        let mut n_paths = 0;
        for (&user, explanations) in new.iter().zip(&explained) {
            for (ranked, explanation) in lists[user].iter().zip(explanations) {
                let (found, expected) = (explanation.score, f64::from(ranked.score));
                assert!((found - expected).abs() < 1e-4 * (1.0 + expected.abs()), "{name}: {found} for {expected}");
                let parts: f64 = explanation.from_history.iter().map(|part| part.contribution).sum();
                assert!((explanation.own + parts - found).abs() < 1e-9 * (1.0 + found.abs()), "{name}");
                assert_eq!(explanation.from_history.len(), histories.items_of(UserId(user as u32)).len());
                n_paths += explanation.from_history.iter().map(|part| part.paths.len()).sum::<usize>();
            }
        }
        assert_eq!(n_paths > 0, name == "kgin", "{name}: {n_paths} paths");
    }
}

#[test]
fn only_wanted_items_come_up_and_those_without_a_history_get_the_popular_ones() {
    let Newcomers { data, histories, .. } = newcomers();
    let folder = tempfile::tempdir().unwrap();
    let n_items = data.train.n_items();
    for spec in MODELS.iter().filter(|spec| ["als", "ease", "softmax-mf"].contains(&spec.name)) {
        let run = stored(spec, &data, &data.train, &folder.path().join(spec.name));
        let known = (0..histories.n_users()).find(|&u| !histories.items_of(UserId(u as u32)).is_empty()).unwrap();
        let history = histories.items_of(UserId(known as u32)).to_vec();
        let pairs: Vec<_> = history.iter().map(|&item| (0, item)).collect();
        // The second has nothing.
        let two = Interactions::from_pairs(2, n_items, &pairs).unwrap();
        let whole = run.recommend_for_histories(two.clone(), n_items, &pool()).unwrap();
        assert_eq!((whole[0].len(), whole[1].len()), (n_items - history.len(), n_items));
        let degrees = data.train.item_degrees();
        assert!(whole[1].windows(2).all(|w| degrees[w[0].item as usize] >= degrees[w[1].item as usize]));

        let allowed: Vec<bool> = (0..n_items as u32).map(|i| i % 5 == 0 || i == history[0]).collect();
        for keep_seen in [false, true] {
            let wanted = Wanted { k: 30, allowed: Some(&allowed), keep_seen };
            let found = run.recommend_for_histories(two.clone(), wanted, &pool()).unwrap();
            let everything = Wanted { k: n_items, allowed: None, keep_seen };
            let everything = run.recommend_for_histories(two.clone(), everything, &pool()).unwrap();
            for (found, whole) in found.iter().zip(&everything) {
                // As if the others had been struck out of the whole list.
                let expected: Vec<u32> =
                    whole.iter().map(|r| r.item).filter(|&item| allowed[item as usize]).take(30).collect();
                assert_eq!(found.iter().map(|r| r.item).collect::<Vec<_>>(), expected, "{}", spec.name);
            }
            assert_eq!(everything[0].iter().any(|ranked| ranked.item == history[0]), keep_seen);
        }
        assert!(matches!(spec.build, Build::Closed(_) | Build::Pairs(_)));
    }
}
