//! RP3beta: random walks of three steps, user to item to user to item, with popular items held down.
//!
//! Paudel, Christoffel, Newell, Bernstein: "Updatable, Accurate, Diverse, and Scalable Recommendations for Interactive
//! Applications", TiiS 2016, <https://doi.org/10.1145/2955101>.

use culet_graph::{Interactions, UserId};
use culet_kernels::SparseMatrix;

use crate::linear::{neighbours, neighbours_cost};
use crate::registry::Build;
use crate::{Kind, ModelError, ModelSpec, Paper, Problem, Range, Scale, Scorer, Setting};

/// The registry's entry.
pub(crate) const SPEC: ModelSpec = ModelSpec {
    name: "rp3beta",
    class: "RP3Beta",
    title: "RP3beta",
    summary: "random walks of three steps over who took what, popular items held down",
    paper: Paper {
        authors: "Paudel, Christoffel, Newell, Bernstein",
        title: "Updatable, Accurate, Diverse, and Scalable Recommendations for Interactive Applications",
        venue: "TiiS 2016",
        link: "https://doi.org/10.1145/2955101",
    },
    explains: true,
    settings: SETTINGS,
    search: &[
        Range { name: "neighbours", scale: Scale::Whole(20, 1_000) },
        Range { name: "alpha", scale: Scale::Linear(0.2, 1.6) },
        Range { name: "beta", scale: Scale::Linear(0.0, 1.0) },
    ],
    cost: Some(neighbours_cost),
    new_users: "by the history through the weights of the items, exact",
    build: Build::Closed(fit),
    ..ModelSpec::RECOMMENDER
};

const SETTINGS: &[Setting] = &[
    Setting {
        name: "neighbours",
        help: "items that an item speaks for, at most",
        kind: Kind::Integer(1, 1_000_000),
        default: "200",
    },
    Setting {
        name: "alpha",
        help: "power of each step's probability (the paper's alpha)",
        kind: Kind::Number(0.0, 10.0),
        default: "0.8",
    },
    Setting {
        name: "beta",
        help: "power of the popularity that an item's score is divided by (the paper's beta)",
        kind: Kind::Number(0.0, 10.0),
        default: "0.4",
    },
];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    neighbours: usize,
    alpha: f64,
    beta: f64,
}

fn fit(settings: &toml::Table, problem: Problem<'_>, _: u64) -> Result<Scorer, ModelError> {
    let config: Config = settings.clone().try_into().expect("each setting is a field");
    Ok(Scorer::of_weights(weights(problem.train, &config)))
}

/// W_ji = |U_j|^-alpha * sum over u in U_i and U_j of |N_u|^-alpha * |U_i|^-beta
///
/// U_i: the users of an item, N_u: the items of a user. The first step, from the user to the items of the history, is
/// the same factor for all items.
fn weights(log: &Interactions, config: &Config) -> SparseMatrix {
    let power = |count: usize, power: f64| if count == 0 { 0.0 } else { (count as f64).powf(-power) as f32 };
    let of_users = |user: usize| power(log.items_of(UserId(user as u32)).len(), config.alpha);
    let user_weights: Vec<f32> = (0..log.n_users()).map(of_users).collect();
    let degrees = log.item_degrees();
    let factors = |exponent: f64| degrees.iter().map(|&n| power(n as usize, exponent)).collect::<Vec<_>>();
    let (from, to) = (factors(config.alpha), factors(config.beta));
    // Each item chooses for whom it speaks, as in the reference program of Ferrari Dacrema et al. (RecSys 2019).
    let weigh = |j: u32, i: u32, walks: f32| from[j as usize] * walks * to[i as usize];
    neighbours(log, &user_weights, &weigh, config.neighbours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_by_hand() {
        // User 0 took items 0 and 1, users 1, 2 and 3 item 0.
        let log = Interactions::from_pairs(4, 2, &[(0, 0), (0, 1), (1, 0), (2, 0), (3, 0)]).unwrap();
        let weights = weights(&log, &Config { neighbours: 5, alpha: 1.0, beta: 0.5 });
        // From item 0: user 0 with 1/4, item 1 with 1/2, divided by 1. From item 1: 1, 1/2, divided by 2.
        assert_eq!(weights.row(0), (&[1][..], &[0.125][..]));
        assert_eq!(weights.row(1), (&[0][..], &[0.25][..]));
    }
}
