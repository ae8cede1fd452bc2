//! Numbers that overflow or cancel if computed naively.

use crate::isa::multiply_add;

/// log(1 / (1 + exp(-x))), exact to rounding for any x.
#[must_use]
#[inline]
pub fn log_sigmoid(x: f64) -> f64 {
    if x >= 0.0 { -(-x).exp().ln_1p() } else { x - x.exp().ln_1p() }
}

/// 1 / (1 + exp(-x)) without overflow.
#[must_use]
#[inline]
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// Replaces numbers by their softmax.
pub fn softmax_in_place(values: &mut [f32]) {
    let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for value in &mut *values {
        *value = (*value - largest).exp();
        sum += *value;
    }
    for value in values {
        *value /= sum;
    }
}

/// exp(x) to 2 units in the last place for x in [-87, 88], clamped outside; no branches, so that loops vectorise.
#[must_use]
#[inline(always)]
pub(crate) fn exp_f32<const FUSED: bool>(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    /// Adding and taking away 1.5 * 2^23 rounds to the nearest integer.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = multiply_add::<FUSED>(x, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = multiply_add::<FUSED>(n, -LN2_LOW, multiply_add::<FUSED>(n, -LN2_HIGH, x));
    // Minimax polynomial of (exp(r) - 1 - r) / r^2 on |r| <= ln 2 / 2 (Cephes, expf).
    let mut p = 1.987_569_1e-4_f32;
    for c in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        p = multiply_add::<FUSED>(p, r, c);
    }
    let mantissa = multiply_add::<FUSED>(p, r * r, r) + 1.0;
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    mantissa * power
}

/// The sigmoid and log(1 + exp(x)) of each number, to about 4 units in the last place.
#[must_use]
#[inline(always)]
pub(crate) fn sigmoid_and_softplus<const FUSED: bool, const N: usize>(x: [f32; N]) -> ([f32; N], [f32; N]) {
    let (mut sigmoid, mut softplus) = ([0.0; N], [0.0; N]);
    for k in 0..N {
        let e = exp_f32::<FUSED>(-x[k].abs());
        let share = 1.0 / (1.0 + e);
        sigmoid[k] = if x[k] >= 0.0 { share } else { e * share };
        // log(1 + e) / e on [0, 1], interpolated at Chebyshev points: 6e-9 off.
        let mut p = -3.163_999_4e-3_f32;
        for c in [
            1.948_768_6e-2,
            -5.626_952_6e-2,
            1.053_295_1e-1,
            -1.526_327_4e-1,
            1.966_101_8e-1,
            -2.495_116_7e-1,
            3.332_966_6e-1,
            -4.999_989e-1,
            1.0,
        ] {
            p = multiply_add::<FUSED>(p, e, c);
        }
        softplus[k] = multiply_add::<FUSED>(e, p, x[k].max(0.0));
    }
    (sigmoid, softplus)
}

/// log(x) of a positive normal number to about 2 units in the last place, near 1 too; no branches.
#[must_use]
#[inline(always)]
pub(crate) fn ln_f32<const FUSED: bool>(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    // The mantissa in [sqrt(1/2), sqrt(2)).
    let bits = x.to_bits();
    let shifted = bits.wrapping_sub(0x3f35_04f3);
    let exponent = (shifted as i32) >> 23;
    let r = f32::from_bits(bits.wrapping_sub((exponent as u32) << 23)) - 1.0;
    let n = exponent as f32;
    // Minimax polynomial of Cephes, logf.
    let mut p = 7.037_683_6e-2_f32;
    for c in [
        -1.151_461e-1,
        1.167_699_8e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_8e-1,
        2.000_071_4e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ] {
        p = multiply_add::<FUSED>(p, r, c);
    }
    let z = r * r;
    let low = multiply_add::<FUSED>(p * r, z, multiply_add::<FUSED>(n, LN2_LOW, -0.5 * z));
    multiply_add::<FUSED>(n, LN2_HIGH, r + low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_right_to_two_units_in_the_last_place() {
        for k in -87_000..=88_000 {
            let x = k as f32 / 1000.0;
            for found in [exp_f32::<false>(x), exp_f32::<true>(x)] {
                let (found, exact) = (f64::from(found), f64::from(x).exp());
                assert!((found / exact - 1.0).abs() < 2.5e-7, "exp({x}) = {found}, expected {exact}");
            }
        }
        assert_eq!(exp_f32::<false>(0.0), 1.0);
    }

    #[test]
    fn sigmoid_and_softplus_agree_with_f64() {
        for k in -86_000_i32..=86_000 {
            let x = k as f32 / 1000.0;
            let (exact, softplus_exact) = (sigmoid(f64::from(x)), -log_sigmoid(f64::from(-x)));
            for (found, softplus_found) in
                [sigmoid_and_softplus::<false, 2>([x; 2]), sigmoid_and_softplus::<true, 2>([x; 2])]
            {
                let (found, softplus_found) = (found[1], softplus_found[0]);
                assert!((f64::from(found) / exact - 1.0).abs() < 6e-7, "sigmoid({x}) = {found}, expected {exact}");
                let gap = (f64::from(softplus_found) / softplus_exact - 1.0).abs();
                assert!(gap < 6e-7, "softplus({x}) = {softplus_found}, expected {softplus_exact}");
            }
        }
        assert_eq!(sigmoid_and_softplus::<false, 16>([0.0; 16]).0, [0.5; 16]);
    }

    #[test]
    fn ln_agrees_with_f64_over_all_magnitudes_and_near_one() {
        let near = (1..2000).flat_map(|k| [1.0 - k as f32 / 16_777_216.0, 1.0 + k as f32 / 8_388_608.0]);
        let far = (-37_000..=38_000).map(|k| 10.0_f32.powf(k as f32 / 1000.0));
        for x in near.chain(far).filter(|x| x.is_normal()) {
            for found in [ln_f32::<false>(x), ln_f32::<true>(x)] {
                let (found, exact) = (f64::from(found), f64::from(x).ln());
                assert!((found - exact).abs() <= 3e-7 * exact.abs(), "ln({x}) = {found}, expected {exact}");
            }
        }
        assert_eq!(ln_f32::<false>(1.0), 0.0);
    }

    #[test]
    fn log_sigmoid_keeps_its_digits_at_both_ends() {
        assert_eq!(log_sigmoid(-800.0), -800.0);
        assert!((log_sigmoid(40.0) / -(-40.0_f64).exp() - 1.0).abs() < 1e-12);
        assert!((log_sigmoid(0.3) - sigmoid(0.3).ln()).abs() < 1e-15);
        assert!((sigmoid(-3.0) + sigmoid(3.0) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn softmax_survives_large_numbers() {
        let mut values = [1000.0, 1000.0, -1000.0];
        softmax_in_place(&mut values);
        assert_eq!(values, [0.5, 0.5, 0.0]);
    }
}
