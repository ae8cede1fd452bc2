//! Groups that were planted in a generated network are found in the aspects of its nodes.

use culet_data::{NetworkConfig, NodeLabels, PlantedNetwork, RunWriter, synthesise_network};
use culet_eval::{omega_index, overlapping_nmi, spherical_k_means};
use culet_graph::{Csr, Names, Network};
use culet_kernels::Matrix;
use culet_model::{NetworkEmbedding, complete_settings, find_model};
use culet_train::{
    LinkSets, NO_GROUP, NetworkRunFacts, NetworkTables, NetworkTrainOptions, Silent, StoredNetworkRun,
    network_run_contents, train_network,
};
use rayon::ThreadPool;

const TRAINING: &str = "evaluate_every = 0\nvalidation_share = 0.0\nscore = 'product'";
const WALKS: &str = "window = 3\nwalks_per_node = 10\nwalk_length = 40";

fn pool(n_threads: usize) -> ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap()
}

/// Trains a model, stores the run and opens it.
fn stored(model: &str, settings: &str, network: &Network, labels: Option<&NodeLabels>, seed: u64) -> StoredNetworkRun {
    let spec = find_model(model).unwrap();
    let settings = complete_settings(spec.settings, &format!("{WALKS}\n{settings}").parse().unwrap()).unwrap();
    let options = NetworkTrainOptions::from_settings(&TRAINING.parse().unwrap()).unwrap();
    let sets = LinkSets::default();
    let outcome = train_network(spec, &settings, network, &sets, &options, seed, &pool(2), &mut Silent).unwrap();
    let nodes = Names::numbered(network.n_nodes());
    let facts = NetworkRunFacts {
        spec,
        settings: &settings,
        options: &options,
        seed,
        threads: 2,
        load_seconds: 0.0,
        data_name: "planted",
        network,
        nodes: &nodes,
        labels,
    };
    let (folder, tables) = (tempfile::tempdir().unwrap(), NetworkTables::of(&outcome));
    let path = folder.path().join("run");
    RunWriter::create(&path).unwrap().finish(&network_run_contents(&facts, &outcome, &tables)).unwrap();
    StoredNetworkRun::open(&path).unwrap()
}

/// Six groups of 600 nodes, two fifths of which are in two or three groups.
fn planted(directed: bool, seed: u64) -> PlantedNetwork {
    let config =
        NetworkConfig { n_nodes: 600, n_groups: 6, overlap: 0.4, mean_degree: 20.0, ..NetworkConfig::default() };
    synthesise_network(&NetworkConfig { directed, ..config }, seed).unwrap()
}

/// What a grouping is worth that knows one true group of each node, and nothing of the others.
fn one_true_group_each(groups: &Csr) -> f64 {
    let first: Vec<(u32, u32)> = (0..groups.n_rows()).map(|node| (node as u32, groups.row(node)[0])).collect();
    overlapping_nmi(&Csr::from_pairs(groups.n_rows(), &first).unwrap(), groups)
}

#[test]
fn aspects_match_overlapping_groups_better_than_deepwalk_of_the_same_size() {
    for (seed, directed) in [(1, false), (2, false), (3, true)] {
        let planted = planted(directed, seed);
        let labels = planted.labels();
        // A centre and three aspects of 16 numbers, against a centre and a context of 32.
        let train = |model: &str, settings: &str| stored(model, settings, &planted.network, Some(&labels), seed);
        let (asp2vec, deepwalk) = (train("asp2vec", "dim = 16\naspects = 3"), train("deepwalk", "dim = 32"));
        let size = |run: &StoredNetworkRun| run.embedding.centres.dim() + run.embedding.contexts.dim();
        assert_eq!(size(&asp2vec), size(&deepwalk));
        let [of_aspects, of_deepwalk] =
            [&asp2vec, &deepwalk].map(|run| run.evaluate_groups(6, seed, &pool(2)).unwrap());
        let (aspects, vectors) = (of_aspects.row("aspects").unwrap(), of_deepwalk.row("vectors").unwrap());
        assert_eq!((of_aspects.n_nodes, of_aspects.n_labels, aspects.n_groups, vectors.n_groups), (600, 6, 6, 6));
        assert!(aspects.nmi > vectors.nmi + 0.05, "seed {seed}: {aspects:?} against {vectors:?}");
        assert!(aspects.omega > vectors.omega + 0.05, "seed {seed}: {aspects:?} against {vectors:?}");
        // Not only worse than DeepWalk's groups: no grouping that has one group a node can know more.
        assert!(aspects.nmi > one_true_group_each(&planted.groups) + 0.02, "seed {seed}: {aspects:?}");
        assert!(aspects.memberships > 1.05 && vectors.memberships == 1.0, "seed {seed}: {aspects:?}");
    }
}

#[test]
fn groups_do_not_depend_on_threads_and_hold_together() {
    let planted = planted(false, 4);
    let run = stored("asp2vec", "dim = 8\naspects = 4", &planted.network, Some(&planted.labels()), 4);
    let found = run.groups(6, 5, 4, &pool(1));
    assert_eq!(found, run.groups(6, 5, 4, &pool(3)));
    assert!(found.groups.is_sorted_by(|a, b| a.size >= b.size));
    let mut sizes = vec![0; found.groups.len()];
    for (node, of_aspects) in found.of_aspect.chunks_exact(4).enumerate() {
        let mut of_aspects: Vec<u32> = of_aspects.iter().copied().filter(|&group| group != NO_GROUP).collect();
        of_aspects.sort_unstable();
        of_aspects.dedup();
        assert_eq!(found.members.row(node), of_aspects, "node {node} is in the groups of its aspects");
        of_aspects.iter().for_each(|&group| sizes[group as usize] += 1);
    }
    assert_eq!(found.groups.iter().map(|group| group.size).collect::<Vec<_>>(), sizes);
    let overlap = found.sizes_of_overlap();
    assert_eq!(overlap.iter().sum::<usize>(), 600);
    assert_eq!(overlap.iter().enumerate().map(|(n, nodes)| n * nodes).sum::<usize>(), found.members.n_stored());
    for (number, group) in found.groups.iter().enumerate() {
        assert!(group.typical.len() == 5 && group.typical.is_sorted_by(|a, b| a.1 >= b.1), "{:?}", group.typical);
        let is_member = |node: u32| found.members.row(node as usize).contains(&(number as u32));
        assert!(group.typical.iter().all(|&(node, cosine)| is_member(node) && cosine > 0.9), "{:?}", group.typical);
        // About a quarter of the nodes have each label; in a group found well it is most of them.
        assert!(group.common[0].share > 0.7 && group.common[0].overall < 0.35, "{:?}", group.common);
    }
}

/// Seven nodes with two aspects each: a, b, c, d around the hub 0, one that no walk met, one without edges.
fn by_hand() -> (Network, NodeLabels, NetworkEmbedding) {
    let network = Network::from_pairs(7, false, &[(0, 1), (0, 2), (1, 2), (0, 3), (0, 4), (3, 4), (0, 5)]);
    let of = Csr::from_pairs(7, &[(0, 0), (0, 1), (1, 0), (2, 0), (3, 1), (4, 1)]).unwrap();
    let labels = NodeLabels { names: vec!["east".into(), "north".into()], of };
    let centres = [2.0, 2.0, 3.0, 0.0, 3.0, 0.0, 0.0, 3.0, 0.0, 3.0, 1.0, 1.0, 1.0, 0.0];
    // The hub is seen from both sides; what points west or south is what nobody sees. Node 1 is seen under its second
    // aspect too, by 0.08 of each of its two neighbours, which is below 1/8.
    let contexts = [
        [3.0, 0.0, 0.0, 3.0],
        [3.0, 0.0, 2.2, -0.4],
        [-3.0, 0.0, 3.0, 1.0],
        [0.0, 3.0, 0.0, -3.0],
        [0.0, -3.0, 0.0, 3.0],
        [3.0, 0.0, 0.0, 3.0],
        [3.0, 0.0, 0.0, 3.0],
    ];
    let shares = [0.5, 0.5, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.5, 0.5];
    let table = |dim: usize, values: &[f32]| Matrix::from_values(7, dim, values);
    let embedding = NetworkEmbedding::new(table(2, &centres), table(4, &contexts.concat()), 2, 7, table(2, &shares));
    (network, labels, embedding)
}

#[test]
fn seven_nodes_are_grouped_as_worked_out_by_hand() {
    let (network, labels, embedding) = by_hand();
    let mut run = stored("asp2vec", "dim = 2\naspects = 2", &network, Some(&labels), 0);
    run.embedding = embedding;
    let found = run.groups(2, 9, 0, &pool(1));
    let (east, north) = (found.members.row(1)[0], found.members.row(3)[0]);
    assert_ne!(east, north);
    let none = NO_GROUP;
    assert_eq!(
        found.of_aspect,
        [east, north, east, none, none, east, north, none, none, north, none, none, none, none]
    );
    assert_eq!(found.sizes_of_overlap(), [2, 4, 1]);
    assert_eq!(found.members.row(0), [0, 1]);
    // Twice due east and once a third to the north.
    let sum = (2.0 + 3.0 / 10_f64.sqrt(), 1.0 / 10_f64.sqrt());
    let (length, tilted) = (sum.0.hypot(sum.1), (3.0 * sum.0 + sum.1) / 10_f64.sqrt());
    let expected = [(0, sum.0 / length), (1, sum.0 / length), (2, tilted / length)];
    for ((node, cosine), expected) in found.groups[east as usize].typical.iter().zip(expected) {
        assert!(*node == expected.0 && (cosine - expected.1).abs() < 1e-6, "{node} {cosine}, not {expected:?}");
    }
    // East: all three; of the five with a label three. North is a third here and three fifths overall: not in common.
    let common = &found.groups[east as usize].common;
    assert_eq!((common.len(), common[0].name.as_str(), common[0].share, common[0].overall), (1, "east", 1.0, 0.6));
    let report = run.evaluate_groups(2, 0, &pool(1)).unwrap();
    let aspects = report.row("aspects").unwrap();
    assert_eq!((report.n_nodes, report.n_labels, report.labels_a_node), (5, 2, 1.2));
    assert!((aspects.nmi - 1.0).abs() < 1e-12 && aspects.omega == 1.0 && aspects.memberships == 1.2, "{aspects:?}");
}

#[test]
fn only_nodes_with_a_label_are_compared() {
    let planted = planted(false, 5);
    let mut labels = planted.labels();
    // Every third node, and the last label of nobody.
    let kept: Vec<(u32, u32)> = (0..600_u32)
        .filter(|node| node % 3 == 0)
        .flat_map(|node| {
            labels.of.row(node as usize).iter().filter(|&&label| label < 5).map(move |&label| (node, label))
        })
        .collect();
    labels.of = Csr::from_pairs(600, &kept).unwrap();
    let run = stored("deepwalk", "dim = 16", &planted.network, Some(&labels), 5);
    let report = run.evaluate_groups(6, 1, &pool(2)).unwrap();
    let labelled: Vec<usize> = (0..600).filter(|&node| !labels.of.row(node).is_empty()).collect();
    assert!((1..200).contains(&labelled.len()) && report.n_nodes == labelled.len() && report.n_labels == 5);
    let clusters = spherical_k_means(&run.embedding.concatenated(), 6, 1, &pool(1));
    let pairs = |of: &dyn Fn(usize) -> Vec<u32>| {
        let rows = labelled.iter().enumerate();
        let pairs: Vec<(u32, u32)> =
            rows.flat_map(|(k, &node)| of(node).into_iter().map(move |group| (k as u32, group))).collect();
        Csr::from_pairs(labelled.len(), &pairs).unwrap()
    };
    let (found, truth) = (pairs(&|node| vec![clusters.of[node]]), pairs(&|node| labels.of.row(node).to_vec()));
    let row = &report.rows[0];
    assert_eq!((report.rows.len(), row.name.as_str(), row.memberships), (1, "vectors", 1.0));
    assert_eq!((row.nmi, row.omega), (overlapping_nmi(&found, &truth), omega_index(&found, &truth, &pool(1))));
    assert!(row.nmi > 0.3, "{row:?}");
    for labels in [None, Some(NodeLabels { names: vec![], of: Csr::from_pairs(600, &[]).unwrap() })] {
        let run = stored("deepwalk", "dim = 4", &planted.network, labels.as_ref(), 5);
        assert!(run.evaluate_groups(6, 1, &pool(2)).is_none());
    }
}

#[test]
fn nodes_without_edges_are_in_no_group_and_with_one_aspect_the_others_in_one() {
    // Two cliques of five, and two nodes apart.
    let pairs: Vec<(u32, u32)> = (0..10_u32).flat_map(|u| (u + 1..10).map(move |v| (u, v))).collect();
    let pairs: Vec<(u32, u32)> = pairs.into_iter().filter(|&(u, v)| u / 5 == v / 5).collect();
    for model in ["deepwalk", "asp2vec"] {
        for directed in [false, true] {
            let run = stored(model, "dim = 8", &Network::from_pairs(12, directed, &pairs), None, 2);
            let found = run.groups(2, 3, 0, &pool(1));
            assert_eq!(found.members.row(10).len() + found.members.row(11).len(), 0, "{model} {directed}");
            // Directed edges lead to higher numbers, so that of each clique the first node has only edges that leave it,
            // and the last only such that arrive.
            assert!((0..10).all(|node| !found.members.row(node).is_empty()), "{model} {directed}");
            if model == "deepwalk" {
                assert_eq!(found.sizes_of_overlap(), [2, 10]);
                assert!((0..10).all(|u| found.members.row(u) == found.members.row(u / 5 * 5)), "{:?}", found.members);
                assert_ne!(found.members.row(0), found.members.row(5));
                assert!(found.groups.iter().all(|group| group.size == 5 && group.common.is_empty()));
            }
        }
    }
}
