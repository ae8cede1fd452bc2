//! Whether there is memory enough, before hours of work tell.

use culet_model::{DataSize, ModelSpec};
use culet_train::bytes_beside_data;

use crate::RunsError;
use crate::memory::free_bytes;

/// Estimates were up to so many times what was needed: what exceeds the free memory by less may fit.
const DOUBT: f64 = 2.0;

/// Refuses a training that would take far more memory on data of this size than is free, and returns a note about one
/// that may, where the system tells. Of settings that are not given the defaults are taken.
///
/// # Errors
/// [`RunsError::TooLarge`]; [`RunsError::Model`] for settings that do not fit.
pub fn check_memory(
    spec: &'static ModelSpec,
    model: &toml::Table,
    training: &toml::Table,
    size: &DataSize,
) -> Result<Option<String>, RunsError> {
    match free_bytes() {
        Some(free) => compare(spec.name, bytes_beside_data(spec, model, training, size)?, free),
        None => Ok(None),
    }
}

/// A note where it is not sure that the memory suffices.
fn compare(model: &'static str, needed_bytes: u64, free_bytes: u64) -> Result<Option<String>, RunsError> {
    if needed_bytes <= free_bytes {
        return Ok(None);
    }
    if needed_bytes as f64 / free_bytes as f64 <= DOUBT {
        return Ok(Some(format!("{}: it may not suffice", needs(model, needed_bytes, free_bytes))));
    }
    Err(RunsError::TooLarge { model, needed_bytes, free_bytes })
}

pub(crate) fn needs(model: &str, needed_bytes: u64, free_bytes: u64) -> String {
    let [needed, free] = [needed_bytes, free_bytes].map(|bytes| format!("{:.1} GB", bytes as f64 / 1e9));
    format!("`{model}` needs about {needed} of memory beside these data, and {free} are free")
}

/// What takes less.
pub(crate) fn way_out(model: &str) -> &'static str {
    match model {
        "ease" => {
            "drop rare items (`culet data split --k-core 5`), or take a model that needs less, such as `ease-sparse`"
        }
        _ => "take fewer numbers in a vector (`--dim`), or a model that needs less: `culet data describe` tells",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_large_a_model_is_refused_with_the_estimate() {
        assert!(matches!(compare("ease", 5, 5), Ok(None)));
        let error = compare("ease", 80_500_000_000, 16_200_000_000).unwrap_err();
        let expected = "`ease` needs about 80.5 GB of memory beside these data, and 16.2 GB are free";
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().unwrap().starts_with("free some, drop rare items"), "{:?}", error.hint());
        let noted = compare("kgin", 20_000_000_000, 16_000_000_000).unwrap().unwrap();
        assert!(noted.starts_with("`kgin` needs about 20.0 GB") && noted.ends_with("may not suffice"), "{noted}");
        assert!(free_bytes().is_none_or(|free| free > 1 << 20));
    }
}
