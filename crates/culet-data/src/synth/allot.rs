//! Dividing a total among many, exactly and within bounds.

/// Divides `total` in proportion to `weights`, each share within its bounds (lowest, highest); the shares sum to
/// `total` exactly.
///
/// What the bounds add or take is spread over the others in proportion to their room. O(n).
///
/// # Panics
/// If the weights sum to nothing, or the bounds cannot hold the total.
pub(super) fn allot(weights: &[f64], total: usize, bounds: impl Fn(usize) -> (usize, usize)) -> Vec<usize> {
    let mut shares = in_proportion(weights, total);
    for (k, share) in shares.iter_mut().enumerate() {
        let (lowest, highest) = bounds(k);
        *share = (*share).clamp(lowest, highest);
    }
    let sum: usize = shares.iter().sum();
    if sum > total {
        let room: Vec<usize> = shares.iter().enumerate().map(|(k, share)| share - bounds(k).0).collect();
        for (share, part) in shares.iter_mut().zip(spread(&room, sum - total)) {
            *share -= part;
        }
    } else {
        let room: Vec<usize> = shares.iter().enumerate().map(|(k, share)| bounds(k).1 - share).collect();
        for (share, part) in shares.iter_mut().zip(spread(&room, total - sum)) {
            *share += part;
        }
    }
    shares
}

/// Divides `total` in proportion to weights: differences of the rounded running sum.
fn in_proportion(weights: &[f64], total: usize) -> Vec<usize> {
    if weights.is_empty() {
        return Vec::new();
    }
    let sum: f64 = weights.iter().sum();
    assert!(sum > 0.0 && sum.is_finite(), "weights with a positive sum");
    let (mut running, mut given) = (0.0, 0);
    let share_of = |weight: &f64| {
        running += weight;
        let until_here = ((total as f64 * (running / sum)).round() as usize).clamp(given, total);
        let share = until_here - given;
        given = until_here;
        share
    };
    weights.iter().map(share_of).collect()
}

/// Divides `total` in proportion to whole numbers, no part above its number.
fn spread(room: &[usize], total: usize) -> Vec<usize> {
    let all: u128 = room.iter().map(|&n| n as u128).sum();
    assert!(total as u128 <= all, "the bounds hold the total");
    let (mut running, mut given) = (0_u128, 0_u128);
    let part_of = |&n: &usize| {
        running += n as u128;
        let until_here = (running * total as u128).checked_div(all).unwrap_or(0);
        let part = (until_here - given) as usize;
        given = until_here;
        part
    };
    room.iter().map(part_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_sum_to_the_total_within_their_bounds() {
        let weights: Vec<f64> = (0..500).map(|k| 1.0 / (1.0 + f64::from(k))).collect();
        for total in [1000, 1001, 7777, 24_999, 25_000] {
            let shares = allot(&weights, total, |_| (2, 50));
            assert_eq!(shares.iter().sum::<usize>(), total);
            assert!(shares.iter().all(|share| (2..=50).contains(share)));
        }
    }

    #[test]
    fn without_bounds_in_reach_shares_are_the_rounded_proportions() {
        let weights = [3.0, 1.0, 2.0, 2.0];
        assert_eq!(allot(&weights, 80, |_| (0, 80)), [30, 10, 20, 20]);
        let shares = allot(&weights, 83, |_| (0, 80));
        for (&share, weight) in shares.iter().zip(weights) {
            assert!((share as f64 - weight / 8.0 * 83.0).abs() <= 1.0, "{shares:?}");
        }
    }

    #[test]
    fn nothing_is_divided_among_none() {
        assert!(allot(&[], 0, |_| (0, 1)).is_empty());
        assert_eq!(allot(&[1.0, 1.0], 0, |_| (0, 0)), [0, 0]);
    }

    #[test]
    #[should_panic(expected = "the bounds hold the total")]
    fn too_narrow_bounds_are_refused() {
        let _ = allot(&[1.0, 1.0], 5, |_| (0, 2));
    }
}
