//! Tables in plain text, columns aligned: words to the left, numbers to the right.

use std::fmt::Write;

pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|&word| word.to_owned()).collect()] }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(crate) fn render(&self) -> String {
        let n_columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |k: usize| self.rows.iter().filter_map(|row| row.get(k)).map(|cell| cell.chars().count()).max();
        let widths: Vec<usize> = (0..n_columns).map(|k| width(k).unwrap_or(0)).collect();
        let numeric: Vec<bool> = (0..n_columns).map(|k| self.rows[1..].iter().all(|row| is_number(row, k))).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (k, cell) in row.iter().enumerate() {
                let gap = " ".repeat(widths[k] - cell.chars().count());
                let (left, right) = if numeric[k] { (gap, String::new()) } else { (String::new(), gap) };
                let _ = write!(line, "{left}{cell}{right}  ");
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }
}

/// A number, perhaps with a unit or a bound, or none.
fn is_number(row: &[String], column: usize) -> bool {
    const UNITS: [&str; 8] = ["%", "s", "min", "h", "days", "MB", "GB", ""];
    let cell = row.get(column).map_or("", |cell| cell.trim_start_matches("< "));
    let (number, unit) = cell.split_once(' ').unwrap_or((cell, ""));
    cell.is_empty() || cell == "-" || UNITS.contains(&unit) && number.replace(',', "").parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let mut table = Table::new(&["name", "value"]);
        table.row(vec!["a".into(), "1,000".into()]);
        table.row(vec!["longer".into(), "2".into()]);
        assert_eq!(table.render(), "name    value\na       1,000\nlonger      2\n");
        let mut table = Table::new(&["time", "word"]);
        let _ =
            [["< 0.1 s", "2 minds"], ["42 min", "3"], ["-", ""]].map(|row| table.row(row.map(str::to_owned).to_vec()));
        assert_eq!(table.render(), "   time  word\n< 0.1 s  2 minds\n 42 min  3\n      -\n");
    }
}
