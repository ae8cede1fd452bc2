//! The catalogue that a command is about, with the graph that is asked for.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use culet::data::{
    CatalogueOptions, ColumnChoice, DataError, DataKind, Dataset, Fingerprint, Format, check_trainable, detect,
};
use culet::runs::give_graph;
use culet::train::GraphKind;

use super::data::options::delimiter;
use super::data::{name_the_flag, with_dashes};
use crate::context::Context;
use crate::problem::Problem;

const HEADING: &str = "Reading catalogues";

/// The flags about catalogues alone.
pub(super) const FLAGS: [&str; 6] = ["format", "min-rating", "skip-missing", "attributes", "graph", "links"];

/// The flag that takes no value.
const SKIP_MISSING: &str = "skip-missing";

/// What the files of a folder count from; it makes no table a catalogue.
const ID_BASE: &str = "id-base";

/// The flags about any table, be it of interactions or of edges.
pub(super) const TABLE_FLAGS: [&str; 3] = ["delimiter", "header", "columns"];

/// What DATA may be where a catalogue is meant.
pub(super) const DATA_HELP: &str = "\
a table of users and items (.csv, .tsv, .parquet, .arrow, ...; .gz, .zst), or a folder or zip in the format of KGAT, RecBole, \
RippleNet, MovieLens, ..., or a sparse matrix (.npz)";

/// The flags that say how a catalogue is to be understood.
pub(super) fn arguments() -> Vec<Arg> {
    let flag = |name: &'static str, value: &'static str| Arg::new(name).long(name).value_name(value);
    let tables = [
        flag("columns", "LIST").help(
            "what the columns of a table hold, such as user,item,rating,time, - for nothing; or by their names: \
             user=NAME,item=NAME [default: found out]",
        ),
        flag("delimiter", "CHAR")
            .value_parser(delimiter)
            .help("what separates columns: a character, or tab, comma, semicolon, space [default: found out]"),
        flag("header", "yes|no")
            .value_parser(["yes", "no"])
            .help("whether a table begins with a header [default: found out]"),
    ];
    let mut all = arguments_beside_tables();
    all.splice(1..1, tables.map(|argument| argument.help_heading(HEADING)));
    all
}

/// The same for commands that know the flags about tables from networks.
pub(super) fn arguments_beside_tables() -> Vec<Arg> {
    let flag = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help_heading(HEADING).help(help)
    };
    let files = |name, help| flag(name, "FILE", help).value_parser(value_parser!(PathBuf)).action(ArgAction::Append);
    vec![
        flag("format", "FORMAT", "what the files are [default: found out]").value_parser(Format::ALL.map(Format::name)),
        flag("min-rating", "X", "leave out interactions with a lower rating [default: each counts as taken]")
            .allow_negative_numbers(true)
            .value_parser(value_parser!(f64)),
        Arg::new(SKIP_MISSING)
            .long(SKIP_MISSING)
            .help_heading(HEADING)
            .action(ArgAction::SetTrue)
            .help("leave out and count lines with an empty or `NaN` id [default: they are errors]"),
        files(
            "attributes",
            "a table of the items, with a header: each column becomes a relation of the graph (lists are split, numbers \
             and years go into ranges), a title or name the item's; may be repeated",
        ),
        files("graph", "facts: head, relation, tail in a table, or N-Triples; may be repeated"),
        files("links", "a table of items and the entities of the graph that stand for them; may be repeated"),
        flag("id-base", "0|1", "what the files of a KGAT folder count from")
            .value_parser(value_parser!(u32).range(0..=1))
            .default_value("0"),
    ]
}

/// What these flags say.
pub(super) fn options(matches: &ArgMatches) -> Result<CatalogueOptions, Problem> {
    let columns = matches.get_one::<String>("columns").map(|text| ColumnChoice::parse(text)).transpose();
    let files = |name: &str| matches.get_many::<PathBuf>(name).unwrap_or_default().cloned().collect();
    Ok(CatalogueOptions {
        format: matches.get_one::<String>("format").and_then(|name| Format::from_name(name)),
        id_base: *matches.get_one("id-base").expect("has a default"),
        columns: columns.map_err(|error| name_the_flag(error, with_dashes))?,
        header: matches.get_one::<String>("header").map(|word| word == "yes"),
        delimiter: matches.get_one("delimiter").copied(),
        min_rating: matches.get_one("min-rating").copied(),
        skip_missing: matches.get_flag(SKIP_MISSING),
        attributes: files("attributes"),
        graphs: files("graph"),
        links: files("links"),
    })
}

/// The flags that were given, as a shell takes them again.
pub(super) fn given_again(matches: &ArgMatches) -> String {
    let mut again = String::new();
    for flag in TABLE_FLAGS.into_iter().chain(FLAGS).chain([ID_BASE]) {
        if matches.value_source(flag) == Some(ValueSource::CommandLine) {
            if flag == SKIP_MISSING {
                again += " --skip-missing";
                continue;
            }
            for value in matches.get_raw(flag).unwrap_or_default() {
                again += &format!(" --{flag} {}", quoted(&value.to_string_lossy()));
            }
        }
    }
    again
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_=,./:".contains(c));
    if is_plain { word.into() } else { format!("'{}'", word.replace('\'', r"'\''")).into() }
}

/// The first of these flags that was given.
pub(super) fn first_given(matches: &ArgMatches, flags: &[&[&'static str]]) -> Option<&'static str> {
    let is_given = |flag: &&str| matches.value_source(flag) == Some(ValueSource::CommandLine);
    flags.iter().copied().flatten().copied().find(is_given)
}

/// What lies at a path: by its files, and where those leave it open, by flags about catalogues or networks alone.
pub(super) fn kind(
    path: &Path,
    matches: &ArgMatches,
    of_catalogues: Option<&str>,
    of_networks: Option<&str>,
) -> Result<DataKind, Problem> {
    // Who names a user's and an item's column means a catalogue.
    let names_users = |columns: &String| {
        columns.split(',').any(|part| ["user", "item"].contains(&part.split('=').next().unwrap_or_default().trim()))
    };
    let columns = matches.get_one::<String>("columns").filter(|columns| names_users(columns));
    let of_catalogues = of_catalogues.or(columns.map(|_| "columns"));
    let found = detect(path);
    let misplaced = |flag: &str, about: &str| {
        let message = format!("`--{flag}` is about {about}, which `{}` is not", path.display());
        Err(Problem::input(message).hint("leave the flag out"))
    };
    let kind = match (of_catalogues, of_networks, &found) {
        (Some(flag), _, Ok(DataKind::Network)) if path.is_dir() => return misplaced(flag, "catalogues"),
        (_, Some(flag), Ok(DataKind::Catalogue)) if path.is_dir() => return misplaced(flag, "networks"),
        (Some(one), Some(other), _) => {
            let message = format!("`--{one}` is about catalogues, and `--{other}` about networks");
            return Err(Problem::input(message).hint("leave one of them out"));
        }
        (Some(_), None, _) => DataKind::Catalogue,
        (None, Some(_), _) => DataKind::Network,
        (None, None, _) => found?,
    };
    match first_given(matches, &[&[ID_BASE]]) {
        Some(flag) if kind == DataKind::Network => misplaced(flag, "catalogues"),
        _ => Ok(kind),
    }
}

/// A table that nothing calls a catalogue is read as a network: who meant users and items is told how to say so.
pub(super) fn remark_network(context: &Context, path: &Path, of_networks: Option<&str>) {
    if of_networks.is_none() && path.is_file() {
        context.remark(&format!(
            "note: no header names users and items, so `{}` is read as a network; `--format table` reads users and items",
            path.display()
        ));
    }
}

pub(super) fn read(matches: &ArgMatches) -> Result<Dataset, Problem> {
    read_by(matches, culet::data::read_catalogue)
}

/// Reads DATA, as these flags say, by one of the ways to read a catalogue.
pub(super) fn read_by<T>(
    matches: &ArgMatches,
    read: impl FnOnce(&Path, &CatalogueOptions) -> Result<T, DataError>,
) -> Result<T, Problem> {
    let path: &PathBuf = matches.get_one("data").expect("required");
    read(path, &options(matches)?).map_err(|error| name_the_flag(error, with_dashes))
}

/// Reads DATA with the graph that `--kg` asks for.
pub(super) fn read_catalogue(context: &Context, matches: &ArgMatches, who: &str) -> Result<Dataset, Problem> {
    refuse_network(matches, &format!("`{who}` needs"))?;
    let mut dataset = context.pool.install(|| read(matches))?;
    let word = matches.try_get_one::<String>("kg").ok().flatten();
    if let Some(kind) = word.and_then(|word| GraphKind::of_word(word)) {
        give_graph(&mut dataset, kind, context.seed);
    }
    check_trainable(&dataset)?;
    Ok(dataset)
}

/// Tells what was read.
pub(super) fn introduce(context: &Context, dataset: &Dataset, graph: &str) {
    context.remark(&format!("{}: {}", dataset.name, Fingerprint::of(dataset)));
    match graph {
        "random" => context.remark("note: the facts of the knowledge graph are dealt out at random"),
        "none" => context.remark("note: the knowledge graph is left out"),
        _ => {}
    }
    dataset.notes.iter().for_each(|note| context.remark(&format!("note: {note}")));
}

/// A folder with a network holds nothing that a recommender learns from; `needs` is "`kgin` learns from", say.
pub(super) fn refuse_network(matches: &ArgMatches, needs: &str) -> Result<(), Problem> {
    let folder: &PathBuf = matches.get_one("data").expect("required");
    // What else may be wrong with the place, its reader tells.
    if !folder.is_dir() || !matches!(detect(folder), Ok(DataKind::Network)) {
        return Ok(());
    }
    let shown = folder.display();
    Err(Problem::input(format!("`{shown}` holds a network, and {needs} a catalogue"))
        .hint(format!("`culet train asp2vec {shown}` learns from it; `culet models` lists the others")))
}
