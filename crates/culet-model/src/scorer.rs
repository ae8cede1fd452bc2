//! What a recommender answers from, whatever it learned by.

use culet_graph::{ItemId, UserId};
use culet_kernels::SparseMatrix;

use crate::{Explanation, Representation};

/// The scores of a recommender, as a sum of up to three parts:
///
/// s(u, i) = <p_u, q_i> + c_u * sum over j in N_u of W_ji + b_i
///
/// N_u is the user's history. Popularity is b alone, a linear model of items W alone, an embedding p and q; a blend of
/// several models is such a sum again. What is not there counts as zero.
#[derive(Debug, Clone, Default)]
pub struct Scorer {
    /// p `[n_users, d]` and q `[n_items, d]`.
    pub vectors: Option<Representation>,
    /// W `[n_items, n_items]`: row j holds what having taken j says about each item.
    pub weights: Option<SparseMatrix>,
    /// c `[n_users]`; all 1 if there is none.
    pub user_factors: Option<Vec<f32>>,
    /// b `[n_items]`
    pub bias: Option<Vec<f32>>,
}

impl Scorer {
    /// Scores by inner products.
    #[must_use]
    pub fn of_vectors(vectors: Representation) -> Self {
        Self { vectors: Some(vectors), ..Self::default() }
    }

    /// Scores by the items of the history.
    #[must_use]
    pub fn of_weights(weights: SparseMatrix) -> Self {
        Self { weights: Some(weights), ..Self::default() }
    }

    /// The numbers it holds.
    #[must_use]
    pub fn n_numbers(&self) -> usize {
        let of_vectors = |vectors: &Representation| {
            [&vectors.users, &vectors.items].map(|table| table.n_rows() * table.dim()).iter().sum::<usize>()
        };
        self.vectors.as_ref().map_or(0, of_vectors)
            + self.weights.as_ref().map_or(0, SparseMatrix::n_stored)
            + self.user_factors.as_ref().map_or(0, Vec::len)
            + self.bias.as_ref().map_or(0, Vec::len)
    }

    /// c_u
    #[must_use]
    pub fn user_factor(&self, user: UserId) -> f32 {
        self.user_factors.as_ref().map_or(1.0, |factors| factors[user.index()])
    }

    /// Why the user's score for each item is what it is: what each item of the history adds, and the rest.
    ///
    /// # Panics
    /// If the user, an item, or an item of the history is out of range.
    #[must_use]
    pub fn explain(&self, user: UserId, history: &[u32], items: &[ItemId]) -> Vec<Explanation> {
        items.iter().map(|&item| self.explain_one(user, history, item)).collect()
    }

    fn explain_one(&self, user: UserId, history: &[u32], item: ItemId) -> Explanation {
        let product = |vectors: &Representation| {
            let (p, q) = (vectors.users.row(user.index()), vectors.items.row(item.index()));
            p.iter().zip(q).map(|(p, q)| f64::from(*p) * f64::from(*q)).sum()
        };
        let bias = self.bias.as_ref().map_or(0.0, |bias| f64::from(bias[item.index()]));
        let own = self.vectors.as_ref().map_or(0.0, product) + bias;
        let factor = f64::from(self.user_factor(user));
        let part = |&other: &u32| {
            let weight = self.weights.as_ref().map_or(0.0, |weights| entry(weights, other, item));
            (ItemId(other), factor * weight)
        };
        let from_history: Vec<(ItemId, f64)> = history.iter().map(part).collect();
        let score = own + from_history.iter().map(|(_, part)| part).sum::<f64>();
        Explanation { score, own, from_history, shares: Vec::new() }
    }
}

fn entry(weights: &SparseMatrix, source: u32, target: ItemId) -> f64 {
    let (columns, values) = weights.row(source as usize);
    columns.binary_search(&target.0).map_or(0.0, |place| f64::from(values[place]))
}

#[cfg(test)]
mod tests {
    use culet_kernels::Matrix;

    use super::*;

    #[test]
    fn parts_of_a_score_are_those_worked_out_by_hand() {
        let scorer = Scorer {
            vectors: Some(Representation {
                users: Matrix::from_values(1, 2, &[1.0, 2.0]),
                items: Matrix::from_values(3, 2, &[0.0, 0.0, 0.5, -1.0, 1.0, 1.0]),
            }),
            weights: Some(SparseMatrix::from_rows(3, vec![vec![(2, 0.25)], vec![(0, 4.0), (2, -1.0)], vec![]])),
            user_factors: Some(vec![2.0]),
            bias: Some(vec![0.0, 0.0, 10.0]),
        };
        let explained = &scorer.explain(UserId(0), &[0, 1], &[ItemId(2)])[0];
        assert_eq!(explained.own, 3.0 + 10.0);
        assert_eq!(explained.from_history, [(ItemId(0), 0.5), (ItemId(1), -2.0)]);
        assert_eq!(explained.score, 11.5);
        assert_eq!(scorer.n_numbers(), 2 + 6 + 3 + 1 + 3);
    }
}
