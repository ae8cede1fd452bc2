//! Edge lists: the ends of each edge and what else a line tells.

use std::path::Path;

use culet_graph::EdgeList;

use super::columns::{Columns, number, text};
use super::ids::{Batch, Ids};
use super::layout::Layout;
use super::options::Column;
use super::text_file::{TextFile, in_file};
use super::texts::Texts;
use super::{NetworkLineError, NetworkLineProblem, NetworkProblem};
use crate::DataError;
use crate::shown::shown;

/// The most relations that fit.
pub(super) const MOST_RELATIONS: usize = 1 << 16;

/// The edges of a file, in its order.
#[derive(Debug, Default)]
pub(super) struct ReadEdges {
    pub(super) edges: EdgeList,
    /// Edges that were left out because of their time.
    pub(super) n_later: usize,
}

/// Reads all edges with weights and relations, but those from the time `before` on.
///
/// # Errors
/// The first line that cannot be understood; `before` without a column of times.
pub(super) fn read_edges(
    file: &mut TextFile<'_>,
    layout: &Layout,
    ids: &mut Ids,
    relations: &mut Texts,
    before: Option<f64>,
) -> Result<ReadEdges, DataError> {
    let (relation, weight) = (layout.place(Column::Relation), layout.place(Column::Weight));
    let time = layout.place(Column::Time);
    if before.is_some() && time.is_none() {
        return Err(DataError::network(file.path, NetworkProblem::NoTimes));
    }
    let n = file.n_lines_about();
    let mut n_later = 0;
    let mut weights = Vec::with_capacity(if weight.is_some() { n } else { 0 });
    let mut of_relation = Vec::with_capacity(if relation.is_some() { n } else { 0 });
    let mut ends = Ends::new(layout, ids, n);
    let read = file.for_each_or_earlier(layout.delimiter, layout.header, |number, line, columns| {
        let mut values = || {
            ends.check(layout, columns, line)?;
            if let (Some(before), Some(time)) = (before, time)
                && is_later(&columns.get(line, time), before)?
            {
                n_later += 1;
                return Ok(false);
            }
            if let Some(weight) = weight {
                weights.push(weight_in(&columns.get(line, weight))?);
            }
            if let Some(relation) = relation {
                of_relation.push(relation_in(&columns.get(line, relation), relations)?);
            }
            Ok(true)
        };
        let kept = values().map_err(|problem| NetworkLineError { line: number, problem })?;
        if kept { ends.push(number, columns, line) } else { Ok(()) }
    });
    let (sources, targets) = ends.finish(file.path, read)?;
    Ok(ReadEdges { edges: EdgeList { sources, targets, weights, relations: of_relation }, n_later })
}

/// Reads the ends of all edges of a file beside the training edges.
///
/// # Errors
/// The first line that cannot be understood.
pub(super) fn read_pairs(
    file: &mut TextFile<'_>,
    layout: &Layout,
    ids: &mut Ids,
) -> Result<Vec<(u32, u32)>, DataError> {
    let mut ends = Ends::new(layout, ids, file.n_lines_about());
    let read = file.for_each_or_earlier(layout.delimiter, layout.header, |number, line, columns| {
        ends.check(layout, columns, line).map_err(|problem| NetworkLineError { line: number, problem })?;
        ends.push(number, columns, line)
    });
    let (sources, targets) = ends.finish(file.path, read)?;
    Ok(sources.into_iter().zip(targets).collect())
}

/// How many ids are looked up together.
const BATCH: usize = 512;

/// The ends of the edges read so far; those of the last lines still as ids.
struct Ends<'a> {
    ids: &'a mut Ids,
    source: usize,
    target: usize,
    width: std::ops::Range<usize>,
    batch: Batch,
    /// The nodes of a batch.
    nodes: Vec<u32>,
    sources: Vec<u32>,
    targets: Vec<u32>,
}

impl<'a> Ends<'a> {
    /// No edge yet; `n` is about how many there will be.
    fn new(layout: &Layout, ids: &'a mut Ids, n: usize) -> Self {
        let place = |column| layout.place(column).expect("a layout has both ends");
        Self {
            ids,
            source: place(Column::Source),
            target: place(Column::Target),
            width: layout.width(),
            batch: Batch::default(),
            nodes: Vec::with_capacity(BATCH),
            sources: Vec::with_capacity(n),
            targets: Vec::with_capacity(n),
        }
    }

    #[inline]
    fn check(&self, layout: &Layout, columns: &Columns, line: &[u8]) -> Result<(), NetworkLineProblem> {
        if self.width.contains(&columns.len()) { Ok(()) } else { Err(layout.unfit(columns, line)) }
    }

    /// Takes the ends of a line.
    #[inline]
    fn push(&mut self, number: usize, columns: &Columns, line: &[u8]) -> Result<(), NetworkLineError> {
        let (source, target) = (columns.get(line, self.source), columns.get(line, self.target));
        if source.is_empty() || target.is_empty() {
            let what = if source.is_empty() { "source" } else { "target" };
            return Err(NetworkLineError { line: number, problem: NetworkLineProblem::Empty { what } });
        }
        self.batch.push(&source, number);
        self.batch.push(&target, number);
        if self.batch.len() >= BATCH { self.look_up() } else { Ok(()) }
    }

    fn look_up(&mut self) -> Result<(), NetworkLineError> {
        self.ids.nodes_of(&mut self.batch, &mut self.nodes)?;
        self.batch.clear();
        let (pairs, _) = self.nodes.as_chunks::<2>();
        self.sources.extend(pairs.iter().map(|pair| pair[0]));
        self.targets.extend(pairs.iter().map(|pair| pair[1]));
        Ok(())
    }

    /// The ends of all edges, unless reading failed: at an id that was not looked up yet, or else as `read` says.
    fn finish(mut self, path: &Path, read: Result<(), DataError>) -> Result<(Vec<u32>, Vec<u32>), DataError> {
        // An error of a batch has emptied nothing, so that its first one comes up again.
        self.look_up().map_err(|error| in_file(path, error))?;
        read?;
        Ok((self.sources, self.targets))
    }
}

/// The weight in a column.
#[inline]
fn weight_in(column: &[u8]) -> Result<f32, NetworkLineProblem> {
    if let [digit @ b'0'..=b'9'] = column {
        return Ok(f32::from(digit - b'0'));
    }
    let weight: Option<f32> = std::str::from_utf8(column).ok().and_then(|text| text.parse().ok());
    match weight {
        Some(weight) if weight >= 0.0 && weight.is_finite() => Ok(weight.abs()),
        Some(_) => Err(NetworkLineProblem::BadWeight { found: shown(column) }),
        None => Err(NetworkLineProblem::NotAWeight { found: shown(column) }),
    }
}

fn relation_in(column: &[u8], relations: &mut Texts) -> Result<u16, NetworkLineProblem> {
    let number = match relations.find(column) {
        Some(number) => number,
        None if column.is_empty() => return Err(NetworkLineProblem::Empty { what: "relation" }),
        None if relations.len() == MOST_RELATIONS => {
            let limit = MOST_RELATIONS as u64;
            return Err(NetworkLineProblem::TooMany { what: "relation", found: shown(column), limit });
        }
        None => relations.add(text(column)?),
    };
    Ok(number as u16)
}

fn is_later(column: &[u8], before: f64) -> Result<bool, NetworkLineProblem> {
    match number(column) {
        Some(time) if !time.is_nan() => Ok(time >= before),
        _ => Err(NetworkLineProblem::NotATime { found: shown(column) }),
    }
}
