//! Scores without items of the history.

use culet_graph::{Interactions, Purpose, Stream, UserId};
use culet_kernels::Matrix;
use culet_model::{PairModel, Part, PartKind};

use super::{After, Case, Measure, Standing};
use crate::ranking::ranker_of;

impl Measure<'_> {
    pub(super) fn without_items(&self, cases: &[Case], model: Option<&mut (dyn PairModel + '_)>) -> Vec<After> {
        let histories = self.histories(cases);
        // Two rows of each case stand for its user.
        let users: Vec<usize> = cases.iter().flat_map(|case| [case.user as usize; 2]).collect();
        let tables = self.held_vectors(&users, &histories, model);
        let factors = |part: &Part| -> Vec<f32> {
            part.user_factors.as_ref().map_or_else(Vec::new, |own| users.iter().map(|&user| own[user]).collect())
        };
        let factors: Vec<Vec<f32>> = self.scorer.parts.iter().map(factors).collect();
        let others: Vec<_> = tables.iter().map(Option::as_ref).zip(factors.iter().map(Vec::as_slice)).collect();
        let rows: Vec<u32> = (0..users.len() as u32).collect();
        let standing = |row: usize, scores: &[f32]| {
            let case = &cases[row / 2];
            let score = scores[case.item as usize];
            Standing { score: f64::from(score), rank: self.rank(case, score, scores) }
        };
        let found = ranker_of(self.scorer, &histories, Some(&others)).map_rows(&rows, self.pool, standing);
        found.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect()
    }

    /// What is left of the histories, two rows for each case.
    fn histories(&self, cases: &[Case]) -> Interactions {
        let left = |(k, case): (usize, &Case)| {
            let history = self.log.items_of(UserId(case.user));
            let others: Vec<u32> = history.iter().copied().filter(|item| !case.named.contains(item)).collect();
            let drawn = Stream::new(self.seed, Purpose::Faithfulness, 1 + k as u64).permutation(others.len());
            let random: Vec<u32> = drawn[..case.named.len()].iter().map(|&place| others[place as usize]).collect();
            let without = |gone: &[u32]| history.iter().copied().filter(|item| !gone.contains(item)).collect();
            [without(&case.named), without(&random)]
        };
        let rows: Vec<Vec<u32>> = cases.iter().enumerate().flat_map(left).collect();
        let pairs: Vec<(u32, u32)> =
            rows.iter().zip(0..).flat_map(|(row, user)| row.iter().map(move |&item| (user, item))).collect();
        Interactions::from_pairs(rows.len(), self.log.n_items(), &pairs).expect("items of histories")
    }

    /// The vectors of the users in each part that has any, with these histories instead of their own.
    fn held_vectors(
        &self,
        users: &[usize],
        histories: &Interactions,
        model: Option<&mut (dyn PairModel + '_)>,
    ) -> Vec<Option<Matrix>> {
        let rows = |table: &Matrix| {
            let mut rows = Matrix::zeros(users.len(), table.dim());
            users.iter().enumerate().for_each(|(k, &user)| rows.row_mut(k).copy_from_slice(table.row(user)));
            rows
        };
        if let Some(model) = model {
            // The first table of all models that learn by steps holds the users.
            let own = model.tables().first().map(|(_, table)| rows(table)).expect("a table of users");
            return vec![Some(model.fold_in().fold_in(&own, histories.by_user()))];
        }
        let of_part = |part: &Part| match &part.kind {
            PartKind::Vectors { vectors, .. } => Some(rows(&vectors.users)),
            _ => None,
        };
        self.scorer.parts.iter().map(of_part).collect()
    }
}
