//! Which terms a mixture weighs: the best one, and others as far as they clearly help.
//!
//! Withheld edges are few and differ a little from those to come (they lie where the rest stays connected without them),
//! so that a mixture of all terms often scores new pairs worse than the best term alone. Terms are therefore added one
//! after the other, and only while the ROC-AUC on folds that the weights have not seen rises by more than twice its
//! standard error.

use culet_eval::{EvalError, LinkMixture, roc_auc};
use culet_graph::{Purpose, Stream};
use rayon::ThreadPool;

/// 1 / (2 * weight) of the penalty on the mixture.
const INVERSE_PENALTY: f64 = 1.0;
const N_FOLDS: usize = 10;
/// Pairs of each kind that terms are chosen by, at most.
const MOST_PAIRS: usize = 4000;
const MOST_TERMS: usize = 5;

/// Terms of pairs, row-major.
struct Table {
    rows: Vec<f64>,
    width: usize,
}

impl Table {
    fn n_rows(&self) -> usize {
        self.rows.len() / self.width
    }

    /// Some rows, some columns.
    fn part(&self, columns: &[usize], keep: impl Fn(usize) -> bool) -> Vec<f64> {
        let rows = self.rows.chunks_exact(self.width).enumerate().filter(|(k, _)| keep(*k));
        rows.flat_map(|(_, row)| columns.iter().map(|&column| row[column])).collect()
    }

    /// At most so many rows, in random order.
    fn sample(&self, most: usize, stream: Stream) -> Self {
        let order = stream.permutation(self.n_rows());
        let rows = order.iter().take(most).flat_map(|&k| &self.rows[k as usize * self.width..][..self.width]);
        Self { rows: rows.copied().collect(), width: self.width }
    }
}

/// Learns a mixture of the terms that help; the others have weight 0.
///
/// # Shapes
/// - `positives`, `negatives`: `[n_pairs, names.len()]`, row-major.
/// # Errors
/// As [`LinkMixture::fit`].
pub(super) fn mixture(
    names: &[&str],
    positives: Vec<f64>,
    negatives: Vec<f64>,
    pool: &ThreadPool,
) -> Result<LinkMixture, EvalError> {
    let width = names.len();
    let (positives, negatives) = (Table { rows: positives, width }, Table { rows: negatives, width });
    let sampled = [(&positives, 0), (&negatives, 1)]
        .map(|(table, step)| table.sample(MOST_PAIRS, Stream::new(0, Purpose::NetworkSplit, 1 << 32 | step)));
    let chosen = choose(names, &sampled, pool)?;
    let own: Vec<&str> = chosen.iter().map(|&column| names[column]).collect();
    let (p, n) = (positives.part(&chosen, |_| true), negatives.part(&chosen, |_| true));
    let few = LinkMixture::fit(own, &p, &n, INVERSE_PENALTY, pool)?;
    let mut all = LinkMixture {
        names: names.iter().map(|&name| name.to_owned()).collect(),
        means: vec![0.0; width],
        scales: vec![0.0; width],
        weights: vec![0.0; width],
        intercept: few.intercept,
    };
    for (k, &column) in chosen.iter().enumerate() {
        (all.means[column], all.scales[column], all.weights[column]) = (few.means[k], few.scales[k], few.weights[k]);
    }
    Ok(all)
}

fn choose(names: &[&str], tables: &[Table; 2], pool: &ThreadPool) -> Result<Vec<usize>, EvalError> {
    let n_folds = N_FOLDS.min(tables[0].n_rows()).min(tables[1].n_rows());
    if n_folds < 2 {
        return Ok(vec![0]);
    }
    let mut chosen: Vec<usize> = Vec::new();
    let mut reached: Option<Vec<f64>> = None;
    while chosen.len() < MOST_TERMS.min(names.len()) {
        let mut best: Option<(f64, usize, Vec<f64>)> = None;
        for candidate in (0..names.len()).filter(|candidate| !chosen.contains(candidate)) {
            let mut columns = chosen.clone();
            columns.push(candidate);
            let folds = folds(names, tables, &columns, n_folds, pool)?;
            let mean = folds.iter().sum::<f64>() / n_folds as f64;
            if best.as_ref().is_none_or(|(value, ..)| mean > *value) {
                best = Some((mean, candidate, folds));
            }
        }
        let Some((_, candidate, folds)) = best else { break };
        if reached.as_ref().is_some_and(|before| !clearly_better(before, &folds)) {
            break;
        }
        chosen.push(candidate);
        reached = Some(folds);
    }
    Ok(chosen)
}

/// The ROC-AUC on each fold of a mixture learned on the others.
fn folds(
    names: &[&str],
    [positives, negatives]: &[Table; 2],
    columns: &[usize],
    n_folds: usize,
    pool: &ThreadPool,
) -> Result<Vec<f64>, EvalError> {
    let own: Vec<&str> = columns.iter().map(|&column| names[column]).collect();
    (0..n_folds)
        .map(|fold| {
            let (here, rest) = (|k: usize| k % n_folds == fold, |k: usize| k % n_folds != fold);
            let (p, n) = (positives.part(columns, rest), negatives.part(columns, rest));
            let mixture = LinkMixture::fit(own.clone(), &p, &n, INVERSE_PENALTY, pool)?;
            let score = |table: &Table| -> Vec<f64> {
                table.part(columns, here).chunks_exact(columns.len()).map(|row| mixture.score(row)).collect()
            };
            roc_auc(&score(positives), &score(negatives))
        })
        .collect()
}

/// Whether the gain is more than twice its standard error over the folds.
fn clearly_better(before: &[f64], now: &[f64]) -> bool {
    let gains: Vec<f64> = now.iter().zip(before).map(|(now, before)| now - before).collect();
    let n = gains.len() as f64;
    let mean = gains.iter().sum::<f64>() / n;
    let variance = gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    mean > 2.0 * (variance / n).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One term that tells, one that adds to it, and some that are noise.
    fn terms(n: usize, shift: [f64; 2], step: u64) -> Vec<f64> {
        let stream = Stream::new(7, Purpose::Test, step);
        (0..n)
            .flat_map(|k| {
                (0..5_usize).map(move |term| shift.get(term).unwrap_or(&0.0) + stream.normal((5 * k + term) as u64))
            })
            .collect()
    }

    #[test]
    fn terms_that_help_are_weighed_and_noise_is_left_out() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let names = ["strong", "weaker", "noise a", "noise b", "noise c"];
        let positives = terms(2000, [2.0, 1.0], 0);
        let found = mixture(&names, positives, terms(2000, [0.0, 0.0], 1), &pool).unwrap();
        assert!(found.weights[0] > found.weights[1] && found.weights[1] > 0.2, "{found:?}");
        assert_eq!(found.weights[2..], [0.0; 3]);
        // With few pairs the weaker term does not clearly help, and the strong one stands alone.
        let found = mixture(&names, terms(12, [3.0, 0.2], 2), terms(12, [0.0, 0.0], 3), &pool).unwrap();
        assert!(found.weights[0] > 0.0, "{found:?}");
        assert_eq!(found.weights[1..], [0.0; 4]);
    }
}
