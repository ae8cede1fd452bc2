//! Numbers computed by an independent implementation; `fixtures/README.md` tells how.

use serde_json::Value;

/// The fixture file of this name (without `.json`).
///
/// # Panics
/// If there is no such fixture.
#[must_use]
pub fn fixture(name: &str) -> Value {
    let text = match name {
        "asp2vec_auc" => include_str!("../fixtures/asp2vec_auc.json"),
        "kgin_tiny" => include_str!("../fixtures/kgin_tiny.json"),
        "kgin_metrics" => include_str!("../fixtures/kgin_metrics.json"),
        "asp2vec_tiny" => include_str!("../fixtures/asp2vec_tiny.json"),
        _ => panic!("there is no fixture `{name}`"),
    };
    serde_json::from_str(text).expect("fixtures are JSON")
}

/// A list of numbers.
///
/// # Panics
/// If `value` is something else.
#[must_use]
pub fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// A list of rows of numbers, end to end.
///
/// # Panics
/// If `value` is something else.
#[must_use]
pub fn matrix(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list of rows").iter().flat_map(numbers).collect()
}
