//! Where a walk can step: for each place the places it leads to.

use std::borrow::Cow;

use crate::{DeadEnd, GraphError, Network};

/// Compressed rows of places with the weights of the arcs, borrowed from a network where they can be.
///
/// A place is a node, or a node at a position of a metapath.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    /// `[n_rows + 1]`
    pub(super) offsets: Cow<'a, [u32]>,
    /// `[n_arcs]`, sorted within each row unless a metapath made them.
    pub(super) columns: Cow<'a, [u32]>,
    /// `[n_arcs]`, or empty where all arcs count the same.
    pub(super) weights: Cow<'a, [f32]>,
    /// Whether each arc has its counterpart of the same weight.
    pub(super) symmetric: bool,
}

impl<'a> Rows<'a> {
    /// The arcs of a network that a walk of one type takes.
    pub(super) fn of(network: &'a Network, dead_end: DeadEnd) -> Result<Self, GraphError> {
        match dead_end {
            DeadEnd::Undirected if network.is_directed() => Ok(Rows::outgoing(&either_way(network)?).into_owned()),
            DeadEnd::Back if network.is_directed() => Ok(Self::with_ways_back(network)),
            _ => Ok(Self::outgoing(network)),
        }
    }

    fn outgoing(network: &'a Network) -> Self {
        Self {
            offsets: network.outgoing().offsets().into(),
            columns: network.outgoing().columns().into(),
            weights: network.outgoing_weights().unwrap_or_default().into(),
            symmetric: !network.is_directed(),
        }
    }

    /// The arcs that leave each node; of a node that none leaves, those that arrive.
    fn with_ways_back(network: &Network) -> Self {
        let (out, into) = (network.outgoing(), network.incoming());
        let (mut offsets, mut columns, mut weights) = (vec![0], Vec::with_capacity(out.n_stored()), Vec::new());
        for node in 0..network.n_nodes() {
            let (rows, row_weights) = if network.out_degree(node) > 0 {
                (out, network.outgoing_weights())
            } else {
                (into, network.incoming_weights())
            };
            columns.extend_from_slice(rows.row(node));
            weights.extend_from_slice(row_weights.map_or(&[][..], |all| &all[rows.range(node)]));
            offsets.push(columns.len() as u32);
        }
        Self { offsets: offsets.into(), columns: columns.into(), weights: weights.into(), symmetric: false }
    }

    fn into_owned(self) -> Rows<'static> {
        Rows {
            offsets: self.offsets.into_owned().into(),
            columns: self.columns.into_owned().into(),
            weights: self.weights.into_owned().into(),
            symmetric: self.symmetric,
        }
    }

    /// One arc in place of each bundle of parallel ones (they differ in relation), with the sum of their weights.
    pub(super) fn merged(self) -> Self {
        let parallel = |row: usize| self.columns[self.range(row)].windows(2).any(|pair| pair[0] == pair[1]);
        if !(0..self.n_rows()).any(parallel) {
            return self;
        }
        let (mut offsets, mut columns, mut weights) = (vec![0], Vec::new(), Vec::<f32>::new());
        for row in 0..self.n_rows() {
            let start = columns.len();
            for arc in self.range(row) {
                if columns.len() == start || columns.last() != Some(&self.columns[arc]) {
                    columns.push(self.columns[arc]);
                    weights.push(0.0);
                }
                *weights.last_mut().expect("just pushed") += self.weights.get(arc).copied().unwrap_or(1.0);
            }
            offsets.push(columns.len() as u32);
        }
        let symmetric = self.symmetric;
        Self { offsets: offsets.into(), columns: columns.into(), weights: weights.into(), symmetric }
    }

    pub(super) fn n_rows(&self) -> usize {
        self.offsets.len() - 1
    }

    pub(super) fn range(&self, row: usize) -> std::ops::Range<usize> {
        self.offsets[row] as usize..self.offsets[row + 1] as usize
    }

    /// Where an arc lies in a sorted row, if there is one.
    pub(super) fn find(&self, row: u32, column: u32) -> Option<usize> {
        let range = self.range(row as usize);
        self.columns[range.clone()].binary_search(&column).ok().map(|k| range.start + k)
    }
}

/// The network as if its edges had no direction: opposite edges become one, and their weights add up.
pub(super) fn either_way(network: &Network) -> Result<Network, GraphError> {
    let (mut joined, _) = Network::from_edges(network.n_nodes(), false, &network.edges())?;
    joined.types.clone_from(&network.types);
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EdgeList;

    fn rows_of(rows: &Rows<'_>) -> Vec<Vec<u32>> {
        (0..rows.n_rows()).map(|row| rows.columns[rows.range(row)].to_vec()).collect()
    }

    #[test]
    fn each_treatment_of_dead_ends_has_its_arcs() {
        let network = Network::from_pairs(5, true, &[(0, 1), (1, 0), (0, 2), (3, 2), (3, 3)]);
        let rows = |dead_end| rows_of(&Rows::of(&network, dead_end).unwrap());
        assert_eq!(rows(DeadEnd::Stop), [vec![1, 2], vec![0], vec![], vec![2, 3], vec![]]);
        assert_eq!(rows(DeadEnd::Back), [vec![1, 2], vec![0], vec![0, 3], vec![2, 3], vec![]]);
        assert_eq!(rows(DeadEnd::Undirected), [vec![1, 2], vec![0], vec![0, 3], vec![2, 3], vec![]]);
    }

    #[test]
    fn weights_go_with_their_arcs_and_those_of_parallel_arcs_add_up() {
        let edges = EdgeList {
            sources: vec![0, 0, 1, 2],
            targets: vec![1, 1, 0, 1],
            weights: vec![1.0, 2.0, 4.0, 8.0],
            relations: vec![0, 1, 0, 0],
        };
        let network = Network::from_edges(4, true, &edges).unwrap().0;
        let back = Rows::of(&network, DeadEnd::Back).unwrap();
        assert_eq!((back.columns.as_ref(), back.weights.as_ref()), (&[1, 1, 0, 1][..], &[1.0, 2.0, 4.0, 8.0][..]));
        let either = Rows::of(&network, DeadEnd::Undirected).unwrap().merged();
        assert_eq!(either.offsets.as_ref(), [0, 1, 3, 4, 4]);
        assert_eq!((either.columns.as_ref(), either.weights.as_ref()), (&[1, 0, 2, 1][..], &[7.0, 7.0, 8.0, 8.0][..]));
        assert!(either.symmetric && !back.symmetric);
    }

    #[test]
    fn an_arc_is_found_where_it_is() {
        let network = Network::from_pairs(4, true, &[(0, 1), (0, 3), (2, 0), (2, 1)]);
        let rows = Rows::of(&network, DeadEnd::Stop).unwrap();
        assert_eq!(
            (rows.find(2, 1), rows.find(0, 3), rows.find(0, 2), rows.find(1, 0)),
            (Some(3), Some(1), None, None)
        );
    }
}
