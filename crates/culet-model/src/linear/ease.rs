//! EASE: the item weights that best predict each item from the others, in closed form.
//!
//! Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019: B minimises |X - X B|^2 + lambda |B|^2 with a
//! diagonal of zeros, and so B_ij = -P_ij / P_jj with P = (X' W X + diag(ridge))^-1, here with a weight for each user.
//!
//! P is exact, but never whole: what is sparse is eliminated first (see [`super::elimination`]), the dense rest is
//! inverted, and the columns of P are formed in panels of 64, cut to their strongest weights and dropped. A panel of
//! eliminated items needs their rows over the rest, which the panels of the rest have left behind (P is symmetric).

use culet_graph::{Interactions, UserId};
use culet_kernels::{
    PANEL, SparseMatrix, SymmetricTable, stop_point, substitute_back, substitute_forward, top_k_of_row,
};
use rayon::prelude::*;

use crate::cost::{Cost, DataSize, Work, number, weights_bytes};

use super::elimination::{Bordered, Eliminated, Limits};
use super::gram::GramRows;

/// What EASE is computed from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EaseProblem<'a> {
    /// The histories.
    pub(crate) log: &'a Interactions,
    /// A weight for each user, not negative; 0 leaves the user out.
    pub(crate) user_weights: &'a [f32],
    /// Further rows over the items, already weighted, as if of further users.
    pub(crate) extra: Option<&'a SparseMatrix>,
    /// The ridge that all items share, positive.
    pub(crate) lambda: f64,
    /// A further ridge for each item, or nothing.
    pub(crate) diagonal: &'a [f32],
    /// The most weights that a target keeps.
    pub(crate) keep: usize,
}

/// The table to invert is not positive definite in f32: the ridge is too small for it.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("the items' table is not positive definite with lambda = {lambda}")]
pub(crate) struct NotDefinite {
    /// The ridge.
    pub(crate) lambda: f64,
}

impl EaseProblem<'_> {
    /// # Panics
    /// If a shape does not fit, or a weight or a ridge is negative or not a number.
    pub(super) fn check(&self) {
        let n_items = self.log.n_items();
        assert_eq!(self.user_weights.len(), self.log.n_users(), "a weight for each user");
        assert!(self.user_weights.iter().all(|&w| w >= 0.0 && w.is_finite()), "weights of users are not negative");
        assert!(self.extra.is_none_or(|extra| extra.n_columns() == n_items), "extra rows over the items");
        assert!(self.diagonal.is_empty() || self.diagonal.len() == n_items, "a ridge for each item, or none");
        assert!(self.diagonal.iter().all(|&d| d >= 0.0 && d.is_finite()), "ridges are not negative");
        assert!(self.lambda > 0.0 && self.lambda.is_finite(), "lambda is positive");
    }

    /// The whole ridge of an item.
    pub(super) fn ridge(&self, item: usize) -> f64 {
        self.lambda + self.diagonal.get(item).map_or(0.0, |&further| f64::from(further))
    }
}

/// Computes the weights of EASE.
///
/// B_ij = -P_ij / P_jj, P = (sum over users u of w_u x_u x_u' + extra' extra + diag(lambda + diagonal))^-1
///
/// Of a target j the `keep` weights B_ij of greatest magnitude stay (of equal ones the smaller items). The result has a
/// row for each source i and a column for each target j; its diagonal is not stored.
///
/// # Numerics
/// f32, with f64 where sums are short; the same bytes on any number of threads. With n items and m of rows and items left
/// after elimination, n at most, the time is about that of m^3 multiply-adds; see [`ease_cost`] for the memory.
/// # Errors
/// [`NotDefinite`] if lambda is so small that a pivot loses its sign.
/// # Panics
/// If a shape does not fit, or a weight or a ridge is negative or not a number.
pub(crate) fn ease(problem: EaseProblem<'_>) -> Result<SparseMatrix, NotDefinite> {
    problem.check();
    // Below this a dense inverse takes a fraction of a second.
    const FEW_ITEMS: usize = 3000;
    if problem.log.n_items() > FEW_ITEMS
        && let Some(weights) = ease_by_elimination(problem, Limits::default())?
    {
        return Ok(weights);
    }
    ease_dense(problem)
}

/// What [`ease`] takes. What elimination leaves is about the users and items with more than a dozen pairs: of four data
/// sets between 0.8 and 1.2 times as many.
pub(crate) fn ease_cost(settings: &toml::Table, _: f64, size: &DataSize) -> Cost {
    let [users, items] = size.busy;
    // The dense inverse of all items, if that is no more.
    let (rest, eliminated) = match users + items {
        rest if rest < size.items => (rest, size.items - items),
        _ => (size.items, 0.0),
    };
    let nodes = size.items + size.users;
    let panels = 4.0 * PANEL as f64 * nodes * rayon::current_num_threads() as f64;
    // The dense table, and what is sparse before it becomes dense, or the rows of the eliminated items over it.
    let tables = 4.0 * rest * (0.5 * rest).max(eliminated) + SymmetricTable::bytes(rest as usize) as f64;
    let bytes = tables + panels + 256.0 * nodes + weights_bytes(size, number(settings, "keep"));
    Cost::at_once(Work::products(0.8 * rest.powi(3)).and(Work::gathered(24.0 * size.together)), bytes)
}

fn ease_dense(problem: EaseProblem<'_>) -> Result<SparseMatrix, NotDefinite> {
    let n_items = problem.log.n_items();
    let mut table = SymmetricTable::zeros(n_items);
    let gram = GramRows::new(problem);
    table.fill_lower(|item, lower| gram.write_lower(item, lower));
    table.invert(0).map_err(|_| NotDefinite { lambda: problem.lambda })?;
    let select = |item: usize| strongest(table.row(item), item, problem.keep);
    Ok(by_source((0..n_items).into_par_iter().map(select).collect()))
}

/// As [`ease`], but nothing if elimination does not make the dense rest smaller than the items' table.
pub(super) fn ease_by_elimination(
    problem: EaseProblem<'_>,
    limits: Limits,
) -> Result<Option<SparseMatrix>, NotDefinite> {
    let not_definite = NotDefinite { lambda: problem.lambda };
    let eliminated = bordered(problem).eliminate(limits).map_err(|_| not_definite)?;
    let inverse = Inverse::new(eliminated, problem.log.n_items());
    if !inverse.is_small() {
        return Ok(None);
    }
    Ok(Some(inverse.invert_core().map_err(|_| not_definite)?.weights(problem.keep)))
}

fn bordered(problem: EaseProblem<'_>) -> Bordered {
    let mut bordered = Bordered::new((0..problem.log.n_items()).map(|item| problem.ridge(item)));
    for (user, &weight) in (0..).zip(problem.user_weights) {
        let items = problem.log.items_of(UserId(user));
        if weight > 0.0 {
            bordered.push(items, items.iter().map(|_| 1.0), f64::from(weight));
        }
    }
    if let Some(extra) = problem.extra {
        for row in 0..extra.n_rows() {
            let (items, values) = extra.row(row);
            bordered.push(items, values.iter().copied(), 1.0);
        }
    }
    bordered
}

/// The inverse of the bordered system, as far as the items' columns need it.
struct Inverse {
    n_items: usize,
    eliminated: Eliminated,
    core: SymmetricTable,
    /// Of the eliminated nodes those that are items: their place among the eliminated, and the item.
    items_eliminated: Vec<(usize, u32)>,
}

/// The strongest weights of some targets: for each the target, and its sources with their weights.
type Targets = Vec<(u32, Vec<(u32, f32)>)>;
/// Rows of the inverse for the eliminated items, over the columns of a panel.
type Rows = Vec<[f32; PANEL]>;

impl Inverse {
    fn new(eliminated: Eliminated, n_items: usize) -> Self {
        let nodes = eliminated.nodes.iter().copied().enumerate();
        let items_eliminated = nodes.filter(|&(_, node)| (node as usize) < n_items).collect();
        Self { n_items, eliminated, core: SymmetricTable::zeros(0), items_eliminated }
    }

    /// Whether the rest, and the rows of eliminated items over it, take less memory than a dense table of the items.
    fn is_small(&self) -> bool {
        let n_core = self.eliminated.core.len();
        n_core * (n_core + self.items_eliminated.len()) < self.n_items * self.n_items
    }

    fn invert_core(mut self) -> Result<Self, culet_kernels::Indefinite> {
        let places = self.eliminated.places();
        let mut core = SymmetricTable::zeros(self.eliminated.core.len());
        core.fill_lower(|at, lower| self.eliminated.write_lower(&places, at, lower));
        self.eliminated.forget_rest();
        core.invert(self.eliminated.n_negative)?;
        self.core = core;
        Ok(self)
    }

    fn weights(&self, keep: usize) -> SparseMatrix {
        let empty = || vec![[0.0; PANEL]; self.core.n() + self.eliminated.nodes.len()];
        let (panels_of_core, rows): (Vec<Targets>, Vec<Rows>) = (0..self.core.n().div_ceil(PANEL))
            .into_par_iter()
            .map_init(empty, |solution, panel| self.panel_of_core(panel, keep, solution))
            .unzip();
        let panels_of_eliminated: Vec<Targets> = (0..self.items_eliminated.len().div_ceil(PANEL))
            .into_par_iter()
            .map_init(empty, |solution, panel| self.panel_of_eliminated(panel, &rows, keep, solution))
            .collect();
        drop(rows);
        let mut sources = vec![Vec::new(); self.n_items];
        for (target, strongest) in panels_of_core.into_iter().chain(panels_of_eliminated).flatten() {
            sources[target as usize] = strongest;
        }
        by_source(sources)
    }

    /// The columns of up to 64 nodes of the core.
    fn panel_of_core(&self, panel: usize, keep: usize, solution: &mut [[f32; PANEL]]) -> (Targets, Rows) {
        stop_point();
        let n_core = self.core.n();
        let first = panel * PANEL;
        let columns = first..(first + PANEL).min(n_core);
        for (row, numbers) in solution.iter_mut().enumerate() {
            *numbers = [0.0; PANEL];
            if row < n_core {
                numbers[..columns.len()].copy_from_slice(&self.core.row(row)[columns.clone()]);
            }
        }
        substitute_back(&self.eliminated.factor, n_core, solution);
        let targets: Vec<_> = columns
            .map(|column| (self.eliminated.core[column], column - first))
            .filter(|&(node, _)| (node as usize) < self.n_items)
            .collect();
        let rows = self.items_eliminated.iter().map(|&(at, _)| solution[n_core + at]).collect();
        (self.select(solution, &targets, keep), rows)
    }

    /// The columns of up to 64 eliminated items; `rows` holds their numbers over the columns of the core.
    fn panel_of_eliminated(&self, panel: usize, rows: &[Rows], keep: usize, solution: &mut [[f32; PANEL]]) -> Targets {
        stop_point();
        let n_core = self.core.n();
        let first = panel * PANEL;
        let items = &self.items_eliminated[first..(first + PANEL).min(self.items_eliminated.len())];
        solution.fill([0.0; PANEL]);
        for (numbers, rows) in solution[..n_core].chunks_mut(PANEL).zip(rows) {
            for (side, row) in rows[first..][..items.len()].iter().enumerate() {
                numbers.iter_mut().zip(row).for_each(|(numbers, &number)| numbers[side] = number);
            }
        }
        for (side, &(at, _)) in items.iter().enumerate() {
            solution[n_core + at][side] = 1.0;
        }
        substitute_forward(&self.eliminated.factor, &self.eliminated.reciprocals, n_core, solution);
        substitute_back(&self.eliminated.factor, n_core, solution);
        let targets: Vec<_> = items.iter().enumerate().map(|(side, &(_, item))| (item, side)).collect();
        self.select(solution, &targets, keep)
    }

    /// The strongest weights of some targets, of which each is a column of the panel.
    fn select(&self, solution: &[[f32; PANEL]], targets: &[(u32, usize)], keep: usize) -> Targets {
        // Columns of a few targets at a time: each row of the panel is then fetched eight times instead of 64 times.
        let mut columns = vec![vec![0.0; self.n_items]; 8];
        let mut selected = Vec::with_capacity(targets.len());
        for targets in targets.chunks(columns.len()) {
            for (item, row) in self.rows_of_items() {
                for (column, &(_, side)) in columns.iter_mut().zip(targets) {
                    column[item as usize] = solution[row][side];
                }
            }
            let of_targets = targets.iter().zip(&columns);
            selected.extend(of_targets.map(|(&(item, _), column)| (item, strongest(column, item as usize, keep))));
        }
        selected
    }

    /// Every item, and its row in a panel.
    fn rows_of_items(&self) -> impl Iterator<Item = (u32, usize)> {
        let n_core = self.core.n();
        let core = self.eliminated.core.iter().copied().zip(0..).skip(self.eliminated.n_negative);
        core.chain(self.items_eliminated.iter().map(move |&(at, item)| (item, n_core + at)))
    }
}

/// The weights of a target from its column of P, those of greatest magnitude, by source.
pub(super) fn strongest(column: &[f32], target: usize, keep: usize) -> Vec<(u32, f32)> {
    let sizes: Vec<f32> = column.iter().map(|number| number.abs()).collect();
    let best = top_k_of_row(&sizes, &[target as u32], keep.min(sizes.len()));
    let weight = |source: u32| -column[source as usize] / column[target];
    let mut sources: Vec<(u32, f32)> = best.iter().map(|best| (best.item, weight(best.item))).collect();
    sources.retain(|&(_, weight)| weight != 0.0);
    sources.sort_unstable_by_key(|&(source, _)| source);
    sources
}

/// Turns the sources of each target into rows by source.
pub(super) fn by_source(sources_of_targets: Vec<Vec<(u32, f32)>>) -> SparseMatrix {
    SparseMatrix::from_rows(sources_of_targets.len(), sources_of_targets).transpose()
}
