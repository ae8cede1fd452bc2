//! The rows that a batch reads, layer by layer: its exact receptive field.

use culet_graph::{Csr, Purpose, Stream};
use culet_kernels::{Dropout, KeptEdges, RowSet, mark_columns};

use super::{Config, Graph};
use crate::slots::Slots;
use crate::{Draw, PairBatch};

/// What a batch reads.
pub(super) struct Field {
    pub(super) users: Slots,
    pub(super) items: Slots,
    /// The batch in slots.
    pub(super) batch: PairBatch,
    /// For each user slot the kept items.
    pub(super) items_of_slot: Csr,
    /// The items whose vector is read directly: those of the batch, in their slots, then those of the users.
    pub(super) read_items: Slots,
    /// For each read item the user slots that keep it.
    pub(super) slots_of_item: Csr,
    /// For each layer 0..=hops the entities whose vector is read.
    pub(super) layers: Vec<RowSet>,
    /// The triplets that this step keeps, by head.
    pub(super) facts: KeptEdges,
}

impl Field {
    pub(super) fn new(config: &Config, graph: &Graph) -> Self {
        let empty = |n: usize| Csr::from_parts(vec![0; n + 1], Vec::new());
        Self {
            users: Slots::new(graph.n_users()),
            items: Slots::new(graph.n_items),
            batch: PairBatch::default(),
            items_of_slot: empty(0),
            read_items: Slots::new(graph.n_entities()),
            slots_of_item: empty(0),
            layers: (0..=config.hops).map(|_| RowSet::new(graph.n_entities())).collect(),
            facts: KeptEdges::default(),
        }
    }

    /// Finds the field of a batch from the last layer down, drawing the kept edges on the way.
    pub(super) fn find(&mut self, config: &Config, graph: &Graph, batch: &PairBatch, draw: Draw) {
        self.users.clear();
        self.items.clear();
        self.batch.users = self.users.assign(&batch.users);
        self.batch.positives = self.items.assign(&batch.positives);
        self.batch.negatives = self.items.assign(&batch.negatives);

        let counter = |purpose| Stream::new(draw.seed, purpose, draw.step).counter();
        self.keep_interactions(graph, Dropout::new(counter(Purpose::InteractionEdges), config.edge_dropout));
        self.facts.draw(graph.by_head.n_edges(), counter(Purpose::GraphEdges), config.edge_dropout);
        for layer in (0..=config.hops).rev() {
            let (lower, upper) = self.layers.split_at_mut(layer + 1);
            let rows = &mut lower[layer];
            // Where most rows are read, finding out which are not costs more than a zero gradient for these.
            if upper.first().is_some_and(|above| layer == 0 && 2 * above.len() > graph.n_entities()) {
                rows.fill();
                continue;
            }
            rows.clear();
            self.items.rows.iter().for_each(|&item| rows.mark(item));
            if let Some(above) = upper.first() {
                self.items_of_slot.columns().iter().for_each(|&item| rows.mark(item));
                mark_columns(above, &graph.by_head, &self.facts, rows);
            }
            rows.collect();
        }
    }

    fn keep_interactions(&mut self, graph: &Graph, dropout: Dropout) {
        let mut pairs = Vec::new();
        for (slot, &user) in self.users.rows.iter().enumerate() {
            for place in graph.items_of_user.range(user as usize) {
                if dropout.keeps(place as u64) {
                    pairs.push((slot as u32, graph.items_of_user.columns()[place]));
                }
            }
        }
        let fits = "interactions were counted in 32 bits";
        self.items_of_slot = Csr::from_pairs(self.users.rows.len(), &pairs).expect(fits);
        self.read_items.clear();
        self.read_items.assign(&self.items.rows);
        let read = self.read_items.assign(self.items_of_slot.columns());
        let by_item: Vec<_> = read.into_iter().zip(pairs.iter().map(|&(slot, _)| slot)).collect();
        self.slots_of_item = Csr::from_pairs(self.read_items.rows.len(), &by_item).expect(fits);
    }

    /// 1 / number of kept items of each user slot, 0 for none.
    pub(super) fn mean_scales(&self) -> Vec<f32> {
        let lengths = self.items_of_slot.offsets().windows(2).map(|w| w[1] - w[0]);
        lengths.map(|n| if n > 0 { 1.0 / n as f32 } else { 0.0 }).collect()
    }
}
