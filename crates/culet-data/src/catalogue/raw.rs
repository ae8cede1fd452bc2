//! What every reader makes of its files: interactions and facts by external ids.

use std::collections::HashMap;

use super::options::CatalogueOptions;
use super::ratings::Ratings;
use super::times::{Clock, time_of};
use crate::network::columns::text;
use crate::network::ids::{Batch, Ids, Scope};
use crate::network::notes::counted;
use crate::network::texts::Texts;
use crate::network::{NetworkLineError, NetworkLineProblem};
use crate::shown::shown;

/// An end of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Item(u32),
    Entity(u32),
}

/// A part of the interactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Train,
    Valid,
    Test,
}

/// What is to become of the times of interactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// Nobody asks.
    Ignored,
    /// Where there are any, the first and the last of each part are kept.
    Spans,
    /// They are kept where there are any.
    Welcome,
    /// A table without any is refused.
    Needed,
}

/// An interaction as a file tells it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken<'a> {
    pub(super) user: &'a [u8],
    pub(super) item: &'a [u8],
    pub(super) rating: Option<f64>,
    pub(super) time: Option<f64>,
}

/// Interactions that were read and whose ids wait to be looked up together, which is three times as fast as one by one.
#[derive(Debug, Default)]
pub(super) struct Pending {
    users: Batch,
    items: Batch,
    times: Vec<f64>,
    nodes: [Vec<u32>; 2],
}

/// Interactions that are looked up together.
const PENDING: usize = 8192;

impl Pending {
    /// Whether there are enough.
    pub(super) fn is_full(&self) -> bool {
        self.users.len() >= PENDING
    }
}

/// A catalogue by external ids, which the assembler turns into a data set.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) name: String,
    pub(super) users: Ids,
    pub(super) items: Ids,
    /// What facts are about beside items; an entity that is linked stands for its item.
    pub(super) entities: Ids,
    pub(super) relations: Texts,
    /// Users and items of each part.
    pub(super) pairs: [Vec<(u32, u32)>; 3],
    /// A time for each pair, or none at all.
    pub(super) times: [Vec<f64>; 3],
    /// The first and the last time of each part that has times.
    pub(super) spans: [Option<[f64; 2]>; 3],
    pub(super) facts: Vec<(Node, u32, Node)>,
    /// The item that an entity stands for.
    pub(super) item_of_entity: HashMap<u32, u32>,
    /// Whether links alone say which entity is an item, and not the ids.
    pub(super) by_links: bool,
    /// Whether the ids have the order that they are to have.
    pub(super) is_ordered: bool,
    pub(super) user_names: Readable,
    pub(super) item_names: Readable,
    pub(super) entity_names: Readable,
    pub(super) relation_names: Readable,
    /// What the column of the items is called, where the interactions have a header.
    pub(super) item_header: Option<String>,
    pub(super) ratings: Ratings,
    pub(super) times_wanted: Times,
    pub(super) clock: Clock,
    /// What the column of the users is called, where the interactions have a header.
    pub(super) user_header: Option<String>,
    skip_missing: bool,
    n_missing: usize,
    pub(super) notes: Vec<String>,
}

/// Readable names by number, as far as there are any.
#[derive(Debug, Default)]
pub(super) struct Readable(Vec<Option<Box<str>>>);

impl Readable {
    /// Names something, unless it has a name or this is none.
    pub(super) fn set(&mut self, index: u32, name: &str) {
        let index = index as usize;
        if self.0.len() <= index {
            self.0.resize(index + 1, None);
        }
        if self.0[index].is_none() && !name.is_empty() {
            self.0[index] = Some(name.into());
        }
    }

    pub(super) fn get(&self, index: usize) -> Option<&str> {
        self.0.get(index)?.as_deref()
    }

    /// The names by new numbers.
    pub(super) fn renumber(&mut self, rank: &[u32]) {
        let old = std::mem::take(&mut self.0);
        old.into_iter().enumerate().for_each(|(k, name)| {
            if let Some(name) = name {
                self.set(rank[k], &name);
            }
        });
    }
}

/// Whether an id is what programs write where there is none: nothing, or the `NaN` of pandas.
#[inline]
pub(super) fn is_missing(id: &[u8]) -> bool {
    id.len() <= 4 && matches!(id, b"" | b"NaN" | b"nan" | b"<NA>")
}

impl Raw {
    pub(super) fn new(name: String, options: &CatalogueOptions, times_wanted: Times) -> Self {
        Self {
            name,
            users: Ids::new(Scope::Open),
            items: Ids::new(Scope::Open),
            entities: Ids::new(Scope::Open),
            relations: Texts::default(),
            pairs: Default::default(),
            times: Default::default(),
            spans: Default::default(),
            facts: Vec::new(),
            item_of_entity: HashMap::new(),
            by_links: false,
            is_ordered: false,
            user_names: Readable::default(),
            item_names: Readable::default(),
            entity_names: Readable::default(),
            relation_names: Readable::default(),
            item_header: None,
            ratings: Ratings::new(options.min_rating),
            times_wanted,
            clock: Clock::Unknown,
            user_header: None,
            skip_missing: options.skip_missing,
            n_missing: 0,
            notes: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn keeps_times(&self) -> bool {
        self.times_wanted != Times::Ignored
    }

    /// Takes in an interaction, unless its rating is too low.
    ///
    /// # Errors
    /// An id that is empty or no text; more users or items than fit.
    #[inline]
    pub(super) fn take(&mut self, part: Part, taken: Taken<'_>) -> Result<(), NetworkLineProblem> {
        if self.leaves_out([(taken.user, "user"), (taken.item, "item")])? || !self.is_liked(taken) {
            return Ok(());
        }
        let pair = (self.users.node(taken.user)?, self.items.node(taken.item)?);
        self.pairs[part as usize].push(pair);
        if let (true, Some(time)) = (self.keeps_times(), taken.time) {
            self.keep_time(part, time);
        }
        Ok(())
    }

    /// Keeps a time, or what is wanted of it.
    #[inline]
    fn keep_time(&mut self, part: Part, time: f64) {
        // Nothing tells 0 from -0.
        let time = time + 0.0;
        let span = &mut self.spans[part as usize];
        let [first, last] = span.unwrap_or([time; 2]);
        *span = Some([first.min(time), last.max(time)]);
        if self.times_wanted != Times::Spans {
            self.times[part as usize].push(time);
        }
    }

    /// Whether its rating is high enough.
    #[inline]
    fn is_liked(&mut self, taken: Taken<'_>) -> bool {
        taken.rating.is_none_or(|rating| self.ratings.keep(rating))
    }

    /// Whether a line with these ids, and what they are ids of, is left out and counted, as one of them is missing.
    ///
    /// # Errors
    /// The first that is missing, if such lines are not to be left out.
    #[inline]
    pub(super) fn leaves_out<const N: usize>(
        &mut self,
        ids: [(&[u8], &'static str); N],
    ) -> Result<bool, NetworkLineProblem> {
        match ids.into_iter().find(|(id, _)| is_missing(id)) {
            None => Ok(false),
            Some(_) if self.skip_missing => {
                self.n_missing += 1;
                Ok(true)
            }
            Some((id, what)) => Err(NetworkLineProblem::Missing { what, text: shown(id) }),
        }
    }

    /// What the missing ids did.
    pub(super) fn note_on_missing(&self) -> Option<String> {
        let lines = || counted(self.n_missing, "line or row without an id", "lines or rows without an id");
        (self.n_missing > 0).then(|| format!("{} (empty or `NaN`) left out", lines()))
    }

    /// As [`Raw::take`], of an interaction that [`Raw::leaves_out`] did not, and the ids are looked up later, by
    /// [`Raw::settle`].
    #[inline]
    pub(super) fn take_later(&mut self, pending: &mut Pending, taken: Taken<'_>, line: usize) {
        if !self.is_liked(taken) {
            return;
        }
        pending.users.push(taken.user, line);
        pending.items.push(taken.item, line);
        if self.keeps_times() {
            pending.times.extend(taken.time);
        }
    }

    /// Looks up what is pending, users and items side by side.
    ///
    /// # Errors
    /// The first line with an id that is no text, or beyond what fits.
    pub(super) fn settle(&mut self, part: Part, pending: &mut Pending) -> Result<(), NetworkLineError> {
        let Pending { users, items, times, nodes: [user_nodes, item_nodes] } = pending;
        let found = rayon::join(|| self.users.nodes_of(users, user_nodes), || self.items.nodes_of(items, item_nodes));
        match found {
            (Err(user), Err(item)) => return Err(if item.line < user.line { item } else { user }),
            (Err(error), _) | (_, Err(error)) => return Err(error),
            (Ok(()), Ok(())) => {}
        }
        self.pairs[part as usize].extend(user_nodes.iter().copied().zip(item_nodes.iter().copied()));
        users.clear();
        items.clear();
        times.drain(..).for_each(|time| self.keep_time(part, time));
        Ok(())
    }

    /// The time in a column of an interaction.
    #[inline]
    pub(super) fn time(&mut self, column: &[u8]) -> Result<f64, NetworkLineProblem> {
        let (time, clock) = time_of(column).ok_or_else(|| NetworkLineProblem::NotAMoment { found: shown(column) })?;
        self.clock.agree(clock).map(|()| time)
    }

    pub(super) fn n_pairs(&self) -> usize {
        self.pairs.iter().map(Vec::len).sum()
    }

    /// The end of a fact of this id: an item of the same id, unless links tell, or else an entity.
    pub(super) fn node(&mut self, id: &[u8], what: &'static str) -> Result<Node, NetworkLineProblem> {
        if is_missing(id) {
            return Err(NetworkLineProblem::Missing { what, text: shown(id) });
        }
        match self.items.find(id).filter(|_| !self.by_links) {
            Some(item) => Ok(Node::Item(item)),
            None => self.entities.node(id).map(Node::Entity),
        }
    }

    /// Whether an id is that of an item, or of one of the first entities.
    pub(super) fn knew(&self, id: &[u8], n_entities: usize) -> bool {
        let is_item = !self.by_links && self.items.find(id).is_some();
        is_item || self.entities.find(id).is_some_and(|entity| (entity as usize) < n_entities)
    }

    pub(super) fn relation(&mut self, id: &[u8]) -> Result<u32, NetworkLineProblem> {
        if id.is_empty() {
            return Err(NetworkLineProblem::Empty { what: "relation" });
        }
        Ok(self.relations.find_or_add(text(id)?))
    }

    /// Lets an entity stand for an item; false if it stands for another one already.
    pub(super) fn link(&mut self, item: u32, entity: &[u8]) -> Result<bool, NetworkLineProblem> {
        if entity.is_empty() {
            return Err(NetworkLineProblem::Empty { what: "entity" });
        }
        let entity = self.entities.node(entity)?;
        Ok(*self.item_of_entity.entry(entity).or_insert(item) == item)
    }
}
