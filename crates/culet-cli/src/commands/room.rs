//! Whether there is memory enough, said before hours of work tell.

use culet::model::{DataSize, ModelSpec};
use culet::runs::check_memory;

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
