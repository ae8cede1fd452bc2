//! What the lists of all users together do to the catalogue: coverage, popularity and inequality.

use std::collections::BTreeMap;

use culet_kernels::Ranked;

/// How often each item is recommended, by cutoff.
#[derive(Debug)]
pub(crate) struct Catalogue<'a> {
    cutoffs: &'a [usize],
    /// How many users took each item.
    popularity: Vec<u32>,
    /// For each cutoff, how often each item stands in the lists between the cutoff before and this one.
    counts: Vec<Vec<u64>>,
}

impl<'a> Catalogue<'a> {
    pub(crate) fn new(cutoffs: &'a [usize], popularity: Vec<u32>) -> Self {
        let counts = vec![vec![0; popularity.len()]; cutoffs.len()];
        Self { cutoffs, popularity, counts }
    }

    pub(crate) fn add(&mut self, list: &[Ranked]) {
        let mut from = 0;
        for (counts, &cutoff) in self.counts.iter_mut().zip(self.cutoffs) {
            for ranked in list.iter().take(cutoff).skip(from) {
                counts[ranked.item as usize] += 1;
            }
            from = cutoff;
        }
    }

    /// Adds `coverage@K`, `mean_popularity@K` and `gini@K`.
    pub(crate) fn write(&self, means: &mut BTreeMap<String, f64>) {
        let mut counts = vec![0; self.popularity.len()];
        for (more, cutoff) in self.counts.iter().zip(self.cutoffs) {
            counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
            means.insert(format!("coverage@{cutoff}"), coverage(&counts));
            means.insert(format!("mean_popularity@{cutoff}"), mean_popularity(&counts, &self.popularity));
            means.insert(format!("gini@{cutoff}"), gini(counts.clone()));
        }
    }
}

/// The share of items that are recommended to anybody.
fn coverage(counts: &[u64]) -> f64 {
    let recommended = counts.iter().filter(|&&count| count > 0).count();
    recommended as f64 / counts.len().max(1) as f64
}

/// The mean over all recommendations of how many users took the item.
fn mean_popularity(counts: &[u64], popularity: &[u32]) -> f64 {
    let total: u64 = counts.iter().sum();
    let sum: u64 = counts.iter().zip(popularity).map(|(&count, &users)| count * u64::from(users)).sum();
    sum as f64 / total.max(1) as f64
}

/// The Gini coefficient: 0 if all items are recommended equally often, near 1 if one takes all.
///
/// sum over i of (2 i - n - 1) x_i / (n * sum of x), x ascending, i from 1
fn gini(mut counts: Vec<u64>) -> f64 {
    counts.sort_unstable();
    let n = counts.len() as f64;
    let total: u64 = counts.iter().sum();
    if total == 0 {
        return 0.0;
    }
    let weighted: f64 = counts.iter().zip(1_u64..).map(|(&x, i)| (2.0 * i as f64 - n - 1.0) * x as f64).sum();
    weighted / (n * total as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_catalogue_of_four_by_hand() {
        let mut catalogue = Catalogue::new(&[1, 3], vec![10, 0, 2, 7]);
        let list = |items: &[u32]| items.iter().map(|&item| Ranked { item, score: 0.0 }).collect::<Vec<_>>();
        catalogue.add(&list(&[0, 2, 3, 1]));
        catalogue.add(&list(&[0, 2]));
        let mut means = BTreeMap::new();
        catalogue.write(&mut means);
        assert_eq!(means["coverage@1"], 0.25);
        assert_eq!(means["coverage@3"], 0.75);
        assert_eq!(means["mean_popularity@1"], 10.0);
        assert_eq!(means["mean_popularity@3"], (10.0 + 10.0 + 2.0 + 2.0 + 7.0) / 5.0);
        assert_eq!(means["gini@1"], 0.75);
        // Counts 0, 1, 2, 2: half the mean absolute difference of all pairs over the mean.
        assert!((means["gini@3"] - (2.0 * (1.0 + 2.0 + 2.0 + 1.0 + 1.0)) / (2.0 * 16.0 * 1.25)).abs() < 1e-15);
    }

    #[test]
    fn equal_counts_have_no_inequality_and_no_counts_none_either() {
        assert_eq!(gini(vec![3, 3, 3]), 0.0);
        assert_eq!(gini(vec![0, 0]), 0.0);
        assert_eq!(gini(Vec::new()), 0.0);
        assert_eq!((coverage(&[]), mean_popularity(&[0], &[4])), (0.0, 0.0));
    }
}
