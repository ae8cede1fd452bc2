//! What can be wrong with a line, a file or a folder of a network.

use std::path::PathBuf;

use crate::moment::DATES;

/// A line that cannot be used, in a file that the caller knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NetworkLineError {
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// What is wrong with it.
    pub(crate) problem: NetworkLineProblem,
}

/// What is wrong with a line of a network's file. Texts are shortened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkLineProblem {
    /// Too few or too many columns.
    #[error("expected {expected}, found {found}: `{text}`")]
    Columns {
        /// What the other lines hold, in words.
        expected: String,
        /// How many columns were found.
        found: usize,
        /// The line.
        text: String,
    },
    /// A header that names no source or no target.
    #[error("the header names no {role}: `{text}`")]
    HeaderLacks {
        /// `source`, `target`, `id` or `label`.
        role: &'static str,
        /// The line.
        text: String,
    },
    /// Nothing where an id or a name should be.
    #[error("the {what} is empty")]
    Empty {
        /// `source`, `target`, `relation`, `node`, `type`, `label` or `id`.
        what: &'static str,
    },
    /// Something else where a weight should be.
    #[error("expected a weight (a number), found `{found}`")]
    NotAWeight {
        /// The text found.
        found: String,
    },
    /// A weight that is negative, infinite or no number.
    #[error("weight {found} is negative or not finite")]
    BadWeight {
        /// The text found.
        found: String,
    },
    /// Something else where a time should be, in a network that is cut by time.
    #[error("expected a time (a number), found `{found}`")]
    NotATime {
        /// The text found.
        found: String,
    },
    /// Something else where the time of an interaction should be.
    #[error("expected a time (a number or a date), found `{found}`")]
    NotAMoment {
        /// The text found.
        found: String,
    },
    /// Something else where a rating should be.
    #[error("expected a rating (a finite number), found `{found}`")]
    NotARating {
        /// The text found.
        found: String,
        /// What a person would say of the columns if the ratings did not matter, where that can be said.
        without: Option<String>,
    },
    /// Nothing where the id of a user, an item or the end of a fact should be, or what stands for nothing.
    #[error("the {what} is {}", if text.is_empty() { "empty".to_owned() } else { format!("`{text}`, which stands for none") })]
    Missing {
        /// `user`, `item`, `head`, `tail` and the like.
        what: &'static str,
        /// The text found.
        text: String,
    },
    /// Too few or too many columns in a file of which nothing can be said by flags.
    #[error("expected {expected}, found {found}: `{text}`")]
    Width {
        /// What the lines hold, in words.
        expected: String,
        /// How many columns were found.
        found: usize,
        /// The line.
        text: String,
    },
    /// Something else where the number of a node should be.
    #[error("expected a node (a whole number), found `{found}`")]
    NotAnIndex {
        /// The text found.
        found: String,
    },
    /// A number beyond the nodes there are.
    #[error("node {found} does not exist: there are {count}, so the last is {}", u64::from(*count).saturating_sub(1))]
    BeyondCount {
        /// The number found.
        found: String,
        /// How many nodes there are.
        count: u32,
    },
    /// A node that the node table, which gives the types, leaves out.
    #[error("node `{id}` is not in the node table, so that its type is unknown")]
    NotInTable {
        /// The id.
        id: String,
    },
    /// A bare id among ids with types.
    #[error("node `{id}` has no type, while the nodes before it have (`type:id`)")]
    Untyped {
        /// The id.
        id: String,
    },
    /// A node that a table lists twice.
    #[error("{what} `{id}` stands in line {first} already")]
    Repeated {
        /// `node` or `id`.
        what: &'static str,
        /// The id.
        id: String,
        /// The line where it stood first.
        first: usize,
    },
    /// More of a kind than can be told apart.
    #[error("`{found}` is one {what} too many: at most {limit} fit")]
    TooMany {
        /// `type`, `relation` or `node`.
        what: &'static str,
        /// The one too many.
        found: String,
        /// How many fit.
        limit: u64,
    },
    /// Bytes that are no text.
    #[error("expected UTF-8, found `{text}`")]
    NotUtf8 {
        /// The text, with the offending bytes replaced.
        text: String,
    },
    /// A byte 0, which no text holds.
    #[error("found a NUL byte in `{text}`")]
    Nul {
        /// The text.
        text: String,
    },
    /// A quote that is not closed in its line.
    #[error("a quote is not closed: `{text}`")]
    OpenQuote {
        /// The column, from the quote.
        text: String,
    },
    /// Text between a closing quote and the next delimiter.
    #[error("text follows a closing quote: `{text}`")]
    AfterQuote {
        /// The column, from the opening quote.
        text: String,
    },
    /// Something else than a line must hold.
    #[error("expected {expected}, found `{text}`")]
    Unexpected {
        /// What a line must hold.
        expected: &'static str,
        /// The line or column.
        text: String,
        /// What would help.
        hint: &'static str,
    },
    /// A line without an end in sight.
    #[error("the line is longer than {limit} bytes")]
    TooLong {
        /// The longest possible line.
        limit: usize,
    },
}

impl NetworkLineProblem {
    /// What would help.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Columns { found: 1, .. } => {
                "if something else than tabs, commas, semicolons or blanks separates the columns, say what by `--delimiter`"
                    .into()
            }
            Self::Columns { .. } => {
                "give each line the same columns, and say what they hold by a header line or `--columns`; quote ids that hold the delimiter".into()
            }
            Self::HeaderLacks { .. } => "if the first line is no header, say `--header no`".into(),
            Self::Empty { .. } => "fill it in, or remove the line".into(),
            Self::NotAWeight { found } => weight_hint(found).into(),
            Self::BadWeight { .. } => "weights are numbers from 0 up, and an edge of weight 0 is left out".into(),
            Self::NotATime { .. } => "write times as numbers, such as seconds since 1970".into(),
            Self::NotAMoment { .. } => {
                format!("write dates as {DATES}, or numbers such as seconds since 1970")
            }
            Self::NotARating { found, without } => rating_hint(found, without.as_deref()),
            Self::Missing { .. } => "fill it in, or leave such lines out by `--skip-missing`".into(),
            Self::Width { .. } => {
                "give each line the same columns, between tabs, commas, semicolons or blanks; quote what holds such a letter"
                    .into()
            }
            Self::NotAnIndex { .. } => "the nodes of this network go by their numbers from 0".into(),
            Self::BeyondCount { found, count } if *found == count.to_string() => {
                "numbers count from 0; if these count from 1 or are no numbers of nodes, leave `num_nodes` out of `meta.json`".into()
            }
            Self::BeyondCount { .. } => {
                "if these are no numbers of nodes from 0, leave `num_nodes` out of `meta.json`".into()
            }
            Self::NotInTable { .. } => "give each node a line in the node table, or give the table no types".into(),
            Self::Untyped { .. } => "write each id as `type:id`, or say `--typed no` if `:` tells no type".into(),
            Self::Repeated { .. } => "remove one of the two lines".into(),
            Self::TooMany { what: "type", .. } => "if what stands before `:` is no type, say `--typed no`".into(),
            Self::TooMany { what: "relation", .. } => {
                "if this column tells no relation, name the columns by `--columns`".into()
            }
            Self::TooMany { .. } => "split the network".into(),
            Self::NotUtf8 { .. } => "convert the file, perhaps by `iconv -f latin1 -t utf-8`".into(),
            Self::Nul { .. } => "this is no text, or not in UTF-8: convert the file, perhaps by `iconv -f utf-16 -t utf-8`".into(),
            Self::OpenQuote { .. } => "close the quote, in a list of edges in the same line; a quote within quotes is written `\"\"`".into(),
            Self::AfterQuote { .. } => "quote the whole column; a quote within quotes is written `\"\"`".into(),
            Self::Unexpected { hint, .. } => (*hint).into(),
            Self::TooLong { .. } => "write one edge or interaction a line; is this a text file?".into(),
        }
    }
}

/// What is wrong with a row.
fn row_words(problem: &NetworkLineProblem) -> String {
    match problem {
        // Its lines count the header.
        NetworkLineProblem::Repeated { what, id, first } => {
            format!("{what} `{id}` stands in row {} already", first.saturating_sub(1))
        }
        problem => problem.to_string(),
    }
}

fn row_hint(problem: &NetworkLineProblem) -> String {
    match problem {
        NetworkLineProblem::Empty { .. } => "fill it in, or drop such rows".into(),
        NetworkLineProblem::Repeated { .. } => "drop one of the two rows".into(),
        NetworkLineProblem::NotAWeight { found } if found.is_empty() => "fill it in, or drop such rows".into(),
        NetworkLineProblem::NotInTable { .. } => {
            "give each node a row in the table of nodes, or give that table no types".into()
        }
        problem => problem.hint(),
    }
}

fn rating_hint(found: &str, without: Option<&str>) -> String {
    let is_comma = found.split_once(',').is_some_and(|(whole, rest)| {
        [whole, rest]
            .iter()
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
    });
    match without {
        _ if is_comma => "write a point before decimals, not a comma".into(),
        Some(columns) if found.is_empty() || found.parse::<f64>().is_ok() => {
            format!("fill it in, or remove the line; if ratings do not matter, say `--columns {columns}`")
        }
        Some(columns) => {
            format!("say what the columns hold by a header line; if these are no ratings, `--columns {columns}`")
        }
        None => "give each line a number there".into(),
    }
}

fn weight_hint(found: &str) -> &'static str {
    if found.starts_with('{') {
        "networkx writes such columns: write the edges by `write_weighted_edgelist`, or with `data=False`"
    } else if found.contains(',') {
        "write a point before decimals, not a comma"
    } else {
        "say what the columns hold by a header line, or by `--columns source,relation,target` and the like"
    }
}

/// What is wrong with a file or folder of a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkProblem {
    /// Nothing to learn from.
    #[error("holds no edge")]
    NoEdges,
    /// A row of a table without lines.
    #[error("row {row}: {}", row_words(problem))]
    Row {
        /// The row, counted from 1.
        row: usize,
        /// What is wrong with it.
        problem: NetworkLineProblem,
    },
    /// Neither of the files that make a folder a network.
    #[error("holds no network: there is neither `edges.tsv` nor `train_edges.tsv`")]
    NoNetwork {
        /// A file or folder in it that may be meant.
        similar: Option<PathBuf>,
    },
    /// Neither of the files that make a folder a data set.
    #[error(
        "holds no data set: there is neither a catalogue (`train.txt`, a table of users and items, ...) nor a network \
         (`edges.tsv`, `train_edges.tsv`)"
    )]
    NoData {
        /// A file or folder in it that may be meant.
        similar: Option<PathBuf>,
    },
    /// Both a catalogue and a network.
    #[error("holds both a catalogue (`train.txt`) and a network (`{edges}`)")]
    BothKinds {
        /// The file of the network.
        edges: String,
    },
    /// Two files for one thing.
    #[error("holds both `{first}` and `{second}`")]
    Ambiguous {
        /// A file.
        first: String,
        /// Another.
        second: String,
    },
    /// Compressed data that ends too early or is not what was compressed.
    #[error("is damaged or cut short: {cause}")]
    Packed {
        /// What the decoder said.
        cause: String,
    },
    /// Compressed data that unpacks to far more than any table does.
    #[error("unpacks to more than {times} times its size, as no table does")]
    Bomb {
        /// The bound.
        times: u64,
    },
    /// A file whose name says that it is compressed, but which is not.
    #[error("is not compressed by {how}, as its name says")]
    NotPacked {
        /// `gzip` or `zstd`.
        how: &'static str,
    },
    /// A name that asks for a compression that can only be read.
    #[error("cannot be written: zstd is only read")]
    NoZstd,
    /// A text in UTF-16.
    #[error("is in UTF-16, as its first bytes tell, and not in UTF-8")]
    Utf16,
    /// A matrix in the format of Matrix Market, whose line of sizes would pass for an edge.
    #[error("is a Matrix Market file, which is not read")]
    MatrixMarket,
    /// `meta.json` that is no JSON, or whose values cannot be.
    #[error("is not understood: {what}")]
    Meta {
        /// What is wrong.
        what: String,
    },
    /// A number of nodes that the files cannot be about.
    #[error("tells of {count} nodes, far too many for files with {evidence} lines")]
    Sparse {
        /// The number of nodes.
        count: u64,
        /// How many lines there are.
        evidence: u64,
    },
    /// A list of original ids with a gap.
    #[error("leaves out node {index}")]
    IndexGap {
        /// The first node without a line.
        index: usize,
    },
    /// A table without a line.
    #[error("holds no interaction")]
    NoInteractions,
    /// A cut by time of edges without a time.
    #[error("has no column with times")]
    NoTimes,
    /// Weights of repeated edges that add up to infinity.
    #[error("repeats edges whose weights add up to more than fits")]
    Overflow,
    /// Labels of other nodes.
    #[error("labels no node of the network; the first is `{id}`")]
    LabelsOfNothing {
        /// The first labelled node.
        id: String,
    },
    /// Something that the text files cannot hold.
    #[error("cannot be written: {what} {index} is {why}: `{}`", text.escape_debug())]
    Unwritable {
        /// `the id of node`, `the name of node`, `type`, `relation` or `label`.
        what: &'static str,
        /// Which one.
        index: usize,
        /// `empty`, `repeated`, or that it holds what no line can.
        why: &'static str,
        /// The text.
        text: String,
    },
}

impl NetworkProblem {
    /// What would help, if anything is known to.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Row { problem, .. } => row_hint(problem),
            Self::NoEdges => "write one edge a line: source, target, and perhaps a weight above 0".into(),
            Self::NoNetwork { similar: Some(path) } | Self::NoData { similar: Some(path) } => {
                format!("did you mean `{}`?", path.display())
            }
            Self::NoNetwork { .. } | Self::NoData { .. } => {
                "endings may be .tsv, .csv, .txt and the like, and .gz or .zst behind; any edge list can be given by its own path".into()
            }
            Self::BothKinds { .. } => "give the path of the file with the edges, or move one of the two away".into(),
            Self::Ambiguous { .. } => "move one of the two away, or name the one to read".into(),
            Self::Packed { .. } => "fetch or make the file again".into(),
            Self::Bomb { .. } => "if you trust it, unpack it first, and give what was in it".into(),
            Self::NotPacked { .. } => "take the ending off its name".into(),
            Self::NoZstd => "write to a name that ends in `.gz`, or without compression".into(),
            Self::Utf16 => "save it as UTF-8 (of Excel: `CSV UTF-8`), or convert it by `iconv -f utf-16 -t utf-8`".into(),
            Self::MatrixMarket => {
                "remove its first line and the line of sizes after the comments; add `--directed` unless it is symmetric".into()
            }
            Self::Meta { .. } => {
                "it may hold `name` (a text), `directed` (true or false) and `num_nodes` (a whole number)".into()
            }
            Self::Sparse { .. } => "`num_nodes` is the number of nodes, isolated ones included".into(),
            Self::IndexGap { .. } => "give each number from 0 to `num_nodes` - 1 a line".into(),
            Self::NoInteractions => "write one interaction a line: user, item, and perhaps rating and time".into(),
            Self::NoTimes => {
                "name the column with the times by a header line, or by `--columns source,target,time`".into()
            }
            Self::Overflow => "divide all weights by the same large number".into(),
            Self::LabelsOfNothing { .. } => "labels go by the ids that the edges use".into(),
            Self::Unwritable { .. } => return None,
        })
    }
}
