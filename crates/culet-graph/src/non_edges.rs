//! Pairs of nodes without an edge: the negatives of link prediction.

use std::collections::HashSet;

use crate::{Network, Stream};

/// Which pairs to draw.
#[derive(Debug, Clone, Copy)]
pub struct NonEdgePlan<'a> {
    /// The network whose nodes, direction and degrees count. None of its edges is drawn.
    pub network: &'a Network,
    /// Further networks over the same nodes, as that of all edges if `network` has only those to learn from: none of
    /// their edges is drawn either.
    pub also_known: &'a [&'a Network],
    /// How many pairs.
    pub n: usize,
    /// How they are drawn.
    pub kind: NonEdgeKind<'a>,
}

/// How pairs without an edge are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonEdgeKind<'a> {
    /// All pairs are equally likely. Mostly both nodes have few edges, so that degrees alone tell these from edges.
    Uniform,
    /// One after the other, the source in proportion to its outgoing edges and the target to its incoming ones: degrees
    /// do not tell these from edges.
    ByDegree,
    /// Edges of a directed network turned round, where that is no edge itself, in random order; then uniform pairs if
    /// these are too few. No score that is symmetric tells these from edges.
    Reversed,
    /// For each of these edges in turn, and again from the first one if need be, its source with another target of the
    /// type of its target, uniform among those that are possible; an edge for which none is left is passed over. None
    /// of these edges is drawn, whether `network` has it or not.
    SameTypes(&'a [(u32, u32)]),
}

/// Draws distinct pairs of different nodes that no network of the plan joins.
///
/// In an undirected network a pair and its reverse are the same one; which node stands first is random, except that
/// with [`NonEdgeKind::SameTypes`] the source of the edge does. If there are fewer such pairs than asked for, all of
/// them come, and the length tells; with [`NonEdgeKind::ByDegree`] some of them may be missing then if that would take
/// time out of proportion. Edges count once in each relation.
///
/// # Numerics
/// Expected time O(edges + pairs), that of [`NonEdgeKind::ByDegree`] and [`NonEdgeKind::SameTypes`] up to a hundred
/// times as much where nearly all likely pairs are edges.
/// # Panics
/// If the networks differ in their number of nodes or in whether they are directed, or an edge of
/// [`NonEdgeKind::SameTypes`] names no node.
#[must_use]
pub fn non_edges(plan: &NonEdgePlan<'_>, stream: Stream) -> Vec<(u32, u32)> {
    let network = plan.network;
    for other in plan.also_known {
        assert_eq!(other.n_nodes(), network.n_nodes(), "all networks have the same nodes");
        assert_eq!(other.is_directed(), network.is_directed(), "all networks are directed, or none is");
    }
    let mut search = Search { plan, stream, next_word: 0, taken: HashSet::new(), pairs: Vec::new() };
    match plan.kind {
        NonEdgeKind::Uniform => search.draw_uniform(),
        NonEdgeKind::ByDegree => search.draw_by_degree(),
        NonEdgeKind::Reversed => {
            search.draw_reversed();
            search.draw_uniform();
        }
        NonEdgeKind::SameTypes(edges) => search.draw_same_types(edges),
    }
    search.pairs
}

/// The pairs found so far.
struct Search<'s, 'a> {
    plan: &'s NonEdgePlan<'a>,
    stream: Stream,
    next_word: u64,
    /// Pairs not to be drawn again.
    taken: HashSet<(u32, u32)>,
    pairs: Vec<(u32, u32)>,
}

impl Search<'_, '_> {
    fn n_missing(&self) -> usize {
        self.plan.n - self.pairs.len()
    }

    fn below(&mut self, n: usize) -> usize {
        self.next_word += 1;
        self.stream.below(self.next_word, n as u64) as usize
    }

    /// The pair, either way round if that means the same.
    fn key(&self, (u, v): (u32, u32)) -> (u32, u32) {
        if self.plan.network.is_directed() || u < v { (u, v) } else { (v, u) }
    }

    fn is_free(&self, (u, v): (u32, u32)) -> bool {
        let mut known = self.plan.also_known.iter().copied().chain([self.plan.network]);
        u != v && !known.any(|network| network.has_edge(u, v)) && !self.taken.contains(&self.key((u, v)))
    }

    /// Takes a pair if it is free.
    fn offer(&mut self, pair: (u32, u32)) -> bool {
        let is_free = self.is_free(pair);
        if is_free {
            self.taken.insert(self.key(pair));
            self.pairs.push(pair);
        }
        is_free
    }

    /// At most so many pairs are edges.
    fn n_known(&self) -> usize {
        self.plan.network.n_edges() + self.plan.also_known.iter().map(|network| network.n_edges()).sum::<usize>()
    }

    fn draw_uniform(&mut self) {
        let n_nodes = self.plan.network.n_nodes();
        let n_pairs = n_nodes * n_nodes.saturating_sub(1) / if self.plan.network.is_directed() { 1 } else { 2 };
        if self.n_missing() == 0 {
            return;
        }
        if n_pairs / 2 <= self.n_known() + self.plan.n {
            let all: Vec<u32> = (0..n_nodes as u32).collect();
            let free = self.free_pairs(&all, &all);
            return self.draw_among(free);
        }
        // Every other pair is free at least, so that this ends soon.
        while self.n_missing() > 0 {
            let pair = (self.below(n_nodes) as u32, self.below(n_nodes) as u32);
            self.offer(pair);
        }
    }

    /// All free pairs of these nodes, in order; if undirected, the smaller node first.
    fn free_pairs(&self, sources: &[u32], targets: &[u32]) -> Vec<(u32, u32)> {
        let mut known = vec![u32::MAX; self.plan.network.n_nodes()];
        let mut free = Vec::new();
        for &u in sources {
            for network in self.plan.also_known.iter().copied().chain([self.plan.network]) {
                network.outgoing().row(u as usize).iter().for_each(|&v| known[v as usize] = u);
            }
            let directed = self.plan.network.is_directed();
            let fits = |&&v: &&u32| if directed { u != v } else { u < v };
            let candidates = targets.iter().filter(fits).filter(|&&v| known[v as usize] != u);
            free.extend(candidates.map(|&v| (u, v)).filter(|pair| !self.taken.contains(pair)));
        }
        free
    }

    /// Takes the missing ones from a list of free pairs, which are turned at random if undirected.
    fn draw_among(&mut self, mut free: Vec<(u32, u32)>) {
        let n_drawn = self.n_missing().min(free.len());
        for k in 0..n_drawn {
            let other = k + self.below(free.len() - k);
            free.swap(k, other);
            let (u, v) = free[k];
            let turned = !self.plan.network.is_directed() && self.below(2) == 1;
            self.pairs.push(if turned { (v, u) } else { (u, v) });
        }
    }

    fn draw_by_degree(&mut self) {
        // The source of a uniform arc has its chance by outgoing edges, the target by incoming ones.
        let (sources, targets) = (self.plan.network.incoming().columns(), self.plan.network.outgoing().columns());
        let mut n_attempts = if sources.is_empty() { 0 } else { 64 * (self.plan.n + 16) };
        while n_attempts > 0 && self.n_missing() > 0 {
            let pair = (sources[self.below(sources.len())], targets[self.below(targets.len())]);
            self.offer(pair);
            n_attempts -= 1;
        }
        if self.n_missing() > 0 {
            self.draw_rest_by_degree();
        }
    }

    /// Goes through all pairs, if they are not too many, and draws the missing ones by weight without replacement:
    /// those with the smallest exponential numbers (Efraimidis & Spirakis 2006).
    fn draw_rest_by_degree(&mut self) {
        let network = self.plan.network;
        let nodes = 0..network.n_nodes() as u32;
        let sources: Vec<u32> = nodes.clone().filter(|&node| network.out_degree(node as usize) > 0).collect();
        let targets: Vec<u32> = nodes.filter(|&node| network.in_degree(node as usize) > 0).collect();
        if sources.len() * targets.len() / 64 > self.n_known() + self.plan.n {
            return;
        }
        let mut keyed: Vec<(f64, (u32, u32))> = Vec::new();
        for pair in self.free_pairs(&sources, &targets) {
            let weight = (network.out_degree(pair.0 as usize) * network.in_degree(pair.1 as usize)) as f64;
            self.next_word += 1;
            keyed.push((-(1.0 - self.stream.uniform(self.next_word)).ln() / weight, pair));
        }
        keyed.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for &(_, (u, v)) in keyed.iter().take(self.n_missing()) {
            let turned = !network.is_directed() && self.below(2) == 1;
            self.pairs.push(if turned { (v, u) } else { (u, v) });
        }
    }

    fn draw_reversed(&mut self) {
        let network = self.plan.network;
        if !network.is_directed() {
            return;
        }
        let edges = network.edges();
        let ways_back = edges.targets.iter().copied().zip(edges.sources.iter().copied());
        let mut free: Vec<_> = ways_back.filter(|&pair| self.is_free(pair)).collect();
        // Edges of several relations have the same way back, and lie side by side.
        free.dedup();
        self.draw_among(free);
        self.taken.extend(&self.pairs);
    }

    fn draw_same_types(&mut self, edges: &[(u32, u32)]) {
        let n_nodes = self.plan.network.n_nodes();
        let names_nodes = |&(u, v): &(u32, u32)| u.max(v) < n_nodes as u32;
        assert!(edges.iter().all(names_nodes), "edges join nodes of the network");
        let types = self.plan.network.types.as_ref();
        let type_of = |node: u32| types.map_or(0, |types| types.of[node as usize]);
        let mut members = vec![Vec::new(); 256];
        (0..n_nodes as u32).for_each(|node| members[usize::from(type_of(node))].push(node));
        self.taken.extend(edges.iter().map(|&pair| self.key(pair)).collect::<Vec<_>>());
        let mut left = edges.to_vec();
        while !left.is_empty() && self.n_missing() > 0 {
            left.retain(|&(source, target)| {
                self.n_missing() == 0 || self.draw_target(source, &members[usize::from(type_of(target))])
            });
        }
    }

    /// A pair of this source with one of the candidates, if one is free.
    fn draw_target(&mut self, source: u32, candidates: &[u32]) -> bool {
        for _ in 0..16 {
            let target = candidates[self.below(candidates.len())];
            if self.offer((source, target)) {
                return true;
            }
        }
        let free: Vec<u32> = candidates.iter().copied().filter(|&target| self.is_free((source, target))).collect();
        !free.is_empty() && {
            let target = free[self.below(free.len())];
            self.offer((source, target))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{NodeTypes, Purpose};

    fn stream(step: u64) -> Stream {
        Stream::new(9, Purpose::NonEdges, step)
    }

    fn kinds(edges: &[(u32, u32)]) -> [NonEdgeKind<'_>; 4] {
        [NonEdgeKind::Uniform, NonEdgeKind::ByDegree, NonEdgeKind::Reversed, NonEdgeKind::SameTypes(edges)]
    }

    fn plan<'a>(network: &'a Network, n: usize, kind: NonEdgeKind<'a>) -> NonEdgePlan<'a> {
        NonEdgePlan { network, also_known: &[], n, kind }
    }

    /// Whether two nodes are different and no network joins them.
    fn is_apart(networks: &[&Network], (u, v): (u32, u32)) -> bool {
        u != v && networks.iter().all(|network| !network.outgoing().row(u as usize).contains(&v))
    }

    proptest! {
        #[test]
        fn pairs_are_distinct_unknown_and_as_many_as_there_are(
            pairs in prop::collection::vec((0_u32..12, 0_u32..12), 0..120),
            more in prop::collection::vec((0_u32..12, 0_u32..12), 0..20),
            (directed, n, step, kind) in (any::<bool>(), 0_usize..150, 0_u64..1000, 0_usize..4),
        ) {
            let mut network = Network::from_pairs(13, directed, &pairs);
            let other = Network::from_pairs(13, directed, &more);
            network.types =
                Some(NodeTypes { names: vec!["even".into(), "odd".into()], of: (0..13).map(|v| v % 2).collect() });
            let both = [&network, &other];
            let kind = kinds(&more)[kind];
            let plan = NonEdgePlan { network: &network, also_known: &[&other], n, kind };
            let found = non_edges(&plan, stream(step));
            let unordered = |(u, v): (u32, u32)| if directed || u < v { (u, v) } else { (v, u) };
            let distinct: HashSet<_> = found.iter().copied().map(unordered).collect();
            prop_assert_eq!(distinct.len(), found.len());
            let fits = |&(u, v): &(u32, u32)| match kind {
                NonEdgeKind::ByDegree => network.out_degree(u as usize) > 0 && network.in_degree(v as usize) > 0,
                NonEdgeKind::SameTypes(edges) => edges.iter().any(|&(source, to)| source == u && to % 2 == v % 2),
                _ => true,
            };
            prop_assert!(found.iter().all(|pair| is_apart(&both, *pair) && fits(pair)));
            let all = (0..13).flat_map(|u| (0..13).map(move |v| (u, v)));
            let possible = all.filter(|&pair| is_apart(&both, pair)).filter(fits);
            let n_possible = possible.map(unordered).collect::<HashSet<_>>().len();
            prop_assert_eq!(found.len(), n.min(n_possible));
            if let NonEdgeKind::Reversed = kind {
                let is_way_back = |&(u, v): &(u32, u32)| directed && network.has_edge(v, u);
                let n_first = found.iter().take_while(|pair| is_way_back(pair)).count();
                let all = (0..13).flat_map(|u| (0..13).map(move |v| (u, v)));
                let n_ways_back = all.filter(|&pair| is_apart(&both, pair)).filter(is_way_back).count();
                prop_assert_eq!(n_first, n.min(n_ways_back));
                prop_assert!(!found[n_first..].iter().any(is_way_back));
            }
            prop_assert_eq!(non_edges(&plan, stream(step)), found);
        }
    }

    /// How often each pair comes first in many draws, over what `size` says, as the largest deviation in units of the
    /// standard deviation.
    fn worst(n_nodes: u32, draw: impl Fn(u64) -> (u32, u32), size: impl Fn(u32, u32) -> f64) -> f64 {
        let n_draws = 60_000_u32;
        let mut counts = vec![0_u32; (n_nodes * n_nodes) as usize];
        (0..n_draws).map(|step| draw(step.into())).for_each(|(u, v)| counts[(u * n_nodes + v) as usize] += 1);
        let all = || (0..n_nodes).flat_map(|u| (0..n_nodes).map(move |v| (u, v)));
        let whole: f64 = all().map(|(u, v)| size(u, v)).sum();
        let deviation = |(u, v)| {
            let mean = f64::from(n_draws) * size(u, v) / whole;
            (f64::from(counts[(u * n_nodes + v) as usize]) - mean).abs() / mean.max(1e-9).sqrt()
        };
        all().map(deviation).fold(0.0, f64::max)
    }

    #[test]
    fn uniform_pairs_have_equal_chances_either_way_round() {
        let edges = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (4, 0), (5, 5)];
        for directed in [false, true] {
            // Few nodes: the pairs are listed. Many: they are drawn.
            for n_nodes in [6_u32, 30] {
                let network = Network::from_pairs(n_nodes as usize, directed, &edges);
                let draw = |step| non_edges(&plan(&network, 1, NonEdgeKind::Uniform), stream(step))[0];
                let z = worst(n_nodes, draw, |u, v| f64::from(is_apart(&[&network], (u, v))));
                assert!(z < 4.5, "{n_nodes} nodes, directed {directed}: {z}");
            }
        }
    }

    #[test]
    fn pairs_by_degree_have_their_chances_either_way_round() {
        let edges = [(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (4, 0), (5, 6), (5, 0), (6, 2), (7, 7)];
        for directed in [false, true] {
            let network = Network::from_pairs(9, directed, &edges);
            let size = |u: u32, v: u32| {
                let product = network.out_degree(u as usize) * network.in_degree(v as usize);
                f64::from(is_apart(&[&network], (u, v))) * product as f64
            };
            let plan = plan(&network, 1, NonEdgeKind::ByDegree);
            let z = worst(9, |step| non_edges(&plan, stream(step))[0], size);
            assert!(z < 4.5, "directed {directed}: {z}");
            let listed = |step| {
                let (taken, pairs) = (HashSet::new(), Vec::new());
                let mut search = Search { plan: &plan, stream: stream(step), next_word: 0, taken, pairs };
                search.draw_rest_by_degree();
                search.pairs[0]
            };
            let z = worst(9, listed, size);
            assert!(z < 4.5, "listed, directed {directed}: {z}");
        }
    }

    #[test]
    fn targets_of_a_type_have_equal_chances() {
        let mut network = Network::from_pairs(8, false, &[(0, 1), (0, 3), (0, 5), (2, 4)]);
        network.types =
            Some(NodeTypes { names: vec!["even".into(), "odd".into()], of: (0..8).map(|v| v % 2).collect() });
        let edges = [(0, 1)];
        let draw = |step| non_edges(&plan(&network, 1, NonEdgeKind::SameTypes(&edges)), stream(step))[0];
        assert!((0..50).all(|step| draw(step) == (0, 7)));
        let edges = [(1, 0)];
        let draw = |step| non_edges(&plan(&network, 1, NonEdgeKind::SameTypes(&edges)), stream(step))[0];
        assert!(worst(8, draw, |u, v| f64::from(u == 1 && [2, 4, 6].contains(&v))) < 4.5);
    }

    #[test]
    fn a_network_that_joins_everything_gives_nothing() {
        let pairs: Vec<(u32, u32)> = (0..20).flat_map(|u| (0..20).map(move |v| (u, v))).collect();
        for directed in [false, true] {
            let network = Network::from_pairs(20, directed, &pairs);
            for kind in
                [NonEdgeKind::Uniform, NonEdgeKind::ByDegree, NonEdgeKind::Reversed, NonEdgeKind::SameTypes(&[(0, 1)])]
            {
                assert!(non_edges(&plan(&network, 5, kind), stream(0)).is_empty());
            }
        }
        for kind in kinds(&[]) {
            assert!(non_edges(&plan(&Network::from_pairs(0, true, &[]), 5, kind), stream(0)).is_empty());
        }
    }
}
