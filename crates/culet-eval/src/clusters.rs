//! Clusters of points by direction: spherical k-means.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | x_i | point i divided by its length |
//! | c_g | the centre of cluster g: the sum of its x_i, divided by its length |

use std::borrow::Cow;

use culet_graph::{Csr, Purpose, Stream};
use culet_kernels::{Matrix, View, ViewMut, product_abt};
use rayon::ThreadPool;
use rayon::prelude::*;

/// What stands in [`Clusters::of`] for a point without a direction.
pub const NO_CLUSTER: u32 = u32::MAX;

/// Attempts from other starting centres, of which the best is kept.
const RESTARTS: u64 = 8;
/// Rounds of an attempt, at most.
const ROUNDS: usize = 50;
/// Points that the attempts are made on, at most.
const SAMPLE: usize = 50_000;
/// Rounds over all points after attempts on a sample, at most.
const FULL_ROUNDS: usize = 5;
/// Directions whose cosine is nearer to 1 than this count as one: what f32 cannot tell apart.
const SAME: f64 = 1e-6;
/// Points that a thread compares with the centres at a time.
const BLOCK: usize = 256;

/// Points in clusters of like direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Clusters {
    /// c, `[n_found, d]`, of length 1; fewer rows than were asked for where there are fewer different directions.
    pub centres: Matrix,
    /// The cluster of each point, that whose centre is nearest; [`NO_CLUSTER`] for a point that is zero or not finite.
    pub of: Vec<u32>,
    /// The mean cosine of the points and their centres; 0 without points.
    pub cosine: f64,
}

/// Groups points by direction such that the mean cosine of points and centres is large (Dhillon and Modha 2001).
///
/// maximise  1/n * sum over i of <x_i, c_g(i)>
///
/// A round gives each point to the nearest centre (of equally near ones to the first) and then moves the centres; the
/// mean never falls, up to rounding. It ends when no point moves, after 50 rounds at the latest. A cluster that lost all
/// its points takes the one that its own centre serves worst. Of eight attempts the best is kept, of equal ones the
/// first; each starts from points drawn one after the other with probability in proportion to 1 - cosine to the nearest
/// one drawn so far (k-means++ of Arthur and Vassilvitskii 2007, for on the sphere this is half the squared distance).
///
/// The attempts are made on 50,000 points drawn at random where there are more, followed by at most 5 rounds over all.
/// A point that is zero, or has a coordinate that is not finite, has no direction and belongs to no cluster.
///
/// # Shapes
/// - `points`: `[n, d]`.
/// # Numerics
/// O(n * clusters * d) time a round, in the threads of `pool`; a function of `points`, `n_clusters` and `seed` alone,
/// on one instruction set. Products of points and centres are those of [`product_abt`], sums over points are in f64.
/// # Panics
/// If `n_clusters` is 0, or there are 2^32 - 1 points or more.
#[must_use]
pub fn spherical_k_means(points: &Matrix, n_clusters: usize, seed: u64, pool: &ThreadPool) -> Clusters {
    assert!(n_clusters > 0, "at least one cluster");
    assert!(u32::try_from(points.n_rows()).is_ok_and(|n| n != NO_CLUSTER), "fewer than 2^32 - 1 points");
    pool.install(|| {
        let (units, places) = directions(points);
        let sample = sampled(&units, Stream::new(seed, Purpose::Clusters, 0));
        let attempt = |restart| {
            let centres = starting_centres(&sample, n_clusters, Stream::new(seed, Purpose::Clusters, restart));
            improved(&sample, centres, ROUNDS)
        };
        let better = |best: Fit, next: Fit| if next.cosine() > best.cosine() { next } else { best };
        let mut best = (1..=RESTARTS).map(attempt).reduce(better).expect("several attempts");
        if let Cow::Owned(_) = sample {
            best = improved(&units, best.centres, FULL_ROUNDS);
        }
        let mut of = vec![NO_CLUSTER; points.n_rows()];
        places.iter().zip(&best.of).for_each(|(&place, &cluster)| of[place as usize] = cluster);
        Clusters { cosine: best.cosine(), centres: best.centres, of }
    })
}

/// The points that have a direction, divided by their lengths, and where they stood.
fn directions(points: &Matrix) -> (Matrix, Vec<u32>) {
    let length = |place: usize| {
        let squares = points.row(place)[..points.dim()].iter().map(|&x| f64::from(x).powi(2));
        squares.sum::<f64>().sqrt()
    };
    let lengths: Vec<f64> = (0..points.n_rows()).into_par_iter().map(length).collect();
    let has_direction = |&place: &u32| lengths[place as usize] > 0.0 && lengths[place as usize].is_finite();
    let places: Vec<u32> = (0..points.n_rows() as u32).filter(has_direction).collect();
    let mut units = Matrix::zeros(places.len(), points.dim());
    for (row, &place) in places.iter().enumerate() {
        let values = points.row(place as usize).iter().map(|&x| (f64::from(x) / lengths[place as usize]) as f32);
        units.row_mut(row).iter_mut().zip(values).for_each(|(unit, x)| *unit = x);
    }
    (units, places)
}

/// All points, or as many as the attempts are made on.
fn sampled(units: &Matrix, stream: Stream) -> Cow<'_, Matrix> {
    if units.n_rows() <= SAMPLE {
        return Cow::Borrowed(units);
    }
    let mut chosen = stream.permutation(units.n_rows());
    chosen.truncate(SAMPLE);
    chosen.sort_unstable();
    let mut sample = Matrix::zeros(SAMPLE, units.dim());
    for (row, &place) in chosen.iter().enumerate() {
        sample.row_mut(row).copy_from_slice(units.row(place as usize));
    }
    Cow::Owned(sample)
}

/// Points of different directions, far from each other.
fn starting_centres(units: &Matrix, n_clusters: usize, stream: Stream) -> Matrix {
    let (n, dim) = (units.n_rows(), units.dim());
    let mut chosen: Vec<usize> = Vec::new();
    // 1 - the cosine to the nearest centre so far.
    let mut far = vec![1.0; n];
    while chosen.len() < n_clusters {
        let Some(next) = drawn(&far, stream.uniform(chosen.len() as u64)) else { break };
        chosen.push(next);
        let centre = &units.row(next)[..dim];
        far.par_iter_mut().enumerate().for_each(|(place, far)| {
            let distance = 1.0 - inner(&units.row(place)[..dim], centre);
            *far = if distance < SAME { 0.0 } else { distance.min(*far) };
        });
    }
    let mut centres = Matrix::zeros(chosen.len(), dim);
    for (row, &place) in chosen.iter().enumerate() {
        centres.row_mut(row).copy_from_slice(units.row(place));
    }
    centres
}

/// A place drawn with probability in proportion to its weight; none where all are 0.
fn drawn(weights: &[f64], uniform: f64) -> Option<usize> {
    let mut left = uniform * weights.iter().sum::<f64>();
    let mut passed = |weight: &f64| {
        left -= weight;
        left >= 0.0
    };
    let place = weights.iter().take_while(|weight| passed(weight)).count();
    // Rounding may leave something over in the end.
    (place < weights.len()).then_some(place).or_else(|| weights.iter().rposition(|&weight| weight > 0.0))
}

/// Centres and the points they serve.
struct Fit {
    centres: Matrix,
    of: Vec<u32>,
    /// Of each point and its centre.
    cosines: Vec<f32>,
}

impl Fit {
    /// Gives each point to the nearest centre.
    fn nearest(units: &Matrix, centres: Matrix) -> Self {
        let blocks: Vec<usize> = (0..units.n_rows()).step_by(BLOCK).collect();
        let n_centres = centres.n_rows();
        let compare = |products: &mut Vec<f32>, &start: &usize| {
            let n = BLOCK.min(units.n_rows() - start);
            products.resize(n * n_centres, 0.0);
            let rows = View::new(&units.as_slice()[start * units.stride()..], n, units.dim(), units.stride());
            product_abt(rows, (&centres).into(), ViewMut::new(products, n, n_centres, n_centres));
            products.chunks_exact(n_centres).map(first_largest).collect::<Vec<(u32, f32)>>()
        };
        let found: Vec<Vec<(u32, f32)>> = blocks.par_iter().map_init(Vec::new, compare).collect();
        let (of, cosines) = found.into_iter().flatten().unzip();
        Self { centres, of, cosines }
    }

    fn cosine(&self) -> f64 {
        let sum: f64 = self.cosines.iter().map(|&cosine| f64::from(cosine)).sum();
        sum / self.cosines.len().max(1) as f64
    }

    /// Gives each cluster without points the point that is served worst, of a cluster that keeps others.
    fn fill_empty(&mut self) {
        let mut sizes = vec![0_u32; self.centres.n_rows()];
        self.of.iter().for_each(|&cluster| sizes[cluster as usize] += 1);
        for empty in 0..sizes.len() {
            if sizes[empty] > 0 {
                continue;
            }
            let can_leave = |&place: &usize| sizes[self.of[place] as usize] > 1;
            let worst =
                (0..self.of.len()).filter(can_leave).min_by(|&a, &b| self.cosines[a].total_cmp(&self.cosines[b]));
            let Some(worst) = worst else { break };
            sizes[self.of[worst] as usize] -= 1;
            sizes[empty] = 1;
            (self.of[worst], self.cosines[worst]) = (empty as u32, 1.0);
        }
    }

    /// The centres of the clusters as they are; one whose points cancel out, or that has none, stays where it is.
    fn moved_centres(&self, units: &Matrix) -> Matrix {
        let dim = units.dim();
        let pairs: Vec<(u32, u32)> = self.of.iter().copied().zip(0..).collect();
        let members = Csr::from_pairs(self.centres.n_rows(), &pairs).expect("fewer than 2^32 points");
        let centre = |cluster: usize| {
            let mut sum = vec![0.0; dim];
            for &place in members.row(cluster) {
                sum.iter_mut().zip(units.row(place as usize)).for_each(|(sum, &x)| *sum += f64::from(x));
            }
            let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
            // Shorter is what rounding leaves of points that cancel out.
            let least = SAME * members.row(cluster).len().max(1) as f64;
            (length > least).then(|| sum.iter().map(|x| (x / length) as f32).collect::<Vec<f32>>())
        };
        let sums: Vec<Option<Vec<f32>>> = (0..members.n_rows()).into_par_iter().map(centre).collect();
        let mut centres = self.centres.clone();
        for (row, sum) in sums.iter().enumerate() {
            sum.iter().for_each(|sum| centres.row_mut(row)[..dim].copy_from_slice(sum));
        }
        centres
    }
}

/// Moves points and centres in turn until no point moves, at most so many rounds.
fn improved(units: &Matrix, centres: Matrix, rounds: usize) -> Fit {
    let mut fit = Fit::nearest(units, centres);
    for _ in 0..rounds {
        let before = fit.of.clone();
        fit.fill_empty();
        let centres = fit.moved_centres(units);
        fit = Fit::nearest(units, centres);
        if fit.of == before {
            break;
        }
    }
    fit
}

fn first_largest(products: &[f32]) -> (u32, f32) {
    let larger = |best: (u32, f32), next: (u32, f32)| if next.1 > best.1 { next } else { best };
    (0..).zip(products.iter().copied()).reduce(larger).expect("at least one centre")
}

fn inner(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pool(n_threads: usize) -> ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap()
    }

    fn table(rows: &[&[f32]]) -> Matrix {
        Matrix::from_values(rows.len(), rows.first().map_or(0, |row| row.len()), &rows.concat())
    }

    /// Points around coordinate axes, point i around axis i mod `n_axes`, at lengths from 0.01 to 100.
    fn around_axes(n: usize, n_axes: usize, dim: usize, noise: f64) -> Matrix {
        let stream = Stream::new(3, Purpose::Test, 0);
        let value = |place: usize, k: usize| {
            let length = 10_f64.powf(4.0 * stream.uniform((n * dim + place) as u64) - 2.0);
            (length * (f64::from(place % n_axes == k) + noise * stream.normal((place * dim + k) as u64))) as f32
        };
        let values: Vec<f32> = (0..n * dim).map(|k| value(k / dim, k % dim)).collect();
        Matrix::from_values(n, dim, &values)
    }

    /// Whether two groupings are the same but for the names of the groups.
    fn same_groups(a: &[u32], b: &[u32]) -> bool {
        (0..a.len()).all(|i| (0..i).all(|j| (a[i] == a[j]) == (b[i] == b[j])))
    }

    #[test]
    fn six_points_in_the_plane_are_as_worked_out_by_hand() {
        let points = table(&[&[2.0, 0.0], &[0.0, 0.5], &[0.0, 0.0], &[3.0, 4.0], &[-1.0, 0.0], &[-8.0, -6.0]]);
        let found = spherical_k_means(&points, 2, 0, &pool(1));
        // To the right and above 2 0, 0 0.5 and 3 4, whose unit vectors sum to 1.6 1.8; to the left the other two, with
        // the sum -1.8 -0.6. No other halves have longer sums.
        assert_eq!(found.of[2], NO_CLUSTER);
        let right = found.of[0];
        assert_eq!(found.of, [right, right, NO_CLUSTER, right, 1 - right, 1 - right]);
        let (a, b) = (5.8_f64.sqrt(), 3.6_f64.sqrt());
        assert!((found.cosine - (a + b) / 5.0).abs() < 1e-6, "{}", found.cosine);
        for (cluster, expected) in [(right, [1.6 / a, 1.8 / a]), (1 - right, [-1.8 / b, -0.6 / b])] {
            let centre = found.centres.row(cluster as usize);
            assert!((0..2).all(|k| (f64::from(centre[k]) - expected[k]).abs() < 1e-6), "{centre:?}");
        }
    }

    #[test]
    fn planted_directions_are_found_whatever_the_lengths() {
        for (n, n_axes, dim) in [(300, 5, 7), (2_000, 20, 33)] {
            let found = spherical_k_means(&around_axes(n, n_axes, dim, 0.05), n_axes, 1, &pool(2));
            let planted: Vec<u32> = (0..n as u32).map(|place| place % n_axes as u32).collect();
            assert!(same_groups(&found.of, &planted), "{n_axes} axes");
            for cluster in 0..n_axes {
                assert!(found.centres.row(found.of[cluster] as usize)[cluster] > 0.99);
            }
        }
    }

    #[test]
    fn attempts_on_a_sample_serve_all_points() {
        let (n, n_axes) = (SAMPLE + 10_000, 6);
        let found = spherical_k_means(&around_axes(n, n_axes, 6, 0.1), n_axes, 2, &pool(2));
        let planted: Vec<u32> = (0..n).map(|place| found.of[place % n_axes]).collect();
        let wrong = found.of.iter().zip(&planted).filter(|(a, b)| a != b).count();
        assert!(wrong < n / 10_000, "{wrong} of {n}");
    }

    #[test]
    fn threads_do_not_matter_and_seeds_do() {
        let points = around_axes(3_000, 12, 12, 0.6);
        let one = spherical_k_means(&points, 12, 5, &pool(1));
        assert_eq!(one, spherical_k_means(&points, 12, 5, &pool(3)));
        assert_ne!(one, spherical_k_means(&points, 12, 6, &pool(1)));
    }

    #[test]
    fn there_are_no_more_clusters_than_directions() {
        let points = table(&[&[1.0, 1.0], &[30.0, 30.0], &[0.1, -0.1], &[0.0, 0.0], &[1e-30, 1e-30]]);
        let found = spherical_k_means(&points, 9, 0, &pool(2));
        assert_eq!(found.centres.n_rows(), 2);
        assert!(same_groups(&found.of, &[0, 0, 1, NO_CLUSTER, 0]));
        assert!((found.cosine - 1.0).abs() < 1e-6);
    }

    #[test]
    fn points_without_a_direction_belong_nowhere() {
        let points = table(&[&[0.0, 0.0], &[f32::NAN, 1.0], &[1.0, f32::INFINITY], &[0.0, -3.0]]);
        let found = spherical_k_means(&points, 2, 0, &pool(1));
        assert_eq!(found.of, [NO_CLUSTER, NO_CLUSTER, NO_CLUSTER, 0]);
        assert_eq!(found.centres, table(&[&[0.0, -1.0]]));
        for points in [table(&[&[0.0, 0.0]]), Matrix::zeros(0, 4)] {
            let found = spherical_k_means(&points, 2, 0, &pool(1));
            assert_eq!((found.centres.n_rows(), found.cosine), (0, 0.0));
            assert!(found.of.iter().all(|&cluster| cluster == NO_CLUSTER));
        }
    }

    #[test]
    fn of_equally_near_centres_the_first_serves() {
        let fit = Fit::nearest(&table(&[&[1.0, 0.0], &[0.6, 0.8]]), table(&[&[0.0, 1.0], &[1.0, 0.0], &[1.0, 0.0]]));
        assert_eq!((fit.of, fit.cosines), (vec![1, 0], vec![1.0, 0.8]));
    }

    #[test]
    fn points_that_cancel_out_leave_the_centre_where_it_is() {
        let units = table(&[&[1.0, 0.0], &[-1.0, 0.0]]);
        let fit = improved(&units, table(&[&[0.0, 1.0]]), 3);
        assert_eq!((fit.centres, fit.of), (table(&[&[0.0, 1.0]]), vec![0, 0]));
    }

    #[test]
    fn an_empty_cluster_takes_the_point_that_is_served_worst() {
        let units = table(&[&[1.0, 0.0], &[0.8, 0.6], &[0.0, 1.0], &[-1.0, 0.0]]);
        // Cosines 0.8, 1, 0.6 to the first centre and 0.28 to the third, which keeps its only point; the second has none.
        let fit = improved(&units, table(&[&[0.8, 0.6], &[0.0, -1.0], &[-0.28, -0.96]]), 1);
        assert_eq!(fit.of, [0, 0, 1, 2]);
        assert_eq!(fit.centres.row(1)[..2], [0.0, 1.0]);
    }

    #[test]
    #[should_panic(expected = "at least one cluster")]
    fn no_clusters_are_a_fault_of_the_caller() {
        let _ = spherical_k_means(&Matrix::zeros(3, 2), 0, 0, &pool(1));
    }

    /// The largest mean cosine of any two clusters: the lengths of their sums, divided by the number of points.
    fn best_halves(units: &Matrix) -> f64 {
        let (n, dim) = (units.n_rows(), units.dim());
        let length = |subset: u32| {
            let sum =
                |k: usize| (0..n).filter(|i| subset >> i & 1 == 1).map(|i| f64::from(units.row(i)[k])).sum::<f64>();
            (0..dim).map(|k| sum(k).powi(2)).sum::<f64>().sqrt()
        };
        (0..1 << n).map(|subset: u32| length(subset) + length(!subset)).fold(0.0, f64::max) / n as f64
    }

    #[test]
    fn few_points_are_mostly_halved_as_well_as_can_be() {
        let mut n_best = 0;
        for seed in 0..200 {
            let stream = Stream::new(seed, Purpose::Test, 2);
            let (n, dim) = (2 + stream.below(1000, 9) as usize, 2 + stream.below(1001, 3) as usize);
            let values: Vec<f32> = (0..n * dim).map(|k| stream.normal(k as u64) as f32).collect();
            let points = Matrix::from_values(n, dim, &values);
            let (found, best) = (spherical_k_means(&points, 2, seed, &pool(1)), best_halves(&directions(&points).0));
            // Where each point is a good part of its own centre, rounds end early.
            assert!(found.cosine < best + 1e-6 && found.cosine > 0.85 * best, "{} of {best}", found.cosine);
            n_best += usize::from(found.cosine > best - 1e-6);
        }
        assert!(n_best > 160, "{n_best}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_mean_cosine_never_falls(seed in any::<u64>(), n in 2..200_usize, k in 1..12_usize, dim in 1..9_usize) {
            let stream = Stream::new(seed, Purpose::Test, 1);
            let values: Vec<f32> = (0..n * dim).map(|k| stream.normal(k as u64) as f32).collect();
            let (units, _) = directions(&Matrix::from_values(n, dim, &values));
            // Any centres, the same ones twice too.
            let mut centres = Matrix::zeros(k, dim);
            (0..k).for_each(|row| centres.row_mut(row).copy_from_slice(units.row(row / 2 % n)));
            let mut last = Fit::nearest(&units, centres.clone()).cosine();
            for rounds in 1..15 {
                let fit = improved(&units, centres.clone(), rounds);
                prop_assert!(fit.cosine() > last - 1e-6, "{} after {last}", fit.cosine());
                last = fit.cosine();
                // Each point is with the nearest centre, each centre of length 1.
                for place in 0..n {
                    let best = (0..k).map(|c| inner(units.row(place), fit.centres.row(c))).fold(-1.0, f64::max);
                    let own = inner(units.row(place), fit.centres.row(fit.of[place] as usize));
                    prop_assert!((own - best).abs() < 1e-6 && (f64::from(fit.cosines[place]) - best).abs() < 1e-6);
                }
                for row in 0..k {
                    prop_assert!((inner(fit.centres.row(row), fit.centres.row(row)) - 1.0).abs() < 1e-6);
                }
            }
        }
    }
}
