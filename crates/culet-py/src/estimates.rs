//! What the models would take on some data.

use culet::ThreadPool;
use culet::model::{DataSize, Family};
use culet::train::{Speed, estimates as of_models};
use serde_json::{Value, json};

/// Times and memory of each model of a family, by a measurement of the machine.
pub(crate) fn estimates(family: Family, size: &DataSize, pool: &ThreadPool) -> Value {
    let speed = pool.install(Speed::measure);
    let models = pool.install(|| of_models(family, size, speed));
    json!({ "threads": pool.current_num_threads(), "speed": speed, "models": models })
}
