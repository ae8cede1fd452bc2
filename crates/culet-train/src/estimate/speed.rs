//! How fast this machine does the two kinds of work that costs are told in.

use std::time::Instant;

use culet_graph::Csr;
use culet_kernels::{Lists, Matrix, View, ViewMut, interaction_mean, product_abt};
use culet_model::Work;

/// What a machine does in a second, on all the threads of a pool.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Speed {
    /// Multiply-adds of dense products.
    pub products: f64,
    /// Bytes of rows gathered from any place of a table that no cache holds.
    pub gathered: f64,
}

/// Numbers in a row.
const DIM: usize = 64;
/// Rows of a table of 32 MiB.
const N_ROWS: usize = 1 << 17;
/// Rows that are gathered, 16 to a list.
const N_GATHERED: usize = 1 << 19;
/// How long each kind of work is tried: until every thread has long found a core of its own. The best try counts, as
/// others may be disturbed.
const TRIED_S: f64 = 0.08;

impl Speed {
    /// Measures it, in the rayon pool of the caller: about a quarter of a second.
    #[must_use]
    pub fn measure() -> Self {
        Self { products: products(), gathered: gathered() }
    }

    /// The seconds that work takes.
    #[must_use]
    pub fn seconds(&self, work: Work) -> f64 {
        work.products / self.products + work.gathered / self.gathered
    }
}

fn best_seconds(mut run: impl FnMut()) -> f64 {
    let (begun, mut best) = (Instant::now(), f64::INFINITY);
    while begun.elapsed().as_secs_f64() < TRIED_S {
        let start = Instant::now();
        run();
        best = start.elapsed().as_secs_f64().min(best);
    }
    best.max(1e-9)
}

fn products() -> f64 {
    const N: usize = 256;
    let table = vec![0.5; N * N];
    let view = View::new(&table, N, N, N);
    // Each thread its own, as a thread that waits for work would leave it to the others.
    let seconds = best_seconds(|| {
        rayon::broadcast(|_| {
            let mut out = vec![0.0_f32; N * N];
            product_abt(view, view, ViewMut::new(&mut out, N, N, N));
            std::hint::black_box(&out);
        });
    });
    (rayon::current_num_threads() * N * N * N) as f64 / seconds
}

fn gathered() -> f64 {
    let table = Matrix::zeros(N_ROWS, DIM);
    // A walk over the rows by a step that is no divisor of their number meets each of them in no order.
    let columns: Vec<u32> = (0..N_GATHERED).map(|k| (k.wrapping_mul(40_503) % N_ROWS) as u32).collect();
    let offsets: Vec<u32> = (0..=N_GATHERED as u32 / 16).map(|list| 16 * list).collect();
    let lists = Csr::from_parts(offsets, columns);
    let mut out = Matrix::zeros(lists.n_rows(), DIM);
    let seconds = best_seconds(|| {
        interaction_mean(Lists { offsets: lists.offsets(), columns: lists.columns() }, &table, &mut out);
        std::hint::black_box(&out);
    });
    (N_GATHERED * DIM * 4) as f64 / seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_does_something_in_a_second() {
        let speed = Speed::measure();
        // A pocket calculator below, all machines of today above.
        assert!((1e6..1e15).contains(&speed.products) && (1e6..1e14).contains(&speed.gathered), "{speed:?}");
        let known = Speed { products: 2.0, gathered: 5.0 };
        assert_eq!(known.seconds(Work { products: 6.0, gathered: 10.0 }), 5.0);
    }
}
