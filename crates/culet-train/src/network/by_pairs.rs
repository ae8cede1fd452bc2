//! Epochs of pairs in the published order: centre after centre, in the order in which walks first meet them.
//!
//! Neither walks nor pairs are stored: for some centres at a time the walks are drawn again and the windows around
//! these centres kept.

use std::ops::ControlFlow;

use culet_graph::{Purpose, Stream, Walker, Walks};
use culet_kernels::{ContextBatch, Lists, Noise};
use culet_model::{Loss, SkipGramModel};

/// Windows that are kept at a time: 28 bytes each with a window of 3.
const WINDOWS_AT_A_TIME: u64 = 1 << 20;
/// Walks that are drawn at a time.
const WALKS_AT_A_TIME: u64 = 4096;

/// The pairs of an epoch, in steps.
pub(super) struct PairSteps<'a> {
    walker: &'a Walker<'a>,
    seed: u64,
    batch: usize,
    window: usize,
    n_negatives: usize,
    n_rows: u64,
    length: u64,
    /// The centres in the order of their first occurrence, cut where their windows fill the memory.
    groups: Vec<Vec<u32>>,
    counts: Vec<u32>,
    n_pairs: u64,
    step: Step,
}

/// The occurrences of a step.
#[derive(Default)]
struct Step {
    centres: Vec<u32>,
    context_offsets: Vec<u32>,
    contexts: Vec<u32>,
    bag_offsets: Vec<u32>,
    bags: Vec<u32>,
    negatives: Vec<u32>,
}

impl Step {
    fn clear(&mut self) {
        for list in [&mut self.centres, &mut self.contexts, &mut self.bags, &mut self.negatives] {
            list.clear();
        }
        for offsets in [&mut self.context_offsets, &mut self.bag_offsets] {
            offsets.clear();
            offsets.push(0);
        }
    }
}

impl<'a> PairSteps<'a> {
    pub(super) fn new(walker: &'a Walker<'a>, model: &SkipGramModel, batch: usize, seed: u64) -> Self {
        let config = &model.config;
        let n_rows = model.n_rows();
        let mut steps = Self {
            walker,
            seed,
            batch: if batch == 0 { 50_000 } else { batch },
            window: config.window,
            n_negatives: config.negatives,
            n_rows: n_rows as u64,
            length: u64::from(config.walks.length),
            groups: Vec::new(),
            counts: vec![0; n_rows],
            n_pairs: 0,
            step: Step::default(),
        };
        steps.order_centres();
        steps
    }

    pub(super) fn n_pairs(&self) -> u64 {
        self.n_pairs
    }

    pub(super) fn steps_per_epoch(&self) -> u64 {
        self.n_pairs.div_ceil(self.batch as u64).max(1)
    }

    /// Calls `take` with the loss of each step, after its gradient is made; the first `n_made` steps were made before.
    ///
    /// `training` is whatever holds the model, which `model` finds in it.
    pub(super) fn epoch<T>(
        &mut self,
        training: &mut T,
        model: fn(&mut T) -> &mut SkipGramModel,
        first_overall: u64,
        n_made: u64,
        take: &mut dyn FnMut(&mut T, Loss) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut overall = first_overall;
        self.step.clear();
        for group in 0..self.groups.len() {
            let windows = self.windows_of(group);
            for occurrence in 0..windows.n_occurrences() {
                self.append(&windows, occurrence);
                if self.step.contexts.len() >= self.batch {
                    overall += 1;
                    if overall > first_overall + n_made {
                        let loss = self.make(model(training), overall);
                        take(training, loss)?;
                    }
                    self.step.clear();
                }
            }
        }
        if !self.step.contexts.is_empty() && overall >= first_overall + n_made {
            let loss = self.make(model(training), overall + 1);
            take(training, loss)?;
        }
        ControlFlow::Continue(())
    }

    fn make(&self, model: &mut SkipGramModel, overall: u64) -> Loss {
        let step = &self.step;
        let batch = ContextBatch {
            centres: &step.centres,
            contexts: Lists { offsets: &step.context_offsets, columns: &step.contexts },
            bags: Lists { offsets: &step.bag_offsets, columns: &step.bags },
            negatives: &step.negatives,
            n_negatives: self.n_negatives,
            noise: Noise::Drawn { counter: Stream::new(self.seed, Purpose::Aspects, overall).counter(), first: 0 },
        };
        model.loss_and_gradient_of_pairs(batch)
    }

    /// Adds an occurrence with its bag, and negatives that are not in its window.
    fn append(&mut self, windows: &Windows, occurrence: usize) {
        let (window, id) = (windows.window(occurrence), windows.ids[occurrence]);
        let step = &mut self.step;
        step.centres.push(windows.centres[occurrence]);
        let bag_start = step.bags.len();
        for &node in window {
            if !step.bags[bag_start..].contains(&node) {
                step.bags.push(node);
            }
        }
        step.bag_offsets.push(step.bags.len() as u32);
        let stream = Stream::new(self.seed, Purpose::Negatives, 0);
        // A network where a window holds all nodes has no other negatives.
        let all = (step.bags.len() - bag_start) as u64 >= self.n_rows;
        for (t, &node) in window.iter().enumerate() {
            step.contexts.push(node);
            for k in 0..self.n_negatives {
                let place = (id * 2 * self.window as u64 + t as u64) * self.n_negatives as u64 + k as u64;
                let mut trial = 0;
                let negative = loop {
                    // Word `place` of the stream of the trial: the first nearly always does.
                    let stream = if trial == 0 { stream } else { Stream::new(self.seed, Purpose::Negatives, trial) };
                    let node = stream.below(place, self.n_rows) as u32;
                    if all || !window.contains(&node) {
                        break node;
                    }
                    trial += 1;
                };
                step.negatives.push(negative);
            }
        }
        step.context_offsets.push(step.contexts.len() as u32);
    }

    /// Finds the order of the centres, how often each occurs, and how many pairs there are.
    fn order_centres(&mut self) {
        let mut order = Vec::new();
        let mut counts = std::mem::take(&mut self.counts);
        let (mut n_pairs, w) = (0, self.window);
        self.each_walk(&mut |_, walk| {
            for (p, &node) in walk.iter().enumerate() {
                if counts[node as usize] == 0 {
                    order.push(node);
                }
                counts[node as usize] += 1;
                n_pairs += (p.min(w) + (walk.len() - 1 - p).min(w)) as u64;
            }
        });
        let mut filled = WINDOWS_AT_A_TIME;
        for node in order {
            let count = u64::from(counts[node as usize]);
            if filled + count > WINDOWS_AT_A_TIME {
                self.groups.push(Vec::new());
                filled = 0;
            }
            filled += count;
            self.groups.last_mut().expect("a group was begun").push(node);
        }
        (self.counts, self.n_pairs) = (counts, n_pairs);
    }

    /// The windows around the centres of a group: centre after centre, those of a centre in the order of the walks.
    fn windows_of(&self, group: usize) -> Windows {
        const NONE: u32 = u32::MAX;
        let centres = &self.groups[group];
        let mut next = vec![NONE; self.n_rows as usize];
        let mut total = 0;
        for &node in centres {
            next[node as usize] = total;
            total += self.counts[node as usize];
        }
        let (n, width) = (total as usize, 2 * self.window);
        let mut windows =
            Windows { centres: vec![0; n], ids: vec![0; n], sizes: vec![0; n], nodes: vec![0; n * width], width };
        let length = self.length;
        self.each_walk(&mut |index, walk| {
            for (p, &node) in walk.iter().enumerate() {
                let place = &mut next[node as usize];
                if *place == NONE {
                    continue;
                }
                let k = *place as usize;
                *place += 1;
                let before = &walk[p.saturating_sub(self.window)..p];
                let after = &walk[p + 1..(p + 1 + self.window).min(walk.len())];
                let out = &mut windows.nodes[k * width..][..before.len() + after.len()];
                out[..before.len()].copy_from_slice(before);
                out[before.len()..].copy_from_slice(after);
                windows.centres[k] = node;
                windows.ids[k] = index * length + p as u64;
                windows.sizes[k] = out.len() as u8;
            }
        });
        windows
    }

    /// Draws all walks, the same in every epoch.
    fn each_walk(&self, take: &mut dyn FnMut(u64, &[u32])) {
        let stream = Stream::new(self.seed, Purpose::Walks, 0);
        let mut walks = Walks::default();
        let mut first = 0;
        while first < self.walker.n_walks() {
            let end = self.walker.n_walks().min(first + WALKS_AT_A_TIME);
            walks.clear();
            self.walker.walks(stream, first..end, &mut walks);
            for (k, walk) in walks.iter().enumerate() {
                take(first + k as u64, walk);
            }
            first = end;
        }
    }
}

/// Windows around occurrences of centres.
struct Windows {
    centres: Vec<u32>,
    /// Which place of which walk.
    ids: Vec<u64>,
    sizes: Vec<u8>,
    nodes: Vec<u32>,
    width: usize,
}

impl Windows {
    fn n_occurrences(&self) -> usize {
        self.centres.len()
    }

    fn window(&self, occurrence: usize) -> &[u32] {
        &self.nodes[occurrence * self.width..][..usize::from(self.sizes[occurrence])]
    }
}
