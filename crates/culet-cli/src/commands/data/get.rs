//! `culet data get`

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use culet::data::{GetOptions, Got, GotFile, Patience, Place, PublicSet, UnpackLimits, detect, get, size_in_words};
use serde_json::json;

use super::super::Done;
use super::super::catalogue::quoted;
use super::get_progress::GetFollower;
use super::list::{sets, sets_argument};
use super::{licence, place};
use crate::context::{Context, say};
use crate::interrupt;
use crate::problem::Problem;
use crate::table::Table;

const EXAMPLES: &str = "\
The data are for you alone, under the licence of their source, which is shown first. Each file is checked, \
archives are unpacked, and the folder appears when it is whole; `source.json` in it tells where everything is from. \
After Ctrl-C or a failure the same command goes on with what is in OUT.part.

Examples:
  culet data get ml-1m
  culet data get last-fm --out data/last-fm --accept-licence
  culet data get ml-25m --from https://mirror.example.org/movielens
  # an archive that was downloaded by hand into a folder
  culet data get book-crossing --from downloads";

pub(super) fn command() -> Command {
    Command::new("get")
        .about("Download a public data set from its source, check it and unpack it")
        .after_help(EXAMPLES)
        .arg(Arg::new("name").value_name("NAME").required(true).help("which: a name of `culet data list`"))
        .arg(
            Arg::new("out")
                .long("out")
                .short('o')
                .value_name("FOLDER")
                .value_parser(value_parser!(PathBuf))
                .help("the folder to write; must be new or empty [default: NAME in the current folder]"),
        )
        .arg(
            Arg::new("from").long("from").value_name("PLACE").help(
                "a folder that holds the files of the set, or an address below which they lie [default: the source]",
            ),
        )
        .arg(
            Arg::new("accept-licence")
                .long("accept-licence")
                .alias("accept-license")
                .action(ArgAction::SetTrue)
                .help("accept the terms of the source; without it, and with a terminal, you are asked"),
        )
        .arg(
            Arg::new("timeout")
                .long("timeout")
                .value_name("SECONDS")
                .value_parser(seconds)
                .default_value("30")
                .help("how long to wait for a server that sends nothing"),
        )
        .arg(
            Arg::new("attempts")
                .long("attempts")
                .value_name("N")
                .value_parser(value_parser!(u32).range(1..=100))
                .default_value("6")
                .help("how often to ask for a file, each time for what is missing, with longer and longer pauses"),
        )
        .arg(sets_argument())
}

fn seconds(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    number.filter(|number| (0.01..=86_400.0).contains(number)).ok_or_else(|| "expected 0.01 to 86400 seconds".into())
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let sets = sets(matches)?;
    let set = sets.find(matches.get_one::<String>("name").expect("required"))?;
    let out = matches.get_one::<PathBuf>("out").cloned().unwrap_or_else(|| PathBuf::from(&set.name));
    place::check_folder(&out)?;
    let from = matches.get_one::<String>("from").map(|text| Place::parse(text)).transpose()?;
    if let (Some(note), None) = (&set.note, &from) {
        context.remark(&format!("note: {note}"));
    }
    licence::accept(context, set, &out, matches.get_flag("accept-licence"))?;
    interrupt::listen();
    let options = GetOptions {
        place: from.unwrap_or_default(),
        patience: patience(matches),
        limits: UnpackLimits::default(),
        proxied: true,
        cancelled: &interrupt::requested,
    };
    let mut follower = GetFollower::new(context);
    let got = get(set, &out, &options, &mut follower);
    drop(follower);
    match got? {
        Got::Whole { files } => tell(context, set, &out, &files),
        Got::Cancelled { kept, bytes } => tell_interrupted(context, &kept, bytes),
        other => unreachable!("nothing else comes of a download: {other:?}"),
    }
}

fn patience(matches: &ArgMatches) -> Patience {
    let seconds: f64 = *matches.get_one("timeout").expect("has a default");
    // A second if the time-out is the usual one, and less for those who wait less.
    let first_wait = Duration::from_secs_f64((seconds / 30.0).min(1.0));
    let attempts = *matches.get_one("attempts").expect("has a default");
    Patience { timeout: Duration::from_secs_f64(seconds), attempts, first_wait }
}

fn tell(context: &Context, set: &PublicSet, out: &Path, files: &[GotFile]) -> Result<Done, Problem> {
    let next = next_command(set, out);
    let document = json!({
        "name": set.name, "folder": out.to_string_lossy(), "licence": set.licence, "cite": set.cite,
        "files": files, "next": next,
    });
    context.print(&document, || {
        let mut table = Table::new(&["file", "size", "SHA-256", "checked by"]);
        for file in files {
            table.row(vec![file.name.clone(), size_in_words(file.bytes), file.sha256.clone(), file.check.to_owned()]);
        }
        let next = next.unwrap_or_else(|| format!("the files in `{}`; their form: {}", out.display(), set.format));
        format!("{}: {}\n\n{}\nnext: {next}\n", out.display(), set.title, table.render())
    })?;
    Ok(Done::Wholly)
}

/// The command that tells what is in the folder, if there is one that understands it.
fn next_command(set: &PublicSet, out: &Path) -> Option<String> {
    let describe = |path: &Path| format!("culet data describe {}", quoted(&path.to_string_lossy()));
    match &set.opens {
        // A file, and perhaps flags behind it.
        Some(opens) => {
            let (file, flags) = opens.split_at(opens.find(" --").unwrap_or(opens.len()));
            Some(describe(&out.join(file)) + flags)
        }
        None => detect(out).is_ok().then(|| describe(out)),
    }
}

fn tell_interrupted(context: &Context, kept: &Path, bytes: u64) -> Result<Done, Problem> {
    say(&match bytes {
        0 => "interrupted: nothing had come yet".to_owned(),
        _ => format!(
            "interrupted: {} are kept in `{}`; the same command goes on from there",
            size_in_words(bytes),
            kept.display()
        ),
    });
    if context.json {
        let document = json!({ "interrupted": true, "kept": kept.to_string_lossy(), "bytes": bytes });
        context.print(&document, String::new)?;
    }
    Ok(Done::Interrupted)
}
