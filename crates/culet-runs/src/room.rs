//! Whether there is memory and disk enough, before hours of work tell.

use std::path::Path;

use culet_data::size_in_words;
use culet_model::{Build, DataSize, ModelSpec};
use culet_train::{bytes_beside_data, disk_bytes};

use crate::RunsError;
use crate::checkpoint::CheckpointEvery;
use crate::disk::free_on_disk_of;
use crate::memory::free_bytes;

/// Estimates were up to so many times what was needed: what exceeds the free room by less may fit.
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

/// Refuses a training whose run folder, with what it keeps to go on from, would take far more than is free on the disk of
/// that place, and returns a note about one that may, where the system tells. Of settings that are not given the defaults
/// are taken.
///
/// # Errors
/// [`RunsError::TooLargeForDisk`]; [`RunsError::Model`] for settings that do not fit.
pub fn check_disk(
    spec: &'static ModelSpec,
    model: &toml::Table,
    size: &DataSize,
    out: &Path,
    every: CheckpointEvery,
) -> Result<Option<String>, RunsError> {
    let Some(free) = free_on_disk_of(out) else { return Ok(None) };
    let needed = disk_bytes(spec, model, size)?;
    let keeps = every != CheckpointEvery::Never && !matches!(spec.build, Build::Closed(_));
    let states = if keeps { needed.states } else { 0.0 };
    compare_with_disk(out, (needed.run as u64, states as u64), free)
}

/// A note where it is not sure that the disk suffices.
fn compare_with_disk(out: &Path, (run, states): (u64, u64), free_bytes: u64) -> Result<Option<String>, RunsError> {
    let needed_bytes = run + states;
    if needed_bytes <= free_bytes {
        return Ok(None);
    }
    if needed_bytes as f64 / free_bytes as f64 <= DOUBT {
        return Ok(Some(format!("{}: it may not suffice", needs_disk(out, needed_bytes, free_bytes))));
    }
    let without_checkpoints_bytes = (states > 0).then_some(run);
    Err(RunsError::TooLargeForDisk { path: out.to_owned(), needed_bytes, free_bytes, without_checkpoints_bytes })
}

pub(crate) fn needs_disk(out: &Path, needed_bytes: u64, free_bytes: u64) -> String {
    let [needed, free] = [needed_bytes, free_bytes].map(size_in_words);
    format!("`{}` needs about {needed} of disk, and {free} are free there", out.display())
}

/// What takes less of it.
pub(crate) fn way_out_of_disk(without_checkpoints_bytes: Option<u64>) -> String {
    let way = "free some, or choose a folder on another disk";
    match without_checkpoints_bytes {
        Some(bytes) => format!("{way}; without checkpoints (`--checkpoint-every 0`) it is {}", size_in_words(bytes)),
        None => way.to_owned(),
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

    #[test]
    fn too_large_a_folder_is_refused_with_the_estimate() {
        let out = Path::new("disk/run");
        assert!(matches!(compare_with_disk(out, (2, 3), 5), Ok(None)));
        let error = compare_with_disk(out, (300_000_000, 2_900_000_000), 1_100_000_000).unwrap_err();
        assert_eq!(error.to_string(), "`disk/run` needs about 3.2 GB of disk, and 1.1 GB are free there");
        let hint = error.hint().unwrap();
        assert!(hint.ends_with("without checkpoints (`--checkpoint-every 0`) it is 300.0 MB"), "{hint}");
        let noted = compare_with_disk(out, (7, 0), 5).unwrap().unwrap();
        assert!(noted.ends_with("may not suffice"), "{noted}");
        let kept_at_once = compare_with_disk(out, (700, 0), 5).unwrap_err();
        assert!(!kept_at_once.hint().unwrap().contains("checkpoint"));
        assert!(compare_with_disk(out, (7, 0), 0).is_err(), "a disk that is full");
    }
}
