//! The plane of the two first principal components.

use culet_kernels::Matrix;

/// Rows of a table in the plane of their two first principal components.
pub(super) struct Plane {
    pub(super) places: Vec<[f32; 2]>,
    pub(super) explained: f64,
}

impl Plane {
    pub(super) fn of(vectors: &Matrix, rows: &[u32]) -> Self {
        let dim = vectors.dim();
        let mut points: Vec<Vec<f64>> = rows.iter().map(|&row| unit(&vectors.row(row as usize)[..dim])).collect();
        let n = points.len().max(1) as f64;
        let mean: Vec<f64> = (0..dim).map(|k| points.iter().map(|point| point[k]).sum::<f64>() / n).collect();
        points.iter_mut().for_each(|point| point.iter_mut().zip(&mean).for_each(|(x, mean)| *x -= mean));
        let covariance: Vec<Vec<f64>> = (0..dim)
            .map(|a| (0..dim).map(|b| points.iter().map(|point| point[a] * point[b]).sum::<f64>() / n).collect())
            .collect();
        let variance: f64 = (0..dim).map(|k| covariance[k][k]).sum();
        let axes = leading_axes(&covariance);
        let along = |axis: &[f64], point: &[f64]| inner(axis, point) as f32;
        let places = points.iter().map(|point| [along(&axes[0].1, point), along(&axes[1].1, point)]).collect();
        let explained = if variance > 0.0 { (axes[0].0 + axes[1].0) / variance } else { 0.0 };
        Self { places, explained }
    }
}

pub(super) fn unit(row: &[f32]) -> Vec<f64> {
    let length = row.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    row.iter().map(|x| f64::from(*x) / length.max(f64::MIN_POSITIVE)).collect()
}

/// Rounds of the power iteration: axes that are not told apart by then have nearly the same variance.
const ROUNDS: usize = 200;

/// Two orthogonal axes of the greatest variance, each with that, by power iteration.
fn leading_axes(covariance: &[Vec<f64>]) -> [(f64, Vec<f64>); 2] {
    let first = leading_axis(covariance, None);
    let second = leading_axis(covariance, Some(&first.1));
    [first, second]
}

fn leading_axis(covariance: &[Vec<f64>], other: Option<&[f64]>) -> (f64, Vec<f64>) {
    let product = |v: &[f64]| -> Vec<f64> { covariance.iter().map(|row| inner(row, v)).collect() };
    let mut axis: Vec<f64> = (0..covariance.len()).map(|k| 1.0 / (1.0 + k as f64)).collect();
    for _ in 0..ROUNDS {
        let mut next = product(&axis);
        if let Some(other) = other {
            let part = inner(&next, other);
            next.iter_mut().zip(other).for_each(|(x, o)| *x -= part * o);
        }
        let length = inner(&next, &next).sqrt();
        if length <= f64::MIN_POSITIVE {
            return (0.0, vec![0.0; axis.len()]);
        }
        axis = next.into_iter().map(|x| x / length).collect();
    }
    (inner(&product(&axis), &axis), axis)
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plane_of_points_on_a_circle_shows_all_of_them() {
        // On a circle within the plane of the first and the third coordinate.
        let angle = |k: usize| (k as f32) * 0.7;
        let values: Vec<f32> = (0..9).flat_map(|k| [angle(k).cos() * 2.0, 0.0, angle(k).sin() * 2.0]).collect();
        let vectors = Matrix::from_values(9, 3, &values);
        let plane = Plane::of(&vectors, &(0..9).collect::<Vec<_>>());
        assert!((plane.explained - 1.0).abs() < 1e-9, "{}", plane.explained);
        // Distances are kept, at length 1.
        for (a, b) in [(0, 1), (2, 7), (3, 8)] {
            let [p, q] = [plane.places[a], plane.places[b]];
            let found = f64::from((p[0] - q[0]).hypot(p[1] - q[1]));
            let expected = 2.0 * f64::from((angle(a) - angle(b)) / 2.0).sin().abs();
            assert!((found - expected).abs() < 1e-5, "{found} for {expected}");
        }
    }
}
