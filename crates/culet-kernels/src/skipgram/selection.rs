//! Which aspect of its context a centre is seen under.

use crate::Counter;
use crate::numeric::exp_f32;

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
    /// The weights of `n_aspects` aspects; unused lanes have none. `noise` gives the k-th Gumbel number.
    #[inline(always)]
    pub(super) fn weights<const L: usize>(
        self,
        logits: &[f32; L],
        n_aspects: usize,
        noise: impl FnMut(usize) -> f32,
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
            let mut noise = noise;
            for (k, a) in a.iter_mut().enumerate().take(n_aspects) {
                *a += noise(k);
            }
        }
        let soft = softmax(&a, n_aspects, 1.0 / temperature);
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
fn softmax<const L: usize>(a: &[f32; L], n_aspects: usize, scale: f32) -> [f32; L] {
    let top = a[..n_aspects].iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut z: [f32; L] = std::array::from_fn(|k| exp_f32((a[k] - top) * scale));
    z[n_aspects..].fill(0.0);
    let total: f32 = z.iter().sum();
    z.map(|z| z / total)
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

/// Gumbel noise: -log(-log u), u uniform in (0, 1), from the word at an index.
#[inline(always)]
pub(super) fn gumbel(counter: Counter, index: u64) -> f32 {
    // 52 bits and a half, so that u is neither 0 nor 1.
    let u = ((counter.word(index) >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64);
    -(-u.ln()).ln() as f32
}
