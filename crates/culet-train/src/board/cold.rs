//! How well items are found that almost nobody took.

use std::collections::BTreeMap;

use culet_eval::{EvalError, RankingProtocol, cold_targets};
use culet_graph::Interactions;
use culet_model::Scorer;
use rayon::ThreadPool;

use crate::ranking::evaluate;

/// What is reached on targets whose item almost nobody took.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ColdReport {
    /// The most training pairs of such an item.
    pub at_most: u32,
    /// Such targets.
    pub n_pairs: usize,
    /// Users who have one.
    pub n_users: usize,
    /// Metrics over these users, no other targets counting; nothing where there are none.
    pub metrics: BTreeMap<String, f64>,
}

/// Ranks all items for the users with cold targets, and counts these targets alone.
///
/// `log` is what the scorer was learned from; its pairs are masked, and count for how cold an item is.
///
/// # Errors
/// [`EvalError`] if the parts do not belong together.
pub fn judge_cold(
    scorer: &Scorer,
    log: &Interactions,
    test: &Interactions,
    at_most: u32,
    protocol: &RankingProtocol,
    pool: &ThreadPool,
) -> Result<ColdReport, EvalError> {
    let targets = cold_targets(log, test, at_most);
    let n_pairs = targets.n_pairs();
    if n_pairs == 0 {
        return Ok(ColdReport { at_most, n_pairs, n_users: 0, metrics: BTreeMap::new() });
    }
    let report = evaluate(scorer, log, &[log], &targets, protocol, pool)?;
    Ok(ColdReport { at_most, n_pairs, n_users: report.n_users, metrics: report.means })
}

#[cfg(test)]
mod tests {
    use culet_kernels::Matrix;
    use culet_model::Representation;

    use super::*;

    #[test]
    fn recall_of_cold_items_by_hand() {
        // Items 0 and 1 were taken by two users each, 2 by one, 3 and 4 by none; all are ranked 4, 3, 2, 1, 0.
        let log = Interactions::from_pairs(3, 5, &[(0, 0), (1, 0), (0, 1), (1, 1), (2, 2)]).unwrap();
        let test = Interactions::from_pairs(3, 5, &[(0, 2), (0, 3), (1, 4), (2, 0), (2, 1)]).unwrap();
        let scorer = Scorer::of_vectors(Representation {
            users: Matrix::from_values(3, 1, &[1.0; 3]),
            items: Matrix::from_values(5, 1, &[1.0, 2.0, 3.0, 4.0, 5.0]),
        });
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let protocol = RankingProtocol::new(vec![1, 2]).unwrap();
        let judge = |at_most| judge_cold(&scorer, &log, &test, at_most, &protocol, &pool).unwrap();
        let report = judge(1);
        assert_eq!((report.n_pairs, report.n_users), (3, 2));
        // User 0 seeks 2 and 3 and sees 4, 3, 2; user 1 seeks 4 and sees it first.
        assert_eq!((report.metrics["recall@1"], report.metrics["recall@2"]), ((0.0 + 1.0) / 2.0, (0.5 + 1.0) / 2.0));
        let report = judge(0);
        assert_eq!((report.n_pairs, report.n_users, report.metrics["recall@2"]), (2, 2, 1.0));
        let known = log.union(&test).unwrap();
        let none = judge_cold(&scorer, &known, &test, 0, &protocol, &pool).unwrap();
        assert_eq!((none.n_pairs, none.n_users, none.metrics.len()), (0, 0, 0));
    }
}
