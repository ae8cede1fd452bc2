//! Several scorers beside each other on the same pairs.

use culet_graph::Network;
use serde::{Deserialize, Serialize};

use super::baselines::baselines;
use super::curve::{average_precision, check, roc_auc};
use crate::EvalError;

/// What one scorer says about the pairs with an edge and those without.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkScores {
    /// The scorer's name.
    pub name: String,
    /// The scores of the pairs with an edge.
    pub positives: Vec<f64>,
    /// The scores of the pairs without.
    pub negatives: Vec<f64>,
}

/// How well one scorer finds edges.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkRow {
    /// The scorer's name.
    pub name: String,
    /// The area under the ROC curve.
    pub auc: f64,
    /// The average precision.
    pub average_precision: f64,
}

/// How well scorers find edges, in the order in which they were given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkReport {
    /// How many pairs have an edge.
    pub n_positives: usize,
    /// How many pairs have none.
    pub n_negatives: usize,
    /// One row a scorer.
    pub rows: Vec<LinkRow>,
}

impl LinkReport {
    /// Measures each scorer.
    ///
    /// # Errors
    /// [`EvalError::Length`] if scorers speak of different numbers of pairs, [`EvalError::Empty`] without positives,
    /// negatives or scorers, [`EvalError::NotANumber`] for a score that is none.
    pub fn new(scorers: &[LinkScores]) -> Result<Self, EvalError> {
        let first = scorers.first().ok_or(EvalError::Empty { what: "scorers" })?;
        let (n_positives, n_negatives) = (first.positives.len(), first.negatives.len());
        let mut rows = Vec::with_capacity(scorers.len());
        for LinkScores { name, positives, negatives } in scorers {
            EvalError::check_length("scores of positive pairs", positives.len(), n_positives)?;
            EvalError::check_length("scores of negative pairs", negatives.len(), n_negatives)?;
            check(name, positives, negatives)?;
            let (auc, average_precision) = (roc_auc(positives, negatives)?, average_precision(positives, negatives)?);
            rows.push(LinkRow { name: name.clone(), auc, average_precision });
        }
        Ok(Self { n_positives, n_negatives, rows })
    }

    /// The row of this name.
    #[must_use]
    pub fn row(&self, name: &str) -> Option<&LinkRow> {
        self.rows.iter().find(|row| row.name == name)
    }
}

/// The scores of all [`baselines`] of a network, for the rows that stand beside every model's.
///
/// # Panics
/// If a pair names no node.
#[must_use]
pub fn baseline_scores(
    network: &Network,
    positives: &[(u32, u32)],
    negatives: &[(u32, u32)],
    pool: &rayon::ThreadPool,
) -> Vec<LinkScores> {
    let pairs = [positives, negatives].concat();
    let score = |baseline: super::LinkBaseline<'_>| {
        let mut positive_scores = baseline.score(&pairs, pool);
        let negative_scores = positive_scores.split_off(positives.len());
        LinkScores { name: baseline.name().to_owned(), positives: positive_scores, negatives: negative_scores }
    };
    baselines(network).into_iter().map(score).collect()
}
