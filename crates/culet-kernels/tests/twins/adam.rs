//! Adam.

use culet_kernels::{AdamSettings, Matrix, Moments, NO_SLOT, RowGradient, adam_step};

use crate::number::{Number, ZERO};
use crate::table::{Row, SPREADS, Spread, WIDTHS, assert_rows, exact_rows, row_set, table, zero_rows};

/// The published recurrence, number by number.
struct Twin {
    settings: AdamSettings,
    parameters: Vec<Row>,
    first: Vec<Row>,
    second: Vec<Row>,
}

impl Twin {
    fn new(table: &Matrix, settings: AdamSettings) -> Self {
        let zeros = || zero_rows(table.n_rows(), table.dim());
        Self { settings, parameters: exact_rows(table), first: zeros(), second: zeros() }
    }

    fn step(&mut self, gradient: impl Fn(usize, usize) -> Number, t: u64) {
        let AdamSettings { learning_rate, beta1, beta2, epsilon } = self.settings;
        let given = |x: f64| Number::rounded(x, 0.0);
        let size = given(learning_rate / (1.0 - beta1.powf(t as f64)));
        let root_scale = given(1.0 / (1.0 - beta2.powf(t as f64)).sqrt());
        for row in 0..self.parameters.len() {
            for k in 0..self.parameters[row].len() {
                let g = gradient(row, k);
                let (m, v) = (&mut self.first[row][k], &mut self.second[row][k]);
                *m = given(beta1) * *m + given(1.0 - beta1) * g;
                *v = given(beta2) * *v + given(1.0 - beta2) * g * g;
                let p = &mut self.parameters[row][k];
                *p = *p - size * *m / (v.sqrt() * root_scale + given(epsilon));
            }
        }
    }
}

#[test]
fn equals_the_twin_for_all_widths_and_magnitudes() {
    for dim in WIDTHS {
        for (k, spread) in SPREADS.into_iter().enumerate() {
            // More rows than one task takes, where that is cheap.
            let n = if dim < 10 { 1100 } else { 30 };
            let settings = AdamSettings { beta1: [0.9, 0.5][k % 2], ..AdamSettings::new([1e-4, 0.1][k % 2]) };
            let mut parameters = table(n, dim, Spread::Signed(0.1), 1);
            let (mut moments, mut twin) = (Moments::for_table(&parameters), Twin::new(&parameters, settings));
            for t in 1..=6 {
                let gradient = table(n, dim, spread, 10 + t);
                adam_step(&mut parameters, RowGradient::All(&gradient), &mut moments, settings, t);
                twin.step(|row, k| Number::exact(gradient.row(row)[k].into()), t);
            }
            assert_rows(&format!("width {dim}, {spread:?}"), &parameters, &twin.parameters);
        }
    }
}

#[test]
fn later_steps_equal_the_twin() {
    let settings = AdamSettings::new(1e-3);
    let mut parameters = table(2, 17, Spread::Signed(1.0), 1);
    let (mut moments, mut twin) = (Moments::for_table(&parameters), Twin::new(&parameters, settings));
    for t in 1..=300 {
        let gradient = table(2, 17, Spread::Signed(1.0), t);
        adam_step(&mut parameters, RowGradient::All(&gradient), &mut moments, settings, t);
        twin.step(|row, k| Number::exact(gradient.row(row)[k].into()), t);
    }
    assert_rows("300 steps", &parameters, &twin.parameters);
}

#[test]
fn rows_without_gradient_decay_however_they_are_told() {
    let (n, dim, settings) = (600, 9, AdamSettings::new(0.01));
    let start = table(n, dim, Spread::Signed(1.0), 1);
    let mut tables = [start.clone(), start.clone(), start.clone()];
    let mut moments = [0; 3].map(|_| Moments::for_table(&start));
    let mut twin = Twin::new(&start, settings);
    for t in 1..=5 {
        let has = |row: u32| row != 5 && (row + t as u32).is_multiple_of(3);
        let mut dense = table(n, dim, Spread::Signed(1.0), 20 + t);
        // What stands in rows that are not listed does not count.
        let listed_rows = row_set(n, has);
        let listed = dense.clone();
        let slots: Vec<u32> = (0..n as u32).map(|row| if has(row) { row / 3 } else { NO_SLOT }).collect();
        let mut packed = Matrix::zeros(n / 3, dim);
        for (row, &slot) in slots.iter().enumerate() {
            match slot {
                NO_SLOT => dense.row_mut(row).fill(0.0),
                slot => packed.row_mut(slot as usize).copy_from_slice(dense.row(row)),
            }
        }
        let told =
            [RowGradient::All(&dense), RowGradient::Listed(&listed, &listed_rows), RowGradient::Slots(&packed, &slots)];
        for ((table, moments), gradient) in tables.iter_mut().zip(&mut moments).zip(told) {
            adam_step(table, gradient, moments, settings, t);
        }
        twin.step(|row, k| if has(row as u32) { Number::exact(dense.row(row)[k].into()) } else { ZERO }, t);
    }
    assert_rows("all", &tables[0], &twin.parameters);
    assert_eq!(tables[0].row(5), start.row(5), "a row that never has a gradient stays");
    assert!(tables[1] == tables[0] && tables[2] == tables[0], "three ways to tell the same gradient");
}

#[test]
fn tables_without_rows_or_with_one() {
    for (n, dim) in [(0, 9), (1, 1)] {
        let settings = AdamSettings::new(0.5);
        let mut parameters = table(n, dim, Spread::Signed(1.0), 1);
        let (mut moments, mut twin) = (Moments::for_table(&parameters), Twin::new(&parameters, settings));
        let gradient = table(n, dim, Spread::Decades, 2);
        adam_step(&mut parameters, RowGradient::All(&gradient), &mut moments, settings, 1);
        twin.step(|row, k| Number::exact(gradient.row(row)[k].into()), 1);
        assert_rows("one step", &parameters, &twin.parameters);
    }
}
