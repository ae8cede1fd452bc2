//! `culet data describe`

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, value_parser};
use culet::data::{DataKind, describe, describe_network, detect, network_to_text, to_text};

use super::super::catalogue::read;
use super::super::train::id_base_argument;
use super::options;
use crate::context::Context;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  culet data describe data/last-fm
  culet data describe data/last-fm --json
  culet data describe data/ppi
  culet data describe follows.csv.gz --directed --columns source,target,time --before 1700000000";

pub(super) fn command() -> Command {
    Command::new("describe")
        .about("Tell what a data set holds, as the program understood it")
        .after_help(EXAMPLES)
        .arg(Arg::new("data").value_name("DATA").required(true).value_parser(value_parser!(PathBuf)).help(
            "a catalogue (a folder with train.txt), or a network: a folder with edges.tsv or train_edges.tsv, or \
                 an edge list, plain, .gz or .zst",
        ))
        .arg(id_base_argument().help("what the files of a catalogue count from"))
        .args(options::arguments())
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<(), Problem> {
    let path: &PathBuf = matches.get_one("data").expect("required");
    let misplaced = |flag: &str, kind: &str| {
        let message = format!("`--{flag}` is about {kind}, which `{}` is not", path.display());
        Err(Problem::input(message).hint("leave the flag out"))
    };
    match detect(path)? {
        DataKind::Catalogue => {
            if let Some(flag) = options::given(matches) {
                return misplaced(flag, "networks");
            }
            let description = describe(&context.pool.install(|| read(matches))?);
            context.print(&description, || to_text(&description))
        }
        DataKind::Network => {
            if matches.value_source("id-base") == Some(ValueSource::CommandLine) {
                return misplaced("id-base", "catalogues");
            }
            let description = describe_network(&options::read(path, matches)?);
            context.print(&description, || network_to_text(&description))
        }
    }
}
