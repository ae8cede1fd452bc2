//! The best k of a stream of scored items, exact, with few steps off the vectorised path.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m256, __m512};

use super::Ranked;
use crate::Isa;
use crate::tile::{Four, Tiles, Vector};

/// The best items of one user so far; items are offered in ascending order of id.
///
/// Candidates lie unordered at the front of `keys`; only when there are `capacity` of them are the best k selected and
/// the limit raised, so that a candidate costs little more than a write.
#[derive(Debug)]
pub(super) struct Running<'a> {
    k: usize,
    capacity: usize,
    /// Candidates, then room for them and one block of scores.
    keys: Vec<u64>,
    n_candidates: usize,
    /// Only what is greater can be among the best; not a number while there are fewer than k candidates.
    limit: f32,
    /// The key that goes with `limit`.
    limit_key: u64,
    excluded: &'a [u32],
    n_excluded_passed: usize,
}

/// Scores that are compared with the limit before any of them is looked at.
const BLOCK: usize = 64;

/// Candidates that [`Running`] keeps before it selects.
pub(super) fn capacity(k: usize, n_items: usize) -> usize {
    k.saturating_mul(2).max(k.saturating_add(BLOCK)).min(n_items)
}

impl<'a> Running<'a> {
    /// # Panics
    /// If `k` is 0 or the excluded items do not ascend.
    pub(super) fn new(k: usize, n_items: usize, excluded: &'a [u32]) -> Self {
        assert!(k > 0, "a list of the best has at least one place");
        assert!(excluded.is_sorted(), "excluded items are listed in ascending order");
        let capacity = capacity(k, n_items);
        let keys = vec![0; capacity + BLOCK];
        let (limit, limit_key) = (f32::NAN, 0);
        Self { k, capacity, keys, n_candidates: 0, limit, limit_key, excluded, n_excluded_passed: 0 }
    }

    /// Takes the scores of the items from `first` on, which must follow those offered before.
    ///
    /// The scores of excluded items are overwritten.
    pub(super) fn offer(&mut self, tiles: Tiles, first: u32, scores: &mut [f32]) {
        self.mask(first, scores);
        match tiles.isa() {
            // SAFETY: `Tiles` holds instruction sets of this machine only.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { scan_avx512(self, first, scores) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { scan_avx2(self, first, scores) },
            // SAFETY: as above.
            _ => unsafe { self.scan::<Four>(first, scores) },
        }
    }

    fn mask(&mut self, first: u32, scores: &mut [f32]) {
        while let Some(&item) = self.excluded.get(self.n_excluded_passed) {
            let Some(place) = item.checked_sub(first).map(|place| place as usize).filter(|&p| p < scores.len()) else {
                break;
            };
            scores[place] = f32::NEG_INFINITY;
            self.n_excluded_passed += 1;
        }
    }

    /// # Safety
    /// The machine has the instruction set of `V`.
    #[inline(always)]
    unsafe fn scan<V: Vector>(&mut self, first: u32, scores: &[f32]) {
        let (blocks, rest) = scores.as_chunks::<BLOCK>();
        for (first, scores) in (first..).step_by(BLOCK).zip(blocks) {
            // SAFETY: the contract of this function.
            let passing = unsafe { passing::<V>(scores, self.limit) };
            if passing != 0 {
                self.take(first, scores, passing);
            }
        }
        if !rest.is_empty() {
            let mut scores = [0.0; BLOCK];
            scores[..rest.len()].copy_from_slice(rest);
            self.take(first + (BLOCK * blocks.len()) as u32, &scores, (1 << rest.len()) - 1);
        }
    }

    /// Takes the scores of a block whose bit is set, those at or below the limit in vain.
    #[inline(always)]
    fn take(&mut self, first: u32, scores: &[f32; BLOCK], mut passing: u64) {
        let room: &mut [u64; BLOCK] = self.keys[self.n_candidates..].first_chunk_mut().expect("room for a block");
        let mut n = 0;
        while passing != 0 {
            let place = passing.trailing_zeros();
            passing &= passing - 1;
            let key = key(first + place, scores[place as usize]);
            room[n % BLOCK] = key;
            n += usize::from(key > self.limit_key);
        }
        self.n_candidates += n;
        if self.n_candidates >= self.capacity {
            self.select();
        }
    }

    /// Keeps the best k candidates, and no excluded ones.
    #[cold]
    fn select(&mut self) {
        self.drop_excluded();
        if self.n_candidates >= self.k {
            let candidates = &mut self.keys[..self.n_candidates];
            candidates.select_nth_unstable_by_key(self.k - 1, |&key| std::cmp::Reverse(key));
            self.n_candidates = self.k;
            self.limit_key = self.keys[self.k - 1];
            self.limit = ranked(self.limit_key).score;
        }
    }

    /// Excluded items were masked with the least score, so they pass only while the limit is not above that.
    fn drop_excluded(&mut self) {
        if self.limit > f32::NEG_INFINITY {
            return;
        }
        let mut kept = 0;
        for k in 0..self.n_candidates {
            let Ranked { item, score } = ranked(self.keys[k]);
            if score != f32::NEG_INFINITY || self.excluded.binary_search(&item).is_err() {
                self.keys[kept] = self.keys[k];
                kept += 1;
            }
        }
        self.n_candidates = kept;
    }

    /// The best k, best first.
    pub(super) fn finish(mut self, out: &mut Vec<Ranked>) {
        self.select();
        let best = &mut self.keys[..self.n_candidates];
        best.sort_unstable_by_key(|&key| std::cmp::Reverse(key));
        out.clear();
        out.extend(best.iter().map(|&key| ranked(key)));
    }
}

/// A bit for each score that is not at most the limit.
///
/// # Safety
/// The machine has the instruction set of `V`.
#[inline(always)]
unsafe fn passing<V: Vector>(scores: &[f32; BLOCK], limit: f32) -> u64 {
    let mut bits = 0;
    // SAFETY: the contract of this function; `V::LANES` divides the block, so that each load lies within the scores.
    unsafe {
        let limit = V::splat(limit);
        for start in (0..BLOCK).step_by(V::LANES) {
            bits |= u64::from(V::load(scores.as_ptr().add(start)).not_at_most(limit)) << start;
        }
    }
    bits
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi2")]
unsafe fn scan_avx512(running: &mut Running<'_>, first: u32, scores: &[f32]) {
    // SAFETY: compiled for the instruction set that the caller vouches for.
    unsafe { running.scan::<__m512>(first, scores) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi2")]
unsafe fn scan_avx2(running: &mut Running<'_>, first: u32, scores: &[f32]) {
    // SAFETY: compiled for the instruction set that the caller vouches for.
    unsafe { running.scan::<__m256>(first, scores) }
}

const SIGN: u32 = 1 << 31;

/// A number whose order is the order of ranking: a greater score first, then a smaller item; what is not a number ranks
/// below all numbers, and the two zeros are equal.
#[inline(always)]
pub(super) fn key(item: u32, score: f32) -> u64 {
    let bits = (score + 0.0).to_bits();
    // All bits turned for a negative number, the sign alone for a positive one.
    let order = bits ^ (((bits as i32) >> 31) as u32 | SIGN);
    let order = if score.is_nan() { 0 } else { order };
    u64::from(order) << 32 | u64::from(!item)
}

pub(super) fn ranked(key: u64) -> Ranked {
    let order = (key >> 32) as u32;
    let score = match (order, order & SIGN == 0) {
        (0, _) => f32::NAN,
        (_, true) => f32::from_bits(!order),
        (_, false) => f32::from_bits(order ^ SIGN),
    };
    Ranked { item: !(key as u32), score }
}
