//! Which aspect of its context a centre is seen under.

use crate::Counter;
use crate::numeric::{exp_f32, ln_f32};

/// How the weights z of the aspects follow from their logits a.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Selection {
    /// 1 / K each.
    Even,
    /// softmax(a)
    Softmax,
    /// softmax((a + g) / temperature), g = -log(-log u)   (Jang et al. 2017)
    Gumbel {
        /// tau
        temperature: f32,
    },
    /// The largest of the above alone; its gradient is that of the above (straight-through).
    GumbelHard {
        /// tau
        temperature: f32,
    },
}

/// The weights of the aspects: what the loss is weighted by, and what the gradient of the selection is taken of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights<const L: usize> {
    pub(super) forward: [f32; L],
    soft: [f32; L],
    /// 1 / temperature, or 0 where nothing is learned from the selection.
    slope: f32,
}

impl Selection {
    /// Whether Gumbel numbers are asked for.
    #[inline(always)]
    pub(super) fn is_noisy(self) -> bool {
        matches!(self, Self::Gumbel { .. } | Self::GumbelHard { .. })
    }

    /// The weights of `n_aspects` aspects; unused lanes have none. `noise` gives Gumbel numbers.
    #[inline(always)]
    pub(super) fn weights<const FUSED: bool, const L: usize>(
        self,
        logits: &[f32; L],
        n_aspects: usize,
        noise: &[f32; L],
    ) -> Weights<L> {
        let (temperature, noisy, hard) = match self {
            Self::Even => {
                let even = std::array::from_fn(|k| if k < n_aspects { 1.0 / n_aspects as f32 } else { 0.0 });
                return Weights { forward: even, soft: even, slope: 0.0 };
            }
            Self::Softmax => (1.0, false, false),
            Self::Gumbel { temperature } => (temperature, true, false),
            Self::GumbelHard { temperature } => (temperature, true, true),
        };
        let mut a = *logits;
        if noisy {
            for k in 0..L {
                a[k] += noise[k];
            }
        }
        let soft = softmax::<FUSED, L>(&a, n_aspects, 1.0 / temperature);
        let forward = if hard { largest(&a, n_aspects) } else { soft };
        Weights { forward, soft, slope: 1.0 / temperature }
    }
}

impl<const L: usize> Weights<L> {
    /// The gradient of sum over k of z_k * terms_k with respect to the logits: z_k (T_k - sum z T) / temperature.
    #[inline(always)]
    pub(super) fn gradient(&self, terms: &[f32; L]) -> [f32; L] {
        let mut mean = 0.0;
        for (soft, term) in self.soft.iter().zip(terms) {
            mean += soft * term;
        }
        std::array::from_fn(|k| self.soft[k] * (terms[k] - mean) * self.slope)
    }
}

#[inline(always)]
fn softmax<const FUSED: bool, const L: usize>(a: &[f32; L], n_aspects: usize, scale: f32) -> [f32; L] {
    let top = a[..n_aspects].iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut z = [0.0; L];
    for k in 0..L {
        // Unused lanes hold zeros or noise, which must not overflow.
        let used = if k < n_aspects { 1.0 } else { 0.0 };
        z[k] = used * exp_f32::<FUSED>((a[k].min(top) - top) * scale);
    }
    let share = 1.0 / z.iter().sum::<f32>();
    z.map(|z| z * share)
}

#[inline(always)]
fn largest<const L: usize>(a: &[f32; L], n_aspects: usize) -> [f32; L] {
    let mut best = 0;
    for k in 1..n_aspects {
        if a[k] > a[best] {
            best = k;
        }
    }
    std::array::from_fn(|k| if k == best { 1.0 } else { 0.0 })
}

/// Gumbel noise: -log(-log u), u uniform in (0, 1) with 23 bits and a half; numbers 2 k and 2 k + 1 come from the word at
/// `index + k`.
#[inline(always)]
pub(super) fn gumbel<const FUSED: bool, const L: usize>(counter: Counter, index: u64) -> [f32; L] {
    let mut words = [0_u64; 8];
    for (k, word) in words.iter_mut().enumerate().take(L.div_ceil(2)) {
        *word = counter.word(index + k as u64);
    }
    let mut noise = [0.0; L];
    for k in 0..L {
        let bits = (words[k / 2] >> (32 * (k % 2) + 9)) as u32 & 0x7f_ffff;
        let u = (2 * bits + 1) as f32 * (1.0 / 16_777_216.0);
        noise[k] = -ln_f32::<FUSED>(-ln_f32::<FUSED>(u));
    }
    noise
}
