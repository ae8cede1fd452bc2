//! Splits against what can be counted from the network itself.

use std::collections::HashSet;

use culet_graph::{EdgeList, Keep, Names, Network, NodeTypes};
use proptest::prelude::*;

use super::*;

type Pair = (u32, u32);

fn data(network: Network) -> NetworkData {
    let nodes = Names::numbered(network.n_nodes());
    NetworkData { name: "x".into(), network, nodes, labels: None, split: LinkParts::default(), notes: Vec::new() }
}

/// Papers 0 to 9, authors 10 to 19; `written_by` between them, `cites` between papers.
fn papers(written: &[Pair], cited: &[Pair], directed: bool) -> NetworkData {
    let mut edges: EdgeList =
        written.iter().map(|&(paper, author)| (paper, 10 + author)).chain(cited.iter().copied()).collect();
    edges.relations = (0..edges.len()).map(|e| u16::from(e >= written.len())).collect();
    let mut network = Network::from_edges(20, directed, &edges).unwrap().0;
    network.types =
        Some(NodeTypes { names: vec!["paper".into(), "author".into()], of: (0..20).map(|v| v / 10).collect() });
    network.relation_names = vec!["written_by".into(), "cites".into()];
    data(network)
}

fn sorted(network: &Network, all: impl Iterator<Item = Pair>) -> Vec<Pair> {
    let normal = |(u, v): Pair| if network.is_directed() || u < v { (u, v) } else { (v, u) };
    let mut all: Vec<Pair> = all.map(normal).collect();
    all.sort_unstable();
    all
}

fn all_edges(split: &NetworkSplit) -> Vec<Pair> {
    let NetworkData { network, split: parts, .. } = &split.data;
    sorted(network, pairs(&network.edges()).into_iter().chain(parts.valid.clone()).chain(parts.test.clone()))
}

fn negatives(split: &NetworkSplit) -> Vec<Pair> {
    let parts = &split.data.split;
    let all = [&parts.train_negatives, &parts.valid_negatives, &parts.test_negatives];
    sorted(&split.data.network, all.into_iter().flatten().copied())
}

/// The smallest node that each node can reach, by repeated sweeps.
fn components(n: usize, edges: &[Pair]) -> Vec<u32> {
    let mut least: Vec<u32> = (0..n as u32).collect();
    for _ in 0..n {
        for &(u, v) in edges {
            let both = least[u as usize].min(least[v as usize]);
            (least[u as usize], least[v as usize]) = (both, both);
        }
    }
    least
}

fn degrees(n: usize, edges: &[Pair]) -> Vec<usize> {
    let count = |node| edges.iter().filter(|&&(u, v)| u != v && (u == node || v == node)).count();
    (0..n as u32).map(count).collect()
}

/// What holds for any split of any network.
fn check(before: &Network, split: &NetworkSplit) -> Result<(), TestCaseError> {
    let whole = sorted(before, pairs(&before.edges()).into_iter());
    prop_assert_eq!(all_edges(split), whole.clone());
    let negatives = negatives(split);
    let edges: HashSet<Pair> = whole.into_iter().collect();
    prop_assert!(negatives.iter().all(|pair| pair.0 != pair.1 && !edges.contains(pair)));
    prop_assert!(negatives.is_sorted_by(|a, b| a < b), "distinct over all parts: {:?}", negatives);
    Ok(())
}

proptest! {
    #[test]
    fn parts_make_up_the_network_and_no_negative_is_an_edge(
        ends in prop::collection::vec((0_u32..14, 0_u32..14), 8..60),
        (directed, test_share, valid_share, seed) in (any::<bool>(), 0.0..0.6_f64, 0.01..0.4_f64, 0_u64..100),
        way in prop::sample::select(&Negatives::ALL[..]),
        per_edge in 0_usize..3,
    ) {
        let before = data(Network::from_pairs(15, directed, &ends));
        let negatives = (directed || !matches!(way, Negatives::Reversed | Negatives::Mixed)).then_some(way);
        let plan = SplitPlan {
            test_share, valid_share, negatives, negatives_per_edge: per_edge, seed, keep: Some(Keep::Nothing),
            ..SplitPlan::default()
        };
        if let Ok(split) = split_network(&before, &plan) {
            check(&before.network, &split)?;
            let n = before.network.n_edges() as f64;
            prop_assert_eq!(split.test.0, (test_share * n).round() as usize);
            prop_assert_eq!(split.data.split.test.len(), split.test.1);
            prop_assert_eq!(split.data.split.valid.len(), split.valid.1);
            prop_assert!(split.data.split.test_negatives.len() <= per_edge * split.test.1);
            prop_assert_eq!(split_network(&before, &plan).unwrap(), split);
        }
    }

    #[test]
    fn edges_of_one_relation_go_and_what_is_to_be_kept_is_kept(
        written in prop::collection::vec((0_u32..10, 0_u32..10), 1..50),
        cited in prop::collection::vec((0_u32..10, 0_u32..10), 1..30),
        (directed, share, seed) in (any::<bool>(), 0.1..0.9_f64, 0_u64..100),
        keep in prop::sample::select(&[Keep::Connected, Keep::Degrees, Keep::Nothing][..]),
    ) {
        let before = papers(&written, &cited, directed);
        let relation = Some("written_by".to_owned());
        let plan = SplitPlan { test_share: share, keep: Some(keep), relation, seed, ..SplitPlan::default() };
        let all = pairs(&before.network.edges());
        let own: Vec<Pair> = all.iter().copied().filter(|&(u, v)| v >= 10 && u < 10).collect();
        prop_assume!((share * own.len() as f64).round() > 0.0);
        let Ok(split) = split_network(&before, &plan) else {
            prop_assert!(keep != Keep::Nothing);
            return Ok(());
        };
        check(&before.network, &split)?;
        let is_written = |&(u, v): &Pair| (u < 10) != (v < 10);
        prop_assert!(split.data.split.test.iter().all(is_written));
        prop_assert!(split.data.split.test_negatives.iter().all(is_written));
        let train = pairs(&split.data.network.edges());
        let (wanted, got) = split.test;
        prop_assert_eq!(wanted, (share * own.len() as f64).round() as usize);
        match keep {
            Keep::Connected => {
                prop_assert_eq!(components(20, &train), components(20, &all));
                // If fewer went than asked, each one that stays is needed.
                let could_go = |pair: &Pair| {
                    let mut rest = train.clone();
                    rest.remove(rest.iter().position(|other| other == pair).unwrap());
                    components(20, &rest) == components(20, &all)
                };
                prop_assert!(got == wanted || !train.iter().filter(|pair| is_written(pair)).any(could_go));
            }
            Keep::Degrees => {
                let (all, train) = (degrees(20, &all), degrees(20, &train));
                prop_assert!((0..20).all(|node| all[node] == 0 || train[node] > 0));
            }
            Keep::Nothing => prop_assert_eq!(got, wanted),
        }
    }

    #[test]
    fn whole_nodes_lose_all_edges_of_the_relation(
        written in prop::collection::vec((0_u32..10, 0_u32..10), 5..50),
        cited in prop::collection::vec((0_u32..10, 0_u32..10), 1..30),
        (directed, share, valid_share, seed) in (any::<bool>(), 0.1..0.5_f64, 0.0..0.4_f64, 0_u64..100),
        keep in prop::sample::select(&[Keep::Degrees, Keep::Nothing][..]),
    ) {
        let before = papers(&written, &cited, directed);
        let plan = SplitPlan {
            test_share: share, valid_share, keep: Some(keep), relation: Some("written_by".into()),
            whole_nodes: Some("paper".into()), seed, ..SplitPlan::default()
        };
        let Ok(split) = split_network(&before, &plan) else { return Ok(()) };
        check(&before.network, &split)?;
        let parts = &split.data.split;
        let own = |pairs: &[Pair]| pairs.iter().map(|&(paper, _)| paper).collect::<HashSet<u32>>();
        let (test, valid) = (own(&parts.test), own(&parts.valid));
        prop_assert!(parts.test.iter().chain(&parts.valid).all(|&(paper, author)| paper < 10 && author >= 10));
        prop_assert_eq!((test.len(), valid.len()), (split.test.1, split.valid.1));
        prop_assert!(test.is_disjoint(&valid));
        let train = pairs(&split.data.network.edges());
        prop_assert!(!train.iter().any(|&(u, v)| v >= 10 && (test.contains(&u) || valid.contains(&u))));
        // Negatives keep the paper and take another author.
        prop_assert!(parts.test_negatives.iter().all(|&(paper, author)| test.contains(&paper) && author >= 10));
        if keep == Keep::Degrees {
            let (all, train) = (degrees(20, &pairs(&before.network.edges())), degrees(20, &train));
            prop_assert!((0..20).all(|node| all[node] == 0 || train[node] > 0));
        }
    }
}

/// A ring of `n` nodes in one direction, with a way back every third step.
fn ring(n: u32) -> NetworkData {
    let forth = (0..n).map(|u| (u, (u + 1) % n));
    let jumps = (0..n).map(|u| (u, (u + 7) % n));
    let back = (0..n).step_by(3).map(|u| ((u + 1) % n, u));
    let all: Vec<Pair> = forth.chain(jumps).chain(back).collect();
    data(Network::from_pairs(n as usize, true, &all))
}

#[test]
fn half_of_mixed_negatives_are_edges_turned_round_and_tell_of_no_later_part() {
    let before = ring(90);
    let plan = SplitPlan { test_share: 0.3, valid_share: 0.2, ..SplitPlan::default() };
    let split = split_network(&before, &plan).unwrap();
    let parts = &split.data.split;
    let turned = |pairs: &[Pair], network: &Network| pairs.iter().filter(|&&(u, v)| network.has_edge(v, u)).count();
    assert_eq!((parts.test.len(), parts.test_negatives.len()), (63, 63));
    // 31 on purpose, and now and then a uniform one.
    assert!((31..36).contains(&turned(&parts.test_negatives, &before.network)));
    let train = &split.data.network;
    let n = parts.train_negatives.len();
    let (of_train, of_all) = (turned(&parts.train_negatives, train), turned(&parts.train_negatives, &before.network));
    assert!(of_train >= n / 2 && of_all - of_train <= n / 20, "{of_train} and {of_all} of {n}");
    assert_eq!(split.record.negatives, "mixed, 1 to an edge, kept: connected");
}

#[test]
fn a_given_part_stays_if_its_share_is_nothing() {
    let mut before = ring(40);
    before.split.test = vec![(0, 20), (1, 21)];
    before.split.test_negatives = vec![(5, 30), (6, 31)];
    let plan = SplitPlan { test_share: 0.0, valid_share: 0.1, ..SplitPlan::default() };
    let split = split_network(&before, &plan).unwrap();
    let parts = &split.data.split;
    assert_eq!((&parts.test, &parts.test_negatives), (&before.split.test, &before.split.test_negatives));
    assert_eq!(parts.valid.len(), 9);
    let others = parts.valid_negatives.iter().chain(&parts.train_negatives);
    let known = [(0, 20), (1, 21), (5, 30), (6, 31)];
    assert!(others.clone().count() > 50 && !others.clone().any(|pair| known.contains(pair)));
    let error = split_network(&before, &SplitPlan::default()).unwrap_err().to_string();
    assert!(error.starts_with("`test_share` is 0.5, expected 0, as the network comes with `test_edges`"), "{error}");
}

#[test]
fn plans_that_do_not_fit_are_refused() {
    let typed = papers(&[(0, 0), (0, 1), (1, 0), (1, 1)], &[(0, 1)], false);
    let refused = |data: &NetworkData, plan: SplitPlan| split_network(data, &plan).unwrap_err().to_string();
    let base = SplitPlan::default();
    let some = |text: &str| Some(text.to_owned());
    let error = refused(&typed, SplitPlan { relation: some("wrote"), ..base.clone() });
    assert_eq!(error, "`relation` is wrote, expected one of `written_by`, `cites`");
    let error = refused(&typed, SplitPlan { whole_nodes: some("author"), ..base.clone() });
    assert_eq!(error, "`relation` is missing, expected with `whole_nodes` one of `written_by`, `cites`");
    let error = refused(&typed, SplitPlan { negatives: Some(Negatives::Mixed), ..base.clone() });
    assert!(error.starts_with("`negatives` is mixed, expected `uniform`"), "{error}");
    let keep = Some(Keep::Connected);
    let whole = SplitPlan { whole_nodes: some("paper"), relation: some("written_by"), keep, ..base.clone() };
    assert!(refused(&typed, whole).starts_with("`keep` is connected, expected `degrees`"));
    assert!(refused(&typed, SplitPlan { test_share: f64::NAN, ..base.clone() }).starts_with("`test_share` is NaN"));
    let error = refused(&typed, SplitPlan { test_share: 0.7, valid_share: 0.5, ..base.clone() });
    assert!(error.starts_with("`valid_share` is 0.5, expected at most 0.3"), "{error}");
    let tree = data(Network::from_pairs(4, false, &[(0, 1), (0, 2), (0, 3)]));
    let error = refused(&tree, base.clone());
    assert!(error.starts_with("`keep` is connected, expected `degrees` or `nothing`"), "{error}");
    assert!(refused(&tree, SplitPlan { relation: some("x"), ..base }).contains("expected nothing, as the network"));
}
