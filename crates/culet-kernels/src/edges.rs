//! Edges by row, with a relation each, and the random share of them that a training step keeps.
//!
//! Kernels first write the wanted edges of some rows end to end into a buffer, then work through the buffer. The first
//! pass has no branches, the second a known future to prefetch from; neither depends on how edges spread over rows and
//! relations. On a graph of 930,000 edges with half of them dropped this is three times as fast as walking the rows.

use rayon::prelude::*;

use crate::{Counter, Isa, RowSet};

/// Rows that one task works through.
pub(crate) const ROWS_A_TASK: usize = 256;

/// All edges of a graph by row. Row v owns the edges `row_starts[v]..row_starts[v + 1]`.
#[derive(Debug, Clone)]
pub struct Edges {
    row_starts: Vec<u32>,
    columns: Vec<u32>,
    relations: Vec<u16>,
    n_relations: usize,
    /// Where each edge stands in the order by which [`KeptEdges`] counts; `None`: in this one.
    places: Option<Vec<u32>>,
}

impl Edges {
    /// Takes the parts, which must fit together.
    ///
    /// # Panics
    /// If offsets decrease or do not end at the number of edges, if a column is not a row, a relation not below
    /// `n_relations`, or a place not below the number of edges; or if there are more than 65,536 relations.
    #[must_use]
    pub fn new(
        row_starts: Vec<u32>,
        columns: Vec<u32>,
        relations: &[u32],
        n_relations: usize,
        places: Option<Vec<u32>>,
    ) -> Self {
        assert!(row_starts.first() == Some(&0) && row_starts.windows(2).all(|w| w[0] <= w[1]), "offsets ascend");
        let (n_rows, n_edges) = (row_starts.len() - 1, columns.len());
        assert_eq!(row_starts[n_rows] as usize, n_edges, "offsets end at the number of edges");
        assert!(n_relations <= 1 << 16, "at most 65,536 relations");
        assert_eq!(relations.len(), n_edges, "each edge has a relation");
        assert!(relations.iter().all(|&relation| (relation as usize) < n_relations), "relations are in range");
        assert!(columns.iter().all(|&column| (column as usize) < n_rows), "columns are rows");
        if let Some(places) = &places {
            assert_eq!(places.len(), n_edges, "each edge has a place");
            assert!(places.iter().all(|&place| (place as usize) < n_edges), "places are in range");
        }
        let relations = relations.iter().map(|&relation| relation as u16).collect();
        Self { row_starts, columns, relations, n_relations, places }
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.row_starts.len() - 1
    }

    /// The number of edges.
    #[must_use]
    pub fn n_edges(&self) -> usize {
        self.columns.len()
    }

    /// The number of relations.
    #[must_use]
    pub fn n_relations(&self) -> usize {
        self.n_relations
    }

    #[inline(always)]
    fn range(&self, row: u32) -> std::ops::Range<usize> {
        self.row_starts[row as usize] as usize..self.row_starts[row as usize + 1] as usize
    }
}

/// Which edges a step keeps: a bit for each.
#[derive(Debug, Clone, Default)]
pub struct KeptEdges {
    /// One more word than needed, so that 64 bits can be read from any place.
    bits: Vec<u64>,
}

impl KeptEdges {
    /// All of `n_edges`.
    #[must_use]
    pub fn all(n_edges: usize) -> Self {
        Self { bits: vec![u64::MAX; n_edges.div_ceil(64) + 1] }
    }

    /// Decides for each edge, leaving out `rate` of them on average, to within 2^-17.
    ///
    /// # Panics
    /// If `rate` is not in [0, 1).
    pub fn draw(&mut self, n_edges: usize, counter: Counter, rate: f64) {
        assert!((0.0..1.0).contains(&rate), "a dropout rate lies in [0, 1)");
        let threshold = (rate * 65_536.0).round().min(65_535.0) as u16;
        self.bits.resize(n_edges.div_ceil(64) + 1, 0);
        self.bits.par_chunks_mut(256).enumerate().for_each(|(chunk, words)| {
            counter.fill_bits(256 * chunk as u64, threshold, words);
        });
    }

    /// # Panics
    /// If there is not a bit for each edge.
    #[inline(always)]
    fn check(&self, edges: &Edges) {
        assert!(64 * self.bits.len() >= edges.n_edges(), "a bit for each edge");
    }

    /// Visits the places of a range that stay, in ascending order, a word of bits at a time.
    #[inline(always)]
    fn for_each_in(&self, range: std::ops::Range<usize>, mut visit: impl FnMut(usize)) {
        let mut place = range.start;
        while place < range.end {
            let n = (range.end - place).min(64 - (place & 63));
            let mut bits = self.bits[place >> 6] >> (place & 63);
            if n < 64 {
                bits &= (1 << n) - 1;
            }
            while bits != 0 {
                visit(place + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
            place += n;
        }
    }

    /// Whether an edge stays.
    #[must_use]
    #[inline(always)]
    pub fn contains(&self, place: usize) -> bool {
        self.bits[place >> 6] >> (place & 63) & 1 != 0
    }
}

/// The wanted edges of a graph.
#[derive(Debug, Clone, Copy)]
pub struct EdgeView<'a> {
    /// All edges.
    pub edges: &'a Edges,
    /// Those that the step keeps; `None`: all.
    pub kept: Option<&'a KeptEdges>,
    /// Only edges to these columns; `None`: to all.
    pub columns: Option<&'a RowSet>,
}

impl<'a> EdgeView<'a> {
    /// All edges.
    #[must_use]
    pub fn all(edges: &'a Edges) -> Self {
        Self { edges, kept: None, columns: None }
    }

    /// The edges that a step keeps.
    #[must_use]
    pub fn kept(edges: &'a Edges, kept: &'a KeptEdges) -> Self {
        Self { edges, kept: Some(kept), columns: None }
    }

    /// Of these the edges to some columns.
    #[must_use]
    pub fn to(self, columns: &'a RowSet) -> Self {
        Self { columns: Some(columns), ..self }
    }
}

/// Edges of some rows, end to end.
#[derive(Debug, Default)]
pub(crate) struct EdgeBuffer {
    /// Column in the low, relation in the high half; followed by [`LOOK_AHEAD`] more, to prefetch from.
    edges: Vec<u64>,
    /// Where each row's edges end.
    ends: Vec<u32>,
}

/// How many edges ahead kernels prefetch. A training step on Last-FM's graph takes 75 ms with 16 or 32 on one thread,
/// one on Amazon-Book's 247 and 239; tables larger than the cache want the longer future.
pub(crate) const LOOK_AHEAD: usize = 32;

/// How many edges are buffered, unless one row has more.
const BUFFERED: usize = 1024;

/// An edge of the buffer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge(u64);

impl Edge {
    #[inline(always)]
    pub(crate) fn column(self) -> usize {
        self.0 as u32 as usize
    }

    #[inline(always)]
    pub(crate) fn relation(self) -> usize {
        (self.0 >> 32) as usize
    }
}

impl EdgeBuffer {
    /// Lists the edges of as many of `rows` as fit; gives how many rows these are (at least one, if there is one).
    #[inline(always)]
    pub(crate) fn fill(&mut self, rows: &[u32], view: EdgeView<'_>) -> usize {
        self.ends.clear();
        let mut n = 0;
        for &row in rows {
            if n > BUFFERED {
                break;
            }
            let range = view.edges.range(row);
            if self.edges.len() < n + range.len() + LOOK_AHEAD {
                self.edges.resize((n + range.len() + LOOK_AHEAD).next_power_of_two(), 0);
            }
            let into = &mut self.edges[n..n + range.len()];
            n += match (view.kept, view.columns) {
                (None, None) => list(view.edges, range, into, |_, _| true),
                (None, Some(set)) => list(view.edges, range, into, |_, column| set.contains(column)),
                (Some(kept), set) => list_kept(view.edges, range, into, kept, set),
            };
            self.ends.push(n as u32);
        }
        let last = if n > 0 { self.edges[n - 1] } else { 0 };
        if self.edges.len() < n + LOOK_AHEAD {
            self.edges.resize(n + LOOK_AHEAD, 0);
        }
        self.edges[n..n + LOOK_AHEAD].fill(last);
        self.ends.len()
    }

    /// For each row that was filled the range of its edges.
    #[inline(always)]
    pub(crate) fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let mut start = 0;
        self.ends.iter().map(move |&end| std::mem::replace(&mut start, end as usize)..end as usize)
    }

    /// The edges of a range and, for each, that which comes [`LOOK_AHEAD`] later.
    #[inline(always)]
    pub(crate) fn with_future(&self, range: std::ops::Range<usize>) -> impl Iterator<Item = (Edge, Edge)> + '_ {
        let future = &self.edges[range.start + LOOK_AHEAD..range.end + LOOK_AHEAD];
        self.edges[range].iter().zip(future).map(|(&edge, &ahead)| (Edge(edge), Edge(ahead)))
    }

    /// The first edges, to prefetch from.
    #[inline(always)]
    pub(crate) fn first(&self) -> impl Iterator<Item = Edge> + '_ {
        self.edges[..LOOK_AHEAD].iter().map(|&edge| Edge(edge))
    }
}

/// Writes the wanted edges of a range; gives how many there are. Without branches: half of the edges stay, at random,
/// and a misprediction costs more than ten of these steps.
#[inline(always)]
fn list(edges: &Edges, range: std::ops::Range<usize>, into: &mut [u64], wanted: impl Fn(usize, u32) -> bool) -> usize {
    let (columns, relations) = (&edges.columns[range.clone()], &edges.relations[range.clone()]);
    let mut n = 0;
    for ((&column, &relation), edge) in columns.iter().zip(relations).zip(range) {
        into[n] = pack(column, relation);
        n += usize::from(wanted(edge, column));
    }
    n
}

#[inline(always)]
fn pack(column: u32, relation: u16) -> u64 {
    u64::from(column) | u64::from(relation) << 32
}

/// [`list`] of the kept edges, to the columns of a set if one is given.
#[inline(always)]
fn list_kept(
    edges: &Edges,
    range: std::ops::Range<usize>,
    into: &mut [u64],
    kept: &KeptEdges,
    set: Option<&RowSet>,
) -> usize {
    kept.check(edges);
    match (&edges.places, set) {
        (None, None) => {
            let mut n = 0;
            kept.for_each_in(range, |edge| {
                into[n] = pack(edges.columns[edge], edges.relations[edge]);
                n += 1;
            });
            n
        }
        (None, Some(set)) => list(edges, range, into, |edge, column| kept.contains(edge) & set.contains(column)),
        (Some(places), None) => list(edges, range, into, |edge, _| kept.contains(places[edge] as usize)),
        (Some(places), Some(set)) => {
            assert!(set.n_table_rows() >= edges.n_rows(), "a bit for each row");
            let lists = Wanted {
                columns: &edges.columns[range.clone()],
                relations: &edges.relations[range.clone()],
                places: &places[range],
                kept: &kept.bits,
                set: set.bits(),
            };
            assert!(into.len() >= lists.columns.len(), "room for all");
            // SAFETY: there is room for all; places are below the number of edges, for which `check` has found bits;
            // columns are rows, for which there are bits.
            unsafe { lists.write(into) }
        }
    }
}

/// Edges of one row, of which those with both bits set are wanted.
struct Wanted<'a> {
    columns: &'a [u32],
    relations: &'a [u16],
    places: &'a [u32],
    /// By place.
    kept: &'a [u64],
    /// By column.
    set: &'a [u64],
}

impl Wanted<'_> {
    /// # Safety
    /// All places and columns have bits, and `into` has room for all edges.
    #[inline(always)]
    unsafe fn write(&self, into: &mut [u64]) -> usize {
        #[cfg(target_arch = "x86_64")]
        if Isa::get() == Isa::Avx512 {
            // SAFETY: the machine has the features; the rest by the contract of this function.
            return unsafe { self.write_avx512(into) };
        }
        // SAFETY: by the contract of this function.
        unsafe { self.write_scalar(into) }
    }

    /// # Safety
    /// As [`Wanted::write`].
    #[inline(always)]
    unsafe fn write_scalar(&self, into: &mut [u64]) -> usize {
        let mut n = 0;
        for ((&column, &relation), &place) in self.columns.iter().zip(self.relations).zip(self.places) {
            // SAFETY: `n` grows by at most one an edge; the rest by the contract of this function.
            unsafe {
                *into.get_unchecked_mut(n) = pack(column, relation);
                let kept = self.kept.get_unchecked(place as usize >> 6) >> (place & 63);
                let listed = self.set.get_unchecked(column as usize >> 6) >> (column & 63);
                n += (kept & listed & 1) as usize;
            }
        }
        n
    }

    /// Sixteen edges at a time: both bits by gathered words, then a compressed store.
    ///
    /// # Safety
    /// As [`Wanted::write`], and the machine has AVX-512 F, BW and VL.
    #[cfg(target_arch = "x86_64")]
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
    unsafe fn write_avx512(&self, into: &mut [u64]) -> usize {
        use std::arch::x86_64::*;
        /// # Safety
        /// Where `lanes` has a bit, `bits` has a word for the number.
        #[inline]
        #[target_feature(enable = "avx512f")]
        unsafe fn test(lanes: __mmask16, bits: &[u64], numbers: __m512i) -> __mmask16 {
            let (word, bit) = (_mm512_srli_epi32::<5>(numbers), _mm512_and_si512(numbers, _mm512_set1_epi32(31)));
            let zero = _mm512_setzero_si512();
            // SAFETY: words of 32 bits are halves of the words of 64 that are there by the contract.
            let words = unsafe { _mm512_mask_i32gather_epi32::<4>(zero, lanes, word, bits.as_ptr().cast()) };
            _mm512_mask_test_epi32_mask(lanes, _mm512_srlv_epi32(words, bit), _mm512_set1_epi32(1))
        }
        let n_edges = self.columns.len();
        let mut n = 0;
        for start in (0..n_edges).step_by(16) {
            let lanes: __mmask16 = if n_edges - start >= 16 { !0 } else { (1 << (n_edges - start)) - 1 };
            // SAFETY: masked loads and stores touch the lanes that are there; `n` grows by at most one an edge.
            unsafe {
                let columns = _mm512_maskz_loadu_epi32(lanes, self.columns.as_ptr().add(start).cast());
                let places = _mm512_maskz_loadu_epi32(lanes, self.places.as_ptr().add(start).cast());
                let relations = _mm256_maskz_loadu_epi16(lanes, self.relations.as_ptr().add(start).cast());
                let wanted = test(test(lanes, self.kept, places), self.set, columns);
                let high = _mm512_cvtepu16_epi32(relations);
                for half in 0..2 {
                    let wanted = (wanted >> (8 * half)) as __mmask8;
                    let (low, high) = if half == 0 {
                        (_mm512_castsi512_si256(columns), _mm512_castsi512_si256(high))
                    } else {
                        (_mm512_extracti64x4_epi64::<1>(columns), _mm512_extracti64x4_epi64::<1>(high))
                    };
                    let high = _mm512_slli_epi64::<32>(_mm512_cvtepu32_epi64(high));
                    let packed = _mm512_or_si512(_mm512_cvtepu32_epi64(low), high);
                    _mm512_mask_compressstoreu_epi64(into.as_mut_ptr().add(n).cast(), wanted, packed);
                    n += wanted.count_ones() as usize;
                }
            }
        }
        n
    }
}

/// Marks the other ends of the kept edges of `rows`.
///
/// # Panics
/// If `into` has fewer rows than the graph.
pub fn mark_columns(rows: &RowSet, edges: &Edges, kept: &KeptEdges, into: &RowSet) {
    assert!(edges.places.is_none(), "edges in the order of the kept ones");
    rows.rows().par_chunks(ROWS_A_TASK).for_each(|rows| {
        for &row in rows {
            kept.for_each_in(edges.range(row), |edge| into.mark(edges.columns[edge]));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_to_list_the_wanted_edges_agree() {
        for n in [0_usize, 1, 7, 15, 16, 17, 31, 33, 64, 200] {
            let random = Counter::new(n as u64);
            let columns: Vec<u32> = (0..n).map(|k| (random.word(k as u64) % 300) as u32).collect();
            let relations: Vec<u16> = (0..n).map(|k| (random.word(1000 + k as u64) % 65_536) as u16).collect();
            let places: Vec<u32> = (0..n).map(|k| (random.word(2000 + k as u64) % 500) as u32).collect();
            let words = |from: u64, n: u64| (from..from + n).map(|k| random.word(k)).collect::<Vec<_>>();
            let (kept, set) = (words(3000, 8), words(4000, 5));
            let lists = Wanted { columns: &columns, relations: &relations, places: &places, kept: &kept, set: &set };
            let bit = |bits: &[u64], k: u32| bits[k as usize / 64] >> (k % 64) & 1 == 1;
            let wanted = (0..n).filter(|&k| bit(&kept, places[k]) && bit(&set, columns[k]));
            let expected: Vec<u64> = wanted.map(|k| pack(columns[k], relations[k])).collect();
            let mut into = vec![0; n];
            // SAFETY: places are below 512, columns below 320, and there is room for all.
            let found = unsafe { lists.write_scalar(&mut into) };
            assert_eq!(into[..found], expected);
            into.fill(0);
            // SAFETY: as above.
            let found = unsafe { lists.write(&mut into) };
            assert_eq!(into[..found], expected);
        }
    }
}
