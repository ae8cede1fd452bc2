//! How well recovered groups match planted ones, where a node may be in several groups or in none.
//!
//! A cover is given as rows of groups, a row a node: `cover.row(node)` lists the groups of a node, in any order;
//! repeats count once. The names of the groups mean nothing, and groups without nodes are no groups.

use culet_graph::Csr;
use rayon::ThreadPool;
use rayon::prelude::*;

/// Nodes that a thread takes at a time.
const BLOCK: usize = 256;

/// Normalised mutual information of two covers, 0 to 1: NMI_max of McDaid, Greene and Hurley (arXiv 1110.2515).
///
/// ```text
/// h(w)      = -w log2(w / n)                              H(X_i)   = h(|X_i|) + h(n - |X_i|)
/// H(X_i|Y_j) = h(a) + h(b) + h(c) + h(d) - H(Y_j)         if h(a) + h(d) >= h(b) + h(c), else H(X_i)
///              a, b, c, d nodes in neither, in Y_j alone, in X_i alone, in both
/// H(X|Y)    = sum over i of min over j of H(X_i|Y_j)      H(X)     = sum over i of H(X_i)
/// nmi       = (H(X) - H(X|Y) + H(Y) - H(Y|X)) / 2 / max(H(X), H(Y))
/// ```
///
/// 1 for equal covers, about 0 for independent ones. Where no group tells anything (each holds all nodes, or there are
/// none), it is 1 if both covers have groups or both have none, else 0. O(groups of one * groups of the other +
/// memberships) time.
///
/// # Panics
/// If the covers are of different numbers of nodes.
#[must_use]
pub fn overlapping_nmi(left: &Csr, right: &Csr) -> f64 {
    let (x, y) = (Cover::new(left), Cover::new(right));
    let (of_x, of_y) = both_ways(&x, &y);
    let total = |of: &[Entropy]| of.iter().map(|entropy| entropy.alone).sum::<f64>();
    let told = |of: &[Entropy]| of.iter().map(|entropy| entropy.alone - entropy.given).sum::<f64>();
    let largest = total(&of_x).max(total(&of_y));
    if largest == 0.0 {
        return f64::from(of_x.is_empty() == of_y.is_empty());
    }
    (told(&of_x) + told(&of_y)) / 2.0 / largest
}

/// The older normalisation of the same information, by Lancichinetti, Fortunato and Kertesz (2009), for comparison with
/// published numbers: each group's is normalised by itself, so that a cover which merely holds the right groups among
/// many wrong ones scores about 0.5.
///
/// ```text
/// nmi = 1 - (mean over i of H(X_i|Y) / H(X_i) + mean over j of H(Y_j|X) / H(Y_j)) / 2      with H as above
/// ```
///
/// A group of all nodes counts as known (0 / 0 = 0). Covers without groups are as in [`overlapping_nmi`].
///
/// # Panics
/// If the covers are of different numbers of nodes.
#[must_use]
pub fn overlapping_nmi_lfk(left: &Csr, right: &Csr) -> f64 {
    let (x, y) = (Cover::new(left), Cover::new(right));
    let (of_x, of_y) = both_ways(&x, &y);
    if of_x.is_empty() || of_y.is_empty() {
        return f64::from(of_x.is_empty() == of_y.is_empty());
    }
    let unknown = |of: &[Entropy]| {
        let ratios = of.iter().filter(|entropy| entropy.alone > 0.0).map(|entropy| entropy.given / entropy.alone);
        ratios.sum::<f64>() / of.len() as f64
    };
    1.0 - (unknown(&of_x) + unknown(&of_y)) / 2.0
}

/// The omega index of two covers (Collins and Dent 1988): the share of pairs of nodes that are together in equally many
/// groups of both, corrected for chance.
///
/// ```text
/// observed = 1/M * #{pairs {u, v} : t_x(u, v) = t_y(u, v)}        t: groups that hold both nodes; M pairs
/// expected = 1/M^2 * sum over k of #{t_x = k} * #{t_y = k}
/// omega    = (observed - expected) / (1 - expected)
/// ```
///
/// 1 for equal covers, 0 on average for independent ones, negative for worse. Without overlap it is the adjusted Rand
/// index. Where all pairs are together equally often in both covers, it is 1. O(sum over groups of size^2) time, shared by
/// the threads of `pool`; the result does not depend on their number.
///
/// # Panics
/// If the covers are of different numbers of nodes.
#[must_use]
pub fn omega_index(left: &Csr, right: &Csr, pool: &ThreadPool) -> f64 {
    let (x, y) = (Cover::new(left), Cover::new(right));
    assert_eq!(x.n_nodes(), y.n_nodes(), "covers of the same nodes");
    let starts: Vec<usize> = (0..x.n_nodes()).step_by(BLOCK).collect();
    let count = |times: &mut [Vec<u32>; 2], &start: &usize| Pairs::count(&x, &y, start, times);
    let scratch = || [(); 2].map(|()| vec![0; x.n_nodes()]);
    let counts: Vec<Pairs> = pool.install(|| starts.par_iter().map_init(scratch, count).collect());
    let pairs = counts.iter().fold(Pairs::default(), Pairs::plus);
    let n = x.n_nodes() as u64;
    let n_pairs = n * n.saturating_sub(1) / 2;
    if n_pairs == 0 {
        return 1.0;
    }
    // Pairs that were never looked at are together in no group of either.
    let observed = (pairs.agreeing + n_pairs - pairs.n_together) as f64 / n_pairs as f64;
    let share = |counts: &[u64], k: usize| counts.get(k).map_or(0.0, |&count| count as f64 / n_pairs as f64);
    let apart = |counts: &[u64]| (n_pairs - counts.iter().sum::<u64>()) as f64 / n_pairs as f64;
    let together = (1..pairs.left.len().min(pairs.right.len())).map(|k| share(&pairs.left, k) * share(&pairs.right, k));
    let expected = apart(&pairs.left) * apart(&pairs.right) + together.sum::<f64>();
    if expected == 1.0 { 1.0 } else { (observed - expected) / (1.0 - expected) }
}

/// A cover from both sides.
struct Cover {
    groups_of: Csr,
    members_of: Csr,
}

impl Cover {
    fn new(cover: &Csr) -> Self {
        let groups_of = cover.clone().sorted_and_distinct();
        let n_groups = groups_of.columns().iter().max().map_or(0, |&largest| largest as usize + 1);
        let members =
            (0..groups_of.n_rows()).flat_map(|node| groups_of.row(node).iter().map(move |&g| (g, node as u32)));
        let members: Vec<(u32, u32)> = members.collect();
        let members_of = Csr::from_pairs(n_groups, &members).expect("as many pairs as the other side has");
        Self { groups_of, members_of }
    }

    fn n_nodes(&self) -> usize {
        self.groups_of.n_rows()
    }

    /// The groups that have nodes.
    fn groups(&self) -> impl Iterator<Item = usize> {
        (0..self.members_of.n_rows()).filter(|&group| self.size(group) > 0)
    }

    fn size(&self, group: usize) -> usize {
        self.members_of.row(group).len()
    }
}

/// How uncertain it is whether a node is in a group, in bits times nodes.
struct Entropy {
    /// If nothing is known.
    alone: f64,
    /// If the best group of the other cover is known.
    given: f64,
}

fn both_ways(x: &Cover, y: &Cover) -> (Vec<Entropy>, Vec<Entropy>) {
    assert_eq!(x.n_nodes(), y.n_nodes(), "covers of the same nodes");
    (entropies(x, y), entropies(y, x))
}

/// The entropies of the groups of `x`, with and without `y`.
fn entropies(x: &Cover, y: &Cover) -> Vec<Entropy> {
    let n = x.n_nodes();
    let others: Vec<usize> = y.groups().collect();
    let mut shared = vec![0; y.members_of.n_rows()];
    let mut entropy_of = |group| {
        shared.fill(0);
        for &node in x.members_of.row(group) {
            y.groups_of.row(node as usize).iter().for_each(|&other| shared[other as usize] += 1);
        }
        let size = x.size(group);
        let alone = bits(size, n) + bits(n - size, n);
        let given = others.iter().map(|&other| conditional(n, size, y.size(other), shared[other]).unwrap_or(alone));
        // Rounding leaves a crumb below 0 where nothing is left to know.
        Entropy { alone, given: given.fold(alone, f64::min).max(0.0) }
    };
    x.groups().map(&mut entropy_of).collect()
}

/// The entropy of a group given another; none where the other tells about it by being apart from it.
fn conditional(n: usize, size: usize, other: usize, both: usize) -> Option<f64> {
    let (a, b, c, d) = (n + both - size - other, other - both, size - both, both);
    let [neither, in_other, in_group, in_both] = [a, b, c, d].map(|count| bits(count, n));
    (neither + in_both >= in_other + in_group)
        .then(|| neither + in_other + in_group + in_both - bits(other, n) - bits(n - other, n))
}

fn bits(count: usize, n: usize) -> f64 {
    if count == 0 { 0.0 } else { -(count as f64) * (count as f64 / n as f64).log2() }
}

/// Pairs of nodes that are together in some group.
#[derive(Default)]
struct Pairs {
    /// How many there are, of either cover.
    n_together: u64,
    /// How many of them are together in equally many groups of both.
    agreeing: u64,
    /// For each number of groups above 0, how many pairs of the left cover share so many.
    left: Vec<u64>,
    /// Likewise of the right one.
    right: Vec<u64>,
}

impl Pairs {
    /// Counts the pairs of some nodes with later ones. `times` is zero before and after, `[2][n_nodes]`.
    fn count(x: &Cover, y: &Cover, start: usize, times: &mut [Vec<u32>; 2]) -> Self {
        let (mut pairs, mut met) = (Self::default(), Vec::new());
        for node in start..x.n_nodes().min(start + BLOCK) {
            for (cover, times) in [x, y].into_iter().zip(times.iter_mut()) {
                for &group in cover.groups_of.row(node) {
                    let members = cover.members_of.row(group as usize);
                    let later = &members[members.partition_point(|&member| member as usize <= node)..];
                    later.iter().for_each(|&member| times[member as usize] += 1);
                    met.extend_from_slice(later);
                }
            }
            for member in met.drain(..) {
                let [of_x, of_y] = times.each_mut().map(|times| std::mem::take(&mut times[member as usize]) as usize);
                // Who was met in several groups was counted the first time.
                if of_x + of_y > 0 {
                    pairs.add(of_x, of_y);
                }
            }
        }
        pairs
    }

    fn add(&mut self, in_left: usize, in_right: usize) {
        self.n_together += 1;
        self.agreeing += u64::from(in_left == in_right);
        for (counts, k) in [(&mut self.left, in_left), (&mut self.right, in_right)] {
            if k > 0 {
                counts.resize(counts.len().max(k + 1), 0);
                counts[k] += 1;
            }
        }
    }

    fn plus(mut self, other: &Self) -> Self {
        self.n_together += other.n_together;
        self.agreeing += other.agreeing;
        for (counts, more) in [(&mut self.left, &other.left), (&mut self.right, &other.right)] {
            counts.resize(counts.len().max(more.len()), 0);
            counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use culet_graph::{Purpose, Stream};
    use proptest::prelude::*;

    fn pool(n_threads: usize) -> ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap()
    }

    fn omega(left: &Csr, right: &Csr) -> f64 {
        omega_index(left, right, &pool(1))
    }

    /// A cover from the members of each group.
    fn cover(n: usize, groups: &[&[u32]]) -> Csr {
        let pairs = groups.iter().enumerate().flat_map(|(group, nodes)| nodes.iter().map(move |&u| (u, group as u32)));
        Csr::from_pairs(n, &pairs.collect::<Vec<_>>()).unwrap()
    }

    /// Each node in each group with a probability.
    fn at_random(n: usize, n_groups: usize, share: f64, seed: u64) -> Csr {
        let stream = Stream::new(seed, Purpose::Test, 7);
        let places = (0..n * n_groups).filter(|&k| stream.uniform(k as u64) < share);
        Csr::from_pairs(n, &places.map(|k| ((k / n_groups) as u32, (k % n_groups) as u32)).collect::<Vec<_>>()).unwrap()
    }

    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} instead of {expected}");
    }

    #[test]
    fn four_nodes_are_as_worked_out_by_hand() {
        let halves = cover(4, &[&[0, 1], &[2, 3]]);
        let uneven = cover(4, &[&[0, 1, 2], &[3]]);
        // In units of h: each half has 4, the uneven groups 3.245112. Given the other cover 2.754888 and 2 are left.
        assert_close(overlapping_nmi(&halves, &uneven), (8.0 - 5.509775 + 6.490225 - 4.0) / 2.0 / 8.0);
        assert_close(overlapping_nmi_lfk(&halves, &uneven), 1.0 - (2.754888 / 4.0 + 2.0 / 3.245112) / 2.0);
        // Pairs 01 and 23 against 01, 02 and 12: of six, 01, 03 and 13 agree. Expected: 4/6 * 3/6 + 2/6 * 3/6.
        assert_close(omega(&halves, &uneven), 0.0);
        let twice = cover(3, &[&[0, 1], &[0, 1, 2]]);
        let once = cover(3, &[&[0, 1], &[0, 2]]);
        // Times together, pairs 01, 02, 12: 2 1 1 and 1 1 0.
        let (observed, expected): (f64, f64) = (1.0 / 3.0, (2.0 / 3.0) * (2.0 / 3.0));
        assert_close(omega(&twice, &once), (observed - expected) / (1.0 - expected));
    }

    #[test]
    fn equal_covers_score_one_whatever_their_groups_are_called() {
        let groups = at_random(300, 7, 0.3, 1);
        let renamed: Vec<(u32, u32)> =
            (0..300).flat_map(|u| groups.row(u).iter().map(move |&g| (u as u32, 20 - 2 * g))).collect();
        let renamed = Csr::from_pairs(300, &renamed).unwrap();
        for measure in [overlapping_nmi, overlapping_nmi_lfk, omega] {
            assert!((measure(&groups, &renamed) - 1.0).abs() < 1e-12);
            let changed = at_random(300, 7, 0.3, 2);
            assert!(measure(&groups, &changed) < 0.1);
        }
    }

    #[test]
    fn independent_covers_score_about_zero() {
        let mut mean = 0.0;
        for seed in 0..20 {
            let (x, y) = (at_random(2_000, 5, 0.3, 2 * seed), at_random(2_000, 6, 0.25, 2 * seed + 1));
            assert!(overlapping_nmi(&x, &y) < 0.01, "{}", overlapping_nmi(&x, &y));
            assert!(overlapping_nmi_lfk(&x, &y) < 0.01, "{}", overlapping_nmi_lfk(&x, &y));
            mean += omega(&x, &y) / 20.0;
        }
        assert!(mean.abs() < 0.001, "{mean}");
    }

    #[test]
    fn covers_that_tell_nothing_are_told_apart() {
        let (none, all) = (cover(5, &[]), cover(5, &[&[0, 1, 2, 3, 4]]));
        let some = cover(5, &[&[0, 1], &[2, 3]]);
        for measure in [overlapping_nmi, overlapping_nmi_lfk, omega] {
            assert_eq!((measure(&none, &none), measure(&all, &all)), (1.0, 1.0));
            assert_eq!(measure(&none, &all), 0.0);
        }
        assert_eq!((overlapping_nmi(&none, &some), overlapping_nmi(&all, &some)), (0.0, 0.0));
        assert_eq!(omega(&none, &some), 0.0);
        let empty = cover(0, &[]);
        assert_eq!((overlapping_nmi(&empty, &empty), omega(&empty, &empty)), (1.0, 1.0));
    }

    #[test]
    fn wrong_groups_beside_the_right_ones_cost_more_than_the_older_measure_says() {
        let right: Vec<Vec<u32>> = (0..4).map(|g| (0..400).filter(|u| u % 4 == g).collect()).collect();
        let stream = Stream::new(5, Purpose::Test, 0);
        let wrong =
            (0..36_u64).map(|g| (0..400).filter(|&u| stream.below(400 * g + u, 4) == 0).map(|u| u as u32).collect());
        let more: Vec<Vec<u32>> = right.iter().cloned().chain(wrong).collect();
        let [right, more] =
            [right, more].map(|groups| cover(400, &groups.iter().map(Vec::as_slice).collect::<Vec<_>>()));
        assert!((0.5..0.6).contains(&overlapping_nmi_lfk(&right, &more)));
        assert!((0.09..0.16).contains(&overlapping_nmi(&right, &more)), "{}", overlapping_nmi(&right, &more));
    }

    #[test]
    #[should_panic(expected = "covers of the same nodes")]
    fn covers_of_other_nodes_are_a_fault_of_the_caller() {
        let _ = omega(&cover(4, &[]), &cover(5, &[]));
    }

    /// The measures of McDaid and of Lancichinetti, from tables of probabilities.
    fn nmi_by_tables(x: &[Vec<bool>], y: &[Vec<bool>]) -> (f64, f64) {
        fn entropy(probabilities: &[f64]) -> f64 {
            probabilities.iter().filter(|&&p| p > 0.0).map(|p| -p * p.log2()).sum()
        }
        let given = |x: &[bool], others: &[Vec<bool>]| {
            let share = |of: &dyn Fn(usize) -> bool| (0..x.len()).filter(|&u| of(u)).count() as f64 / x.len() as f64;
            let alone = entropy(&[share(&|u| x[u]), share(&|u| !x[u])]);
            let with = |y: &Vec<bool>| {
                let [p11, p10, p01, p00] = [(true, true), (true, false), (false, true), (false, false)]
                    .map(|at| share(&|u| (x[u], y[u]) == at));
                let fits = entropy(&[p11]) + entropy(&[p00]) >= entropy(&[p10]) + entropy(&[p01]);
                let left = entropy(&[p11, p10, p01, p00]) - entropy(&[p11 + p01, p10 + p00]);
                if fits { left } else { alone }
            };
            (alone, others.iter().map(with).fold(alone, f64::min))
        };
        let all = |x: &[Vec<bool>], y: &[Vec<bool>]| x.iter().map(|x| given(x, y)).collect::<Vec<_>>();
        let (of_x, of_y) = (all(x, y), all(y, x));
        let sums = |of: &[(f64, f64)]| of.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let ((hx, hxy), (hy, hyx)) = (sums(&of_x), sums(&of_y));
        let mean = |of: &[(f64, f64)]| of.iter().map(|(alone, given)| given / alone).sum::<f64>() / of.len() as f64;
        ((hx - hxy + hy - hyx) / 2.0 / f64::max(hx, hy), 1.0 - (mean(&of_x) + mean(&of_y)) / 2.0)
    }

    /// The omega index from a table of all pairs.
    fn omega_by_table(x: &[Vec<bool>], y: &[Vec<bool>]) -> f64 {
        let n = x[0].len();
        let mut table = vec![vec![0.0; y.len() + 1]; x.len() + 1];
        for u in 0..n {
            for v in 0..u {
                let times = |groups: &[Vec<bool>]| groups.iter().filter(|group| group[u] && group[v]).count();
                table[times(x)][times(y)] += 2.0 / (n * (n - 1)) as f64;
            }
        }
        let observed: f64 = (0..table.len().min(table[0].len())).map(|k| table[k][k]).sum();
        let row = |k: usize| table[k].iter().sum::<f64>();
        let column = |k: usize| table.iter().map(|row| row[k]).sum::<f64>();
        let expected: f64 = (0..table.len().min(table[0].len())).map(|k| row(k) * column(k)).sum();
        if expected > 1.0 - 1e-9 { 1.0 } else { (observed - expected) / (1.0 - expected) }
    }

    fn membership(n: usize, groups: &Csr) -> Vec<Vec<bool>> {
        let n_groups = groups.columns().iter().max().map_or(0, |&g| g as usize + 1);
        let of = |g: usize| (0..n).map(|u| groups.row(u).contains(&(g as u32))).collect::<Vec<bool>>();
        (0..n_groups).map(of).filter(|group| group.iter().any(|&there| there)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn measures_are_those_of_their_definitions(
            seed in any::<u64>(), n in 2..40_usize, groups in (1..7_usize, 1..7_usize), noise in 0.0..0.5_f64,
        ) {
            // The second cover is the first with some memberships turned about.
            let x = at_random(n, groups.0, 0.35, seed);
            let stream = Stream::new(seed, Purpose::Test, 9);
            let places = (0..n * groups.1).filter(|&k| {
                let there = x.row(k / groups.1).contains(&((k % groups.1) as u32));
                there != (stream.uniform(k as u64) < noise)
            });
            let pairs: Vec<_> = places.map(|k| ((k / groups.1) as u32, (k % groups.1) as u32)).collect();
            let y = Csr::from_pairs(n, &pairs).unwrap();
            let (of_x, of_y) = (membership(n, &x), membership(n, &y));
            prop_assume!(!of_x.is_empty() && !of_y.is_empty());
            prop_assume!(of_x.iter().chain(&of_y).all(|group| group.contains(&false)));
            let (nmi, lfk) = nmi_by_tables(&of_x, &of_y);
            prop_assert!((overlapping_nmi(&x, &y) - nmi).abs() < 1e-9, "{} {nmi}", overlapping_nmi(&x, &y));
            prop_assert!((overlapping_nmi_lfk(&x, &y) - lfk).abs() < 1e-9);
            let by_table = omega_by_table(&of_x, &of_y);
            prop_assert!((omega(&x, &y) - by_table).abs() < 1e-9, "{} {by_table}", omega(&x, &y));
            prop_assert!((overlapping_nmi(&x, &y) - overlapping_nmi(&y, &x)).abs() < 1e-12);
        }
    }

    #[test]
    fn counting_pairs_does_not_depend_on_threads() {
        let (x, y) = (at_random(1_500, 5, 0.3, 3), at_random(1_500, 4, 0.4, 4));
        let with_threads = |n| omega_index(&x, &y, &pool(n));
        assert_eq!(with_threads(1).to_bits(), with_threads(3).to_bits());
    }
}
