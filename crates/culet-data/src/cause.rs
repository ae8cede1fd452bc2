//! Errors in words: with their causes, and what the system said in the form of the house.

use std::io;

/// An error with its causes, `message: cause: cause`; a cause that the message tells already is not told again.
#[must_use]
pub fn in_full(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = in_house_form(&cause.to_string());
        if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
        source = cause.source();
    }
    message
}

/// What the system said, in the form of the house: in lower case, without the number of the error.
#[must_use]
pub fn cause(error: &io::Error) -> String {
    in_house_form(&error.to_string())
}

fn in_house_form(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or(text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DataError;

    #[test]
    fn the_cause_is_told_once() {
        let told = in_full(&DataError::Write { path: "run/tables".into(), source: io::Error::from_raw_os_error(28) });
        assert!(told.starts_with("cannot write `run/tables`: "), "{told}");
        assert_eq!(told.matches(": ").count(), 1, "{told}");
    }

    #[test]
    fn the_system_speaks_in_lower_case_and_without_numbers() {
        assert_eq!(in_house_form("Permission denied (os error 13)"), "permission denied");
        assert_eq!(in_house_form(""), "");
    }
}
