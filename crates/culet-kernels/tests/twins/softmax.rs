//! The softmax loss over shared negatives.

use culet_kernels::{BatchGradients, BatchVectors, Matrix, PairRows, softmax_loss};

use crate::losses::{Pairs, gathered, scaled};
use crate::number::{Number, ONE, ZERO, assert_near, inner, total};
use crate::segment::Listed;
use crate::table::{Row, SPREADS, Spread, WIDTHS, assert_rows, exact_rows, normalised, normalised_gradient, table};

/// A batch with its loss and gradients by the kernel.
struct Batch {
    users: Matrix,
    items: Matrix,
    pairs: Pairs,
    known: Vec<Vec<u32>>,
    temperature: f32,
}

impl Batch {
    /// A user and an item of zeros; user 2 a millionth, item 3 a million of what they would be; pair 4 knows all
    /// negatives, each third pair a few.
    fn drawn(n: usize, n_negatives: usize, dim: usize, spread: Spread, temperature: f32) -> Self {
        let (mut users, mut items) = (table(20, dim, spread, 1), table(40, dim, spread, 2));
        users.row_mut(0).fill(0.0);
        items.row_mut(0).fill(0.0);
        users.row_mut(2).iter_mut().for_each(|x| *x *= 1e-6);
        items.row_mut(3).iter_mut().for_each(|x| *x *= 1e6);
        let known = |pair: usize| match pair {
            4 => (0..n_negatives as u32).collect(),
            _ if pair.is_multiple_of(3) => (0..n_negatives as u32).filter(|k| k % 7 == pair as u32 % 7).collect(),
            _ => Vec::new(),
        };
        let pairs = Pairs::drawn(n, n_negatives, 20, 40);
        Self { users, items, pairs, known: (0..n).map(known).collect(), temperature }
    }

    fn vectors(&self) -> BatchVectors<'_> {
        BatchVectors { users: &self.users, items: &self.items }
    }

    fn add_loss(&self, gradients: &mut BatchGradients) -> f64 {
        let known = Listed::new(self.known.clone());
        softmax_loss(self.vectors(), self.pairs.rows(), known.view(), self.temperature, gradients)
    }

    /// The loss, and the gradients of users and items from `start` on.
    fn twin(&self, start: &BatchGradients) -> (Number, Vec<Row>, Vec<Row>) {
        let [users, items] = [&self.users, &self.items].map(exact_rows).map(|rows| units(&rows));
        let n = Number::exact(self.pairs.users.len() as f64);
        let scale = ONE / Number::exact(self.temperature.into());
        let (mut losses, mut of_users, mut of_items) = (Vec::new(), Vec::new(), Vec::new());
        for (pair, (&user, &positive)) in self.pairs.users.iter().zip(&self.pairs.positives).enumerate() {
            let u = &users[user as usize].0;
            let known = &self.known[pair];
            let negatives = (0..).zip(&self.pairs.negatives).filter(|(place, _)| !known.contains(place));
            let candidates: Vec<u32> = std::iter::once(positive).chain(negatives.map(|(_, &item)| item)).collect();
            let logits: Row = candidates.iter().map(|&item| inner(u, &items[item as usize].0) * scale).collect();
            let largest = logits.iter().copied().fold(logits[0], |a, b| if b.value > a.value { b } else { a });
            let powers: Row = logits.iter().map(|&logit| (logit - largest).exp()).collect();
            let sum = total(powers.iter().copied());
            losses.push((largest - logits[0] + sum.ln()) / n);
            for (k, &item) in candidates.iter().enumerate() {
                let wanted = if k == 0 { ONE } else { ZERO };
                let slope = (powers[k] / sum - wanted) * scale / n;
                of_users.push((user, scaled(slope, &items[item as usize].0)));
                of_items.push((item, scaled(slope, u)));
            }
        }
        let of_users = through_units(&users, of_users, &start.users);
        (total(losses), of_users, through_units(&items, of_items, &start.items))
    }
}

fn units(rows: &[Row]) -> Vec<(Row, Number)> {
    rows.iter().map(|row| normalised(row)).collect()
}

/// The gradient of the vectors from that of the units, added to `start`.
fn through_units(units: &[(Row, Number)], terms: Vec<(u32, Row)>, start: &Matrix) -> Vec<Row> {
    let of_units = gathered(&Matrix::zeros(start.n_rows(), start.dim()), terms);
    let rows = (0_u32..).zip(units.iter().zip(&of_units));
    gathered(start, rows.map(|(row, ((unit, inverse), d))| (row, normalised_gradient(unit, *inverse, d))))
}

fn check(batch: &Batch, what: &str) {
    let (dim, gradients) =
        (batch.users.dim(), |seed| table(20 + 20 * seed as usize, batch.users.dim(), Spread::Signed(1e-3), seed));
    let start = BatchGradients { users: gradients(0), items: gradients(1) };
    let mut found = BatchGradients { users: start.users.clone(), items: start.items.clone() };
    let loss = batch.add_loss(&mut found);
    let (expected, of_users, of_items) = batch.twin(&start);
    let what = format!("{what}, width {dim}, temperature {}", batch.temperature);
    assert_near(loss, expected, || format!("{what}: loss"));
    assert_rows(&format!("{what}: users"), &found.users, &of_users);
    assert_rows(&format!("{what}: items"), &found.items, &of_items);
}

#[test]
fn equals_the_twin_for_all_widths_and_magnitudes() {
    for dim in WIDTHS {
        for spread in SPREADS {
            let (n, n_negatives) = if dim > 64 { (20, 17) } else { (70, 50) };
            check(&Batch::drawn(n, n_negatives, dim, spread, 0.1), &format!("{spread:?}"));
        }
    }
}

#[test]
fn equals_the_twin_for_all_temperatures() {
    for temperature in [0.01, 0.05, 0.3, 1.0, 10.0] {
        for n_negatives in [1, 16, 65] {
            let batch = Batch::drawn(130, n_negatives, 17, Spread::Signed(1.0), temperature);
            check(&batch, &format!("{n_negatives} negatives"));
        }
    }
}

#[test]
fn known_negatives_weigh_nothing_and_without_negatives_there_is_no_loss() {
    let zeros = |batch: &Batch| BatchGradients::zeros(batch.vectors());
    for temperature in [0.01, 1.0, 10.0] {
        let mut batch = Batch::drawn(70, 20, 9, Spread::Signed(1.0), temperature);
        batch.known = vec![(0..20).collect(); 70];
        let mut all_known = zeros(&batch);
        assert_eq!(batch.add_loss(&mut all_known), 0.0);
        batch.pairs.negatives.clear();
        batch.known = vec![Vec::new(); 70];
        let mut none_drawn = zeros(&batch);
        assert_eq!(batch.add_loss(&mut none_drawn), 0.0);
        for found in [all_known, none_drawn] {
            assert_eq!((found.users, found.items), (zeros(&batch).users, zeros(&batch).items));
        }
    }
}

#[test]
fn no_pairs_leave_the_gradients_alone() {
    let batch = Batch::drawn(0, 5, 9, Spread::Signed(1.0), 0.1);
    let start = table(20, 9, Spread::Signed(1.0), 3);
    let mut found = BatchGradients { users: start.clone(), items: Matrix::zeros(40, 9) };
    assert_eq!(batch.add_loss(&mut found), 0.0);
    assert_eq!((found.users, found.items), (start, Matrix::zeros(40, 9)));
}

#[test]
fn vectors_of_zeros_give_the_logarithm_of_the_number_of_candidates() {
    let (users, items) = (Matrix::zeros(1, 9), Matrix::zeros(4, 9));
    let vectors = BatchVectors { users: &users, items: &items };
    let mut found = BatchGradients::zeros(vectors);
    let rows = PairRows { users: &[0], positives: &[0], negatives: &[1, 2, 3] };
    let known = Listed::new([Vec::new()]);
    let loss = softmax_loss(vectors, rows, known.view(), 0.05, &mut found);
    assert_near(loss, Number::rounded(4.0_f64.ln(), 0.0), || "loss".to_owned());
    assert_eq!((found.users, found.items), (users, items));
}
