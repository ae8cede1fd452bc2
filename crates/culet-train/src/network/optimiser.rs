//! The optimisers' state over the tables of a skip-gram model.

use culet_kernels::{AdamSettings, Matrix, Moments, PlacesByRow, RowGradient, adagrad_step, adam_step};
use culet_model::{NetworkGradient, SkipGramModel};

/// AdaGrad by row where gradients come by place, Adam where they are dense.
#[derive(Default)]
pub(super) struct Optimiser {
    squares: [Vec<f32>; 2],
    moments: Vec<Moments>,
    n_steps: u64,
    places: PlacesByRow,
}

impl Optimiser {
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

/// A copy of a model's parameters.
pub(super) struct Snapshot([Matrix; 2]);

impl Snapshot {
    pub(super) fn of(model: &SkipGramModel) -> Self {
        Self(model.tables().map(Clone::clone))
    }

    pub(super) fn restore(self, model: &mut SkipGramModel) {
        for (table, copy) in model.tables_mut().into_iter().zip(self.0) {
            *table = copy;
        }
    }
}
