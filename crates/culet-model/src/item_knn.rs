//! ItemKNN: items that were taken by the same users.
//!
//! Sarwar, Karypis, Konstan, Riedl: "Item-Based Collaborative Filtering Recommendation Algorithms", WWW 2001,
//! <https://doi.org/10.1145/371920.372071>; with the shrinkage of Bell & Koren (2007).

use culet_graph::Interactions;
use culet_kernels::SparseMatrix;

use crate::linear::{neighbours, neighbours_cost};
use crate::registry::Build;
use crate::{Kind, ModelError, ModelSpec, Paper, Problem, Range, Scale, Scorer, Setting};

/// The registry's entry.
pub(crate) const SPEC: ModelSpec = ModelSpec {
    name: "item-knn",
    class: "ItemKNN",
    title: "ItemKNN",
    summary: "items that the same users took: cosine with shrinkage, nearest neighbours",
    paper: Paper {
        authors: "Sarwar, Karypis, Konstan, Riedl",
        title: "Item-Based Collaborative Filtering Recommendation Algorithms",
        venue: "WWW 2001",
        link: "https://doi.org/10.1145/371920.372071",
    },
    explains: true,
    settings: SETTINGS,
    search: &[
        Range { name: "neighbours", scale: Scale::Whole(20, 1_000) },
        Range { name: "shrink", scale: Scale::Log(0.1, 1_000.0) },
    ],
    cost: Some(neighbours_cost),
    new_users: "by the history through the weights of the items, exact",
    build: Build::Closed(fit),
    ..ModelSpec::RECOMMENDER
};

const SETTINGS: &[Setting] = &[
    Setting {
        name: "neighbours",
        help: "items that speak for an item, at most",
        kind: Kind::Integer(1, 1_000_000),
        default: "100",
    },
    Setting {
        name: "shrink",
        help: "added to the cosine's denominator, so that few common users count less",
        kind: Kind::Number(0.0, 1e9),
        default: "10",
    },
];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    neighbours: usize,
    shrink: f64,
}

fn fit(settings: &toml::Table, problem: Problem<'_>, _: u64) -> Result<Scorer, ModelError> {
    let config: Config = settings.clone().try_into().expect("each setting is a field");
    Ok(Scorer::of_weights(weights(problem.train, &config)))
}

/// W_ji = |users of both| / (sqrt(|users of i| |users of j|) + shrink)
fn weights(log: &Interactions, config: &Config) -> SparseMatrix {
    let roots: Vec<f32> = log.item_degrees().into_iter().map(|degree| (degree as f32).sqrt()).collect();
    let shrink = config.shrink as f32;
    let cosine = |i: u32, j: u32, both: f32| both / (roots[i as usize] * roots[j as usize] + shrink);
    // Each item chooses who speaks for it.
    neighbours(log, &vec![1.0; log.n_users()], &cosine, config.neighbours).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_by_hand() {
        let log = Interactions::from_pairs(4, 2, &[(0, 0), (0, 1), (1, 0), (2, 0), (3, 0)]).unwrap();
        let weights = weights(&log, &Config { neighbours: 5, shrink: 2.0 });
        // One common user, four and one users: 1 / (2 + 2).
        assert_eq!(weights.row(0), (&[1][..], &[0.25][..]));
        assert_eq!(weights.row(1), (&[0][..], &[0.25][..]));
    }
}
