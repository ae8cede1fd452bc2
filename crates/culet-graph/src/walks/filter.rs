//! A quick "no" to the question whether an arc exists.

use culet_kernels::prefetch_read;

use super::rows::Rows;

/// Two bits for each arc in one word chosen by its hash (a blocked Bloom filter): 2 bytes an arc, one cache line a
/// question. It never denies an arc that exists; of those that do not, it lets about one in fifty through.
#[derive(Debug)]
pub(super) struct ArcFilter {
    words: Vec<u64>,
}

/// Where the filter would note an arc.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark {
    word: u32,
    bits: u64,
}

impl ArcFilter {
    pub(super) fn of(rows: &Rows<'_>) -> Self {
        const ARCS_PER_WORD: usize = 4;
        let mut filter = Self { words: vec![0; rows.columns.len() / ARCS_PER_WORD + 1] };
        for row in 0..rows.n_rows() {
            for &column in &rows.columns[rows.range(row)] {
                let mark = filter.mark(row as u32, column);
                filter.words[mark.word as usize] |= mark.bits;
            }
        }
        filter
    }

    #[inline(always)]
    pub(super) fn mark(&self, row: u32, column: u32) -> Mark {
        // SplitMix64's multipliers; the upper half has the better bits.
        let mut hash = (u64::from(row) << 32 | u64::from(column)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        hash = (hash ^ (hash >> 32)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let word = ((hash >> 32) * self.words.len() as u64) >> 32;
        Mark { word: word as u32, bits: 1 << (hash >> 20 & 63) | 1 << (hash >> 26 & 63) }
    }

    #[inline(always)]
    pub(super) fn prefetch(&self, mark: Mark) {
        prefetch_read(&self.words, mark.word as usize);
    }

    /// Whether the arc of the mark may exist.
    #[inline(always)]
    pub(super) fn may_hold(&self, mark: Mark) -> bool {
        self.words[mark.word as usize] & mark.bits == mark.bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DeadEnd, Network, Purpose, Stream};

    #[test]
    fn no_arc_is_denied_and_few_others_pass() {
        let stream = Stream::new(5, Purpose::Test, 0);
        let n = 1000;
        let pairs: Vec<(u32, u32)> =
            (0..8000).map(|k| (stream.below(2 * k, n) as u32, stream.below(2 * k + 1, n) as u32)).collect();
        let network = Network::from_pairs(n as usize, true, &pairs);
        let filter = ArcFilter::of(&Rows::of(&network, DeadEnd::Stop).unwrap());
        assert!(pairs.iter().all(|&(u, v)| filter.may_hold(filter.mark(u, v))));
        let others =
            (0..n as u32).flat_map(|u| (0..n as u32).map(move |v| (u, v))).filter(|&(u, v)| !network.has_edge(u, v));
        let (n_others, n_passed) = others
            .fold((0, 0), |(all, passed), (u, v)| (all + 1, passed + usize::from(filter.may_hold(filter.mark(u, v)))));
        assert!(n_passed < n_others / 30, "{n_passed} of {n_others}");
        let empty = ArcFilter::of(&Rows::of(&Network::from_pairs(3, true, &[]), DeadEnd::Stop).unwrap());
        assert!(!empty.may_hold(empty.mark(0, 1)));
    }
}
