//! `culet report`: runs as one page; `culet plot`: one drawing of a run.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use culet::answers::{Colour, MapOf, MapWish, Projection};
use culet::data::write_atomically;
use culet::report::{Plot, PlotOf, Report};
use serde_json::json;

use super::{Done, timed};
use crate::context::{Context, deliver};
use crate::problem::Problem;
use crate::progress::waiting;

const EXAMPLES: &str = "\
Examples:
  culet report run -o report.html
  # several runs of the same data: side by side, with paired significance
  culet report with without -o compared.html
  # a map on which neighbours stay neighbours; items coloured by where a relation leads
  culet report run -o report.html --map t-sne --of items --colour genre
  # other models beside the run: those that need no training
  culet report run -o report.html --controls popularity,ease-sparse";

const PLOT_EXAMPLES: &str = "\
Examples:
  culet plot run --what curves -o curves.svg
  culet plot run --what relations -o intents.png
  culet plot run --what map --of items --colour genre --map t-sne -o map.svg
  culet plot net --what groups -o groups.svg";

pub(super) fn command() -> Command {
    Command::new("report")
        .about("Write a page about runs: results, curves, intents, groups, a map, the data, the cost; one file")
        .after_help(EXAMPLES)
        .arg(
            Arg::new("runs")
                .value_name("RUN")
                .required(true)
                .num_args(1..)
                .value_parser(value_parser!(PathBuf))
                .help("run folders; several of the same data are compared with the first"),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .short('o')
                .value_name("FILE")
                .default_value("report.html")
                .value_parser(value_parser!(PathBuf))
                .help("the page, which ends in `.html`; `-`: stdout"),
        )
        .arg(
            Arg::new("controls")
                .long("controls")
                .value_name("MODEL,MODEL,...")
                .default_value("popularity,item-knn")
                .help(
                    "models that stand beside a run of a catalogue, fitted at once on the same pairs; `none`: no model",
                ),
        )
        .args(map_arguments())
}

pub(super) fn plot_command() -> Command {
    Command::new("plot")
        .about("Draw one thing of a run, as SVG or PNG")
        .after_help(PLOT_EXAMPLES)
        .arg(super::evaluate::run_argument())
        .arg(
            Arg::new("what")
                .long("what")
                .value_name("WHAT")
                .required(true)
                .value_parser(PlotOf::ALL.map(|(word, _)| word))
                .help(
                    "loss and metrics; the embedding; shares of intents; intents x relations; groups of a network; recall \
                     by what users took; targets found by who took the item",
                ),
        )
        .arg(
            Arg::new("out")
                .long("out")
                .short('o')
                .value_name("FILE")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("the drawing, as the file ends: `.svg` or `.png`"),
        )
        .args(map_arguments())
}

fn map_arguments() -> Vec<Arg> {
    vec![
        Arg::new("map")
            .long("map")
            .value_name("HOW")
            .value_parser(["pca", "t-sne"])
            .default_value("pca")
            .help_heading("Map")
            .help("the two first principal components, at once; or t-SNE, seconds for thousands of points"),
        Arg::new("of")
            .long("of")
            .value_name("WHOM")
            .value_parser(["users", "items"])
            .help_heading("Map")
            .help("of a catalogue [default: users where the model learns intents, or else items]"),
        Arg::new("colour")
            .long("colour")
            .alias("color")
            .value_name("WHAT")
            .default_value("facet")
            .help_heading("Map")
            .help(
                "what colours stand for: `facet` (intent, group), `label`, `type`, `none`, or of items the name of a \
                 relation",
            ),
        Arg::new("points")
            .long("points")
            .value_name("N")
            .value_parser(value_parser!(u32).range(1..=100_000))
            .default_value("1000")
            .help_heading("Map")
            .help("points, at most; drawn at random where there are more"),
    ]
}

fn map_wish(context: &Context, matches: &ArgMatches) -> MapWish {
    let word = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    MapWish {
        of: word("of").and_then(MapOf::of_word),
        n: *matches.get_one::<u32>("points").expect("has a default") as usize,
        seed: context.seed,
        by: word("map").and_then(Projection::of_word).expect("clap knows the words"),
        colour: Colour::of_word(word("colour").expect("has a default")),
    }
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let runs: Vec<PathBuf> = matches.get_many("runs").expect("required").cloned().collect();
    let out: &PathBuf = matches.get_one("out").expect("has a default");
    if out != Path::new("-") && !ends_in(out, &["html", "htm"]) {
        let problem = Problem::input(format!("`{}` is no name of a page", out.display()));
        return Err(problem.hint("let it end in `.html`, so that nothing else is overwritten"));
    }
    let controls = match matches.get_one::<String>("controls").expect("has a default").as_str() {
        "none" => Vec::new(),
        words => Report::controls_of(&words.split(',').map(str::trim).collect::<Vec<_>>())?,
    };
    let report =
        Report { runs: &runs, names: &[], controls: &controls, map: map_wish(context, matches), seed: context.seed };
    let spinner = waiting(context, "writing the report");
    let (html, seconds) = timed(|| report.html(&context.pool));
    drop(spinner);
    let html = html?;
    if out == Path::new("-") {
        deliver(html.as_bytes())?;
        return Ok(Done::Wholly);
    }
    write(out, html.as_bytes())?;
    let document = json!({
        "report": out.to_string_lossy(),
        "runs": runs.iter().map(|run| run.to_string_lossy()).collect::<Vec<_>>(),
        "bytes": html.len(),
        "seconds": seconds,
    });
    context.print(&document, || format!("report: {} ({})\n", out.display(), size(html.len())))?;
    Ok(Done::Wholly)
}

pub(super) fn run_plot(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let out: &PathBuf = matches.get_one("out").expect("required");
    let is_svg = ends_in(out, &["svg"]);
    if !is_svg && !ends_in(out, &["png"]) {
        let problem = Problem::input(format!("`{}` is no name of a drawing", out.display()));
        return Err(problem.hint("let it end in `.svg` or `.png`"));
    }
    let what = matches.get_one::<String>("what").expect("required");
    let of = PlotOf::of_word(what).expect("clap knows the words");
    let run: &PathBuf = matches.get_one("run").expect("required");
    let spinner = waiting(context, "drawing");
    let picture = Plot { run: run.clone(), name: None, of, map: map_wish(context, matches) }.draw(&context.pool)?;
    let bytes = if is_svg { picture.svg().into_bytes() } else { picture.png()? };
    drop(spinner);
    write(out, &bytes)?;
    let document = json!({
        "plot": out.to_string_lossy(),
        "what": what,
        "run": run.to_string_lossy(),
        "bytes": bytes.len(),
        "description": picture.description(),
    });
    context.print(&document, || format!("plot: {} ({})\n", out.display(), size(bytes.len())))?;
    Ok(Done::Wholly)
}

/// Whether a name has one of these endings, in whichever letters.
fn ends_in(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| endings.contains(&ending.as_str()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    Ok(write_atomically(path, |file| file.write_all(bytes))?)
}

fn size(bytes: usize) -> String {
    format!("{} kB", culet::data::thousands((bytes as u64).div_ceil(1_000)))
}
