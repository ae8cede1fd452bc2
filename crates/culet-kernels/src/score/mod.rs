//! The best k items of many users: blocked inner products with a running top-k, never a full sort.
//!
//! Items are packed panel by panel for the cache, users tile by tile; the scores of a tile row land in a small buffer,
//! where the excluded ones are struck out and the rest is compared with the user's k-th best so far, many at a time.
//!
//! Ranking: a greater score first, then a smaller item id. What is not a number ranks below all numbers, minus infinity
//! included. The same tables give the same bytes on an instruction set, however users are divided among calls.

mod coarse;
mod running;
#[cfg(test)]
mod tests;

use crate::Matrix;
use crate::tile::{Store, Tiles, pack_rows};
pub use coarse::{CoarseTable, top_k_by_coarse};
use running::Running;

/// An item with its score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// The item's row.
    pub item: u32,
    /// The score; negative zero comes as zero.
    pub score: f32,
}

/// Bytes of a packed panel of items: with the users' tiles it fits into the L2 cache of any recent core.
const PANEL_BYTES: usize = 128 << 10;
/// Most items in a panel, whatever the number of dimensions: the buffer of scores stays in the L1 cache.
const PANEL_ITEMS: usize = 512;
/// Most users that share a packed panel.
const BLOCK_USERS: usize = 2048;
/// Most candidates that the users of a block keep together (8 bytes each).
const BLOCK_CANDIDATES: usize = 1 << 19;

/// Finds for each listed user the `k` items with the greatest inner product.
///
/// `excluded(place)` gives the items to leave out for the user at this place of `user_rows`, in ascending order. A list
/// is shorter than `k` only if fewer items are left.
///
/// # Shapes
/// - `users`: `[any, d]`; `items`: `[n_items, d]`.
/// - `out`: one list for each of `user_rows`, **overwritten**, best first.
/// # Numerics
/// A score is one chain of f32 multiply-adds over d in ascending order (fused on AVX2 and AVX-512); the selection is
/// exact. Memory beside the tables: a few megabytes, or 8 bytes for each candidate if `k` is in the tens of thousands.
/// # Panics
/// If the dimensions differ, a user row is out of range, `out` has another length than `user_rows`, or excluded items
/// do not ascend.
pub fn top_k_by_product<'a>(
    users: &Matrix,
    user_rows: &[u32],
    items: &Matrix,
    excluded: &dyn Fn(usize) -> &'a [u32],
    k: usize,
    out: &mut [Vec<Ranked>],
) {
    top_k_with(Tiles::get(), users, user_rows, items, excluded, k, out);
}

fn top_k_with<'a>(
    tiles: Tiles,
    users: &Matrix,
    user_rows: &[u32],
    items: &Matrix,
    excluded: &dyn Fn(usize) -> &'a [u32],
    k: usize,
    out: &mut [Vec<Ranked>],
) {
    assert_eq!(users.dim(), items.dim(), "users and items of the same dimension");
    assert_eq!(user_rows.len(), out.len(), "a list for each user");
    assert!(u32::try_from(items.n_rows()).is_ok(), "item ids have 32 bits");
    out.iter_mut().for_each(Vec::clear);
    if k == 0 || items.n_rows() == 0 {
        return;
    }
    let n_users = (BLOCK_CANDIDATES / running::capacity(k, items.n_rows())).clamp(tiles.rows(), BLOCK_USERS);
    let n_users = n_users.next_multiple_of(tiles.rows());
    for (block, (rows, out)) in user_rows.chunks(n_users).zip(out.chunks_mut(n_users)).enumerate() {
        let running = (0..rows.len()).map(|u| Running::new(k, items.n_rows(), excluded(block * n_users + u))).collect();
        Block { tiles, depth: users.dim(), users: pack_users(tiles, users, rows), running }.run(items, out);
    }
}

fn pack_users(tiles: Tiles, users: &Matrix, rows: &[u32]) -> Vec<f32> {
    let (width, depth) = (tiles.rows(), users.dim());
    let size = width * depth;
    let mut packed = vec![0.0; rows.len().div_ceil(width) * size];
    for (group, rows) in rows.chunks(width).enumerate() {
        let rows = rows.iter().map(|&row| users.row(row as usize));
        pack_rows(rows, depth, width, &mut packed[group * size..][..size]);
    }
    packed
}

/// Users that go through all items together.
struct Block<'a> {
    tiles: Tiles,
    depth: usize,
    /// Groups of [`Tiles::rows`] users.
    users: Vec<f32>,
    running: Vec<Running<'a>>,
}

impl Block<'_> {
    fn run(mut self, items: &Matrix, out: &mut [Vec<Ranked>]) {
        let width = self.tiles.columns();
        let n_panel = (PANEL_BYTES / (4 * self.depth.max(1)) / width * width).clamp(width, PANEL_ITEMS);
        let mut panel = vec![0.0; n_panel * self.depth];
        // Rows that are not a power of two apart, so that they do not compete for the same places of the cache.
        let stride = n_panel + 16;
        let mut scores = vec![0.0; self.tiles.rows() * stride];
        for first in (0..items.n_rows()).step_by(n_panel) {
            let n = n_panel.min(items.n_rows() - first);
            for (group, start) in (first..first + n).step_by(width).enumerate() {
                let rows = (start..(start + width).min(first + n)).map(|item| items.row(item));
                let size = width * self.depth;
                pack_rows(rows, self.depth, width, &mut panel[group * size..][..size]);
            }
            self.offer_panel(&panel, first as u32, n, &mut scores, stride);
        }
        for (running, out) in self.running.into_iter().zip(out) {
            running.finish(out);
        }
    }

    fn offer_panel(&mut self, panel: &[f32], first: u32, n: usize, scores: &mut [f32], stride: usize) {
        let (rows, columns, depth) = (self.tiles.rows(), self.tiles.columns(), self.depth);
        for (group, running) in self.running.chunks_mut(rows).enumerate() {
            let users = &self.users[group * rows * depth..];
            for start in (0..n).step_by(columns) {
                let items = &panel[start * depth..];
                self.tiles.product(depth, users, items, &mut scores[start..], stride, Store::Overwrite);
            }
            for (running, scores) in running.iter_mut().zip(scores.chunks_mut(stride)) {
                running.offer(self.tiles, first, &mut scores[..n]);
            }
        }
    }
}

/// Finds the `k` items with the greatest of ready-made scores; item i has `scores[i]`.
///
/// `excluded` lists the items to leave out, in ascending order. The ranking is that of [`top_k_by_product`].
///
/// # Panics
/// If excluded items do not ascend.
#[must_use]
pub fn top_k_of_row(scores: &[f32], excluded: &[u32], k: usize) -> Vec<Ranked> {
    top_k_of_row_with(Tiles::get(), scores, excluded, k)
}

fn top_k_of_row_with(tiles: Tiles, scores: &[f32], excluded: &[u32], k: usize) -> Vec<Ranked> {
    let mut out = Vec::new();
    if k > 0 && !scores.is_empty() {
        let mut running = Running::new(k, scores.len(), excluded);
        let mut buffer = [0.0; PANEL_ITEMS];
        for (panel, scores) in scores.chunks(PANEL_ITEMS).enumerate() {
            buffer[..scores.len()].copy_from_slice(scores);
            running.offer(tiles, (panel * PANEL_ITEMS) as u32, &mut buffer[..scores.len()]);
        }
        running.finish(&mut out);
    }
    out
}
