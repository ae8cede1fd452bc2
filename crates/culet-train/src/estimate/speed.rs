//! How fast this machine does the two kinds of work that costs are told in.

use std::time::Instant;

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

/// So much a second as all threads together do of something of which `run` does `amount`; it is given a new number in
/// each try. Each thread measures itself, so that threads need not run side by side on a machine that does other things.
fn rate(amount: usize, run: impl Fn(usize) + Sync) -> f64 {
    let of_thread = |_: rayon::BroadcastContext<'_>| {
        let (begun, mut best) = (Instant::now(), f64::INFINITY);
        for k in 0.. {
            let start = Instant::now();
            run(k);
            best = start.elapsed().as_secs_f64().min(best);
            if begun.elapsed().as_secs_f64() > TRIED_S {
                break;
            }
        }
        amount as f64 / best.max(1e-9)
    };
    rayon::broadcast(of_thread).into_iter().sum()
}

fn products() -> f64 {
    const N: usize = 256;
    let table = vec![0.5; N * N];
    let view = View::new(&table, N, N, N);
    rate(N * N * N, |_| {
        let mut out = vec![0.0_f32; N * N];
        product_abt(view, view, ViewMut::new(&mut out, N, N, N));
        std::hint::black_box(&out);
    })
}

fn gathered() -> f64 {
    // So few lists are one task of the kernel, which stays on its thread.
    const LISTS: usize = 64;
    const OF_LIST: usize = 64;
    // Written once: pages of zeros would all be one.
    let mut table = Matrix::zeros(N_ROWS, DIM);
    table.as_mut_slice().fill(0.5);
    // A walk over the rows by a step that is no divisor of their number meets each of them in no order.
    let columns: Vec<u32> = (0..N_ROWS).map(|k| (k.wrapping_mul(40_503) % N_ROWS) as u32).collect();
    let offsets: Vec<u32> = (0..=LISTS).map(|list| (OF_LIST * list) as u32).collect();
    // The best of each thread are moments in which it had the memory to itself.
    const SHARED: f64 = 0.75;
    SHARED
        * rate(LISTS * OF_LIST * DIM * 4, |k| {
            let first = k * LISTS * OF_LIST % N_ROWS;
            let mut out = Matrix::zeros(LISTS, DIM);
            let lists = Lists { offsets: &offsets, columns: &columns[first..first + LISTS * OF_LIST] };
            interaction_mean(lists, &table, &mut out);
            std::hint::black_box(&out);
        })
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
