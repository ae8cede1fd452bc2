//! Weighted choice among the arcs of a row in constant time.

use std::hint::select_unpredictable;

use super::rows::Rows;

/// An arc of equal chance that shares it with another one (Walker 1977).
///
/// `T` is what is to be known of an arc, its target at least.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AliasSlot<T> {
    own: T,
    other: T,
    /// The share that is its own, in units of 2^-32.
    threshold: u32,
}

impl<T: Copy> AliasSlot<T> {
    /// The arc that a fraction of 2^32 falls to.
    #[inline(always)]
    pub(super) fn pick(self, fraction: u32) -> T {
        select_unpredictable(fraction < self.threshold, self.own, self.other)
    }
}

/// A slot for each arc, of what `told` tells of it: a uniform slot of a row with a uniform fraction picks each arc in
/// proportion to its weight, to within 2^-32. O(arcs) time (Vose 1991).
///
/// # Panics
/// If the arcs have no weights.
pub(super) fn alias_slots<T: Copy>(rows: &Rows<'_>, told: impl Fn(usize) -> T) -> Vec<AliasSlot<T>> {
    assert_eq!(rows.weights.len(), rows.columns.len(), "each arc has a weight");
    let whole = |arc| AliasSlot { own: told(arc), other: told(arc), threshold: u32::MAX };
    let mut slots: Vec<_> = (0..rows.columns.len()).map(whole).collect();
    let (mut shares, mut poor, mut rich) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..rows.n_rows() {
        let range = rows.range(row);
        let weights = &rows.weights[range.clone()];
        let scale = weights.len() as f64 / weights.iter().map(|&weight| f64::from(weight)).sum::<f64>();
        shares.clear();
        shares.extend(weights.iter().map(|&weight| f64::from(weight) * scale));
        fill(&mut shares, &mut slots[range], &mut poor, &mut rich);
    }
    slots
}

/// Fills up each slot that has less than an equal share by one that has more.
fn fill<T: Copy>(shares: &mut [f64], slots: &mut [AliasSlot<T>], poor: &mut Vec<usize>, rich: &mut Vec<usize>) {
    poor.clear();
    rich.clear();
    for (k, &share) in shares.iter().enumerate() {
        if share < 1.0 { poor.push(k) } else { rich.push(k) }
    }
    while let (Some(k), Some(&donor)) = (poor.pop(), rich.last()) {
        slots[k].threshold = (shares[k] * 4_294_967_296.0) as u32;
        slots[k].other = slots[donor].own;
        shares[donor] -= 1.0 - shares[k];
        if shares[donor] < 1.0 {
            rich.pop();
            poor.push(donor);
        }
    }
    // Whoever is left has an equal share but for rounding, and keeps the whole slot, whose other place is its own.
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DeadEnd, EdgeList, Network, Purpose, Stream};

    #[test]
    fn the_slots_of_a_row_hold_the_weights() {
        let stream = Stream::new(3, Purpose::Test, 0);
        let n = 60_u32;
        let pairs: Vec<(u32, u32)> = (0..n).flat_map(|v| (0..=v % 7).map(move |k| (v, (v + 1 + k) % n))).collect();
        let mut edges: EdgeList = pairs.into_iter().collect();
        edges.weights = (0..edges.len()).map(|k| (stream.normal(k as u64) * 3.0).exp() as f32).collect();
        let network = Network::from_edges(n as usize, true, &edges).unwrap().0;
        let rows = Rows::of(&network, DeadEnd::Stop).unwrap();
        let slots = alias_slots(&rows, |arc| rows.columns[arc]);
        for row in 0..n as usize {
            let range = rows.range(row);
            let total: f64 = rows.weights[range.clone()].iter().map(|&weight| f64::from(weight)).sum();
            for arc in range.clone() {
                let own = rows.columns[arc];
                let mut held = 0.0;
                for slot in &slots[range.clone()] {
                    let share = f64::from(slot.threshold) / 4_294_967_296.0;
                    held += if slot.own == own { share } else { 0.0 };
                    held += if slot.other == own { 1.0 - share } else { 0.0 };
                }
                let expected = f64::from(rows.weights[arc]) / total * range.len() as f64;
                assert!((held - expected).abs() < 1e-8, "row {row}: {held} for {expected}");
            }
        }
    }
}
