//! Which edges go.

use culet_graph::{Components, EdgeList, Keep, LinkSplit, Network, Purpose, Stream, withhold_edges};

use super::plan::{Checked, SplitPlan, bad};
use crate::{DataError, NetworkData};

/// A step of [`Purpose::NetworkSplit`] that no training uses, so that a validation part drawn later with the same seed
/// has nothing to do with this one.
const STEP: u64 = 1 << 32;

/// The edges of each part. Of an undirected network withheld ones have a random end first, or the node that loses all
/// its edges.
pub(super) struct Withheld {
    pub(super) train: EdgeList,
    pub(super) test: EdgeList,
    pub(super) valid: EdgeList,
    pub(super) unit: &'static str,
    pub(super) n_units: usize,
    pub(super) n_test: (usize, usize),
    pub(super) n_valid: (usize, usize),
}

/// Chooses at random which edges go to which part.
///
/// # Errors
/// If none can go.
pub(super) fn withhold(data: &NetworkData, plan: &SplitPlan, checked: &Checked) -> Result<Withheld, DataError> {
    let network = &data.network;
    let stream = Stream::new(plan.seed, Purpose::NetworkSplit, STEP);
    let edges = network.edges();
    let units = match (checked.whole_nodes, checked.relation) {
        (None, None) => None,
        (Some(own), relation) => Some(edges_of_nodes(network, &edges, own, relation)),
        (None, Some(relation)) => {
            let own = (0..edges.len() as u32).filter(|&e| edges.relations[e as usize] == relation);
            Some(own.map(|e| Unit { node: None, edges: vec![e] }).collect::<Vec<_>>())
        }
    };
    let n_units = units.as_ref().map_or(edges.len(), Vec::len);
    let wanted = |share: f64| (share * n_units as f64).round() as usize;
    let (n_test, n_valid) = (wanted(plan.test_share), wanted(plan.valid_share).min(n_units - wanted(plan.test_share)));
    let (train, mut groups) = match units {
        None => {
            let share = ((n_test + n_valid) as f64 / n_units.max(1) as f64).min(1.0);
            let LinkSplit { train, withheld } = withhold_edges(network, share, stream, checked.keep);
            let each = (0..withheld.len()).map(|e| select(&withheld, &[e as u32]));
            (train, each.collect())
        }
        Some(units) => withhold_units(network, &edges, units, n_test + n_valid, checked.keep, stream),
    };
    if groups.is_empty() && n_test + n_valid > 0 {
        let (found, expected) = match checked.keep {
            Keep::Connected => {
                ("connected", "`degrees` or `nothing`: without any of the edges a component falls apart")
            }
            Keep::Degrees => ("degrees", "`nothing`: whatever goes, a node loses its last edge"),
            Keep::Nothing => ("nothing", "edges between different nodes, and there are none to withhold"),
        };
        return Err(bad("keep", found, expected));
    }
    // Both parts in the proportion asked for.
    let found = groups.len();
    let got_test = if found == n_test + n_valid { n_test } else { share_of(found, n_test, n_test + n_valid) };
    let valid = groups.split_off(got_test);
    let n_valid = (n_valid, valid.len());
    let unit = if checked.whole_nodes.is_some() { "nodes" } else { "edges" };
    let (test, valid) = (concatenated(groups), concatenated(valid));
    Ok(Withheld { train, test, valid, unit, n_units, n_test: (n_test, got_test), n_valid })
}

fn share_of(total: usize, part: usize, whole: usize) -> usize {
    (total as f64 * part as f64 / whole.max(1) as f64).round() as usize
}

/// Edges that go together or not at all.
struct Unit {
    /// The node that loses them.
    node: Option<u32>,
    edges: Vec<u32>,
}

/// For each node of the type that has any, its edges of the relation to other nodes.
fn edges_of_nodes(network: &Network, edges: &EdgeList, own_type: u8, relation: Option<u16>) -> Vec<Unit> {
    let types = network.types.as_ref().expect("a type was found");
    let mut of_nodes = vec![Vec::new(); network.n_nodes()];
    for e in 0..edges.len() {
        let (u, v) = (edges.sources[e], edges.targets[e]);
        let counts = u != v && relation.is_none_or(|relation| edges.relations[e] == relation);
        for node in [u, v].into_iter().filter(|&node| counts && types.of[node as usize] == own_type) {
            of_nodes[node as usize].push(e as u32);
        }
    }
    let units = of_nodes.into_iter().enumerate().filter(|(_, edges)| !edges.is_empty());
    units.map(|(node, edges)| Unit { node: Some(node as u32), edges }).collect()
}

/// Goes through the units in random order and takes the first `n_wanted` that may go.
fn withhold_units(
    network: &Network,
    edges: &EdgeList,
    units: Vec<Unit>,
    n_wanted: usize,
    keep: Keep,
    stream: Stream,
) -> (EdgeList, Vec<EdgeList>) {
    let mut spared = Spared::new(network, edges, &units, keep);
    let mut stays = vec![true; edges.len()];
    let mut groups = Vec::new();
    for k in stream.permutation(units.len()) {
        // An edge between two nodes of the type goes with the first of them.
        let unit = &units[k as usize];
        let left: Vec<u32> = unit.edges.iter().copied().filter(|&e| stays[e as usize]).collect();
        if groups.len() < n_wanted && !left.is_empty() && spared.let_go(edges, &left) {
            left.iter().for_each(|&e| stays[e as usize] = false);
            let mut group = select(edges, &left);
            turn(&mut group, &left, unit.node, network.is_directed(), stream, edges.len());
            groups.push(group);
        }
    }
    let train: Vec<u32> = (0..edges.len() as u32).filter(|&e| stays[e as usize]).collect();
    (select(edges, &train), groups)
}

/// Puts the node of the unit first, or a random end: were it the smaller id, a score could profit.
fn turn(group: &mut EdgeList, own: &[u32], node: Option<u32>, directed: bool, stream: Stream, n_edges: usize) {
    for (k, &e) in own.iter().enumerate().filter(|_| !directed) {
        let turned = match node {
            Some(node) => group.targets[k] == node,
            None => stream.word(n_edges as u64 + u64::from(e)) >> 63 == 1,
        };
        if turned {
            std::mem::swap(&mut group.sources[k], &mut group.targets[k]);
        }
    }
}

/// What decides whether edges may go.
enum Spared {
    /// The components, by what stays for certain.
    Forest(Components),
    /// How many edges to other nodes each node still has.
    LastEdges(Vec<u32>),
    SelfLoops,
}

impl Spared {
    fn new(network: &Network, edges: &EdgeList, units: &[Unit], keep: Keep) -> Self {
        match keep {
            Keep::Connected => {
                let mut certain = vec![true; edges.len()];
                units.iter().flat_map(|unit| &unit.edges).for_each(|&e| certain[e as usize] = false);
                let mut components = Components::new(network.n_nodes());
                for e in (0..edges.len()).filter(|&e| certain[e]) {
                    components.join(edges.sources[e], edges.targets[e]);
                }
                Self::Forest(components)
            }
            Keep::Degrees => {
                let mut n_left = vec![0; network.n_nodes()];
                for (&u, &v) in edges.sources.iter().zip(&edges.targets).filter(|(u, v)| u != v) {
                    n_left[u as usize] += 1;
                    n_left[v as usize] += 1;
                }
                Self::LastEdges(n_left)
            }
            Keep::Nothing => Self::SelfLoops,
        }
    }

    /// Whether these edges may go, all of them; if so they count as gone. With [`Keep::Connected`] it is one edge,
    /// which stays for good if it may not go.
    fn let_go(&mut self, edges: &EdgeList, own: &[u32]) -> bool {
        let ends = || own.iter().map(|&e| (edges.sources[e as usize], edges.targets[e as usize]));
        if ends().any(|(u, v)| u == v) {
            return false;
        }
        match self {
            Self::Forest(components) => ends().all(|(u, v)| !components.join(u, v)),
            Self::LastEdges(n_left) => {
                ends().flat_map(|(u, v)| [u, v]).for_each(|node| n_left[node as usize] -= 1);
                let may_go = ends().all(|(u, v)| n_left[u as usize] > 0 && n_left[v as usize] > 0);
                if !may_go {
                    ends().flat_map(|(u, v)| [u, v]).for_each(|node| n_left[node as usize] += 1);
                }
                may_go
            }
            Self::SelfLoops => true,
        }
    }
}

/// The listed edges with all that is known of them.
fn select(edges: &EdgeList, list: &[u32]) -> EdgeList {
    let pick = |e: &u32| *e as usize;
    EdgeList {
        sources: list.iter().map(|e| edges.sources[pick(e)]).collect(),
        targets: list.iter().map(|e| edges.targets[pick(e)]).collect(),
        weights: list.iter().filter_map(|e| edges.weights.get(pick(e)).copied()).collect(),
        relations: list.iter().filter_map(|e| edges.relations.get(pick(e)).copied()).collect(),
    }
}

fn concatenated(groups: Vec<EdgeList>) -> EdgeList {
    let mut all = EdgeList::default();
    for group in groups {
        all.sources.extend(group.sources);
        all.targets.extend(group.targets);
        all.weights.extend(group.weights);
        all.relations.extend(group.relations);
    }
    all
}
