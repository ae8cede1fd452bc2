//! Where the time of a KGIN training step goes, beside what the memory allows.
//!
//! ```text
//! cargo run --release --example step_time -- DATA|amazon-book|last-fm|alibaba-ifashion [threads] [steps]
//! ```
//! DATA is a folder in the layout of KGAT and KGIN; a name generates a graph with the counts of that data set. Prints one
//! JSON document: the whole step (median, least), each kernel of it by itself on the rows and edges of a real batch, and
//! the two rates that bound them, measured in the same run: rows of 256 bytes read in random order from a table of the
//! same size, and a copy of a large table.

use std::time::Instant;

use culet::data::{Dataset, Fingerprint, KgatOptions, SizedCounts, read_kgat, synthesise_sized};
use culet::graph::{Csr, Purpose, RelationalAdjacency, Stream, shared_negatives, uniform_negatives};
use culet::kernels::{
    AdamSettings, Dropout, EdgeView, Edges, Isa, KeptEdges, LayerOutput, Lists, LowerLayer, MadeBy, Matrix, Moments,
    RowGradient, RowSet, adam_step, interaction_mean, mark_columns, relational_mean, relational_mean_gradient,
};
use culet::model::{Draw, NegativeSampling, PairBatch, Problem, Start, find_model};
use rayon::prelude::*;
use serde_json::{Value, json};

const BATCH: usize = 1024;
const DIM: usize = 64;
const HOPS: usize = 3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().ok_or("name a folder, amazon-book, last-fm or alibaba-ifashion")?;
    let number = |k: usize, default| arguments.get(k).map_or(Ok(default), |text| text.parse::<usize>());
    let (threads, n_steps) = (number(1, 2)?, number(2, 100)?);
    let pool = culet::threads(threads)?;
    let start = Instant::now();
    let dataset = match name.as_str() {
        "amazon-book" => synthesise_sized(SizedCounts::AMAZON_BOOK, 1)?,
        "last-fm" => synthesise_sized(SizedCounts::LAST_FM, 1)?,
        "alibaba-ifashion" => synthesise_sized(SizedCounts::ALIBABA_IFASHION, 1)?,
        folder => read_kgat(folder.as_ref(), &KgatOptions::default())?,
    };
    let load = start.elapsed().as_secs_f64();
    let document = pool.install(|| -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Ok(json!({
            "data": name,
            "fingerprint": Fingerprint::of(&dataset),
            "isa": Isa::get().name(),
            "threads": threads,
            "load_or_generate_s": load,
            "step_ms": whole_steps(&dataset, n_steps)?,
            "parts": Parts::new(&dataset).measure(),
            "bounds": bounds(dataset.graph.n_entities()),
        }))
    });
    println!("{}", serde_json::to_string_pretty(&document.map_err(|error| error.to_string())?)?);
    Ok(())
}

fn batch(dataset: &Dataset, pairs: &[(u32, u32)], sampling: NegativeSampling, step: u64) -> PairBatch {
    let stream = Stream::new(1, Purpose::Shuffle, step);
    let draw = |k: u64| pairs[stream.below(k, pairs.len() as u64) as usize];
    let (users, positives): (Vec<u32>, Vec<u32>) = (0..BATCH as u64).map(draw).unzip();
    let stream = Stream::new(1, Purpose::Negatives, step);
    let negatives = match sampling {
        NegativeSampling::PerPair => uniform_negatives(&users, &dataset.train, stream).expect("nobody took everything"),
        NegativeSampling::Shared(n) => shared_negatives(dataset.train.n_items(), n, stream),
    };
    PairBatch { users, positives, negatives }
}

/// Steps as the training makes them: batch, loss and gradient, Adam.
fn whole_steps(dataset: &Dataset, n_steps: usize) -> Result<Value, culet::model::ModelError> {
    let problem = Problem { train: &dataset.train, graph: &dataset.graph };
    let mut model = find_model("kgin")?.build(&toml::Table::new(), problem, Start::Seed(1))?;
    let mut moments: Vec<Moments> = model.tables().iter().map(|(_, table)| Moments::for_table(table)).collect();
    let pairs: Vec<_> = dataset.train.pairs().collect();
    let mut times = Vec::new();
    for step in 0..n_steps as u64 {
        let start = Instant::now();
        let batch = batch(dataset, &pairs, model.sampling(), step);
        model.loss_and_gradient(&batch, Draw { seed: 1, step });
        model.visit_gradients(&mut |k, table, gradient| {
            adam_step(table, gradient, &mut moments[k], AdamSettings::new(1e-3), step + 1);
        });
        times.push(1e3 * start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok(json!({ "n": n_steps, "min": times[0], "median": times[n_steps / 2], "p90": times[n_steps * 9 / 10] }))
}

/// The tables and the field of one batch, so that each kernel can be run by itself.
struct Parts {
    by_head: Edges,
    by_tail: Edges,
    kept: KeptEdges,
    layers: Vec<RowSet>,
    items_of_slot: Csr,
    tables: Vec<Matrix>,
    relations: Matrix,
    lengths: Vec<f32>,
    degrees: Vec<f32>,
}

fn random_table(n_rows: usize, number: u64) -> Matrix {
    let stream = Stream::new(1, Purpose::Initialise, number);
    let values: Vec<f32> = (0..n_rows * DIM).map(|k| stream.uniform(k as u64) as f32 - 0.5).collect();
    Matrix::from_values(n_rows, DIM, &values)
}

impl Parts {
    fn new(dataset: &Dataset) -> Self {
        let (by_head, by_tail) = RelationalAdjacency::by_head_and_tail(&dataset.graph, true);
        let edges =
            |a: RelationalAdjacency, places| Edges::new(a.row_starts, a.columns, &a.relations, a.n_relations, places);
        let places = by_tail.twins.clone();
        let (by_head, by_tail) = (edges(by_head, None), edges(by_tail, Some(places)));
        let n = dataset.graph.n_entities();
        let mut kept = KeptEdges::default();
        kept.draw(by_head.n_edges(), Stream::new(1, Purpose::GraphEdges, 0).counter(), 0.5);

        let pairs: Vec<_> = dataset.train.pairs().collect();
        let batch = batch(dataset, &pairs, NegativeSampling::PerPair, 0);
        let coin = Dropout::new(Stream::new(1, Purpose::InteractionEdges, 0).counter(), 0.5);
        let by_user = dataset.train.by_user();
        let mut users = batch.users.clone();
        users.sort_unstable();
        users.dedup();
        let keeps = |(slot, &user): (usize, &u32)| {
            let places = by_user.range(user as usize).filter(|&place| coin.keeps(place as u64));
            places.map(move |place| (slot as u32, by_user.columns()[place])).collect::<Vec<_>>()
        };
        let kept_pairs: Vec<_> = users.iter().enumerate().flat_map(keeps).collect();
        let mut layers: Vec<RowSet> = Vec::new();
        for layer in (0..=HOPS).rev() {
            let mut rows = RowSet::new(n);
            batch.positives.iter().chain(&batch.negatives).for_each(|&item| rows.mark(item));
            if layer < HOPS {
                kept_pairs.iter().for_each(|&(_, item)| rows.mark(item));
                mark_columns(&layers[0], &by_head, &kept, &rows);
            }
            rows.collect();
            layers.insert(0, rows);
        }
        let n_relations = by_head.n_relations();
        Self {
            items_of_slot: Csr::from_pairs(users.len(), &kept_pairs).expect("a batch is small"),
            relations: random_table(n_relations, 9),
            tables: (0..4).map(|k| random_table(n, k)).collect(),
            lengths: vec![1.0; n],
            degrees: vec![0.2; n],
            by_head,
            by_tail,
            kept,
            layers,
        }
    }

    fn measure(mut self) -> Vec<Value> {
        let counter = Stream::new(1, Purpose::EntityMessages, 0).counter();
        let dropout = Dropout::new(counter, 0.1);
        let row_bytes = 4.0 * DIM as f64;
        let n_edges = self.by_head.n_edges();
        let mut parts =
            vec![part("draw the kept edges", n_edges as f64 / 8.0, || self.kept.draw(n_edges, counter, 0.5))];
        self.kept.draw(n_edges, Stream::new(1, Purpose::GraphEdges, 0).counter(), 0.5);
        let marks = RowSet::new(self.by_head.n_rows());
        parts.push(part("mark the rows that three layers read", 8.0 * n_edges as f64, || {
            (1..=HOPS).for_each(|layer| mark_columns(&self.layers[layer], &self.by_head, &self.kept, &marks));
        }));
        let mut gathered_edges = 0.0;
        for layer in 1..=HOPS {
            let edges = self.n_kept_edges(layer);
            gathered_edges += edges;
            let rows = self.layers[layer].len() as f64;
            let (x, rest) = self.tables.split_at_mut(1);
            parts.push(part(&format!("layer {layer} forward"), row_bytes * (edges + rows), || {
                let out = LayerOutput {
                    units: &mut rest[0],
                    inverse_lengths: &mut self.lengths,
                    inverse_degrees: &mut self.degrees,
                };
                let view = EdgeView::kept(&self.by_head, &self.kept);
                relational_mean(&self.layers[layer], view, &x[0], &self.relations, dropout, out);
            }));
        }
        let mut grad_relations = Matrix::zeros(self.relations.n_rows(), DIM);
        let nothing = RowSet::new(self.by_head.n_rows());
        for layer in (0..HOPS).rev() {
            let rows = self.layers[layer].len() as f64;
            let edges = self.n_kept_edges(layer + 1);
            let (read, written) = self.tables.split_at_mut(3);
            let made_by = MadeBy { inverse_lengths: &self.lengths, inverse_degrees: &self.degrees, dropout };
            parts.push(part(&format!("layer {} backward", layer + 1), row_bytes * (edges + 2.0 * rows), || {
                relational_mean_gradient(
                    &self.layers[layer],
                    EdgeView::kept(&self.by_tail, &self.kept).to(&self.layers[layer + 1]),
                    &read[0],
                    &read[1],
                    &self.relations,
                    LowerLayer {
                        extra: RowGradient::Listed(&read[2], &nothing),
                        made_by: (layer > 0).then_some(made_by),
                    },
                    &mut written[0],
                    &mut grad_relations,
                );
            }));
        }
        let lists = Lists { offsets: self.items_of_slot.offsets(), columns: self.items_of_slot.columns() };
        let mut means = Matrix::zeros(lists.len(), DIM);
        let bytes = HOPS as f64 * row_bytes * lists.columns.len() as f64;
        parts.push(part("means over the users' items, three layers", bytes, || {
            (0..HOPS).for_each(|_| interaction_mean(lists, &self.tables[0], &mut means));
        }));
        let mut moments = Moments::for_table(&self.tables[0]);
        let (table, gradient) = self.tables.split_at_mut(1);
        let bytes = 7.0 * row_bytes * table[0].n_rows() as f64;
        parts.push(part("Adam over the entities", bytes, || {
            let gradient = RowGradient::Listed(&gradient[0], &self.layers[0]);
            adam_step(&mut table[0], gradient, &mut moments, AdamSettings::new(1e-3), 1);
        }));
        parts.push(json!({ "part": "edges gathered, each way", "edges": gathered_edges }));
        parts
    }

    /// Kept edges of the rows of a layer, counted by what a mean divides by.
    fn n_kept_edges(&mut self, layer: usize) -> f64 {
        let (x, out) = self.tables.split_at_mut(1);
        let view = EdgeView::kept(&self.by_head, &self.kept);
        let output =
            LayerOutput { units: &mut out[0], inverse_lengths: &mut self.lengths, inverse_degrees: &mut self.degrees };
        relational_mean(&self.layers[layer], view, &x[0], &self.relations, Dropout::none(), output);
        let degree = |&row: &u32| {
            let inverse = f64::from(self.degrees[row as usize]);
            if inverse > 0.0 { (1.0 / inverse).round() } else { 0.0 }
        };
        self.layers[layer].rows().iter().map(degree).sum()
    }
}

/// Times a part: the median of 15.
fn part(name: &str, bytes: f64, mut work: impl FnMut()) -> Value {
    let mut time = || {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    let mut times: Vec<f64> = (0..15).map(|_| time()).collect();
    times.sort_by(f64::total_cmp);
    let median = times[7];
    json!({ "part": name, "ms": 1e3 * median, "megabytes": bytes / 1e6, "gigabytes_per_s": bytes / median / 1e9 })
}

/// What the memory gives: rows in random order from a table of this size, and a copy.
fn bounds(n_rows: usize) -> Value {
    let table = random_table(n_rows, 5);
    let stream = Stream::new(2, Purpose::Test, 0);
    let n_reads = 2_000_000;
    let columns: Vec<u32> = (0..n_reads).map(|k| stream.below(k, n_rows as u64) as u32).collect();
    let offsets: Vec<u32> = (0..=n_reads as u32 / 100).map(|k| 100 * k).collect();
    let mut sums = Matrix::zeros(offsets.len() - 1, DIM);
    let lists = Lists { offsets: &offsets, columns: &columns };
    let random = part("rows in random order", 4.0 * (DIM * columns.len()) as f64, || {
        interaction_mean(lists, &table, &mut sums);
    });
    let source = vec![1.0_f32; 64 << 20];
    let mut target = vec![0.0_f32; 64 << 20];
    let copy = part("copy of 256 MB, bytes read and written", 8.0 * source.len() as f64, || {
        let chunks = target.par_chunks_mut(1 << 20).zip(source.par_chunks(1 << 20));
        chunks.for_each(|(to, from)| to.copy_from_slice(from));
    });
    json!([random, copy])
}
