//! Whether there is memory enough, before hours of work tell.

use culet::data::{Dataset, thousands};
use culet::model::ModelSpec;

use crate::problem::Problem;

/// Refuses a model that would take more memory on these data than is free, where the model and the system tell.
pub(super) fn check(spec: &ModelSpec, dataset: &Dataset) -> Result<(), Problem> {
    let (n_items, n_users) = (dataset.train.n_items(), dataset.train.n_users());
    match (spec.bytes, free_bytes()) {
        (Some(bytes), Some(free)) => compare(spec.name, n_items, bytes(n_items, n_users), free),
        _ => Ok(()),
    }
}

fn compare(name: &str, n_items: usize, needed: u64, free: u64) -> Result<(), Problem> {
    if needed <= free {
        return Ok(());
    }
    let [needed, free] = [needed, free].map(|bytes| format!("{:.1} GB", bytes as f64 / 1e9));
    let items = thousands(n_items as u64);
    Err(Problem::input(format!("`{name}` needs about {needed} of memory for {items} items, and {free} are free"))
        .hint("free some, drop rare items (`culet data split --k-core 5`), or take a model that needs less, such as `ease-sparse`"))
}

/// What can be had without swapping; `None` where the system does not tell.
fn free_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_large_a_model_is_refused_with_the_estimate() {
        assert!(compare("ease", 1000, 5, 5).is_ok());
        let told = compare("ease", 100_000, 80_500_000_000, 16_200_000_000).unwrap_err().to_string();
        assert!(
            told.contains("`ease` needs about 80.5 GB of memory for 100,000 items, and 16.2 GB are free"),
            "{told}"
        );
        assert!(free_bytes().is_none_or(|free| free > 1 << 20));
    }
}
