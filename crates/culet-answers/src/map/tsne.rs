//! Points laid out so that neighbours stay neighbours: t-SNE (van der Maaten and Hinton, JMLR 2008).
//!
//! | symbol | meaning |
//! | --- | --- |
//! | `p_ij` | how near `j` is to `i` among the vectors, made symmetric; 0 but for the nearest |
//! | `q_ij` | 1 / (1 + the squared distance of their places) |
//! | `Z` | the sum of all `q_ij` |
//!
//! Deviations from the paper: it starts from the two first principal components instead of random places, so that it depends on
//! nothing else and far groups keep their sides; `p_ij` beyond three times the perplexity are left out; the rate follows the
//! number of points (Belkina et al., Nature Communications 2019). What repels is summed over all pairs, exactly.
//! Crates that approximate it were tried: they draw at random, or add in the order in which threads end.

use culet_kernels::Matrix;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::plane::unit;

/// How many neighbours a point looks at, in the sense of an entropy.
const PERPLEXITY: f64 = 30.0;
/// Rounds, and those of them in which neighbours attract each other more, so that they find together.
const ROUNDS: usize = 750;
const EARLY: usize = 250;
const EXAGGERATION: f32 = 12.0;
/// How far the places spread at the start: so little that nothing holds them there.
const SPREAD: f32 = 1e-4;
/// Numbers that a register may hold.
const LANES: usize = 8;

/// Places by t-SNE, from those of the two first principal components on.
pub(super) fn spread(vectors: &Matrix, rows: &[u32], start: &[[f32; 2]], pool: &ThreadPool) -> Vec<[f32; 2]> {
    if rows.len() < 4 {
        return start.to_vec();
    }
    let dim = vectors.dim();
    let points: Vec<Vec<f64>> = rows.iter().map(|&row| unit(&vectors.row(row as usize)[..dim])).collect();
    pool.install(|| {
        let near = affinities(&points);
        let mut layout = Layout::new(start);
        (0..ROUNDS).for_each(|round| layout.step(&near, round));
        layout.places()
    })
}

/// The `p_ij` of each point that are not 0, with `j`.
fn affinities(points: &[Vec<f64>]) -> Vec<Vec<(u32, f32)>> {
    let n = points.len();
    let n_near = (n - 1).min(3 * PERPLEXITY as usize);
    let directed: Vec<Vec<(u32, f64)>> = (0..n).into_par_iter().map(|i| shares_of_near(points, i, n_near)).collect();
    let mut symmetric = vec![Vec::new(); n];
    for (i, near) in directed.iter().enumerate() {
        for &(j, share) in near {
            let half = share / (2 * n) as f64;
            symmetric[i].push((j, half));
            symmetric[j as usize].push((i as u32, half));
        }
    }
    let merged = |mut near: Vec<(u32, f64)>| {
        near.sort_by_key(|&(j, _)| j);
        let both = near.chunk_by(|a, b| a.0 == b.0);
        both.map(|same| (same[0].0, same.iter().map(|(_, half)| half).sum::<f64>() as f32)).collect()
    };
    symmetric.into_par_iter().map(merged).collect()
}

/// exp(-beta d_ij^2) over their sum, for the nearest `j`, with the beta at which the entropy is that of so many equal ones.
fn shares_of_near(points: &[Vec<f64>], i: usize, n_near: usize) -> Vec<(u32, f64)> {
    let far = |j: usize| points[i].iter().zip(&points[j]).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let mut near: Vec<(u32, f64)> = (0..points.len()).filter(|&j| j != i).map(|j| (j as u32, far(j))).collect();
    near.sort_unstable_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    near.truncate(n_near);
    let wanted = (n_near as f64 / 3.0).max(1.0).ln();
    let least = near[0].1;
    let shares = |beta: f64| {
        let mut shares: Vec<f64> = near.iter().map(|(_, far)| (-beta * (far - least)).exp()).collect();
        let sum: f64 = shares.iter().sum();
        shares.iter_mut().for_each(|share| *share /= sum);
        shares
    };
    let entropy = |shares: &[f64]| -> f64 { shares.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum() };
    let (mut low, mut high, mut beta) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..64 {
        if entropy(&shares(beta)) > wanted {
            low = beta;
        } else {
            high = beta;
        }
        beta = if high.is_finite() { (low + high) / 2.0 } else { 2.0 * low };
    }
    near.iter().map(|&(j, _)| j).zip(shares(beta)).collect()
}

/// Where the points are, and where they are going.
struct Layout {
    x: Vec<f32>,
    y: Vec<f32>,
    speed: Vec<[f32; 2]>,
    gains: Vec<[f32; 2]>,
}

impl Layout {
    fn new(start: &[[f32; 2]]) -> Self {
        let extent = start.iter().map(|place| place[0].abs()).fold(f32::MIN_POSITIVE, f32::max);
        let along = |axis: usize| start.iter().map(|place| place[axis] / extent * SPREAD).collect();
        Self { x: along(0), y: along(1), speed: vec![[0.0; 2]; start.len()], gains: vec![[1.0; 2]; start.len()] }
    }

    /// A step down the gradient 4 sum over j of (p_ij - q_ij / Z) q_ij (y_i - y_j), with momentum and a gain each.
    fn step(&mut self, near: &[Vec<(u32, f32)>], round: usize) {
        let (exaggeration, momentum) = if round < EARLY { (EXAGGERATION, 0.5) } else { (1.0, 0.8) };
        let n = self.x.len();
        let rate = (n as f32 / EXAGGERATION / 4.0).max(50.0);
        let apart: Vec<[f32; 3]> = (0..n).into_par_iter().map(|i| self.repulsion(i)).collect();
        // Each point is at 0 from itself, which counts 1.
        let z: f64 = apart.iter().map(|of| f64::from(of[2])).sum::<f64>() - n as f64;
        let per_z = (1.0 / z.max(f64::MIN_POSITIVE)) as f32;
        let gradient = |i: usize| {
            let together = self.attraction(i, &near[i]);
            let along = |axis: usize| 4.0 * (exaggeration * together[axis] - per_z * apart[i][axis]);
            [along(0), along(1)]
        };
        let gradients: Vec<[f32; 2]> = (0..n).into_par_iter().map(gradient).collect();
        for (i, gradient) in gradients.iter().enumerate() {
            for ((gain, speed), gradient) in self.gains[i].iter_mut().zip(&mut self.speed[i]).zip(gradient) {
                let turns = gradient * *speed > 0.0;
                *gain = if turns { (*gain * 0.8).max(0.01) } else { *gain + 0.2 };
                *speed = momentum * *speed - rate * *gain * gradient;
            }
            self.x[i] += self.speed[i][0];
            self.y[i] += self.speed[i][1];
        }
    }

    /// The sum of q_ij^2 (y_i - y_j) over all `j`, and of q_ij, lane by lane.
    fn repulsion(&self, i: usize) -> [f32; 3] {
        let (x, y) = (self.x[i], self.y[i]);
        let mut sums = [[0.0_f32; LANES]; 3];
        let mut add = |lane: usize, other_x: f32, other_y: f32| {
            let (dx, dy) = (x - other_x, y - other_y);
            let q = 1.0 / (1.0 + dx * dx + dy * dy);
            sums[0][lane] += q * q * dx;
            sums[1][lane] += q * q * dy;
            sums[2][lane] += q;
        };
        let (xs, ys) = (self.x.as_chunks::<LANES>(), self.y.as_chunks::<LANES>());
        for (xs, ys) in xs.0.iter().zip(ys.0) {
            (0..LANES).for_each(|lane| add(lane, xs[lane], ys[lane]));
        }
        xs.1.iter().zip(ys.1).enumerate().for_each(|(lane, (&x, &y))| add(lane, x, y));
        sums.map(|lanes| lanes.iter().sum())
    }

    /// The sum of p_ij q_ij (y_i - y_j) over the nearest `j`.
    fn attraction(&self, i: usize, near: &[(u32, f32)]) -> [f32; 2] {
        let mut sum = [0.0_f32; 2];
        for &(j, p) in near {
            let (dx, dy) = (self.x[i] - self.x[j as usize], self.y[i] - self.y[j as usize]);
            let pull = p / (1.0 + dx * dx + dy * dy);
            sum[0] += pull * dx;
            sum[1] += pull * dy;
        }
        sum
    }

    fn places(self) -> Vec<[f32; 2]> {
        self.x.into_iter().zip(self.y).map(|(x, y)| [x, y]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::plane::Plane;
    use super::*;

    fn pool(n: usize) -> ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap()
    }

    /// Three bundles of directions in eight dimensions.
    fn bundles(n: usize) -> Matrix {
        let wobble = |k: usize, j: usize| (((k * 31 + j * 17) % 97) as f32 / 97.0 - 0.5) * 0.3;
        let value = |k: usize, j: usize| if j == k % 3 { 1.0 } else { wobble(k, j) };
        let values: Vec<f32> = (0..n).flat_map(|k| (0..8).map(move |j| value(k, j))).collect();
        Matrix::from_values(n, 8, &values)
    }

    fn laid_out(vectors: &Matrix, n_threads: usize) -> Vec<[f32; 2]> {
        let rows: Vec<u32> = (0..vectors.n_rows() as u32).collect();
        spread(vectors, &rows, &Plane::of(vectors, &rows).places, &pool(n_threads))
    }

    #[test]
    fn bundles_stay_together_and_the_threads_do_not_matter() {
        let vectors = bundles(150);
        let places = laid_out(&vectors, 1);
        assert_eq!(places, laid_out(&vectors, 3));
        let nearest = |k: usize| {
            let far = |j: usize| (places[k][0] - places[j][0]).hypot(places[k][1] - places[j][1]);
            (0..150).filter(|&j| j != k).min_by(|&a, &b| far(a).total_cmp(&far(b))).unwrap()
        };
        let alike = (0..150).filter(|&k| nearest(k) % 3 == k % 3).count();
        assert!(alike > 145, "{alike} of 150 beside one of their bundle");
    }

    #[test]
    fn shares_of_neighbours_have_the_entropy_that_is_wanted() {
        let vectors = bundles(200);
        let points: Vec<Vec<f64>> = (0..200).map(|row| unit(&vectors.row(row)[..8])).collect();
        for i in [0, 7, 199] {
            let shares = shares_of_near(&points, i, 90);
            let entropy: f64 = shares.iter().map(|(_, p)| -p * p.ln()).sum();
            assert!((entropy.exp() - 30.0).abs() < 1e-6, "{}", entropy.exp());
            assert!((shares.iter().map(|(_, p)| p).sum::<f64>() - 1.0).abs() < 1e-12);
        }
        let all: f64 = affinities(&points).iter().flatten().map(|(_, p)| f64::from(*p)).sum();
        assert!((all - 1.0).abs() < 1e-5, "{all}");
    }

    #[test]
    fn the_step_follows_differences_of_the_divergence() {
        let vectors = bundles(12);
        let points: Vec<Vec<f64>> = (0..12).map(|row| unit(&vectors.row(row)[..8])).collect();
        let near = affinities(&points);
        let places: Vec<[f32; 2]> = (0..12).map(|k| [(k as f32 * 1.3).sin(), (k as f32 * 0.7).cos()]).collect();
        // sum over i, j of p_ij ln(p_ij / (q_ij / Z)), without what does not depend on the places.
        let divergence = |places: &[[f64; 2]]| {
            let q = |i: usize, j: usize| {
                1.0 / (1.0 + (places[i][0] - places[j][0]).powi(2) + (places[i][1] - places[j][1]).powi(2))
            };
            let z: f64 =
                (0..12).flat_map(|i| (0..12).map(move |j| (i, j))).filter(|(i, j)| i != j).map(|(i, j)| q(i, j)).sum();
            let of = |i: usize| near[i].iter().map(|&(j, p)| -f64::from(p) * (q(i, j as usize) / z).ln()).sum::<f64>();
            (0..12).map(of).sum::<f64>()
        };
        let mut layout = Layout::new(&places);
        layout.x = places.iter().map(|place| place[0]).collect();
        layout.y = places.iter().map(|place| place[1]).collect();
        // After the early rounds, with gains that rise from 1 to 1.2: a step is the rate times the gradient.
        layout.step(&near, EARLY);
        let wide: Vec<[f64; 2]> = places.iter().map(|place| place.map(f64::from)).collect();
        for (i, axis) in [(0, 0), (3, 1), (11, 0)] {
            let moved = |by: f64| {
                let mut moved = wide.clone();
                moved[i][axis] += by;
                divergence(&moved)
            };
            let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            let found = f64::from(layout.speed[i][axis]) / -(50.0 * 1.2);
            assert!((found - expected).abs() < 1e-4 * expected.abs().max(0.1), "{found} for {expected}");
        }
    }

    #[test]
    fn few_points_and_equal_ones_are_laid_out_too() {
        for n in [0, 1, 2, 3, 4, 5, 12] {
            let places = laid_out(&bundles(n), 2);
            assert!(places.len() == n && places.iter().flatten().all(|x| x.is_finite()), "{n}: {places:?}");
        }
        let places = laid_out(&Matrix::from_values(9, 2, &[1.0; 18]), 2);
        assert!(places.iter().flatten().all(|x| x.is_finite()), "{places:?}");
    }
}
