//! The best items of a few users, by way of a table in 8 bits: the same lists as [`top_k_by_product`], to the last bit.
//!
//! For one user the blocked search waits for the memory, which gives 4 bytes a number once and never again. A copy in one
//! byte a number is read in a quarter of the time, and tells each score within a bound; only items that may still be among
//! the best are then scored as always. So nothing is approximate, and nothing depends on how the vectors lie.
//!
//! | letter | |
//! | --- | --- |
//! | u, q | the vectors of a user and of an item, `[d]` |
//! | c | q / s rounded to whole numbers from -127 to 127, s = max abs(q) / 127 |
//! | r | the length of q - s c |
//!
//! The length of u times r bounds how far s <u, c> is from <u, q>, by Cauchy and Schwarz; to it is added what the rounding of
//! f32 can do.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Ranked, top_k_by_product};
use crate::Matrix;
use crate::isa::{multiply_add, multiversion};
use crate::lanes::lanewise;

/// Items that lie side by side, so that one instruction serves all of them and nothing is summed across a register.
const PANEL: usize = 16;
/// Panels whose bounds are computed together: their bytes stay in the L1 cache while users take turns.
const BLOCK: usize = 16;
/// Lengths of a user's vector, and of the longest item's, around whose product f32 has room.
const LENGTHS: std::ops::RangeInclusive<f64> = 1e-12..=1e12;

/// A table of items in 8 bits a number, with how far each row is from the exact one.
#[derive(Debug)]
pub struct CoarseTable {
    n_items: usize,
    dim: usize,
    /// c, panel by panel, `[n_panels, d, PANEL]`.
    codes: Vec<[i8; PANEL]>,
    /// s, `[n_panels, PANEL]`
    scales: Vec<[f32; PANEL]>,
    /// r, rounded up; minus infinity where the last panel has no item.
    distances: Vec<[f32; PANEL]>,
    /// The greatest length of a row.
    longest: f64,
}

impl CoarseTable {
    /// Rounds the rows of a table; nothing if a number is not finite. One pass over the table.
    #[must_use]
    pub fn new(items: &Matrix) -> Option<Self> {
        let (n_items, dim, n_panels) = (items.n_rows(), items.dim(), items.n_rows().div_ceil(PANEL));
        let mut table = Self {
            n_items,
            dim,
            codes: vec![[0; PANEL]; n_panels * dim],
            scales: vec![[0.0; PANEL]; n_panels],
            distances: vec![[f32::NEG_INFINITY; PANEL]; n_panels],
            longest: 0.0,
        };
        for item in 0..n_items {
            table.round(item, &items.row(item)[..dim])?;
        }
        Some(table)
    }

    fn round(&mut self, item: usize, row: &[f32]) -> Option<()> {
        if !row.iter().all(|x| x.is_finite()) {
            return None;
        }
        let (panel, lane) = (item / PANEL, item % PANEL);
        let scale = row.iter().fold(0.0_f32, |most, x| most.max(x.abs())) / 127.0;
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        let (mut apart, mut length) = (0.0, 0.0);
        for (x, codes) in row.iter().zip(&mut self.codes[panel * self.dim..]) {
            // A conversion to i8 ends at the ends of its range; what is then amiss counts as distance.
            codes[lane] = (x * inverse).round_ties_even() as i8;
            let difference = f64::from(*x) - f64::from(scale) * f64::from(codes[lane]);
            apart += difference * difference;
            length += f64::from(*x) * f64::from(*x);
        }
        self.scales[panel][lane] = scale;
        self.distances[panel][lane] = (apart.sqrt() * (1.0 + 1e-6)) as f32;
        self.longest = self.longest.max(length.sqrt());
        Some(())
    }

    /// The number of items.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.n_items
    }

    /// Bytes that the table takes.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        PANEL * (self.codes.len() + 8 * self.scales.len())
    }
}

multiversion! {
    /// s <u, c> + |u| r for the items of the panels from `first` on, and the greatest of each panel.
    fn upper_bounds(
        table: &CoarseTable,
        user: &[f32],
        length: f32,
        first: usize,
        out: &mut [[f32; PANEL]],
        tops: &mut [f32],
    ) = upper_bounds_body;
}

#[inline(always)]
fn upper_bounds_body<const FUSED: bool>(
    table: &CoarseTable,
    user: &[f32],
    length: f32,
    first: usize,
    out: &mut [[f32; PANEL]],
    tops: &mut [f32],
) {
    let (user, dim) = (&user[..table.dim], table.dim);
    let panels = table.scales[first..].iter().zip(&table.distances[first..]);
    for (panel, ((out, top), (scales, distances))) in (first..).zip(out.iter_mut().zip(tops).zip(panels)) {
        let sums = panel_sums::<FUSED>(user, &table.codes[panel * dim..][..dim]);
        *out = lanewise!(|k| multiply_add::<FUSED>(length, distances[k], scales[k] * sums[k]));
        *top = greatest(out);
    }
}

/// <u, c> for the items of a panel: four chains each, so that none waits for the last.
#[inline(always)]
fn panel_sums<const FUSED: bool>(user: &[f32], codes: &[[i8; PANEL]]) -> [f32; PANEL] {
    let [mut a, mut b, mut c, mut d] = [[0.0; PANEL]; 4];
    let ((users, user), (codes, rest)) = (user.as_chunks::<4>(), codes.as_chunks::<4>());
    for (user, codes) in users.iter().zip(codes) {
        a = lanewise!(|k| multiply_add::<FUSED>(user[0], f32::from(codes[0][k]), a[k]));
        b = lanewise!(|k| multiply_add::<FUSED>(user[1], f32::from(codes[1][k]), b[k]));
        c = lanewise!(|k| multiply_add::<FUSED>(user[2], f32::from(codes[2][k]), c[k]));
        d = lanewise!(|k| multiply_add::<FUSED>(user[3], f32::from(codes[3][k]), d[k]));
    }
    for (user, codes) in user.iter().zip(rest) {
        a = lanewise!(|k| multiply_add::<FUSED>(*user, f32::from(codes[k]), a[k]));
    }
    lanewise!(|k| (a[k] + b[k]) + (c[k] + d[k]))
}

/// The greatest number of a panel.
#[inline(always)]
fn greatest(panel: &[f32; PANEL]) -> f32 {
    let mut eight = [0.0; 8];
    for k in 0..8 {
        eight[k] = if panel[k] > panel[k + 8] { panel[k] } else { panel[k + 8] };
    }
    eight[1..].iter().fold(eight[0], |most, &x| if x > most { x } else { most })
}

/// Finds for each listed user the `k` items with the greatest inner product, as [`top_k_by_product`] does, by way of a
/// coarse table of the items: quicker where users are few and items are many.
///
/// A user for whom the bounds exclude too little (a vector of zeros, say) is looked up in the exact table as always.
///
/// # Shapes
/// As [`top_k_by_product`]; `coarse` is of `items`.
/// # Numerics
/// The lists are those of [`top_k_by_product`] to the last bit. Reads d + 8 bytes an item, and the rows of some more than
/// `k` items.
/// # Panics
/// As [`top_k_by_product`], and if `coarse` has another shape than `items`.
pub fn top_k_by_coarse<'a>(
    users: &Matrix,
    user_rows: &[u32],
    items: &Matrix,
    coarse: &CoarseTable,
    excluded: &dyn Fn(usize) -> &'a [u32],
    k: usize,
    out: &mut [Vec<Ranked>],
) {
    assert_eq!(users.dim(), items.dim(), "users and items of the same dimension");
    assert_eq!(user_rows.len(), out.len(), "a list for each user");
    assert_eq!((coarse.n_items, coarse.dim), (items.n_rows(), items.dim()), "a coarse table of these items");
    assert!(u32::try_from(items.n_rows()).is_ok(), "item ids have 32 bits");
    let search = |(place, &row): (usize, &u32)| Search::new(users.row(row as usize), coarse, excluded(place), k);
    let mut searches: Vec<Option<Search>> = user_rows.iter().enumerate().map(search).collect();
    for first in (0..coarse.scales.len()).step_by(BLOCK) {
        searches.iter_mut().flatten().for_each(|search| search.offer_block(coarse, first));
    }
    for (place, search) in searches.into_iter().enumerate() {
        let (row, list) = (&user_rows[place..=place], &mut out[place..=place]);
        match search.and_then(Search::candidates) {
            Some(candidates) => rescore(users, row, items, &candidates, k, list),
            None => top_k_by_product(users, row, items, &|_| excluded(place), k, list),
        }
    }
}

/// Scores candidates, ascending, as always.
fn rescore(users: &Matrix, row: &[u32], items: &Matrix, candidates: &[u32], k: usize, list: &mut [Vec<Ranked>]) {
    let mut rows = Matrix::zeros(candidates.len(), items.dim());
    for (place, &item) in candidates.iter().enumerate() {
        rows.row_mut(place).copy_from_slice(items.row(item as usize));
    }
    top_k_by_product(users, row, &rows, &|_| &[], k, list);
    list.iter_mut().flatten().for_each(|ranked| ranked.item = candidates[ranked.item as usize]);
}

/// A user's way through the items.
struct Search<'a> {
    vector: &'a [f32],
    excluded: &'a [u32],
    k: usize,
    /// |u|, rounded up.
    length: f32,
    /// What rounding of f32 can add to a score, exact or coarse.
    rounding: f32,
    /// The k greatest lower bounds.
    lower: BinaryHeap<Reverse<Bound>>,
    /// The least of them, once there are k: no item below can be among the best.
    bar: f32,
    /// Items that may be among the best, with their upper bounds.
    candidates: Vec<(u32, f32)>,
    /// More candidates than this are not worth it.
    most: usize,
}

impl<'a> Search<'a> {
    /// None where f32 has no room for the bounds, or so many items are wanted that all may as well be scored.
    fn new(vector: &'a [f32], coarse: &CoarseTable, excluded: &'a [u32], k: usize) -> Option<Self> {
        assert!(excluded.is_sorted(), "excluded items are listed in ascending order");
        let length = vector.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        let most = coarse.n_items / 8;
        let has_room = LENGTHS.contains(&length) && LENGTHS.contains(&coarse.longest);
        if !has_room || k == 0 || k > most / 2 {
            return None;
        }
        // A chain of d multiply-adds is off by d halves of an ulp at most, of the sum of what is added, which is at most
        // the product of the lengths; twice that for the coarse one, whose rows are longer by a hundredth at most, and
        // again for the sums of the bounds.
        let roundings = f64::from(f32::EPSILON) * (2 * vector.len() + 64) as f64;
        Some(Self {
            vector,
            excluded,
            k,
            length: (length * (1.0 + 1e-6)) as f32,
            rounding: (length * coarse.longest * roundings) as f32,
            lower: BinaryHeap::with_capacity(k + 1),
            bar: f32::NEG_INFINITY,
            candidates: Vec::new(),
            most,
        })
    }

    /// Takes the items of a block of panels.
    fn offer_block(&mut self, coarse: &CoarseTable, first: usize) {
        if self.candidates.len() > self.most {
            self.prune();
            if self.candidates.len() > self.most {
                return;
            }
        }
        let n_panels = BLOCK.min(coarse.scales.len() - first);
        let (mut upper, mut tops) = ([[0.0; PANEL]; BLOCK], [0.0; BLOCK]);
        upper_bounds(coarse, self.vector, self.length, first, &mut upper[..n_panels], &mut tops[..n_panels]);
        for (panel, (upper, top)) in (first..).zip(upper.iter().zip(tops).take(n_panels)) {
            if top + self.rounding >= self.bar {
                self.offer_panel((panel * PANEL) as u32, upper, &coarse.distances[panel]);
            }
        }
    }

    /// `upper` are upper bounds but for the rounding.
    fn offer_panel(&mut self, first: u32, upper: &[f32; PANEL], distances: &[f32; PANEL]) {
        for (item, (upper, distance)) in (first..).zip(upper.iter().zip(distances)) {
            let most = upper + self.rounding;
            if *distance < 0.0 || most < self.bar || self.excluded.binary_search(&item).is_ok() {
                continue;
            }
            self.candidates.push((item, most));
            self.lower.push(Reverse(Bound(upper - 2.0 * self.length * distance - self.rounding)));
            if self.lower.len() > self.k {
                self.lower.pop();
            }
            if let (true, Some(least)) = (self.lower.len() == self.k, self.lower.peek()) {
                self.bar = least.0.0;
            }
        }
    }

    fn prune(&mut self) {
        let bar = self.bar;
        self.candidates.retain(|&(_, upper)| upper >= bar);
    }

    /// The items that may be among the best, ascending; none if they are too many.
    fn candidates(mut self) -> Option<Vec<u32>> {
        self.prune();
        let few = self.candidates.len() <= self.most;
        few.then(|| self.candidates.into_iter().map(|(item, _)| item).collect())
    }
}

/// A bound, which is a number.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bound(f32);

impl Eq for Bound {}

impl Ord for Bound {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Bound {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
