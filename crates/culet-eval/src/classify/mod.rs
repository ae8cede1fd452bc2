//! Node classification: how well a linear classifier reads labels out of node vectors.

mod f1;
mod labels;

use culet_graph::{Csr, Purpose, Stream};
use culet_kernels::Matrix;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{EvalError, FeatureRows, LogisticModel, LogisticRegression, TableRows};
use f1::{Counts, add_counts};
use labels::Labels;

/// How to classify nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassificationProtocol {
    train_shares: Vec<f64>,
    n_repeats: u64,
    seed: u64,
    regression: LogisticRegression,
}

impl ClassificationProtocol {
    /// Trains on these shares of the labelled nodes, each on `n_repeats` random splits, with `inverse_penalty` C.
    ///
    /// # Errors
    /// [`EvalError::Parameter`] for a share that is not between 0 and 1, no repeats, or a C that is not positive;
    /// [`EvalError::Empty`] without shares.
    pub fn new(train_shares: Vec<f64>, n_repeats: u64, seed: u64, inverse_penalty: f64) -> Result<Self, EvalError> {
        if train_shares.is_empty() {
            return Err(EvalError::Empty { what: "shares to train on" });
        }
        if let Some(&value) = train_shares.iter().find(|&&share| !(share > 0.0 && share < 1.0)) {
            return Err(EvalError::Parameter { what: "the share to train on", value, range: "between 0 and 1" });
        }
        if n_repeats == 0 {
            return Err(EvalError::Parameter { what: "the number of splits", value: 0.0, range: "positive" });
        }
        Ok(Self { train_shares, n_repeats, seed, regression: LogisticRegression::new(inverse_penalty)? })
    }
}

impl Default for ClassificationProtocol {
    /// Shares of 10 % to 90 %, ten splits each, C = 1, seed 0: what DeepWalk's authors and those after them report.
    fn default() -> Self {
        let shares = (1..10).map(|tenth| f64::from(tenth) / 10.0).collect();
        Self::new(shares, 10, 0, 1.0).expect("shares between 0 and 1")
    }
}

/// The mean of a metric over splits and how much it varies.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// The standard deviation between splits (n - 1 below the root); 0 for a single split.
    pub deviation: f64,
}

/// One classifier at one share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassificationRow {
    /// `logistic regression` or `majority`.
    pub method: String,
    /// The share of labelled nodes to train on.
    pub train_share: f64,
    /// How many nodes that is.
    pub n_train: usize,
    /// F1 of all decisions together.
    pub micro_f1: Spread,
    /// The mean F1 of the labels.
    pub macro_f1: Spread,
}

/// What [`evaluate_classification`] found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassificationReport {
    /// How many nodes have a label.
    pub n_nodes: usize,
    /// How many different labels there are.
    pub n_labels: usize,
    /// Whether some node has several labels.
    pub multi_label: bool,
    /// For each share the classifier, then the majority.
    pub rows: Vec<ClassificationRow>,
}

/// Trains a classifier on some labelled nodes and tests it on the others, beside always guessing the commonest labels.
///
/// One logistic regression a label (one against the rest). How many labels a test node has is taken as known, and that
/// many of the most likely are predicted, as published for DeepWalk; with one label a node this is the usual choice of
/// the likeliest. A label that no training node has comes last, one that all of them have first. The majority predicts
/// the labels that most training nodes have. Nodes without labels take no part. A split draws its nodes from
/// [`Purpose::NodeSplit`] at the step of its repetition; larger shares contain smaller ones.
///
/// F1 = 2 TP / (2 TP + FP + FN); micro over the decisions on all labels together (the accuracy, with one label a node),
/// macro the mean over labels. A label that no test node has and none is given has no F1 and does not count in the mean.
///
/// # Shapes
/// - `table`: `[n_nodes, d]`; `labels`: a row of label ids for each node.
/// # Errors
/// [`EvalError::Length`] if table and labels have other numbers of nodes, [`EvalError::Empty`] without labelled nodes,
/// [`EvalError::OneLabel`] if there is only one label, [`EvalError::EmptyPart`] for a share that leaves no node to train
/// or test on, and the errors of [`LogisticRegression::fit`].
pub fn evaluate_classification(
    table: &Matrix,
    labels: &Csr,
    protocol: &ClassificationProtocol,
    pool: &rayon::ThreadPool,
) -> Result<ClassificationReport, EvalError> {
    EvalError::check_length("rows of labels", labels.n_rows(), table.n_rows())?;
    let labels = Labels::new(labels)?;
    let mut rows = Vec::new();
    for &share in &protocol.train_shares {
        let n_train = labels.n_train(share)?;
        let mut values: [Vec<[f64; 2]>; 2] = [Vec::new(), Vec::new()];
        for repeat in 0..protocol.n_repeats {
            let split = Split::new(&labels, n_train, Stream::new(protocol.seed, Purpose::NodeSplit, repeat));
            let scorers = split.train(table, &labels, &protocol.regression, pool)?;
            values[0].push(f1::micro_and_macro(&split.test(table, &labels, &scorers, pool)));
            values[1].push(f1::micro_and_macro(&split.test_majority(&labels)));
        }
        for (method, values) in ["logistic regression", "majority"].into_iter().zip(&values) {
            let [micro_f1, macro_f1] = [0, 1].map(|metric| spread(values.iter().map(|values| values[metric])));
            rows.push(ClassificationRow { method: method.into(), train_share: share, n_train, micro_f1, macro_f1 });
        }
    }
    let (n_nodes, n_labels) = (labels.nodes.len(), labels.n_distinct);
    Ok(ClassificationReport { n_nodes, n_labels, multi_label: labels.multi_label, rows })
}

fn spread(values: impl ExactSizeIterator<Item = f64> + Clone) -> Spread {
    let n = values.len() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let squares: f64 = values.map(|value| (value - mean).powi(2)).sum();
    Spread { mean, deviation: (squares / (n - 1.0).max(1.0)).sqrt() }
}

/// Nodes to train and test on.
struct Split {
    train: Vec<u32>,
    test: Vec<u32>,
}

/// How likely a label is.
enum LabelScorer {
    /// No node to train on has it, or all have.
    Constant(f64),
    Fitted(LogisticModel),
}

/// Test nodes that a task classifies.
const NODES_A_TASK: usize = 256;

impl Split {
    fn new(labels: &Labels, n_train: usize, stream: Stream) -> Self {
        let order = stream.permutation(labels.nodes.len());
        let part = |places: &[u32]| {
            let mut nodes: Vec<u32> = places.iter().map(|&place| labels.nodes[place as usize]).collect();
            nodes.sort_unstable();
            nodes
        };
        Self { train: part(&order[..n_train]), test: part(&order[n_train..]) }
    }

    /// A scorer for each label.
    fn train(
        &self,
        table: &Matrix,
        labels: &Labels,
        regression: &LogisticRegression,
        pool: &rayon::ThreadPool,
    ) -> Result<Vec<LabelScorer>, EvalError> {
        let rows = TableRows::new(table, &self.train);
        let fit = |label: u32| {
            let positive: Vec<bool> = self.train.iter().map(|&node| labels.has(node, label)).collect();
            match positive.iter().filter(|&&positive| positive).count() {
                0 => Ok(LabelScorer::Constant(f64::NEG_INFINITY)),
                n if n == positive.len() => Ok(LabelScorer::Constant(f64::INFINITY)),
                _ => regression.fit(&rows, &positive, None, pool).map(LabelScorer::Fitted),
            }
        };
        pool.install(|| (0..labels.n_ids as u32).into_par_iter().map(fit).collect())
    }

    /// Counts right and wrong predictions of each label.
    fn test(&self, table: &Matrix, labels: &Labels, scorers: &[LabelScorer], pool: &rayon::ThreadPool) -> Vec<Counts> {
        let of_task = |nodes: &[u32]| {
            let rows = TableRows::new(table, nodes);
            let mut features = vec![0.0; table.dim()];
            let mut counts = vec![Counts::default(); labels.n_ids];
            for (place, &node) in nodes.iter().enumerate() {
                rows.fill(place..place + 1, &mut features);
                let scores: Vec<f64> = scorers.iter().map(|scorer| scorer.score(&features)).collect();
                let truth = labels.of(node);
                add_counts(&mut counts, truth, &best(&scores, truth.len()));
            }
            counts
        };
        let tasks: Vec<Vec<Counts>> = pool.install(|| self.test.par_chunks(NODES_A_TASK).map(of_task).collect());
        f1::total(labels.n_ids, &tasks)
    }

    fn test_majority(&self, labels: &Labels) -> Vec<Counts> {
        let mut frequencies = vec![0.0; labels.n_ids];
        let of_train = self.train.iter().flat_map(|&node| labels.of(node));
        of_train.for_each(|&label| frequencies[label as usize] += 1.0);
        let ranked = best(&frequencies, labels.n_ids);
        let mut counts = vec![Counts::default(); labels.n_ids];
        for &node in &self.test {
            let truth = labels.of(node);
            add_counts(&mut counts, truth, &ranked[..truth.len()]);
        }
        counts
    }
}

impl LabelScorer {
    fn score(&self, features: &[f64]) -> f64 {
        match self {
            Self::Constant(score) => *score,
            Self::Fitted(model) => model.log_odds(features),
        }
    }
}

/// The labels of the `k` highest scores; of equal ones the smaller label.
fn best(scores: &[f64], k: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    let by_score = |a: &u32, b: &u32| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b));
    if k < order.len() {
        order.select_nth_unstable_by(k, by_score);
        order.truncate(k);
    }
    order.sort_unstable_by(by_score);
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_labels_come_first_and_equal_ones_by_number() {
        let scores = [1.0, 2.0, f64::NEG_INFINITY, 2.0, f64::NEG_INFINITY];
        assert_eq!(best(&scores, 5), [1, 3, 0, 2, 4]);
        assert_eq!(best(&scores, 3), [1, 3, 0]);
        assert_eq!(best(&scores, 1), [1]);
        assert_eq!(best(&scores, 4), [1, 3, 0, 2]);
        assert!(best(&scores, 0).is_empty());
    }
}
