//! Whether there is memory and disk enough, said before hours of work tell.

use std::path::Path;

use culet::model::{DataSize, ModelSpec};
use culet::runs::{CheckpointEvery, check_disk, check_memory};

use crate::context::Context;
use crate::problem::Problem;

/// Refuses a training that would take far more memory on data of this size than is free, and warns of one that may.
pub(super) fn check(
    context: &Context,
    spec: &'static ModelSpec,
    model: &toml::Table,
    training: &toml::Table,
    size: &DataSize,
) -> Result<(), Problem> {
    if let Some(note) = check_memory(spec, model, training, size)? {
        context.remark(&format!("note: {note}"));
    }
    Ok(())
}

/// The same for the disk, on which the run folder would lie with what is kept to go on from.
pub(super) fn check_place(
    context: &Context,
    spec: &'static ModelSpec,
    model: &toml::Table,
    size: &DataSize,
    (out, every): (&Path, CheckpointEvery),
) -> Result<(), Problem> {
    if let Some(note) = check_disk(spec, model, size, out, every)? {
        context.remark(&format!("note: {note}"));
    }
    Ok(())
}
