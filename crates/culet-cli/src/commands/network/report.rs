//! Link prediction in words: the table of scorers, and what the run's own score weighs.

use std::fmt::Write;

use culet::data::thousands;
use culet::eval::LinkReport;
use culet::train::LinkScore;

use crate::table::Table;

/// A row for each scorer: the run's own first, its parts, then the simple ones.
pub(super) fn link_table(report: &LinkReport) -> String {
    let mut table = Table::new(&["scorer", "auc", "average precision"]);
    for row in &report.rows {
        table.row(vec![row.name.clone(), format!("{:.4}", row.auc), format!("{:.4}", row.average_precision)]);
    }
    table.render()
}

/// Such as `120 edges against 240 pairs without`.
pub(super) fn sizes(report: &LinkReport) -> String {
    let [edges, others] = [report.n_positives, report.n_negatives].map(|n| thousands(n as u64));
    let noun = if report.n_positives == 1 { "edge" } else { "edges" };
    format!("{edges} {noun} against {others} pairs without")
}

/// The weights of a mixture, the heaviest first; other scores have nothing to tell.
pub(super) fn weights_line(score: &LinkScore) -> Option<String> {
    let LinkScore::Mixture(mixture) = score else { return None };
    let mut terms: Vec<(&String, f64)> = mixture.names.iter().zip(mixture.weights.iter().copied()).collect();
    terms.retain(|(_, weight)| weight.abs() >= 0.005);
    terms.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(b.0)));
    let mut line = String::from("the mixture weighs");
    for (k, (name, weight)) in terms.iter().enumerate() {
        let _ = write!(line, "{} {name} {weight:+.2}", if k == 0 { "" } else { "," });
    }
    if terms.is_empty() {
        line += " nothing";
    }
    Some(line + "\n")
}

#[cfg(test)]
mod tests {
    use culet::eval::LinkMixture;

    use super::*;

    #[test]
    fn the_heaviest_terms_come_first_and_weightless_ones_not_at_all() {
        let names = ["product", "cosine", "3-paths"].map(str::to_owned).to_vec();
        let mixture = LinkMixture {
            names,
            means: vec![0.0; 3],
            scales: vec![1.0; 3],
            weights: vec![0.25, 0.001, -1.5],
            intercept: 0.0,
        };
        let line = weights_line(&LinkScore::Mixture(mixture)).unwrap();
        assert_eq!(line, "the mixture weighs 3-paths -1.50, product +0.25\n");
        assert_eq!(weights_line(&LinkScore::Product), None);
    }
}
