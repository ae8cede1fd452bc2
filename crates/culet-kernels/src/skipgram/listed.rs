//! Skip-gram over listed occurrences of centres, each pair with negatives of its own: the published form.

use rayon::prelude::*;

use super::lanes::{Block, Rows, gather, scores, spread, weighted_sum, with_lanes};
use super::selection::{Selection, gumbel};
use super::walks::slopes_and_losses;
use crate::adagrad::PlacesByRow;
use crate::isa::multiversion;
use crate::lanes::prefetch;
use crate::{Counter, Lists, Matrix, sum_listed};

/// Occurrences of centres with their contexts.
#[derive(Debug, Clone, Copy)]
pub struct ContextBatch<'a> {
    /// The centre of each occurrence, `[n]`.
    pub centres: &'a [u32],
    /// The contexts that make pairs with it.
    pub contexts: Lists<'a>,
    /// The nodes that choose its aspect: those of its window, each once.
    pub bags: Lists<'a>,
    /// `[n_pairs * n_negatives]`
    pub negatives: &'a [u32],
    /// For each pair.
    pub n_negatives: usize,
    /// The noise of the aspects.
    pub noise: Noise<'a>,
}

/// Where Gumbel noise comes from: each pair has its own.
#[derive(Debug, Clone, Copy)]
pub enum Noise<'a> {
    /// Numbers 2 k and 2 k + 1 of pair n are drawn from the word at `first + 8 n + k`.
    Drawn {
        /// From where.
        counter: Counter,
        /// The first index.
        first: u64,
    },
    /// `[n_pairs * n_aspects]`
    Given(&'a [f32]),
}

/// How the context vectors of a bag become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readout {
    /// Their mean.
    Mean,
    /// Their sum.
    Sum,
    /// The largest of each coordinate.
    Max,
}

/// What a step over occurrences computes.
#[derive(Debug, Clone, Copy)]
pub struct ListedSkipGram {
    /// The number of aspects K.
    pub n_aspects: usize,
    /// How a centre chooses among them.
    pub selection: Selection,
    /// What it chooses by.
    pub readout: Readout,
    /// What losses and gradients are multiplied with, such as 1 / (pairs * K).
    pub scale: f32,
}

/// Dense gradients, with the memory of a step.
#[derive(Debug, Default)]
pub struct ListedGradients {
    /// `[n_nodes, d]`
    pub centres: Matrix,
    /// `[n_nodes, d * lanes]`
    pub contexts: Matrix,
    /// A row for each occurrence.
    by_occurrence: Matrix,
    /// For each run of the same centre its spread vector.
    spread: Matrix,
    runs: Vec<u32>,
    slopes: Vec<f32>,
    targets: Vec<u32>,
    offsets: Vec<u32>,
    places: PlacesByRow,
    /// With the largest as read-out: a row for each node of a bag.
    largest: Matrix,
}

/// Computes the loss of listed pairs and its gradient:
///
/// scale * sum over pairs (i, j) of sum_s z_s [ -log sigma(<P_i, Q_j^s>) - sum over its negatives n of
/// log sigma(-<P_i, Q_n^s>) ]
///
/// with z from the read-out of the pair's bag (Park et al. 2020, eq. 5 to 9). The gradient flows through z.
///
/// # Shapes
/// - `centres`: `[n_nodes, d]`; `contexts`: `[n_nodes, d * lanes]` with [`super::aspect_lanes`].
/// - `out`: **overwritten**.
/// # Numerics
/// The same bytes for any number of threads.
/// # Panics
/// If the shapes do not fit, a node is out of range, or an occurrence with pairs has an empty bag.
pub fn skip_gram_of_pairs(
    centres: &Matrix,
    contexts: &Matrix,
    batch: ContextBatch<'_>,
    what: ListedSkipGram,
    out: &mut ListedGradients,
) -> f64 {
    let lanes = super::aspect_lanes(what.n_aspects);
    let (n, n_pairs) = (batch.centres.len(), batch.contexts.columns.len());
    assert_eq!(contexts.dim(), centres.dim() * lanes, "a context row holds {lanes} lanes of a centre row");
    assert_eq!(centres.n_rows(), contexts.n_rows(), "a centre and a context row for each node");
    assert_eq!((batch.contexts.len(), batch.bags.len()), (n, n), "contexts and a bag for each occurrence");
    assert_eq!(batch.negatives.len(), n_pairs * batch.n_negatives, "negatives for each pair");
    if let Noise::Given(noise) = batch.noise {
        assert_eq!(noise.len(), n_pairs * what.n_aspects, "noise for each pair and aspect");
    }
    let plain = lanes == 1 || what.selection == Selection::Even;
    prepare(centres, contexts, batch, plain, what.readout, lanes, out);
    let losses: Vec<f64> = {
        let shared = Shared {
            rows: out.by_occurrence.shared_rows(),
            largest: out.largest.shared_rows(),
            slopes: crate::shared::SharedSlice::new(&mut out.slopes),
        };
        let (spread, runs, offsets, targets) = (&out.spread, &out.runs, &out.offsets, &out.targets);
        (0..n)
            .into_par_iter()
            .with_min_len(16)
            .map_init(Scratch::default, |scratch, occurrence| {
                let task = Task { contexts, batch, what, plain, shared, spread, runs, offsets, targets, occurrence };
                run(task, lanes, scratch)
            })
            .collect()
    };
    let n_nodes = centres.n_rows();
    out.centres.reshape(n_nodes, centres.dim());
    sum_listed(
        out.places.group(n_nodes, batch.centres),
        &out.by_occurrence,
        &Matrix::zeros(0, centres.dim()),
        &mut out.centres,
    );
    sum_contexts(n_nodes, contexts.dim(), lanes, batch, plain, what.readout, out);
    losses.iter().sum::<f64>() * f64::from(what.scale)
}

/// Lists the targets of each occurrence (contexts, negatives and, where it chooses, the bag) and spreads the centres.
fn prepare(
    centres: &Matrix,
    contexts: &Matrix,
    batch: ContextBatch<'_>,
    plain: bool,
    readout: Readout,
    lanes: usize,
    out: &mut ListedGradients,
) {
    for list in [&mut out.runs, &mut out.targets, &mut out.offsets] {
        list.clear();
    }
    out.offsets.push(0);
    let mut run = 0;
    for (k, &centre) in batch.centres.iter().enumerate() {
        if k > 0 && centre != batch.centres[k - 1] {
            run += 1;
        }
        out.runs.push(run);
        let pairs = batch.contexts.offsets[k] as usize..batch.contexts.offsets[k + 1] as usize;
        out.targets.extend_from_slice(&batch.contexts.columns[pairs.clone()]);
        out.targets.extend_from_slice(&batch.negatives[pairs.start * batch.n_negatives..pairs.end * batch.n_negatives]);
        if !plain {
            assert!(pairs.is_empty() || !batch.bags.list(k).is_empty(), "occurrence {k} has a bag to choose by");
            out.targets.extend_from_slice(batch.bags.list(k));
        }
        out.offsets.push(out.targets.len() as u32);
    }
    assert!(out.targets.iter().all(|&node| (node as usize) < contexts.n_rows()), "nodes in range");
    let n_runs = if batch.centres.is_empty() { 0 } else { run as usize + 1 };
    out.spread.reshape(n_runs, contexts.dim());
    for (k, &centre) in batch.centres.iter().enumerate() {
        if k == 0 || out.runs[k] != out.runs[k - 1] {
            let row = out.spread.row_mut(out.runs[k] as usize);
            with_lanes!(lanes, |L| spread::<L>(centres.row(centre as usize), row));
        }
    }
    out.by_occurrence.reshape(batch.centres.len(), centres.dim());
    out.slopes.clear();
    out.slopes.resize(out.targets.len() * lanes, 0.0);
    let n_largest = if readout == Readout::Max && !plain { batch.bags.columns.len() } else { 0 };
    out.largest.reshape(n_largest, contexts.dim());
}

/// dQ of a node = sum over the occurrences that it is a target of, of slope * P
fn sum_contexts(
    n_nodes: usize,
    dim: usize,
    lanes: usize,
    batch: ContextBatch<'_>,
    plain: bool,
    readout: Readout,
    out: &mut ListedGradients,
) {
    let mut runs_of_targets = std::mem::take(&mut out.runs);
    let runs: Vec<u32> = runs_of_targets.clone();
    runs_of_targets.clear();
    for (k, &run) in runs.iter().enumerate() {
        runs_of_targets.resize(out.offsets[k + 1] as usize, run);
    }
    let places = out.places.group(n_nodes, &out.targets);
    let rows = Rows::from(&out.spread);
    let slopes = &out.slopes;
    out.contexts.reshape(n_nodes, dim);
    let stride = out.contexts.stride();
    if stride == 0 {
        return;
    }
    const ROWS_A_TASK: usize = 64;
    out.contexts.as_mut_slice().par_chunks_mut(ROWS_A_TASK * stride).enumerate().for_each_init(
        Gathered::default,
        |gathered, (k, out)| {
            for (r, out) in out.chunks_exact_mut(stride).enumerate() {
                let list = places.list(k * ROWS_A_TASK + r);
                gathered.runs.clear();
                gathered.slopes.clear();
                for &place in list {
                    gathered.runs.push(runs_of_targets[place as usize]);
                    gathered.slopes.extend_from_slice(&slopes[place as usize * lanes..][..lanes]);
                }
                sum_rows(lanes, rows, &gathered.runs, &gathered.slopes, out);
            }
        },
    );
    if readout == Readout::Max && !plain {
        let largest = &out.largest;
        let gradient = &mut out.contexts;
        for (place, &node) in batch.bags.columns.iter().enumerate() {
            for (sum, value) in gradient.row_mut(node as usize).iter_mut().zip(largest.row(place)) {
                *sum += value;
            }
        }
    }
}

#[derive(Debug, Default)]
struct Gathered {
    runs: Vec<u32>,
    slopes: Vec<f32>,
}

multiversion! {
    fn sum_rows(lanes: usize, rows: Rows<'_>, listed: &[u32], slopes: &[f32], out: &mut [f32]) = sum_rows_body;
}

#[inline(always)]
fn sum_rows_body<const FUSED: bool>(lanes: usize, rows: Rows<'_>, listed: &[u32], slopes: &[f32], out: &mut [f32]) {
    with_lanes!(lanes, |L| weighted_sum::<FUSED, L, false>(rows, listed, slopes, out));
}

#[derive(Clone, Copy)]
struct Shared<'a> {
    rows: crate::matrix::SharedRows<'a>,
    largest: crate::matrix::SharedRows<'a>,
    slopes: crate::shared::SharedSlice<'a, f32>,
}

#[derive(Clone, Copy)]
struct Task<'a> {
    contexts: &'a Matrix,
    batch: ContextBatch<'a>,
    what: ListedSkipGram,
    plain: bool,
    shared: Shared<'a>,
    spread: &'a Matrix,
    runs: &'a [u32],
    offsets: &'a [u32],
    targets: &'a [u32],
    occurrence: usize,
}

#[derive(Debug, Default)]
struct Scratch {
    scores: Vec<f32>,
    sums: Vec<Block>,
    sigmoid: Vec<f32>,
    softplus: Vec<f32>,
    slopes: Vec<f32>,
    sum: Vec<f32>,
    readout: Vec<f32>,
}

multiversion! {
    fn run(task: Task<'_>, lanes: usize, scratch: &mut Scratch) -> f64 = body;
}

#[inline(always)]
fn body<const FUSED: bool>(task: Task<'_>, lanes: usize, scratch: &mut Scratch) -> f64 {
    with_lanes!(lanes, |L| occurrence::<FUSED, L>(task, scratch))
}

#[inline(always)]
fn occurrence<const FUSED: bool, const L: usize>(task: Task<'_>, scratch: &mut Scratch) -> f64 {
    let Task { contexts, batch, what, plain, shared, spread, runs, offsets, targets, occurrence } = task;
    let first = offsets[occurrence] as usize;
    let targets = &targets[first..offsets[occurrence + 1] as usize];
    let first_pair = batch.contexts.offsets[occurrence] as usize;
    let n_pairs = batch.contexts.offsets[occurrence + 1] as usize - first_pair;
    let n_losses = n_pairs * (1 + batch.n_negatives);
    let (bag, width) = (&targets[n_losses..], contexts.stride());
    let rows = Rows::from(contexts);
    let centre = spread.row(runs[occurrence] as usize);
    for &node in targets {
        prefetch(contexts, node as usize);
    }
    let n_scores = (targets.len() * L).next_multiple_of(16);
    for buffer in [&mut scratch.scores, &mut scratch.sigmoid, &mut scratch.softplus] {
        buffer.resize(n_scores, 0.0);
    }
    scratch.slopes.clear();
    scratch.slopes.resize(targets.len() * L, 0.0);
    scores::<FUSED, L>(centre, rows, targets, &mut scratch.sums, &mut scratch.scores);
    slopes_and_losses::<FUSED>(&scratch.scores, n_pairs * L, &mut scratch.sigmoid, &mut scratch.softplus);

    let logits = if plain { [0.0; L] } else { logits::<FUSED, L>(task, bag, centre, scratch, n_losses) };
    let noise = |pair: usize| match batch.noise {
        _ if !what.selection.is_noisy() => [0.0; L],
        Noise::Drawn { counter, first } => gumbel::<FUSED, L>(counter, first + 8 * (first_pair + pair) as u64),
        Noise::Given(noise) => {
            let given = &noise[(first_pair + pair) * what.n_aspects..][..what.n_aspects];
            std::array::from_fn(|k| given.get(k).copied().unwrap_or(0.0))
        }
    };
    let mut loss = 0.0;
    let mut by_logit = [0.0_f32; L];
    for pair in 0..n_pairs {
        // The pair's own targets: its context, then its negatives.
        let mut terms = [0.0_f32; L];
        let own = |n: usize| if n == 0 { pair } else { n_pairs + pair * batch.n_negatives + n - 1 };
        for n in 0..=batch.n_negatives {
            let losses: &[f32; L] = scratch.softplus[own(n) * L..].first_chunk().expect("lanes");
            for k in 0..L {
                terms[k] += losses[k];
            }
        }
        let z = what.selection.weights::<FUSED, L>(&logits, what.n_aspects, &noise(pair));
        let through = z.gradient(&terms);
        let mut sum = 0.0;
        for k in 0..L {
            sum += z.forward[k] * terms[k];
            by_logit[k] += through[k];
        }
        loss += f64::from(sum);
        for n in 0..=batch.n_negatives {
            let t = own(n) * L;
            for k in 0..L {
                scratch.slopes[t + k] = what.scale * z.forward[k] * scratch.sigmoid[t + k];
            }
        }
    }
    scratch.sum.resize(width, 0.0);
    if !plain {
        let share = if what.readout == Readout::Mean { 1.0 / bag.len().max(1) as f32 } else { 1.0 };
        let by_logit = by_logit.map(|g| what.scale * share * g);
        if what.readout == Readout::Max {
            max_gradient::<FUSED, L>(task, bag, centre, by_logit, scratch);
        } else {
            for slopes in scratch.slopes[n_losses * L..].chunks_exact_mut(L) {
                slopes.copy_from_slice(&by_logit);
            }
        }
    }
    if what.readout == Readout::Max && !plain {
        // The read-out's part of dP stands in `sum` already.
        weighted_sum::<FUSED, L, true>(rows, targets, &scratch.slopes, &mut scratch.sum);
    } else {
        weighted_sum::<FUSED, L, false>(rows, targets, &scratch.slopes, &mut scratch.sum);
    }
    // SAFETY: each occurrence has a row and slopes of its own.
    gather::<L>(&scratch.sum, unsafe { shared.rows.row_mut(occurrence) });
    for (k, &slope) in scratch.slopes.iter().enumerate() {
        // SAFETY: as above.
        unsafe { shared.slopes.set(first * L + k, slope) };
    }
    loss
}

/// <P, read-out> for each aspect.
#[inline(always)]
fn logits<const FUSED: bool, const L: usize>(
    task: Task<'_>,
    bag: &[u32],
    centre: &[f32],
    scratch: &mut Scratch,
    n_losses: usize,
) -> [f32; L] {
    let mut logits = [0.0_f32; L];
    if task.what.readout == Readout::Max {
        let rows = Rows::from(task.contexts);
        scratch.readout.clear();
        scratch.readout.extend_from_slice(rows.row(bag[0]));
        for &node in &bag[1..] {
            for (largest, &value) in scratch.readout.iter_mut().zip(rows.row(node)) {
                *largest = largest.max(value);
            }
        }
        let readout = Rows { values: &scratch.readout, stride: rows.stride };
        scores::<FUSED, L>(centre, readout, &[0], &mut scratch.sums, &mut logits);
        return logits;
    }
    for scores in scratch.scores[n_losses * L..(n_losses + bag.len()) * L].as_chunks::<L>().0 {
        for k in 0..L {
            logits[k] += scores[k];
        }
    }
    let share = if task.what.readout == Readout::Mean { 1.0 / bag.len().max(1) as f32 } else { 1.0 };
    logits.map(|a| a * share)
}

/// The gradient of <P, max> : to P it passes the read-out, to each coordinate's first largest node it passes P.
#[inline(always)]
fn max_gradient<const FUSED: bool, const L: usize>(
    task: Task<'_>,
    bag: &[u32],
    centre: &[f32],
    by_logit: [f32; L],
    scratch: &mut Scratch,
) {
    let rows = Rows::from(task.contexts);
    let readout = Rows { values: &scratch.readout, stride: rows.stride };
    weighted_sum::<FUSED, L, false>(readout, &[0], &by_logit, &mut scratch.sum);
    let first = task.batch.bags.offsets[task.occurrence] as usize;
    for k in 0..bag.len() {
        // SAFETY: the places of an occurrence's bag are its own.
        unsafe { task.shared.largest.row_mut(first + k) }.fill(0.0);
    }
    for place in 0..rows.stride {
        let largest = scratch.readout[place];
        if let Some(k) = bag.iter().position(|&node| rows.row(node)[place] == largest) {
            // SAFETY: as above.
            let row = unsafe { task.shared.largest.row_mut(first + k) };
            row[place] = by_logit[place % L] * centre[place];
        }
    }
}
