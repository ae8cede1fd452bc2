//! Epochs of whole walks that share negatives.

use culet_graph::{Purpose, Stream, Walker, Walks};
use culet_kernels::WalkBatch;
use culet_model::{ContextKinds, Loss, SkipGramModel};
use rayon::prelude::*;

/// Nodes of walks in a step, where nobody says how many: enough that finding the rows that were read costs little, few
/// enough that a row is read a few times at most.
fn nodes_a_step(n_rows: usize) -> usize {
    (n_rows / 8).clamp(5_120, 131_072)
}

/// The walks of an epoch, in steps.
pub(super) struct WalkSteps<'a> {
    walker: &'a Walker<'a>,
    seed: u64,
    walks_a_step: u64,
    n_shared: usize,
    /// The rows of each kind that negatives are drawn from; empty: all rows.
    by_kind: Vec<Vec<u32>>,
    n_rows: usize,
    nodes: Vec<u32>,
    offsets: Vec<u32>,
    negatives: Vec<u32>,
}

impl<'a> WalkSteps<'a> {
    pub(super) fn new(walker: &'a Walker<'a>, model: &SkipGramModel, batch: usize, seed: u64) -> Self {
        let n_rows = model.n_rows();
        let wanted = if batch == 0 { nodes_a_step(n_rows) } else { batch };
        let length = model.config.walks.length as usize;
        let kinds = model.context_kinds();
        let mut by_kind = vec![Vec::new(); if kinds.of.is_empty() { 0 } else { kinds.count }];
        for (row, &kind) in kinds.of.iter().enumerate().filter(|(_, kind)| **kind != ContextKinds::NONE) {
            by_kind[usize::from(kind)].push(row as u32);
        }
        Self {
            walker,
            seed,
            walks_a_step: wanted.div_ceil(length).max(1) as u64,
            n_shared: model.config.shared_negatives,
            by_kind,
            n_rows,
            nodes: Vec::new(),
            offsets: Vec::new(),
            negatives: Vec::new(),
        }
    }

    pub(super) fn steps_per_epoch(&self) -> u64 {
        self.walker.n_walks().div_ceil(self.walks_a_step)
    }

    /// The loss and gradient of a step; `epoch` from 1, `step` from 0 within it, `overall` over the whole training.
    pub(super) fn step(&mut self, model: &mut SkipGramModel, epoch: u64, step: u64, overall: u64) -> Loss {
        let first = step * self.walks_a_step;
        let range = first..self.walker.n_walks().min(first + self.walks_a_step);
        self.draw_walks(epoch, range.clone());
        self.draw_negatives(epoch, range);
        let batch = WalkBatch {
            nodes: &self.nodes,
            offsets: &self.offsets,
            negatives: &self.negatives,
            n_negatives: self.n_shared,
            noise: Stream::new(self.seed, Purpose::Aspects, overall).counter(),
            first_noise: 0,
        };
        model.loss_and_gradient_of_walks(batch)
    }

    fn draw_walks(&mut self, epoch: u64, range: std::ops::Range<u64>) {
        const WALKS_A_TASK: usize = 64;
        let stream = Stream::new(self.seed, Purpose::Walks, epoch);
        let starts: Vec<u64> = range.clone().step_by(WALKS_A_TASK).collect();
        let parts: Vec<Walks> = starts
            .into_par_iter()
            .map(|start| {
                let mut walks = Walks::default();
                self.walker.walks(stream, start..range.end.min(start + WALKS_A_TASK as u64), &mut walks);
                walks
            })
            .collect();
        self.nodes.clear();
        self.offsets.clear();
        self.offsets.push(0);
        for part in &parts {
            let before = self.nodes.len() as u32;
            self.nodes.extend_from_slice(part.nodes());
            self.offsets.extend(part.offsets()[1..].iter().map(|end| before + end));
        }
    }

    fn draw_negatives(&mut self, epoch: u64, range: std::ops::Range<u64>) {
        let stream = Stream::new(self.seed, Purpose::Negatives, epoch);
        let n_kinds = self.by_kind.len().max(1);
        let a_walk = (n_kinds * self.n_shared) as u64;
        self.negatives.clear();
        for walk in range {
            for kind in 0..n_kinds {
                let rows = self.by_kind.get(kind).filter(|rows| !rows.is_empty());
                for k in 0..self.n_shared {
                    let index = walk * a_walk + (kind * self.n_shared + k) as u64;
                    self.negatives.push(match rows {
                        Some(rows) => rows[stream.below(index, rows.len() as u64) as usize],
                        None => stream.below(index, self.n_rows as u64) as u32,
                    });
                }
            }
        }
    }
}
