//! A leaderboard in Markdown.

use culet::data::thousands;

use super::report::Told;

impl Told<'_> {
    pub(super) fn markdown(&self) -> String {
        let board = self.0;
        let mut text = format!("# {}\n\n", board.data);
        let pairs = thousands(board.validation.pairs as u64);
        let validation = match board.validation.share {
            Some(share) => format!("{pairs} pairs, a share of {share} of each user's training pairs, withheld"),
            None => format!("the {pairs} validation pairs of the data"),
        };
        let facts = [
            format!("data: {}", board.fingerprint),
            format!(
                "judged once on the test part, {} users, all items ranked, training items masked",
                self.n_users()
            ),
            format!("settings and epochs chosen by {} on {validation}; then fitted on all training pairs", board.metric),
            "intervals of 95 % from 2,000 resamples of the users; p against the best row by a paired permutation test, \
             corrected by Holm"
                .to_owned(),
            format!("culet {}, seed {}, {} threads", board.program_version, board.seed, board.threads),
        ];
        facts.iter().for_each(|fact| text += &format!("- {fact}\n"));
        let (head, rows) = self.quality_table();
        text += &format!("\n{}", table(&head, &rows));
        let remarks = self.remarks();
        if !remarks.is_empty() {
            text += "\n";
            remarks.iter().for_each(|remark| text += &format!("- {remark}\n"));
        }
        let (head, rows) = self.gain_table();
        if !rows.is_empty() {
            text += &format!("\n## What the graph gave\n\n{}", table(&head, &rows));
        }
        let (head, rows) = self.cost_table();
        text += &format!("\n## Cost and settings\n\n{}", table(&head, &rows));
        text + "\nMemory is the highest that the program held while it fitted and judged the model, the data included.\n"
    }
}

/// The first column holds names, the others what is right of them.
fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| {
        let padded = (0..head.len()).map(|k| cells.get(k).map_or("", String::as_str).replace('|', "\\|"));
        format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
    };
    let rule = vec!["---".to_owned(); head.len()];
    let body: String = rows.iter().map(|row| line(row)).collect();
    line(head) + &line(&rule) + &body
}
