//! `culet data convert`

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::data::{CatalogueTarget, DataKind, NetworkData, VectorFormat, thousands, write_edge_list, write_network};
use serde_json::json;

use super::super::catalogue::{self, first_given};
use super::split::path_argument;
use super::{convert_catalogue, convert_vectors, options, place};
use crate::context::Context;
use crate::problem::Problem;

const EXAMPLES: &str = "\
IN                                  OUT
a catalogue in any format           a folder: parquet or kgat, which hold everything; recbole; table
                                    (train.csv, valid.csv, test.csv, facts.csv)
an edge list, or a folder with one  a folder, or a file .tsv, .csv, .txt or .edges (.gz behind)
a run folder of a network           vectors: .txt, .vec or .w2v (word2vec), .bin (word2vec-binary),
                                    .npy (ids beside it, in .ids.txt), .parquet, .tsv
a file of vectors                   vectors

Of a catalogue is written what models learn from: who took what, in which part, facts, ids, names;
no ratings and no times. An id that a format cannot hold is an error; what else it loses is said.

Examples:
  culet data convert ratings.csv shop --attributes items.csv --min-rating 4
  culet data convert shop shop-recbole --to recbole
  culet data convert ml-25m.zip ml-25m --to kgat
  culet data convert edges.csv.gz network --directed
  culet data convert data/ppi ppi.tsv.gz
  culet data convert run vectors.parquet
  culet data convert run aspect-2.w2v --vectors aspects --aspect 2
  culet data convert vectors.bin vectors.npy";

/// Endings of edge lists that are written, with what separates their columns.
const EDGE_LISTS: [(&str, char); 5] = [("tsv", '\t'), ("csv", ','), ("txt", ' '), ("edges", ' '), ("edgelist", ' ')];

pub(super) fn command() -> Command {
    Command::new("convert")
        .about("Write a catalogue, a network, or the vectors of a run in another format")
        .after_help(EXAMPLES)
        .arg(path_argument("data", "IN", "a catalogue, a network, a run folder of a network, or a file of vectors"))
        .arg(path_argument("out", "OUT", "the file or folder to write; must be new"))
        .arg(Arg::new("to").long("to").value_name("FORMAT").value_parser(targets()).help(
            "the format to write: of a catalogue parquet, kgat, recbole or table [default: parquet]; of vectors \
                 one of the others, or parquet [default: by the ending of OUT]",
        ))
        .arg(Arg::new("vectors").long("vectors").value_name("WHICH").value_parser(convert_vectors::WHICH).help(
            "of a run: published (the mean of centres and contexts), concatenated (centres and the contexts of \
                     each aspect side by side), centres, or aspects (contexts) [default: published]",
        ))
        .arg(
            Arg::new("aspect")
                .long("aspect")
                .value_name("N")
                .value_parser(value_parser!(usize))
                .help("with `--vectors aspects`: the one aspect, from 1 [default: all side by side]"),
        )
        .args(catalogue::arguments_beside_tables())
        .args(options::arguments())
}

/// The formats of catalogues and of vectors, each once.
fn targets() -> Vec<&'static str> {
    let mut names: Vec<_> = CatalogueTarget::ALL.map(CatalogueTarget::name).into();
    let of_vectors = VectorFormat::ALL.map(VectorFormat::name);
    names.extend(of_vectors.into_iter().filter(|name| CatalogueTarget::from_name(name).is_none()));
    names
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<(), Problem> {
    let path: &PathBuf = matches.get_one("data").expect("required");
    let out: &PathBuf = matches.get_one("out").expect("required");
    let of_catalogues = first_given(matches, &[&catalogue::FLAGS]);
    if path.join("manifest.json").is_file() {
        refuse(options::given(matches), "networks")?;
        refuse(of_catalogues, "catalogues")?;
        return convert_vectors::of_run(context, matches, path, out);
    }
    refuse(["vectors", "aspect"].into_iter().find(|flag| matches.contains_id(flag)), "runs")?;
    let to = matches.get_one::<String>("to").map(String::as_str);
    let to_catalogue = to.and_then(CatalogueTarget::from_name);
    if let Some(format) = convert_vectors::format_of(path).filter(|format| {
        // Numbers in Parquet and NumPy may be vectors as well as who took what.
        let may_be_either = matches!(format, VectorFormat::Parquet | VectorFormat::Npy);
        !may_be_either
            || of_catalogues.is_none() && (out.extension().is_some() || to.is_some_and(|_| to_catalogue.is_none()))
    }) {
        refuse(options::given(matches), "networks")?;
        refuse(of_catalogues, "catalogues")?;
        return convert_vectors::of_file(context, matches, (path, format), out);
    }
    let of_networks = first_given(matches, &[&options::NETWORK_FLAGS]);
    match catalogue::kind(path, matches, of_catalogues, of_networks)? {
        DataKind::Catalogue => convert_catalogue::run(context, matches, out),
        DataKind::Network => {
            refuse(to.map(|_| "to"), "catalogues and vectors")?;
            convert_network(context, matches, path, out)
        }
    }
}

fn refuse(flag: Option<&str>, kind: &str) -> Result<(), Problem> {
    match flag {
        Some(flag) => {
            Err(Problem::input(format!("`--{flag}` is about {kind}, and IN holds none")).hint("leave it out"))
        }
        None => Ok(()),
    }
}

fn convert_network(context: &Context, matches: &ArgMatches, path: &Path, out: &Path) -> Result<(), Problem> {
    let delimiter = delimiter_of(out)?;
    match delimiter {
        Some(_) => place::check_file(out)?,
        None => place::check_folder(out)?,
    }
    let data = options::read(path, matches)?;
    data.notes.iter().for_each(|note| context.remark(&format!("note: {note}")));
    match delimiter {
        Some(delimiter) => {
            write_edge_list(out, &data, delimiter)?;
            remark_losses(context, &data);
        }
        None => write_network(out, &data, None)?,
    }
    let network = &data.network;
    let (n_nodes, n_edges) = (network.n_nodes(), network.n_edges());
    let document = json!({
        "out": out.to_string_lossy(), "kind": if delimiter.is_some() { "edge list" } else { "network" },
        "nodes": n_nodes, "edges": n_edges, "directed": network.is_directed(),
    });
    let direction = if network.is_directed() { "directed" } else { "undirected" };
    let [nodes, edges] = [n_nodes, n_edges].map(|n| thousands(n as u64));
    context.print(&document, || format!("{}: {nodes} nodes, {edges} {direction} edges\n", out.display()))
}

/// What separates the columns of a file of this name; `None` for a folder.
fn delimiter_of(out: &Path) -> Result<Option<char>, Problem> {
    let name = out.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    let ending = Path::new(plain).extension().map(|ending| ending.to_string_lossy().into_owned());
    match EDGE_LISTS.iter().find(|(own, _)| ending.as_deref() == Some(*own)) {
        Some(&(_, delimiter)) => Ok(Some(delimiter)),
        None if ending.is_none() && plain == name => Ok(None),
        None if VectorFormat::of_path(out).is_ok() => {
            let message = format!("`{}` is a file of vectors, and IN is a network", out.display());
            Err(Problem::input(message).hint("train a model first, as by `culet train deepwalk`, and convert its run"))
        }
        None => Err(Problem::input(format!("the ending of `{}` tells no format of networks", out.display()))
            .hint("edge lists end in .tsv, .csv, .txt or .edges, with .gz behind or not; a folder has no ending")),
    }
}

/// What an edge list has no place for.
fn remark_losses(context: &Context, data: &NetworkData) {
    let network = &data.network;
    let isolated = |&node: &usize| network.out_degree(node) + network.in_degree(node) == 0;
    let n_isolated = (0..network.n_nodes()).filter(isolated).count();
    let n_named = (0..data.nodes.len()).filter(|&node| data.nodes.name(node).is_some()).count();
    let lost = [
        (network.types.is_some(), "the types of nodes".to_owned()),
        (n_named > 0, "the names of nodes".to_owned()),
        (data.labels.is_some(), "the labels".to_owned()),
        (!data.split.is_empty(), "the withheld parts".to_owned()),
        (n_isolated > 0, format!("nodes without an edge ({})", thousands(n_isolated as u64))),
        (network.is_directed(), "that edges have a direction (`--directed` tells it)".to_owned()),
    ];
    let lost: Vec<String> = lost.into_iter().filter(|(is_lost, _)| *is_lost).map(|(_, what)| what).collect();
    if !lost.is_empty() {
        context.remark(&format!("note: an edge list does not hold {}", lost.join(", ")));
    }
}
