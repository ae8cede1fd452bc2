//! `culet data describe`

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::data::{
    CatalogueSplitRecord, DataKind, describe_network, describe_timed, network_to_text, read_timed, to_text,
};

use culet::model::{DataSize, Family};
use culet::runs::size_of;
use serde::Serialize;

use super::super::catalogue::{self, first_given};
use super::estimates::Estimates;
use super::options;
use crate::context::Context;
use crate::problem::Problem;

const EXAMPLES: &str = "\
Examples:
  culet data describe data/last-fm
  culet data describe data/last-fm --json
  culet data describe ratings.csv --attributes items.csv
  culet data describe ml-25m.zip --min-rating 4
  culet data describe data/ppi
  culet data describe follows.csv.gz --directed --columns source,target,time --before 1700000000";

pub(super) fn command() -> Command {
    Command::new("describe")
        .about("Tell what a data set holds, as the program understood it")
        .after_help(EXAMPLES)
        .arg(Arg::new("data").value_name("DATA").required(true).value_parser(value_parser!(PathBuf)).help(
            "a catalogue: a table of users and items, a folder or zip in a format of the field, a sparse matrix; or a \
             network: a folder with edges.tsv or train_edges.tsv, or an edge list; plain, .gz or .zst",
        ))
        .args(catalogue::arguments_beside_tables())
        .args(options::arguments())
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<(), Problem> {
    let path: &PathBuf = matches.get_one("data").expect("required");
    let of_networks = first_given(matches, &[&options::NETWORK_FLAGS]);
    match catalogue::kind(path, matches, first_given(matches, &[&catalogue::FLAGS]), of_networks)? {
        DataKind::Catalogue => {
            let (dataset, times) = context.pool.install(|| catalogue::read_by(matches, read_timed))?;
            let split = CatalogueSplitRecord::read(path)?;
            let description = describe_timed(&dataset, Some(&times)).with_split(split);
            let estimates = Estimates::of(context, Family::Recommender, &size_of(&dataset));
            print(context, &description, estimates, to_text)
        }
        DataKind::Network => {
            let data = options::read(path, matches)?;
            catalogue::remark_network(context, path, of_networks);
            let description = describe_network(&data);
            let estimates = Estimates::of(context, Family::Network, &DataSize::of_network(&data.network));
            print(context, &description, estimates, network_to_text)
        }
    }
}

/// A description, with what training would take.
fn print<D: Serialize>(
    context: &Context,
    description: &D,
    estimates: Estimates,
    to_text: impl Fn(&D) -> String,
) -> Result<(), Problem> {
    #[derive(Serialize)]
    struct Document<'a, D> {
        #[serde(flatten)]
        description: &'a D,
        training: Estimates,
    }
    let document = Document { description, training: estimates };
    context.print(&document, || to_text(description) + &document.training.to_text())
}
