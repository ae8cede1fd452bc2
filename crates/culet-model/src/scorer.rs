//! What a recommender answers from, whatever it learned by.

use culet_graph::{ItemId, UserId};
use culet_kernels::{Matrix, SparseMatrix};

use crate::{Explanation, HistoryPart, Representation};

/// The scores of a recommender: a sum of parts, each with a factor for each user.
///
/// s(u, i) = sum over parts of c_u * part(u, i)
#[derive(Debug, Clone, Default)]
pub struct Scorer {
    /// At least one, each of another name.
    pub parts: Vec<Part>,
}

/// A part of the scores.
#[derive(Debug, Clone)]
pub struct Part {
    /// The model that it comes from, in a blend; empty where the part is all there is.
    pub name: String,
    /// How it scores.
    pub kind: PartKind,
    /// c `[n_users]`; all 1 if there is none.
    pub user_factors: Option<Vec<f32>>,
}

/// How a part scores.
#[derive(Debug, Clone)]
pub enum PartKind {
    /// The product <p_u, q_i>, or exp(<p_u, q_i> / t) with a temperature t.
    Vectors {
        /// p `[n_users, d]` and q `[n_items, d]`.
        vectors: Representation,
        /// t
        temperature: Option<f32>,
    },
    /// The sum over the items j of the user's history of W_ji; W `[n_items, n_items]`, the row is j.
    Weights(SparseMatrix),
    /// b_i, the same for all users; `[n_items]`.
    Bias(Vec<f32>),
}

/// Users who were never trained, as a scorer's parts see them.
#[derive(Debug, Clone)]
pub struct Newcomers {
    /// p `[n, d]` of each part, where it scores by vectors.
    pub vectors: Vec<Option<Matrix>>,
    /// c of each part, the same for all of them: the mean of those of the trained users.
    pub factors: Vec<f32>,
}

/// A user, as a part of a scorer sees it.
struct Seen<'a> {
    /// p, where the part scores by vectors.
    vector: &'a [f32],
    factor: f64,
}

impl Newcomers {
    /// With the vectors of each part, where it scores by vectors.
    ///
    /// # Panics
    /// If there are not as many vectors as parts.
    #[must_use]
    pub fn new(scorer: &Scorer, vectors: Vec<Option<Matrix>>) -> Self {
        assert_eq!(scorer.parts.len(), vectors.len(), "a place for each part");
        let mean = |factors: &Vec<f32>| {
            factors.iter().map(|x| f64::from(*x)).sum::<f64>() as f32 / factors.len().max(1) as f32
        };
        let factors = scorer.parts.iter().map(|part| part.user_factors.as_ref().map_or(1.0, mean)).collect();
        Self { vectors, factors }
    }
}

impl Scorer {
    /// A single part.
    #[must_use]
    pub fn of(kind: PartKind) -> Self {
        Self { parts: vec![Part { name: String::new(), kind, user_factors: None }] }
    }

    /// Scores by inner products.
    #[must_use]
    pub fn of_vectors(vectors: Representation) -> Self {
        Self::of(PartKind::Vectors { vectors, temperature: None })
    }

    /// Scores by the items of the history.
    #[must_use]
    pub fn of_weights(weights: SparseMatrix) -> Self {
        Self::of(PartKind::Weights(weights))
    }

    /// Scores that are the same for all users.
    #[must_use]
    pub fn of_bias(bias: Vec<f32>) -> Self {
        Self::of(PartKind::Bias(bias))
    }

    /// The vectors, where a single part without a temperature scores by them.
    #[must_use]
    pub fn sole_vectors(&self) -> Option<&Representation> {
        match self.parts.as_slice() {
            [Part { kind: PartKind::Vectors { vectors, temperature: None }, user_factors: None, .. }] => Some(vectors),
            _ => None,
        }
    }

    /// The numbers it holds.
    #[must_use]
    pub fn n_numbers(&self) -> usize {
        let of_table = |table: &Matrix| table.n_rows() * table.dim();
        let of_part = |part: &Part| {
            let own = match &part.kind {
                PartKind::Vectors { vectors, .. } => of_table(&vectors.users) + of_table(&vectors.items),
                PartKind::Weights(weights) => weights.n_stored(),
                PartKind::Bias(bias) => bias.len(),
            };
            own + part.user_factors.as_ref().map_or(0, Vec::len)
        };
        self.parts.iter().map(of_part).sum()
    }

    /// Why the user's score for each item is what it is: what each item of the history adds, and the rest.
    ///
    /// # Panics
    /// If the user, an item, or an item of the history is out of range.
    #[must_use]
    pub fn explain(&self, user: UserId, history: &[u32], items: &[ItemId]) -> Vec<Explanation> {
        let seen = |part: usize| {
            let Part { kind, user_factors, .. } = &self.parts[part];
            let vector = match kind {
                PartKind::Vectors { vectors, .. } => vectors.users.row(user.index()),
                _ => &[],
            };
            Seen { vector, factor: user_factors.as_ref().map_or(1.0, |factors| f64::from(factors[user.index()])) }
        };
        items.iter().map(|&item| self.explain_one(&seen, history, item)).collect()
    }

    /// The same for a user who was never trained, by its place among the newcomers.
    ///
    /// # Panics
    /// As [`Scorer::explain`].
    #[must_use]
    pub fn explain_newcomer(
        &self,
        newcomers: &Newcomers,
        place: usize,
        history: &[u32],
        items: &[ItemId],
    ) -> Vec<Explanation> {
        let seen = |part: usize| Seen {
            vector: newcomers.vectors[part].as_ref().map_or(&[], |vectors| vectors.row(place)),
            factor: f64::from(newcomers.factors[part]),
        };
        items.iter().map(|&item| self.explain_one(&seen, history, item)).collect()
    }

    fn explain_one<'a>(&self, seen: &impl Fn(usize) -> Seen<'a>, history: &[u32], item: ItemId) -> Explanation {
        let mut from_history: Vec<HistoryPart> =
            history.iter().map(|&other| HistoryPart::without_paths(ItemId(other), 0.0)).collect();
        let mut own = 0.0;
        for (part, Part { kind, .. }) in self.parts.iter().enumerate() {
            let Seen { vector: p, factor } = seen(part);
            match kind {
                PartKind::Vectors { vectors, temperature } => {
                    let q = vectors.items.row(item.index());
                    let product: f64 = p.iter().zip(q).map(|(p, q)| f64::from(*p) * f64::from(*q)).sum();
                    own += factor * temperature.map_or(product, |t| (product / f64::from(t)).exp());
                }
                PartKind::Weights(weights) => {
                    for part in &mut from_history {
                        part.contribution += factor * entry(weights, part.item, item);
                    }
                }
                PartKind::Bias(bias) => own += factor * f64::from(bias[item.index()]),
            }
        }
        let score = own + from_history.iter().map(|part| part.contribution).sum::<f64>();
        Explanation { score, own, from_history, shares: Vec::new() }
    }
}

fn entry(weights: &SparseMatrix, source: ItemId, target: ItemId) -> f64 {
    let (columns, values) = weights.row(source.index());
    columns.binary_search(&target.0).map_or(0.0, |place| f64::from(values[place]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_score_are_those_worked_out_by_hand() {
        let vectors = Representation {
            users: Matrix::from_values(1, 2, &[1.0, 2.0]),
            items: Matrix::from_values(3, 2, &[0.0, 0.0, 0.5, -1.0, 1.0, 1.0]),
        };
        let weights = SparseMatrix::from_rows(3, vec![vec![(2, 0.25)], vec![(0, 4.0), (2, -1.0)], vec![]]);
        let part = |name: &str, kind, factor: Option<f32>| Part {
            name: name.to_owned(),
            kind,
            user_factors: factor.map(|factor| vec![factor]),
        };
        let scorer = Scorer {
            parts: vec![
                part("a", PartKind::Vectors { vectors: vectors.clone(), temperature: None }, None),
                part("b", PartKind::Vectors { vectors, temperature: Some(3.0) }, Some(2.0)),
                part("c", PartKind::Weights(weights), Some(2.0)),
                part("d", PartKind::Bias(vec![0.0, 0.0, 10.0]), None),
            ],
        };
        let explained = &scorer.explain(UserId(0), &[0, 1], &[ItemId(2)])[0];
        let own = 3.0 + 2.0 * 1.0_f64.exp() + 10.0;
        assert!((explained.own - own).abs() < 1e-12);
        let parts = [(0, 0.5), (1, -2.0)].map(|(item, part)| HistoryPart::without_paths(ItemId(item), part));
        assert_eq!(explained.from_history, parts);
        assert!((explained.score - (own - 1.5)).abs() < 1e-12);
        assert_eq!(scorer.n_numbers(), 2 * 8 + 1 + 3 + 1 + 3);
    }
}
