//! A catalogue in another format.

use std::path::Path;

use clap::ArgMatches;
use culet::data::{CatalogueTarget, Fingerprint, read_with_spans, write_catalogue};
use serde_json::json;

use super::super::catalogue;
use super::place;
use crate::context::Context;
use crate::problem::Problem;

/// Endings of files, which no folder is meant to have.
const OF_FILES: [&str; 9] = ["parquet", "csv", "tsv", "txt", "inter", "json", "zip", "gz", "zst"];

pub(super) fn run(context: &Context, matches: &ArgMatches, out: &Path) -> Result<(), Problem> {
    let format = format(matches, out)?;
    place::check_folder(out)?;
    let (dataset, times) = context.pool.install(|| catalogue::read_by(matches, read_with_spans))?;
    dataset.notes.iter().for_each(|note| context.remark(&format!("note: {note}")));
    let mut lost = write_catalogue(out, &dataset, format)?;
    if times.spans.iter().any(Option::is_some) {
        lost.push("times (`culet data split` needs them from the files as they are)".to_owned());
    }
    if dataset.notes.iter().any(|note| note.starts_with("ratings go from") && note.contains("each counts")) {
        lost.push("ratings (`--min-rating` leaves out low ones before)".to_owned());
    }
    if !lost.is_empty() {
        context.remark(&format!("note: the format `{}` does not hold {}", format.name(), lost.join(", ")));
    }
    let flags = to_join(out, format);
    if !flags.is_empty() {
        context.remark(&format!("note: the facts come with `{}`", flags.join(" ")));
    }
    let fingerprint = Fingerprint::of(&dataset);
    let document = json!({
        "out": out.to_string_lossy(), "kind": "catalogue", "format": format.name(), "fingerprint": fingerprint,
        "not_held": lost,
    });
    context.print(&document, || format!("{}: {fingerprint} ({})\n", out.display(), format.name()))
}

fn format(matches: &ArgMatches, out: &Path) -> Result<CatalogueTarget, Problem> {
    if let Some(name) = matches.get_one::<String>("to") {
        return CatalogueTarget::from_name(name).ok_or_else(|| {
            let names = CatalogueTarget::ALL.map(|format| format!("`{}`", format.name())).join(", ");
            Problem::input(format!("`--to {name}` is about vectors, and IN is a catalogue"))
                .hint(format!("a catalogue is written as one of {names}"))
        });
    }
    let ending = out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending {
        Some(ending) if OF_FILES.contains(&ending.as_str()) => {
            let message =
                format!("`{}` has the ending of a file, and a catalogue is written as a folder", out.display());
            Err(Problem::input(message).hint("leave the ending out, and tell the format by `--to`"))
        }
        _ => Ok(CatalogueTarget::Parquet),
    }
}

/// The flags that join what lies beside the tables.
fn to_join(out: &Path, format: CatalogueTarget) -> Vec<String> {
    let files = [("graph", "facts.csv"), ("links", "links.csv")];
    let there = files.into_iter().filter(|(_, name)| format == CatalogueTarget::Table && out.join(name).is_file());
    there.map(|(flag, name)| format!("--{flag} {}", out.join(name).display())).collect()
}
