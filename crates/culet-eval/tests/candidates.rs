//! Ranking of some nodes for others: by hand, and against the ranking of users and items beneath.

use culet_eval::{CandidateTask, EvalError, ProductRanker, RankingProtocol, evaluate_ranking, rank_candidates};
use culet_graph::{Interactions, NodeId, Purpose, Stream};
use culet_kernels::Matrix;
use rayon::{ThreadPool, ThreadPoolBuilder};

fn pool() -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(2).build().unwrap()
}

fn protocol() -> RankingProtocol {
    RankingProtocol::new(vec![1, 2]).unwrap()
}

/// Nodes near in number are alike.
fn nearness(query: NodeId, candidates: &[u32], scores: &mut [f32]) {
    scores.iter_mut().zip(candidates).for_each(|(score, &other)| *score = -(query.0.abs_diff(other) as f32));
}

#[test]
fn two_papers_and_four_authors_by_hand() {
    // Paper 12 ranks 11, 14, 20, 30; paper 25 ranks 20 and 30 first (equally near, so as listed), then 14 and 11.
    let task = CandidateTask {
        queries: &[25, 12, 99],
        candidates: &[30, 20, 14, 11],
        truths: &[(12, 14), (12, 20), (25, 20)],
        known: &[(12, 11), (77, 20), (25, 5)],
    };
    let report = rank_candidates(&task, nearness, &protocol(), &pool()).unwrap();
    // Paper 99 has no true author. With 11 known, 12 ranks 14, 20: both right. 25 ranks 30, 20: the second.
    assert_eq!((report.n_users, report.per_user.users.clone()), (2, vec![0, 1]));
    assert_eq!(report.per_user.columns["recall@1"], [0.0, 0.5]);
    assert_eq!(report.per_user.columns["recall@2"], [1.0, 1.0]);
    let second = 1.0 / 3_f64.log2();
    assert_eq!(report.per_user.columns["ndcg@2"], [second, 1.0]);
    assert_eq!(report.means["recall@1"], 0.25);
}

#[test]
fn vectors_of_nodes_rank_as_those_of_users_and_items_do() {
    let (n_nodes, dim) = (50, 8);
    let stream = Stream::new(6, Purpose::Test, 0);
    let values: Vec<f32> = (0..n_nodes * dim).map(|k| stream.normal(k) as f32).collect();
    let queries: Vec<u32> = (0..20).map(|k| 2 * k).collect();
    let candidates: Vec<u32> = (0..15).map(|k| 49 - 3 * k).collect();
    let row = |node: u32| &values[node as usize * dim as usize..][..dim as usize];
    let places: Vec<(u32, u32)> = (0..20).map(|k| (k, stream.below(u64::from(k), 15) as u32)).collect();
    let nodes = |(q, c): &(u32, u32)| (queries[*q as usize], candidates[*c as usize]);
    let truths: Vec<(u32, u32)> = places.iter().map(nodes).collect();
    let task = CandidateTask { queries: &queries, candidates: &candidates, truths: &truths, known: &[] };
    let score = |query: NodeId, candidates: &[u32], scores: &mut [f32]| {
        for (score, &other) in scores.iter_mut().zip(candidates) {
            *score = row(query.0).iter().zip(row(other)).map(|(x, y)| x * y).sum();
        }
    };
    let found = rank_candidates(&task, score, &protocol(), &pool()).unwrap();
    let table = |nodes: &[u32]| {
        let values: Vec<f32> = nodes.iter().flat_map(|&node| row(node).iter().copied()).collect();
        Matrix::from_values(nodes.len(), dim as usize, &values)
    };
    let (left, right) = (table(&queries), table(&candidates));
    let targets = Interactions::from_pairs(20, 15, &places).unwrap();
    let ranker = ProductRanker::new(&left, &right);
    assert_eq!(found, evaluate_ranking(&ranker, &[], &targets, &protocol(), &pool()).unwrap());
    assert!(found.means["recall@2"] < 0.6);
}

#[test]
fn nodes_that_are_not_listed_or_listed_twice_are_refused() {
    let refusal = |queries: &[u32], candidates: &[u32], truths: &[(u32, u32)]| {
        let task = CandidateTask { queries, candidates, truths, known: &[] };
        rank_candidates(&task, nearness, &protocol(), &pool()).unwrap_err()
    };
    assert_eq!(refusal(&[1], &[2, 3], &[(1, 4)]).to_string(), "node 4 is not among the candidates");
    assert_eq!(refusal(&[1], &[2, 3], &[(2, 3)]).to_string(), "node 2 is not among the queries");
    assert_eq!(refusal(&[1], &[2, 3, 2], &[(1, 2)]).to_string(), "node 2 stands twice among the candidates");
    assert_eq!(refusal(&[1, 1], &[2], &[(1, 2)]), EvalError::ListedTwice { node: 1, what: "queries" });
    assert_eq!(refusal(&[1], &[2], &[]), EvalError::NoTargets { n_users: 1 });
}
