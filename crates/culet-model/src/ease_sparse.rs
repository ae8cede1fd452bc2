//! EASE by neighbourhoods: for catalogues whose whole table does not fit into memory.
//!
//! Spisak, Bartyzal, Hoskovec, Peska, Tuma: "Scalable Approximate NonSymmetric Autoencoder for Collaborative Filtering",
//! RecSys 2023, <https://doi.org/10.1145/3604915.3608827>, has the aim, weights near those of EASE in bounded memory. The
//! way is another one: for each item the weights of its most telling items alone are exact (see the module `linear`).
//! The settings are those of `ease`.

use crate::ease::{EaseConfig, GRAPH_WEIGHT, KEEP, LAMBDA, POPULARITY_EXPONENT, RIDGE_EXPONENT, SEARCH, USER_EXPONENT};
use crate::linear::{EaseProblem, ease_sparse, ease_sparse_cost};
use crate::registry::Build;
use crate::{Kind, ModelError, ModelSpec, Paper, Problem, Scorer, Setting};

/// The registry's entry.
pub(crate) const SPEC: ModelSpec = ModelSpec {
    name: "ease-sparse",
    class: "EASESparse",
    title: "EASE by neighbourhoods",
    summary: "nearly the weights of EASE in little memory: exact among the most telling items of each",
    paper: Paper {
        authors: "Spišák, Bartyzal, Hoskovec, Peška, Tůma",
        title: "Scalable Approximate NonSymmetric Autoencoder for Collaborative Filtering",
        venue: "RecSys 2023",
        link: "https://doi.org/10.1145/3604915.3608827",
    },
    uses_graph: true,
    explains: true,
    settings: &[
        LAMBDA,
        USER_EXPONENT,
        RIDGE_EXPONENT,
        POPULARITY_EXPONENT,
        GRAPH_WEIGHT,
        Setting {
            name: "neighbours",
            help: "items whose weights are solved for, for each item",
            kind: Kind::Integer(1, 4096),
            default: "200",
        },
        Setting { default: "200", ..KEEP },
    ],
    search: SEARCH,
    cost: Some(ease_sparse_cost),
    new_users: "by the history through the weights of the items, exact",
    build: Build::Closed(fit),
    ..ModelSpec::RECOMMENDER
};

#[derive(serde::Deserialize)]
struct Config {
    #[serde(flatten)]
    ease: EaseConfig,
    neighbours: usize,
}

fn fit(settings: &toml::Table, problem: Problem<'_>, _: u64) -> Result<Scorer, ModelError> {
    let config: Config = settings.clone().try_into().expect("each setting is a field");
    let paths = config.ease.paths(problem);
    let solve = |problem: EaseProblem<'_>| Ok(ease_sparse(problem, config.neighbours));
    config.ease.weights(problem, paths.as_ref(), solve).map(Scorer::of_weights)
}
