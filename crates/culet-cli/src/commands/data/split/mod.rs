//! `culet data split`

mod catalogue;
mod network;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::data::DataKind;

use super::{options, place};
use crate::commands::catalogue as reading;
use crate::context::Context;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Of a catalogue, OUT has the layout of KGAT and KGIN: train.txt, valid.txt, test.txt, the knowledge
graph, lists of the original ids, and meta.json, which tells how the parts were drawn. A folder's
parts are joined first, and dealt out anew.

  --by         the test part                                            unless told otherwise
  random       a share of each user's items, at random                  --test-share 0.2
  last         the last items of each user                              --test-items 1
  time         everything from a time on                                --test-share 0.2
  cold-items   all pairs of a share of the items: none stays in train   --test-share 0.1
  cold-users   all pairs of a share of the users: none stays in train   --test-share 0.1

By random and last, each user keeps an item to learn from. A pair that stands several times counts
from its earliest time; of equal times, the larger number of an item counts as later.

Of a network, OUT has train_edges.tsv, valid_edges.tsv, test_edges.tsv, pairs without an edge beside
each (`_neg`), nodes, labels, and meta.json. None of those pairs is an edge of any part, and none
stands in two parts. Half of the edges are for the test unless told otherwise.

Examples:
  # a fifth of each user's items to test, a tenth to validate, users and items with 10 pairs or more
  culet data split data/music parts --test-share 0.2 --valid-share 0.1 --k-core 10
  # leave one out: the last item of each user to test, the one before to validate
  culet data split ratings.csv parts --by last --valid-items 1 --min-rating 4
  # train on what was known by then
  culet data split ratings.csv parts --by time --cut 2004-11-09 --columns user,item,rating,time
  # items that nobody has met
  culet data split data/music parts --by cold-items --valid-share 0.1
  # add a validation part to a catalogue, or a network, that comes with a test part
  culet data split data/ppi parts --test-share 0 --valid-share 0.1
  # a network as published: half of the edges, the rest stays connected
  culet data split edges.tsv parts
  # hide the authors of a tenth of the papers
  culet data split data/dblp parts --relation written_by --whole-nodes paper --test-share 0.1";

pub(super) fn command() -> Command {
    let share = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("SHARE")
            .allow_negative_numbers(true)
            .value_parser(value_parser!(f64))
            .help(help)
    };
    let data = "a catalogue: a table of users and items (perhaps with ratings and times), a folder or zip in a format of \
                the field; or a network: an edge list, or a folder with one";
    Command::new("split")
        .about("Split a catalogue or a network into parts to train, validate and test on")
        .after_help(EXAMPLES)
        .arg(path_argument("data", "DATA", data))
        .arg(path_argument("out", "OUT", "the folder to write; must be new or empty"))
        .arg(share(
            "test-share",
            "share of the test part: of the pairs, edges (the authors' --remove_percent), items or users [default: see \
             below]",
        ))
        .arg(share("valid-share", "share of the validation part [default: 0]"))
        .args(catalogue::arguments())
        .args(reading::arguments_beside_tables())
        .args(network::arguments())
        .args(options::arguments())
}

pub(super) fn path_argument(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).value_name(value).required(true).value_parser(value_parser!(PathBuf)).help(help)
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<(), Problem> {
    let path: &PathBuf = matches.get_one("data").expect("required");
    let out: &PathBuf = matches.get_one("out").expect("required");
    place::check_folder(out)?;
    let of_catalogues = reading::first_given(matches, &[&catalogue::FLAGS, &reading::FLAGS]);
    let of_networks = reading::first_given(matches, &[&network::FLAGS, &options::NETWORK_FLAGS]);
    match reading::kind(path, matches, of_catalogues, of_networks)? {
        DataKind::Network => network::run(context, matches, path, out, of_networks),
        DataKind::Catalogue => {
            if of_catalogues.is_none() && !path.is_dir() {
                context.remark(&format!(
                    "note: `{}` is a catalogue: split at random; `--by` tells another way",
                    path.display()
                ));
            }
            catalogue::run(context, matches, out)
        }
    }
}
