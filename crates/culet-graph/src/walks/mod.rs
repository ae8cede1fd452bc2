//! Random walks over a network, streamed: no walk is stored, each is a function of (seed, epoch, number of the walk).
//!
//! Uniform walks are those of DeepWalk (Perozzi, Al-Rfou & Skiena, KDD 2014), biased ones those of node2vec (Grover &
//! Leskovec, KDD 2016), walks along types those of metapath2vec (Dong, Chawla & Swami, KDD 2017). Many walks advance in
//! turn, so that the waits for the memory overlap.

mod alias;
mod bias;
mod filter;
mod first_order;
mod metapath;
mod rows;
mod second_order;
mod sequences;
mod span;
mod weighing;

use std::ops::Range;

use crate::{GraphError, Network, Stream};
use first_order::{Uniform, Weighted};
use metapath::metapath_rows;
use rows::Rows;
use second_order::SecondOrder;
pub use sequences::Walks;
use span::Course;

/// How a walk chooses among the arcs of the node where it is.
#[derive(Debug, Clone, PartialEq)]
pub enum WalkRule {
    /// Each arc is as likely as the others: between neighbours joined by edges of several relations there are several.
    Uniform,
    /// Arcs are likely in proportion to their weights; the same as [`WalkRule::Uniform`] where there are none.
    Weighted,
    /// Having come from t, an arc to x counts 1/p times its weight if x is t, else once if there is an arc from t to x,
    /// else 1/q times. Parallel edges count as one with the sum of their weights. The first step goes by weight alone.
    ///
    /// In a directed network the authors' program asks for an arc from x to t instead; this follows the paper, where
    /// the distance from t to x decides.
    Node2vec {
        /// Above 1 it keeps a walk from going back at once, below 1 it invites that.
        p: f64,
        /// Above 1 it keeps a walk near where it came from, below 1 it drives it on.
        q: f64,
    },
    /// A cycle of node types, the first of which is also the last, as author, paper, venue, paper, author: a walk
    /// starts at a node of the first type, and each step goes to one of the neighbours of the type that is next, all
    /// equally likely.
    Metapath(Vec<u8>),
}

/// What a walk does where no arc leads on: at a node of a directed network that no edge leaves, or without a neighbour
/// of the type that a metapath wants. A walk from a node without any edge consists of that node in each case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeadEnd {
    /// It ends, as in the programs of DeepWalk, node2vec and asp2vec. Nodes that no edge leaves, in a network of trust
    /// perhaps most, then have contexts only before them, never after them. That is information: who comes after whom
    /// tells sources from targets best if no step goes against an edge, so that this is what suits the prediction of
    /// directed edges.
    #[default]
    Stop,
    /// It steps back along one of the edges that lead to this node, by the same rule, and goes on from there; on a
    /// metapath, to a node of the type before. So each node with an edge has contexts after it, and all walks have
    /// their full length, while edges keep their direction wherever there is a choice.
    Back,
    /// It has none, as all steps take edges either way: the walks are those of the network read as undirected.
    Undirected,
}

/// Which walks to make.
#[derive(Debug, Clone, PartialEq)]
pub struct WalkPlan {
    /// How often each start node is a start, at least 1.
    pub walks_per_node: u32,
    /// The number of nodes of a walk, the start included, at least 1.
    pub length: u32,
    /// How a step is chosen.
    pub rule: WalkRule,
    /// What happens where no arc leads on.
    pub dead_end: DeadEnd,
}

impl Default for WalkPlan {
    fn default() -> Self {
        Self { walks_per_node: 10, length: 80, rule: WalkRule::Uniform, dead_end: DeadEnd::default() }
    }
}

/// Makes the walks of a plan over a network.
///
/// # Examples
/// ```
/// use culet_graph::{Network, Purpose, Stream, WalkPlan, Walker, Walks};
///
/// let network = Network::from_pairs(4, false, &[(0, 1), (1, 2), (2, 3)]);
/// let walker = Walker::new(&network, WalkPlan { walks_per_node: 2, length: 5, ..WalkPlan::default() })?;
/// let mut walks = Walks::default();
/// walker.walks(Stream::new(1, Purpose::Walks, 0), 0..walker.n_walks(), &mut walks);
/// assert_eq!(walks.n_walks(), 8);
/// assert!(walks.walk(3).windows(2).all(|step| network.has_edge(step[0], step[1])));
/// # Ok::<(), culet_graph::GraphError>(())
/// ```
#[derive(Debug)]
pub struct Walker<'a> {
    plan: WalkPlan,
    n_starts: usize,
    steps: Steps<'a>,
    /// The node of each place, where places are no nodes.
    node_of: Option<Vec<u32>>,
}

#[derive(Debug)]
enum Steps<'a> {
    Uniform(Uniform<'a>),
    Weighted(Weighted<'a>),
    SecondOrder(SecondOrder<'a>),
}

/// The range of p and q.
const BIASES: std::ops::RangeInclusive<f64> = 1e-6..=1e6;

impl<'a> Walker<'a> {
    /// Prepares walks: O(arcs) time at most.
    ///
    /// Uniform walks read the network as it is. Beyond it, other walks take, for each arc: 4 bytes in a directed
    /// network (8 with weights) unless they stop at dead ends, 12 bytes for choices by weight, 2 bytes for node2vec; a
    /// metapath takes 4 bytes for each arc of each of its steps.
    ///
    /// # Errors
    /// [`GraphError::NoEdges`]; [`GraphError::WalkSetting`] for a length or a number of walks of 0, and for p or q
    /// outside of 1e-6 to 1e6; for a metapath that cannot be walked [`GraphError::UntypedNodes`],
    /// [`GraphError::OutOfRange`] with a type that does not exist, [`GraphError::ShortMetapath`],
    /// [`GraphError::OpenMetapath`] or [`GraphError::TypesNotJoined`]; [`GraphError::TooMany`] above 2^32 - 1 arcs.
    pub fn new(network: &'a Network, plan: WalkPlan) -> Result<Self, GraphError> {
        check(&plan)?;
        if let WalkRule::Metapath(path) = &plan.rule {
            let made = metapath_rows(network, path, plan.dead_end)?;
            let steps = Steps::Uniform(Uniform(made.rows));
            return Ok(Self { plan, n_starts: made.n_starts, steps, node_of: Some(made.node_of) });
        }
        if network.n_edges() == 0 {
            return Err(GraphError::NoEdges);
        }
        let rows = Rows::of(network, plan.dead_end)?;
        let weighted = !rows.weights.is_empty();
        let steps = match plan.rule {
            WalkRule::Node2vec { p, q } if p != 1.0 || q != 1.0 => Steps::SecondOrder(SecondOrder::new(rows, p, q)),
            WalkRule::Node2vec { .. } | WalkRule::Weighted if weighted => Steps::Weighted(Weighted::new(rows)),
            _ => Steps::Uniform(Uniform(rows)),
        };
        Ok(Self { plan, n_starts: network.n_nodes(), steps, node_of: None })
    }

    /// What was asked for.
    #[must_use]
    pub fn plan(&self) -> &WalkPlan {
        &self.plan
    }

    /// The number of walks of an epoch: those per node times the start nodes. With a metapath, start nodes are those of
    /// its first type; otherwise all nodes.
    #[must_use]
    pub fn n_walks(&self) -> u64 {
        u64::from(self.plan.walks_per_node) * self.n_starts as u64
    }

    /// The node at which a walk starts: every start node once, then every one again, as the authors' programs do.
    #[must_use]
    pub fn start_of(&self, walk: u64) -> u32 {
        let place = (walk % self.n_starts as u64) as u32;
        self.node_of.as_ref().map_or(place, |node_of| node_of[place as usize])
    }

    /// Appends the walks of `range` to `out`.
    ///
    /// A walk depends on the plan, the stream and its own number, not on the range. The stream is that of the epoch:
    /// `Stream::new(seed, Purpose::Walks, epoch)`.
    ///
    /// # Numerics
    /// The chance of a step is right to within 2^-32. One random word a step; after a rejection another one.
    /// # Panics
    /// If the range does not lie within [`Walker::n_walks`], or `out` would hold 2^32 nodes or more.
    pub fn walks(&self, stream: Stream, range: Range<u64>, out: &mut Walks) {
        assert!(range.end <= self.n_walks(), "there are {} walks, not {}", self.n_walks(), range.end);
        let length = self.plan.length as usize;
        let n_words = self.n_walks().wrapping_mul(length as u64);
        let course = Course { stream, length, n_starts: self.n_starts as u64, n_words };
        let n_before = out.nodes.len();
        span::append(course, range, out, |span| match &self.steps {
            Steps::Uniform(table) => table.run(span),
            Steps::Weighted(table) => table.run(span),
            Steps::SecondOrder(table) => table.run(span),
        });
        if let Some(node_of) = &self.node_of {
            out.nodes[n_before..].iter_mut().for_each(|place| *place = node_of[*place as usize]);
        }
    }
}

fn check(plan: &WalkPlan) -> Result<(), GraphError> {
    let at_least_one = |name, value: u32| match value {
        0 => Err(GraphError::WalkSetting { name, value: 0.0, least: 1.0, most: f64::from(u32::MAX) }),
        _ => Ok(()),
    };
    let bias = |name, value| match BIASES.contains(&value) {
        true => Ok(()),
        false => Err(GraphError::WalkSetting { name, value, least: *BIASES.start(), most: *BIASES.end() }),
    };
    at_least_one("walks_per_node", plan.walks_per_node)?;
    at_least_one("length", plan.length)?;
    match plan.rule {
        WalkRule::Node2vec { p, q } => bias("p", p).and_then(|()| bias("q", q)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
