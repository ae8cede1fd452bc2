//! The files of a network together as one.

use std::path::Path;

use culet_graph::{EdgeList, GraphError, MergedEdges, Names, Network};

use super::columns::Delimiter;
use super::data::{LinkParts, NetworkData, NodeLabels};
use super::edges::{ReadEdges, read_edges, read_pairs};
use super::ids::{Ids, Scope, whole_number};
use super::layout::{Known, Layout, Prefixes};
use super::meta::Meta;
use super::notes::{self, counted};
use super::options::Column;
use super::sources::{Folder, Inputs};
use super::table_text::TABS;
use super::tables::{NodeTable, NodeTableFile, read_index, read_labels};
use super::terms::EDGES;
use super::text_file::{TextFile, in_file};
use super::texts::Texts;
use super::unpack::{Input, failure};
use super::{NetworkOptions, NetworkProblem};
use crate::DataError;

/// Nodes may exceed the lines of all files this many times ...
const SPREAD: u64 = 16;
/// ... plus this much; beyond, nearly all nodes would be isolated, and tables of them perhaps not fit into memory.
const ALLOWANCE: u64 = 1_000_000;

/// Reads a network: an edge list, or a folder with one and what stands beside it.
///
/// # Edge lists
/// An edge a line, in UTF-8, packed by gzip or zstd or not. Tabs, commas, semicolons or blanks separate the columns;
/// which of them is found out from the first hundred lines. A column that begins with `"` goes to the closing quote.
/// Lines that begin with `#`, `%` or `//` are comments.
///
/// A first line that names source and target (or from and to, head and tail, ...) is a header; so is one without a
/// number where all others have one, which a note then says. Without a header the columns are source, target, weight
/// and time; or source, relation, target, weight and time, where the ends are `type:id` and no number stands between
/// them. A third column of large whole numbers is a time. No model uses times. [`NetworkOptions`] overrides all of this.
///
/// Edges may also be a Parquet or Arrow table, and so may any file beside them: its columns go by the names that a header
/// would have, and its timestamps and dates are seconds since 1970. Ids there are texts or whole numbers. Where the ends
/// have other names, they are the first columns left, which a note says.
///
/// # Numbers of nodes
/// 1. Where a node table lists nodes, they have its order.
/// 2. Where `meta.json` tells the number of nodes or `node_index.tsv` lists them, ids are the numbers, from 0.
/// 3. Where all ids are whole numbers, nodes are numbered in the order of these; no node is made for a gap.
/// 4. Or else nodes are numbered as they first appear.
///
/// # Types
/// Of the node table; or else what stands before `:` in the ids, if all of the first hundred lines have it, or any of
/// them in a list with relations; then an id without is an error. One type for all is none.
///
/// # Folders
/// | file (any ending of text files or of Parquet or Arrow tables, and `.gz` or `.zst`) | a line holds |
/// | --- | --- |
/// | `train_edges.tsv`, or else `edges.tsv` | a training edge |
/// | `valid_edges.tsv`, `test_edges.tsv` | an edge withheld |
/// | `train_edges_neg.tsv`, `valid_edges_neg.tsv`, `test_edges_neg.tsv` | a pair without an edge |
/// | `test_edges_neg_directed.tsv` | such a pair; read instead of the former if edges have a direction |
/// | `nodes.tsv` | id, type, name; other columns and another order by a header |
/// | `node_index.tsv` | the number of a node and its original id |
/// | `labels.tsv` or `*_labels.tsv` | a node, by its id in the edges, and a label of it; a node may have several |
/// | `meta.json` | `name`, `directed` (or `isDirected`), `num_nodes` |
///
/// # Oddities
/// What is odd but harmless stands in [`NetworkData::notes`]. Repeated edges are merged and their weights added; in an
/// undirected network an edge repeats the one the other way round. Self-loops are kept, edges of weight 0 left out. A
/// node without a training edge is isolated, be it from a table, from `num_nodes` or from another part. Labels of
/// nodes that do not exist are left out.
///
/// # Numerics
/// 10 million edges of numbers take some seconds. Beside the network that it returns, reading holds 8 bytes an edge (12
/// with weights, 2 more with relations) and a table of the ids.
///
/// # Errors
/// A path that does not exist, a file that cannot be read or unpacked; the first line that cannot be understood, with
/// file and line: another number of columns, an empty id, a weight that is negative or not finite, no UTF-8, a NUL byte,
/// a bare id among typed ones, a number beyond `num_nodes`; a network without an edge; options that contradict the files.
pub fn read_network(path: &Path, options: &NetworkOptions) -> Result<NetworkData, DataError> {
    read_inputs(&Inputs::find(path, options)?, options)
}

/// Reads the network in a folder of these files (name and bytes), which lies nowhere; `path` serves messages and the
/// name.
///
/// # Errors
/// As [`read_network`].
pub fn read_in_memory(
    path: &Path,
    files: &[(&str, &[u8])],
    options: &NetworkOptions,
) -> Result<NetworkData, DataError> {
    read_inputs(&Inputs::in_folder(&Folder::in_memory(path, files), options)?, options)
}

/// The network in these files or tables.
pub(super) fn read_inputs(inputs: &Inputs, options: &NetworkOptions) -> Result<NetworkData, DataError> {
    assemble(inputs, options).map_err(|error| inputs.in_rows(error))
}

fn assemble(inputs: &Inputs, options: &NetworkOptions) -> Result<NetworkData, DataError> {
    let delimiter = options.check()?;
    let meta = match &inputs.meta {
        Some(input) => Meta::parse(&whole(input)?, &input.path)?,
        None => Meta::default(),
    };
    let mut notes = inputs.notes.clone();
    let directed = directed(options, &meta, &mut notes);
    let mut file = TextFile::open_any(&inputs.edges, true)?;
    let layout = training_layout(&file, options, delimiter)?;
    let mut nodes = Nodes::prepare(inputs, options, &meta, &file, &layout)?;
    let mut relations: Texts = meta.relation_names.iter().map(String::as_str).collect();
    let mut read = read_edges(&mut file, &layout, &mut nodes.ids, &mut relations, options.before)?;
    notes.extend(of_file(&inputs.edges, &layout, &file, &read));
    let known =
        Known { delimiter, header: options.header, columns: None, sibling: Some(&layout.columns), terms: &EDGES };
    let mut split = read_parts(inputs, directed, known, &mut nodes.ids, &mut notes)?;
    nodes.check_count(inputs, &meta, &read.edges, &split)?;
    if let Some(rank) = nodes.settle() {
        renumber(&mut read.edges, &mut split, &rank);
    }
    let (mut network, merged) = network(&nodes.ids, directed, read.edges, &inputs.edges)?;
    network.types = nodes.ids.take_types();
    if network.outgoing_relations().is_some() {
        network.relation_names = relations.to_vec();
    }
    notes.extend(notes::of_merged(&inputs.edges.name(), merged, network.outgoing_weights().is_some()));
    notes.extend(notes::of_network(&network));
    let labels = labels(inputs, &nodes.ids, &meta, &mut notes)?;
    notes.append(&mut nodes.notes);
    let name = meta.name.clone().unwrap_or_else(|| inputs.name.clone());
    let mut data = NetworkData { name, network, nodes: nodes.names(), labels, split, notes };
    data.notes.extend(notes::of_parts(&data));
    data.notes.extend(of_split(&meta));
    Ok(data)
}

/// All bytes of a small file.
fn whole(input: &Input) -> Result<Vec<u8>, DataError> {
    let mut opened = input.open()?;
    let mut bytes = Vec::new();
    let read = std::io::Read::read_to_end(&mut opened.source, &mut bytes);
    read.map_err(|error| failure(&input.path, opened.packing, error))?;
    Ok(bytes)
}

fn directed(options: &NetworkOptions, meta: &Meta, notes: &mut Vec<String>) -> bool {
    let words = |directed| if directed { "directed" } else { "undirected" };
    match (options.directed, meta.directed) {
        (Some(asked), Some(told)) if asked != told => {
            notes.push(format!("read as {}, although `meta.json` says {}", words(asked), words(told)));
            asked
        }
        (Some(asked), _) => asked,
        (None, Some(told)) => told,
        (None, None) => {
            notes.push("nothing says whether edges have a direction: read as undirected".into());
            false
        }
    }
}

fn training_layout(
    file: &TextFile<'_>,
    options: &NetworkOptions,
    delimiter: Option<Delimiter>,
) -> Result<Layout, DataError> {
    if file.begins_with(b"%%MatrixMarket") {
        return Err(DataError::network(file.path, NetworkProblem::MatrixMarket));
    }
    if file.table().is_some() {
        options.check_for_table()?;
    }
    let columns = options.columns.as_deref();
    layout_of(file, Known { delimiter, header: options.header, columns, sibling: None, terms: &EDGES })
}

/// The layout of a file of edges, or of a table, whose columns have names and types.
fn layout_of(file: &TextFile<'_>, known: Known<'_>) -> Result<Layout, DataError> {
    let Some(table) = file.table() else {
        return Layout::find(&file.sample(), known).map_err(|error| in_file(file.path, error));
    };
    let names = |end| table.columns.iter().any(|column| EDGES.names_column(column.name.as_bytes(), end));
    let lacking = if names(Column::Source) { "target" } else { "source" };
    if table.columns.len() < 2 {
        return Err(table.lacks(lacking));
    }
    if let Some(columns) = known.columns.filter(|columns| columns.len() != table.columns.len()) {
        let words: Vec<_> = columns.iter().map(|column| column.word()).collect();
        let expected = format!("a word for each of {}, `-` for what is left out", table.names());
        return Err(DataError::BadSetting { name: "columns", found: words.join(","), expected });
    }
    let is_chosen = known.columns.is_some();
    let known = Known { delimiter: Some(TABS), header: Some(true), ..known };
    let mut layout = Layout::find(&file.sample(), known).map_err(|_| table.lacks(lacking))?;
    for (column, what) in [(Column::Source, "source"), (Column::Target, "target"), (Column::Relation, "relation")] {
        layout.place(column).map_or(Ok(()), |place| table.check(place, what, true))?;
    }
    for (column, what) in [(Column::Weight, "weight"), (Column::Time, "time")] {
        layout.place(column).map_or(Ok(()), |place| table.check(place, what, false))?;
    }
    for (end, word) in [(Column::Source, "source"), (Column::Target, "target")] {
        if let Some(column) = layout.place(end).and_then(|place| table.columns.get(place))
            && !(is_chosen || names(end))
        {
            layout.guesses.push(format!("names no {word}: its column `{}` is taken for that", column.name));
        }
    }
    Ok(layout)
}

/// What was guessed about the training edges and left out of them.
fn of_file(input: &Input, layout: &Layout, file: &TextFile<'_>, read: &ReadEdges) -> Vec<String> {
    let name = input.name();
    let mut notes: Vec<_> = layout.guesses.iter().map(|guess| format!("`{name}` {guess}")).collect();
    if layout.place(Column::Time).is_some() && !layout.guessed_time {
        notes.push(format!("`{name}` has a column of times, which no model uses"));
    }
    if read.n_later > 0 {
        let later = counted(read.n_later, "edge", "edges");
        notes.push(format!("`{name}` holds {later} from the given time on, left out"));
    }
    let n_comments = file.n_late_comments();
    if n_comments > 0 {
        let comments = counted(n_comments, "comment", "comments");
        notes.push(format!("`{name}` holds {comments} between its edges; quote an id that begins with `#` or `%`"));
    }
    notes
}

fn read_parts(
    inputs: &Inputs,
    directed: bool,
    known: Known<'_>,
    ids: &mut Ids,
    notes: &mut Vec<String>,
) -> Result<LinkParts, DataError> {
    let mut split = LinkParts::default();
    for (k, (pairs, input)) in split.all_mut().into_iter().zip(&inputs.parts).enumerate() {
        let input = match &inputs.directed_negatives {
            Some(negatives) if k == 4 && directed => {
                let other = input.as_ref().map(|other| format!(", not those of `{}`", other.name()));
                let (name, other) = (negatives.name(), other.unwrap_or_default());
                notes.push(format!("the test negatives are those of `{name}`{other}"));
                Some(negatives)
            }
            Some(unused) if k == 4 => {
                notes.push(format!("`{}` is not used, as the network is undirected", unused.name()));
                input.as_ref()
            }
            _ => input.as_ref(),
        };
        if let Some(input) = input {
            *pairs = read_part(input, known, ids, notes)?;
        }
    }
    Ok(split)
}

fn read_part(
    input: &Input,
    known: Known<'_>,
    ids: &mut Ids,
    notes: &mut Vec<String>,
) -> Result<Vec<(u32, u32)>, DataError> {
    let mut file = TextFile::open_any(input, true)?;
    let layout = layout_of(&file, known)?;
    let pairs = read_pairs(&mut file, &layout, ids)?;
    if layout.place(Column::Weight).is_some() || layout.place(Column::Relation).is_some() {
        notes.push(format!("of `{}` only source and target are used", input.name()));
    }
    Ok(pairs)
}

/// What is known of the nodes.
struct Nodes {
    ids: Ids,
    table: Option<NodeTable>,
    /// The original id of each.
    index: Option<Vec<String>>,
    notes: Vec<String>,
}

impl Nodes {
    /// Decides how ids are to be understood, and reads the tables of nodes.
    fn prepare(
        inputs: &Inputs,
        options: &NetworkOptions,
        meta: &Meta,
        file: &TextFile<'_>,
        layout: &Layout,
    ) -> Result<Self, DataError> {
        let table = inputs.nodes.as_ref().map(NodeTableFile::open).transpose()?;
        let index = inputs.index.as_ref().map(read_index).transpose()?;
        let scope = match (&table, &index, meta.num_nodes) {
            (Some(_), ..) => Scope::Open,
            (None, Some(index), _) => Scope::Indices(index.len() as u32),
            (None, None, Some(count)) if begins_with_numbers(file, layout) => Scope::Indices(count),
            _ => Scope::Open,
        };
        let table_types = table.as_ref().is_some_and(NodeTableFile::has_types);
        let related = layout.place(Column::Relation).is_some();
        let found = match layout.prefixes {
            Prefixes::All => true,
            // Where edges have relations, a bare id among typed ones is a mistake.
            Prefixes::Some => related,
            Prefixes::None => false,
        };
        let by_prefix = options.typed.or(meta.typed_ids).unwrap_or(found && !table_types);
        let mut ids = Ids::new(scope);
        if by_prefix || table_types {
            ids = ids.with_types(&meta.type_names, by_prefix);
        }
        let mut notes = Vec::new();
        let table = match (table, &inputs.nodes) {
            (Some(table), Some(input)) => {
                let read = table.read(&mut ids)?;
                if !read.unused.is_empty() {
                    notes.push(format!(
                        "`{}` has columns that are not used: `{}`",
                        input.name(),
                        read.unused.join("`, `")
                    ));
                }
                if table_types && !by_prefix {
                    ids.close();
                }
                Some(read)
            }
            _ => None,
        };
        Ok(Self { ids, table, index, notes })
    }

    /// Compares the number of nodes with what `meta.json` says.
    fn check_count(
        &mut self,
        inputs: &Inputs,
        meta: &Meta,
        edges: &EdgeList,
        split: &LinkParts,
    ) -> Result<(), DataError> {
        let (Some(told), Some(input)) = (meta.num_nodes, &inputs.meta) else { return Ok(()) };
        let n_pairs: usize = split.all().iter().map(|part| part.len()).sum();
        let evidence = (edges.len() + n_pairs) as u64;
        if let (Some(index), Some(file)) = (&self.index, &inputs.index)
            && index.len() < told as usize
        {
            return Err(DataError::network(&file.path, NetworkProblem::IndexGap { index: index.len() }));
        }
        if self.table.is_none() && self.index.is_none() && u64::from(told) > SPREAD * evidence + ALLOWANCE {
            let problem = NetworkProblem::Sparse { count: told.into(), evidence };
            return Err(DataError::network(&input.path, problem));
        }
        let found = self.ids.len();
        if found != told as usize {
            let told = counted(told as usize, "node", "nodes");
            let found = counted(found, "is", "are");
            self.notes.push(format!("`meta.json` tells of {told}, and there {}", turned(&found)));
        }
        Ok(())
    }

    /// Puts nodes whose ids are all numbers into their order, unless a table gives another.
    fn settle(&mut self) -> Option<Vec<u32>> {
        if let Some(table) = &mut self.table {
            let n_unlisted = self.ids.len() - table.names.len();
            table.names.resize(self.ids.len(), String::new());
            if n_unlisted > 0 {
                let unlisted = counted(n_unlisted, "node", "nodes");
                self.notes.push(format!("the node table leaves out {unlisted}"));
            }
            return None;
        }
        self.ids.sort_if_numeric()
    }

    /// External ids and names.
    fn names(&self) -> Names {
        let mut names = Names::default();
        for node in 0..self.ids.len() {
            let name = self.table.as_ref().map(|table| table.names[node].as_str()).filter(|name| !name.is_empty());
            match &self.index {
                Some(index) => names.push(&index[node], name),
                None => names.push(&self.ids.id(node), name),
            }
        }
        names
    }
}

/// `are 3` for `3 are`.
fn turned(counted: &str) -> String {
    let (count, verb) = counted.split_once(' ').unwrap_or((counted, "are"));
    format!("{verb} {count}")
}

/// Whether the ids of the first edge are whole numbers.
fn begins_with_numbers(file: &TextFile<'_>, layout: &Layout) -> bool {
    let mut columns = super::columns::Columns::default();
    let sample = file.sample();
    let Some((_, line)) = sample.get(usize::from(layout.header)) else { return false };
    columns.split(line, layout.delimiter).is_ok_and(|()| {
        let ends = [Column::Source, Column::Target].map(|end| layout.place(end));
        ends.into_iter().flatten().all(|end| whole_number(&columns.get_or_empty(line, end)).is_some())
    })
}

fn renumber(edges: &mut EdgeList, split: &mut LinkParts, rank: &[u32]) {
    let ends = edges.sources.iter_mut().chain(&mut edges.targets);
    let pairs = split.all_mut().into_iter().flatten().flat_map(|(u, v)| [u, v]);
    ends.chain(pairs).for_each(|node| *node = rank[*node as usize]);
}

fn network(ids: &Ids, directed: bool, edges: EdgeList, input: &Input) -> Result<(Network, MergedEdges), DataError> {
    let failed = |problem| Err(DataError::network(&input.path, problem));
    match Network::from_edges(ids.len(), directed, &edges) {
        Ok((network, _)) if network.n_edges() == 0 => failed(NetworkProblem::NoEdges),
        Err(GraphError::WeightsOverflow) => failed(NetworkProblem::Overflow),
        network => Ok(network?),
    }
}

fn labels(inputs: &Inputs, ids: &Ids, meta: &Meta, notes: &mut Vec<String>) -> Result<Option<NodeLabels>, DataError> {
    let Some(input) = &inputs.labels else { return Ok(None) };
    let read = read_labels(input, ids, &meta.label_names)?;
    let name = input.name();
    if read.n_unknown > 0 {
        let lines = counted(read.n_unknown, "label", "labels");
        notes.push(format!("`{name}` holds {lines} of nodes that the network does not have, left out"));
    }
    if !read.unused.is_empty() {
        notes.push(format!("`{name}` has columns that are not used: `{}`", read.unused.join("`, `")));
    }
    Ok(Some(read.labels))
}

fn of_split(meta: &Meta) -> Option<String> {
    let split = meta.split.as_ref()?;
    let (test, valid) = (100.0 * split.test_share, 100.0 * split.valid_share);
    Some(format!(
        "the parts were drawn with seed {}: {test} % of the edges to test, {valid} % to validate; negatives: {}",
        split.seed, split.negatives
    ))
}
