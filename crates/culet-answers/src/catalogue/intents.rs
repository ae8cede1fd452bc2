//! Intents in words: their relations, strongest first.

use culet_graph::Names;
use culet_model::Facets;
use serde::Serialize;

/// An intent in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Intent {
    /// From 1.
    pub intent: usize,
    /// Of a user, or the mean over all users.
    pub share: f64,
    /// Relations with their weights, the strongest first.
    pub relations: Vec<(String, f64)>,
}

/// The learned intents, with their mean shares.
#[must_use]
pub fn intents_in_words(facets: &Facets, relations: &Names) -> Vec<Intent> {
    let n_users = facets.user_shares.len().max(1) as f64;
    let mean = |p: usize| facets.user_shares.iter().map(|shares| shares[p]).sum::<f64>() / n_users;
    in_words(facets, relations, mean)
}

/// The learned intents, with the shares of a user.
///
/// # Panics
/// If there is no such user.
#[must_use]
pub fn intents_of_user(facets: &Facets, relations: &Names, user: u32) -> Vec<Intent> {
    in_words(facets, relations, |p| facets.user_shares[user as usize][p])
}

fn in_words(facets: &Facets, relations: &Names, share: impl Fn(usize) -> f64) -> Vec<Intent> {
    let of = |(p, weights): (usize, &Vec<f64>)| {
        let mut named: Vec<(String, f64)> =
            weights.iter().enumerate().map(|(r, &weight)| (relations.label(r).to_owned(), weight)).collect();
        named.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Intent { intent: p + 1, share: share(p), relations: named }
    };
    facets.relations.iter().enumerate().map(of).collect()
}

impl Intent {
    /// The `n` strongest relations, such as `stars 31 %, directed_by 22 %`.
    #[must_use]
    pub fn strongest(&self, n: usize) -> String {
        let part = |(name, weight): &(String, f64)| format!("{name} {:.0} %", 100.0 * weight);
        self.relations.iter().take(n).map(part).collect::<Vec<_>>().join(", ")
    }
}
