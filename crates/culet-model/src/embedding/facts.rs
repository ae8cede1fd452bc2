//! What the knowledge graph tells of items, as vectors.
//!
//! As features in Kula: "Metadata Embeddings for User and Item Cold-start Recommendations", CBRecSys 2015,
//! <https://arxiv.org/abs/1507.08439>, with a mean instead of a sum:
//!
//! Q_i = V_i + mean over f in F_i of E_f
//!
//! F_i are the facts of an item that it shares with others: a relation, the way it is gone, and what it leads to.

use culet_graph::{Csr, KnowledgeGraph};
use culet_kernels::{Matrix, interaction_mean, sum_listed};

use crate::linear::path_rows;
use crate::rows::{add, copy, scale_rows};
use crate::slots::{lists, rows_of, shares};

/// Vectors of facts, and the items' vectors with them.
pub(super) struct ItemFacts {
    facts_of_item: Csr,
    items_of_fact: Csr,
    /// 1 / |F_i|
    shares: Vec<f32>,
    /// E, `[n_facts, d]`
    pub(super) table: Matrix,
    /// Its gradient.
    pub(super) gradient: Matrix,
    /// Q, `[n_items, d]`
    items: Matrix,
    scaled: Matrix,
}

impl ItemFacts {
    /// Nothing where no two items share a fact; `start` gives E of a number of rows.
    pub(super) fn new<E>(
        graph: &KnowledgeGraph,
        n_items: usize,
        start: impl FnOnce(usize) -> Result<Matrix, E>,
    ) -> Result<Option<Self>, E> {
        let paths = path_rows(graph, n_items, 1).into_iter();
        let rows: Vec<Vec<u32>> =
            paths.flat_map(|path| (0..path.rows.n_rows()).map(move |row| path.rows.row(row).to_vec())).collect();
        if rows.is_empty() {
            return Ok(None);
        }
        let items_of_fact = rows_of(rows.len(), |row, items| items.extend(&rows[row]));
        let facts_of_item = items_of_fact.transposed(n_items);
        let shares = shares(&facts_of_item);
        let empty = Matrix::default;
        let (table, gradient, items, scaled) = (start(rows.len())?, empty(), empty(), empty());
        Ok(Some(Self { facts_of_item, items_of_fact, shares, table, gradient, items, scaled }))
    }

    #[cfg(test)]
    pub(super) fn facts_of(&self, item: usize) -> &[u32] {
        self.facts_of_item.row(item)
    }

    /// Computes Q from V.
    pub(super) fn refresh(&mut self, items: &Matrix) {
        self.scaled.reshape(items.n_rows(), items.dim());
        interaction_mean(lists(&self.facts_of_item), &self.table, &mut self.scaled);
        copy(items, &mut self.items);
        add(self.items.as_mut_slice(), self.scaled.as_slice());
    }

    /// Q, as of the last [`Self::refresh`].
    pub(super) fn items(&self) -> &Matrix {
        &self.items
    }

    /// Computes the gradient of E from that of Q, which is that of V too.
    pub(super) fn take_gradient(&mut self, grad_items: &Matrix) {
        scale_rows(grad_items, &self.shares, &mut self.scaled);
        self.gradient.reshape(self.table.n_rows(), self.table.dim());
        sum_listed(lists(&self.items_of_fact), &self.scaled, &Matrix::zeros(0, self.table.dim()), &mut self.gradient);
    }
}
