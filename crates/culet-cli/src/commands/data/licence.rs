//! The terms of a public data set: shown, and accepted or not.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use culet::data::{PublicSet, licence_accepted};

use crate::context::{Context, say};
use crate::problem::{Problem, cause};

/// Shows the terms before the first download, and asks whether they are accepted unless that was said.
pub(super) fn accept(context: &Context, set: &PublicSet, out: &Path, is_accepted: bool) -> Result<(), Problem> {
    if licence_accepted(set, out) {
        return Ok(());
    }
    let text = text(set);
    if is_accepted {
        context.remark(&text);
        return Ok(());
    }
    // Not a remark: without the terms, nobody could answer.
    say(&text);
    if !io::stdin().is_terminal() {
        let message = format!("the terms of `{}` have to be accepted before the first download", set.name);
        return Err(
            Problem::input(message).hint("read them above, or by `culet data list NAME`; then add `--accept-licence`")
        );
    }
    if asked()? {
        return Ok(());
    }
    Err(Problem::input(format!("the terms of `{}` were not accepted", set.name)).hint("nothing was downloaded"))
}

fn text(set: &PublicSet) -> String {
    let terms = wrapped(&set.terms, 100);
    let PublicSet { name, home, licence, cite, .. } = set;
    format!("`{name}` is from {home}\nits licence: {licence}\n\n{terms}\n\nto cite: {cite}\n")
}

fn asked() -> Result<bool, Problem> {
    let mut stderr = io::stderr();
    let _ = write!(stderr, "do you accept these terms? [y/N] ").and_then(|()| stderr.flush());
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Problem::failed(format!("cannot read the answer: {}", cause(&error))))?;
    Ok(is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// A text in lines of at most so many letters, if its words allow it.
pub(super) fn wrapped(text: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        for (answer, expected) in [("y\n", true), ("Yes\r\n", true), ("", false), ("\n", false), ("yup\n", false)] {
            assert_eq!(is_yes(answer), expected, "{answer:?}");
        }
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrapped("a bc def  ghij\nk", 6), "a bc\ndef\nghij k");
        assert_eq!(wrapped("toolongaword b", 4), "toolongaword\nb");
        assert_eq!(wrapped("", 4), "");
    }
}
