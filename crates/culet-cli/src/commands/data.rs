//! `culet data`: look at data sets and make them.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::data::{CatalogueConfig, Fingerprint, describe, synthesise, to_text, write_atomically, write_kgat};
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
            .value_parser(value_parser!(usize))
            .help(format!("{help} [default: {default}]"))
    };
    let number = |name: &'static str, default: f64, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("X")
            .value_parser(value_parser!(f64))
            .help(format!("{help} [default: {default}]"))
    };
    Command::new("synth")
        .about("Generate a catalogue of films whose users follow planted intents")
        .after_help("The folder has the layout of KGAT and KGIN, and `planted.json` tells the intents behind the choices.\n\nExamples:\n  culet data synth films\n  culet data synth big --n-users 300000 --n-items 100000 --n-interactions 10000000")
        .arg(Arg::new("out").value_name("OUT").required(true).value_parser(value_parser!(PathBuf)).help("the folder to write"))
        .arg(count("n-users", defaults.n_users, "users"))
        .arg(count("n-items", defaults.n_items, "films"))
        .arg(count("n-interactions", defaults.n_interactions, "pairs of user and film, training and test together"))
        .arg(count("n-intents", defaults.n_intents, "planted intents, 1 to 4"))
        .arg(count("favourites", defaults.favourites, "attributes of a relation that a user likes"))
        .arg(number("noise", defaults.noise, "share of choices by popularity alone"))
        .arg(number("popularity-exponent", defaults.popularity_exponent, "how skewed the popularity of films is"))
        .arg(number("attribute-exponent", defaults.attribute_exponent, "how skewed the sizes of attributes are"))
        .arg(number("facts-per-item", defaults.facts_per_item, "facts of a film, on average"))
        .arg(number("series-share", defaults.series_share, "share of films that belong to a series"))
        .arg(number("intent-spread", defaults.intent_spread, "how far users are from having all intents alike"))
        .arg(number("test-share", defaults.test_share, "share of each user's pairs that are for testing"))
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
    let catalogue = context.pool.install(|| synthesise(&config))?;
    write_kgat(out, &catalogue.dataset)?;
    write_atomically(&out.join("planted.json"), |file| Ok(serde_json::to_writer(file, &catalogue.truth)?))?;
    let fingerprint = Fingerprint::of(&catalogue.dataset);
    let document = json!({ "folder": out, "fingerprint": fingerprint, "config": config });
    context.print(&document, || format!("{}: {fingerprint}\n", out.display()))
}
