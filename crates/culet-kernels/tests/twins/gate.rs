//! The intent gate and its gradient.

use culet_kernels::{GateGradient, GateInput, GateOutput, Matrix, intent_gate, intent_gate_gradient};
use culet_testkit::{central_differences, relative_gap};

use crate::number::{Number, ONE, ZERO, inner, total};
use crate::table::{
    Mask, Row, SPREADS, Spread, WIDTHS, assert_rows, exact_rows, filled, normalised, normalised_gradient, table,
    zero_rows,
};

/// What a gate reads, with its twin.
pub(crate) struct Given {
    users: Matrix,
    means: Matrix,
    intents: Matrix,
    latent: Matrix,
    numbers: Vec<u32>,
    mask: Mask,
}

impl Given {
    /// Logits of a magnitude of about `sharpness`, means of any.
    pub(crate) fn new(n: usize, dim: usize, n_intents: usize, means: Spread, sharpness: f64, rate: f64) -> Self {
        let mut means = table(n, dim, means, 2);
        if n > 2 {
            means.row_mut(1).fill(0.0);
        }
        Self {
            users: table(n, dim, Spread::Signed(1e3), 1),
            means,
            intents: table(n_intents, dim, Spread::Signed(1.5), 3),
            latent: table(n_intents, dim, Spread::Signed(3e-3 * sharpness / (dim as f64).sqrt()), 4),
            numbers: (0..n as u32).map(|k| 3 * k + 2).collect(),
            mask: Mask::new(rate),
        }
    }

    pub(crate) fn input(&self) -> GateInput<'_> {
        GateInput {
            users: &self.users,
            means: &self.means,
            intents: &self.intents,
            latent: &self.latent,
            user_numbers: &self.numbers,
            dropout: self.mask.dropout,
        }
    }

    fn exact(&self) -> Exact {
        let [users, means, intents, latent] = [&self.users, &self.means, &self.intents, &self.latent].map(exact_rows);
        Exact { users, means, intents, latent, numbers: self.numbers.clone(), mask: self.mask }
    }
}

struct Exact {
    users: Vec<Row>,
    means: Vec<Row>,
    intents: Vec<Row>,
    latent: Vec<Row>,
    numbers: Vec<u32>,
    mask: Mask,
}

impl Exact {
    fn dim(&self) -> usize {
        self.intents[0].len()
    }

    /// beta_p = softmax_p(<u, c_p>)
    fn shares(&self, row: usize) -> Row {
        let logits: Row = self.latent.iter().map(|c| inner(&self.users[row], c)).collect();
        let largest = logits.iter().copied().fold(logits[0], |a, b| if b.value > a.value { b } else { a });
        let powers: Row = logits.iter().map(|&logit| (logit - largest).exp()).collect();
        let sum = total(powers.iter().copied());
        powers.iter().map(|&power| power / sum).collect()
    }

    /// 1 + sum_p beta_p e_p
    fn gate(&self, shares: &[Number]) -> Row {
        let mixed = |k: usize| total(shares.iter().zip(&self.intents).map(|(&share, e)| share * e[k]));
        (0..self.dim()).map(|k| ONE + mixed(k)).collect()
    }

    fn forward(&self, row: usize) -> (Row, Row, Number) {
        let shares = self.shares(row);
        let gated: Row = self.gate(&shares).iter().zip(&self.means[row]).map(|(&gate, &m)| m * gate).collect();
        let (units, inverse) = normalised(&self.mask.apply(self.numbers[row] as usize, &gated));
        (shares, units, inverse)
    }
}

#[test]
fn equals_the_twin_for_all_widths_and_magnitudes() {
    for dim in WIDTHS {
        for (k, spread) in SPREADS.into_iter().enumerate() {
            let (n_intents, sharpness) = [(1, 1.0), (4, 0.1), (17, 3.0), (3, 10.0), (16, 1.0)][k];
            let given = Given::new(150, dim, n_intents, spread, sharpness, [0.0, 0.1, 0.5][k % 3]);
            let mut found = GateOutput::zeros(150, dim, n_intents);
            intent_gate(given.input(), &mut found);
            let exact = given.exact();
            let (mut shares, mut units, mut inverse) = (Vec::new(), Vec::new(), Vec::new());
            for row in 0..150 {
                let (a, b, c) = exact.forward(row);
                shares.push(a);
                units.push(b);
                inverse.push(c);
            }
            let what = format!("width {dim}, {spread:?}, {n_intents} intents");
            assert_rows(&format!("{what}: shares"), &found.shares, &shares);
            assert_rows(&format!("{what}: units"), &found.units, &units);
            assert!(dim == 1 || units[1].iter().all(|&x| x == ZERO), "a user without items");
            let lengths = Matrix::from_values(1, 150, &found.inverse_lengths);
            assert_rows(&format!("{what}: 1 / length"), &lengths, &[inverse]);
        }
    }
}

#[test]
fn room_is_used_again_for_another_shape() {
    let mut reused = GateOutput::zeros(0, 0, 0);
    for (n, dim, n_intents) in [(90, 100, 20), (70, 9, 3), (0, 9, 3), (1, 17, 1), (90, 100, 20)] {
        let given = Given::new(n, dim, n_intents, Spread::Signed(1.0), 1.0, 0.1);
        let mut fresh = GateOutput::zeros(n, dim, n_intents);
        intent_gate(given.input(), &mut fresh);
        reused.reshape(n, dim, n_intents);
        intent_gate(given.input(), &mut reused);
        assert_eq!((&reused.units, &reused.shares), (&fresh.units, &fresh.shares), "{n} x {dim}");
        assert_eq!(reused.inverse_lengths, fresh.inverse_lengths);
        assert!((0..n).all(|row| reused.units.row(row)[dim..].iter().all(|&x| x == 0.0)), "padding");
    }
}

/// The gradients with respect to means, users, intents and latent vectors.
struct Gradients<T> {
    means: T,
    users: T,
    intents: T,
    latent: T,
}

impl<T> Gradients<T> {
    fn named(&self) -> [(&'static str, &T); 4] {
        [("means", &self.means), ("users", &self.users), ("intents", &self.intents), ("latent", &self.latent)]
    }
}

/// What the gate makes, and its gradients from `start` on.
fn gradient_of(given: &Given, grad: &Matrix, mean_scales: &[f32], start: f32) -> (GateOutput, Gradients<Matrix>) {
    let (n, dim, n_intents) = (given.users.n_rows(), given.users.dim(), given.intents.n_rows());
    let mut made = GateOutput::zeros(n, dim, n_intents);
    intent_gate(given.input(), &mut made);
    let mut found = Gradients {
        means: filled(n, dim, 7.0),
        users: filled(n, dim, start),
        intents: filled(n_intents, dim, start),
        latent: filled(n_intents, dim, start),
    };
    let out = GateGradient {
        means: &mut found.means,
        users: &mut found.users,
        intents: &mut found.intents,
        latent: &mut found.latent,
    };
    intent_gate_gradient(given.input(), &made, grad, mean_scales, out);
    (made, found)
}

/// The chain rule step by step, from what the gate made on.
fn gradient_twin(
    exact: &Exact,
    made: &GateOutput,
    grad: &[Row],
    mean_scales: &[f32],
    start: f32,
) -> Gradients<Vec<Row>> {
    let [all_shares, all_units] = [&made.shares, &made.units].map(exact_rows);
    let (n, dim, n_intents) = (grad.len(), exact.dim(), exact.intents.len());
    let mut out = Gradients {
        means: zero_rows(n, dim),
        users: zero_rows(n, dim),
        intents: zero_rows(n_intents, dim),
        latent: zero_rows(n_intents, dim),
    };
    let start = Number::exact(start.into());
    let (mut of_intents, mut of_latent) = (vec![Vec::new(); n_intents], vec![Vec::new(); n_intents]);
    for row in 0..n {
        let (shares, units) = (&all_shares[row], &all_units[row]);
        let inverse = Number::exact(made.inverse_lengths[row].into());
        let number = exact.numbers[row] as usize;
        let d_gated = exact.mask.apply(number, &normalised_gradient(units, inverse, &grad[row]));
        let scale = Number::exact(mean_scales[row].into());
        let gate = exact.gate(shares);
        out.means[row] = (0..dim).map(|k| d_gated[k] * gate[k] * scale).collect();
        let d_gate: Row = d_gated.iter().zip(&exact.means[row]).map(|(&da, &m)| da * m).collect();
        let d_shares: Row = exact.intents.iter().map(|e| inner(&d_gate, e)).collect();
        let mean = inner(shares, &d_shares);
        let d_logits: Row = shares.iter().zip(&d_shares).map(|(&share, &d)| share * (d - mean)).collect();
        let d_user = |k: usize| d_logits.iter().zip(&exact.latent).map(move |(&d, c)| d * c[k]);
        out.users[row] = (0..dim).map(|k| total(std::iter::once(start).chain(d_user(k)))).collect();
        for p in 0..n_intents {
            of_intents[p].push(d_gate.iter().map(|&d| shares[p] * d).collect::<Row>());
            of_latent[p].push(exact.users[row].iter().map(|&u| d_logits[p] * u).collect::<Row>());
        }
    }
    let sum = |rows: &[Row]| (0..dim).map(|k| start + total(rows.iter().map(|row| row[k]))).collect();
    out.intents = of_intents.iter().map(|rows| sum(rows)).collect();
    out.latent = of_latent.iter().map(|rows| sum(rows)).collect();
    out
}

#[test]
fn the_gradient_equals_the_twin_for_all_widths_and_magnitudes() {
    for dim in WIDTHS {
        let n = if dim > 100 { 20 } else { 150 };
        for (k, spread) in SPREADS.into_iter().enumerate() {
            let (n_intents, sharpness) = [(5, 1.0), (4, 0.1), (17, 3.0), (3, 1.0), (16, 1.0)][k];
            let given = Given::new(n, dim, n_intents, spread, sharpness, [0.0, 0.1, 0.5][k % 3]);
            let grad = table(n, dim, Spread::Signed(1.0), 5);
            let mean_scales: Vec<f32> = (0..n).map(|row| 1.0 / (1 + row % 9) as f32).collect();
            let (made, found) = gradient_of(&given, &grad, &mean_scales, 0.25);
            let twin = gradient_twin(&given.exact(), &made, &exact_rows(&grad), &mean_scales, 0.25);
            for ((name, found), (_, expected)) in found.named().into_iter().zip(twin.named()) {
                assert_rows(&format!("{name}, width {dim}, {spread:?}, {n_intents} intents"), found, expected);
            }
        }
    }
}

/// The gate in f64, weighted; `x` holds users, means, intents and latent vectors one after another.
fn weighted_gate(given: &Given, x: &[f64], w: &Matrix) -> f64 {
    let (n, dim, n_intents) = (w.n_rows(), w.dim(), given.intents.n_rows());
    let row = |row: usize| &x[row * dim..][..dim];
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let mut loss = 0.0;
    for user in 0..n {
        let powers: Vec<f64> = (0..n_intents).map(|p| product(row(user), row(2 * n + n_intents + p)).exp()).collect();
        let sum: f64 = powers.iter().sum();
        let gated: Vec<f64> = (0..dim)
            .map(|k| {
                let gate: f64 = powers.iter().enumerate().map(|(p, power)| power / sum * row(2 * n + p)[k]).sum();
                row(n + user)[k] * (1.0 + gate) * given.mask.factor(given.numbers[user] as usize, dim, k).value
            })
            .collect();
        let length = product(&gated, &gated).sqrt();
        let weights: Vec<f64> = w.row(user)[..dim].iter().map(|&w| w.into()).collect();
        loss += if length > 0.0 { product(&gated, &weights) / length } else { 0.0 };
    }
    loss
}

/// A few dozen roundings of 6e-8 on the way, and difference quotients that are right to 1e-8.
const DIFFERENCE: f64 = 5e-6;

#[test]
fn the_gradient_equals_central_differences() {
    for (dim, n_intents, rate) in [(1, 3, 0.0), (7, 1, 0.0), (9, 4, 0.2), (17, 5, 0.2)] {
        let mut given = Given::new(6, dim, n_intents, Spread::Signed(1.0), 1.0, rate);
        given.users = table(6, dim, Spread::Signed(1.0), 1);
        given.latent = table(n_intents, dim, Spread::Signed(1.0), 4);
        let w = table(6, dim, Spread::Signed(1.0), 5);
        let (_, found) = gradient_of(&given, &w, &[1.0; 6], 0.0);
        let wide = |tables: [&Matrix; 4]| tables.into_iter().flat_map(Matrix::to_values).map(f64::from).collect();
        let x: Vec<f64> = wide([&given.users, &given.means, &given.intents, &given.latent]);
        let found: Vec<f64> = wide([&found.users, &found.means, &found.intents, &found.latent]);
        let mut expected = central_differences(&x, 1e-6, |x| weighted_gate(&given, x, &w));
        // The quotient steps away from a row of zeros; the kernels take it for one that has no gradient.
        expected[7 * dim..8 * dim].fill(0.0);
        let gap = relative_gap(&found, &expected, 1.0);
        assert!(gap < DIFFERENCE, "width {dim}, {n_intents} intents: relative gap {gap:e}");
    }
}
