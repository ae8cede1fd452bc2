//! The labels of nodes.

use culet_graph::Csr;

use crate::EvalError;

/// The labels of the nodes that have any.
pub(super) struct Labels {
    rows: Csr,
    /// The nodes with labels, ascending.
    pub(super) nodes: Vec<u32>,
    /// The largest label, plus one.
    pub(super) n_ids: usize,
    /// How many labels some node has.
    pub(super) n_distinct: usize,
    /// Whether some node has several.
    pub(super) multi_label: bool,
}

impl Labels {
    pub(super) fn new(labels: &Csr) -> Result<Self, EvalError> {
        let rows = labels.clone().sorted_and_distinct();
        let nodes: Vec<u32> = (0..rows.n_rows() as u32).filter(|&node| !rows.row(node as usize).is_empty()).collect();
        let Some(&largest) = rows.columns().iter().max() else {
            return Err(EvalError::Empty { what: "labelled nodes" });
        };
        let n_ids = largest as usize + 1;
        let mut seen = vec![false; n_ids];
        rows.columns().iter().for_each(|&label| seen[label as usize] = true);
        let n_distinct = seen.iter().filter(|&&seen| seen).count();
        if n_distinct == 1 {
            return Err(EvalError::OneLabel { label: largest, n_nodes: nodes.len() });
        }
        let multi_label = rows.n_stored() > nodes.len();
        Ok(Self { rows, nodes, n_ids, n_distinct, multi_label })
    }

    /// The labels of a node, ascending.
    pub(super) fn of(&self, node: u32) -> &[u32] {
        self.rows.row(node as usize)
    }

    pub(super) fn has(&self, node: u32, label: u32) -> bool {
        self.of(node).binary_search(&label).is_ok()
    }

    /// The number of nodes nearest to a share of those with labels.
    pub(super) fn n_train(&self, share: f64) -> Result<usize, EvalError> {
        let n_nodes = self.nodes.len();
        let n_train = (share * n_nodes as f64).round() as usize;
        match n_train {
            0 => Err(EvalError::EmptyPart { share, n_nodes, part: "training" }),
            n if n >= n_nodes => Err(EvalError::EmptyPart { share, n_nodes, part: "test" }),
            n => Ok(n),
        }
    }
}
