//! `culet feedback`: what a service kept, as a table to train on.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use culet::data::{thousands, write_atomically};
use culet::serve::feedback::{Event, LogSummary, read_events, write_csv};
use serde_json::{Value, json};

use super::Done;
use crate::context::{Context, deliver};
use crate::problem::{Problem, cause};

const EXAMPLES: &str = "\
Examples:
  culet feedback events                           what is in it, by kind
  culet feedback events -o taken.csv --kind take  a table: user, item, kind, value, time
  culet train auto taken.csv --out newer          which trains like any other";

pub(super) fn command() -> Command {
    Command::new("feedback")
        .about("Read what `culet serve --feedback` kept, as a table to train on")
        .after_help(EXAMPLES)
        .arg(
            Arg::new("log")
                .value_name("LOG")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("the folder that was given to `culet serve` by `--feedback`; a service may be writing to it"),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .short('o')
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .help("write the events as CSV; `-`: to stdout"),
        )
        .arg(
            Arg::new("kind")
                .long("kind")
                .value_name("KIND")
                .action(ArgAction::Append)
                .help("events of this kind alone, such as `take`; may be given several times"),
        )
        .arg(
            Arg::new("skip-damaged")
                .long("skip-damaged")
                .action(ArgAction::SetTrue)
                .help("tell of events that are lost to damage, and go on without them; else they are an error"),
        )
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let log: &PathBuf = matches.get_one("log").expect("required");
    let kinds: Vec<&String> = matches.get_many("kind").into_iter().flatten().collect();
    let is_wanted = |event: &Event| kinds.is_empty() || kinds.contains(&&event.kind);
    let mut events = Vec::new();
    let summary = read_events(log, |_, event| events.extend(Some(event).filter(is_wanted)))?;
    tell(context, &summary, matches.get_flag("skip-damaged"))?;
    let out: Option<&PathBuf> = matches.get_one("out");
    match out.map(PathBuf::as_path) {
        Some(path) if path == Path::new("-") => {
            let mut table = Vec::new();
            write(&events, &mut table).map_err(|error| Problem::failed(cause(&error)))?;
            deliver(&table)?;
        }
        Some(path) => {
            write_atomically(path, |file| write(&events, file))?;
            context.print(&document(&events, &summary, Some(path)), || {
                format!("{} events: {}", thousands(events.len() as u64), path.display())
            })?;
        }
        None => context.print(&document(&events, &summary, None), || text(&events))?,
    }
    Ok(Done::Wholly)
}

/// Says what is lost, and that it may not be.
fn tell(context: &Context, summary: &LogSummary, skip: bool) -> Result<(), Problem> {
    for damage in &summary.damage {
        let (path, lost) = (damage.path.display(), damage.lost.end - damage.lost.start);
        let lost = if lost == 1 { "1 event is".to_owned() } else { format!("{} events are", thousands(lost)) };
        let told = format!("{path}: {} bytes from {} on are damaged; {lost} lost", damage.bytes, damage.offset);
        if !skip {
            return Err(Problem::input(told).hint("`--skip-damaged` goes on without them"));
        }
        context.remark(&format!("note: {told}"));
    }
    Ok(())
}

fn write(events: &[Event], out: &mut impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    write_csv(None, &mut out)?;
    events.iter().try_for_each(|event| write_csv(Some(event), &mut out))?;
    out.flush()
}

fn by_kind(events: &[Event]) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    events.iter().for_each(|event| *counts.entry(event.kind.as_str()).or_insert(0) += 1);
    counts
}

fn document(events: &[Event], summary: &LogSummary, out: Option<&Path>) -> Value {
    let damage = |damage: &culet::serve::feedback::Damage| {
        json!({
            "path": damage.path.to_string_lossy(),
            "offset": damage.offset,
            "bytes": damage.bytes,
            "lost": {"first": damage.lost.start, "end": damage.lost.end},
        })
    };
    let mut document = json!({
        "events": events.len(),
        "kinds": by_kind(events),
        "next": summary.next,
        "files": summary.n_files,
        "damage": summary.damage.iter().map(damage).collect::<Vec<_>>(),
    });
    if let Some(out) = out {
        document["out"] = out.to_string_lossy().into();
    }
    document
}

fn text(events: &[Event]) -> String {
    let mut text = format!("{} events\n", thousands(events.len() as u64));
    for (kind, n) in by_kind(events) {
        text += &format!("  {kind}: {}\n", thousands(n));
    }
    text
}
