//! Walks whose next step depends on where they came from (node2vec), exact and without a table for each pair of arcs.
//!
//! Having come from t to v, the walk goes on to x with a probability in proportion to w(v, x) * b(t, x), where b is 1/p
//! if x = t, else 1 if there is an arc from t to x, else 1/q (Grover & Leskovec 2016, eq. 2). The step is drawn by
//! rejection (Yang et al. 2019, KnightKing): a dart hits one of these parts of an area, and is thrown again if
//! rejected.
//!
//! | part | size | candidate x | accepted |
//! | --- | --- | --- | --- |
//! | sure | min(1, 1/p, 1/q) * W | from v by weight | always |
//! | other | (min(1, 1/q) - min(1, 1/p, 1/q)) * W | from v by weight | unless x = t |
//! | back | max(0, 1/p - min(1, 1/q)) * w(v, t) | t | always |
//! | near, if q > 1 | (1 - 1/q) * W | from v by weight | if there is an arc from t to x, x not being t |
//! | far, if q < 1 | (1/q - 1) * W | from v by weight | if there is none, x not being t |
//!
//! W is the sum of the weights at v. Only the last two look anything up. Arcs from both t and v to x may be sought at
//! either end: where degree(t) * max w(v, .) < W, the candidate of `near` is an arc of t and is accepted if v has it
//! too. That saves most rejections of steps from small nodes to hubs.

use std::hint::select_unpredictable as select;

use culet_kernels::prefetch_read;

use super::bias::Bias;
use super::filter::{ArcFilter, Mark};
use super::rows::Rows;
use super::span::{Begun, LANES, Span};
use super::weighing::{Ones, Weighing, Weights};

/// After so many rejections in turn the row is gone through instead, so that time stays bounded for any p and q.
const PATIENCE: u32 = 64;

/// A network ready for second-order walks.
#[derive(Debug)]
pub(super) struct SecondOrder<'a> {
    rows: Rows<'a>,
    filter: ArcFilter,
    bias: Bias,
    weights: Kind,
}

#[derive(Debug)]
enum Kind {
    Ones,
    OnesOneWay,
    Weights(Weights<true>),
    WeightsOneWay(Weights<false>),
}

impl<'a> SecondOrder<'a> {
    pub(super) fn new(rows: Rows<'a>, p: f64, q: f64) -> Self {
        let rows = rows.merged();
        let weights = match (rows.weights.is_empty(), rows.symmetric) {
            (true, true) => Kind::Ones,
            (true, false) => Kind::OnesOneWay,
            (false, true) => Kind::Weights(Weights::new(&rows)),
            (false, false) => Kind::WeightsOneWay(Weights::new(&rows)),
        };
        Self { filter: ArcFilter::of(&rows), bias: Bias::new(p, q), weights, rows }
    }

    pub(super) fn run(&self, span: &mut Span<'_>) {
        match &self.weights {
            Kind::Ones => self.darts(&Ones::<true>).run(span),
            Kind::OnesOneWay => self.darts(&Ones::<false>).run(span),
            Kind::Weights(weights) => self.darts(weights).run(span),
            Kind::WeightsOneWay(weights) => self.darts(weights).run(span),
        }
    }

    fn darts<'d, W: Weighing>(&'d self, weighing: &'d W) -> Darts<'d, W> {
        let Self { rows, filter, bias, .. } = self;
        Darts { rows, filter, bias, weighing }
    }
}

/// A part of the area, as a plain number so that it can be computed.
type Part = u8;
const SURE: Part = 0;
const OTHER: Part = 1;
const BACK: Part = 2;
/// Near or far.
const CHECKED: Part = 3;
/// Near, the candidate being an arc of t.
const CHECKED_BEHIND: Part = 4;

/// A walk under way.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Lane {
    /// v
    place: u32,
    /// t, or [`NOWHERE`].
    previous: u32,
    /// x
    candidate: u32,
    n_rejected: u32,
    /// The index of the random word of the first attempt at this step.
    word: u64,
    next: usize,
    end: usize,
    /// The weight of the arc back, from v to t; negative while unknown.
    back: f32,
    /// The weight of the arc from v to x.
    weight: f32,
    arc: u32,
    /// What else is random about the dart, in units of 2^-32.
    fraction: u32,
    part: Part,
    accepted: bool,
}

const NOWHERE: u32 = u32::MAX;

impl Lane {
    fn new(begun: Begun) -> Self {
        Self {
            place: begun.start,
            previous: NOWHERE,
            candidate: 0,
            n_rejected: 0,
            word: begun.word,
            next: begun.next,
            end: begun.end,
            back: 0.0,
            weight: 0.0,
            arc: 0,
            fraction: 0,
            part: SURE,
            accepted: false,
        }
    }

    /// The ends of the arc that a check is about.
    #[inline(always)]
    fn in_question(&self) -> (u32, u32) {
        (select(self.part == CHECKED, self.previous, self.place), self.candidate)
    }
}

/// The throwing of darts.
struct Darts<'d, W> {
    rows: &'d Rows<'d>,
    filter: &'d ArcFilter,
    bias: &'d Bias,
    weighing: &'d W,
}

impl<W: Weighing> Darts<'_, W> {
    /// Advances walks in turn, each by one dart a round: what one pass over the walks asks the memory for, the next one
    /// finds.
    fn run(&self, span: &mut Span<'_>) {
        let mut lanes: Vec<Lane> = Vec::with_capacity(LANES);
        while lanes.len() < LANES
            && let Some(begun) = span.begin()
        {
            lanes.push(Lane::new(begun));
        }
        let mut unclear = [(0, Mark::default()); LANES];
        while !lanes.is_empty() {
            self.aim(span, &mut lanes);
            let n_unclear = self.look(&mut lanes, &mut unclear);
            for (k, mark) in &mut unclear[..n_unclear] {
                let (from, to) = lanes[*k].in_question();
                *mark = self.filter.mark(from, to);
                self.filter.prefetch(*mark);
            }
            for (k, mark) in &unclear[..n_unclear] {
                self.check(&mut lanes[*k], *mark);
            }
            for lane in &mut lanes {
                self.settle(span, lane);
            }
        }
    }

    /// Throws a dart for each walk, after walks at their end have made room for others.
    fn aim(&self, span: &mut Span<'_>, lanes: &mut Vec<Lane>) {
        let (stream, n_words) = (span.course.stream, span.course.n_words);
        let mut k = 0;
        while k < lanes.len() {
            let lane = &mut lanes[k];
            if lane.next == lane.end || self.row(lane.place).1 == 0 {
                span.finish(lane.next, lane.end);
                match span.begin() {
                    Some(begun) => *lane = Lane::new(begun),
                    None => drop(lanes.swap_remove(k)),
                }
                continue;
            }
            let attempt = n_words.wrapping_mul(u64::from(lane.n_rejected));
            let word = stream.word(lane.word.wrapping_add(attempt));
            if !W::ALL_ONE {
                // Words that no attempt has, as no walk is that patient.
                let other = n_words.wrapping_mul(u64::from(2 * PATIENCE));
                lane.fraction = stream.word(lane.word.wrapping_add(attempt).wrapping_add(other)) as u32;
            }
            if lane.n_rejected == PATIENCE {
                (lane.candidate, lane.accepted) = (self.go_through(lane, word), true);
                self.settle(span, lane);
                continue;
            }
            self.throw(lane, word);
            k += 1;
        }
    }

    /// The upper half of the random word is where the dart hits the area, the lower half which arc of a row.
    #[inline(always)]
    fn throw(&self, lane: &mut Lane, word: u64) {
        let is_first = lane.previous == NOWHERE;
        let (bias, behind) = if is_first { (&Bias::NONE, lane.place) } else { (self.bias, lane.previous) };
        let (row, row_behind) = (self.row(lane.place), self.row(behind));
        let (total, heaviest) = (self.weighing.total(lane.place, row.1), self.weighing.heaviest(lane.place));
        let total_behind = (f64::from(row_behind.1) * heaviest).max(bias.least_behind);
        let sure = bias.sure * total;
        let other = bias.unchecked * total;
        let known_back = if W::SYMMETRIC && W::ALL_ONE { 1.0 } else { f64::from(lane.back) };
        let back =
            other + bias.back * if W::SYMMETRIC { known_back } else { select(known_back < 0.0, heaviest, known_back) };
        let checked = back + bias.checked * total.min(total_behind);
        let dart = (word >> 32) as f64 * (checked / 4_294_967_296.0);
        let part = Part::from(dart >= sure) + Part::from(dart >= other) + Part::from(dart >= back);
        let is_behind = (part == CHECKED) & (total_behind < total);
        lane.part = part + Part::from(is_behind);
        let (start, degree) = select(is_behind, row_behind, row);
        let arc = start + ((u64::from(word as u32) * u64::from(degree)) >> 32) as u32;
        lane.arc = select(part == BACK, 0, arc);
        self.weighing.prefetch_arc(self.rows, lane.arc as usize);
        if !W::ALL_ONE {
            prefetch_read(&self.rows.columns, select(is_behind, lane.arc as usize, 0));
        }
    }

    /// Reads the candidates, and lists the walks for which an arc must be looked up.
    #[inline(always)]
    fn look(&self, lanes: &mut [Lane], unclear: &mut [(usize, Mark); LANES]) -> usize {
        let mut n_unclear = 0;
        for (k, lane) in lanes.iter_mut().enumerate() {
            let (candidate, weight) = if !W::ALL_ONE && lane.part == CHECKED_BEHIND {
                (self.rows.columns[lane.arc as usize], 0.0)
            } else {
                self.weighing.pick(self.rows, lane.arc as usize, lane.fraction)
            };
            lane.candidate = select(lane.part == BACK, lane.previous, candidate);
            lane.weight = select(lane.part == BACK, lane.back, weight);
            let returns = lane.candidate == lane.previous;
            let is_back = lane.part == BACK;
            let knows_back = W::SYMMETRIC | (lane.back >= 0.0);
            let is_unclear = ((lane.part >= CHECKED) & !returns) | (is_back & !knows_back);
            lane.accepted = (lane.part == SURE) | ((lane.part == OTHER) & !returns) | (is_back & knows_back);
            unclear[n_unclear].0 = k;
            n_unclear += usize::from(is_unclear);
        }
        n_unclear
    }

    /// Decides by the arc in question.
    #[inline(always)]
    fn check(&self, lane: &mut Lane, mark: Mark) {
        let may_be = self.filter.may_hold(mark);
        if lane.part == CHECKED || (W::ALL_ONE && lane.part == CHECKED_BEHIND) {
            let (from, to) = lane.in_question();
            let is_near = may_be && self.rows.find(from, to).is_some();
            lane.accepted = is_near == self.bias.seeks_near;
        } else {
            self.check_weight(lane, may_be);
        }
    }

    /// Accepts by the weight of an arc of v.
    fn check_weight(&self, lane: &mut Lane, may_be: bool) {
        let arc = if may_be { self.rows.find(lane.place, lane.candidate) } else { None };
        let weight = arc.map_or(0.0, |arc| self.weighing.weight(self.rows, arc));
        let fraction = f64::from(lane.fraction) / 4_294_967_296.0;
        lane.accepted = fraction * self.weighing.heaviest(lane.place) < f64::from(weight);
        lane.weight = weight;
        if lane.part == BACK {
            lane.back = weight;
        }
    }

    #[inline(always)]
    fn settle(&self, span: &mut Span<'_>, lane: &mut Lane) {
        let accepted = lane.accepted;
        // A rejected candidate is written too, as that costs less than a branch nobody can predict.
        span.nodes[lane.next] = lane.candidate;
        lane.next += usize::from(accepted);
        lane.word += u64::from(accepted);
        lane.n_rejected = select(accepted, 0, lane.n_rejected + 1);
        lane.back = select(accepted, if W::SYMMETRIC { lane.weight } else { -1.0 }, lane.back);
        lane.previous = select(accepted, lane.place, lane.previous);
        lane.place = select(accepted, lane.candidate, lane.place);
        prefetch_read(&self.rows.offsets, lane.place as usize);
        self.weighing.prefetch_row(lane.place);
    }

    /// Chooses the step among all arcs of the row.
    #[cold]
    fn go_through(&self, lane: &Lane, word: u64) -> u32 {
        let (start, degree) = self.row(lane.place);
        let size = |arc: u32| {
            let to = self.rows.columns[arc as usize];
            let is_near = self.rows.find(lane.previous, to).is_some();
            self.bias.of(to == lane.previous, is_near) * f64::from(self.weighing.weight(self.rows, arc as usize))
        };
        let uniform = (word >> 11) as f64 / (1_u64 << 53) as f64;
        let mut left = uniform * (start..start + degree).map(size).sum::<f64>();
        let hit = (start..start + degree).find(|&arc| {
            left -= size(arc);
            left < 0.0
        });
        self.rows.columns[hit.unwrap_or(start + degree - 1) as usize]
    }

    /// The first arc of a row and their number.
    #[inline(always)]
    fn row(&self, row: u32) -> (u32, u32) {
        let start = self.rows.offsets[row as usize];
        (start, self.rows.offsets[row as usize + 1] - start)
    }
}
