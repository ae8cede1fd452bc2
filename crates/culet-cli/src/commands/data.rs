//! `culet data`: look at data sets and make them.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::data::{
    CatalogueConfig, DataError, Fingerprint, describe, synthesise, to_text, write_atomically, write_kgat,
};
use serde_json::json;

use super::Done;
use super::train::{data_argument, id_base_argument, read};
use crate::context::Context;
use crate::problem::Problem;

pub(super) fn command() -> Command {
    Command::new("data")
        .about("Look at data sets and make them")
        .after_help("Examples:\n  culet data describe data/last-fm\n  culet data synth films --n-users 5000 --seed 7")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommands([describe_command(), synth_command()])
}

fn describe_command() -> Command {
    Command::new("describe")
        .about("Tell what a data set holds, as the program understood it")
        .after_help("Examples:\n  culet data describe data/last-fm\n  culet data describe data/last-fm --json")
        .arg(data_argument())
        .arg(id_base_argument())
}

fn synth_command() -> Command {
    let defaults = CatalogueConfig::default();
    let count = |name: &'static str, default: usize, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("N")
            .allow_negative_numbers(true)
            .value_parser(value_parser!(usize))
            .help(format!("{help} [default: {default}]"))
    };
    let number = |name: &'static str, default: f64, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("X")
            .allow_negative_numbers(true)
            .value_parser(value_parser!(f64))
            .help(format!("{help} [default: {default}]"))
    };
    Command::new("synth")
        .about("Generate a catalogue of films whose users follow planted intents")
        .after_help("The folder has the layout of KGAT and KGIN, and `planted.json` tells the intents behind the choices.\n\nExamples:\n  culet data synth films\n  culet data synth big --n-users 300000 --n-items 100000 --n-interactions 10000000")
        .arg(Arg::new("out").value_name("OUT").required(true).value_parser(value_parser!(PathBuf)).help("the folder to write"))
        .arg(count("n-users", defaults.n_users, "users, at least 1"))
        .arg(count("n-items", defaults.n_items, "films, at least 50"))
        .arg(count("n-interactions", defaults.n_interactions, "pairs of user and film, training and test together; 2 a user up to a quarter of all pairs"))
        .arg(count("n-intents", defaults.n_intents, "planted intents, 1 to 4"))
        .arg(count("favourites", defaults.favourites, "attributes of a relation that a user likes, 1 to 20"))
        .arg(number("noise", defaults.noise, "share of choices by popularity alone, 0 to 1"))
        .arg(number("popularity-exponent", defaults.popularity_exponent, "how skewed the popularity of films is, 0 to 2"))
        .arg(number("attribute-exponent", defaults.attribute_exponent, "how skewed the sizes of attributes are, 0 to 2"))
        .arg(number("facts-per-item", defaults.facts_per_item, "facts of a film on average, 10 to 60"))
        .arg(number("series-share", defaults.series_share, "share of films that belong to a series, 0.1 to 1"))
        .arg(number("intent-spread", defaults.intent_spread, "how far users are from having all intents alike, 0 to 20"))
        .arg(number("test-share", defaults.test_share, "share of each user's pairs that are for testing, 0 to 0.9"))
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    match matches.subcommand().expect("clap asks for a command") {
        ("describe", matches) => {
            let description = describe(&context.pool.install(|| read(matches))?);
            context.print(&description, || to_text(&description))?;
        }
        (_, matches) => synth(context, matches)?,
    }
    Ok(Done::Wholly)
}

fn synth(context: &Context, matches: &ArgMatches) -> Result<(), Problem> {
    let out: &PathBuf = matches.get_one("out").expect("required");
    let defaults = CatalogueConfig::default();
    let count = |name: &str, default: usize| matches.get_one(name).copied().unwrap_or(default);
    let number = |name: &str, default: f64| matches.get_one(name).copied().unwrap_or(default);
    let config = CatalogueConfig {
        n_users: count("n-users", defaults.n_users),
        n_items: count("n-items", defaults.n_items),
        n_interactions: count("n-interactions", defaults.n_interactions),
        n_intents: count("n-intents", defaults.n_intents),
        favourites: count("favourites", defaults.favourites),
        noise: number("noise", defaults.noise),
        popularity_exponent: number("popularity-exponent", defaults.popularity_exponent),
        attribute_exponent: number("attribute-exponent", defaults.attribute_exponent),
        facts_per_item: number("facts-per-item", defaults.facts_per_item),
        series_share: number("series-share", defaults.series_share),
        intent_spread: number("intent-spread", defaults.intent_spread),
        test_share: number("test-share", defaults.test_share),
        seed: context.seed,
    };
    let catalogue = context.pool.install(|| synthesise(&config)).map_err(name_the_flag)?;
    write_kgat(out, &catalogue.dataset)?;
    write_atomically(&out.join("planted.json"), |file| Ok(serde_json::to_writer(file, &catalogue.truth)?))?;
    let fingerprint = Fingerprint::of(&catalogue.dataset);
    let document = json!({ "folder": out.to_string_lossy(), "fingerprint": fingerprint, "config": config });
    context.print(&document, || format!("{}: {fingerprint}\n", out.display()))
}

fn name_the_flag(error: DataError) -> Problem {
    match error {
        DataError::BadSetting { name, .. } => {
            Problem::from(error).hint(format!("the flag is `--{}`", name.replace('_', "-")))
        }
        error => error.into(),
    }
}
