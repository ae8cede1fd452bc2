//! A range of walks under way: which begins next, and where the nodes of each are written.

use std::ops::Range;

use super::sequences::Walks;
use crate::Stream;

/// How many walks advance in turn. While one waits for the memory the others go on: on a graph of 6 million arcs
/// uniform walks make 15 to 20 times the steps of one at a time, second-order walks 4 to 5 times. Beyond 64 nothing is
/// gained.
pub(super) const LANES: usize = 64;

/// What the walks of a range have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Course {
    pub(super) stream: Stream,
    pub(super) length: usize,
    pub(super) n_starts: u64,
    /// Random words that all walks together use if none is rejected; how far the words of a further attempt lie away.
    pub(super) n_words: u64,
}

/// A walk that has just begun.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    pub(super) start: u32,
    /// Where its second node is written.
    pub(super) next: usize,
    /// Where its last node has been written.
    pub(super) end: usize,
    /// The index of the random word of its first step; that of the next step follows.
    pub(super) word: u64,
}

/// The walks of a range that have not begun, and room for all.
#[derive(Debug)]
pub(super) struct Span<'o> {
    pub(super) course: Course,
    waiting: Range<u64>,
    n_begun: usize,
    /// `[n_walks * length]`
    pub(super) nodes: &'o mut [u32],
    /// `[n_walks]`
    lengths: &'o mut [u32],
}

impl Span<'_> {
    /// Begins the next walk, if one is left.
    #[inline]
    pub(super) fn begin(&mut self) -> Option<Begun> {
        let walk = self.waiting.next()?;
        let length = self.course.length;
        let first = self.n_begun * length;
        let start = (walk % self.course.n_starts) as u32;
        self.n_begun += 1;
        self.nodes[first] = start;
        Some(Begun { start, next: first + 1, end: first + length, word: walk * length as u64 })
    }

    /// Notes the length of a walk whose next node would be written at `next`.
    #[inline]
    pub(super) fn finish(&mut self, next: usize, end: usize) {
        let length = self.course.length;
        self.lengths[end / length - 1] = (length - (end - next)) as u32;
    }
}

/// Appends the walks of a range, made by `run`, to `out`.
pub(super) fn append(course: Course, range: Range<u64>, out: &mut Walks, run: impl FnOnce(&mut Span<'_>)) {
    let n_walks = usize::try_from(range.end.saturating_sub(range.start)).expect("walks fit into memory");
    let (first_node, first_walk) = (out.nodes.len(), out.offsets.len());
    let n_nodes = first_node + n_walks * course.length;
    assert!(u32::try_from(n_nodes).is_ok(), "at most 2^32 - 1 nodes at a time; ask for a shorter range of walks");
    out.nodes.resize(n_nodes, 0);
    out.offsets.resize(first_walk + n_walks, 0);
    let (nodes, lengths) = (&mut out.nodes[first_node..], &mut out.offsets[first_walk..]);
    run(&mut Span { course, waiting: range, n_begun: 0, nodes, lengths });
    close_gaps(course.length, first_node, first_walk, out);
}

/// Moves the walks together, as some ended early, and turns their lengths into offsets.
fn close_gaps(length: usize, first_node: usize, first_walk: usize, out: &mut Walks) {
    let mut kept = first_node;
    for (k, offset) in out.offsets[first_walk..].iter_mut().enumerate() {
        let from = first_node + k * length;
        let to = from + *offset as usize;
        if from != kept {
            out.nodes.copy_within(from..to, kept);
        }
        kept += to - from;
        *offset = kept as u32;
    }
    out.nodes.truncate(kept);
}
