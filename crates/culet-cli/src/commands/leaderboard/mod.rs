//! `culet leaderboard`: many models on one split, judged alike.

mod entry;
mod markdown;
mod memory;
mod report;
mod rows;
mod standing;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::data::{Dataset, Fingerprint, write_atomically};
use culet::eval::RankingProtocol;
use culet::model::{Family, MODELS};
use culet::train::{BoardEntry, GraphKind, TrainOptions, board_entries};
use serde_json::json;

use super::catalogue::{arguments, introduce, read_catalogue};
use super::train::{cutoffs_argument, data_argument, protocol};
use super::tune::arguments::{given_validation_share, validation_share_argument};
use super::tune::claim::{Claim, MAY_DIFFER};
use super::tune::data::Split;
use super::{Done, timed};
use crate::context::Context;
use crate::interrupt;
use crate::problem::Problem;
use entry::{Board, Ended};
use rows::{Row, Rows};
use standing::Standing;

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
    let protocol = protocol(matches)?.with_catalogue_metrics();
    let share = given_validation_share(matches)?.unwrap_or(TrainOptions::default().validation_share);
    // Misspelt models are told before the data are read.
    entries(matches, true)?;
    let (dataset, load_seconds) = timed(|| read_catalogue(context, matches, "a leaderboard"));
    let dataset = dataset?;
    if dataset.test.n_pairs() == 0 {
        return Err(Problem::input(format!("`{}` has no test part to judge models by", dataset.name))
            .hint("`culet data split` makes one"));
    }
    let entries = entries(matches, !dataset.graph.triplets().is_empty())?;
    let split = Split::of(&dataset, share, context.seed);
    let out = matches.get_one::<PathBuf>("out").cloned();
    let out = out.unwrap_or_else(|| PathBuf::from(format!("{}-leaderboard", dataset.name)));
    let cold_at_most = *matches.get_one("cold-at-most").expect("has a default");
    let facts = facts(context, &dataset, &split, &protocol, cold_at_most);
    let _claim = Claim::of(&out, "board.json", "leaderboard", &facts)?;
    introduce(context, &dataset, "true");
    let board = Board {
        context,
        out: &out,
        dataset: &dataset,
        split: &split,
        everything: dataset.train.union(&split.valid).map_err(culet::data::DataError::from)?,
        protocol: &protocol,
        cold_at_most,
        n_trials: matches.get_one::<u32>("trials").map(|&n| n as usize),
        load_seconds,
    };
    board.make_folders()?;
    let (rows, done) = make_rows(&board, &entries);
    finish(&board, rows, done)
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

/// What a leaderboard is about. Rows belong together only if all of this is the same.
fn facts(
    context: &Context,
    dataset: &Dataset,
    split: &Split,
    protocol: &RankingProtocol,
    cold_at_most: u32,
) -> serde_json::Value {
    json!({
        "format": "culet-leaderboard",
        "format_version": 1,
        (MAY_DIFFER): env!("CARGO_PKG_VERSION"),
        "data": Fingerprint::of(dataset),
        "seed": context.seed,
        "at": protocol.cutoffs(),
        "cold_at_most": cold_at_most,
        "validation": { "share": split.share, "pairs": split.valid.n_pairs() },
    })
}

/// Makes one row after another; one that fails says why, and the others go on.
fn make_rows(board: &Board<'_>, entries: &[BoardEntry]) -> (Rows, Done) {
    let mut rows = Vec::new();
    for entry in entries {
        if interrupt::requested() {
            return (Rows::new(rows), Done::Interrupted);
        }
        match board.row(entry) {
            Ok(Ended::Judged(judged)) => rows.push(Row { entry: *entry, result: Ok(*judged) }),
            Ok(Ended::Interrupted) => return (Rows::new(rows), Done::Interrupted),
            Err(problem) => {
                board.context.remark(&format!("{} failed: {problem}", entry.name()));
                rows.push(Row { entry: *entry, result: Err(problem.to_string()) });
            }
        }
    }
    (Rows::new(rows), Done::Wholly)
}

fn finish(board: &Board<'_>, rows: Rows, done: Done) -> Result<Done, Problem> {
    let standing = Standing::of(board, &rows)?;
    let told = report::Told { board, rows: &rows, standing: &standing, done };
    let document = told.document();
    let out = board.out;
    write(&out.join("leaderboard.json"), &(serde_json::to_string_pretty(&document)? + "\n"))?;
    write(&out.join("leaderboard.md"), &told.markdown())?;
    board.context.print(&document, || told.text())?;
    if done == Done::Interrupted {
        let n = rows.judged().count();
        let shown = out.display();
        board.context.remark(&format!(
            "interrupted after {n} rows, all of which are kept in `{shown}`; the same command goes on"
        ));
        return Ok(done);
    }
    if rows.judged().next().is_none() {
        return Err(Problem::failed("no model could be judged").hint("the table tells why"));
    }
    Ok(done)
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    write_atomically(path, |writer| writer.write_all(text.as_bytes()))?;
    Ok(())
}
