//! The kernels of a training step beside plain loops, on tables of the size of Last-FM's graph.
//!
//! Plain loops run on one thread, so each kernel runs on one as well as on all. Rates in bytes count what an operation
//! must read and write once per use (a row of `x` per edge); rates in elements count multiply-adds.

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use culet_kernels::{
    AdamSettings, BatchGradients, BatchVectors, Counter, Dropout, EdgeView, Edges, KeptEdges, LayerOutput, Lists,
    LowerLayer, Matrix, Moments, NO_SLOT, PairRows, RowGradient, RowSet, adam_step, interaction_mean, relational_mean,
    relational_mean_gradient, softmax_loss,
};
use std::hint::black_box;
use std::time::Duration;

const DIM: usize = 64;
const N_ROWS: usize = 106_389;
const N_EDGES: usize = 929_134;
const N_RELATIONS: usize = 18;
const ROW_BYTES: usize = 4 * DIM;

/// The words of a random sequence, one by one.
struct Draws(Counter, u64);

impl Draws {
    fn new(seed: u64) -> Self {
        Self(Counter::new(seed), 0)
    }

    fn unit(&mut self) -> f64 {
        self.1 += 1;
        (self.0.word(self.1) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A row by a power law: u^3 puts half of the draws on an eighth of the rows.
    fn row(&mut self, n_rows: usize) -> u32 {
        let rank = (self.unit().powi(3) * n_rows as f64) as u64;
        // Popular rows lie apart in the table; the factor has no divisor in common with the numbers of rows here.
        (rank * 1_000_003 % n_rows as u64) as u32
    }

    fn table(&mut self, n_rows: usize) -> Matrix {
        Matrix::from_values(n_rows, DIM, &(0..n_rows * DIM).map(|_| self.unit() as f32 - 0.5).collect::<Vec<_>>())
    }
}

/// Edges as parts, for the plain loops, and as kernels read them.
struct Sorted {
    starts: Vec<u32>,
    /// Other end, relation and place of each edge.
    edges: Vec<(u32, u32, u32)>,
}

impl Sorted {
    fn new(n_rows: usize, mut edges: Vec<(u32, u32, u32, u32)>) -> Self {
        edges.sort_unstable();
        let mut starts = vec![0; n_rows + 1];
        edges.iter().for_each(|&(row, ..)| starts[row as usize + 1] += 1);
        (0..n_rows).for_each(|row| starts[row + 1] += starts[row]);
        Self {
            starts,
            edges: edges.into_iter().map(|(_, column, relation, place)| (column, relation, place)).collect(),
        }
    }

    fn row(&self, row: usize) -> &[(u32, u32, u32)] {
        &self.edges[self.starts[row] as usize..self.starts[row + 1] as usize]
    }

    fn columns(&self) -> Vec<u32> {
        self.edges.iter().map(|edge| edge.0).collect()
    }

    fn to_edges(&self, places: bool) -> Edges {
        let relations: Vec<u32> = self.edges.iter().map(|edge| edge.1).collect();
        let places = places.then(|| self.edges.iter().map(|edge| edge.2).collect());
        Edges::new(self.starts.clone(), self.columns(), &relations, N_RELATIONS, places)
    }
}

/// Triples and their inverses, by head and by tail.
fn graph() -> (Sorted, Sorted) {
    let mut draws = Draws::new(1);
    let mut edges = Vec::with_capacity(N_EDGES);
    for _ in 0..N_EDGES / 2 {
        let (head, tail) = (draws.row(N_ROWS), draws.row(N_ROWS));
        let relation = (draws.unit() * 9.0) as u32;
        edges.extend([(head, tail, relation, 0), (tail, head, relation + 9, 0)]);
    }
    edges.sort_unstable();
    (0..).zip(&mut edges).for_each(|(place, edge)| edge.3 = place);
    let by_tail = edges.iter().map(|&(head, tail, relation, place)| (tail, head, relation, place)).collect();
    (Sorted::new(N_ROWS, edges), Sorted::new(N_ROWS, by_tail))
}

fn group<'a>(c: &'a mut Criterion, name: &str, rate: Throughput) -> BenchmarkGroup<'a, WallTime> {
    let mut group = c.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group.throughput(rate);
    group
}

/// A kernel on all threads and on one, then the plain loop.
fn compare(mut group: BenchmarkGroup<'_, WallTime>, mut kernel: impl FnMut() + Send, mut plain: impl FnMut()) {
    group.bench_function("all threads", |bench| bench.iter(&mut kernel));
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool of one thread");
    group.bench_function("one thread", |bench| alone.install(|| bench.iter(&mut kernel)));
    group.bench_function("plain loop", |bench| bench.iter(&mut plain));
    group.finish();
}

fn relational(c: &mut Criterion) {
    let (by_head, by_tail) = graph();
    let (head_edges, tail_edges) = (by_head.to_edges(false), by_tail.to_edges(true));
    let mut kept = KeptEdges::default();
    kept.draw(N_EDGES, Counter::new(2), 0.5);
    let n_kept = (0..N_EDGES).filter(|&place| kept.contains(place)).count();
    let mut draws = Draws::new(3);
    let (x, grad, relations) = (draws.table(N_ROWS), draws.table(N_ROWS), draws.table(N_RELATIONS));
    let rows = RowSet::all(N_ROWS);

    let (mut units, mut lengths, mut degrees) = (Matrix::zeros(N_ROWS, DIM), vec![0.0; N_ROWS], vec![0.0; N_ROWS]);
    let mean = || {
        let out = LayerOutput { units: &mut units, inverse_lengths: &mut lengths, inverse_degrees: &mut degrees };
        relational_mean(&rows, EdgeView::kept(&head_edges, &kept), &x, &relations, Dropout::none(), out);
    };
    let mut plain_units = vec![0.0; N_ROWS * DIM];
    let name = format!("relational mean, {N_ROWS} rows, half of {N_EDGES} edges x {DIM}");
    let bytes = |n_tables: usize| Throughput::Bytes(((n_kept + n_tables * N_ROWS) * ROW_BYTES) as u64);
    let plain = || plain_mean(&by_head, &kept, &x, &relations, &mut plain_units);
    compare(group(c, &name, bytes(1)), mean, plain);

    let (mut dx, mut de) = (Matrix::zeros(N_ROWS, DIM), Matrix::zeros(N_RELATIONS, DIM));
    let (nothing, slots) = (Matrix::zeros(0, DIM), vec![NO_SLOT; N_ROWS]);
    let gradient = || {
        let lower = LowerLayer { extra: RowGradient::Slots(&nothing, &slots), made_by: None };
        let view = EdgeView::kept(&tail_edges, &kept).to(&rows);
        relational_mean_gradient(&rows, view, &grad, &x, &relations, lower, &mut dx, &mut de);
    };
    let (mut plain_dx, mut plain_de) = (vec![0.0; N_ROWS * DIM], vec![0.0; N_RELATIONS * DIM]);
    let plain = || plain_gradient(&by_tail, &kept, &grad, &x, &relations, &mut plain_dx, &mut plain_de);
    compare(group(c, &name.replace("mean", "mean's gradient"), bytes(2)), gradient, plain);
}

fn plain_mean(edges: &Sorted, kept: &KeptEdges, x: &Matrix, relations: &Matrix, out: &mut [f32]) {
    for (row, y) in out.chunks_exact_mut(DIM).enumerate() {
        y.fill(0.0);
        let mut n = 0;
        for &(column, relation, place) in edges.row(row) {
            if kept.contains(place as usize) {
                n += 1;
                for ((y, e), x) in y.iter_mut().zip(relations.row(relation as usize)).zip(x.row(column as usize)) {
                    *y += e * x;
                }
            }
        }
        let length = y.iter().map(|y| y * y).sum::<f32>().sqrt();
        if n > 0 && length > 0.0 {
            y.iter_mut().for_each(|y| *y /= length);
        }
    }
}

fn plain_gradient(
    edges: &Sorted,
    kept: &KeptEdges,
    grad: &Matrix,
    x: &Matrix,
    relations: &Matrix,
    dx: &mut [f32],
    de: &mut [f32],
) {
    for (row, dx) in dx.chunks_exact_mut(DIM).enumerate() {
        dx.fill(0.0);
        let x = x.row(row);
        for &(column, relation, place) in edges.row(row) {
            if kept.contains(place as usize) {
                let (e, g) = (relations.row(relation as usize), grad.row(column as usize));
                let de = &mut de[relation as usize * DIM..][..DIM];
                for k in 0..DIM {
                    dx[k] += e[k] * g[k];
                    de[k] += x[k] * g[k];
                }
            }
        }
    }
}

fn interactions(c: &mut Criterion) {
    let (n_users, n_items, n_pairs) = (23_566, 48_123, 1_289_003);
    let mut draws = Draws::new(4);
    let pairs = (0..n_pairs).map(|_| (draws.row(n_users), draws.row(n_items), 0, 0)).collect();
    let lists = Sorted::new(n_users, pairs);
    let columns = lists.columns();
    let x = draws.table(n_items);
    let mut out = Matrix::zeros(n_users, DIM);
    let kernel = || interaction_mean(Lists { offsets: &lists.starts, columns: &columns }, &x, &mut out);
    let mut plain_out = vec![0.0; n_users * DIM];
    let plain = || {
        for (user, y) in plain_out.chunks_exact_mut(DIM).enumerate() {
            y.fill(0.0);
            let list = lists.row(user);
            for &(item, ..) in list {
                y.iter_mut().zip(x.row(item as usize)).for_each(|(y, x)| *y += x);
            }
            y.iter_mut().for_each(|y| *y /= list.len().max(1) as f32);
        }
    };
    let rate = Throughput::Bytes(((n_pairs + n_users) * ROW_BYTES) as u64);
    compare(group(c, &format!("interaction mean, {n_users} users, {n_pairs} pairs x {DIM}"), rate), kernel, plain);
}

fn adam(c: &mut Criterion) {
    let n_rows = 130_000;
    let mut draws = Draws::new(5);
    let (mut table, gradient) = (draws.table(n_rows), draws.table(n_rows));
    let mut moments = Moments::for_table(&table);
    let n = n_rows * DIM;
    let (mut p, g) = (table.to_values(), gradient.to_values());
    let (mut m, mut v) = (vec![0.0_f32; n], vec![0.0_f32; n]);
    let mut t = 0;
    let kernel = || {
        t += 1;
        adam_step(&mut table, RowGradient::All(&gradient), &mut moments, AdamSettings::new(1e-3), t);
    };
    let mut steps = 0;
    let plain = || {
        steps += 1;
        let (first, second) = (1.0 - 0.9_f32.powi(steps), 1.0 - 0.999_f32.powi(steps));
        for k in 0..n {
            m[k] = 0.9 * m[k] + 0.1 * g[k];
            v[k] = 0.999 * v[k] + 0.001 * g[k] * g[k];
            p[k] -= 1e-3 * (m[k] / first) / ((v[k] / second).sqrt() + 1e-8);
        }
    };
    // Table and moments are read and written, the gradient is read.
    compare(group(c, &format!("Adam, {n_rows} x {DIM}"), Throughput::Bytes((7 * 4 * n) as u64)), kernel, plain);
}

fn softmax(c: &mut Criterion) {
    let n: usize = 1024;
    let mut draws = Draws::new(6);
    let (users, items) = (draws.table(n), draws.table(2 * n));
    let (first, second): (Vec<u32>, Vec<u32>) = ((0..n as u32).collect(), (n as u32..2 * n as u32).collect());
    let rows = PairRows { users: &first, positives: &first, negatives: &second };
    let known = Lists { offsets: &vec![0; n + 1], columns: &[] };
    let vectors = BatchVectors { users: &users, items: &items };
    let mut gradients = BatchGradients::zeros(vectors);
    let kernel = || {
        gradients.reset(vectors);
        softmax_loss(vectors, rows, known, 0.1, &mut gradients);
    };
    let mut plain_gradients = (vec![0.0; n * DIM], vec![0.0; 2 * n * DIM]);
    let plain = || {
        let (d_users, d_items) = (&mut plain_gradients.0, &mut plain_gradients.1);
        black_box(plain_softmax(&users, &items, 0.1, d_users, d_items));
    };
    // Three products: the cosines and the two gradients.
    let rate = Throughput::Elements((3 * n * n * DIM) as u64);
    compare(group(c, &format!("softmax loss, {n} pairs x {n} negatives x {DIM}"), rate), kernel, plain);
}

/// User k with item k against the second half of the items; gradients of the unit rows, which is all but a sliver.
fn plain_softmax(users: &Matrix, items: &Matrix, temperature: f32, d_users: &mut [f32], d_items: &mut [f32]) -> f32 {
    let unit = |row: &[f32]| -> Vec<f32> {
        let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
        row.iter().map(|x| x / length).collect()
    };
    let n = users.n_rows();
    let [users, items] = [users, items].map(|t| (0..t.n_rows()).map(|row| unit(t.row(row))).collect::<Vec<_>>());
    d_users.fill(0.0);
    d_items.fill(0.0);
    let mut loss = 0.0;
    for (k, user) in users.iter().enumerate() {
        let candidates: Vec<usize> = std::iter::once(k).chain(n..2 * n).collect();
        let cosine = |&item: &usize| user.iter().zip(&items[item]).map(|(a, b)| a * b).sum::<f32>();
        let logits: Vec<f32> = candidates.iter().map(|item| cosine(item) / temperature).collect();
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = logits.iter().map(|logit| (logit - largest).exp()).sum();
        loss += (largest + sum.ln() - logits[0]) / n as f32;
        for (place, (&item, logit)) in candidates.iter().zip(&logits).enumerate() {
            let share = (logit - largest).exp() / sum - if place == 0 { 1.0 } else { 0.0 };
            let slope = share / (temperature * n as f32);
            let (d_user, d_item) = (&mut d_users[k * DIM..][..DIM], &mut d_items[item * DIM..][..DIM]);
            for d in 0..DIM {
                d_user[d] += slope * items[item][d];
                d_item[d] += slope * user[d];
            }
        }
    }
    loss
}

criterion_group!(benches, relational, interactions, adam, softmax);
criterion_main!(benches);
