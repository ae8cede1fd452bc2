//! What a user did.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest id of a user or item, in characters.
pub(crate) const LONGEST_ID: usize = 512;
/// The longest word for what was done, in characters.
pub(crate) const LONGEST_KIND: usize = 32;

/// Something that a user did with an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The external id of the user, who need not be known to any model.
    pub user: String,
    /// The external id of the item, likewise.
    pub item: String,
    /// What was done: `view`, `click`, `take`, `dismiss` or another word.
    pub kind: String,
    /// How much of it: a rating, a duration, a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// When, in seconds since 1970.
    pub time: f64,
}

/// Why something is no event.
#[derive(Debug, Clone, PartialEq)]
pub enum EventProblem {
    /// A field is empty.
    Empty(&'static str),
    /// A field has more characters than this.
    Long(&'static str, usize),
    /// A field holds a character that controls a terminal or ends a line.
    Control(&'static str),
    /// The kind is no word of letters a to z, digits, `_` and `-`.
    Kind,
    /// A field is not a finite number.
    NotFinite(&'static str),
}

impl fmt::Display for EventProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty(field) => write!(f, "`{field}` is empty"),
            Self::Long(field, most) => write!(f, "`{field}` is longer than {most} characters"),
            Self::Control(field) => write!(f, "`{field}` holds a control character"),
            Self::Kind => f.write_str("`kind` is not a word of the letters a to z, digits, `_` and `-`"),
            Self::NotFinite(field) => write!(f, "`{field}` is not a finite number"),
        }
    }
}

impl Event {
    /// Looks at all fields.
    ///
    /// # Errors
    /// [`EventProblem`] for the first that will not do.
    pub fn check(&self) -> Result<(), EventProblem> {
        check_text("user", &self.user, LONGEST_ID)?;
        check_text("item", &self.item, LONGEST_ID)?;
        check_text("kind", &self.kind, LONGEST_KIND)?;
        let is_of_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
        if !self.kind.bytes().all(is_of_word) {
            return Err(EventProblem::Kind);
        }
        match (self.value.is_none_or(f64::is_finite), self.time.is_finite()) {
            (false, _) => Err(EventProblem::NotFinite("value")),
            (_, false) => Err(EventProblem::NotFinite("time")),
            _ => Ok(()),
        }
    }
}

fn check_text(field: &'static str, text: &str, most: usize) -> Result<(), EventProblem> {
    match text {
        "" => Err(EventProblem::Empty(field)),
        _ if text.len() > most && text.chars().count() > most => Err(EventProblem::Long(field, most)),
        _ if text.chars().any(char::is_control) => Err(EventProblem::Control(field)),
        _ => Ok(()),
    }
}
