//! Settings as data: a name, a range and a default, from which come the flags, their help, the check and the
//! configuration file.

use crate::ModelError;

/// One setting of a model or of the training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// The name in configuration files; the flag has `-` for `_`.
    pub name: &'static str,
    /// What it is, and the published name.
    pub help: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// The default, as it would be typed.
    pub default: &'static str,
}

/// What values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A whole number from the first to the second.
    Integer(i64, i64),
    /// A number from the first to the second, both included.
    Number(f64, f64),
    /// A number from the first (included) to the second (excluded).
    Share(f64, f64),
    /// One of some words.
    Choice(&'static [&'static str]),
    /// true or false
    Switch,
    /// Any text; what it means is checked when the data are known.
    Text,
}

impl Kind {
    /// The values in words, as messages and help tell them.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Integer(low, high) => format!("a whole number from {low} to {high}"),
            Self::Number(low, high) => format!("a number from {low} to {high}"),
            Self::Share(low, high) => format!("a number of at least {low} and below {high}"),
            Self::Choice(words) => words.join(", "),
            Self::Switch => "true or false".to_owned(),
            Self::Text => "a text".to_owned(),
        }
    }
}

impl Setting {
    /// The flag on the command line, without dashes.
    #[must_use]
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// Reads a value as it is typed on the command line.
    ///
    /// # Errors
    /// [`ModelError::BadSetting`] if the text is no such value.
    pub fn parse(&self, text: &str) -> Result<toml::Value, ModelError> {
        let value = match self.kind {
            Kind::Integer(..) => text.parse().ok().map(toml::Value::Integer),
            Kind::Number(..) | Kind::Share(..) => text.parse().ok().map(toml::Value::Float),
            Kind::Choice(_) | Kind::Text => Some(toml::Value::String(text.to_owned())),
            Kind::Switch => text.parse().ok().map(toml::Value::Boolean),
        };
        let value = value.ok_or_else(|| self.bad(format!("`{text}`")))?;
        self.check(value)
    }

    fn check(&self, value: toml::Value) -> Result<toml::Value, ModelError> {
        let value = match (self.kind, value) {
            (Kind::Number(..) | Kind::Share(..), toml::Value::Integer(n)) => toml::Value::Float(n as f64),
            (_, value) => value,
        };
        let fits = match (self.kind, &value) {
            (Kind::Integer(low, high), toml::Value::Integer(n)) => (low..=high).contains(n),
            (Kind::Number(low, high), toml::Value::Float(x)) => (low..=high).contains(x),
            (Kind::Share(low, high), toml::Value::Float(x)) => (low..high).contains(x),
            (Kind::Choice(words), toml::Value::String(word)) => words.contains(&word.as_str()),
            (Kind::Switch, toml::Value::Boolean(_)) | (Kind::Text, toml::Value::String(_)) => true,
            _ => false,
        };
        if fits { Ok(value) } else { Err(self.bad(value.to_string().replace('"', "`"))) }
    }

    fn bad(&self, found: String) -> ModelError {
        ModelError::BadSetting { name: self.name, found, expected: self.kind.describe() }
    }

    /// The default as a value.
    ///
    /// # Panics
    /// If the default is outside its own range, which a test excludes.
    #[must_use]
    pub fn default_value(&self) -> toml::Value {
        self.parse(self.default).expect("defaults are in range")
    }
}

/// Checks the given settings and adds the defaults of the others.
///
/// # Errors
/// [`ModelError::UnknownSetting`] with the nearest name, [`ModelError::BadSetting`] with the range.
pub fn complete_settings(settings: &[Setting], given: &toml::Table) -> Result<toml::Table, ModelError> {
    let mut complete: toml::Table =
        settings.iter().map(|setting| (setting.name.to_owned(), setting.default_value())).collect();
    for (name, value) in given {
        let Some(setting) = settings.iter().find(|setting| setting.name == name) else {
            let nearest = nearest(name, settings.iter().map(|setting| setting.name));
            return Err(ModelError::UnknownSetting { name: name.clone(), nearest });
        };
        complete.insert(name.clone(), setting.check(value.clone())?);
    }
    Ok(complete)
}

/// The name that is fewest edits away, if these are at most a third of its length.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (edits(name, candidate), candidate))
        .filter(|(distance, candidate)| distance * 3 <= candidate.len().max(3))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let substituted = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = substituted.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: [Setting; 2] = [
        Setting { name: "hops", help: "", kind: Kind::Integer(1, 8), default: "3" },
        Setting { name: "loss", help: "", kind: Kind::Choice(&["bpr", "softmax"]), default: "bpr" },
    ];

    fn complete(text: &str) -> Result<toml::Table, String> {
        complete_settings(&SETTINGS, &text.parse().unwrap()).map_err(|error| match error.hint() {
            Some(hint) => format!("{error}; {hint}"),
            None => error.to_string(),
        })
    }

    #[test]
    fn defaults_fill_what_is_not_given() {
        assert_eq!(complete("hops = 2").unwrap(), "hops = 2\nloss = 'bpr'".parse().unwrap());
    }

    #[test]
    fn messages_name_the_value_and_the_way_out() {
        assert_eq!(complete("hops = 9").unwrap_err(), "`hops` is 9, expected a whole number from 1 to 8");
        assert_eq!(complete("loss = 'hinge'").unwrap_err(), "`loss` is `hinge`, expected bpr, softmax");
        assert_eq!(complete("hop = 1").unwrap_err(), "there is no setting `hop`; did you mean `hops`?");
        assert_eq!(
            SETTINGS[0].parse("x").unwrap_err().to_string(),
            "`hops` is `x`, expected a whole number from 1 to 8"
        );
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!((edits("kitten", "sitting"), edits("", "ab"), edits("same", "same")), (3, 2, 0));
        assert_eq!(edits("alcie", "alice"), 1);
        assert_eq!(nearest("kgn", ["kgin", "ease"].into_iter()), Some("kgin"));
        assert_eq!(nearest("zzzz", ["kgin", "ease"].into_iter()), None);
    }
}
