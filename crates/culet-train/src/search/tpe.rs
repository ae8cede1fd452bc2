//! Where to look next: the tree-structured Parzen estimator.
//!
//! Bergstra, Bardenet, Bengio, Kegl: "Algorithms for Hyper-Parameter Optimization", NIPS 2011; each setting by itself.
//! The places tried so far are divided into the best fifth and the rest; of some places drawn around the good ones that
//! one is tried at which the density of the good exceeds that of the rest most.

use culet_graph::Stream;

/// How many places are drawn, of which one is tried.
const CANDIDATES: u64 = 24;
/// Before so many trials are known, places are drawn at random.
const FEWEST_TRIALS: usize = 6;

/// A setting that was tried, as a place in [0, 1], and what came of it; greater is better.
pub(super) type Tried = (f64, f64);

/// A place in [0, 1] for one setting; the stream's words from `from` on are used up.
pub(super) fn suggest(tried: &[Tried], n_words: Option<usize>, stream: Stream, from: u64) -> f64 {
    let uniform = |k: u64| stream.uniform(from + k);
    if tried.len() < FEWEST_TRIALS {
        return uniform(0);
    }
    let mut sorted = tried.to_vec();
    // Equal values: the place that was tried first counts as the better one.
    sorted.sort_by(|a, b| b.1.total_cmp(&a.1));
    let n_good = tried.len().div_ceil(5).max(2);
    let places = |part: &[Tried]| part.iter().map(|&(place, _)| place).collect::<Vec<_>>();
    let (good, rest) = (places(&sorted[..n_good]), places(&sorted[n_good..]));
    let (good, rest) = match n_words {
        Some(n) => (Density::of_words(&good, n), Density::of_words(&rest, n)),
        None => (Density::of_numbers(good), Density::of_numbers(rest)),
    };
    let candidates = (0..CANDIDATES).map(|k| good.draw([0, 1, 2].map(|word| uniform(3 * k + word))));
    let gain = |place: &f64| good.at(*place).ln() - rest.at(*place).ln();
    candidates.max_by(|a, b| gain(a).total_cmp(&gain(b))).expect("some candidates")
}

/// Words of the stream that [`suggest`] uses.
pub(super) const WORDS: u64 = 3 * CANDIDATES;

/// A density over [0, 1].
enum Density {
    /// Equal parts, each with its probability.
    Words(Vec<f64>),
    /// Bells of a width around places, cut at 0 and 1, and an even part as heavy as one of them.
    Bells(Vec<(f64, f64)>),
}

impl Density {
    /// Each word counts once more than it was tried.
    fn of_words(places: &[f64], n: usize) -> Self {
        let mut counts = vec![1.0; n];
        places.iter().for_each(|place| counts[((place * n as f64) as usize).min(n - 1)] += 1.0);
        let total: f64 = counts.iter().sum();
        Self::Words(counts.into_iter().map(|count| count / total).collect())
    }

    /// The width of a bell is the greater of the distances to the places beside it, ends included.
    fn of_numbers(mut places: Vec<f64>) -> Self {
        places.sort_by(f64::total_cmp);
        let n = places.len();
        let least = 1.0 / (n as f64 + 1.0).min(20.0);
        let width = |k: usize| {
            let below = if k == 0 { 0.0 } else { places[k - 1] };
            let above = places.get(k + 1).copied().unwrap_or(1.0);
            (places[k] - below).max(above - places[k]).clamp(least, 1.0)
        };
        Self::Bells((0..n).map(|k| (places[k], width(k))).collect())
    }

    fn at(&self, place: f64) -> f64 {
        match self {
            Self::Words(shares) => {
                let n = shares.len();
                n as f64 * shares[((place * n as f64) as usize).min(n - 1)]
            }
            Self::Bells(bells) => {
                let bell = |&(centre, width): &(f64, f64)| {
                    let inside = normal_below((1.0 - centre) / width) - normal_below(-centre / width);
                    let z = (place - centre) / width;
                    (-0.5 * z * z).exp() / (width * (2.0 * std::f64::consts::PI).sqrt() * inside)
                };
                (1.0 + bells.iter().map(bell).sum::<f64>()) / (bells.len() + 1) as f64
            }
        }
    }

    /// A place, from three uniform numbers.
    fn draw(&self, [which, u, v]: [f64; 3]) -> f64 {
        match self {
            Self::Words(shares) => {
                let mut left = which;
                let k = shares.iter().position(|share| {
                    left -= share;
                    left < 0.0
                });
                (k.unwrap_or(shares.len() - 1) as f64 + 0.5) / shares.len() as f64
            }
            Self::Bells(bells) => match bells.get((which * (bells.len() + 1) as f64) as usize) {
                Some(&(centre, width)) => {
                    // Box and Muller; what falls outside comes back from the end.
                    let normal = (-2.0 * (1.0 - u).ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos();
                    let place = (centre + width * normal).rem_euclid(2.0);
                    if place > 1.0 { 2.0 - place } else { place }
                }
                None => u,
            },
        }
    }
}

/// The share of a normal distribution below z, to 1e-7 (Abramowitz and Stegun 26.2.17).
fn normal_below(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let polynomial =
        t * (0.319_381_530 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    let tail = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt() * polynomial;
    if z >= 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use culet_graph::Purpose;

    use super::*;

    /// The best place after some trials on a hill with its top at 0.7.
    fn best_after(n: usize, seed: u64, informed: bool) -> f64 {
        let hill = |place: f64| -(place - 0.7).abs();
        let mut tried: Vec<Tried> = Vec::new();
        for trial in 0..n as u64 {
            let stream = Stream::new(seed, Purpose::Test, trial);
            let place = if informed { suggest(&tried, None, stream, 0) } else { stream.uniform(0) };
            tried.push((place, hill(place)));
        }
        tried.into_iter().map(|(_, value)| -value).fold(1.0, f64::min)
    }

    #[test]
    fn a_hill_is_climbed_better_than_by_chance() {
        let mean = |informed| (0..40).map(|seed| best_after(25, seed, informed)).sum::<f64>() / 40.0;
        let (informed, chance) = (mean(true), mean(false));
        assert!(informed < 0.5 * chance, "{informed} from the top, by chance {chance}");
    }

    #[test]
    fn the_better_of_three_words_is_tried_most() {
        let mut tried: Vec<Tried> = Vec::new();
        for trial in 0..40 {
            let place = suggest(&tried, Some(3), Stream::new(2, Purpose::Test, trial), 0);
            let word = (place * 3.0) as usize;
            tried.push((place, [0.1, 0.5, 0.3][word]));
        }
        let n_best = tried.iter().filter(|(place, _)| (place * 3.0) as usize == 1).count();
        assert!(n_best > 20, "{n_best} of 40");
    }

    #[test]
    fn densities_sum_to_one() {
        let densities = [
            Density::of_numbers(vec![0.1, 0.15, 0.9]),
            Density::of_numbers(vec![0.0, 1.0]),
            Density::of_words(&[0.1, 0.9, 0.95], 3),
        ];
        for density in densities {
            let n = 30_000;
            let sum: f64 = (0..n).map(|k| density.at((k as f64 + 0.5) / n as f64)).sum::<f64>() / n as f64;
            assert!((sum - 1.0).abs() < 1e-4, "{sum}");
        }
    }
}
