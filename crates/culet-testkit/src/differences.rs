//! Difference quotients.

/// The gradient of `f` at `x` by central differences with step `h`.
pub fn central_differences(x: &[f64], h: f64, mut f: impl FnMut(&[f64]) -> f64) -> Vec<f64> {
    let mut moved = x.to_vec();
    (0..x.len())
        .map(|k| {
            moved[k] = x[k] + h;
            let above = f(&moved);
            moved[k] = x[k] - h;
            let below = f(&moved);
            moved[k] = x[k];
            (above - below) / (2.0 * h)
        })
        .collect()
}

/// The largest gap between two lists, divided by the largest magnitude of the second (at least `floor`).
///
/// # Panics
/// If the lists differ in length.
#[must_use]
pub fn relative_gap(found: &[f64], expected: &[f64], floor: f64) -> f64 {
    assert_eq!(found.len(), expected.len(), "lists of one length");
    let largest = expected.iter().fold(floor, |largest, x| largest.max(x.abs()));
    found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, |worst: f64, gap| worst.max(gap)) / largest
}
