//! Frequencies of steps against exact probabilities, computed from lists of edges, and what walks never do.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::{EdgeList, NodeTypes, Purpose};

fn plan(rule: WalkRule, dead_end: DeadEnd) -> WalkPlan {
    WalkPlan { walks_per_node: 1500, length: 20, rule, dead_end }
}

fn all_walks(network: &Network, plan: WalkPlan) -> Walks {
    let walker = Walker::new(network, plan).unwrap();
    let mut walks = Walks::default();
    walker.walks(Stream::new(11, Purpose::Walks, 3), 0..walker.n_walks(), &mut walks);
    walks
}

/// What may come next, each with a number in proportion to its chance.
type Chances = Vec<(u32, f64)>;

/// What may come after the nodes so far; nothing if the walk ends.
type Law<'l> = dyn Fn(&[u32]) -> Chances + 'l;

/// How far the steps lie from a law, in standard deviations: chi-square over all contexts, made normal (Wilson &
/// Hilferty 1931). `context` is all that the law depends on.
fn deviation(walks: &Walks, length: usize, context: &dyn Fn(&[u32]) -> (u32, u32), law: &Law<'_>) -> f64 {
    let mut seen: HashMap<(u32, u32), (Chances, HashMap<u32, f64>)> = HashMap::new();
    for walk in walks.iter() {
        for k in 1..=walk.len() {
            let (expected, counts) =
                seen.entry(context(&walk[..k])).or_insert_with(|| (law(&walk[..k]), HashMap::new()));
            match walk.get(k) {
                Some(&next) => *counts.entry(next).or_default() += 1.0,
                None => assert!(k == length || expected.is_empty(), "{walk:?} ends, but {expected:?} may come next"),
            }
        }
    }
    let (mut chi_square, mut freedom) = (0.0, 0.0);
    for (expected, counts) in seen.values() {
        let (n, whole): (f64, f64) = (counts.values().sum(), expected.iter().map(|(_, size)| size).sum());
        assert!(counts.keys().all(|next| expected.iter().any(|(known, size)| known == next && *size > 0.0)));
        let (mut rare, mut n_classes) = ((0.0, 0.0), 0.0);
        for (next, size) in expected {
            let (count, mean) = (counts.get(next).copied().unwrap_or(0.0), n * size / whole);
            if mean < 5.0 {
                rare = (rare.0 + count, rare.1 + mean);
            } else {
                chi_square += (count - mean).powi(2) / mean;
                n_classes += 1.0;
            }
        }
        if rare.1 >= 5.0 {
            chi_square += (rare.0 - rare.1).powi(2) / rare.1;
            n_classes += 1.0;
        }
        freedom += f64::max(n_classes - 1.0, 0.0);
    }
    assert!(freedom > 10.0, "too little was seen to judge");
    let spread = 2.0 / (9.0 * freedom);
    ((chi_square / freedom).cbrt() - (1.0 - spread)) / spread.sqrt()
}

/// The node before, if any, and the node.
fn last_two(so_far: &[u32]) -> (u32, u32) {
    let before = if so_far.len() < 2 { u32::MAX } else { so_far[so_far.len() - 2] };
    (before, *so_far.last().unwrap())
}

/// Sums of weights between all nodes; without weights, the number of relations.
struct Table(Vec<Vec<f64>>);

impl Table {
    fn of(n_nodes: usize, edges: &EdgeList, directed: bool) -> Self {
        let mut weights = vec![vec![0.0; n_nodes]; n_nodes];
        for k in 0..edges.len() {
            let (u, v) = (edges.sources[k] as usize, edges.targets[k] as usize);
            let weight = edges.weights.get(k).map_or(1.0, |&weight| f64::from(weight));
            weights[u][v] += weight;
            if !directed && u != v {
                weights[v][u] += weight;
            }
        }
        if edges.weights.is_empty() {
            // Repeated edges and, if undirected, opposite ones are the same.
            let most = f64::from(edges.relations.iter().max().copied().unwrap_or(0)) + 1.0;
            weights.iter_mut().flatten().for_each(|sum| *sum = sum.min(most));
        }
        Self(weights)
    }

    /// Rows without an arc get the arcs that arrive.
    fn with_ways_back(mut self) -> Self {
        let before = self.0.clone();
        for v in 0..before.len() {
            if before[v].iter().all(|&weight| weight == 0.0) {
                self.0[v] = before.iter().map(|row| row[v]).collect();
            }
        }
        self
    }

    /// The definition of node2vec; for p = q = 1 steps by weight.
    fn law(&self, p: f64, q: f64) -> impl Fn(&[u32]) -> Chances {
        move |so_far| {
            let v = *so_far.last().unwrap() as usize;
            let t = (so_far.len() > 1).then(|| so_far[so_far.len() - 2] as usize);
            let bias = |x: usize| match t {
                Some(t) if x == t => 1.0 / p,
                Some(t) if self.0[t][x] == 0.0 => 1.0 / q,
                _ => 1.0,
            };
            (0..self.0.len()).filter(|&x| self.0[v][x] > 0.0).map(|x| (x as u32, self.0[v][x] * bias(x))).collect()
        }
    }
}

/// Edges among 14 of 16 nodes, three of them self-loops, with a hub (0); two nodes are isolated. With `sinks` no edge
/// leaves nodes 10 to 13.
fn edges(weighted: bool, sinks: bool) -> EdgeList {
    let stream = Stream::new(2, Purpose::Test, 0);
    let mut pairs: Vec<(u32, u32)> = vec![(0, 0), (3, 3), (7, 7), (12, 1), (13, 2)];
    pairs.extend((1..10).map(|v| (0, v)));
    pairs.extend((0..22).map(|k| (stream.below(2 * k, 14) as u32, stream.below(2 * k + 1, 14) as u32)));
    pairs.sort_unstable();
    pairs.dedup();
    if sinks {
        pairs = pairs.into_iter().map(|(u, v)| if u >= 10 { (v % 10, u) } else { (u, v) }).collect();
    }
    let mut edges: EdgeList = pairs.into_iter().collect();
    if weighted {
        edges.weights = (0..edges.len() as u64).map(|k| (stream.normal(100 + k) * 1.5).exp() as f32).collect();
    }
    edges
}

const N: usize = 16;
const BIASES: [(f64, f64); 8] =
    [(1.0, 1.0), (0.25, 4.0), (4.0, 0.25), (0.5, 0.3), (3.0, 2.0), (1.0, 5.0), (0.2, 1.0), (6.0, 1.0)];

fn assert_lawful(z: f64, what: &str) {
    assert!(z < 4.5, "{what}: {z} standard deviations away");
}

#[test]
fn uniform_and_weighted_steps_have_their_chances() {
    for weighted in [false, true] {
        let edges = edges(weighted, false);
        let network = Network::from_edges(N, false, &edges).unwrap().0;
        let table = Table::of(N, &edges, false);
        let law = table.law(1.0, 1.0);
        let walks = all_walks(&network, plan(WalkRule::Weighted, DeadEnd::Stop));
        assert_lawful(deviation(&walks, 20, &last_two, &law), "by weight");
        let plain = EdgeList { weights: Vec::new(), ..edges };
        let table = Table::of(N, &plain, false);
        let even = table.law(1.0, 1.0);
        let walks = all_walks(&network, plan(WalkRule::Uniform, DeadEnd::Stop));
        assert_lawful(deviation(&walks, 20, &last_two, &even), "uniform");
        // The test would notice if weights were ignored.
        assert!(!weighted || deviation(&walks, 20, &last_two, &law) > 20.0);
    }
}

#[test]
fn second_order_steps_have_their_chances() {
    for (p, q) in BIASES {
        for weighted in [false, true] {
            let edges = edges(weighted, false);
            let network = Network::from_edges(N, false, &edges).unwrap().0;
            let walks = all_walks(&network, plan(WalkRule::Node2vec { p, q }, DeadEnd::Stop));
            let table = Table::of(N, &edges, false);
            let z = deviation(&walks, 20, &last_two, &table.law(p, q));
            assert_lawful(z, &format!("p {p}, q {q}, weighted {weighted}"));
            let others = [(q, p), (p, 1.2 * q), (1.2 * p, q)];
            let found = others.map(|(p, q)| deviation(&walks, 20, &last_two, &table.law(p, q)));
            assert!(found[1..].iter().all(|&z| z > 10.0) && (p == q || found[0] > 10.0), "{found:?}");
        }
    }
}

#[test]
fn second_order_steps_have_their_chances_where_edges_have_a_direction() {
    for (p, q) in BIASES {
        for weighted in [false, true] {
            let edges = edges(weighted, true);
            let network = Network::from_edges(N, true, &edges).unwrap().0;
            let tables = [
                (DeadEnd::Stop, Table::of(N, &edges, true)),
                (DeadEnd::Back, Table::of(N, &edges, true).with_ways_back()),
                (DeadEnd::Undirected, Table::of(N, &edges, false)),
            ];
            for (dead_end, table) in tables {
                let walks = all_walks(&network, plan(WalkRule::Node2vec { p, q }, dead_end));
                let z = deviation(&walks, 20, &last_two, &table.law(p, q));
                assert_lawful(z, &format!("p {p}, q {q}, weighted {weighted}, {dead_end:?}"));
            }
        }
    }
}

/// Where darts are hardly ever accepted: a star of paths, with few common neighbours.
#[test]
fn extreme_biases_are_lawful_and_end() {
    let star: Vec<(u32, u32)> = (1..8).flat_map(|v| [(0, v), (v, v + 7)]).chain([(1, 2), (3, 4)]).collect();
    for directed in [false, true] {
        let ways_back = (1..8).flat_map(|v| [(v, 0), (v + 7, v % 7 + 1)]).filter(|_| directed);
        let edges: EdgeList = star.iter().copied().chain(ways_back).collect();
        let network = Network::from_edges(15, directed, &edges).unwrap().0;
        let walks_of = |p, q| {
            let plan = plan(WalkRule::Node2vec { p, q }, DeadEnd::Back);
            all_walks(&network, WalkPlan { walks_per_node: 300, ..plan })
        };
        for (p, q) in [(1e6, 1e6), (1e-6, 1e-6), (1e6, 1e-6), (300.0, 400.0)] {
            let table = Table::of(15, &edges, directed);
            let table = if directed { table.with_ways_back() } else { table };
            let z = deviation(&walks_of(p, q), 20, &last_two, &table.law(p, q));
            assert_lawful(z, &format!("p {p}, q {q}, directed {directed}"));
        }
        let there_and_back = |walk: &[u32]| walk.windows(3).all(|steps| steps[0] == steps[2]);
        let n_faithful = walks_of(1e-6, 1e6).iter().filter(|walk| there_and_back(walk)).count();
        assert_eq!(n_faithful == 15 * 300, !directed, "{n_faithful}");
    }
}

#[test]
fn parallel_edges_count_each_for_uniform_and_by_their_sum_for_node2vec() {
    let plain = Network::from_edges(N, false, &edges(false, false)).unwrap().0.edges();
    let (mut doubled, n) = (plain.clone(), plain.len());
    doubled.sources.extend_from_slice(&plain.sources[..n / 2]);
    doubled.targets.extend_from_slice(&plain.targets[..n / 2]);
    doubled.relations = (0..doubled.len()).map(|k| u16::from(k >= n)).collect();
    let network = Network::from_edges(N, false, &doubled).unwrap().0;
    let table = Table::of(N, &doubled, false);
    for (rule, p, q) in [(WalkRule::Uniform, 1.0, 1.0), (WalkRule::Node2vec { p: 0.25, q: 4.0 }, 0.25, 4.0)] {
        let walks = all_walks(&network, plan(rule, DeadEnd::Stop));
        assert_lawful(deviation(&walks, 20, &last_two, &table.law(p, q)), "parallel edges");
    }
}

#[test]
fn dead_ends_are_treated_as_asked() {
    let edges = edges(false, true);
    let network = Network::from_edges(N, true, &edges).unwrap().0;
    let table = |back| {
        let table = Table::of(N, &edges, true);
        if back { table.with_ways_back() } else { table }
    };
    for (dead_end, back) in [(DeadEnd::Stop, false), (DeadEnd::Back, true)] {
        let walks = all_walks(&network, plan(WalkRule::Uniform, dead_end));
        assert_lawful(deviation(&walks, 20, &last_two, &table(back).law(1.0, 1.0)), &format!("{dead_end:?}"));
        let short = walks.iter().filter(|walk| walk.len() == 1).map(|walk| walk[0]).collect::<Vec<_>>();
        let expected: &[u32] = if back { &[14, 15] } else { &[10, 11, 12, 13, 14, 15] };
        assert_eq!(short, expected.repeat(1500), "{dead_end:?}");
    }
    let read_as_undirected = Network::from_edges(N, false, &network.edges()).unwrap().0;
    for rule in [WalkRule::Uniform, WalkRule::Weighted, WalkRule::Node2vec { p: 0.5, q: 2.0 }] {
        let either = all_walks(&network, plan(rule.clone(), DeadEnd::Undirected));
        assert_eq!(either, all_walks(&read_as_undirected, plan(rule, DeadEnd::Stop)));
    }
}

/// Authors 0 to 4, papers 5 to 12, venues 13 to 15; papers point to authors and venues. Paper 11 has no author, paper
/// 12 no venue, author 4 no paper.
fn library(directed: bool) -> Network {
    let mut pairs: Vec<(u32, u32)> = (5..12).map(|paper| (paper, 13 + paper % 3)).collect();
    pairs.extend((5..11).flat_map(|paper| [(paper, paper % 4), (paper, (paper + 1) % 3)]));
    pairs.push((12, 0));
    pairs.sort_unstable();
    pairs.dedup();
    let mut network = Network::from_pairs(16, directed, &pairs);
    network.types = Some(NodeTypes {
        names: ["author", "paper", "venue", "reader"].map(str::to_owned).to_vec(),
        of: (0..16).map(|node| u8::from(node > 4) + u8::from(node > 12)).collect(),
    });
    network
}

#[test]
fn metapaths_visit_types_in_their_order_with_equal_chances() {
    let cycle = [0_u8, 1, 2, 1];
    for (directed, dead_end) in [(false, DeadEnd::Stop), (true, DeadEnd::Undirected), (false, DeadEnd::Back)] {
        let network = library(directed);
        let (types, read) = (network.types.clone().unwrap(), library(false));
        let reached = |node: u32, position: usize| {
            let fits = |&&other: &&u32| types.of[other as usize] == cycle[position % 4];
            read.outgoing().row(node as usize).iter().filter(fits).map(|&other| (other, 1.0)).collect::<Vec<_>>()
        };
        // Replays the walk: where it stands in the cycle, and what may come next.
        let replay = |so_far: &[u32]| {
            let mut position = 0;
            for &node in &so_far[..so_far.len() - 1] {
                position = if reached(node, position + 1).is_empty() { position + 3 } else { position + 1 } % 4;
            }
            let here = so_far[so_far.len() - 1];
            let ahead = reached(here, position + 1);
            let stays = ahead.is_empty() && dead_end == DeadEnd::Back;
            (position as u32, if stays { reached(here, position + 3) } else { ahead })
        };
        let walks = all_walks(&network, plan(WalkRule::Metapath(vec![0, 1, 2, 1, 0]), dead_end));
        assert_eq!(walks.n_walks(), 5 * 1500);
        let context = |so_far: &[u32]| (replay(so_far).0, so_far[so_far.len() - 1]);
        assert_lawful(deviation(&walks, 20, &context, &|so_far| replay(so_far).1), &format!("{dead_end:?}"));
        let ends_early = walks.iter().any(|walk| (2..20).contains(&walk.len()));
        assert_eq!(ends_early, dead_end != DeadEnd::Back);
        assert!(walks.iter().filter(|walk| walk[0] == 4).all(|walk| walk.len() == 1));
    }
}

#[test]
fn what_cannot_be_walked_is_refused() {
    let network = library(true);
    let refusal =
        |network: &Network, rule, dead_end| Walker::new(network, plan(rule, dead_end)).unwrap_err().to_string();
    let path = |path: &[u8], dead_end| refusal(&network, WalkRule::Metapath(path.to_vec()), dead_end);
    assert_eq!(
        path(&[0, 1, 0], DeadEnd::Stop),
        "no edge leads from a node of type `author` to one of type `paper`",
        "papers point to authors"
    );
    assert_eq!(path(&[0, 1, 0], DeadEnd::Back), path(&[0, 1, 0], DeadEnd::Stop));
    assert!(Walker::new(&network, plan(WalkRule::Metapath(vec![0, 1, 0]), DeadEnd::Undirected)).is_ok());
    assert_eq!(
        path(&[0, 3, 0], DeadEnd::Undirected),
        "no edge leads from a node of type `author` to one of type `reader`",
        "a type without nodes"
    );
    assert_eq!(path(&[0, 1, 2], DeadEnd::Undirected), "the metapath begins with type `author` and ends with `venue`");
    assert_eq!(path(&[0], DeadEnd::Undirected), "a metapath names two types at least, this one 1");
    assert_eq!(path(&[], DeadEnd::Undirected), "a metapath names two types at least, this one 0");
    assert_eq!(path(&[0, 9, 0], DeadEnd::Stop), "node type 9 is out of range: there are 4, so the largest id is 3");
    let untyped = Network::from_pairs(3, false, &[(0, 1)]);
    assert_eq!(
        refusal(&untyped, WalkRule::Metapath(vec![0, 0]), DeadEnd::Stop),
        "a metapath needs types of nodes, but this network has none"
    );
    let bare = Network::from_pairs(3, false, &[]);
    assert_eq!(
        refusal(&bare, WalkRule::Uniform, DeadEnd::Stop),
        "the network has no edges, so no walk leaves its start"
    );
    for (p, q, name) in [(0.0, 1.0, "p"), (1.0, -2.0, "q"), (f64::NAN, 1.0, "p"), (1.0, f64::INFINITY, "q")] {
        let message = refusal(&untyped, WalkRule::Node2vec { p, q }, DeadEnd::Stop);
        assert!(
            message.starts_with(&format!("`{name}` is ")) && message.ends_with("from 0.000001 to 1000000"),
            "{message}"
        );
    }
    let none = WalkPlan { walks_per_node: 0, ..WalkPlan::default() };
    assert_eq!(
        Walker::new(&untyped, none).unwrap_err().to_string(),
        "`walks_per_node` is 0, expected a number from 1 to 4294967295"
    );
    assert!(Walker::new(&untyped, WalkPlan { length: 0, ..WalkPlan::default() }).is_err());
}

#[test]
fn starts_go_round_and_steps_follow_edges() {
    let network = Network::from_edges(N, false, &edges(false, false)).unwrap().0;
    let walker = Walker::new(&network, WalkPlan { walks_per_node: 3, length: 9, ..WalkPlan::default() }).unwrap();
    assert_eq!(walker.n_walks(), 3 * N as u64);
    let mut walks = Walks::default();
    walker.walks(Stream::new(1, Purpose::Walks, 0), 0..walker.n_walks(), &mut walks);
    for (k, walk) in walks.iter().enumerate() {
        assert_eq!((walk[0], walk[0]), (k as u32 % N as u32, walker.start_of(k as u64)));
        assert_eq!(walk.len(), if walk[0] < 14 { 9 } else { 1 });
        assert!(walk.windows(2).all(|step| network.has_edge(step[0], step[1])));
    }
    let typed = library(false);
    let path = WalkRule::Metapath(vec![2, 1, 2]);
    let walker =
        Walker::new(&typed, WalkPlan { walks_per_node: 2, length: 1, rule: path, ..WalkPlan::default() }).unwrap();
    let starts: Vec<u32> = (0..walker.n_walks()).map(|walk| walker.start_of(walk)).collect();
    assert_eq!(starts, [13, 14, 15, 13, 14, 15]);
    walks.clear();
    walker.walks(Stream::new(1, Purpose::Walks, 0), 0..6, &mut walks);
    assert_eq!((walks.nodes(), walks.offsets()), (&starts[..], &[0, 1, 2, 3, 4, 5, 6][..]));
}

#[test]
fn walks_differ_between_seeds_epochs_and_rounds() {
    let network = Network::from_edges(N, false, &edges(false, false)).unwrap().0;
    for rule in [WalkRule::Uniform, WalkRule::Node2vec { p: 0.5, q: 2.0 }] {
        let walker = Walker::new(&network, WalkPlan { rule, ..WalkPlan::default() }).unwrap();
        let walk_of = |seed, epoch, walk| {
            let mut walks = Walks::default();
            walker.walks(Stream::new(seed, Purpose::Walks, epoch), walk..walk + 1, &mut walks);
            walks.walk(0).to_vec()
        };
        let round = N as u64;
        let four = [walk_of(1, 0, 2), walk_of(2, 0, 2), walk_of(1, 1, 2), walk_of(1, 0, 2 + round)];
        for (k, one) in four.iter().enumerate() {
            assert!(four[..k].iter().all(|other| other != one && other[0] == one[0]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_ranges_give_the_same_walks(
        cuts in prop::collection::vec(0_u64..320, 0..8),
        (kind, weighted, directed) in (0..4, any::<bool>(), any::<bool>()),
        dead_end in prop::sample::select(&[DeadEnd::Stop, DeadEnd::Back, DeadEnd::Undirected][..]),
    ) {
        let edges = edges(weighted, true);
        let network = Network::from_edges(N, directed, &edges).unwrap().0;
        let rule = match kind {
            0 => WalkRule::Uniform,
            1 => WalkRule::Weighted,
            2 => WalkRule::Node2vec { p: 0.25, q: 4.0 },
            _ => WalkRule::Node2vec { p: 2.0, q: 0.5 },
        };
        let plan = WalkPlan { walks_per_node: 20, length: 12, rule, dead_end };
        let walker = Walker::new(&network, plan).unwrap();
        let stream = Stream::new(4, Purpose::Walks, 1);
        let mut borders: Vec<u64> = cuts.into_iter().chain([0, walker.n_walks()]).collect();
        borders.sort_unstable();
        let (mut whole, mut pieces) = (Walks::default(), Walks::default());
        walker.walks(stream, 0..walker.n_walks(), &mut whole);
        borders.windows(2).for_each(|pair| walker.walks(stream, pair[0]..pair[1], &mut pieces));
        prop_assert_eq!(whole, pieces);
    }
}
