//! What node2vec makes of p and q: the area that darts are thrown at.

/// The parts of the area for an arc of weight 1; see the table in `second_order`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bias {
    pub(super) sure: f64,
    /// The parts `sure` and `other`.
    pub(super) unchecked: f64,
    pub(super) back: f64,
    /// The part `near` or `far`, of which one is empty.
    pub(super) checked: f64,
    /// Whether it is `near`.
    pub(super) seeks_near: bool,
    /// 0 where candidates may be sought among the arcs of t, else infinite.
    pub(super) least_behind: f64,
    /// 1/p
    to_previous: f64,
    /// 1/q
    to_distant: f64,
}

impl Bias {
    /// The first step: nowhere to come back to, all arcs alike.
    pub(super) const NONE: Self = Self {
        sure: 1.0,
        unchecked: 1.0,
        back: 0.0,
        checked: 0.0,
        seeks_near: false,
        least_behind: f64::INFINITY,
        to_previous: 1.0,
        to_distant: 1.0,
    };

    /// The parts for p and q.
    pub(super) fn new(p: f64, q: f64) -> Self {
        let (to_previous, to_distant) = (1.0 / p, 1.0 / q);
        let unchecked = to_distant.min(1.0);
        let seeks_near = q > 1.0;
        Self {
            sure: unchecked.min(to_previous),
            unchecked,
            back: (to_previous - unchecked).max(0.0),
            checked: (1.0 - to_distant).abs(),
            seeks_near,
            least_behind: if seeks_near { 0.0 } else { f64::INFINITY },
            to_previous,
            to_distant,
        }
    }

    /// What the weight of an arc is multiplied with.
    pub(super) fn of(&self, is_previous: bool, is_near: bool) -> f64 {
        match (is_previous, is_near) {
            (true, _) => self.to_previous,
            (_, true) => 1.0,
            _ => self.to_distant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_that_accept_an_arc_add_up_to_its_bias() {
        for p in [0.1, 0.25, 0.5, 1.0, 2.0, 5.0] {
            for q in [0.1, 0.25, 0.5, 1.0, 2.0, 5.0] {
                let bias = Bias::new(p, q);
                let (near, far) = if bias.seeks_near { (bias.checked, 0.0) } else { (0.0, bias.checked) };
                for (sum, expected) in
                    [(bias.sure + bias.back, 1.0 / p), (bias.unchecked + near, 1.0), (bias.unchecked + far, 1.0 / q)]
                {
                    assert!((sum - expected).abs() < 1e-12, "p {p}, q {q}: {sum} for {expected}");
                }
                assert!(bias.sure > 0.0 && bias.unchecked >= bias.sure && bias.back >= 0.0);
            }
        }
    }
}
