//! The cells of a column, end to end.

/// The texts of a column.
#[derive(Debug, Default)]
pub(in super::super) struct Cells {
    bytes: String,
    ends: Vec<usize>,
}

impl Cells {
    pub(in super::super) fn push(&mut self, cell: &str) {
        let cell = cell.trim();
        if is_missing(cell) {
            // Nothing stands for it.
        } else if cell.contains(char::is_control) {
            // Names and values stand in lines of text later on.
            let start = self.bytes.len();
            for word in cell.split(|letter: char| letter.is_control() || letter == ' ').filter(|word| !word.is_empty())
            {
                self.bytes.push_str(if self.bytes.len() > start { " " } else { "" });
                self.bytes.push_str(word);
            }
        } else {
            self.bytes.push_str(cell);
        }
        self.ends.push(self.bytes.len());
    }

    /// The cells; what is missing is empty.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.bytes[start..end])
    }

    /// The cells that hold something.
    pub(super) fn present(&self) -> impl Iterator<Item = &str> {
        self.iter().filter(|cell| !cell.is_empty())
    }
}

/// Whether a cell says that there is no value.
pub(super) fn is_missing(cell: &str) -> bool {
    const WORDS: [&str; 11] = ["nan", "null", "none", "na", "n/a", "#n/a", "\\n", "?", "-", "<na>", "[]"];
    // The last is what MovieLens writes.
    cell.is_empty()
        || cell == "(no genres listed)"
        || (cell.len() <= 4 && WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_empty() {
        let mut cells = Cells::default();
        [" a ", "NaN", "", "\\N", "nano", "None", "0", "a\r\n\tb  c"].iter().for_each(|cell| cells.push(cell));
        assert_eq!(cells.iter().collect::<Vec<_>>(), ["a", "", "", "", "nano", "", "0", "a b c"]);
        assert_eq!(cells.present().count(), 4);
    }
}
