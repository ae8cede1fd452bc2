//! The best k of a stream of scored items, exact, with few steps off the vectorised path.

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m256, __m512};

use super::Ranked;
use crate::Isa;
use crate::tile::{Four, Tiles, Vector};

/// The best items of one user so far; items are offered in ascending order of id.
///
/// Candidates lie unordered in `keys`, up to `capacity` of them; only when that is full are the best k selected and the
/// limit raised, so that a candidate costs a comparison and a write.
#[derive(Debug)]
pub(super) struct Running<'a> {
    k: usize,
    capacity: usize,
    keys: Vec<u64>,
    /// Only what is greater can be among the best; not a number while there are fewer than k candidates.
    limit: f32,
    /// The key that goes with `limit`.
    limit_key: u64,
    excluded: &'a [u32],
    n_excluded_passed: usize,
}

/// Keys that [`Running`] sets aside.
pub(super) fn capacity(k: usize, n_items: usize) -> usize {
    k.saturating_mul(2).max(k.saturating_add(64)).min(n_items)
}

impl<'a> Running<'a> {
    /// # Panics
    /// If `k` is 0 or the excluded items do not ascend.
    pub(super) fn new(k: usize, n_items: usize, excluded: &'a [u32]) -> Self {
        assert!(k > 0, "a list of the best has at least one place");
        assert!(excluded.is_sorted(), "excluded items are listed in ascending order");
        let capacity = capacity(k, n_items);
        let keys = Vec::with_capacity(capacity);
        Self { k, capacity, keys, limit: f32::NAN, limit_key: 0, excluded, n_excluded_passed: 0 }
    }

    /// Takes the scores of the items from `first` on, which must follow those offered before.
    ///
    /// The scores of excluded items are overwritten. `scores` may be longer than `n`, whatever it holds there.
    ///
    /// # Panics
    /// If `scores` is shorter than `n` rounded up to a multiple of 16.
    pub(super) fn offer(&mut self, tiles: Tiles, first: u32, n: usize, scores: &mut [f32]) {
        assert!(scores.len() >= n.next_multiple_of(16), "scores come padded");
        self.mask(first, &mut scores[..n]);
        match tiles.isa() {
            // SAFETY: `Tiles` holds instruction sets of this machine only.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => unsafe { scan_avx512(self, first, n, scores) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => unsafe { scan_avx2(self, first, n, scores) },
            // SAFETY: as above.
            _ => unsafe { self.scan::<Four>(first, n, scores) },
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
    unsafe fn scan<V: Vector>(&mut self, first: u32, n: usize, scores: &[f32]) {
        // SAFETY: `V::LANES` divides 16 and scores are padded to a multiple of that, so that loads stay within.
        unsafe {
            let mut limit = V::splat(self.limit);
            for start in (0..n).step_by(V::LANES) {
                let mut passing = V::load(scores.as_ptr().add(start)).not_at_most(limit);
                if passing == 0 {
                    continue;
                }
                while passing != 0 {
                    let place = start + passing.trailing_zeros() as usize;
                    passing &= passing - 1;
                    if place < n {
                        self.push(first + place as u32, scores[place]);
                    }
                }
                limit = V::splat(self.limit);
            }
        }
    }

    #[inline(always)]
    fn push(&mut self, item: u32, score: f32) {
        let key = key(item, score);
        if key <= self.limit_key || (score == f32::NEG_INFINITY && self.excluded.binary_search(&item).is_ok()) {
            return;
        }
        self.keys.push(key);
        if self.keys.len() == self.capacity {
            self.select();
        }
    }

    #[cold]
    fn select(&mut self) {
        if self.keys.len() > self.k {
            self.keys.select_nth_unstable_by_key(self.k - 1, |&key| std::cmp::Reverse(key));
            self.keys.truncate(self.k);
            self.limit_key = self.keys[self.k - 1];
            self.limit = ranked(self.limit_key).score;
        }
    }

    /// The best k, best first.
    pub(super) fn finish(mut self, out: &mut Vec<Ranked>) {
        self.select();
        self.keys.sort_unstable_by_key(|&key| std::cmp::Reverse(key));
        out.clear();
        out.extend(self.keys.into_iter().map(ranked));
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi2")]
unsafe fn scan_avx512(running: &mut Running<'_>, first: u32, n: usize, scores: &[f32]) {
    // SAFETY: compiled for the instruction set that the caller vouches for.
    unsafe { running.scan::<__m512>(first, n, scores) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi2")]
unsafe fn scan_avx2(running: &mut Running<'_>, first: u32, n: usize, scores: &[f32]) {
    // SAFETY: compiled for the instruction set that the caller vouches for.
    unsafe { running.scan::<__m256>(first, n, scores) }
}

const SIGN: u32 = 1 << 31;

/// A number whose order is the order of ranking: a greater score first, then a smaller item; what is not a number ranks
/// below all numbers, and the two zeros are equal.
#[inline(always)]
fn key(item: u32, score: f32) -> u64 {
    let bits = (score + 0.0).to_bits();
    let order = match (score.is_nan(), bits & SIGN == 0) {
        (true, _) => 0,
        (false, true) => bits | SIGN,
        (false, false) => !bits,
    };
    u64::from(order) << 32 | u64::from(!item)
}

fn ranked(key: u64) -> Ranked {
    let order = (key >> 32) as u32;
    let score = match (order, order & SIGN == 0) {
        (0, _) => f32::NAN,
        (_, true) => f32::from_bits(!order),
        (_, false) => f32::from_bits(order ^ SIGN),
    };
    Ranked { item: !(key as u32), score }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_as_ranks_do_and_give_the_score_back() {
        let scores = [f32::NAN, f32::NEG_INFINITY, f32::MIN, -1.0, -1e-45, 0.0, 1e-45, 1.0, f32::MAX, f32::INFINITY];
        for pair in scores.windows(2) {
            assert!(key(0, pair[0]) < key(u32::MAX - 1, pair[1]), "{pair:?}");
        }
        for score in scores {
            assert!(key(4, score) > key(5, score), "the smaller item first at {score}");
            let back = ranked(key(4, score));
            assert!(back.item == 4 && (back.score == score || back.score.is_nan() && score.is_nan()));
        }
        assert_eq!(key(1, 0.0), key(1, -0.0));
        assert_eq!(key(1, f32::NAN), key(1, -f32::NAN));
    }
}
