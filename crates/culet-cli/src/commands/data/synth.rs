//! `culet data synth`

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::data::{CatalogueConfig, Fingerprint, synthesise, write_atomically, write_kgat};
use serde_json::json;

use super::{name_the_flag, place, synth_network, with_dashes};
use crate::context::Context;
use crate::problem::Problem;

const EXAMPLES: &str = "\
A catalogue has the layout of KGAT and KGIN, and `planted.json` tells the intents behind the choices. A network comes
with its groups in `labels.tsv`, or with `--edges` has but a size and a power law.

Examples:
  culet data synth films
  culet data synth big --n-users 300000 --n-items 100000 --n-interactions 10000000
  culet data synth groups --network --nodes 5000 --groups 20 --overlap 0.4
  culet data synth wide --network --nodes 1000000 --edges 10000000 --exponent 2.3";

pub(super) fn command() -> Command {
    let defaults = CatalogueConfig::default();
    let flag = |name: &'static str, value: &'static str, help: String| {
        let flag = Arg::new(name).long(name).value_name(value).allow_negative_numbers(true).help(help);
        flag.conflicts_with("network")
    };
    let count = |name: &'static str, default: usize, help: &'static str| {
        flag(name, "N", format!("{help} [default: {default}]")).value_parser(value_parser!(usize))
    };
    let number = |name: &'static str, default: f64, help: &'static str| {
        flag(name, "X", format!("{help} [default: {default}]")).value_parser(value_parser!(f64))
    };
    Command::new("synth")
        .about("Generate a catalogue of films whose users follow planted intents, or a network with planted groups")
        .after_help(EXAMPLES)
        .arg(
            Arg::new("out")
                .value_name("OUT")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("the folder to write"),
        )
        .arg(count("n-users", defaults.n_users, "users, at least 1"))
        .arg(count("n-items", defaults.n_items, "films, at least 50"))
        .arg(count(
            "n-interactions",
            defaults.n_interactions,
            "pairs of user and film, training and test together; 2 a user up to a quarter of all pairs",
        ))
        .arg(count("n-intents", defaults.n_intents, "planted intents, 1 to 4"))
        .arg(count("favourites", defaults.favourites, "attributes of a relation that a user likes, 1 to 20"))
        .arg(number("noise", defaults.noise, "share of choices by popularity alone, 0 to 1"))
        .arg(number(
            "popularity-exponent",
            defaults.popularity_exponent,
            "how skewed the popularity of films is, 0 to 2",
        ))
        .arg(number(
            "attribute-exponent",
            defaults.attribute_exponent,
            "how skewed the sizes of attributes are, 0 to 2",
        ))
        .arg(number("facts-per-item", defaults.facts_per_item, "facts of a film on average, 10 to 60"))
        .arg(number("series-share", defaults.series_share, "share of films that belong to a series, 0.1 to 1"))
        .arg(number(
            "intent-spread",
            defaults.intent_spread,
            "how far users are from having all intents alike, 0 to 20",
        ))
        .arg(number("test-share", defaults.test_share, "share of each user's pairs that are for testing, 0 to 0.9"))
        .args(synth_network::arguments())
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<(), Problem> {
    let out: &PathBuf = matches.get_one("out").expect("required");
    place::check_folder(out)?;
    if matches.get_flag("network") {
        return synth_network::run(context, matches, out);
    }
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
    let catalogue = context.pool.install(|| synthesise(&config)).map_err(|error| name_the_flag(error, with_dashes))?;
    write_kgat(out, &catalogue.dataset)?;
    write_atomically(&out.join("planted.json"), |file| Ok(serde_json::to_writer(file, &catalogue.truth)?))?;
    let fingerprint = Fingerprint::of(&catalogue.dataset);
    let document = json!({ "folder": out.to_string_lossy(), "fingerprint": fingerprint, "config": config });
    context.print(&document, || format!("{}: {fingerprint}\n", out.display()))
}
