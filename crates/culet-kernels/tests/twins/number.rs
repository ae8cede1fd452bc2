//! f64 numbers that carry a bound on the rounding error of the same computation in f32.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// The largest relative error of one f32 operation: half the distance from 1 to the next number.
pub(crate) const ROUNDING: f64 = 1.0 / (1 << 24) as f64;

/// A sum of n terms may err by `(SHORT + CHAIN * sqrt(n)) * ROUNDING` of the sum of their magnitudes: the errors of a
/// chain of additions are of either sign, so they grow as the root of its length, sqrt(n / 3) for terms of one sign.
/// (Only if the same terms repeat for long do errors fall on the same side and grow as n; no test has such sums.)
const CHAIN: f64 = 2.0;
const SHORT: f64 = 3.0;

/// The kernels' exp is right to 2 units in the last place, which are 4 roundings.
const EXP: f64 = 4.0;

/// exp does not fall below exp(-87) in the kernels; below about 1e-38 f32 has no normal numbers either.
pub(crate) const TINY: f64 = 2e-38;

/// The exact value, and how far an f32 kernel may be away from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number {
    pub(crate) value: f64,
    pub(crate) slack: f64,
}

pub(crate) const ZERO: Number = Number { value: 0.0, slack: 0.0 };
pub(crate) const ONE: Number = Number { value: 1.0, slack: 0.0 };

impl Number {
    /// A number that f32 holds exactly.
    pub(crate) fn exact(value: f64) -> Self {
        Self { value, slack: 0.0 }
    }

    /// A number that the kernel rounds to f32, beside the error that it has already.
    pub(crate) fn rounded(value: f64, slack: f64) -> Self {
        Self { value, slack: slack + ROUNDING * value.abs() + TINY }
    }

    pub(crate) fn exp(self) -> Self {
        let value = self.value.exp();
        Self::rounded(value, value * (self.slack + EXP * ROUNDING))
    }

    pub(crate) fn ln(self) -> Self {
        Self::rounded(self.value.ln(), self.slack / self.value)
    }

    pub(crate) fn sqrt(self) -> Self {
        let value = self.value.sqrt();
        Self::rounded(value, if self.value > 0.0 { self.slack / (2.0 * value) } else { self.slack.sqrt() })
    }

    /// 1 / (1 + exp(-x)), which the kernels compute in f64 from an f32 number.
    pub(crate) fn sigmoid(self) -> Self {
        let value = (-soft_plus(-self.value)).exp();
        Self { value, slack: value * self.slack.min(1.0) }
    }

    /// log(1 + exp(x)), as above.
    pub(crate) fn soft_plus(self) -> Self {
        Self { value: soft_plus(self.value), slack: self.sigmoid().value * self.slack }
    }
}

fn soft_plus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

impl Add for Number {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::rounded(self.value + other.value, self.slack + other.slack)
    }
}

impl Sub for Number {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Neg for Number {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, slack: self.slack }
    }
}

impl Mul for Number {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let slack = self.value.abs() * other.slack + other.value.abs() * self.slack + self.slack * other.slack;
        Self::rounded(self.value * other.value, slack)
    }
}

impl Div for Number {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        Self::rounded(value, (self.slack + value.abs() * other.slack) / other.value.abs())
    }
}

/// The sum of numbers that a kernel adds in f32, in any order.
pub(crate) fn total(terms: impl IntoIterator<Item = Number>) -> Number {
    let (mut sum, mut magnitudes, mut n) = (ZERO, 0.0, 0_u32);
    for term in terms {
        sum = Number { value: sum.value + term.value, slack: sum.slack + term.slack };
        magnitudes += term.value.abs();
        n += 1;
    }
    let chain = if n > 1 { (SHORT + CHAIN * f64::from(n).sqrt()) * ROUNDING * magnitudes } else { 0.0 };
    Number { slack: sum.slack + chain, ..sum }
}

/// The inner product of two rows.
pub(crate) fn inner(a: &[Number], b: &[Number]) -> Number {
    total(a.iter().zip(b).map(|(&a, &b)| a * b))
}

/// Fails unless a kernel's number lies as near to the exact one as its slack says.
pub(crate) fn assert_near(found: f64, expected: Number, what: impl FnOnce() -> String) {
    let gap = (found - expected.value).abs();
    assert!(
        gap <= expected.slack + TINY,
        "{}: found {found:e}, expected {:e} to within {:e}",
        what(),
        expected.value,
        expected.slack
    );
}

#[test]
fn the_slack_covers_f32_and_little_more() {
    let values: Vec<f32> = (1..4000).map(|k| (k as f32 * 0.37).sin() + 1.1).collect();
    let exact = total(values.iter().map(|&x| Number::exact(x.into())));
    let gap = (f64::from(values.iter().sum::<f32>()) - exact.value).abs();
    assert!(gap <= exact.slack, "{gap:e} above {:e}", exact.slack);
    assert!(exact.slack < 1e-5 * exact.value, "{:e} is loose", exact.slack);
    for x in [-100.0_f64, -21.0, -19.0, -1.0, 0.0, 3.0, 50.0] {
        let (sigmoid, plus) = (Number::exact(x).sigmoid().value, Number::exact(x).soft_plus().value);
        assert!((sigmoid * (1.0 + (-x).exp()) - 1.0).abs() < 1e-9, "sigmoid({x}) = {sigmoid}");
        assert!((plus - (x + (1.0 + (-x).exp()).ln())).abs() < 1e-9, "soft_plus({x}) = {plus}");
    }
}
