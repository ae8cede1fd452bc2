//! The optimisers' state over the tables of a skip-gram model.

use std::borrow::Cow;

use culet_kernels::{AdamSettings, Matrix, Moments, PlacesByRow, RowGradient, adagrad_step, adam_step};
use culet_model::{NetworkGradient, SkipGramModel};

use crate::state::row_of;
use crate::{StoredState, TrainError};

/// The names of the tables of a skip-gram model.
pub(super) const TABLES: [&str; 2] = ["centres", "contexts"];

/// AdaGrad by row where gradients come by place, Adam where they are dense.
#[derive(Default)]
pub(super) struct Optimiser {
    squares: [Vec<f32>; 2],
    moments: Vec<Moments>,
    n_steps: u64,
    places: PlacesByRow,
}

impl Optimiser {
    /// As it was kept, for the tables of a model.
    pub(super) fn kept(model: &SkipGramModel, state: &StoredState) -> Result<Self, TrainError> {
        let mut own = Self { n_steps: state.progress.n_updates, ..Self::default() };
        for (k, (name, table)) in TABLES.into_iter().zip(model.tables()).enumerate() {
            let (squares, moments) =
                (format!("squares.{name}"), ["first", "second"].map(|kind| format!("{kind}.{name}")));
            if let Some(kept) = state.tables.get(&squares) {
                own.squares[k] = kept.to_values();
            }
            if state.tables.contains_key(&moments[0]) {
                let [first, second] = moments.map(|name| state.table_like(&name, table).cloned());
                own.moments.push(Moments::from_tables([first?, second?]));
            }
        }
        Ok(own)
    }

    /// All that it goes on from, by name.
    pub(super) fn tables(&self) -> Vec<(String, Cow<'_, Matrix>)> {
        let mut tables = Vec::new();
        for (k, name) in TABLES.into_iter().enumerate() {
            if !self.squares[k].is_empty() {
                tables.push((format!("squares.{name}"), Cow::Owned(row_of(&self.squares[k]))));
            }
            for (kind, table) in
                self.moments.get(k).into_iter().flat_map(|own| ["first", "second"].into_iter().zip(own.tables()))
            {
                tables.push((format!("{kind}.{name}"), Cow::Borrowed(table)));
            }
        }
        tables
    }

    /// Steps made.
    pub(super) fn n_steps(&self) -> u64 {
        self.n_steps
    }

    /// Moves the parameters against the gradient that the model keeps.
    pub(super) fn step(&mut self, model: &mut SkipGramModel, learning_rate: f64) {
        self.n_steps += 1;
        let (squares, moments, places, t) = (&mut self.squares, &mut self.moments, &mut self.places, self.n_steps);
        model.visit_gradients(&mut |k, table: &mut Matrix, gradient| match gradient {
            NetworkGradient::ByPlace { rows, places: read, scale, lanes } => {
                let n_rows = table.n_rows();
                squares[k].resize(n_rows * lanes, 0.0);
                let places = places.group(n_rows, read);
                adagrad_step(table, places, rows, scale, learning_rate as f32, lanes, &mut squares[k]);
            }
            NetworkGradient::All(all) => {
                if moments.len() == k {
                    moments.push(Moments::for_table(table));
                }
                adam_step(table, RowGradient::All(all), &mut moments[k], AdamSettings::new(learning_rate), t);
            }
        });
    }
}

/// Tables of a model as they lie in memory, by name under a prefix.
pub(super) fn named<'a>(prefix: &str, tables: [&'a Matrix; 2]) -> Vec<(String, Cow<'a, Matrix>)> {
    TABLES.into_iter().zip(tables).map(|(name, table)| (format!("{prefix}.{name}"), Cow::Borrowed(table))).collect()
}

/// A copy of a model's parameters.
pub(super) struct Snapshot([Matrix; 2]);

impl Snapshot {
    pub(super) fn of(model: &SkipGramModel) -> Self {
        Self(model.tables().map(Clone::clone))
    }

    /// Tables that were kept under this prefix.
    pub(super) fn kept(prefix: &str, model: &SkipGramModel, state: &StoredState) -> Result<Self, TrainError> {
        let kept = |k: usize| state.table_like(&format!("{prefix}.{}", TABLES[k]), model.tables()[k]).cloned();
        Ok(Self([kept(0)?, kept(1)?]))
    }

    /// The tables under this prefix.
    pub(super) fn tables(&self, prefix: &str) -> Vec<(String, Cow<'_, Matrix>)> {
        named(prefix, [&self.0[0], &self.0[1]])
    }

    pub(super) fn restore(self, model: &mut SkipGramModel) {
        for (table, copy) in model.tables_mut().into_iter().zip(self.0) {
            *table = copy;
        }
    }
}
