//! Walks whose next step depends on where they are alone.

use culet_kernels::prefetch_read;

use super::alias::{AliasSlot, alias_slots};
use super::rows::Rows;
use super::span::{Begun, LANES, Span};

/// Equally likely arcs.
#[derive(Debug)]
pub(super) struct Uniform<'a>(pub(super) Rows<'a>);

/// Arcs likely in proportion to their weights.
#[derive(Debug)]
pub(super) struct Weighted<'a> {
    rows: Rows<'a>,
    slots: Vec<AliasSlot<u32>>,
}

impl<'a> Weighted<'a> {
    pub(super) fn new(rows: Rows<'a>) -> Self {
        let slots = alias_slots(&rows, |arc| rows.columns[arc]);
        Self { rows, slots }
    }
}

/// Arcs in rows.
trait Table {
    fn offsets(&self) -> &[u32];
    fn prefetch_arc(&self, arc: usize);
    /// The place that an arc leads to, under a further random fraction of 2^32.
    fn step(&self, arc: usize, fraction: u32) -> u32;
}

impl Table for Uniform<'_> {
    #[inline(always)]
    fn offsets(&self) -> &[u32] {
        &self.0.offsets
    }

    #[inline(always)]
    fn prefetch_arc(&self, arc: usize) {
        prefetch_read(&self.0.columns, arc);
    }

    #[inline(always)]
    fn step(&self, arc: usize, _: u32) -> u32 {
        self.0.columns[arc]
    }
}

impl Table for Weighted<'_> {
    #[inline(always)]
    fn offsets(&self) -> &[u32] {
        &self.rows.offsets
    }

    #[inline(always)]
    fn prefetch_arc(&self, arc: usize) {
        prefetch_read(&self.slots, arc);
    }

    #[inline(always)]
    fn step(&self, arc: usize, fraction: u32) -> u32 {
        self.slots[arc].pick(fraction)
    }
}

impl Uniform<'_> {
    pub(super) fn run(&self, span: &mut Span<'_>) {
        run(self, span);
    }
}

impl Weighted<'_> {
    pub(super) fn run(&self, span: &mut Span<'_>) {
        run(self, span);
    }
}

/// A walk under way.
#[derive(Clone, Copy)]
struct Lane {
    place: u32,
    fraction: u32,
    arc: usize,
    next: usize,
    end: usize,
    word: u64,
}

impl Lane {
    fn new(begun: Begun) -> Self {
        let Begun { start, next, end, word } = begun;
        Self { place: start, fraction: 0, arc: 0, next, end, word }
    }
}

fn run<T: Table>(table: &T, span: &mut Span<'_>) {
    let mut lanes: Vec<Lane> = Vec::with_capacity(LANES);
    while lanes.len() < LANES
        && let Some(begun) = span.begin()
    {
        lanes.push(Lane::new(begun));
    }
    while !lanes.is_empty() {
        choose_arcs(table, span, &mut lanes);
        for lane in &mut lanes {
            lane.place = table.step(lane.arc, lane.fraction);
            span.nodes[lane.next] = lane.place;
            lane.next += 1;
            prefetch_read(table.offsets(), lane.place as usize);
        }
    }
}

/// Chooses the next arc of each walk, after walks at their end have made room for others.
fn choose_arcs<T: Table>(table: &T, span: &mut Span<'_>, lanes: &mut Vec<Lane>) {
    let (offsets, stream) = (table.offsets(), span.course.stream);
    let mut k = 0;
    while k < lanes.len() {
        let lane = &mut lanes[k];
        let start = offsets[lane.place as usize];
        let degree = offsets[lane.place as usize + 1] - start;
        if lane.next == lane.end || degree == 0 {
            span.finish(lane.next, lane.end);
            match span.begin() {
                Some(begun) => *lane = Lane::new(begun),
                None => drop(lanes.swap_remove(k)),
            }
            continue;
        }
        // The upper half of the product is the arc, and what is left of the word serves as a fraction.
        let product = u128::from(stream.word(lane.word)) * u128::from(degree);
        lane.arc = start as usize + (product >> 64) as usize;
        lane.fraction = (product >> 32) as u32;
        lane.word += 1;
        table.prefetch_arc(lane.arc);
        k += 1;
    }
}
