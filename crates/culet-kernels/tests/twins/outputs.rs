//! What every parallel kernel makes from the same input, to be compared across threads and instruction sets.

use culet_kernels::{
    AdamSettings, BatchGradients, BatchVectors, Counter, EdgeView, GateGradient, GateOutput, KeptEdges, LowerLayer,
    MadeBy, Matrix, Moments, NO_SLOT, RowGradient, RowSet, View, ViewMut, adam_step, add_product_ab, add_product_atb,
    intent_gate, intent_gate_gradient, interaction_mean, mark_columns, pairwise_loss, product_abt,
    relational_mean_gradient, relational_normalise_gradient, softmax_loss, squared_length_penalty, sum_listed,
    top_k_by_product,
};

use crate::gate::Given;
use crate::graph::Graph;
use crate::losses::Pairs;
use crate::relational::layer;
use crate::segment::Listed;
use crate::table::{Mask, Spread, filled, row_set, table};

/// Numbers that a kernel made, by rows of a width.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Output {
    pub(crate) name: &'static str,
    pub(crate) width: usize,
    pub(crate) values: Vec<f32>,
}

/// Neither a multiple of the padding nor of a register.
const DIM: usize = 37;

const NORMAL: Spread = Spread::Signed(1.0);

#[derive(Default)]
struct Outputs(Vec<Output>);

impl Outputs {
    fn push(&mut self, name: &'static str, table: &Matrix) {
        self.0.push(Output { name, width: table.dim(), values: table.to_values() });
    }

    fn push_row(&mut self, name: &'static str, values: Vec<f32>) {
        self.0.push(Output { name, width: values.len(), values });
    }
}

pub(crate) fn outputs() -> Vec<Output> {
    let mut out = Outputs::default();
    edges_and_layers(&mut out);
    lists(&mut out);
    gate(&mut out);
    losses(&mut out);
    optimiser(&mut out);
    products(&mut out);
    out.0
}

fn edges_and_layers(out: &mut Outputs) {
    let n = 2000;
    let graph = Graph::awkward(n, 4000);
    let mut kept = KeptEdges::default();
    kept.draw(graph.triples.len(), Counter::new(5), 0.4);
    let bits = (0..graph.triples.len()).map(|place| f32::from(u8::from(kept.contains(place))));
    out.push_row("kept edges", bits.collect());

    let rows = row_set(n, |row| row % 4 != 2);
    let mut reached = RowSet::new(n);
    mark_columns(&rows, &graph.by_head, &kept, &reached);
    reached.collect();
    out.push_row("marked columns", reached.rows().iter().map(|&row| row as f32).collect());

    let (x, relations) = (table(n, DIM, NORMAL, 1), table(6, DIM, NORMAL, 2));
    let mask = Mask::new(0.2);
    let made = layer(&rows, EdgeView::kept(&graph.by_head, &kept), &x, &relations, mask);
    out.push("relational mean", &made.units);
    out.push_row("1 / length", made.inverse_lengths.clone());
    out.push_row("1 / edges", made.inverse_degrees.clone());

    let mut grad = table(n, DIM, NORMAL, 3);
    let (lengths, degrees) = (&made.inverse_lengths, &made.inverse_degrees);
    relational_normalise_gradient(&rows, &made.units, lengths, degrees, mask.dropout, &mut grad);
    out.push("gradient of the division by the length", &grad);

    let slots: Vec<u32> = (0..n as u32).map(|row| if row % 2 == 0 { row / 2 } else { NO_SLOT }).collect();
    let extra = table(n / 2, DIM, NORMAL, 4);
    let made_by = MadeBy { inverse_lengths: lengths, inverse_degrees: degrees, dropout: mask.dropout };
    let lower = LowerLayer { extra: RowGradient::Slots(&extra, &slots), made_by: Some(made_by) };
    let (mut dx, mut de) = (filled(n, DIM, 0.5), filled(6, DIM, 0.5));
    let by_tail = EdgeView::kept(&graph.by_tail, &kept).to(&rows);
    relational_mean_gradient(&rows, by_tail, &grad, &made.units, &relations, lower, &mut dx, &mut de);
    out.push("gradient of the layer below", &dx);
    out.push("gradient of relations", &de);
}

fn lists(out: &mut Outputs) {
    let (listed, x) = (Listed::awkward(1000, 300, 5_000), table(300, DIM, NORMAL, 1));
    let mut made = Matrix::zeros(1000, DIM);
    interaction_mean(listed.view(), &x, &mut made);
    out.push("interaction mean", &made);
    sum_listed(listed.view(), &x, &table(900, DIM, NORMAL, 2), &mut made);
    out.push("sum of listed rows", &made);
}

fn gate(out: &mut Outputs) {
    let (n, n_intents) = (1000, 5);
    let given = Given::new(n, DIM, n_intents, NORMAL, 1.0, 0.1);
    let mut made = GateOutput::zeros(n, DIM, n_intents);
    intent_gate(given.input(), &mut made);
    out.push("gate", &made.units);
    out.push("shares", &made.shares);
    let tables = || (filled(n, DIM, 0.5), filled(n_intents, DIM, 0.5));
    let ((mut means, mut intents), (mut users, mut latent)) = (tables(), tables());
    let gradient = GateGradient { means: &mut means, users: &mut users, intents: &mut intents, latent: &mut latent };
    intent_gate_gradient(given.input(), &made, &table(n, DIM, NORMAL, 9), &vec![0.5; n], gradient);
    for (name, table) in
        [("gate, means", means), ("gate, users", users), ("gate, intents", intents), ("gate, latent", latent)]
    {
        out.push(name, &table);
    }
}

fn losses(out: &mut Outputs) {
    let (users, items) = (table(200, DIM, NORMAL, 1), table(300, DIM, NORMAL, 2));
    let vectors = BatchVectors { users: &users, items: &items };
    let mut gradients = BatchGradients::zeros(vectors);
    let pairs = Pairs::drawn(1500, 1500, 200, 300);
    let mut losses = vec![pairwise_loss(vectors, pairs.rows(), &mut gradients)];
    losses.push(squared_length_penalty(0.1, &pairs.users, &users, &mut gradients.users));
    out.push("pairwise, users", &gradients.users);
    out.push("pairwise, items", &gradients.items);

    gradients.reset(vectors);
    let pairs = Pairs::drawn(1500, 130, 200, 300);
    let known = Listed::new((0..1500).map(|pair| if pair % 3 == 0 { vec![pair % 130] } else { Vec::new() }));
    losses.push(softmax_loss(vectors, pairs.rows(), known.view(), 0.2, &mut gradients));
    out.push("softmax, users", &gradients.users);
    out.push("softmax, items", &gradients.items);
    losses.into_iter().for_each(|loss| out.push_row("loss", vec![loss as f32]));
}

fn optimiser(out: &mut Outputs) {
    let mut parameters = table(2000, DIM, NORMAL, 1);
    let mut moments = Moments::for_table(&parameters);
    for t in 1..=3 {
        let gradient = table(2000, DIM, NORMAL, 1 + t);
        adam_step(&mut parameters, RowGradient::All(&gradient), &mut moments, AdamSettings::new(0.01), t);
    }
    out.push("Adam", &parameters);
}

fn products(out: &mut Outputs) {
    let (a, b) = (table(70, DIM, NORMAL, 1), table(50, DIM, NORMAL, 2));
    let mut scores = vec![0.0; 70 * 50];
    product_abt((&a).into(), (&b).into(), ViewMut::new(&mut scores, 70, 50, 50));
    let (mut ab, mut atb) = (filled(70, DIM, 0.5), filled(50, DIM, 0.5));
    add_product_ab(View::new(&scores, 70, 50, 50), (&b).into(), (&mut ab).into());
    add_product_atb(View::new(&scores, 70, 50, 50), (&a).into(), (&mut atb).into());
    out.push("a b^T", &Matrix::from_values(70, 50, &scores));
    out.push("a b", &ab);
    out.push("a^T b", &atb);

    let (users, items) = (table(70, DIM, NORMAL, 3), table(3000, DIM, NORMAL, 4));
    let mut best = vec![Vec::new(); 70];
    top_k_by_product(&users, &(0..70).collect::<Vec<_>>(), &items, &|_| &[], 20, &mut best);
    out.push_row("best scores", best.iter().flatten().map(|ranked| ranked.score).collect());
}
