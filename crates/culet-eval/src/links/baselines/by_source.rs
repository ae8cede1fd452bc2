//! Work that all pairs of a source share.

use rayon::prelude::*;

/// Pairs in the order of their sources.
pub(super) struct BySource<'a> {
    pairs: &'a [(u32, u32)],
    /// The places of the pairs, by source.
    order: Vec<u32>,
    /// The bounds in `order` of each distinct source, `[n_sources + 1]`.
    bounds: Vec<usize>,
}

impl<'a> BySource<'a> {
    /// Groups pairs.
    ///
    /// # Panics
    /// Above 2^32 - 1 pairs.
    pub(super) fn new(pairs: &'a [(u32, u32)]) -> Self {
        let n = u32::try_from(pairs.len()).expect("at most 2^32 - 1 pairs at once");
        let mut order: Vec<u32> = (0..n).collect();
        order.sort_by_key(|&place| pairs[place as usize].0);
        let mut bounds: Vec<usize> =
            (0..order.len()).filter(|&k| k == 0 || source(pairs, &order, k) != source(pairs, &order, k - 1)).collect();
        bounds.push(order.len());
        Self { pairs, order, bounds }
    }

    pub(super) fn n_sources(&self) -> usize {
        self.bounds.len() - 1
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = u32> {
        self.bounds[..self.n_sources()].iter().map(|&k| source(self.pairs, &self.order, k))
    }

    fn group(&self, index: usize) -> Group<'_> {
        let places = &self.order[self.bounds[index]..self.bounds[index + 1]];
        Group { pairs: self.pairs, places }
    }

    /// Scores all pairs, some sources at a time, each such task with a scratch of its own that outlives it.
    ///
    /// `score(scratch, groups, out)` writes a score for each target of the groups, in their order.
    pub(super) fn score<S>(
        &self,
        sources_a_task: usize,
        scratch: impl Fn() -> S + Sync + Send,
        score: impl Fn(&mut S, &[Group<'_>], &mut [f64]) + Sync,
        pool: &rayon::ThreadPool,
    ) -> Vec<f64> {
        let run = |scratch: &mut S, task: usize| {
            let indices = task * sources_a_task..((task + 1) * sources_a_task).min(self.n_sources());
            let groups: Vec<Group<'_>> = indices.map(|index| self.group(index)).collect();
            let mut out = vec![0.0; groups.iter().map(|group| group.places.len()).sum()];
            score(scratch, &groups, &mut out);
            out
        };
        let n_tasks = self.n_sources().div_ceil(sources_a_task);
        let parts: Vec<Vec<f64>> = pool.install(|| (0..n_tasks).into_par_iter().map_init(scratch, run).collect());
        let mut scores = vec![0.0; self.pairs.len()];
        let ordered = parts.into_iter().flatten();
        self.order.iter().zip(ordered).for_each(|(&place, score)| scores[place as usize] = score);
        scores
    }
}

fn source(pairs: &[(u32, u32)], order: &[u32], k: usize) -> u32 {
    pairs[order[k] as usize].0
}

/// The pairs of one source.
pub(super) struct Group<'a> {
    pairs: &'a [(u32, u32)],
    places: &'a [u32],
}

impl Group<'_> {
    pub(super) fn source(&self) -> u32 {
        self.pairs[self.places[0] as usize].0
    }

    pub(super) fn targets(&self) -> impl Iterator<Item = u32> {
        self.places.iter().map(|&place| self.pairs[place as usize].1)
    }
}
