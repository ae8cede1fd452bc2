//! `culet data list`

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::data::{PublicSet, PublicSets, size_in_words};

use super::licence::wrapped;
use crate::context::Context;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Nothing is sent anywhere: the list comes with the program, and whether its addresses answer today is not known.

Examples:
  culet data list
  culet data list last-fm       with its terms and its files
  culet data list --json";

pub(super) fn command() -> Command {
    Command::new("list")
        .about("List the public data sets that `culet data get` knows: what they hold, where they are, under which licence")
        .after_help(EXAMPLES)
        .arg(Arg::new("name").value_name("NAME").help("one of them, in full [default: all]"))
        .arg(sets_argument())
}

/// Another list, in the form of the one that comes with the program: for tests, and for whoever keeps one.
pub(super) fn sets_argument() -> Arg {
    Arg::new("sets").long("sets").value_name("FILE").hide(true).value_parser(value_parser!(PathBuf))
}

/// The list that the flags ask for.
pub(super) fn sets(matches: &ArgMatches) -> Result<PublicSets, Problem> {
    match matches.get_one::<PathBuf>("sets") {
        Some(path) => Ok(PublicSets::read(path)?),
        None => Ok(PublicSets::built_in()),
    }
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<(), Problem> {
    let sets = sets(matches)?;
    match matches.get_one::<String>("name") {
        Some(name) => {
            let set = sets.find(name)?;
            context.print(set, || in_full(set))
        }
        None => context.print(&sets.all(), || in_short(&sets)),
    }
}

fn in_short(sets: &PublicSets) -> String {
    let width = sets.all().iter().map(|set| set.name.len()).max().unwrap_or(0);
    let line = |set: &PublicSet| format!("{:width$}  {:9}  {:>14}  {}\n", set.name, set.kind, download(set), set.title);
    let lines: String = sets.all().iter().map(line).collect();
    lines + "\n`culet data list NAME` tells source, files and terms; `culet data get NAME` fetches it\n"
}

/// What there is to download, as far as it is known.
fn download(set: &PublicSet) -> String {
    match set.bytes() {
        (0, _) => "size not known".into(),
        (bytes, true) => size_in_words(bytes),
        (bytes, false) => format!("> {}", size_in_words(bytes)),
    }
}

fn head(set: &PublicSet) -> String {
    let files = if set.files.len() == 1 { "1 file".into() } else { format!("{} files", set.files.len()) };
    let mut lines = vec![
        format!("{}: {}", set.name, set.title),
        format!("  {}  {}", padded(&set.kind), set.format),
        format!("  {}  {}", padded("source"), set.home),
        format!("  {}  {}, {}", padded("download"), download(set), files),
        format!("  {}  {}", padded("licence"), set.licence),
    ];
    lines.extend(set.note.iter().map(|note| format!("  {}  {note}", padded("note"))));
    lines.join("\n") + "\n"
}

fn in_full(set: &PublicSet) -> String {
    let sum = |file: &culet::data::PublicFile| {
        let sum = file.sha256.as_ref().or(file.git_blob.as_ref());
        sum.map_or_else(|| file.check().to_owned(), |sum| format!("{} {sum}", file.check()))
    };
    let bytes = |bytes: Option<u64>| bytes.map_or("size not known".into(), size_in_words);
    let files =
        set.files.iter().map(|file| format!("  {}{}\n    {}, {}\n", set.base, file.name, bytes(file.bytes), sum(file)));
    let files: String = files.collect();
    let terms = wrapped(&set.terms, 100);
    format!("{}  {}  {}\n\n{terms}\n\n{files}", head(set), padded("cite"), set.cite)
}

fn padded(word: &str) -> String {
    format!("{word:9}")
}
