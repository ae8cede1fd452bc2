//! Vectors of a run, or of a file, in the formats of other programs.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use culet::data::{Run, RunKind, VectorFormat, VectorTable, read_vectors, thousands, write_vectors};
use culet::graph::Names;
use culet::kernels::Matrix;
use culet::model::NetworkEmbedding;
use culet::train::StoredNetworkRun;
use serde_json::json;

use super::place;
use crate::context::Context;
use crate::problem::Problem;

/// Which vectors of a run.
pub(super) const WHICH: [&str; 4] = ["published", "concatenated", "centres", "aspects"];

/// The most bytes of a line that are looked at to tell vectors from edges.
const GLANCE: u64 = 1 << 16;

pub(super) fn of_run(context: &Context, matches: &ArgMatches, path: &Path, out: &Path) -> Result<(), Problem> {
    let format = check_out(matches, out)?;
    if Run::open(path)?.manifest.kind != RunKind::Network {
        let message = format!("`{}` is a run of a catalogue, whose vectors are not converted", path.display());
        return Err(Problem::input(message).hint("runs of networks are, as `culet train deepwalk` writes them"));
    }
    let stored = StoredNetworkRun::open(path)?;
    let tables = chosen(&stored.embedding, matches)?;
    let data = stored.data();
    let dim = tables.iter().map(Matrix::dim).sum();
    let table = VectorTable::from_rows(&data.nodes, dim, |row, out| {
        let mut from = 0;
        for table in &tables {
            out[from..from + table.dim()].copy_from_slice(&table.row(row)[..table.dim()]);
            from += table.dim();
        }
    });
    write_vectors(out, format, &table.with_types(data.network.types.as_ref()))?;
    tell(context, out, format, (data.nodes.len(), dim))
}

pub(super) fn of_file(
    context: &Context,
    matches: &ArgMatches,
    (path, from): (&Path, VectorFormat),
    out: &Path,
) -> Result<(), Problem> {
    let format = check_out(matches, out)?;
    let (nodes, table): (Names, Matrix) = read_vectors(path, from)?;
    write_vectors(out, format, &VectorTable::of(&nodes, &table))?;
    tell(context, out, format, (nodes.len(), table.dim()))
}

fn tell(context: &Context, out: &Path, format: VectorFormat, (n, dim): (usize, usize)) -> Result<(), Problem> {
    let document =
        json!({ "out": out.to_string_lossy(), "kind": "vectors", "format": format.name(), "vectors": n, "dim": dim });
    let text = || format!("{}: {} vectors of {dim} numbers ({})\n", out.display(), thousands(n as u64), format.name());
    context.print(&document, text)
}

/// The format to write, once it is known that there is room for it.
fn check_out(matches: &ArgMatches, out: &Path) -> Result<VectorFormat, Problem> {
    let named = matches.get_one::<String>("to");
    let format = match named.map(|name| (name, VectorFormat::from_name(name))) {
        Some((_, Some(format))) => format,
        Some((name, None)) => {
            let message = format!("`--to {name}` is about catalogues, and IN holds vectors");
            return Err(Problem::input(message).hint("leave it out, and the ending of OUT tells the format"));
        }
        None => VectorFormat::of_path(out)?,
    };
    place::check_file(out)?;
    if format == VectorFormat::Npy {
        place::check_file(&ids_beside(out))?;
    }
    Ok(format)
}

/// The file of the ids of a NumPy array.
fn ids_beside(path: &Path) -> PathBuf {
    path.with_extension("ids.txt")
}

/// The tables that the flags ask for, to stand side by side.
fn chosen(embedding: &NetworkEmbedding, matches: &ArgMatches) -> Result<Vec<Matrix>, Problem> {
    let which = matches.get_one::<String>("vectors").map_or("published", String::as_str);
    let aspect: Option<usize> = matches.get_one("aspect").copied();
    if aspect.is_some() && which != "aspects" {
        return Err(Problem::input(format!("`--aspect` says which aspect, but the vectors are `{which}`"))
            .hint("add `--vectors aspects`"));
    }
    Ok(match which {
        "concatenated" => vec![embedding.concatenated()],
        "centres" => vec![embedding.centre_vectors()],
        "aspects" => match aspect {
            None => (0..embedding.n_aspects).map(|aspect| embedding.aspect_vectors(aspect)).collect(),
            Some(aspect) if (1..=embedding.n_aspects).contains(&aspect) => vec![embedding.aspect_vectors(aspect - 1)],
            Some(aspect) => {
                let message = format!("aspect `{aspect}` does not exist: the run has {}", embedding.n_aspects);
                return Err(Problem::input(message).hint("aspects count from 1"));
            }
        },
        _ => vec![embedding.published()],
    })
}

/// The format of a file of vectors; `None` for what is rather a network. The endings .txt and .tsv belong to both, so
/// that the first lines decide.
pub(super) fn format_of(path: &Path) -> Option<VectorFormat> {
    if !path.is_file() {
        return None;
    }
    let format = VectorFormat::of_path(path).ok()?;
    let holds_vectors = match format {
        VectorFormat::Word2VecText => begins_like_word2vec(path),
        VectorFormat::Tsv => first_lines(path).is_some_and(|[first, _]| {
            let names: Vec<&str> = first.split('\t').collect();
            names[0] == "id" && names.contains(&"x0")
        }),
        _ => true,
    };
    holds_vectors.then_some(format)
}

/// A line `n d`, then one of an id and d numbers; with one dimension, that is an edge list.
fn begins_like_word2vec(path: &Path) -> bool {
    let Some([first, second]) = first_lines(path) else { return false };
    let counts: Vec<Option<usize>> = first.split_whitespace().map(|word| word.parse().ok()).collect();
    let [Some(n), Some(dim)] = counts[..] else { return false };
    let n_columns = second.split_whitespace().count();
    // The second line of many dimensions may be longer than a glance.
    n > 0 && dim > 1 && (n_columns == dim + 1 || second.len() as u64 >= GLANCE - first.len() as u64 - 1)
}

fn first_lines(path: &Path) -> Option<[String; 2]> {
    let mut reader = BufReader::new(File::open(path).ok()?).take(GLANCE);
    let mut line = || {
        let mut bytes = Vec::new();
        reader.read_until(b'\n', &mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned())
    };
    Some([line()?, line()?])
}
