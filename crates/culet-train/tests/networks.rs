//! What every model of networks in the registry promises, asked of each in turn.

use std::ops::ControlFlow;

use culet_data::RunWriter;
use culet_graph::{Names, Network, NodeTypes, Purpose, Stream};
use culet_kernels::Matrix;
use culet_model::{Family, MODELS, ModelSpec, complete_settings};
use culet_train::{
    Event, LinkSets, NetworkOutcome, NetworkRunFacts, NetworkTables, NetworkTrainOptions, Observer, Part, Silent,
    StoredNetworkRun, TrainError, network_run_contents, train_network,
};

/// Four groups of fifteen nodes: most pairs within a group are joined, and each group touches the next by two edges.
/// One pair in twelve within a group is withheld as test edge. Odd and even nodes are of two types.
fn groups(directed: bool) -> (Network, LinkSets) {
    let stream = Stream::new(1, Purpose::Test, 0);
    let (mut train, mut sets) = (Vec::new(), LinkSets::default());
    for u in 0..60_u32 {
        for v in 0..60_u32 {
            if u == v || !directed && u > v {
                continue;
            }
            let draw = stream.uniform(u64::from(60 * u + v));
            let (same, bridge) = (u / 15 == v / 15, v == u + 15 && u % 15 < 2);
            match (same, draw) {
                (true, ..0.6) => train.push((u, v)),
                (true, 0.6..0.68) => sets.test.push((u, v)),
                (false, ..0.03) if !bridge => sets.test_negatives.push((u, v)),
                _ if bridge => train.push((u, v)),
                _ => {}
            }
        }
    }
    let mut network = Network::from_pairs(60, directed, &train);
    network.types = Some(NodeTypes { names: vec!["a".into(), "b".into()], of: (0..60).map(|k| k % 2).collect() });
    (network, sets)
}

fn network_models() -> impl Iterator<Item = &'static ModelSpec> {
    MODELS.iter().filter(|spec| spec.family() == Family::Network)
}

/// Small, and with what a model cannot do without.
fn settings(spec: &ModelSpec, more: &str) -> toml::Table {
    let mut settings: toml::Table = "dim = 8\nwindow = 3\nwalk_length = 20\nwalks_per_node = 5".parse().unwrap();
    if spec.name == "metapath2vec" {
        settings.insert("metapath".into(), "a,b,a".into());
    }
    settings.extend(more.parse::<toml::Table>().unwrap());
    settings.retain(|name, _| spec.settings.iter().any(|setting| setting.name == name));
    settings
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

fn options(text: &str) -> NetworkTrainOptions {
    NetworkTrainOptions::from_settings(&text.parse().unwrap()).unwrap()
}

fn fit(
    spec: &'static ModelSpec,
    (network, sets): &(Network, LinkSets),
    more: &str,
    training: &str,
    threads: usize,
    observer: &mut dyn Observer,
) -> Result<NetworkOutcome, TrainError> {
    let settings = settings(spec, more);
    train_network(spec, &settings, network, sets, &options(training), 7, &pool(threads), observer)
}

const QUICK: &str = "epochs = 4\nbatch = 400";

fn bytes(outcome: &NetworkOutcome) -> Vec<u32> {
    let embedding = &outcome.embedding;
    let tables = [&embedding.centres, &embedding.contexts, &embedding.shares];
    tables.into_iter().flat_map(Matrix::to_values).map(f32::to_bits).collect()
}

#[test]
fn withheld_edges_of_a_group_are_told_from_pairs_across() {
    for spec in network_models() {
        for directed in [false, true] {
            let data = groups(directed);
            assert!(data.1.test.len() > 20 && data.1.test_negatives.len() > 20);
            for engine in ["walks", "pairs"] {
                let training = if engine == "walks" { QUICK } else { "epochs = 12\nbatch = 400\nlearning_rate = 0.03" };
                let more = format!("engine = '{engine}'\naspect_regularization = 'none'");
                let outcome = fit(spec, &data, &more, training, 2, &mut Silent).unwrap();
                let report = outcome.test.unwrap();
                let product = report.row(&format!("{}, product", spec.name)).unwrap();
                for (row, least) in [(&report.rows[0], 0.9), (product, 0.8)] {
                    assert!(row.auc > least, "{} directed {directed} {engine}: {row:?}", spec.name);
                }
                assert!(report.row("spectral filter").is_some() && report.row("degree product").is_some());
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_1_2_and_3_threads() {
    let data = groups(true);
    for spec in network_models() {
        for engine in ["walks", "pairs"] {
            let more = format!("engine = '{engine}'\naspect_regularization = 'none'\nwarm_up = true");
            let run = |threads| fit(spec, &data, &more, "epochs = 2\nbatch = 300", threads, &mut Silent).unwrap();
            let one = run(1);
            for threads in [2, 3] {
                let other = run(threads);
                assert!(bytes(&one) == bytes(&other), "{} {engine}: {threads} threads differ from one", spec.name);
                assert_eq!(one.score, other.score);
                assert_eq!(one.test, other.test);
            }
        }
    }
}

/// Trains, stores and opens a run.
fn stored(
    spec: &'static ModelSpec,
    data: &(Network, LinkSets),
    more: &str,
    training: &str,
) -> (tempfile::TempDir, NetworkOutcome, StoredNetworkRun) {
    let outcome = fit(spec, data, more, training, 2, &mut Silent).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let settings = complete_settings(spec.settings, &settings(spec, more)).unwrap();
    let (options, nodes) = (options(training), Names::numbered(60));
    let facts = NetworkRunFacts {
        spec,
        settings: &settings,
        options: &options,
        seed: 7,
        threads: 2,
        load_seconds: 0.0,
        data_name: "groups",
        network: &data.0,
        nodes: &nodes,
        labels: None,
    };
    let tables = NetworkTables::of(&outcome);
    RunWriter::create(&path).unwrap().finish(&network_run_contents(&facts, &outcome, &tables)).unwrap();
    let stored = StoredNetworkRun::open(&path).unwrap();
    (folder, outcome, stored)
}

#[test]
fn a_stored_run_answers_as_the_model_did() {
    for spec in network_models() {
        let data = groups(spec.name != "metapath2vec");
        for (more, score) in [("", "mixture"), ("", "product"), ("", "hadamard"), ("aspects = 1", "mixture")] {
            let (_folder, outcome, stored) = stored(spec, &data, more, &format!("{QUICK}\nscore = '{score}'"));
            let pool = pool(2);
            assert_eq!(stored.score, outcome.score);
            assert_eq!(stored.embedding, outcome.embedding);
            assert_eq!(Some(stored.evaluate(Part::Test, &pool).unwrap()), outcome.test, "{} {score}", spec.name);
            let valid = stored.evaluate(Part::Valid, &pool).unwrap();
            assert!(valid.rows.iter().all(|row| (0.0..=1.0).contains(&row.auc)));

            let links = stored.links_of(3, 5, &pool);
            assert!(links.len() == 5 && links.is_sorted_by(|a, b| a.score >= b.score));
            assert!(links.iter().all(|link| link.source == 3 && !data.0.has_edge(3, link.target)));
            let everywhere = stored.links(5, &pool);
            assert!(everywhere.iter().all(|link| !data.0.has_edge(link.source, link.target)), "{everywhere:?}");
            let similar = stored.similar(3, 5, None, &pool);
            assert!(similar.len() == 5 && similar.iter().all(|other| other.item != 3));
            let facets = stored.facets_of(3, 4);
            assert_eq!(facets.len(), outcome.embedding.n_aspects);
            assert!((facets.iter().map(|facet| facet.share).sum::<f64>() - 1.0).abs() < 1e-6);
        }
    }
}

#[test]
fn links_join_types_that_edges_join_and_similar_nodes_are_of_one_type() {
    let (mut network, mut sets) = groups(false);
    // Of the edges only those between the two types.
    let between = |&(u, v): &(u32, u32)| u % 2 != v % 2;
    let edges = network.edges();
    let edges: Vec<(u32, u32)> = edges.sources.into_iter().zip(edges.targets).filter(between).collect();
    let types = network.types.take();
    network = Network::from_pairs(60, false, &edges);
    network.types = types;
    sets.test.retain(between);
    let asp2vec = network_models().find(|spec| spec.name == "asp2vec").unwrap();
    let (_folder, _, stored) = stored(asp2vec, &(network, sets), "", QUICK);
    let pool = pool(2);
    let everywhere = stored.links(400, &pool);
    assert!(everywhere.len() > 100 && everywhere.iter().all(|link| between(&(link.source, link.target))));
    let of_node = stored.links_of(3, 60, &pool);
    assert!(of_node.len() > 10 && of_node.iter().all(|link| link.target % 2 == 0), "{of_node:?}");
    for aspect in [None, Some(1)] {
        let similar = stored.similar(3, 40, aspect, &pool);
        assert_eq!(similar.len(), 29, "all others of the type");
        assert!(similar.iter().all(|other| other.item % 2 == 1 && other.item != 3), "{similar:?}");
        assert!(similar.is_sorted_by(|a, b| a.score >= b.score));
    }
}

#[derive(Default)]
struct Witness {
    break_at: Option<(u64, u64)>,
    epochs: u64,
    stopped: Option<String>,
}

impl Observer for Witness {
    fn event(&mut self, event: &Event<'_>) -> ControlFlow<()> {
        match event {
            Event::Step { epoch, step, .. } if self.break_at == Some((*epoch, *step)) => return ControlFlow::Break(()),
            Event::Epoch(_) => self.epochs += 1,
            Event::Stopped { reason, .. } => self.stopped = Some((*reason).to_owned()),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

#[test]
fn an_interruption_leaves_the_best_model_so_far() {
    let data = groups(false);
    for spec in network_models() {
        for engine in ["walks", "pairs"] {
            let more = format!("engine = '{engine}'\naspect_regularization = 'none'");
            let mut witness = Witness { break_at: Some((4, 2)), ..Witness::default() };
            let outcome = fit(spec, &data, &more, "epochs = 9\nbatch = 400", 2, &mut witness).unwrap();
            assert!(outcome.interrupted && witness.epochs == 4, "{} {engine}", spec.name);
            assert_eq!(witness.stopped.as_deref(), Some("interrupted"));
            assert!((1..=3).contains(&outcome.best_epoch), "{}", outcome.best_epoch);
            assert!(outcome.test.is_some());
        }
    }
}

#[test]
fn a_refit_learns_from_all_edges_and_selection_on_test_withholds_none() {
    let data = groups(false);
    let spec = network_models().next().unwrap();
    let honest = fit(spec, &data, "", "epochs = 2\nrefit = false", 1, &mut Silent).unwrap();
    assert!(!honest.parts.valid.is_empty() && honest.network.n_edges() < data.0.n_edges());
    assert_eq!(honest.network.n_edges() + honest.parts.valid.len(), data.0.n_edges());
    for training in ["epochs = 2", "epochs = 2\nselect = 'test'"] {
        let outcome = fit(spec, &data, "", training, 1, &mut Silent).unwrap();
        assert_eq!(outcome.network.n_edges(), data.0.n_edges(), "{training}");
    }
}

#[test]
fn what_cannot_be_trained_on_is_refused() {
    let (network, sets) = groups(false);
    let spec = culet_model::find_model("metapath2vec").unwrap();
    let message = |network: Network, metapath: &str| {
        let data = (network, sets.clone());
        let more = format!("metapath = '{metapath}'");
        let error = fit(spec, &data, &more, QUICK, 1, &mut Silent).err().unwrap();
        error.to_string()
    };
    assert_eq!(message(Network::from_pairs(60, false, &[]), "a,b,a"), "the network has no edges to learn from");
    assert!(message(network.clone(), "a,c,a").starts_with("`metapath` is `c`, expected one of a, b"));
    assert!(message(network.clone(), "a,b").contains("a path that ends with the type it begins with"));
    assert!(message(network.clone(), "").starts_with("`metapath` is not given, expected types joined by commas"));
    let mut untyped = network;
    untyped.types = None;
    assert!(message(untyped, "a,b,a").contains("the nodes of this network have no types"));
}
