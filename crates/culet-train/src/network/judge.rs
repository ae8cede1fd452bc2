//! How well a model scores pairs: while it is trained, and in the end beside the simple scores.

use std::collections::BTreeMap;

use culet_eval::{LinkPairs, LinkReport, LinkScores, average_precision, baseline_scores, hadamard_scores, roc_auc};
use culet_graph::Network;
use culet_model::{ModelSpec, NetworkEmbedding};
use rayon::ThreadPool;

use super::{LinkScore, LinkScorer, LinkSets, LinkTerms, ScoreKind, choose};
use crate::TrainError;

type Pairs = [(u32, u32)];

/// The part that selects.
#[derive(Clone, Copy)]
pub(super) struct Judge<'a> {
    network: &'a Network,
    parts: &'a LinkSets,
    positives: &'a Pairs,
    negatives: &'a Pairs,
    kind: ScoreKind,
    pool: &'a ThreadPool,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        network: &'a Network,
        parts: &'a LinkSets,
        positives: &'a Pairs,
        negatives: &'a Pairs,
        kind: ScoreKind,
        pool: &'a ThreadPool,
    ) -> Self {
        Self { network, parts, positives, negatives, kind, pool }
    }

    /// Learns how to score and measures it on the part that selects.
    pub(super) fn evaluate(
        &self,
        embedding: &NetworkEmbedding,
    ) -> Result<(LinkScore, BTreeMap<String, f64>), TrainError> {
        let score = self.score(embedding)?;
        let scorer = LinkScorer::new(embedding, self.network, &score);
        let (positives, negatives) = (scorer.score(self.positives, self.pool), scorer.score(self.negatives, self.pool));
        let metrics = BTreeMap::from([
            ("auc".to_owned(), roc_auc(&positives, &negatives)?),
            ("average_precision".to_owned(), average_precision(&positives, &negatives)?),
        ]);
        Ok((score, metrics))
    }

    fn score(&self, embedding: &NetworkEmbedding) -> Result<LinkScore, TrainError> {
        match self.kind {
            ScoreKind::Product => Ok(LinkScore::Product),
            ScoreKind::Mixture => {
                let terms = LinkTerms::new(embedding, self.network);
                let (positives, negatives) =
                    (terms.rows(self.positives, self.pool), terms.rows(self.negatives, self.pool));
                Ok(LinkScore::Mixture(choose::mixture(&terms.names(), positives, negatives, self.pool)?))
            }
            ScoreKind::Hadamard => hadamard(embedding, self.parts, self.pool),
        }
    }
}

/// The published score, fitted on training edges and as many pairs without an edge.
fn hadamard(embedding: &NetworkEmbedding, parts: &LinkSets, pool: &ThreadPool) -> Result<LinkScore, TrainError> {
    let train = LinkPairs { positives: &parts.train, negatives: &parts.train_negatives };
    let none = LinkPairs { positives: &[], negatives: &[] };
    let model = hadamard_scores(&embedding.published(), train, none, pool)?.model;
    Ok(LinkScore::Hadamard { weights: model.weights, intercept: model.intercept })
}

/// The model's score, its single terms, the published score and the simple scores on the test part.
pub(super) fn report(
    spec: &ModelSpec,
    embedding: &NetworkEmbedding,
    network: &Network,
    parts: &LinkSets,
    score: &LinkScore,
    pool: &ThreadPool,
) -> Result<LinkReport, TrainError> {
    let pairs = (parts.test.as_slice(), parts.test_negatives.as_slice());
    Ok(LinkReport::new(&link_scores(spec.name, embedding, network, parts, score, pairs, pool)?)?)
}

/// The scores behind a table of link prediction: the model's own first, the simple ones last.
///
/// # Errors
/// [`TrainError::Evaluation`] if the published score cannot be fitted.
pub(crate) fn link_scores(
    name: &str,
    embedding: &NetworkEmbedding,
    network: &Network,
    parts: &LinkSets,
    score: &LinkScore,
    (positives, negatives): (&Pairs, &Pairs),
    pool: &ThreadPool,
) -> Result<Vec<LinkScores>, TrainError> {
    let row = |name: String, score: &LinkScore| {
        let scorer = LinkScorer::new(embedding, network, score);
        LinkScores { name, positives: scorer.score(positives, pool), negatives: scorer.score(negatives, pool) }
    };
    let mut rows = vec![row(format!("{name}, {}", score.name()), score)];
    if !matches!(score, LinkScore::Product) {
        rows.push(row(format!("{name}, product"), &LinkScore::Product));
    }
    if !matches!(score, LinkScore::Hadamard { .. }) && !parts.train.is_empty() && !parts.train_negatives.is_empty() {
        rows.push(row(format!("{name}, hadamard"), &hadamard(embedding, parts, pool)?));
    }
    rows.extend(baseline_scores(network, positives, negatives, pool));
    Ok(rows)
}
