//! How dependent the rows of a small matrix are on each other, and the gradient: KGIN's independence of intents.
//!
//! All in f64; the matrix has as many rows as intents and as many columns as relations.

/// A measure of dependence between rows, summed over the pairs of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Independence {
    /// Distance correlation of the coordinates (Székely & Rizzo 2009), as in eq. 12 of KGIN.
    Distance,
    /// Squared cosine.
    Cosine,
    /// InfoNCE over the rows with temperature 0.2, as in eq. 11 of KGIN: the paper's form.
    MutualInformation,
    /// The authors' program's form of the former: contrasts the columns, and has no lower bound.
    MutualInformationColumns,
}

/// The dependence of the rows of `w` (`[n_rows, n_columns]`) and its gradient (same shape).
#[must_use]
pub fn independence(measure: Independence, w: &[f64], n_columns: usize) -> (f64, Vec<f64>) {
    match measure {
        Independence::Distance => over_pairs(w, n_columns, distance_correlation),
        Independence::Cosine => over_pairs(w, n_columns, squared_cosine),
        Independence::MutualInformation => contrast_rows(w, n_columns),
        Independence::MutualInformationColumns => contrast_columns(w, n_columns),
    }
}

const TEMPERATURE: f64 = 0.2;

/// Sums a measure of two rows, which adds its gradient to two slices, over all pairs.
fn over_pairs(
    w: &[f64],
    n_columns: usize,
    measure: impl Fn(&[f64], &[f64], &mut [f64], &mut [f64]) -> f64,
) -> (f64, Vec<f64>) {
    let mut grad = vec![0.0; w.len()];
    let mut sum = 0.0;
    let n_rows = w.len().checked_div(n_columns).unwrap_or(0);
    for p in 0..n_rows {
        for q in p + 1..n_rows {
            let (head, tail) = grad.split_at_mut(q * n_columns);
            let dx = &mut head[p * n_columns..(p + 1) * n_columns];
            let row = |k: usize| &w[k * n_columns..(k + 1) * n_columns];
            sum += measure(row(p), row(q), dx, &mut tail[..n_columns]);
        }
    }
    (sum, grad)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// cos^2 = <x, y>^2 / (|x|^2 |y|^2)
fn squared_cosine(x: &[f64], y: &[f64], dx: &mut [f64], dy: &mut [f64]) -> f64 {
    let (xx, yy, xy) = (dot(x, x), dot(y, y), dot(x, y));
    if xx * yy == 0.0 {
        return 0.0;
    }
    let value = xy * xy / (xx * yy);
    for k in 0..x.len() {
        dx[k] += 2.0 * (xy * y[k] / (xx * yy) - value * x[k] / xx);
        dy[k] += 2.0 * (xy * x[k] / (xx * yy) - value * y[k] / yy);
    }
    value
}

/// Added under the roots, as the authors' program does.
const UNDER_ROOT: f64 = 1e-8;

/// dcor = dcov(x, y) / sqrt(dcov(x, x) * dcov(y, y)), from the doubly centred tables of coordinate distances.
fn distance_correlation(x: &[f64], y: &[f64], dx: &mut [f64], dy: &mut [f64]) -> f64 {
    let n = x.len();
    let (ax, ay) = (centred(&distances(x), n), centred(&distances(y), n));
    let covariance = |a: &[f64], b: &[f64]| ((dot(a, b) / (n * n) as f64).max(0.0) + UNDER_ROOT).sqrt();
    let (xy, xx, yy) = (covariance(&ax, &ay), covariance(&ax, &ax), covariance(&ay, &ay));
    let below = (xx * yy + UNDER_ROOT).sqrt();
    let value = xy / below;

    // Backward: value -> the three covariances -> the centred tables -> the distances -> the coordinates.
    let d_xy = 1.0 / below;
    let d_product = -0.5 * value / (below * below);
    let through_root = |covariance: f64, table: f64| if table > 0.0 { 0.5 / covariance / (n * n) as f64 } else { 0.0 };
    let s_xy = d_xy * through_root(xy, dot(&ax, &ay));
    let s_xx = d_product * yy * through_root(xx, dot(&ax, &ax)) * 2.0;
    let s_yy = d_product * xx * through_root(yy, dot(&ay, &ay)) * 2.0;
    let mix =
        |a: &[f64], s: f64, b: &[f64], t: f64| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| s * a + t * b).collect() };
    add_distance_gradient(x, &centred(&mix(&ax, s_xx, &ay, s_xy), n), dx);
    add_distance_gradient(y, &centred(&mix(&ay, s_yy, &ax, s_xy), n), dy);
    value
}

/// a_kl = sqrt((x_k - x_l)^2 + 1e-8)
fn distances(x: &[f64]) -> Vec<f64> {
    x.iter().flat_map(|a| x.iter().map(move |b| ((a - b) * (a - b) + UNDER_ROOT).sqrt())).collect()
}

/// a minus its row means minus its column means plus its mean: linear and its own transpose.
fn centred(a: &[f64], n: usize) -> Vec<f64> {
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / n as f64;
    let rows: Vec<f64> = (0..n).map(|k| mean(&mut (0..n).map(|l| a[k * n + l]))).collect();
    let columns: Vec<f64> = (0..n).map(|l| mean(&mut (0..n).map(|k| a[k * n + l]))).collect();
    let all = mean(&mut rows.iter().copied());
    (0..n * n).map(|place| a[place] - rows[place / n] - columns[place % n] + all).collect()
}

fn add_distance_gradient(x: &[f64], d_distances: &[f64], dx: &mut [f64]) {
    let n = x.len();
    for k in 0..n {
        for l in 0..n {
            let gap = x[k] - x[l];
            let slope = d_distances[k * n + l] * gap / (gap * gap + UNDER_ROOT).sqrt();
            dx[k] += slope;
            dx[l] -= slope;
        }
    }
}

/// sum over rows p of -log( exp(s_pp / t) / sum over q of exp(s_pq / t) ), s the cosine of rows.
fn contrast_rows(w: &[f64], n_columns: usize) -> (f64, Vec<f64>) {
    let n_rows = w.len().checked_div(n_columns).unwrap_or(0);
    let (units, lengths) = unit_rows(w, n_columns);
    let row = |k: usize| &units[k * n_columns..(k + 1) * n_columns];
    let mut value = 0.0;
    let mut d_units = vec![0.0; w.len()];
    for p in 0..n_rows {
        let similarities: Vec<f64> = (0..n_rows).map(|q| dot(row(p), row(q)) / TEMPERATURE).collect();
        let largest = similarities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = similarities.iter().map(|s| (s - largest).exp()).collect();
        let sum: f64 = weights.iter().sum();
        value += largest + sum.ln() - similarities[p];
        for q in 0..n_rows {
            let slope = (weights[q] / sum - f64::from(u8::from(p == q))) / TEMPERATURE;
            for k in 0..n_columns {
                d_units[p * n_columns + k] += slope * row(q)[k];
                d_units[q * n_columns + k] += slope * row(p)[k];
            }
        }
    }
    (value, through_unit_rows(&units, &lengths, &d_units, n_columns))
}

/// (|sum of the columns|^2 - number of columns) / t: what the authors' program computes, simplified. It divides the
/// columns by their lengths in the numerator only, where nothing but the number of columns is left of them.
fn contrast_columns(w: &[f64], n_columns: usize) -> (f64, Vec<f64>) {
    let sums: Vec<f64> = w.chunks(n_columns.max(1)).map(|row| row.iter().sum()).collect();
    let grad = (0..w.len()).map(|k| 2.0 * sums[k / n_columns] / TEMPERATURE).collect();
    ((dot(&sums, &sums) - n_columns as f64) / TEMPERATURE, grad)
}

/// Rows divided by their lengths (at least 1e-12), and the lengths.
fn unit_rows(w: &[f64], n_columns: usize) -> (Vec<f64>, Vec<f64>) {
    let lengths: Vec<f64> = w.chunks(n_columns.max(1)).map(|row| dot(row, row).sqrt().max(1e-12)).collect();
    (w.iter().enumerate().map(|(k, value)| value / lengths[k / n_columns]).collect(), lengths)
}

fn through_unit_rows(units: &[f64], lengths: &[f64], d_units: &[f64], n_columns: usize) -> Vec<f64> {
    let mut grad = d_units.to_vec();
    for ((grad, unit), length) in grad.chunks_mut(n_columns.max(1)).zip(units.chunks(n_columns.max(1))).zip(lengths) {
        let along = dot(grad, unit);
        for (g, u) in grad.iter_mut().zip(unit) {
            *g = (*g - along * u) / length;
        }
    }
    grad
}

#[cfg(test)]
mod tests {
    use super::*;
    use culet_testkit::central_differences;

    const ALL: [Independence; 4] = [
        Independence::Distance,
        Independence::Cosine,
        Independence::MutualInformation,
        Independence::MutualInformationColumns,
    ];

    #[test]
    fn gradients_equal_central_differences() {
        let w: Vec<f64> = (0..20).map(|k| ((k * k) as f64 * 0.37).sin()).collect();
        for measure in ALL {
            let (_, grad) = independence(measure, &w, 5);
            let expected = central_differences(&w, 1e-6, |w| independence(measure, w, 5).0);
            for (k, (found, expected)) in grad.iter().zip(&expected).enumerate() {
                assert!(
                    (found - expected).abs() < 1e-7 * (1.0 + expected.abs()),
                    "{measure:?} [{k}]: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn one_row_depends_on_nothing_and_equal_rows_entirely() {
        for measure in [Independence::Distance, Independence::Cosine] {
            assert_eq!(independence(measure, &[1.0, 2.0, 4.0], 3).0, 0.0);
            let equal = independence(measure, &[1.0, 2.0, 4.0, 1.0, 2.0, 4.0], 3).0;
            assert!((equal - 1.0).abs() < 1e-6, "{measure:?}: {equal}");
        }
        assert_eq!(independence(Independence::MutualInformation, &[1.0, 2.0], 2).0, 0.0);
    }

    #[test]
    fn a_graph_without_relations_has_no_dependence() {
        for measure in ALL {
            assert_eq!(independence(measure, &[], 0), (0.0, Vec::new()), "{measure:?}");
        }
    }
}
