//! The published score of links from embeddings.

use culet_kernels::Matrix;

use crate::{EvalError, HadamardRows, LogisticModel, LogisticRegression};

/// The pairs of one part: those with an edge and those without.
#[derive(Debug, Clone, Copy)]
pub struct LinkPairs<'a> {
    /// Pairs with an edge.
    pub positives: &'a [(u32, u32)],
    /// Pairs without.
    pub negatives: &'a [(u32, u32)],
}

/// What [`hadamard_scores`] found.
#[derive(Debug, Clone, PartialEq)]
pub struct HadamardScores {
    /// The probability of each test pair with an edge.
    pub positives: Vec<f64>,
    /// The probability of each test pair without.
    pub negatives: Vec<f64>,
    /// The regression that gave them.
    pub model: LogisticModel,
}

/// Scores links as published for asp2vec: a logistic regression, C = 1, on elementwise products of both ends' vectors.
///
/// The regression is fitted on the training pairs, to its exact optimum; the authors' solver stops earlier, and at once
/// where the embedding is tiny (then their AUC is exactly 1/2). The score cannot tell the direction of a pair.
///
/// # Shapes
/// - `embeddings`: `[n_nodes, d]`.
/// # Errors
/// As [`LogisticRegression::fit`].
/// # Panics
/// If a pair names no node.
pub fn hadamard_scores(
    embeddings: &Matrix,
    train: LinkPairs<'_>,
    test: LinkPairs<'_>,
    pool: &rayon::ThreadPool,
) -> Result<HadamardScores, EvalError> {
    let pairs = [train.positives, train.negatives].concat();
    let labels: Vec<bool> = (0..pairs.len()).map(|sample| sample < train.positives.len()).collect();
    let model = LogisticRegression::new(1.0)?.fit(&HadamardRows::new(embeddings, &pairs), &labels, None, pool)?;
    let probabilities = |pairs| model.probabilities(&HadamardRows::new(embeddings, pairs), pool);
    Ok(HadamardScores { positives: probabilities(test.positives), negatives: probabilities(test.negatives), model })
}
