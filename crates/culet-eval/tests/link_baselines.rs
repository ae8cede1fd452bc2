//! Simple link scores against their formulas in dense matrices, against walks counted one by one, and by hand.

use culet_eval::{LinkBaseline, LinkReport, baseline_scores, baselines};
use culet_graph::{EdgeList, Network, Purpose, Stream};
use rayon::{ThreadPool, ThreadPoolBuilder};

fn pool(n_threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap()
}

fn find<'a>(network: &'a Network, name: &str) -> LinkBaseline<'a> {
    baselines(network).into_iter().find(|baseline| baseline.name() == name).expect("a baseline of this name")
}

fn score(network: &Network, name: &str, pairs: &[(u32, u32)]) -> Vec<f64> {
    find(network, name).score(pairs, &pool(2))
}

/// A random network with a hub, a self-loop and nodes without edges.
fn random_network(n_nodes: u32, directed: bool, step: u64) -> Network {
    let stream = Stream::new(11, Purpose::Test, step);
    let end = |k| stream.below(k, u64::from(n_nodes - 3)) as u32;
    let mut pairs: Vec<(u32, u32)> = (0..u64::from(3 * n_nodes)).map(|k| (end(2 * k), end(2 * k + 1))).collect();
    pairs.extend((0..n_nodes / 2).map(|node| if node % 3 == 0 { (node, 1) } else { (1, node) }));
    pairs.push((4, 4));
    Network::from_pairs(n_nodes as usize, directed, &pairs)
}

fn all_pairs(n_nodes: u32) -> Vec<(u32, u32)> {
    (0..n_nodes).flat_map(|u| (0..n_nodes).map(move |v| (u, v))).collect()
}

type Dense = Vec<Vec<f64>>;

fn dense(network: &Network) -> Dense {
    let n = network.n_nodes() as u32;
    (0..n).map(|u| (0..n).map(|v| f64::from(u8::from(network.has_edge(u, v)))).collect()).collect()
}

fn transposed(a: &Dense) -> Dense {
    (0..a.len()).map(|i| a.iter().map(|row| row[i]).collect()).collect()
}

fn product(a: &Dense, b: &Dense) -> Dense {
    a.iter().map(|row| (0..b[0].len()).map(|j| row.iter().zip(b).map(|(x, b)| x * b[j]).sum()).collect()).collect()
}

/// diag(by) a, entries of rows without edges left at 0.
fn scaled(a: &Dense, by: impl Fn(usize) -> f64) -> Dense {
    let scale =
        |(row, values): (usize, &Vec<f64>)| values.iter().map(|x| if *x == 0.0 { 0.0 } else { x * by(row) }).collect();
    a.iter().enumerate().map(scale).collect()
}

fn sums(a: &Dense) -> Vec<f64> {
    a.iter().map(|row| row.iter().sum()).collect()
}

fn assert_all_close(found: &[f64], expected: &Dense, gap: f64, name: &str) {
    for (place, (found, expected)) in found.iter().zip(expected.iter().flatten()).enumerate() {
        assert!((found - expected).abs() <= gap * (1.0 + expected), "{name} {place}: {found}, expected {expected}");
    }
}

#[test]
fn a_path_and_a_triangle_by_hand() {
    // 0 - 1 - 2 - 3, and 3 - 4 - 5 - 3; node 6 alone. Degrees 1, 2, 2, 3, 2, 2, 0.
    let edges = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 3)];
    let network = Network::from_pairs(7, false, &edges);
    let pairs = [(0, 2), (0, 3), (4, 5), (2, 4), (6, 3), (3, 6), (6, 6)];
    assert_eq!(score(&network, "degree product", &pairs), [6.0, 8.0, 9.0, 9.0, 4.0, 4.0, 1.0]);
    assert_eq!(score(&network, "common neighbours", &pairs), [1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
    let (two, three) = (2_f64.ln().recip(), 3_f64.ln().recip());
    assert_eq!(score(&network, "Adamic-Adar", &pairs), [two, 0.0, three, three, 0.0, 0.0, 0.0]);
    assert_eq!(score(&network, "resource allocation", &pairs)[..3], [0.5, 0.0, 1.0 / 3.0]);
    // 0 - 1 - 2 - 3 only: 1 / sqrt(2 * 2).
    let paths = score(&network, "3-paths", &[(0, 3), (0, 4), (3, 6)]);
    assert!((paths[0] - 0.5).abs() < 1e-15);
    assert_eq!(paths[1..], [0.0, 0.0]);
}

#[test]
fn directed_scores_look_along_the_edges() {
    // 0 > 1 < 2 > 3 and 1 > 3.
    let network = Network::from_pairs(4, true, &[(0, 1), (2, 1), (2, 3), (1, 3)]);
    let pairs = [(0, 3), (3, 0), (2, 3)];
    assert_eq!(score(&network, "degree product", &pairs), [6.0, 6.0, 9.0]);
    assert_eq!(score(&network, "out-degree x in-degree", &pairs), [6.0, 1.0, 9.0]);
    assert_eq!(score(&network, "common neighbours", &pairs), [1.0, 0.0, 1.0]);
    // Both targets of 2 are pointed at by two nodes; 0 and 1 point to one, 2 points to two.
    let paths = score(&network, "3-paths", &pairs);
    let expected = [1.0 / (2.0_f64 * 2.0).sqrt(), 0.0, 2.0 / 2.0 + 1.0 / 2.0_f64.sqrt()];
    for (found, expected) in paths.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-15, "{found}, expected {expected}");
    }
    let spectral = score(&network, "spectral filter", &[(0, 3), (3, 0)]);
    assert!(spectral[0] > 2.0 * spectral[1], "{spectral:?}");
}

#[test]
fn an_undirected_network_has_no_out_degrees() {
    let names = |directed| {
        let network = Network::from_pairs(2, directed, &[(0, 1)]);
        baselines(&network).iter().map(LinkBaseline::name).collect::<Vec<_>>()
    };
    assert_eq!(names(false).len() + 1, names(true).len());
    assert!(!names(false).contains(&"out-degree x in-degree"));
}

#[test]
fn short_paths_agree_with_products_of_matrices() {
    for (directed, step) in [(false, 0), (true, 1)] {
        let network = random_network(40, directed, step);
        let (pairs, a) = (all_pairs(40), dense(&network));
        let at = transposed(&a);
        let (out, into) = (sums(&a), sums(&at));
        let degree = |x: usize| if directed { out[x] + into[x] } else { out[x] };
        let two = |weight: &dyn Fn(f64) -> f64| product(&a, &scaled(&a, |x| weight(degree(x))));
        let expected = [
            ("common neighbours", two(&|_| 1.0)),
            ("Adamic-Adar", two(&|degree| 1.0 / degree.max(2.0).ln())),
            ("resource allocation", two(&|degree| 1.0 / degree)),
            // A D_in^-1/2 A^T D_out^-1/2 A, which for undirected networks is A D^-1/2 A D^-1/2 A.
            ("3-paths", {
                let back = scaled(&at, |x| into[x].sqrt().recip());
                product(&a, &product(&back, &scaled(&a, |w| out[w].sqrt().recip())))
            }),
        ];
        for (name, expected) in expected {
            assert_all_close(&score(&network, name, &pairs), &expected, 1e-12, name);
        }
    }
}

/// sum over k of a^k D^1/2 N^k D^1/2 by 300 products in f64, with N = D^-1/2 A D^-1/2.
fn filtered(a: &Dense) -> Dense {
    let degrees = sums(a);
    let n = a.len();
    let root = |x: usize| if degrees[x] > 0.0 { degrees[x].sqrt() } else { 0.0 };
    let normalised: Dense = (0..n)
        .map(|u| (0..n).map(|v| if a[u][v] == 0.0 { 0.0 } else { a[u][v] / (root(u) * root(v)) }).collect())
        .collect();
    // Horner: S = a N (I + S).
    let mut sum = vec![vec![0.0; n]; n];
    for _ in 0..300 {
        (0..n).for_each(|x| sum[x][x] += 1.0);
        sum = product(&normalised, &sum);
        sum.iter_mut().flatten().for_each(|x| *x *= 0.8);
    }
    (0..n).map(|u| (0..n).map(|v| root(u) * sum[u][v] * root(v)).collect()).collect()
}

/// The two copies of each node of a directed network: those that point, then those that are pointed at.
fn two_copies(a: &Dense) -> Dense {
    let n = a.len();
    let mut copies = vec![vec![0.0; 2 * n]; 2 * n];
    for u in 0..n {
        for v in 0..n {
            let joined = a[u][v] + if u == v { f64::from(0.05_f32) } else { 0.0 };
            (copies[u][n + v], copies[n + v][u]) = (joined, joined);
        }
    }
    copies
}

#[test]
fn the_spectral_filter_agrees_with_its_sum_of_powers() {
    let network = random_network(40, false, 2);
    let found = score(&network, "spectral filter", &all_pairs(40));
    let exact = filtered(&dense(&network));
    // Walks beyond twelve steps are taken to end as the last two do.
    assert_all_close(&found, &exact, 2e-3, "spectral filter");
    let n = 40;
    let copies = random_network(n, true, 3);
    let found = score(&copies, "spectral filter", &all_pairs(n));
    let exact: Dense =
        filtered(&two_copies(&dense(&copies)))[..n as usize].iter().map(|row| row[n as usize..].to_vec()).collect();
    assert_all_close(&found, &exact, 2e-2, "spectral filter, directed");
}

/// sum over k of 0.8^k D(v) (P^k)(v, source), twelve steps and the last two for all later ones, in f64.
fn by_walks(a: &Dense, source: usize) -> Vec<f64> {
    let degrees = sums(a);
    let mut z = vec![0.0; a.len()];
    z[source] = 1.0;
    let mut scores = vec![0.0; a.len()];
    for k in 1..=12 {
        let step = |x: usize| a[x].iter().zip(&z).map(|(a, z)| a * z).sum::<f64>() / degrees[x].max(1e-9);
        z = (0..a.len()).map(step).collect();
        let worth = 0.8_f64.powi(k) / if k > 10 { 1.0 - 0.64 } else { 1.0 };
        (0..a.len()).for_each(|v| scores[v] += worth * degrees[v] * z[v]);
    }
    scores
}

#[test]
fn the_spectral_filter_is_precise_for_far_pairs_of_a_wide_network() {
    // A ring with a few chords: walks reach a small part of it, and few places are read.
    let n = 200;
    let mut edges: Vec<(u32, u32)> = (0..n).map(|node| (node, (node + 1) % n)).collect();
    edges.extend([(5, 150), (90, 91), (90, 93), (93, 90), (120, 122), (140, 140)]);
    for directed in [false, true] {
        let network = Network::from_pairs(n as usize + 1, directed, &edges);
        let a = if directed { two_copies(&dense(&network)) } else { dense(&network) };
        let offset = if directed { n as usize + 1 } else { 0 };
        let exact: Vec<Vec<f64>> = (0..=n).map(|source| by_walks(&a, source as usize)).collect();
        // In the last case what one task leaves behind lies where the next one works.
        for sources in [vec![0], vec![4, 92, 93, n], (0..20).map(|k| 10 * k).collect(), (20..180).collect()] {
            // Near targets, and some that twelve steps may not reach.
            let targets = |u: u32| [(u + 2) % n, (u + 9) % n, 37 * u % n, 91 * u % n];
            let pairs: Vec<(u32, u32)> = sources.iter().flat_map(|&u| targets(u).map(|v| (u, v))).collect();
            let found = find(&network, "spectral filter").score(&pairs, &pool(1));
            for ((u, v), found) in pairs.into_iter().zip(found) {
                let expected = exact[u as usize][v as usize + offset];
                assert!((found - expected).abs() <= 1e-5 * expected, "{u} and {v}: {found:e}, expected {expected:e}");
            }
        }
    }
}

#[test]
fn the_spectral_filter_of_a_single_edge_by_hand() {
    // N^k of an edge between a and b is the identity for even k: odd steps reach the other end, and D is 1.
    let network = Network::from_pairs(2, false, &[(0, 1)]);
    let found = score(&network, "spectral filter", &[(0, 1), (0, 0)]);
    let expected = [0.8 / (1.0 - 0.64), 0.64 / (1.0 - 0.64)];
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found}, expected {expected}");
    }
}

#[test]
fn an_undirected_score_does_not_see_which_end_comes_first() {
    let network = random_network(60, false, 4);
    let pairs = all_pairs(60);
    for baseline in baselines(&network) {
        let scores = baseline.score(&pairs, &pool(2));
        for &(u, v) in &pairs {
            let (there, back) = (scores[(u * 60 + v) as usize], scores[(v * 60 + u) as usize]);
            assert!((there - back).abs() <= 1e-5 * there, "{} of {u} and {v}: {there}, {back}", baseline.name());
        }
    }
}

#[test]
fn neither_threads_nor_company_nor_order_change_a_byte() {
    for directed in [false, true] {
        let network = random_network(80, directed, 5);
        let pairs = all_pairs(80);
        let shuffled = Stream::new(0, Purpose::Test, 9).permutation(pairs.len());
        for baseline in baselines(&network) {
            let scores = baseline.score(&pairs, &pool(1));
            assert_eq!(scores, baseline.score(&pairs, &pool(3)), "{}", baseline.name());
            let some: Vec<(u32, u32)> = shuffled[..100].iter().map(|&place| pairs[place as usize]).collect();
            let expected: Vec<f64> = shuffled[..100].iter().map(|&place| scores[place as usize]).collect();
            assert_eq!(baseline.score(&some, &pool(2)), expected, "{}", baseline.name());
        }
    }
}

#[test]
fn edges_of_several_kinds_or_weights_join_only_once() {
    let edges = EdgeList {
        sources: vec![0, 0, 1, 1, 2],
        targets: vec![1, 1, 2, 2, 3],
        weights: vec![1.0, 5.0, 0.1, 2.0, 3.0],
        relations: vec![0, 1, 0, 2, 0],
    };
    for directed in [false, true] {
        let network = Network::from_edges(4, directed, &edges).unwrap().0;
        let plain = Network::from_pairs(4, directed, &[(0, 1), (1, 2), (2, 3)]);
        for (kinds, once) in baselines(&network).iter().zip(baselines(&plain)) {
            let pairs = all_pairs(4);
            assert_eq!(kinds.score(&pairs, &pool(1)), once.score(&pairs, &pool(1)), "{}", kinds.name());
        }
    }
}

#[test]
fn nothing_to_score_is_scored_and_a_network_without_edges_scores_finitely() {
    for directed in [false, true] {
        let network = Network::from_pairs(3, directed, &[]);
        for baseline in baselines(&network) {
            assert_eq!(baseline.score(&[], &pool(1)), [0.0; 0]);
            assert_eq!(baseline.n_lookups(&[]), 0);
            let scores = baseline.score(&all_pairs(3), &pool(1));
            assert!(scores.iter().all(|score| score.is_finite()), "{}", baseline.name());
        }
    }
}

#[test]
#[should_panic(expected = "the pair (0, 3) names one of 3 nodes")]
fn a_pair_of_no_node_is_a_broken_promise() {
    let network = Network::from_pairs(3, false, &[(0, 1)]);
    let _ = score(&network, "degree product", &[(0, 1), (0, 3)]);
}

#[test]
fn withheld_edges_within_groups_are_found_by_paths_and_not_by_degrees() {
    // A ring of 40 groups of 6, all of them joined within; a sixth of the edges within groups withheld.
    let n_groups = 40;
    let node = |group: u32, k: u32| (group % n_groups) * 6 + k;
    let joined = |group: u32| (0..6).flat_map(move |i| (0..i).map(move |j| (node(group, i), node(group, j))));
    let within: Vec<(u32, u32)> = (0..n_groups).flat_map(joined).collect();
    let (positives, mut edges): (Vec<_>, Vec<_>) =
        within.into_iter().enumerate().partition(|(place, _)| place % 6 == 1);
    let positives: Vec<(u32, u32)> = positives.into_iter().map(|(_, pair)| pair).collect();
    edges.extend((0..n_groups).map(|group| (0, (node(group, 0), node(group + 1, 5)))));
    let edges: Vec<(u32, u32)> = edges.into_iter().map(|(_, pair)| pair).collect();
    let network = Network::from_pairs(240, false, &edges);
    // Nodes of groups that are not beside each other.
    let stream = Stream::new(2, Purpose::Test, 0);
    let negative = |k: u64| {
        let (group, away) = (stream.below(3 * k, 40) as u32, 3 + stream.below(3 * k + 1, 34) as u32);
        (node(group, (k % 6) as u32), node(group + away, (k % 5) as u32))
    };
    let negatives: Vec<(u32, u32)> = (0..300).map(negative).collect();
    let report = LinkReport::new(&baseline_scores(&network, &positives, &negatives, &pool(2))).unwrap();
    let auc = |name: &str| report.row(name).unwrap().auc;
    assert_eq!(report.rows.len(), baselines(&network).len());
    for name in ["common neighbours", "3-paths", "spectral filter"] {
        assert!(auc(name) > 0.999, "{name}: {report:?}");
    }
    assert!(auc("degree product") < 0.6, "{report:?}");
}
