//! Scoring with a running top-k, and the dense products, beside plain loops. Rates are numbers of operations a second.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use culet_kernels::{Matrix, View, ViewMut, add_product_ab, add_product_atb, product_abt, top_k_by_product};

const DIM: usize = 64;

fn table(n_rows: usize, seed: u64) -> Matrix {
    let counter = culet_kernels::Counter::new(seed);
    let uniform = |k: usize| counter.sixteen_bits(k as u64) as f32 / 65_536.0 - 0.5;
    Matrix::from_values(
        n_rows,
        DIM,
        &(0..n_rows * DIM).map(|k| uniform(3 * k) + uniform(3 * k + 1)).collect::<Vec<_>>(),
    )
}

fn operations(m: usize, n: usize) -> Throughput {
    Throughput::Elements((2 * m * n * DIM) as u64)
}

/// The textbook: all scores of a user, then a partial sort.
fn plain_top_k(users: &Matrix, items: &Matrix, k: usize) -> Vec<Vec<(f32, u32)>> {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let best = |user| {
        let score = |item| (dot(users.row(user), items.row(item)), item as u32);
        let mut scores: Vec<_> = (0..items.n_rows()).map(score).collect();
        scores.select_nth_unstable_by(k, |a, b| b.0.total_cmp(&a.0));
        scores.truncate(k);
        scores
    };
    (0..users.n_rows()).map(best).collect()
}

fn top_k(c: &mut Criterion) {
    let (users, items) = (table(1024, 1), table(48_000, 2));
    let rows: Vec<u32> = (0..1024).collect();
    let mut group = c.benchmark_group("top_k, 1,024 users x 48,000 items x 64");
    group.sample_size(10).throughput(operations(1024, 48_000));
    for k in [1, 20, 100] {
        let mut out = vec![Vec::new(); rows.len()];
        group.bench_function(format!("k = {k}"), |bench| {
            bench.iter(|| top_k_by_product(&users, &rows, &items, &|_| &[], k, &mut out));
        });
    }
    let few = table(32, 1);
    group.throughput(operations(32, 48_000));
    group.bench_function("plain loops, 32 users, k = 100", |bench| bench.iter(|| plain_top_k(&few, &items, 100)));
    group.finish();
}

fn products(c: &mut Criterion) {
    let n = 1024;
    let (a, b) = (table(n, 1), table(n, 2));
    let mut scores = vec![0.0; n * n];
    let mut sums = Matrix::zeros(n, DIM);
    let mut group = c.benchmark_group("products, 1,024 x 1,024 x 64");
    group.throughput(operations(n, n));
    group.bench_function("a b^T", |bench| {
        bench.iter(|| product_abt((&a).into(), (&b).into(), ViewMut::new(&mut scores, n, n, n)));
    });
    group.bench_function("a b", |bench| {
        bench.iter(|| add_product_ab(View::new(&scores, n, n, n), (&b).into(), (&mut sums).into()));
    });
    group.bench_function("a^T b", |bench| {
        bench.iter(|| add_product_atb(View::new(&scores, n, n, n), (&b).into(), (&mut sums).into()));
    });
    group.finish();
}

criterion_group!(benches, top_k, products);
criterion_main!(benches);
