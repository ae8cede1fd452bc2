//! A picture of an embedding in the plane.

use culet_graph::{Purpose, Stream};
use culet_kernels::Matrix;
use culet_train::NO_GROUP;
use rayon::ThreadPool;
use serde::Serialize;

use crate::{AskError, CatalogueAnswers, NetworkAnswers, Node};

/// Points in the plane, near each other where vectors are alike: the two first principal components of the vectors, each
/// divided by its length, so that angles count.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Map {
    /// `users`, `items` or `nodes`.
    pub of: &'static str,
    /// What [`Point::facet`] is: `intent` (a user's largest), `group` (of a node's largest aspect), or `none`.
    pub coloured_by: &'static str,
    /// The share of the variance that the plane shows.
    pub explained: f64,
    /// Some of all, drawn at random where there are too many.
    pub points: Vec<Point>,
}

/// A point of a map.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Point {
    /// What it stands for.
    #[serde(flatten)]
    pub node: Node,
    /// Along the first component.
    pub x: f32,
    /// Along the second.
    pub y: f32,
    /// From 1; nothing where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facet: Option<usize>,
}

/// Of what a map of a catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapOf {
    /// Of users.
    Users,
    /// Of items.
    Items,
}

impl CatalogueAnswers {
    /// A map of at most `n` users or items; by default of users where the model learns facets of them.
    ///
    /// # Errors
    /// [`AskError::NoVectors`] if the model scores by anything but vectors.
    pub fn map(&self, of: Option<MapOf>, n: usize, seed: u64) -> Result<Map, AskError> {
        let facets = self.learned_facets()?;
        let of = of.unwrap_or(if facets.is_some() { MapOf::Users } else { MapOf::Items });
        let what = if of == MapOf::Users { "users" } else { "items" };
        let model = || AskError::NoVectors { model: self.stored().run.manifest.summary.model.clone(), what };
        let vectors = self.stored().vectors().ok_or_else(model)?;
        if of == MapOf::Items {
            let plane = Plane::of(&vectors.items, &sample(vectors.items.n_rows(), n, seed));
            return Ok(plane.map("items", "none", |item| (self.entity_node(item), None)));
        }
        let plane = Plane::of(&vectors.users, &sample(vectors.users.n_rows(), n, seed));
        let facet = |user: u32| facets.and_then(|facets| largest(&facets.user_shares[user as usize]));
        let coloured_by = if facets.is_some() { "intent" } else { "none" };
        Ok(plane.map("users", coloured_by, |user| (self.user_node(user), facet(user))))
    }
}

impl NetworkAnswers {
    /// A map of at most `n` nodes, coloured by the groups of their largest aspects.
    #[must_use]
    pub fn map(&self, n: usize, seed: u64, pool: &ThreadPool) -> Map {
        let embedding = &self.stored().embedding;
        let groups = self.stored().groups(self.stored().default_n_groups(), 0, seed, pool);
        let group = |node: u32| {
            let aspect = largest(&embedding.node_shares(node))? - 1;
            let n_each = groups.of_aspect.len() / embedding.n_nodes;
            let group = groups.of_aspect[node as usize * n_each + aspect.min(n_each - 1)];
            (group != NO_GROUP).then_some(group as usize + 1)
        };
        let plane = Plane::of(&embedding.centre_vectors(), &sample(embedding.n_nodes, n, seed));
        plane.map("nodes", "group", |node| (self.told(node), group(node)))
    }
}

/// The place of the largest, from 1; none where all are 0.
fn largest(shares: &[f64]) -> Option<usize> {
    let best = shares.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))?;
    (*best.1 > 0.0).then_some(best.0 + 1)
}

/// At most `n` of so many, in ascending order.
fn sample(n_all: usize, n: usize, seed: u64) -> Vec<u32> {
    if n >= n_all {
        return (0..n_all as u32).collect();
    }
    let mut some = Stream::new(seed, Purpose::Picture, 0).permutation(n_all);
    some.truncate(n);
    some.sort_unstable();
    some
}

/// Rows of a table in the plane of their two first principal components.
struct Plane {
    rows: Vec<u32>,
    places: Vec<[f32; 2]>,
    explained: f64,
}

impl Plane {
    fn of(vectors: &Matrix, rows: &[u32]) -> Self {
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
        Self { rows: rows.to_vec(), places, explained }
    }

    fn map(&self, of: &'static str, coloured_by: &'static str, told: impl Fn(u32) -> (Node, Option<usize>)) -> Map {
        let point = |(&row, &[x, y]): (&u32, &[f32; 2])| {
            let (node, facet) = told(row);
            Point { node, x, y, facet }
        };
        let points = self.rows.iter().zip(&self.places).map(point).collect();
        Map { of, coloured_by, explained: self.explained, points }
    }
}

fn unit(row: &[f32]) -> Vec<f64> {
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
        let plane = Plane::of(&vectors, &sample(9, 20, 1));
        assert!((plane.explained - 1.0).abs() < 1e-9, "{}", plane.explained);
        // Distances are kept, at length 1.
        for (a, b) in [(0, 1), (2, 7), (3, 8)] {
            let [p, q] = [plane.places[a], plane.places[b]];
            let found = f64::from((p[0] - q[0]).hypot(p[1] - q[1]));
            let expected = 2.0 * f64::from((angle(a) - angle(b)) / 2.0).sin().abs();
            assert!((found - expected).abs() < 1e-5, "{found} for {expected}");
        }
    }

    #[test]
    fn a_sample_has_no_one_twice_and_depends_on_the_seed() {
        let some = sample(100, 30, 1);
        assert_eq!(some.len(), 30);
        assert!(some.windows(2).all(|two| two[0] < two[1]) && some[29] < 100);
        assert_ne!(some, sample(100, 30, 2));
        assert_eq!(sample(3, 30, 1), [0, 1, 2]);
    }

    #[test]
    fn the_largest_share_counts_from_one() {
        assert_eq!(largest(&[0.2, 0.5, 0.5]), Some(2));
        assert_eq!(largest(&[0.0, 0.0]), None);
    }
}
