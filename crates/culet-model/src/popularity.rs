//! Popularity: the same list for everybody, which anything personal has to beat.

use culet_graph::Interactions;

use crate::cost::{Cost, Work};
use crate::registry::Build;
use crate::{ModelError, ModelSpec, Paper, Problem, Scorer};

/// The registry's entry.
pub(crate) const SPEC: ModelSpec = ModelSpec {
    name: "popularity",
    class: "Popularity",
    title: "Popularity",
    summary: "how many users took each item: the same list for everybody",
    paper: Paper {
        authors: "Cremonesi, Koren, Turrin",
        title: "Performance of Recommender Algorithms on Top-N Recommendation Tasks",
        venue: "RecSys 2010",
        link: "https://doi.org/10.1145/1864708.1864721",
    },
    cost: Some(|_, _, size| Cost::at_once(Work::gathered(8.0 * size.pairs), 8.0 * size.items)),
    new_users: "by the same list as everybody",
    build: Build::Closed(fit),
    ..ModelSpec::RECOMMENDER
};

fn fit(_: &toml::Table, problem: Problem<'_>, _: u64) -> Result<Scorer, ModelError> {
    Ok(Scorer::of_bias(popularity(problem.train)))
}

/// b_i = |users who took i|
fn popularity(log: &Interactions) -> Vec<f32> {
    log.item_degrees().into_iter().map(|degree| degree as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_score_by_their_users() {
        let log = Interactions::from_pairs(3, 3, &[(0, 1), (1, 1), (2, 0)]).unwrap();
        assert_eq!(popularity(&log), [1.0, 2.0, 0.0]);
    }
}
