//! What learning vectors takes.

use crate::cost::{Cost, DataSize, Work, adam, histories_of_step, loss, number, row, word};

/// What an epoch of a model of this family takes.
pub(crate) fn cost(settings: &toml::Table, batch: f64, size: &DataSize) -> Cost {
    let dim = number(settings, "dim");
    let is_on = |name: &str| settings.get(name).and_then(toml::Value::as_bool) == Some(true);
    let layers = settings.get("layers").map_or(0.0, |_| number(settings, "layers"));
    let is_softmax = settings.contains_key("negatives") && word(settings, "loss") != "bpr";
    let facts = if is_on("facts") { size.entities } else { 0.0 };
    let table = (size.users + size.items + facts) * row(dim);
    // Each layer reads a row for each pair and side, forward and backward, and passes over the tables; from a cache rows
    // come four times as fast. The factors are measured.
    let rows = if table < 4e6 { 1.75 } else { 7.0 };
    let layer = Work::gathered(rows * size.pairs * row(dim) + 20.0 * table);
    let facts = Work::gathered(if is_on("facts") { 2.0 * size.triplets * row(dim) } else { 0.0 });
    let history = if is_on("history") { 2.0 * histories_of_step(size, batch) * row(dim) } else { 0.0 };
    let step = adam(table).and(layer.times(layers)).and(facts).and(Work::gathered(history));
    let pair = loss(dim, if is_softmax { number(settings, "negatives") } else { 0.0 });
    // Numbers, two moments, the best so far, what is scored by; each layer keeps three more.
    let tables = 5.0 + if layers > 0.0 { 4.0 } else { 0.0 };
    let bytes = tables * table + 6.0 * batch * row(dim) + 24.0 * size.pairs;
    Cost::by_steps(step, pair, batch, size, bytes)
}
