//! The metrics of the published KGIN evaluation on a table of scores.

use culet_eval::{Ranker, RankingProtocol, RowRanker, evaluate_ranking};
use culet_graph::{Interactions, UserId};
use culet_testkit::{fixture, numbers};
use serde_json::Value;

const METRICS: [&str; 4] = ["recall", "precision", "ndcg", "hit_ratio"];

fn interactions(lists: &Value, n_items: usize) -> Interactions {
    let lists: Vec<Vec<u32>> = serde_json::from_value(lists.clone()).unwrap();
    let pairs: Vec<_> =
        lists.iter().zip(0..).flat_map(|(items, user)| items.iter().map(move |&item| (user, item))).collect();
    Interactions::from_pairs(lists.len(), n_items, &pairs).unwrap()
}

fn assert_close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() < 1e-12, "{what}: {found}, expected {expected}");
}

#[test]
fn lists_values_and_means_are_the_published_ones() {
    let fixture = fixture("kgin_metrics");
    let n_items = fixture["n_items"].as_u64().unwrap() as usize;
    let cutoffs: Vec<usize> = serde_json::from_value(fixture["Ks"].clone()).unwrap();
    let rows: Vec<Vec<f64>> = fixture["scores"].as_array().unwrap().iter().map(numbers).collect();
    let (train, test) =
        (interactions(&fixture["train_items_of_user"], n_items), interactions(&fixture["test_items_of_user"], n_items));
    let ranker = RowRanker::new(rows.len(), n_items, |user: UserId, scores: &mut [f32]| {
        scores.iter_mut().zip(&rows[user.index()]).for_each(|(score, &value)| *score = value as f32);
    });
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let protocol = RankingProtocol::new(cutoffs.clone()).unwrap();
    let report = evaluate_ranking(&ranker, &[&train], &test, &protocol, &pool).unwrap();

    let users = fixture["per_user"].as_array().unwrap();
    assert_eq!((users.len(), report.n_users), (5, 5));
    for (place, expected) in users.iter().enumerate() {
        let user = report.per_user.users[place];
        assert_eq!(u64::from(user), expected["user"].as_u64().unwrap());
        let lists = ranker.top_k(&[user], &|user| train.items_of(user), 20, &pool);
        let items: Vec<u32> = lists[0].iter().map(|ranked| ranked.item).collect();
        assert_eq!(items, serde_json::from_value::<Vec<u32>>(expected["top20_items"].clone()).unwrap());
        for name in METRICS {
            for (cutoff, value) in cutoffs.iter().zip(numbers(&expected[name])) {
                let key = format!("{name}@{cutoff}");
                assert_close(report.per_user.columns[&key][place], value, &format!("{key} of user {user}"));
            }
        }
    }
    for name in METRICS {
        for (cutoff, value) in cutoffs.iter().zip(numbers(&fixture["mean"][name])) {
            let key = format!("{name}@{cutoff}");
            assert_close(report.means[&key], value, &key);
        }
    }
}
