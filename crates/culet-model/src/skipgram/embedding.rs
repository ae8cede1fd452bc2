//! What a skip-gram model has learned: vectors of nodes, and what they say about pairs.

use culet_kernels::{Matrix, aspect_lanes};

/// Vectors of nodes: as centres, and as contexts in each aspect.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkEmbedding {
    /// P, `[n_rows, d]`: a row for each node; where nodes have two roles, first those of the sources, then those of the
    /// targets.
    pub centres: Matrix,
    /// Q, `[n_rows, K * d]`: aspect s in columns `s * d..(s + 1) * d`.
    pub contexts: Matrix,
    /// K
    pub n_aspects: usize,
    /// The number of nodes.
    pub n_nodes: usize,
    /// The share of the aspects among the contexts of each row, `[n_rows, K]`; zero for a row that no walk met.
    pub shares: Matrix,
}

impl NetworkEmbedding {
    /// Puts ready-made tables together.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[must_use]
    pub fn new(centres: Matrix, contexts: Matrix, n_aspects: usize, n_nodes: usize, shares: Matrix) -> Self {
        let n_rows = centres.n_rows();
        assert_eq!((contexts.n_rows(), contexts.dim()), (n_rows, n_aspects * centres.dim()), "contexts of each aspect");
        assert!(n_rows == n_nodes || n_rows == 2 * n_nodes, "one or two rows for each node");
        assert_eq!((shares.n_rows(), shares.dim()), (n_rows, n_aspects), "a share for each aspect");
        Self { centres, contexts, n_aspects, n_nodes, shares }
    }

    /// Whether a node has a vector as source and another one as target.
    #[must_use]
    pub fn has_roles(&self) -> bool {
        self.centres.n_rows() == 2 * self.n_nodes && self.n_nodes > 0
    }

    /// Numbers in a centre vector.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.centres.dim()
    }

    /// The row of a node as target of an edge (that as source is the node itself).
    #[must_use]
    pub fn target_row(&self, node: u32) -> usize {
        node as usize + if self.has_roles() { self.n_nodes } else { 0 }
    }

    /// The context vector of a row in an aspect.
    ///
    /// # Panics
    /// If row or aspect are out of range.
    #[must_use]
    pub fn context(&self, row: usize, aspect: usize) -> &[f32] {
        assert!(aspect < self.n_aspects, "aspect {aspect} of {}", self.n_aspects);
        &self.contexts.row(row)[aspect * self.dim()..][..self.dim()]
    }

    /// <P_i, Q_j^s>
    #[must_use]
    pub fn product(&self, centre_row: usize, context_row: usize, aspect: usize) -> f64 {
        inner(&self.centres.row(centre_row)[..self.dim()], self.context(context_row, aspect))
    }

    /// For each aspect <P_u, Q_v^s> + <P_v, Q_u^s>, u as source and v as target where nodes have roles.
    pub fn products(&self, source: u32, target: u32, out: &mut [f64]) {
        let (u, v) = (source as usize, self.target_row(target));
        for (aspect, out) in out.iter_mut().enumerate() {
            *out = self.product(u, v, aspect) + self.product(v, u, aspect);
        }
    }

    /// The cosine of the centre vectors of source and target; 0 if one is zero.
    #[must_use]
    pub fn cosine(&self, source: u32, target: u32) -> f64 {
        let dim = self.dim();
        let (a, b) = (&self.centres.row(source as usize)[..dim], &self.centres.row(self.target_row(target))[..dim]);
        let lengths = (inner(a, a) * inner(b, b)).sqrt();
        if lengths > 1e-24 { inner(a, b) / lengths } else { 0.0 }
    }

    /// The published embedding: (P + mean over aspects of Q) / 2, of the node itself or of its two roles side by side.
    #[must_use]
    pub fn published(&self) -> Matrix {
        let dim = self.dim();
        self.nodes(dim, |row, out| {
            for (k, out) in out.iter_mut().enumerate() {
                let sum: f32 = (0..self.n_aspects).map(|s| self.context(row, s)[k]).sum();
                *out = 0.5 * (self.centres.row(row)[k] + sum / self.n_aspects as f32);
            }
        })
    }

    /// Everything side by side: P, then Q of each aspect.
    #[must_use]
    pub fn concatenated(&self) -> Matrix {
        let (dim, width) = (self.dim(), self.contexts.dim());
        self.nodes(dim + width, |row, out| {
            out[..dim].copy_from_slice(&self.centres.row(row)[..dim]);
            out[dim..].copy_from_slice(&self.contexts.row(row)[..width]);
        })
    }

    /// The centre vectors, `[n_nodes, d]`, or of both roles side by side.
    #[must_use]
    pub fn centre_vectors(&self) -> Matrix {
        let dim = self.dim();
        self.nodes(dim, |row, out| out.copy_from_slice(&self.centres.row(row)[..dim]))
    }

    /// The context vectors of an aspect, `[n_nodes, d]`, or of both roles side by side.
    #[must_use]
    pub fn aspect_vectors(&self, aspect: usize) -> Matrix {
        self.nodes(self.dim(), |row, out| out.copy_from_slice(self.context(row, aspect)))
    }

    /// The share of each aspect of a node, over both roles.
    #[must_use]
    pub fn node_shares(&self, node: u32) -> Vec<f64> {
        let mut shares = vec![0.0; self.n_aspects];
        let rows = [node as usize, self.target_row(node)];
        for &row in &rows[..if self.has_roles() { 2 } else { 1 }] {
            for (sum, &share) in shares.iter_mut().zip(self.shares.row(row)) {
                *sum += f64::from(share);
            }
        }
        let total: f64 = shares.iter().sum();
        if total > 0.0 {
            shares.iter_mut().for_each(|share| *share /= total);
        }
        shares
    }

    /// A row for each node; two roles lie side by side.
    fn nodes(&self, width: usize, fill: impl Fn(usize, &mut [f32])) -> Matrix {
        let roles = if self.has_roles() { 2 } else { 1 };
        let mut out = Matrix::zeros(self.n_nodes, roles * width);
        for node in 0..self.n_nodes {
            let out = out.row_mut(node);
            for role in 0..roles {
                fill(node + role * self.n_nodes, &mut out[role * width..][..width]);
            }
        }
        out
    }
}

fn inner(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

/// From aspects one after the other to aspects side by side.
pub(super) fn to_lanes(contexts: &Matrix, n_aspects: usize) -> Matrix {
    let (lanes, dim) = (aspect_lanes(n_aspects), contexts.dim() / n_aspects);
    let mut out = Matrix::zeros(contexts.n_rows(), dim * lanes);
    for row in 0..contexts.n_rows() {
        let (from, to) = (contexts.row(row), out.row_mut(row));
        for aspect in 0..n_aspects {
            for k in 0..dim {
                to[k * lanes + aspect] = from[aspect * dim + k];
            }
        }
    }
    out
}

/// From aspects side by side to aspects one after the other.
pub(super) fn from_lanes(contexts: &Matrix, n_aspects: usize) -> Matrix {
    let lanes = aspect_lanes(n_aspects);
    let dim = contexts.dim() / lanes;
    let mut out = Matrix::zeros(contexts.n_rows(), dim * n_aspects);
    for row in 0..contexts.n_rows() {
        let (from, to) = (contexts.row(row), out.row_mut(row));
        for aspect in 0..n_aspects {
            for k in 0..dim {
                to[aspect * dim + k] = from[k * lanes + aspect];
            }
        }
    }
    out
}

/// The shares of the aspects from how often each was seen.
pub(super) fn shares(seen: &[f32], n_rows: usize, n_aspects: usize) -> Matrix {
    let lanes = aspect_lanes(n_aspects);
    if n_aspects == 1 {
        return Matrix::from_values(n_rows, 1, &vec![1.0; n_rows]);
    }
    let mut shares = Matrix::zeros(n_rows, n_aspects);
    for (row, seen) in seen.chunks_exact(lanes).enumerate() {
        let total: f32 = seen[..n_aspects].iter().sum();
        if total > 0.0 {
            for (share, seen) in shares.row_mut(row).iter_mut().zip(&seen[..n_aspects]) {
                *share = seen / total;
            }
        }
    }
    shares
}
