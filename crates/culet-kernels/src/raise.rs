//! The exponential of many scores at once.

use crate::isa::multiversion;
use crate::numeric::exp_f32;

multiversion! {
    /// sums += factor * exp(scale * scores), place by place.
    ///
    /// # Numerics
    /// f32; `scale * scores` is clamped to [-87, 88].
    /// # Panics
    /// If the lengths differ.
    pub fn add_scaled_exp(sums: &mut [f32], scores: &[f32], scale: f32, factor: f32) = add_scaled_exp_body;
}

#[inline(always)]
fn add_scaled_exp_body<const FUSED: bool>(sums: &mut [f32], scores: &[f32], scale: f32, factor: f32) {
    assert_eq!(sums.len(), scores.len(), "a sum for each score");
    for (sum, score) in sums.iter_mut().zip(scores) {
        *sum += factor * exp_f32::<FUSED>(scale * score);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_added() {
        let scores: Vec<f32> = (0..37).map(|k| k as f32 * 0.1 - 2.0).collect();
        let mut sums = vec![1.5; 37];
        add_scaled_exp(&mut sums, &scores, 3.0, 0.5);
        for (sum, score) in sums.iter().zip(&scores) {
            let expected = 1.5 + 0.5 * f64::from(3.0 * score).exp();
            assert!((f64::from(*sum) / expected - 1.0).abs() < 1e-6, "{sum}, expected {expected}");
        }
    }
}
