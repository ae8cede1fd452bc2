//! Tables of interactions: a user and an item a line, perhaps with a rating and a time.

use std::path::Path;

use culet_graph::{Interactions, KnowledgeGraph, Names, Vocabulary};

use super::columns::{Columns, number};
use super::ids::{Ids, Scope};
use super::layout::{Known, Layout};
use super::notes::counted;
use super::options::Column;
use super::sample::Sample;
use super::sources::Inputs;
use super::terms::{EDGES, INTERACTIONS};
use super::text_file::{TextFile, in_file};
use super::unpack::Input;
use super::{NetworkLineProblem, NetworkOptions, NetworkProblem};
use crate::shown::shown;
use crate::{DataError, UnsplitCatalogue};

/// How a table of interactions is to be understood; what is `None` is found out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InteractionsOptions {
    /// What the columns hold: the user is the source, the item the target, the rating the weight.
    pub columns: Option<Vec<Column>>,
    /// Whether the first line is a header.
    pub header: Option<bool>,
    /// What separates the columns; a space stands for any blanks.
    pub delimiter: Option<char>,
    /// Leaves out the lines with a lower rating.
    pub min_rating: Option<f64>,
    /// Whether times are needed; or else they are not looked at.
    pub with_times: bool,
}

/// Reads a table of interactions: the file has the form of the edge lists that
/// [`read_network`](crate::read_network) tells of, with a user and an item for the ends.
///
/// A first line that names user and item (or movie, artist, product, ...) is a header; so is one without a number where
/// all others have one. Without a header the columns are user, item, rating and time; a third column of large whole
/// numbers is a time. Ids are any texts; where all users (or items) have whole numbers, they are numbered in the order
/// of these, or else as they first appear. Of a pair that stands several times the earliest time counts, as it was not
/// new to the user later. Ratings count for nothing but for `min_rating`.
///
/// # Errors
/// A file that cannot be read or unpacked; the first line that cannot be understood, with file and line; no line at
/// all; times or ratings that are asked for and missing; a `min_rating` above all ratings.
pub fn read_interactions(path: &Path, options: &InteractionsOptions) -> Result<UnsplitCatalogue, DataError> {
    let inputs = Inputs::find(path, &NetworkOptions::default())?;
    let mut file = TextFile::open(&inputs.edges)?;
    let layout = layout(&file, options)?;
    let mut table = Table::new(&layout, options, file.path)?;
    file.for_each(layout.delimiter, layout.header, |_, line, columns| table.push(&layout, columns, line))?;
    if table.pairs.is_empty() {
        return Err(table.nothing(file.path));
    }
    let mut notes: Vec<_> = layout.guesses.iter().map(|guess| format!("`{}` {guess}", inputs.edges.name())).collect();
    notes.extend(table.notes(&inputs.edges, file.n_late_comments()));
    table.settle();
    let (n_users, n_items) = (table.users.len(), table.items.len());
    let n_lines = table.pairs.len();
    let times = table.sort();
    let log = Interactions::from_pairs(n_users, n_items, &table.pairs)?;
    if log.n_pairs() < n_lines {
        let repeats = counted(n_lines - log.n_pairs(), "repeated pair", "repeated pairs");
        let which = if times.is_some() { "the earliest time counts" } else { "a repeat counts for nothing" };
        notes.push(format!("`{}` holds {repeats}; {which}", inputs.edges.name()));
    }
    let vocabulary =
        Vocabulary { users: names(&table.users), entities: names(&table.items), relations: Names::default() };
    let graph = KnowledgeGraph::empty(n_items);
    Ok(UnsplitCatalogue::of_table(inputs.name, (log, times), graph, vocabulary, options.min_rating).with_notes(notes))
}

/// Whether a file begins with a header that names a user and an item, and no ends of an edge.
///
/// # Errors
/// A file that cannot be read or unpacked.
pub fn names_users_and_items(path: &Path) -> Result<bool, DataError> {
    let input = Input::file(path.into());
    let file = TextFile::open(&input)?;
    let sample = Sample::new(&file.sample(), None, |row| INTERACTIONS.names_ends(row));
    Ok(sample.rows.first().is_some_and(|(_, row)| INTERACTIONS.names_ends(row) && !EDGES.names_ends(row)))
}

fn layout(file: &TextFile<'_>, options: &InteractionsOptions) -> Result<Layout, DataError> {
    let as_network =
        NetworkOptions { columns: options.columns.clone(), delimiter: options.delimiter, ..NetworkOptions::default() };
    let delimiter = as_network.check()?;
    if options.columns.as_ref().is_some_and(|columns| columns.contains(&Column::Relation)) {
        return Err(DataError::BadSetting {
            name: "columns",
            found: "with a relation".to_owned(),
            expected: "`user`, `item` and perhaps `rating`, `time` and `-`".to_owned(),
        });
    }
    if file.begins_with(b"%%MatrixMarket") {
        return Err(DataError::network(file.path, NetworkProblem::MatrixMarket));
    }
    let columns = options.columns.as_deref();
    let known = Known { delimiter, header: options.header, columns, sibling: None, terms: &INTERACTIONS };
    Layout::find(&file.sample(), known).map_err(|error| in_file(file.path, error))
}

fn names(ids: &Ids) -> Names {
    let mut names = Names::default();
    (0..ids.len()).for_each(|node| names.push(&ids.id(node), None));
    names
}

/// The lines read so far.
struct Table {
    users: Ids,
    items: Ids,
    pairs: Vec<(u32, u32)>,
    /// One for each pair, if they are wanted.
    times: Vec<f64>,
    /// Where users, items, ratings and times stand.
    places: [Option<usize>; 4],
    min_rating: Option<f64>,
    with_times: bool,
    n_low: usize,
    least: f64,
    largest: f64,
}

impl Table {
    /// # Errors
    /// Times or ratings that are asked for and missing.
    fn new(layout: &Layout, options: &InteractionsOptions, path: &Path) -> Result<Self, DataError> {
        let places = [Column::Source, Column::Target, Column::Weight, Column::Time].map(|own| layout.place(own));
        for (wanted, place, problem) in [
            (options.with_times, places[3], NetworkProblem::NoTimes),
            (options.min_rating.is_some(), places[2], NetworkProblem::NoRatings),
        ] {
            if wanted && place.is_none() {
                return Err(DataError::network(path, problem));
            }
        }
        Ok(Self {
            users: Ids::new(Scope::Open),
            items: Ids::new(Scope::Open),
            pairs: Vec::new(),
            times: Vec::new(),
            places,
            min_rating: options.min_rating,
            with_times: options.with_times,
            n_low: 0,
            least: f64::INFINITY,
            largest: f64::NEG_INFINITY,
        })
    }

    fn push(&mut self, layout: &Layout, columns: &Columns, line: &[u8]) -> Result<(), NetworkLineProblem> {
        if !layout.width().contains(&columns.len()) {
            return Err(layout.unfit(columns, line));
        }
        let [Some(user), Some(item), rating, time] = self.places else { unreachable!("a layout has both ends") };
        if let Some(place) = rating {
            let column = columns.get(line, place);
            let finite = number(&column).filter(|rating| rating.is_finite());
            let rating = finite.ok_or_else(|| NetworkLineProblem::NotARating { found: shown(&column) })?;
            (self.least, self.largest) = (self.least.min(rating), self.largest.max(rating));
            if self.min_rating.is_some_and(|least| rating < least) {
                self.n_low += 1;
                return Ok(());
            }
        }
        let ends = [(user, "user"), (item, "item")].map(|(place, what)| (columns.get(line, place), what));
        if let Some((_, what)) = ends.iter().find(|(id, _)| id.is_empty()) {
            return Err(NetworkLineProblem::Empty { what });
        }
        let [(user, _), (item, _)] = ends;
        if let (true, Some(place)) = (self.with_times, time) {
            let column = columns.get(line, place);
            let finite = number(&column).filter(|time| time.is_finite());
            let time = finite.ok_or_else(|| NetworkLineProblem::NotATime { found: shown(&column) })?;
            // Nothing tells 0 from -0.
            self.times.push(time + 0.0);
        }
        self.pairs.push((self.users.node(&user)?, self.items.node(&item)?));
        Ok(())
    }

    /// The error of a table without a pair.
    fn nothing(&self, path: &Path) -> DataError {
        match self.min_rating {
            Some(least) if self.n_low > 0 => DataError::BadSetting {
                name: "min_rating",
                found: least.to_string(),
                expected: format!("at most {}, the largest rating", self.largest),
            },
            _ => DataError::network(path, NetworkProblem::NoInteractions),
        }
    }

    /// What was left out or not used.
    fn notes(&self, input: &Input, n_comments: usize) -> Vec<String> {
        let name = input.name();
        let mut notes = Vec::new();
        if self.n_low > 0 {
            notes
                .push(format!("`{name}` holds {} with a lower rating, left out", counted(self.n_low, "line", "lines")));
        }
        if self.places[2].is_some() && self.min_rating.is_none() {
            let (least, largest) = (self.least, self.largest);
            notes.push(format!(
                "`{name}` has ratings from {least} to {largest}, and each counts as taken; `--min-rating` leaves out \
                 lower ones"
            ));
        }
        if n_comments > 0 {
            let comments = counted(n_comments, "comment", "comments");
            notes.push(format!("`{name}` holds {comments} between its lines; quote an id that begins with `#` or `%`"));
        }
        notes
    }

    /// Puts users and items whose ids are all numbers into the order of these.
    fn settle(&mut self) {
        if let Some(rank) = self.users.sort_if_numeric() {
            self.pairs.iter_mut().for_each(|(user, _)| *user = rank[*user as usize]);
        }
        if let Some(rank) = self.items.sort_if_numeric() {
            self.pairs.iter_mut().for_each(|(_, item)| *item = rank[*item as usize]);
        }
    }

    /// The earliest time of each distinct pair in the order of [`Interactions::pairs`], if there are times.
    fn sort(&self) -> Option<Vec<f64>> {
        if !self.with_times {
            return None;
        }
        let mut timed: Vec<_> = self.pairs.iter().copied().zip(self.times.iter().copied()).collect();
        timed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        timed.dedup_by_key(|(pair, _)| *pair);
        Some(timed.into_iter().map(|(_, time)| time).collect())
    }
}
