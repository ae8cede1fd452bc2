//! Pages and plots of runs.

use std::path::PathBuf;

use culet::answers::{Colour, MapOf, MapWish, Projection};
use culet::report::{Plot, PlotOf, Report};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::Problem;
use crate::threads::{Teller, Threads};

/// What is wanted of a map, in words that are checked here.
fn map_wish(of: Option<&str>, n: usize, seed: u64, by: &str, colour: &str) -> Result<MapWish, Problem> {
    let of = of.map(|word| {
        MapOf::of_word(word).ok_or_else(|| Problem::input(format!("`of` is `{word}`, expected users or items")))
    });
    let by =
        Projection::of_word(by).ok_or_else(|| Problem::input(format!("`map` is `{by}`, expected pca or t-sne")))?;
    Ok(MapWish { of: of.transpose()?, n, seed, by, colour: Colour::of_word(colour) })
}

/// A page about runs, as HTML.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub(crate) fn report(
    py: Python<'_>,
    runs: Vec<PathBuf>,
    names: Vec<String>,
    controls: Vec<String>,
    of: Option<&str>,
    points: usize,
    map: &str,
    colour: &str,
    seed: u64,
    n_threads: usize,
) -> PyResult<String> {
    let controls = Report::controls_of(&controls).map_err(Problem::from)?;
    let map = map_wish(of, points, seed, map, colour)?;
    let report = Report { runs: &runs, names: &names, controls: &controls, map, seed };
    let work = |pool: &culet::ThreadPool, _: &mut Teller| report.html(pool).map_err(Problem::from);
    Ok(Threads::new(n_threads).patiently(py, None, work)??)
}

/// A drawing of a run: SVG, or else PNG, and what is to be seen in words.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub(crate) fn plot<'py>(
    py: Python<'py>,
    run: PathBuf,
    name: Option<String>,
    what: &str,
    of: Option<&str>,
    points: usize,
    map: &str,
    colour: &str,
    seed: u64,
    n_threads: usize,
) -> PyResult<(String, Bound<'py, PyBytes>, String)> {
    let words: Vec<&str> = PlotOf::ALL.iter().map(|(word, _)| *word).collect();
    let unknown = || Problem::input(format!("`what` is `{what}`, expected one of {}", words.join(", ")));
    let drawn = PlotOf::of_word(what).ok_or_else(unknown)?;
    let plot = Plot { run, name, of: drawn, map: map_wish(of, points, seed, map, colour)? };
    let work = |pool: &culet::ThreadPool, _: &mut Teller| {
        let picture = plot.draw(pool)?;
        Ok::<_, Problem>((picture.svg(), picture.png()?, picture.description().to_owned()))
    };
    let (svg, png, description) = Threads::new(n_threads).patiently(py, None, work)??;
    Ok((svg, PyBytes::new(py, &png), description))
}
