//! Adam's state over all tables of a model.

use culet_kernels::{AdamSettings, Matrix, Moments, adam_step};
use culet_model::PairModel;

use crate::{StoredState, TrainError};

/// Moments of each table and the number of steps made.
pub(crate) struct Adam {
    moments: Vec<Moments>,
    n_steps: u64,
}

impl Adam {
    pub(crate) fn new(model: &dyn PairModel) -> Self {
        Self { moments: model.tables().into_iter().map(|(_, table)| Moments::for_table(table)).collect(), n_steps: 0 }
    }

    /// As it was kept, for the tables of a model.
    pub(crate) fn kept(model: &dyn PairModel, state: &StoredState) -> Result<Self, TrainError> {
        let moments = model.tables().into_iter().map(|(name, table)| {
            let [first, second] = ["first", "second"].map(|kind| state.table_like(&format!("{kind}.{name}"), table));
            Ok(Moments::from_tables([first?.clone(), second?.clone()]))
        });
        Ok(Self { moments: moments.collect::<Result<_, TrainError>>()?, n_steps: state.progress.n_updates })
    }

    /// The moments of each table, in the order of the model's.
    pub(crate) fn moments(&self) -> &[Moments] {
        &self.moments
    }

    /// Steps made.
    pub(crate) fn n_steps(&self) -> u64 {
        self.n_steps
    }

    /// Moves the parameters against the gradient that the model keeps.
    pub(crate) fn step(&mut self, model: &mut dyn PairModel, learning_rate: f64) {
        self.n_steps += 1;
        let (settings, t) = (AdamSettings::new(learning_rate), self.n_steps);
        model.visit_gradients(&mut |k, table, gradient| adam_step(table, gradient, &mut self.moments[k], settings, t));
    }
}

/// A copy of a model's parameters.
pub(crate) struct Snapshot(Vec<Matrix>);

impl Snapshot {
    pub(crate) fn of(model: &dyn PairModel) -> Self {
        Self(model.tables().into_iter().map(|(_, table)| table.clone()).collect())
    }

    /// Tables that were kept under this prefix.
    pub(crate) fn kept(prefix: &str, model: &dyn PairModel, state: &StoredState) -> Result<Self, TrainError> {
        let tables = model.tables().into_iter();
        tables
            .map(|(name, table)| Ok(state.table_like(&format!("{prefix}.{name}"), table)?.clone()))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The tables, in the order of the model's.
    pub(crate) fn tables(&self) -> &[Matrix] {
        &self.0
    }

    /// Takes the copy anew, into the same memory.
    pub(crate) fn refresh(&mut self, model: &dyn PairModel) {
        for (copy, (_, table)) in self.0.iter_mut().zip(model.tables()) {
            copy.as_mut_slice().copy_from_slice(table.as_slice());
        }
    }

    pub(crate) fn restore(&self, model: &mut dyn PairModel) {
        model.visit_tables(&mut |k, table| table.as_mut_slice().copy_from_slice(self.0[k].as_slice()));
    }
}
