//! F1 from counts of right and wrong predictions.

/// What became of the decisions on one label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    true_positives: u64,
    false_positives: u64,
    false_negatives: u64,
}

impl Counts {
    /// 2 TP / (2 TP + FP + FN), if the label was either given or predicted at all.
    fn f1(self) -> Option<f64> {
        let all = 2 * self.true_positives + self.false_positives + self.false_negatives;
        (all > 0).then(|| (2 * self.true_positives) as f64 / all as f64)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            true_positives: self.true_positives + other.true_positives,
            false_positives: self.false_positives + other.false_positives,
            false_negatives: self.false_negatives + other.false_negatives,
        }
    }
}

/// Counts one node; `truth` ascends.
pub(super) fn add_counts(counts: &mut [Counts], truth: &[u32], predicted: &[u32]) {
    for &label in predicted {
        let count = &mut counts[label as usize];
        match truth.binary_search(&label) {
            Ok(_) => count.true_positives += 1,
            Err(_) => count.false_positives += 1,
        }
    }
    for &label in truth.iter().filter(|label| !predicted.contains(label)) {
        counts[label as usize].false_negatives += 1;
    }
}

/// Adds the counts of parts, label by label.
pub(super) fn total(n_labels: usize, parts: &[Vec<Counts>]) -> Vec<Counts> {
    let of_label = |label: usize| parts.iter().fold(Counts::default(), |sum, part| sum.plus(part[label]));
    (0..n_labels).map(of_label).collect()
}

/// F1 of all decisions together, and the mean F1 of the labels that have one.
pub(super) fn micro_and_macro(counts: &[Counts]) -> [f64; 2] {
    let all = counts.iter().fold(Counts::default(), |sum, &count| sum.plus(count));
    let of_labels: Vec<f64> = counts.iter().filter_map(|count| count.f1()).collect();
    [all.f1().unwrap_or(0.0), of_labels.iter().sum::<f64>() / of_labels.len().max(1) as f64]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_nodes_by_hand() {
        // True and predicted: 0 | 0, 0 | 1, 1 | 1, 2 | 1; label 3 never occurs.
        let mut counts = vec![Counts::default(); 4];
        for (truth, predicted) in [([0], [0]), ([0], [1]), ([1], [1]), ([2], [1])] {
            add_counts(&mut counts, &truth, &predicted);
        }
        // F1: label 0 has 2/3, label 1 has 2 / (2 + 2), label 2 has 0.
        let [micro, macro_] = micro_and_macro(&counts);
        assert_eq!(micro, 0.5);
        assert!((macro_ - (2.0 / 3.0 + 0.5 + 0.0) / 3.0).abs() < 1e-15);
    }

    #[test]
    fn several_labels_of_a_node_by_hand() {
        // True {0, 2}, predicted {1, 2}: one right, one wrong, one missed.
        let mut counts = vec![Counts::default(); 3];
        add_counts(&mut counts, &[0, 2], &[2, 1]);
        assert_eq!(micro_and_macro(&counts), [0.5, 1.0 / 3.0]);
        let twice = total(3, &[counts.clone(), counts.clone()]);
        assert_eq!(micro_and_macro(&twice), micro_and_macro(&counts));
        assert_eq!(micro_and_macro(&[]), [0.0, 0.0]);
    }
}
