//! `culet leaderboard`: many models on one split, judged alike.

mod markdown;
mod report;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::data::write_atomically;
use culet::model::{Family, MODELS};
use culet::runs::{Board, BoardDocument};
use culet::train::{BoardEntry, GraphKind, TrainOptions, board_entries};

use super::catalogue::{arguments, introduce, read_catalogue};
use super::train::{cutoffs_argument, data_argument, protocol};
use super::tune::arguments::{given_validation_share, validation_share_argument};
use super::tune::watch::Watch;
use super::{Done, timed};
use crate::context::Context;
use crate::interrupt;
use crate::problem::Problem;
use report::Told;

const EXAMPLES: &str = "\
Examples:
  # all models, with small searches for the quick ones; the same command goes on where it was interrupted
  culet leaderboard data/last-fm
  # some of them, one with a preset, each with twenty trials
  culet leaderboard data/last-fm --models item-knn,als,kgin:softmax --trials 20
  # what the knowledge graph gives
  culet leaderboard data/last-fm --models kgin --kg true,random,none
  # any row is a run folder
  culet recommend last-fm-leaderboard/runs/als --user 42";

const NOTES: &str = "\
Settings and the number of epochs are chosen on validation pairs, the same for all models; then each model is fitted on \
all training pairs and judged once on the test part. Intervals are of 95 %, from 2,000 resamples of the users; p tells how \
likely the difference to the best row is by chance (paired permutation test, corrected for the number of rows by Holm). \
Memory is the highest that the process held while it fitted and judged the model.";

pub(super) fn command() -> Command {
    Command::new("leaderboard")
        .about("Fit many models on one data set and judge them alike: quality, seconds, memory")
        .after_help(format!("{NOTES}\n\n{EXAMPLES}"))
        .arg(data_argument())
        .args(arguments())
        .arg(
            Arg::new("models")
                .long("models")
                .value_name("A,B,...")
                .value_delimiter(',')
                .default_value("all")
                .help("models, each perhaps with a preset as in `kgin:softmax`; all: every recommender"),
        )
        .arg(
            Arg::new("kg")
                .long("kg")
                .value_name("WHICH,...")
                .value_delimiter(',')
                .value_parser(GraphKind::ALL.map(GraphKind::word))
                .default_value("true")
                .help("knowledge graphs, with a row of each model that uses one for each: as it is, dealt out at random, none"),
        )
        .arg(
            Arg::new("trials")
                .long("trials")
                .value_name("N")
                .value_parser(value_parser!(u32).range(1..))
                .help("settings to try for each model [default: 8 for models that are fitted at once, 1 (the defaults) for others]"),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .short('o')
                .value_name("FOLDER")
                .value_parser(value_parser!(PathBuf))
                .help("the folder to write, or to go on with [default: DATA-leaderboard]"),
        )
        .arg(cutoffs_argument("lengths of the lists that are judged; the first decides"))
        .arg(
            Arg::new("cold-at-most")
                .long("cold-at-most")
                .value_name("N")
                .value_parser(value_parser!(u32))
                .default_value("2")
                .help("items with at most so many training pairs are cold"),
        )
        .arg(validation_share_argument())
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    interrupt::listen();
    let protocol = protocol(matches)?;
    let validation_share = given_validation_share(matches)?.unwrap_or(TrainOptions::default().validation_share);
    // Misspelt models are told before the data are read.
    entries(matches, true)?;
    let (dataset, load_seconds) = timed(|| read_catalogue(context, matches, "a leaderboard"));
    let dataset = dataset?;
    let entries = entries(matches, !dataset.graph.triplets().is_empty())?;
    let out = matches.get_one::<PathBuf>("out").cloned();
    let out = out.unwrap_or_else(|| PathBuf::from(format!("{}-leaderboard", dataset.name)));
    let board = Board {
        entries: &entries,
        dataset: &dataset,
        protocol: &protocol,
        cold_at_most: *matches.get_one("cold-at-most").expect("has a default"),
        n_trials: matches.get_one::<u32>("trials").map(|&n| n as usize),
        validation_share,
        load_seconds,
        seed: context.seed,
    };
    // Nobody else writes into the folder as long as it is open.
    let open = board.open(&out)?;
    introduce(context, &dataset, "true");
    let document = open.run(&context.pool, &mut Watch::new(context))?;
    finish(context, &out, &document)
}

fn entries(matches: &ArgMatches, has_facts: bool) -> Result<Vec<BoardEntry>, Problem> {
    let all = MODELS.iter().filter(|spec| spec.family() == Family::Recommender).map(|spec| spec.name.to_owned());
    let all: Vec<String> = all.collect();
    let named = matches.get_many::<String>("models").expect("has a default");
    let models: Vec<String> =
        named.flat_map(|name| if name == "all" { all.clone() } else { vec![name.trim().to_owned()] }).collect();
    let graphs = matches.get_many::<String>("kg").expect("has a default");
    let graphs: Vec<GraphKind> = graphs.filter_map(|word| GraphKind::of_word(word)).collect();
    Ok(board_entries(&models, &graphs, has_facts)?)
}

fn finish(context: &Context, out: &Path, document: &BoardDocument) -> Result<Done, Problem> {
    let told = Told(document);
    let markdown = told.markdown();
    write_atomically(&out.join("leaderboard.md"), |writer| writer.write_all(markdown.as_bytes()))?;
    // By way of a value, whose names are sorted.
    context.print(&serde_json::to_value(document)?, || told.text())?;
    if document.interrupted {
        let n = document.rows.len();
        let shown = &document.folder;
        context.remark(&format!(
            "interrupted after {n} rows, all of which are kept in `{shown}`; the same command goes on"
        ));
        return Ok(Done::Interrupted);
    }
    if document.rows.is_empty() {
        return Err(Problem::failed("no model could be judged").hint("the table tells why"));
    }
    Ok(Done::Wholly)
}
