//! Numbers that overflow or cancel if computed naively.

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
pub(crate) fn exp_f32(x: f32) -> f32 {
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    /// Adding and taking away 1.5 * 2^23 rounds to the nearest integer.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN2_HIGH - n * LN2_LOW;
    // Minimax polynomial of (exp(r) - 1 - r) / r^2 on |r| <= ln 2 / 2 (Cephes, expf).
    let mut p = 1.987_569_1e-4_f32;
    for c in [1.398_2e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        p = p * r + c;
    }
    let mantissa = p * r * r + r + 1.0;
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    mantissa * power
}

/// The sigmoid of x and log(1 + exp(x)), each to about 4 units in the last place; no branches, so that loops vectorise.
#[must_use]
#[inline(always)]
pub(crate) fn sigmoid_and_softplus(x: f32) -> (f32, f32) {
    let e = exp_f32(-x.abs());
    let share = 1.0 / (1.0 + e);
    let sigmoid = if x >= 0.0 { share } else { e * share };
    // log(1 + e) = 2 artanh(e / (2 + e)), whose argument is at most 1/3.
    let t = e / (2.0 + e);
    let s = t * t;
    let mut p = 1.0 / 13.0_f32;
    for c in [1.0 / 11.0, 1.0 / 9.0, 1.0 / 7.0, 1.0 / 5.0, 1.0 / 3.0, 1.0] {
        p = p * s + c;
    }
    (sigmoid, x.max(0.0) + 2.0 * t * p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_right_to_two_units_in_the_last_place() {
        for k in -87_000..=88_000 {
            let x = k as f32 / 1000.0;
            let (found, exact) = (f64::from(exp_f32(x)), f64::from(x).exp());
            assert!((found / exact - 1.0).abs() < 2.5e-7, "exp({x}) = {found}, expected {exact}");
        }
        assert_eq!(exp_f32(0.0), 1.0);
    }

    #[test]
    fn sigmoid_and_softplus_agree_with_f64() {
        for k in -86_000..=86_000 {
            let x = k as f32 / 1000.0;
            let (found, softplus_found) = sigmoid_and_softplus(x);
            let (exact, softplus_exact) = (sigmoid(f64::from(x)), -log_sigmoid(f64::from(-x)));
            assert!((f64::from(found) / exact - 1.0).abs() < 6e-7, "sigmoid({x}) = {found}, expected {exact}");
            let gap = (f64::from(softplus_found) / softplus_exact - 1.0).abs();
            assert!(gap < 6e-7, "softplus({x}) = {softplus_found}, expected {softplus_exact}");
        }
        assert_eq!(sigmoid_and_softplus(0.0).0, 0.5);
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
