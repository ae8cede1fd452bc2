//! Exact elimination of what is sparse in a bordered system, before the rest is inverted densely.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | X, `[rows, items]` | the data: a row is a user's history, or an attribute with its items |
//! | W | a weight for each row |
//! | A = X' W X + diag(ridge) | what EASE inverts |
//! | K = [[diag(ridge), X'], [X, -W^-1]] | the bordered system; the items' square of K^-1 is A^-1 |
//!
//! A is dense long before K is: a history of 1,000 items gives a million places of A and 1,000 of K. So rows and items
//! alike are eliminated from K, those with few neighbours first, as long as that costs less than it saves the dense
//! inverse of the rest. (On Amazon-Book, 24,915 items, elimination from A leaves 19,800 rows at least, elimination from
//! K 17,600, and the dense inverse takes time by the cube of that.) K is quasi-definite, so any order is stable enough
//! without looking at the pivots; nodes without a common edge go at once, which makes a level a parallel sparse product.

use culet_kernels::{SparseMatrix, stop_point};
use rayon::prelude::*;

use super::gram::RowSums;

/// K as a graph: a node for each item, then for each row of the data.
#[derive(Debug)]
pub(super) struct Bordered {
    n_items: usize,
    /// The neighbours of each node that is left, and the numbers there.
    rows: Vec<Row>,
    diagonal: Vec<f64>,
}

#[derive(Debug, Default)]
struct Row {
    nodes: Vec<u32>,
    values: Vec<f32>,
}

/// What is left after elimination, and the factor that leads back.
#[derive(Debug)]
pub(super) struct Eliminated {
    /// The nodes of the dense rest: rows of the data first, whose pivots are negative, then items, each ascending.
    pub(super) core: Vec<u32>,
    /// How many of them are rows of the data.
    pub(super) n_negative: usize,
    /// The eliminated nodes that lie on a way to an item, the last first.
    pub(super) nodes: Vec<u32>,
    /// For each of `nodes` its factor, over the places of `core` followed by those of `nodes`.
    pub(super) factor: SparseMatrix,
    /// For each of `nodes` one over its pivot.
    pub(super) reciprocals: Vec<f32>,
    rest: Bordered,
}

/// When elimination stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limits {
    /// What a multiply-add of the factor costs, in those of the dense inverse.
    pub(super) substitution_cost: f64,
    /// What a multiply-add of sparse elimination costs, in those of the dense inverse.
    pub(super) elimination_cost: f64,
    /// The greatest share of the places of the rest, and of the items' table, that may be stored.
    pub(super) density: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { substitution_cost: 8.0, elimination_cost: 60.0, density: 0.1 }
    }
}

impl Limits {
    /// The most neighbours with which a node of `n_left` is still worth eliminating.
    fn most_neighbours(&self, n_items: usize, n_left: usize) -> f64 {
        // Gain: the derivative of n^3. Loss: a place of the factor meets every item, elimination a square of places.
        let gain = 3.0 * (n_left as f64).powi(2);
        let half = self.substitution_cost * n_items as f64 / self.elimination_cost;
        (half * half + gain / self.elimination_cost).sqrt() - half
    }
}

/// A pivot lost its sign: the numbers are too nearly singular.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LostSign;

impl Bordered {
    /// A system with the ridge of each item and no rows.
    pub(super) fn new(ridge: impl IntoIterator<Item = f64>) -> Self {
        let diagonal: Vec<_> = ridge.into_iter().collect();
        let rows = std::iter::repeat_with(Row::default).take(diagonal.len()).collect();
        Self { n_items: diagonal.len(), rows, diagonal }
    }

    /// Adds a row of X with a positive weight; an empty one changes nothing.
    pub(super) fn push(&mut self, items: &[u32], values: impl Iterator<Item = f32> + Clone, weight: f64) {
        if items.is_empty() {
            return;
        }
        let node = u32::try_from(self.rows.len()).expect("nodes fit into 32 bits");
        for (&item, value) in items.iter().zip(values.clone()) {
            self.rows[item as usize].nodes.push(node);
            self.rows[item as usize].values.push(value);
        }
        self.rows.push(Row { nodes: items.to_vec(), values: values.collect() });
        self.diagonal.push(-1.0 / weight);
    }

    /// Eliminates nodes as long as the limits say that it pays.
    ///
    /// # Errors
    /// [`LostSign`] if a pivot does not have the sign that it must have.
    pub(super) fn eliminate(mut self, limits: Limits) -> Result<Eliminated, LostSign> {
        let mut left: Vec<u32> = (0..self.rows.len() as u32).collect();
        let mut order = Vec::new();
        loop {
            let stored: usize = left.iter().map(|&node| self.degree(node)).sum();
            if stored as f64 > limits.density * (left.len().min(self.n_items) as f64).powi(2) {
                break;
            }
            let level = self.independent(&left, limits.most_neighbours(self.n_items, left.len()));
            if level.is_empty() {
                break;
            }
            self.eliminate_level(&level)?;
            let gone: Vec<bool> = marks(self.rows.len(), &level);
            left.retain(|&node| !gone[node as usize]);
            order.extend(level);
        }
        Ok(self.finish(&left, &order))
    }

    fn degree(&self, node: u32) -> usize {
        self.rows[node as usize].nodes.len()
    }

    /// Nodes with few neighbours, none beside another, those with the fewest first.
    fn independent(&self, left: &[u32], most_neighbours: f64) -> Vec<u32> {
        let fewest = left.iter().map(|&node| self.degree(node)).min().unwrap_or(0);
        // Half as many again as the fewest: the fill is within a few percent of that of one node at a time.
        let limit = (fewest + fewest / 2 + 2).min(most_neighbours as usize);
        let mut candidates: Vec<u32> = left.iter().copied().filter(|&node| self.degree(node) <= limit).collect();
        candidates.sort_by_key(|&node| (self.degree(node), node));
        let mut taken = vec![false; self.rows.len()];
        candidates.retain(|&node| {
            let free = !self.rows[node as usize].nodes.iter().any(|&other| taken[other as usize]);
            taken[node as usize] |= free;
            free
        });
        candidates
    }

    /// Subtracts from the neighbours of the nodes what their elimination takes away.
    fn eliminate_level(&mut self, level: &[u32]) -> Result<(), LostSign> {
        if !level.iter().all(|&node| self.has_right_sign(node as usize)) {
            return Err(LostSign);
        }
        let going = marks(self.rows.len(), level);
        let mut changed: Vec<u32> = level.iter().flat_map(|&node| &self.rows[node as usize].nodes).copied().collect();
        changed.sort_unstable();
        changed.dedup();
        let new: Vec<_> = changed
            .par_iter()
            .map_init(|| RowSums::new(self.rows.len()), |sums, &node| self.without(node, &going, sums))
            .collect();
        for (node, (row, diagonal)) in changed.into_iter().zip(new) {
            self.rows[node as usize] = row;
            self.diagonal[node as usize] = diagonal;
        }
        Ok(())
    }

    fn has_right_sign(&self, node: usize) -> bool {
        let pivot = self.diagonal[node];
        pivot.is_finite() && if node < self.n_items { pivot > 0.0 } else { pivot < 0.0 }
    }

    /// The row and the diagonal of a node after the nodes marked as `going` are eliminated.
    fn without(&self, node: u32, going: &[bool], sums: &mut RowSums) -> (Row, f64) {
        stop_point();
        let row = &self.rows[node as usize];
        let mut diagonal = self.diagonal[node as usize];
        for (&other, &value) in row.nodes.iter().zip(&row.values) {
            if !going[other as usize] {
                sums.add(other, f64::from(value));
            }
        }
        for (&pivot, &value) in row.nodes.iter().zip(&row.values) {
            if going[pivot as usize] {
                let value = f64::from(value);
                let factor = value / self.diagonal[pivot as usize];
                diagonal -= factor * value;
                let eliminated = &self.rows[pivot as usize];
                for (&other, &beside) in eliminated.nodes.iter().zip(&eliminated.values) {
                    if other != node {
                        sums.add(other, -factor * f64::from(beside));
                    }
                }
            }
        }
        let mut row = Row::default();
        // In ascending order the number of two nodes is added up alike in the rows of both.
        sums.take(|node, sum| {
            row.nodes.push(node);
            row.values.push(sum as f32);
        });
        (row, diagonal)
    }

    fn finish(mut self, left: &[u32], order: &[u32]) -> Eliminated {
        let (items, rows): (Vec<u32>, Vec<u32>) = left.iter().partition(|&&node| (node as usize) < self.n_items);
        let n_negative = rows.len();
        let core = [rows, items].concat();
        let mut nodes = self.on_a_way_to_an_item(order);
        nodes.reverse();
        let mut place = vec![u32::MAX; self.rows.len()];
        for (at, &node) in (0..).zip(core.iter().chain(&nodes)) {
            place[node as usize] = at;
        }
        let factor_row = |k: usize, places: &mut Vec<u32>, values: &mut Vec<f32>| {
            let row = &self.rows[nodes[k] as usize];
            let pivot = self.diagonal[nodes[k] as usize];
            let scaled = row.nodes.iter().zip(&row.values);
            let mut pairs: Vec<(u32, f32)> =
                scaled.map(|(&node, &value)| (place[node as usize], (f64::from(value) / pivot) as f32)).collect();
            pairs.sort_unstable_by_key(|pair| pair.0);
            places.extend(pairs.iter().map(|pair| pair.0));
            values.extend(pairs.iter().map(|pair| pair.1));
        };
        let factor = SparseMatrix::from_blocks(core.len() + nodes.len(), nodes.len(), factor_row);
        let reciprocals = nodes.iter().map(|&node| (1.0 / self.diagonal[node as usize]) as f32).collect();
        order.iter().for_each(|&node| self.rows[node as usize] = Row::default());
        Eliminated { core, n_negative, nodes, factor, reciprocals, rest: self }
    }

    /// Of the eliminated nodes, in their order, the items and those that an earlier one of the list refers to.
    fn on_a_way_to_an_item(&self, order: &[u32]) -> Vec<u32> {
        let mut wanted = vec![false; self.rows.len()];
        wanted[..self.n_items].fill(true);
        for &node in order {
            if wanted[node as usize] {
                self.rows[node as usize].nodes.iter().for_each(|&other| wanted[other as usize] = true);
            }
        }
        order.iter().copied().filter(|&node| wanted[node as usize]).collect()
    }
}

impl Eliminated {
    /// Hands each row of the dense rest, up to the diagonal, to a dense table: `[place + 1]`.
    pub(super) fn write_lower(&self, place_of: &[u32], at: usize, lower: &mut [f32]) {
        let node = self.core[at] as usize;
        let row = &self.rest.rows[node];
        for (&other, &value) in row.nodes.iter().zip(&row.values) {
            if let Some(number) = lower.get_mut(place_of[other as usize] as usize) {
                *number = value;
            }
        }
        lower[at] = self.rest.diagonal[node] as f32;
    }

    /// Frees what [`Self::write_lower`] reads.
    pub(super) fn forget_rest(&mut self) {
        self.rest = Bordered::new([]);
    }

    /// The place of each node in `core`; `u32::MAX` for nodes that are gone.
    pub(super) fn places(&self) -> Vec<u32> {
        let mut places = vec![u32::MAX; self.rest.rows.len()];
        for (at, &node) in (0..).zip(&self.core) {
            places[node as usize] = at;
        }
        places
    }
}

fn marks(n: usize, nodes: &[u32]) -> Vec<bool> {
    let mut marks = vec![false; n];
    nodes.iter().for_each(|&node| marks[node as usize] = true);
    marks
}
