//! A picture of an embedding in the plane.

mod colour;
mod plane;
mod tsne;

use culet_graph::{Purpose, Stream};
use culet_kernels::Matrix;
use rayon::ThreadPool;
use serde::Serialize;

use crate::{AskError, CatalogueAnswers, NetworkAnswers, Node};
pub use colour::Colour;
use colour::Colours;
use plane::Plane;

/// Points in the plane, near each other where vectors are alike; each vector is divided by its length first, so that angles
/// count.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Map {
    /// `users`, `items` or `nodes`.
    pub of: &'static str,
    /// What [`Point::facet`] is: `intent` (a user's largest), `group` (of a node's largest aspect), `label`, `type`, the name
    /// of a relation, or `none`.
    pub coloured_by: String,
    /// What the colours stand for, from 1 on.
    pub names: Vec<String>,
    /// How the points came into the plane: `pca`, by their two first principal components, or `t-sne`.
    pub by: &'static str,
    /// The share of the variance that the plane of `pca` shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explained: Option<f64>,
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
    /// To the right.
    pub x: f32,
    /// Upwards.
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

/// How vectors come into the plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Projection {
    /// By their two first principal components: at once, and distances in the plane are never greater than the true ones.
    #[default]
    Pca,
    /// So that neighbours stay neighbours (van der Maaten and Hinton, JMLR 2008; Barnes and Hut's approximation): seconds for
    /// thousands of points, and only what is near means anything.
    Tsne,
}

impl MapOf {
    /// What a word means: `users` or `items`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "users" => Some(Self::Users),
            "items" => Some(Self::Items),
            _ => None,
        }
    }
}

impl Projection {
    /// What a word means: `pca` or `t-sne`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        match word {
            "pca" => Some(Self::Pca),
            "t-sne" => Some(Self::Tsne),
            _ => None,
        }
    }
}

/// What is wanted of a map.
#[derive(Debug, Clone)]
pub struct MapWish {
    /// Of a catalogue: users or items; by default users where the model learns facets of them, or else items.
    pub of: Option<MapOf>,
    /// Points, at most.
    pub n: usize,
    /// Which ones, and where k-means of groups begins.
    pub seed: u64,
    /// How they come into the plane.
    pub by: Projection,
    /// What colours stand for.
    pub colour: Colour,
}

impl MapWish {
    /// So many points, all else as it is by default.
    #[must_use]
    pub fn new(n: usize, seed: u64) -> Self {
        Self { of: None, n, seed, by: Projection::Pca, colour: Colour::Facet }
    }
}

impl CatalogueAnswers {
    /// A map of users or items.
    ///
    /// # Errors
    /// [`AskError::NoVectors`] if the model scores by anything but vectors; [`AskError::NoColour`] or [`AskError::NoSuch`] if
    /// there is nothing to colour by as asked for.
    pub fn map(&self, wish: &MapWish, pool: &ThreadPool) -> Result<Map, AskError> {
        let has_facets = self.learned_facets()?.is_some();
        let of = wish.of.unwrap_or(if has_facets { MapOf::Users } else { MapOf::Items });
        let what = if of == MapOf::Users { "users" } else { "items" };
        let model = || AskError::NoVectors { model: self.stored().run.manifest.summary.model.clone(), what };
        let vectors = self.stored().vectors().ok_or_else(model)?;
        let vectors = if of == MapOf::Users { &vectors.users } else { &vectors.items };
        let rows = sample(vectors.n_rows(), wish.n, wish.seed);
        let colours = self.colours(of, &wish.colour, &rows)?;
        let node = |row: u32| if of == MapOf::Users { self.user_node(row) } else { self.entity_node(row) };
        Ok(drawn(what, vectors, &rows, colours, wish.by, pool, node))
    }
}

impl NetworkAnswers {
    /// A map of nodes.
    ///
    /// # Errors
    /// [`AskError::NoColour`] if there is nothing to colour by as asked for.
    pub fn map(&self, wish: &MapWish, pool: &ThreadPool) -> Result<Map, AskError> {
        let vectors = self.stored().embedding.centre_vectors();
        let rows = sample(vectors.n_rows(), wish.n, wish.seed);
        let colours = self.colours(&wish.colour, &rows, wish.seed, pool)?;
        Ok(drawn("nodes", &vectors, &rows, colours, wish.by, pool, |node| self.told(node)))
    }
}

fn drawn(
    of: &'static str,
    vectors: &Matrix,
    rows: &[u32],
    colours: Colours,
    by: Projection,
    pool: &ThreadPool,
    node: impl Fn(u32) -> Node,
) -> Map {
    let plane = Plane::of(vectors, rows);
    let (by, places, explained) = match by {
        Projection::Pca => ("pca", plane.places, Some(plane.explained)),
        Projection::Tsne => ("t-sne", tsne::spread(vectors, rows, &plane.places, pool), None),
    };
    let point = |((&row, &[x, y]), &facet): ((&u32, &[f32; 2]), &Option<usize>)| Point { node: node(row), x, y, facet };
    let points = rows.iter().zip(&places).zip(&colours.of_rows).map(point).collect();
    Map { of, coloured_by: colours.by, names: colours.names, by, explained, points }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_no_one_twice_and_depends_on_the_seed() {
        let some = sample(100, 30, 1);
        assert_eq!(some.len(), 30);
        assert!(some.windows(2).all(|two| two[0] < two[1]) && some[29] < 100);
        assert_ne!(some, sample(100, 30, 2));
        assert_eq!(sample(3, 30, 1), [0, 1, 2]);
    }
}
