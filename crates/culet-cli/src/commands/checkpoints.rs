//! `--checkpoint-every`: how often a training keeps its state. `--init`: what it starts from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, value_parser};
use culet::data::thousands;
use culet::kernels::Matrix;
use culet::runs::{CheckpointEvery, Known, RunsError, WarmStart};

use crate::context::Context;
use crate::problem::Problem;

/// --checkpoint-every
pub(super) fn argument() -> Arg {
    Arg::new("checkpoint-every").long("checkpoint-every").value_name("WHEN").value_parser(parse).help(
        "minutes between checkpoints, or `5epochs`; 0: none, and no `culet resume` [default: as often as costs 1 % of \
             the time]",
    )
}

/// --init
pub(super) fn init_argument() -> Arg {
    Arg::new("init").long("init").value_name("RUN").value_parser(value_parser!(PathBuf)).help(
        "start from the parameters of another run of this model: what it knows by the same id keeps its vector, what is \
         new starts at random",
    )
}

/// The parameters to start from; none are given unless `--init` is. Tells how much of the data the other run knows.
pub(super) fn start(
    context: &Context,
    matches: &ArgMatches,
    start_from: impl FnOnce(&Path) -> Result<WarmStart, RunsError> + Send,
) -> Result<BTreeMap<String, Matrix>, Problem> {
    let Some(path) = matches.try_get_one::<PathBuf>("init").ok().flatten() else { return Ok(BTreeMap::new()) };
    let WarmStart { tables, known, seen } = context.pool.install(|| start_from(path))?;
    let part =
        |known: &Known| format!("{} of {} {}", thousands(known.n as u64), thousands(known.of as u64), known.what);
    let parts: Vec<String> = known.iter().map(part).collect();
    context.remark(&format!("starting from `{}`, which knows {}", path.display(), parts.join(", ")));
    if let Some(seen) = seen.filter(|seen| seen.n > 0) {
        context.remark(&format!(
            "note: it learned from {} of the {} {} that this training withholds to select by: their metrics flatter",
            thousands(seen.n as u64),
            thousands(seen.of as u64),
            seen.what
        ));
    }
    Ok(tables)
}

/// What was given, or else the default.
pub(super) fn every(matches: &ArgMatches) -> CheckpointEvery {
    // A model that is fitted at once has no such flag.
    matches.try_get_one("checkpoint-every").ok().flatten().copied().unwrap_or_default()
}

/// Says how an interrupted training goes on.
pub(super) fn tell_interrupted(context: &Context, run: &Path) {
    if run.join("checkpoint").is_dir() {
        context.remark(&format!("`culet resume {}` goes on", run.display()));
    }
}

fn parse(text: &str) -> Result<CheckpointEvery, String> {
    let expected = || "expected minutes, as in `10` or `0.5`, or epochs, as in `5epochs`".to_owned();
    if let Some(number) = text.strip_suffix("epochs").or(text.strip_suffix("epoch")) {
        return match number.trim().parse() {
            Ok(0) => Ok(CheckpointEvery::Never),
            Ok(n) => Ok(CheckpointEvery::Epochs(n)),
            Err(_) => Err(expected()),
        };
    }
    match text.parse::<f64>() {
        Ok(0.0) => Ok(CheckpointEvery::Never),
        Ok(minutes) if minutes > 0.0 && minutes.is_finite() => Ok(CheckpointEvery::Minutes(minutes)),
        _ => Err(expected()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_and_epochs_are_understood() {
        let expected = [
            ("10", CheckpointEvery::Minutes(10.0)),
            ("0.5", CheckpointEvery::Minutes(0.5)),
            ("0", CheckpointEvery::Never),
            ("5epochs", CheckpointEvery::Epochs(5)),
            ("1 epoch", CheckpointEvery::Epochs(1)),
            ("0epochs", CheckpointEvery::Never),
        ];
        expected.iter().for_each(|(text, every)| assert_eq!(parse(text).as_ref(), Ok(every), "{text}"));
        for wrong in ["", "-1", "nan", "inf", "often", "1.5epochs", "epochs"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
