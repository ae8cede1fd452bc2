//! Splits of catalogues.

use std::path::Path;

use clap::{Arg, ArgMatches, value_parser};
use culet::data::{
    CatalogueOptions, CataloguePlan, CatalogueSplit, Moment, PartCount, SplitBy, read_unsplit, split_catalogue,
    thousands, write_catalogue_split,
};
use serde_json::{Value, json};

use super::super::{name_the_flag, with_dashes};
use crate::commands::catalogue::read_by;
use crate::context::Context;
use crate::problem::Problem;
use crate::table::Table;

const HEADING: &str = "Splitting catalogues";

/// The flags of [`arguments`].
pub(super) const FLAGS: [&str; 6] = ["by", "test-items", "valid-items", "cut", "valid-cut", "k-core"];

/// The flags about catalogues alone.
pub(super) fn arguments() -> Vec<Arg> {
    let flag = |name: &'static str, value: &'static str, help: &'static str| {
        let flag = Arg::new(name).long(name).value_name(value).allow_negative_numbers(true);
        flag.help_heading(HEADING).help(help)
    };
    let count = |name, help| flag(name, "N", help).value_parser(value_parser!(usize));
    let moment = |name, help| flag(name, "TIME", help).value_parser(moment);
    vec![
        flag("by", "WORD", "what is withheld, see below [default: random]")
            .value_parser(SplitBy::ALL.map(SplitBy::name)),
        count("test-items", "by random or last: so many items of each user to test, instead of a share"),
        count("valid-items", "by random or last: so many items of each user to validate"),
        moment(
            "cut",
            "by time: where the test part begins, instead of a share: a number, or a date such as 2017-10-01",
        ),
        moment("valid-cut", "by time: where the validation part begins"),
        count(
            "k-core",
            "first leave out users and items with fewer pairs, and those who have fewer then, until none is left",
        ),
    ]
}

fn moment(text: &str) -> Result<Moment, String> {
    let expected = "expected a number, or a date such as 2017-10-01, 2017-10-01 12:30:00 or 2017-10-01T12:30:00+02:00";
    Moment::parse(text).ok_or_else(|| expected.to_owned())
}

/// Splits a catalogue.
pub(super) fn run(context: &Context, matches: &ArgMatches, out: &Path) -> Result<(), Problem> {
    let with_times = by(matches).needs_times();
    let read = |path: &Path, options: &CatalogueOptions| read_unsplit(path, options, with_times);
    let source = context.pool.install(|| read_by(matches, read))?;
    source.notes.iter().for_each(|note| context.remark(&format!("note: {note}")));
    let split = split_catalogue(source, &plan(context, matches)).map_err(|error| name_the_flag(error, with_dashes))?;
    split.dataset.notes.iter().for_each(|note| context.remark(&format!("note: {note}")));
    write_catalogue_split(out, &split)?;
    context.print(&document(out, &split), || text(out, &split))
}

fn by(matches: &ArgMatches) -> SplitBy {
    matches.get_one::<String>("by").and_then(|name| SplitBy::from_name(name)).unwrap_or(SplitBy::Random)
}

fn plan(context: &Context, matches: &ArgMatches) -> CataloguePlan {
    let number = |name: &str| matches.get_one(name).copied();
    let count = |name: &str| matches.get_one(name).copied();
    CataloguePlan {
        by: by(matches),
        test_share: number("test-share"),
        valid_share: number("valid-share"),
        test_items: count("test-items"),
        valid_items: count("valid-items"),
        cut: matches.get_one("cut").copied(),
        valid_cut: matches.get_one("valid-cut").copied(),
        k_core: count("k-core"),
        seed: context.seed,
    }
}

fn document(out: &Path, split: &CatalogueSplit) -> Value {
    json!({ "folder": out.to_string_lossy(), "name": split.dataset.name, "split": split.record })
}

fn text(out: &Path, split: &CatalogueSplit) -> String {
    let record = &split.record;
    let mut table = Table::new(&["part", "pairs", "users", "items", "users not in train", "items not in train"]);
    for (name, part) in [("train", record.parts.train), ("valid", record.parts.valid), ("test", record.parts.test)] {
        let PartCount { pairs, users, items, unseen_users, unseen_items } = part;
        let counts = [pairs, users, items, unseen_users, unseen_items].map(|n| thousands(n as u64));
        table.row([vec![name.to_owned()], counts.to_vec()].concat());
    }
    let mut text = table.render();
    if let Some(lost) = record.k_core {
        let [users, items, pairs] = [lost.users, lost.items, lost.pairs].map(|n| thousands(n as u64));
        text += &format!("\n{}-core: {users} users, {items} items and {pairs} pairs were left out first\n", lost.k);
    }
    text + &format!("\n{}\nfolder: {}\n", record.in_words(), out.display())
}
