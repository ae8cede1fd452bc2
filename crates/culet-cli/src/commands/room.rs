//! Whether there is memory enough, before hours of work tell.

use culet::model::{DataSize, ModelSpec};
use culet::train::bytes_beside_data;

use crate::context::Context;
use crate::problem::Problem;

/// Estimates were up to so many times what was needed: what exceeds the free memory by less may fit.
const DOUBT: f64 = 2.0;

/// Refuses a training that would take far more memory on data of this size than is free, and warns of one that may,
/// where the system tells.
pub(super) fn check(
    context: &Context,
    spec: &ModelSpec,
    model: &toml::Table,
    training: &toml::Table,
    size: &DataSize,
) -> Result<(), Problem> {
    let Some(free) = free_bytes() else { return Ok(()) };
    if let Some(note) = compare(spec.name, bytes_beside_data(spec, model, training, size)?, free)? {
        context.remark(&note);
    }
    Ok(())
}

/// A note where it is not sure that the memory suffices.
fn compare(name: &str, needed: u64, free: u64) -> Result<Option<String>, Problem> {
    if needed <= free {
        return Ok(None);
    }
    let way_out = match name {
        "ease" => {
            "drop rare items (`culet data split --k-core 5`), or take a model that needs less, such as `ease-sparse`"
        }
        _ => "take fewer numbers in a vector (`--dim`), or a model that needs less: `culet data describe` tells",
    };
    let excess = needed as f64 / free as f64;
    let [needed, free] = [needed, free].map(|bytes| format!("{:.1} GB", bytes as f64 / 1e9));
    let message = format!("`{name}` needs about {needed} of memory beside these data, and {free} are free");
    if excess <= DOUBT {
        return Ok(Some(format!("note: {message}: it may not suffice")));
    }
    Err(Problem::input(message).hint(format!("free some, {way_out}")))
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
        assert!(matches!(compare("ease", 5, 5), Ok(None)));
        let told = compare("ease", 80_500_000_000, 16_200_000_000).unwrap_err().to_string();
        let expected = "`ease` needs about 80.5 GB of memory beside these data, and 16.2 GB are free";
        assert!(told.contains(expected), "{told}");
        let noted = compare("kgin", 20_000_000_000, 16_000_000_000).unwrap().unwrap();
        assert!(noted.starts_with("note: `kgin` needs about 20.0 GB") && noted.ends_with("may not suffice"), "{noted}");
        assert!(free_bytes().is_none_or(|free| free > 1 << 20));
    }
}
