//! Random words by counter: the arithmetic behind every random stream.

use crate::isa::multiversion;

/// A random sequence with access by index: word i is SplitMix64's finaliser of `state + i * gamma`, `gamma` odd
/// (Steele, Lea & Flood, OOPSLA 2014).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter {
    state: u64,
    gamma: u64,
}

impl Counter {
    /// The sequence of a key; different keys give independent sequences.
    #[must_use]
    pub fn new(key: u64) -> Self {
        Self { state: mix(key), gamma: mix(key ^ GOLDEN) | 1 }
    }

    /// The word at an index.
    #[must_use]
    #[inline(always)]
    pub fn word(self, index: u64) -> u64 {
        mix(self.state.wrapping_add(index.wrapping_mul(self.gamma)))
    }

    /// The sixteen bits of each of the places from `4 * word` on.
    #[inline(always)]
    fn bits<const WORDS: usize, const PLACES: usize>(self, word: u64) -> [u16; PLACES] {
        const { assert!(4 * WORDS == PLACES) };
        let mut words = [0; WORDS];
        let first = self.state.wrapping_add(word.wrapping_mul(self.gamma));
        for (k, word) in words.iter_mut().enumerate() {
            *word = mix(first.wrapping_add((k as u64).wrapping_mul(self.gamma))).to_le();
        }
        // SAFETY: both are plain numbers of the same total size, and any bits are a u16.
        let bits: [u16; PLACES] = unsafe { std::mem::transmute_copy(&words) };
        bits.map(u16::from_le)
    }

    /// Sets bit k of word j to whether the sixteen bits of place `64 * (first_word + j) + k` are at least `threshold`.
    pub(crate) fn fill_bits(self, first_word: u64, threshold: u16, words: &mut [u64]) {
        fill_bits_task(self, first_word, threshold, words);
    }

    /// Sixteen random bits for a place: four places share a word.
    #[must_use]
    #[inline(always)]
    pub fn sixteen_bits(self, place: u64) -> u16 {
        (self.word(place >> 2) >> (16 * (place & 3))) as u16
    }
}

multiversion! {
    fn fill_bits_task(counter: Counter, first_word: u64, threshold: u16, words: &mut [u64]) = fill_bits_body;
}

#[inline(always)]
fn fill_bits_body<const FUSED: bool>(counter: Counter, first_word: u64, threshold: u16, words: &mut [u64]) {
    for (j, word) in words.iter_mut().enumerate() {
        let bits = counter.bits::<16, 64>(16 * (first_word + j as u64));
        *word = 0;
        for (k, &bits) in bits.iter().enumerate() {
            *word |= u64::from(bits >= threshold) << k;
        }
    }
}

/// A random choice that leaves out a share of places, the same whenever it is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    counter: Counter,
    threshold: u16,
    /// What the kept ones are multiplied with, so that expectations stay.
    pub scale: f32,
}

impl Dropout {
    /// Leaves out `rate` of the places, to within 2^-17.
    ///
    /// # Panics
    /// If `rate` is not in [0, 1).
    #[must_use]
    pub fn new(counter: Counter, rate: f64) -> Self {
        assert!((0.0..1.0).contains(&rate), "a dropout rate lies in [0, 1)");
        let threshold = (rate * 65_536.0).round().min(65_535.0) as u16;
        Self { counter, threshold, scale: (1.0 / (1.0 - rate)) as f32 }
    }

    /// Leaves out nothing.
    #[must_use]
    pub fn none() -> Self {
        Self::new(Counter::new(0), 0.0)
    }

    /// Whether anything is left out.
    #[must_use]
    #[inline(always)]
    pub fn is_active(self) -> bool {
        self.threshold > 0
    }

    /// Whether a place stays.
    #[must_use]
    #[inline(always)]
    pub fn keeps(self, place: u64) -> bool {
        self.counter.sixteen_bits(place) >= self.threshold
    }

    /// Multiplies places with `scale` or 0: value k is place `16 * first_block + k`.
    #[inline(always)]
    pub(crate) fn apply(self, first_block: u64, values: &mut [f32]) {
        let mut word = 4 * first_block;
        let (pieces, rest) = values.as_chunks_mut::<64>();
        for values in pieces {
            self.apply_to_piece::<16, 64>(word, values);
            word += 16;
        }
        for values in rest.as_chunks_mut::<16>().0 {
            self.apply_to_piece::<4, 16>(word, values);
            word += 4;
        }
    }

    #[inline(always)]
    fn apply_to_piece<const WORDS: usize, const PLACES: usize>(self, word: u64, values: &mut [f32; PLACES]) {
        let bits = self.counter.bits::<WORDS, PLACES>(word);
        *values = std::array::from_fn(|k| if bits[k] >= self.threshold { values[k] * self.scale } else { 0.0 });
    }
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

#[inline(always)]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Combines a key with one more part of it.
#[must_use]
pub fn extend_key(key: u64, part: u64) -> u64 {
    mix(key ^ mix(part.wrapping_add(GOLDEN)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropout_leaves_out_its_share_and_blocks_agree_with_places() {
        for rate in [0.0, 0.1, 0.5, 0.9] {
            let dropout = Dropout::new(Counter::new(5), rate);
            let n = 160_000_u64;
            let kept = (0..n).filter(|&place| dropout.keeps(place)).count() as f64 / n as f64;
            assert!((kept - (1.0 - rate)).abs() < 0.005, "{rate}: {kept}");
            for length in [16, 32, 48, 64, 80, 208] {
                let mut values = vec![1.0; length];
                dropout.apply(7, &mut values);
                for (k, &value) in values.iter().enumerate() {
                    let expected = if dropout.keeps(16 * 7 + k as u64) { dropout.scale } else { 0.0 };
                    assert_eq!(value, expected, "place {k} of {length}");
                }
            }
            let mut words = [0; 3];
            dropout.counter.fill_bits(5, dropout.threshold, &mut words);
            for place in 0..192 {
                assert_eq!(words[place / 64] >> (place % 64) & 1 == 1, dropout.keeps(5 * 64 + place as u64));
            }
        }
    }

    #[test]
    fn keys_differ_in_each_part() {
        let words: Vec<u64> =
            [(0, 0), (0, 1), (1, 0)].map(|(a, b)| Counter::new(extend_key(extend_key(7, a), b)).word(0)).to_vec();
        assert!(words[0] != words[1] && words[1] != words[2] && words[0] != words[2]);
    }
}
