//! The ranking protocol against the textbook, by hand and at the edges.

use std::collections::{BTreeMap, HashSet};

use culet_eval::{
    EvalError, METRICS, PopularityRanker, ProductRanker, Ranker, RankingProtocol, RankingReport, RowRanker, ScoreKind,
    ScorePart, SumRanker, evaluate_ranking,
};
use culet_graph::{Interactions, Purpose, Stream, UserId};
use culet_kernels::{Matrix, SparseMatrix};
use proptest::prelude::*;
use rayon::ThreadPool;

fn pool(n_threads: usize) -> ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap()
}

fn at(cutoffs: &[usize]) -> RankingProtocol {
    RankingProtocol::new(cutoffs.to_vec()).unwrap()
}

fn rows_of(scores: &[Vec<f32>]) -> RowRanker<impl Fn(UserId, &mut [f32]) + Sync> {
    RowRanker::new(scores.len(), scores[0].len(), |user: UserId, out: &mut [f32]| {
        out.copy_from_slice(&scores[user.index()]);
    })
}

/// The metrics of one user from sets and a full sort, each formula written out on its own.
fn textbook(scores: &[f32], masked: &[u32], targets: &[u32], k: usize) -> BTreeMap<String, f64> {
    let masked: HashSet<_> = masked.iter().copied().collect();
    let relevant: HashSet<_> = targets.iter().copied().collect();
    let mut candidates: Vec<u32> = (0..scores.len() as u32).filter(|item| !masked.contains(item)).collect();
    candidates.sort_by(|&a, &b| scores[b as usize].partial_cmp(&scores[a as usize]).unwrap().then(a.cmp(&b)));
    let n_candidates = candidates.len();
    let shown: Vec<bool> = candidates.iter().take(k).map(|item| relevant.contains(item)).collect();
    let hits_within = |n: usize| shown[..n].iter().filter(|&&hit| hit).count() as f64;
    let dcg = |hits: &[bool]| -> f64 {
        hits.iter().zip(2_u32..).map(|(&hit, place)| f64::from(u8::from(hit)) / f64::from(place).log2()).sum()
    };
    let hits = hits_within(shown.len());
    let ideal = vec![true; k.min(relevant.len())];
    let precision_at_hits: f64 = (1..=shown.len()).filter(|&n| shown[n - 1]).map(|n| hits_within(n) / n as f64).sum();
    let values = [
        ("recall", hits / relevant.len() as f64),
        ("precision", if n_candidates == 0 { 0.0 } else { hits / k.min(n_candidates) as f64 }),
        ("ndcg", dcg(&shown) / dcg(&ideal)),
        ("hit_ratio", if hits > 0.0 { 1.0 } else { 0.0 }),
        ("mrr", shown.iter().position(|&hit| hit).map_or(0.0, |place| 1.0 / (place + 1) as f64)),
        ("map", precision_at_hits / ideal.len() as f64),
    ];
    values.into_iter().map(|(name, value)| (format!("{name}@{k}"), value)).collect()
}

#[derive(Debug)]
struct Case {
    scores: Vec<Vec<f32>>,
    parts: [Interactions; 3],
}

fn any_case() -> impl Strategy<Value = Case> {
    (1..8_usize, 1..40_usize).prop_flat_map(|(n_users, n_items)| {
        let score = prop_oneof![(-2..3_i32).prop_map(|x| x as f32), -2.0..2.0_f32];
        let scores = prop::collection::vec(prop::collection::vec(score, n_items), n_users);
        let pairs = prop::collection::vec((0..n_users as u32, 0..n_items as u32), 0..n_users * n_items);
        let part = pairs.prop_map(move |pairs| Interactions::from_pairs(n_users, n_items, &pairs).unwrap());
        (scores, [part.clone(), part.clone(), part]).prop_map(|(scores, parts)| Case { scores, parts })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn values_and_means_are_those_of_the_textbook(case in any_case(), first in 1..9_usize, more in 1..60_usize) {
        let Case { scores, parts: [train, valid, test] } = &case;
        let cutoffs = [first, first + more];
        let found = evaluate_ranking(&rows_of(scores), &[train, valid], test, &at(&cutoffs), &pool(2));
        let users: Vec<u32> = (0..scores.len() as u32).filter(|&u| !test.items_of(UserId(u)).is_empty()).collect();
        if users.is_empty() {
            prop_assert_eq!(found.unwrap_err(), EvalError::NoTargets { n_users: scores.len() });
            return Ok(());
        }
        let report = found.unwrap();
        prop_assert_eq!(&report.per_user.users, &users);
        let mut sums = BTreeMap::<String, f64>::new();
        for (place, &user) in users.iter().enumerate() {
            let masked = [train.items_of(UserId(user)), valid.items_of(UserId(user))].concat();
            let targets = test.items_of(UserId(user));
            prop_assert_eq!(report.per_user.n_targets[place] as usize, targets.len());
            for cutoff in cutoffs {
                for (key, value) in textbook(&scores[user as usize], &masked, targets, cutoff) {
                    let found = report.per_user.columns[&key][place];
                    let gap = (found - value).abs();
                    prop_assert!(gap < 1e-12, "{} of user {}: {}, expected {}", key, user, found, value);
                    *sums.entry(key).or_default() += value;
                }
            }
        }
        prop_assert_eq!(report.means.len(), METRICS.len() * cutoffs.len());
        for (key, sum) in sums {
            prop_assert!((report.means[&key] - sum / users.len() as f64).abs() < 1e-12, "{}", key);
        }
    }
}

fn assert_values(report: &RankingReport, expected: &[(&str, f64)]) {
    for &(key, value) in expected {
        assert!((report.means[key] - value).abs() < 1e-15, "{key}: {}, expected {value}", report.means[key]);
    }
}

#[test]
fn one_user_by_hand() {
    // Item 0 has the best score but is masked; the rest is ranked 4, 2, 1, 3, 5 and hit at ranks 1 and 3.
    let scores = [vec![9.0, 0.3, 0.5, 0.2, 0.8, 0.1]];
    let train = Interactions::from_pairs(1, 6, &[(0, 0)]).unwrap();
    let test = Interactions::from_pairs(1, 6, &[(0, 0), (0, 1), (0, 4)]).unwrap();
    let report = evaluate_ranking(&rows_of(&scores), &[&train], &test, &at(&[2, 3, 10]), &pool(1)).unwrap();
    let log2_3 = 3.0_f64.log2();
    let expected = [
        ("recall@2", 1.0 / 3.0),
        ("precision@2", 0.5),
        ("ndcg@2", 1.0 / (1.0 + 1.0 / log2_3)),
        ("hit_ratio@2", 1.0),
        ("mrr@2", 1.0),
        ("map@2", 0.5),
        ("recall@3", 2.0 / 3.0),
        ("ndcg@3", 1.5 / (1.5 + 1.0 / log2_3)),
        ("map@3", (1.0 + 2.0 / 3.0) / 3.0),
        ("precision@10", 2.0 / 5.0),
    ];
    assert_values(&report, &expected);
}

#[test]
fn a_first_hit_late_in_the_list_counts_from_its_rank() {
    let scores = [vec![5.0, 4.0, 3.0, 2.0, 1.0]];
    let test = Interactions::from_pairs(1, 5, &[(0, 3)]).unwrap();
    let report = evaluate_ranking(&rows_of(&scores), &[], &test, &at(&[3, 4]), &pool(1)).unwrap();
    assert_values(&report, &[("mrr@3", 0.0), ("hit_ratio@3", 0.0), ("mrr@4", 0.25), ("map@4", 0.25)]);
    assert_values(&report, &[("ndcg@4", 1.0 / 5.0_f64.log2())]);
}

#[test]
fn a_user_without_candidates_counts_with_zeros() {
    let scores = [vec![1.0, 2.0], vec![1.0, 2.0]];
    let train = Interactions::from_pairs(2, 2, &[(0, 0), (0, 1)]).unwrap();
    let test = Interactions::from_pairs(2, 2, &[(0, 1), (1, 1)]).unwrap();
    let report = evaluate_ranking(&rows_of(&scores), &[&train], &test, &at(&[5]), &pool(1)).unwrap();
    assert_eq!(report.n_users, 2);
    assert_values(
        &report,
        &[("recall@5", 0.5), ("precision@5", 0.25), ("ndcg@5", 0.5), ("map@5", 0.5), ("mrr@5", 0.5)],
    );
}

#[test]
fn an_evaluation_without_targets_or_of_another_data_set_is_refused() {
    let scores = [vec![1.0, 2.0]];
    let ranker = rows_of(&scores);
    let protocol = at(&[1]);
    let run = |excluded: &[&Interactions], targets: &Interactions| {
        evaluate_ranking(&ranker, excluded, targets, &protocol, &pool(1)).unwrap_err()
    };
    let fits = Interactions::from_pairs(1, 2, &[(0, 0)]).unwrap();
    assert_eq!(run(&[], &Interactions::empty(1, 2)).to_string(), "none of the 1 users has a target item");
    let error = run(&[], &Interactions::empty(2, 2));
    assert_eq!(error.to_string(), "the target part has 2 users, the ranker 1");
    let error = run(&[&fits, &Interactions::empty(1, 3)], &fits);
    assert_eq!(error.to_string(), "the part to exclude has 3 items, the ranker 2");
    assert!(error.hint().is_some());
}

#[test]
fn cutoffs_ascend_from_at_least_one() {
    for cutoffs in [vec![], vec![0, 5], vec![5, 5], vec![20, 10]] {
        assert_eq!(RankingProtocol::new(cutoffs.clone()).unwrap_err(), EvalError::Cutoffs { cutoffs });
    }
    assert_eq!(RankingProtocol::default().cutoffs(), [20, 40, 60, 80, 100]);
}

/// Small whole numbers: inner products are exact, so each ranker must find the same, and many are equal.
fn whole_numbers(n_rows: usize, dim: usize, step: u64) -> Matrix {
    let stream = Stream::new(3, Purpose::Test, step);
    let values: Vec<f32> = (0..n_rows * dim).map(|k| stream.below(k as u64, 9) as f32 - 4.0).collect();
    Matrix::from_values(n_rows, dim, &values)
}

fn random_part(n_users: usize, n_items: usize, n_pairs: u64, step: u64) -> Interactions {
    let stream = Stream::new(3, Purpose::Test, step);
    let pair = |k| (stream.below(2 * k, n_users as u64) as u32, stream.below(2 * k + 1, n_items as u64) as u32);
    Interactions::from_pairs(n_users, n_items, &(0..n_pairs).map(pair).collect::<Vec<_>>()).unwrap()
}

#[test]
fn reports_do_not_depend_on_threads_nor_on_how_scores_are_made() {
    let (n_users, n_items, dim) = (5000, 700, 17);
    let (users, items) = (whole_numbers(n_users, dim, 0), whole_numbers(n_items, dim, 1));
    let (train, test) = (random_part(n_users, n_items, 50_000, 2), random_part(n_users, n_items, 20_000, 3));
    let by_product = ProductRanker::new(&users, &items);
    let by_row = RowRanker::new(n_users, n_items, |user: UserId, scores: &mut [f32]| {
        for (item, score) in scores.iter_mut().enumerate() {
            *score = users.row(user.index()).iter().zip(items.row(item)).map(|(a, b)| a * b).sum();
        }
    });
    let protocol = at(&[10, 25]).with_catalogue_metrics();
    let run = |ranker: &dyn Ranker, n_threads| {
        evaluate_ranking(ranker, &[&train], &test, &protocol, &pool(n_threads)).unwrap()
    };
    let one = run(&by_product, 1);
    assert!(one.n_users > 4500 && one.means["recall@25"] > 0.0 && one.means["coverage@25"] > 0.0);
    for n_threads in [2, 3] {
        assert_eq!(run(&by_product, n_threads), one);
        assert_eq!(run(&by_row, n_threads), one);
    }
    let wanted = [4999, 0, 77];
    let excluded = |user| train.items_of(user);
    assert_eq!(by_product.top_k(&wanted, &excluded, 30, &pool(2)), by_row.top_k(&wanted, &excluded, 30, &pool(1)));
}

#[test]
fn popular_items_come_first_for_everybody_who_lacks_them() {
    let train = Interactions::from_pairs(3, 4, &[(0, 2), (1, 2), (1, 3), (2, 0)]).unwrap();
    let ranker = PopularityRanker::new(&train);
    let lists = ranker.top_k(&[1, 0], &|user| train.items_of(user), 3, &pool(2));
    let items: Vec<Vec<(u32, f32)>> =
        lists.iter().map(|list| list.iter().map(|ranked| (ranked.item, ranked.score)).collect()).collect();
    assert_eq!(items, [vec![(0, 1.0), (1, 0.0)], vec![(0, 1.0), (3, 1.0), (1, 0.0)]]);
}

#[test]
fn catalogue_metrics_come_on_request_and_count_masked_users() {
    let train = Interactions::from_pairs(2, 3, &[(0, 0), (1, 1), (0, 1)]).unwrap();
    let test = Interactions::from_pairs(2, 3, &[(0, 2), (1, 0)]).unwrap();
    let ranker = PopularityRanker::new(&train);
    let plain = evaluate_ranking(&ranker, &[&train], &test, &at(&[1]), &pool(1)).unwrap();
    assert!(!plain.means.contains_key("coverage@1"));
    // User 0 is shown item 2 that nobody took, user 1 item 0 that one took.
    let full = evaluate_ranking(&ranker, &[&train], &test, &at(&[1]).with_catalogue_metrics(), &pool(1)).unwrap();
    assert_values(&full, &[("coverage@1", 2.0 / 3.0), ("mean_popularity@1", 0.5), ("gini@1", 1.0 / 3.0)]);
    assert_eq!(full.means["recall@1"], 1.0);
}

#[test]
fn counts_of_items_come_on_request_and_add_up_to_the_recall_of_the_users() {
    let (train, test) = (random_part(70, 40, 500, 1), random_part(70, 40, 300, 2));
    let (users, items) = (whole_numbers(70, 3, 3), whole_numbers(40, 3, 4));
    let ranker = ProductRanker::new(&users, &items);
    let judge = |protocol: &RankingProtocol| evaluate_ranking(&ranker, &[&train], &test, protocol, &pool(2)).unwrap();
    assert!(judge(&at(&[5, 9])).per_item.is_none());
    let report = judge(&at(&[5, 9]).with_item_counts());
    let per_item = report.per_item.unwrap();
    assert_eq!((per_item.cutoff, per_item.n_targets), (5, test.item_degrees()));
    let recall = report.per_user.column("recall@5").unwrap();
    let found: f64 = recall.iter().zip(&report.per_user.n_targets).map(|(recall, n)| recall * f64::from(*n)).sum();
    let counted: u32 = per_item.n_found.iter().sum();
    assert!(counted > 0 && (found - f64::from(counted)).abs() < 1e-9, "{found} by users, {counted} by items");
}

#[test]
fn a_report_is_written_without_the_values_of_users_which_can_be_written_apart() {
    let test = random_part(20, 30, 60, 4);
    let ranker = PopularityRanker::new(&random_part(20, 30, 100, 5));
    let report = evaluate_ranking(&ranker, &[], &test, &at(&[4]), &pool(1)).unwrap();
    let text = serde_json::to_string(&report).unwrap();
    let back: RankingReport = serde_json::from_str(&text).unwrap();
    assert_eq!((back.n_users, &back.cutoffs), (report.n_users, &report.cutoffs));
    assert!(back.per_user.users.is_empty() && !text.contains("n_targets"));
    for (key, value) in &report.means {
        assert!((back.means[key] - value).abs() < 1e-15, "{key}");
    }
    let users = serde_json::to_string(&report.per_user).unwrap();
    let users: culet_eval::PerUser = serde_json::from_str(&users).unwrap();
    assert_eq!((users.users, users.n_targets), (report.per_user.users, report.per_user.n_targets));
}

#[test]
fn values_of_other_users_or_other_metrics_are_not_paired() {
    let ranker = PopularityRanker::new(&random_part(20, 30, 100, 5));
    let run =
        |step, k| evaluate_ranking(&ranker, &[], &random_part(20, 30, 60, step), &at(&[k]), &pool(1)).unwrap().per_user;
    let (a, b, c) = (run(4, 4), run(6, 4), run(4, 5));
    let (left, right) = a.paired(&a, "recall@4").unwrap();
    assert!(left == right && left.len() == a.users.len());
    assert!(matches!(a.paired(&b, "recall@4"), Err(EvalError::DifferentUsers { .. })));
    let error = a.paired(&c, "recall@4").unwrap_err().to_string();
    assert!(error.starts_with("the report holds no column `recall@4`, only `hit_ratio@5`, "), "{error}");
}

#[test]
fn a_sum_of_parts_ranks_as_its_parts_added_up_one_by_one() {
    let (n_users, n_items, dim) = (40, 90, 3);
    let (users, items) = (whole_numbers(n_users, dim, 1), whole_numbers(n_items, dim, 2));
    let history = random_part(n_users, n_items, 300, 3);
    let stream = Stream::new(5, Purpose::Test, 9);
    let whole = |k: usize| stream.below(k as u64, 9) as f32 - 4.0;
    let row = |j: usize| {
        let some = (0..n_items).filter(move |i| (j * 7 + i).is_multiple_of(5));
        some.map(|i| (i as u32, whole(j * 100 + i))).collect::<Vec<_>>()
    };
    let weights = SparseMatrix::from_rows(n_items, (0..n_items).map(row).collect());
    let user_factors: Vec<f32> = (0..n_users).map(|u| (u % 3) as f32).collect();
    let bias: Vec<f32> = (0..n_items).map(|i| whole(1 << 20 | i)).collect();
    let product = ScoreKind::Product { users: &users, items: &items, temperature: None };
    let all = [
        ScorePart { kind: product, user_factors: None },
        ScorePart { kind: ScoreKind::Weights(&weights), user_factors: Some(&user_factors) },
        ScorePart { kind: ScoreKind::Bias(&bias), user_factors: None },
    ];
    for chosen in 1..8_usize {
        let has = |k: usize| chosen >> k & 1 == 1;
        let parts = (0..3).filter(|&k| has(k)).map(|k| all[k]);
        let ranker = SumRanker { history: &history, parts: parts.collect() };
        let one_by_one = RowRanker::new(n_users, n_items, |user: UserId, scores: &mut [f32]| {
            for (item, score) in scores.iter_mut().enumerate() {
                let product: f32 = users.row(user.index()).iter().zip(items.row(item)).map(|(p, q)| p * q).sum();
                let entry = |&j: &u32| {
                    let (columns, values) = weights.row(j as usize);
                    columns.iter().position(|&column| column as usize == item).map_or(0.0, |place| values[place])
                };
                let sum: f32 = history.items_of(user).iter().map(entry).sum();
                let values = [product, user_factors[user.index()] * sum, bias[item]];
                *score = (0..3).filter(|&k| has(k)).map(|k| values[k]).sum();
            }
        });
        let everybody: Vec<u32> = (0..n_users as u32).rev().collect();
        let excluded = |user: UserId| history.items_of(user);
        let expected = one_by_one.top_k(&everybody, &excluded, 12, &pool(1));
        for n_threads in [1, 3] {
            assert_eq!(ranker.top_k(&everybody, &excluded, 12, &pool(n_threads)), expected);
        }
    }
}

#[test]
fn a_temperature_changes_sums_and_no_ranks_of_a_single_part() {
    let (users, items) = (whole_numbers(30, 3, 1), whole_numbers(50, 3, 2));
    let history = random_part(30, 50, 90, 3);
    let ranker = |temperature| {
        let kind = ScoreKind::Product { users: &users, items: &items, temperature };
        SumRanker { history: &history, parts: vec![ScorePart { kind, user_factors: None }] }
    };
    // Those without a history get what most users took.
    let known: Vec<u32> = (0..30).filter(|&user| !history.items_of(UserId(user)).is_empty()).collect();
    assert!(known.len() > 20);
    let top = |temperature| ranker(temperature).top_k(&known, &|user| history.items_of(user), 7, &pool(2));
    for (plain, raised) in top(None).iter().flatten().zip(top(Some(4.0)).iter().flatten()) {
        assert_eq!(plain.item, raised.item);
        assert!((raised.score / (plain.score / 4.0).exp() - 1.0).abs() < 1e-5, "{raised:?}, without: {plain:?}");
    }
}

#[test]
fn who_took_nothing_gets_what_most_took_whatever_the_parts() {
    let (users, items) = (whole_numbers(4, 3, 1), whole_numbers(5, 3, 2));
    // Item 3 was taken three times, item 1 twice, item 4 once; user 3 took nothing.
    let history = Interactions::from_pairs(4, 5, &[(0, 3), (1, 3), (2, 3), (0, 1), (1, 1), (2, 4)]).unwrap();
    let weights = SparseMatrix::from_rows(5, vec![vec![(1, 0.5)], vec![(0, 1.0)], vec![], vec![(2, 2.0)], vec![]]);
    let product = ScoreKind::Product { users: &users, items: &items, temperature: None };
    for kind in [ScoreKind::Weights(&weights), product] {
        let ranker = SumRanker { history: &history, parts: vec![ScorePart { kind, user_factors: None }] };
        let alone = |user: u32| ranker.top_k(&[user], &|user| history.items_of(user), 3, &pool(1)).remove(0);
        let lists = ranker.top_k(&[2, 3, 0], &|user| history.items_of(user), 3, &pool(2));
        let found: Vec<u32> = lists[1].iter().map(|ranked| ranked.item).collect();
        assert_eq!(found, [3, 1, 4]);
        assert_eq!((&lists[0], &lists[2]), (&alone(2), &alone(0)), "others are ranked as ever, in their places");
    }
}

#[test]
fn a_coarse_table_changes_no_list() {
    let (n_users, n_items) = (40, 3000);
    let (users, items) = (whole_numbers(n_users, 9, 5), whole_numbers(n_items, 9, 6));
    let train = random_part(n_users, n_items, 2000, 7);
    let coarse = culet_kernels::CoarseTable::new(&items).unwrap();
    let exact = ProductRanker::new(&users, &items);
    let excluded = |user| train.items_of(user);
    for asked in [vec![7], vec![39, 0, 3], (0..40).collect()] {
        for n_threads in [1, 3] {
            let found = exact.by_way_of(&coarse).top_k(&asked, &excluded, 20, &pool(n_threads));
            assert_eq!(found, exact.top_k(&asked, &excluded, 20, &pool(1)));
        }
    }
}
