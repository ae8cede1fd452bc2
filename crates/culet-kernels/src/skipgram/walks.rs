//! Skip-gram over whole walks: every node of a walk is a centre once and a context of its neighbours in the walk, and a
//! handful of negatives is shared by the walk.
//!
//! So a walk is a small dense problem that stays in the nearest cache: a vector is fetched once for all the pairs that
//! it takes part in, and its gradient leaves as one row.

use rayon::prelude::*;

use super::diversity::{Diversity, diversity_of_row};
use super::lanes::{Block, Rows, gather, scores, spread, weighted_sum, with_lanes};
use super::selection::{Selection, gumbel};
use crate::isa::multiversion;
use crate::lanes::{blocks, blocks_mut, lanewise, prefetch};
use crate::matrix::SharedRows;
use crate::numeric::sigmoid_and_softplus;
use crate::{Counter, Matrix};

/// The widest window to each side.
const MOST_WINDOW: usize = 32;

/// Walks, and the negatives that each of them shares.
#[derive(Debug, Clone, Copy)]
pub struct WalkBatch<'a> {
    /// The nodes of all walks, end to end.
    pub nodes: &'a [u32],
    /// Where each walk starts and the last one ends, `[n_walks + 1]`.
    pub offsets: &'a [u32],
    /// For each walk, for each kind of context, `n_negatives` nodes: `[n_walks * n_kinds * n_negatives]`.
    pub negatives: &'a [u32],
    /// How many for each kind of a walk.
    pub n_negatives: usize,
    /// From where the noise of the aspects is drawn: 8 words for each node of `nodes` and kind, from `first_noise` on.
    pub noise: Counter,
    /// The first index of the noise.
    pub first_noise: u64,
}

/// What a skip-gram step computes.
#[derive(Debug, Clone, Copy)]
pub struct SkipGram<'a> {
    /// Nodes at most this far before and after a centre are its contexts.
    pub window: usize,
    /// How many negatives a pair counts; those of the walk are weighted to stand for so many.
    pub negatives_per_pair: f32,
    /// The number of aspects K.
    pub n_aspects: usize,
    /// How a centre chooses among them.
    pub selection: Selection,
    /// The kind of each node as a context, below `n_kinds` for those of walks; empty where all are of one kind.
    pub kinds: &'a [u8],
    /// The number of kinds, 1 where `kinds` is empty.
    pub n_kinds: usize,
    /// What keeps the aspects of a context apart, counted once for each pair, as a mean over the pairs of aspects.
    pub diversity: Option<Diversity>,
    /// For each node whether it chooses an aspect as centre (else all aspects count evenly); empty: all do.
    pub chooses: &'a [bool],
}

impl SkipGram<'_> {
    #[inline(always)]
    fn kind(&self, node: u32) -> usize {
        if self.kinds.is_empty() { 0 } else { usize::from(self.kinds[node as usize]) }
    }

    #[inline(always)]
    fn selection_of(&self, node: u32) -> Selection {
        if self.chooses.is_empty() || self.chooses[node as usize] { self.selection } else { Selection::Even }
    }
}

/// The gradients of a batch, one row for each place where a vector was read.
#[derive(Debug, Default)]
pub struct WalkGradients {
    /// Of the centres, `[n_nodes_of_walks, d]`.
    pub centres: Matrix,
    /// Of the contexts, `[n_nodes_of_walks + n_walks * n_kinds * n_negatives, d * lanes]`: first the nodes of the
    /// walks, then the negatives.
    pub contexts: Matrix,
    /// The sum of the losses of all pairs.
    pub loss: f64,
    /// The number of pairs.
    pub n_pairs: u64,
    /// The sum over pairs of the weights of the aspects of each centre, `[n_nodes_of_walks * lanes]`: who was seen how.
    pub shares: Vec<f32>,
}

/// Computes the loss of each pair (centre i, context j) of walks, and its gradient:
///
/// sum_s z_s [ -log sigma(<P_i, Q_j^s>) - w * sum over the walk's negatives n of log sigma(-<P_i, Q_n^s>) ]
///
/// with z from the mean of the distinct contexts of the centre (Park et al. 2020, eq. 5 to 9) and w = negatives per
/// pair / negatives of the walk. Losses and gradients are sums over the pairs, not means.
///
/// # Shapes
/// - `centres`: `[n_nodes, d]`; `contexts`: `[n_nodes, d * lanes]` with [`super::aspect_lanes`].
/// - `out`: **overwritten**.
/// # Numerics
/// The same bytes for any number of threads.
/// # Panics
/// If the shapes do not fit or a node is out of range.
pub fn skip_gram_of_walks(
    centres: &Matrix,
    contexts: &Matrix,
    batch: WalkBatch<'_>,
    what: SkipGram<'_>,
    out: &mut WalkGradients,
) {
    let lanes = super::aspect_lanes(what.n_aspects);
    assert_eq!(contexts.dim(), centres.dim() * lanes, "a context row holds {lanes} lanes of a centre row");
    assert_eq!(centres.n_rows(), contexts.n_rows(), "a centre and a context row for each node");
    assert!((1..=MOST_WINDOW).contains(&what.window), "a window of 1 to 32 nodes to each side");
    let n_walks = batch.offsets.len() - 1;
    let a_walk = what.n_kinds * batch.n_negatives;
    assert_eq!(batch.negatives.len(), n_walks * a_walk, "negatives for each walk and kind");
    assert_eq!(batch.offsets[n_walks] as usize, batch.nodes.len(), "walks end where the nodes end");
    assert!(batch.offsets.is_sorted(), "walks lie end to end");
    let n_nodes = centres.n_rows();
    assert!(batch.nodes.iter().chain(batch.negatives).all(|&node| (node as usize) < n_nodes), "nodes in range");
    assert!(what.kinds.is_empty() || what.kinds.len() == n_nodes, "a kind for each node");
    assert!(what.chooses.is_empty() || what.chooses.len() == n_nodes, "each node chooses or does not");
    let n_places = batch.nodes.len();
    out.centres.reshape(n_places, centres.dim());
    out.contexts.reshape(n_places + batch.negatives.len(), contexts.dim());
    out.shares.clear();
    out.shares.resize(n_places * lanes, 0.0);
    let shared = Shared {
        centres: out.centres.shared_rows(),
        contexts: out.contexts.shared_rows(),
        shares: crate::shared::SharedSlice::new(&mut out.shares),
    };
    let parts: Vec<(f64, u64)> = (0..n_walks)
        .into_par_iter()
        .map_init(Scratch::default, |scratch, walk| {
            let task = Task { centres, contexts, batch, what, shared, walk };
            run(task, lanes, scratch)
        })
        .collect();
    out.loss = parts.iter().map(|part| part.0).sum();
    out.n_pairs = parts.iter().map(|part| part.1).sum();
}

#[derive(Clone, Copy)]
struct Shared<'a> {
    centres: SharedRows<'a>,
    contexts: SharedRows<'a>,
    shares: crate::shared::SharedSlice<'a, f32>,
}

#[derive(Clone, Copy)]
struct Task<'a> {
    centres: &'a Matrix,
    contexts: &'a Matrix,
    batch: WalkBatch<'a>,
    what: SkipGram<'a>,
    shared: Shared<'a>,
    walk: usize,
}

/// What a walk needs besides its vectors.
#[derive(Debug, Default)]
struct Scratch {
    /// The spread centres, `[length * width]`.
    spread: Vec<f32>,
    /// The derivative of the loss by each score, `[length * targets * lanes]`: of each place with the 2 w places around
    /// it, then with the negatives.
    slopes: Vec<f32>,
    /// The same by target: of the places and the negatives, each with the centres that saw it.
    by_target: Vec<f32>,
    /// The rows of the targets of a centre.
    targets: Vec<u32>,
    /// The scores of a centre with its targets, `[targets * lanes]`, and what follows from them.
    scores: Vec<f32>,
    sums: Vec<Block>,
    sigmoid: Vec<f32>,
    softplus: Vec<f32>,
    /// The gradient of a spread centre.
    sum: Vec<f32>,
    /// 0, 1, 2 ...
    places: Vec<u32>,
}

multiversion! {
    fn run(task: Task<'_>, lanes: usize, scratch: &mut Scratch) -> (f64, u64) = body;
}

#[inline(always)]
fn body<const FUSED: bool>(task: Task<'_>, lanes: usize, scratch: &mut Scratch) -> (f64, u64) {
    with_lanes!(lanes, |L| walk::<FUSED, L>(task, scratch))
}

#[inline(always)]
fn walk<const FUSED: bool, const L: usize>(task: Task<'_>, scratch: &mut Scratch) -> (f64, u64) {
    let Task { centres, contexts, batch, what, shared, walk } = task;
    let first = batch.offsets[walk] as usize;
    let nodes = &batch.nodes[first..batch.offsets[walk + 1] as usize];
    let n_negatives = what.n_kinds * batch.n_negatives;
    let negatives = &batch.negatives[walk * n_negatives..][..n_negatives];
    let (w, length, width) = (what.window, nodes.len(), contexts.stride());
    let n_targets = 2 * w + n_negatives;
    let context_rows = Rows::from(contexts);
    for &node in negatives.iter().chain(&nodes[..length.min(w + 3)]) {
        prefetch(contexts, node as usize);
    }
    scratch.spread.resize(length * width, 0.0);
    for (&node, out) in nodes.iter().zip(scratch.spread.chunks_exact_mut(width)) {
        spread::<L>(centres.row(node as usize), out);
    }
    scratch.places.clear();
    scratch.places.extend(0..length as u32);
    scratch.slopes.clear();
    scratch.slopes.resize(length * n_targets * L, 0.0);
    let n_scores = (n_targets * L).next_multiple_of(16);
    for buffer in [&mut scratch.scores, &mut scratch.sigmoid, &mut scratch.softplus] {
        buffer.resize(n_scores, 0.0);
    }
    scratch.sum.resize(width, 0.0);
    let (mut loss, mut n_pairs) = (0.0, 0);
    for p in 0..length {
        if let Some(&ahead) = nodes.get(p + w + 3) {
            prefetch(contexts, ahead as usize);
        }
        // The contexts in order, then, from target 2 w on, the negatives.
        let (from, to) = (p.saturating_sub(w), (p + w + 1).min(length));
        scratch.targets.clear();
        scratch.targets.extend_from_slice(&nodes[from..p]);
        scratch.targets.extend_from_slice(&nodes[p + 1..to]);
        let n_contexts = scratch.targets.len();
        let centre = &scratch.spread[p * width..][..width];
        scores::<FUSED, L>(centre, context_rows, &scratch.targets, &mut scratch.sums, &mut scratch.scores);
        scores::<FUSED, L>(centre, context_rows, negatives, &mut scratch.sums, &mut scratch.scores[2 * w * L..]);
        slopes_and_losses::<FUSED>(&scratch.scores, 2 * w * L, &mut scratch.sigmoid, &mut scratch.softplus);
        let slopes = &mut scratch.slopes[p * n_targets * L..][..n_targets * L];
        let seen = Centre {
            what,
            n_negatives: batch.n_negatives,
            node: nodes[p],
            contexts: &scratch.targets,
            scores: &scratch.scores,
            sigmoid: &scratch.sigmoid,
            softplus: &scratch.softplus,
            noise: batch.noise,
            index: batch.first_noise + (8 * what.n_kinds * (first + p)) as u64,
        };
        let mut shares = [0.0; L];
        loss +=
            if L == 1 && what.n_kinds == 1 { seen.plain(slopes) } else { seen.choose::<FUSED, L>(slopes, &mut shares) };
        n_pairs += n_contexts as u64;
        for (k, &share) in shares.iter().enumerate() {
            // SAFETY: the places of a walk belong to its task alone.
            unsafe { shared.shares.set((first + p) * L + k, share) };
        }
        // dP = sum over targets of slope * Q
        weighted_sum::<FUSED, L, false>(context_rows, &scratch.targets, slopes, &mut scratch.sum);
        weighted_sum::<FUSED, L, true>(context_rows, negatives, &slopes[2 * w * L..], &mut scratch.sum);
        // SAFETY: the places of a walk belong to its task alone.
        gather::<L>(&scratch.sum, unsafe { shared.centres.row_mut(first + p) });
    }

    // dQ of a place = sum over the centres around it of slope * P
    let centre_rows = Rows { values: &scratch.spread, stride: width };
    for (x, &node) in nodes.iter().enumerate() {
        let (from, to) = (x.saturating_sub(w), (x + w + 1).min(length));
        scratch.by_target.clear();
        scratch.targets.clear();
        for q in (from..to).filter(|&q| q != x) {
            // The place of x among the contexts of q.
            let t = x - q.saturating_sub(w).min(x) - usize::from(x > q);
            scratch.by_target.extend_from_slice(&scratch.slopes[(q * n_targets + t) * L..][..L]);
            scratch.targets.push(q as u32);
        }
        // SAFETY: as above.
        let out = unsafe { shared.contexts.row_mut(first + x) };
        weighted_sum::<FUSED, L, false>(centre_rows, &scratch.targets, &scratch.by_target, out);
        if let Some(diversity) = what.diversity.filter(|_| L > 1) {
            let n_pairs_of_aspects = (what.n_aspects * (what.n_aspects - 1) / 2) as f32;
            let weight = diversity.weight * scratch.targets.len() as f32 / n_pairs_of_aspects;
            let diversity = Diversity { weight, ..diversity };
            loss += f64::from(diversity_of_row(context_rows.row(node), L, diversity, out));
        }
    }
    for n in 0..n_negatives {
        scratch.by_target.clear();
        for p in 0..length {
            scratch.by_target.extend_from_slice(&scratch.slopes[(p * n_targets + 2 * w + n) * L..][..L]);
        }
        // SAFETY: as above; each negative of each walk has a row of its own.
        let out = unsafe { shared.contexts.row_mut(batch.nodes.len() + walk * n_negatives + n) };
        weighted_sum::<FUSED, L, false>(centre_rows, &scratch.places, &scratch.by_target, out);
    }
    (loss, n_pairs)
}

/// A centre, its contexts and what it scores with them and the negatives.
struct Centre<'a> {
    what: SkipGram<'a>,
    n_negatives: usize,
    node: u32,
    contexts: &'a [u32],
    scores: &'a [f32],
    sigmoid: &'a [f32],
    softplus: &'a [f32],
    noise: Counter,
    index: u64,
}

impl Centre<'_> {
    /// How much the loss of a negative counts for `n_contexts` pairs.
    #[inline(always)]
    fn share(&self, n_contexts: usize) -> f32 {
        n_contexts as f32 * self.what.negatives_per_pair / self.n_negatives.max(1) as f32
    }

    /// One aspect, one kind: fills the slopes and gives the loss.
    #[inline(always)]
    fn plain(&self, slopes: &mut [f32]) -> f64 {
        let (n, from) = (self.contexts.len(), 2 * self.what.window);
        slopes[..n].copy_from_slice(&self.sigmoid[..n]);
        let share = self.share(n);
        let (mut near, mut far) = (0.0, 0.0);
        for loss in &self.softplus[..n] {
            near += loss;
        }
        for ((slope, sigmoid), loss) in slopes[from..].iter_mut().zip(&self.sigmoid[from..]).zip(&self.softplus[from..])
        {
            *slope = share * sigmoid;
            far += loss;
        }
        f64::from(near + share * far)
    }

    /// Chooses an aspect for each kind of context; fills the slopes and the shares of the aspects, and gives the loss.
    #[inline(always)]
    fn choose<const FUSED: bool, const L: usize>(&self, slopes: &mut [f32], shares: &mut [f32; L]) -> f64 {
        let mut loss = 0.0;
        for kind in 0..self.what.n_kinds {
            loss += self.choose_for::<FUSED, L>(kind, slopes, shares);
        }
        loss
    }

    #[inline(always)]
    fn choose_for<const FUSED: bool, const L: usize>(
        &self,
        kind: usize,
        slopes: &mut [f32],
        shares: &mut [f32; L],
    ) -> f64 {
        let what = self.what;
        let lanes = |values: &[f32], t: usize| -> [f32; L] { *values[t * L..].first_chunk().expect("lanes") };
        let is_here = |t: usize| what.n_kinds == 1 || what.kind(self.contexts[t]) == kind;
        let (mut logits, mut terms) = ([0.0_f32; L], [0.0_f32; L]);
        let (mut n_contexts, mut n_distinct) = (0, 0);
        // A node that is repeated counts once for the choice, where it stands first.
        let mut firsts = [false; 2 * MOST_WINDOW];
        for t in (0..self.contexts.len()).filter(|&t| is_here(t)) {
            firsts[t] = !self.contexts[..t].contains(&self.contexts[t]);
            n_contexts += 1;
            n_distinct += usize::from(firsts[t]);
            let (scores, losses) = (lanes(self.scores, t), lanes(self.softplus, t));
            let counts = if firsts[t] { 1.0 } else { 0.0 };
            for k in 0..L {
                terms[k] += losses[k];
                logits[k] += counts * scores[k];
            }
        }
        if n_contexts == 0 {
            return 0.0;
        }
        let negatives = 2 * what.window + kind * self.n_negatives..2 * what.window + (kind + 1) * self.n_negatives;
        let share = self.share(n_contexts);
        for t in negatives.clone() {
            let losses = lanes(self.softplus, t);
            for k in 0..L {
                terms[k] += share * losses[k];
            }
        }
        let bag = 1.0 / n_distinct as f32;
        for a in &mut logits {
            *a *= bag;
        }
        let selection = what.selection_of(self.node);
        let noise =
            if selection.is_noisy() { gumbel::<FUSED, L>(self.noise, self.index + 8 * kind as u64) } else { [0.0; L] };
        let z = selection.weights::<FUSED, L>(&logits, what.n_aspects, &noise);
        let through = z.gradient(&terms);
        let mut loss = 0.0;
        for k in 0..L {
            loss += z.forward[k] * terms[k];
            shares[k] += n_contexts as f32 * z.forward[k];
        }
        for t in (0..self.contexts.len()).filter(|&t| is_here(t)) {
            let (sigmoid, counts) = (lanes(self.sigmoid, t), if firsts[t] { bag } else { 0.0 });
            for k in 0..L {
                slopes[t * L + k] = z.forward[k] * sigmoid[k] + counts * through[k];
            }
        }
        for t in negatives {
            let sigmoid = lanes(self.sigmoid, t);
            for k in 0..L {
                slopes[t * L + k] = share * z.forward[k] * sigmoid[k];
            }
        }
        f64::from(loss)
    }
}

/// For positives (the first `n_positive` scores) the slope sigma(s) - 1 = -sigma(-s) and the loss log(1 + exp(-s)), for
/// negatives sigma(s) and log(1 + exp(s)).
#[inline(always)]
pub(super) fn slopes_and_losses<const FUSED: bool>(
    scores: &[f32],
    n_positive: usize,
    slopes: &mut [f32],
    losses: &mut [f32],
) {
    let pieces = blocks_mut(slopes).iter_mut().zip(blocks_mut(losses)).zip(blocks(scores));
    for (b, ((slopes, losses), scores)) in pieces.enumerate() {
        let sign = lanewise!(|k| if 16 * b + k < n_positive { -1.0 } else { 1.0 });
        let (sigmoid, softplus) = sigmoid_and_softplus::<FUSED, 16>(lanewise!(|k| sign[k] * scores[k]));
        *slopes = lanewise!(|k| sign[k] * sigmoid[k]);
        *losses = softplus;
    }
}
