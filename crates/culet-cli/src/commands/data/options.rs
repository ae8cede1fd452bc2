//! What a person may say about the files of a network.

use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use culet::data::{Column, NetworkData, NetworkOptions, read_network};

use super::{name_the_flag, with_dashes};
use crate::problem::Problem;

const HEADING: &str = "Reading networks";

/// The flags in the order of the help.
const FLAGS: [&str; 9] =
    ["directed", "undirected", "nodes", "labels", "delimiter", "header", "columns", "typed-ids", "before"];

/// The flags about networks alone.
pub(in crate::commands) const NETWORK_FLAGS: [&str; 6] =
    ["directed", "undirected", "nodes", "labels", "typed-ids", "before"];

/// The flags that say how the files of a network are to be understood.
pub(in crate::commands) fn arguments() -> Vec<Arg> {
    let flag = |name: &'static str| Arg::new(name).long(name).help_heading(HEADING);
    let file = |name: &'static str| flag(name).value_name("FILE").value_parser(value_parser!(PathBuf));
    vec![
        flag("directed").action(ArgAction::SetTrue).conflicts_with("undirected").help("edges have a direction"),
        flag("undirected")
            .action(ArgAction::SetTrue)
            .help("edges have no direction [default: what `meta.json` says, or else none]"),
        file("nodes").help("the table of the nodes (id, type, name), instead of the one beside the edges"),
        file("labels").help("the labels (node, label), instead of those beside the edges"),
        flag("delimiter")
            .value_name("CHAR")
            .value_parser(delimiter)
            .help("what separates columns: a character, or tab, comma, semicolon, space [default: found out]"),
        flag("header")
            .value_name("yes|no")
            .value_parser(["yes", "no"])
            .help("whether files of edges begin with a header [default: found out]"),
        flag("columns")
            .value_name("LIST")
            .help("what columns hold, such as source,relation,target,weight,time (or user,item,rating,time), - for nothing; of \
                 interactions also by their names: user=NAME,item=NAME [default: found out]"),
        flag("typed-ids")
            .value_name("yes|no")
            .value_parser(["yes", "no"])
            .help("whether ids are TYPE:ID [default: found out]"),
        flag("before")
            .value_name("TIME")
            .allow_negative_numbers(true)
            .value_parser(value_parser!(f64))
            .help("leave out the edges from this time on"),
    ]
}

pub(in crate::commands) fn delimiter(text: &str) -> Result<char, String> {
    match text {
        "tab" | "\\t" => return Ok('\t'),
        "comma" => return Ok(','),
        "semicolon" => return Ok(';'),
        "space" | "blank" => return Ok(' '),
        _ => {}
    }
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Ok(letter),
        _ => Err("expected one character, or one of tab, comma, semicolon, space".to_owned()),
    }
}

/// The first of these flags that was given.
pub(super) fn given(matches: &ArgMatches) -> Option<&'static str> {
    FLAGS.into_iter().find(|flag| matches.value_source(flag) == Some(ValueSource::CommandLine))
}

/// Reads a network as the flags say.
pub(in crate::commands) fn read(path: &std::path::Path, matches: &ArgMatches) -> Result<NetworkData, Problem> {
    let yes = |name: &str| matches.get_one::<String>(name).map(|word| word == "yes");
    let flag = |name: &str| matches.get_flag(name);
    let columns = matches.get_one::<String>("columns").map(|text| Column::parse_list(text)).transpose();
    let options = NetworkOptions {
        directed: if flag("directed") || flag("undirected") { Some(flag("directed")) } else { None },
        columns: columns.map_err(|error| name_the_flag(error, with_dashes))?,
        header: yes("header"),
        delimiter: matches.get_one("delimiter").copied(),
        typed: yes("typed-ids"),
        before: matches.get_one("before").copied(),
        nodes: matches.get_one("nodes").cloned(),
        labels: matches.get_one("labels").cloned(),
    };
    read_network(path, &options).map_err(|error| name_the_flag(error, with_dashes))
}
