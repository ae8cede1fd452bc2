//! The factorisation of a small positive definite matrix.

/// A lower triangle L with L L^T near a symmetric matrix.
#[derive(Debug)]
pub(crate) struct Cholesky {
    n: usize,
    /// Row-major, `[n, n]`; only the lower triangle counts.
    lower: Vec<f64>,
}

/// A pivot below this share of its diagonal entry is rounding.
const LOST: f64 = 1e-12;

impl Cholesky {
    /// Factorises a symmetric matrix, `[n, n]`, of which only the lower triangle is read.
    ///
    /// A pivot that is lost to rounding is replaced by its diagonal entry, or 1 if that is not positive: the factor then
    /// belongs to a nearby matrix, good enough to precondition.
    pub(crate) fn new(n: usize, mut matrix: Vec<f64>) -> Self {
        assert_eq!(matrix.len(), n * n, "a square matrix");
        for row in 0..n {
            let (above, own) = matrix.split_at_mut(row * n);
            let diagonal = own[row];
            for column in 0..row {
                let other = &above[column * n..];
                let sum = own[column] - dot(&own[..column], &other[..column]);
                own[column] = sum / other[column];
            }
            let pivot = diagonal - dot(&own[..row], &own[..row]);
            let pivot = if pivot > LOST * diagonal && pivot.is_finite() {
                pivot
            } else if diagonal > 0.0 && diagonal.is_finite() {
                diagonal
            } else {
                1.0
            };
            own[row] = pivot.sqrt();
        }
        Self { n, lower: matrix }
    }

    /// Solves L L^T x = b in place.
    pub(crate) fn solve(&self, b: &mut [f64]) {
        let n = self.n;
        for row in 0..n {
            let line = &self.lower[row * n..];
            b[row] = (b[row] - dot(&line[..row], &b[..row])) / line[row];
        }
        for row in (0..n).rev() {
            let line = &self.lower[row * n..];
            b[row] /= line[row];
            let (before, own) = b.split_at_mut(row);
            before.iter_mut().zip(line).for_each(|(x, l)| *x -= own[0] * l);
        }
    }
}

/// The inner product, by eight sums that vectorise.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (eights_a, eights_b) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f64 = eights_a.remainder().iter().zip(eights_b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in eights_a.zip(eights_b) {
        for k in 0..8 {
            sums[k] += a[k] * b[k];
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_equations_by_hand() {
        // [[4, 2, 0], [2, 5, 2], [0, 2, 5]] times [1, 2, 3].
        let factor = Cholesky::new(3, vec![4.0, 0.0, 0.0, 2.0, 5.0, 0.0, 0.0, 2.0, 5.0]);
        let mut x = [8.0, 18.0, 19.0];
        factor.solve(&mut x);
        for (x, expected) in x.iter().zip([1.0, 2.0, 3.0]) {
            assert!((x - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn a_singular_matrix_still_has_a_finite_factor() {
        let factor = Cholesky::new(3, vec![1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        let mut x = [1.0, 1.0, 1.0];
        factor.solve(&mut x);
        assert!(x.iter().all(|x| x.is_finite()));
    }

    #[test]
    fn products_of_awkward_lengths() {
        for n in [0, 1, 7, 8, 9, 100] {
            let a: Vec<f64> = (0..n).map(|k| f64::from(k) + 0.5).collect();
            let expected = (0..n).map(|k| (f64::from(k) + 0.5).powi(2)).sum::<f64>();
            assert!((dot(&a, &a) - expected).abs() <= 1e-12 * expected);
        }
    }
}
