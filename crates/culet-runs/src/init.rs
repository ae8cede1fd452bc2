//! What a training starts from that starts from another run, or from a training that is not over: rows of what both know, by
//! external ids.

use std::collections::BTreeMap;
use std::path::Path;

use culet_graph::{Interactions, ItemId, Names, Network, UserId, withhold_validation};
use culet_kernels::Matrix;
use culet_model::{Problem, Start};
use culet_train::{LinkSets, NetworkTrainOptions, Select, TrainOptions, withheld};

use crate::origin::Origin;
use crate::{CatalogueFit, NetworkFit, RunsError};

/// Parameters to start from, with what was carried over into them.
#[derive(Debug, Clone)]
pub struct WarmStart {
    /// All parameters by name: rows of what the other run knows, and random ones of what is new.
    pub tables: BTreeMap<String, Matrix>,
    /// Of what how many were known there: `users`, `entities`, `relations` or `nodes`.
    pub known: Vec<Known>,
    /// Of what this training withholds to select by (pairs, or edges), how much the other run learned from: metrics on that
    /// flatter. Nothing where nothing is selected.
    pub seen: Option<Known>,
}

/// How many of something another run knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// `users`, say.
    pub what: &'static str,
    /// How many the other run knows.
    pub n: usize,
    /// How many there are.
    pub of: usize,
}

/// For each thing its number in the other run, if that knows it.
struct Matches {
    what: &'static str,
    of: Vec<Option<u32>>,
    n_other: usize,
}

impl Matches {
    fn new(what: &'static str, own: &Names, other: &Names) -> Self {
        let index = other.index();
        let of = (0..own.len()).map(|k| index.get(own.id(k)).copied()).collect();
        Self { what, of, n_other: other.len() }
    }

    fn known(&self) -> Known {
        Known { what: self.what, n: self.of.iter().flatten().count(), of: self.of.len() }
    }

    /// The first of them, of which the other run has so many.
    fn first(&self, n: usize, n_other: usize) -> Self {
        let of = self.of[..n].iter().map(|other| other.filter(|&k| (k as usize) < n_other)).collect();
        Self { what: self.what, of, n_other }
    }

    /// As rows of a table that holds all of them so many times over.
    fn times(&self, n: usize) -> Vec<Option<usize>> {
        let row = |(time, other): (usize, &Option<u32>)| other.map(|other| time * self.n_other + other as usize);
        (0..n).flat_map(|time| self.of.iter().map(move |other| (time, other))).map(row).collect()
    }
}

impl CatalogueFit<'_> {
    /// Parameters of another run of the same model for this training: users, items, entities and relations that both
    /// know, by their external ids, keep theirs, and what is new gets random ones, as in a training that starts afresh.
    /// Vectors of facts are kept where the graph is the same. Of a training that is not over they are those of the best epoch
    /// so far.
    ///
    /// # Errors
    /// [`RunsError::OtherModel`], [`RunsError::OtherShape`] if the run is of another model or its vectors have another
    /// length; [`RunsError::Data`] if it is no whole run of a catalogue.
    pub fn start_from(&self, path: &Path) -> Result<WarmStart, RunsError> {
        let origin = Origin::open(path, self.spec)?;
        let (other, own) = (origin.catalogue()?, self.dataset);
        let problem = Problem { train: &own.train, graph: &own.graph };
        let fresh = self.spec.build(&self.settings, problem, Start::Seed(self.seed))?;
        let users = Matches::new("users", &own.vocabulary.users, &other.vocabulary.users);
        let entities = Matches::new("entities", &own.vocabulary.entities, &other.vocabulary.entities);
        let relations = Matches::new("relations", &own.vocabulary.relations, &other.vocabulary.relations);
        let items = entities.first(own.train.n_items(), other.train.n_items());
        let items = Matches { what: "items", ..items };
        let same_graph = own.graph == other.graph && own.train.n_items() == other.train.n_items();
        let carry = Carry { origin: &origin, path };
        let mut tables = BTreeMap::new();
        for (name, table) in fresh.tables() {
            let carried = match name {
                "users" => carry.rows(name, table, &users)?,
                "items" => carry.rows(name, table, &items)?,
                "entities" => carry.rows(name, table, &entities)?,
                "relations" => carry.rows(name, table, &relations)?,
                "attention" => carry.columns(name, table, &relations)?,
                "facts" if !same_graph => table.clone(),
                _ => carry.whole(name, table)?,
            };
            tables.insert(name.to_owned(), carried);
        }
        let told = [&users, &items, &entities, &relations].map(Matches::known);
        let known = told.into_iter().filter(|known| known.of > 0).collect();
        Ok(WarmStart { tables, known, seen: self.seen_by(&other.train, &users, &items) })
    }

    /// Of the pairs that are withheld to select by, those that another run learned from.
    fn seen_by(&self, learned: &Interactions, users: &Matches, items: &Matches) -> Option<Known> {
        let TrainOptions { select, evaluate_every, validation_share, .. } = self.options;
        if select != Select::Validation || evaluate_every == 0 {
            return None;
        }
        let own = self.dataset;
        let valid = match own.valid.n_pairs() {
            0 => withhold_validation(&own.train, validation_share, self.seed).1,
            _ => own.valid.clone(),
        };
        let is_seen = |&(user, item): &(u32, u32)| {
            let pair = users.of[user as usize].zip(items.of[item as usize]);
            pair.is_some_and(|(user, item)| learned.contains(UserId(user), ItemId(item)))
        };
        Some(Known { what: "pairs", n: valid.pairs().filter(is_seen).count(), of: valid.n_pairs() })
    }
}

impl NetworkFit<'_> {
    /// Parameters of another run of the same model for this training: nodes that both know, by their external ids, keep
    /// theirs, and new ones get random ones, as in a training that starts afresh.
    ///
    /// # Errors
    /// As [`CatalogueFit::start_from`].
    pub fn start_from(&self, path: &Path) -> Result<WarmStart, RunsError> {
        let origin = Origin::open(path, self.spec)?;
        let nodes = Matches::new("nodes", &self.data.nodes, &origin.network()?.nodes);
        let fresh = self.spec.build_network(&self.settings, &self.data.network, Start::Seed(self.seed))?;
        let carry = Carry { origin: &origin, path };
        let carried = |(name, table): (&str, Matrix)| Ok((name.to_owned(), carry.rows(name, &table, &nodes)?));
        let tables = fresh.parameters().into_iter().map(carried).collect::<Result<_, RunsError>>()?;
        let seen = self.seen_by(&origin.network()?.network, &nodes)?;
        Ok(WarmStart { tables, known: vec![nodes.known()], seen })
    }

    /// Of the edges that are withheld to select by, those that another run learned from.
    fn seen_by(&self, learned: &Network, nodes: &Matches) -> Result<Option<Known>, RunsError> {
        let NetworkTrainOptions { select, evaluate_every, validation_share, .. } = self.options;
        if select != Select::Validation || evaluate_every == 0 {
            return Ok(None);
        }
        let given = LinkSets {
            valid: self.data.split.valid.clone(),
            valid_negatives: self.data.split.valid_negatives.clone(),
            ..LinkSets::default()
        };
        let valid = match given.valid.is_empty() {
            true => withheld(&self.data.network, &given, validation_share, self.seed)?.1.valid,
            false => given.valid,
        };
        let is_seen = |&&(source, target): &&(u32, u32)| {
            let pair = nodes.of[source as usize].zip(nodes.of[target as usize]);
            pair.is_some_and(|(source, target)| learned.has_edge(source, target))
        };
        Ok(Some(Known { what: "edges", n: valid.iter().filter(is_seen).count(), of: valid.len() }))
    }
}

/// Carries tables over.
struct Carry<'a> {
    origin: &'a Origin,
    path: &'a Path,
}

impl Carry<'_> {
    fn stored(&self, name: &str) -> Result<Matrix, RunsError> {
        self.origin.table(name)
    }

    fn other_shape(&self, name: &str, found: &Matrix, expected: &Matrix) -> RunsError {
        let [found, expected] = [found, expected].map(|table| (table.n_rows(), table.dim()));
        RunsError::OtherShape { path: self.path.to_owned(), table: name.to_owned(), found, expected }
    }

    /// A table of rows that belong to somebody; a relation, or a node as source and as target, may have two.
    fn rows(&self, name: &str, fresh: &Matrix, matches: &Matches) -> Result<Matrix, RunsError> {
        let stored = self.stored(name)?;
        let times = times(fresh.n_rows(), matches.of.len());
        if stored.dim() != fresh.dim() || stored.n_rows() != times * matches.n_other {
            return Err(self.other_shape(name, &stored, fresh));
        }
        let mut carried = fresh.clone();
        for (row, other) in matches.times(times).into_iter().enumerate() {
            if let Some(other) = other {
                carried.row_mut(row).copy_from_slice(stored.row(other));
            }
        }
        Ok(carried)
    }

    /// A table whose columns belong to somebody.
    fn columns(&self, name: &str, fresh: &Matrix, matches: &Matches) -> Result<Matrix, RunsError> {
        let stored = self.stored(name)?;
        let times = times(fresh.dim(), matches.of.len());
        if stored.n_rows() != fresh.n_rows() || stored.dim() != times * matches.n_other {
            return Err(self.other_shape(name, &stored, fresh));
        }
        let mut carried = fresh.clone();
        for (column, other) in matches.times(times).into_iter().enumerate() {
            for row in 0..fresh.n_rows() {
                if let Some(other) = other {
                    carried.row_mut(row)[column] = stored.row(row)[other];
                }
            }
        }
        Ok(carried)
    }

    /// A table that belongs to the model itself.
    fn whole(&self, name: &str, fresh: &Matrix) -> Result<Matrix, RunsError> {
        let stored = self.stored(name)?;
        if (stored.n_rows(), stored.dim()) != (fresh.n_rows(), fresh.dim()) {
            return Err(self.other_shape(name, &stored, fresh));
        }
        Ok(stored)
    }
}

/// How many rows each of them has.
fn times(n_rows: usize, n: usize) -> usize {
    n_rows.checked_div(n).unwrap_or(1)
}
