//! Networks from tables in memory, as other programs hold them.

use super::data::NetworkData;
use super::options::NetworkOptions;
use super::reader::read_inputs;
use super::sources::Inputs;
use super::unpack::Input;
use crate::{DataError, MemoryTable};

/// The tables of a network, where they are in memory.
#[derive(Debug, Clone, Default)]
pub struct NetworkTables {
    /// A short name for the data set.
    pub name: String,
    /// An edge a row: source, target, and perhaps relation, weight and time.
    pub edges: MemoryTable,
    /// A node a row: id, and perhaps type and name.
    pub nodes: Option<MemoryTable>,
    /// A node and a label of it a row.
    pub labels: Option<MemoryTable>,
    /// Withheld edges to choose settings by.
    pub valid: Option<MemoryTable>,
    /// Pairs without an edge beside them.
    pub valid_negatives: Option<MemoryTable>,
    /// Withheld edges to judge by.
    pub test: Option<MemoryTable>,
    /// Pairs without an edge beside them.
    pub test_negatives: Option<MemoryTable>,
    /// Pairs without an edge, to train a classifier on.
    pub train_negatives: Option<MemoryTable>,
}

/// Reads a network from tables in memory: the same as [`read_network`](crate::read_network) makes of files with the same
/// content under a header.
///
/// Columns go by their usual names (`source` and `target`, `from` and `to`, `relation`, `weight`, `timestamp`; `id`, `type`,
/// `name`; `node`, `label`), or those of the edges by [`NetworkOptions::columns`], in the order of the table; where the ends
/// have other names, they are the first columns left, which a note says. Timestamps and dates of edges count as seconds
/// since 1970. [`NetworkOptions::nodes`] and `labels`, which name files, stand in for the tables.
///
/// # Errors
/// A column that is missing, with those there are; ids that are floats, times or true and false; the first row (from 1)
/// with a missing id or a weight that is none; no edge; `header` or `delimiter`, which say nothing about tables. Messages
/// begin with the name of the table.
pub fn read_network_tables(tables: &NetworkTables, options: &NetworkOptions) -> Result<NetworkData, DataError> {
    let input = |table: &Option<MemoryTable>| table.as_ref().map(MemoryTable::input);
    let mut inputs = Inputs::alone(tables.edges.input());
    inputs.name.clone_from(&tables.name);
    // In the order of `LinkParts::NAMES`.
    inputs.parts = [
        input(&tables.train_negatives),
        input(&tables.valid),
        input(&tables.valid_negatives),
        input(&tables.test),
        input(&tables.test_negatives),
    ];
    inputs.nodes = options.nodes.clone().map(Input::file).or_else(|| input(&tables.nodes));
    inputs.labels = options.labels.clone().map(Input::file).or_else(|| input(&tables.labels));
    read_inputs(&inputs, options)
}
