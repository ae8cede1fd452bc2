//! Where good settings are looked for.

use crate::{Kind, Setting};

/// A setting of a model or of its training, and where a search looks for its best value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The setting.
    pub name: &'static str,
    /// Where to look.
    pub scale: Scale,
}

/// How the values of a range are spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Numbers from the first to the second, evenly.
    Linear(f64, f64),
    /// Numbers from the first to the second, evenly by their logarithm.
    Log(f64, f64),
    /// Whole numbers from the first to the second, evenly by their logarithm.
    Whole(i64, i64),
    /// One of these.
    Words(&'static [&'static str]),
}

impl Range {
    /// The value at a place in [0, 1].
    ///
    /// Numbers are rounded to three digits, so that a setting can be read and typed.
    ///
    /// # Panics
    /// If there is nothing in the range.
    #[must_use]
    pub fn value_at(&self, place: f64) -> toml::Value {
        let place = place.clamp(0.0, 1.0);
        let between = |low: f64, high: f64| low + (high - low) * place;
        match self.scale {
            Scale::Linear(low, high) => toml::Value::Float(rounded(between(low, high)).clamp(low, high)),
            Scale::Log(low, high) => toml::Value::Float(rounded(between(low.ln(), high.ln()).exp()).clamp(low, high)),
            Scale::Whole(low, high) => {
                let value = rounded(between((low as f64).ln(), (high as f64).ln()).exp()).round() as i64;
                toml::Value::Integer(value.clamp(low, high))
            }
            Scale::Words(words) => {
                let k = ((place * words.len() as f64) as usize).min(words.len() - 1);
                match words[k] {
                    "true" => toml::Value::Boolean(true),
                    "false" => toml::Value::Boolean(false),
                    word => toml::Value::String(word.to_owned()),
                }
            }
        }
    }

    /// The place in [0, 1] of a value; that of the nearest end where the value lies outside, none for one of another kind.
    #[must_use]
    pub fn place_of(&self, value: &toml::Value) -> Option<f64> {
        let number = match value {
            toml::Value::Float(x) => Some(*x),
            toml::Value::Integer(n) => Some(*n as f64),
            _ => None,
        };
        let within = |x: f64, low: f64, high: f64| ((x - low) / (high - low)).clamp(0.0, 1.0);
        match self.scale {
            Scale::Linear(low, high) => number.map(|x| within(x, low, high)),
            Scale::Log(low, high) => number.map(|x| within(x.max(low).ln(), low.ln(), high.ln())),
            Scale::Whole(low, high) => {
                let (low, high) = (low as f64, high as f64);
                number.map(|x| within(x.max(low).ln(), low.ln(), high.ln()))
            }
            Scale::Words(words) => {
                let text = match value {
                    toml::Value::Boolean(true) => "true",
                    toml::Value::Boolean(false) => "false",
                    value => value.as_str()?,
                };
                let k = words.iter().position(|word| *word == text)?;
                Some((k as f64 + 0.5) / words.len() as f64)
            }
        }
    }

    /// How many values there are, if they are words.
    #[must_use]
    pub fn n_words(&self) -> Option<usize> {
        if let Scale::Words(words) = self.scale { Some(words.len()) } else { None }
    }

    /// The values in words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self.scale {
            Scale::Linear(low, high) => format!("{low} to {high}"),
            Scale::Log(low, high) => format!("{low} to {high}, by their logarithm"),
            Scale::Whole(low, high) => format!("whole numbers from {low} to {high}, by their logarithm"),
            Scale::Words(words) => words.join(", "),
        }
    }

    /// Whether all values of the range are values of the setting.
    #[must_use]
    pub fn fits(&self, setting: &Setting) -> bool {
        let typed = |value: &toml::Value| match value {
            toml::Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let places: Vec<f64> = match self.n_words() {
            Some(n) => (0..n).map(|k| (k as f64 + 0.5) / n as f64).collect(),
            None => vec![0.0, 0.3, 0.5, 0.9, 1.0],
        };
        let is_number = matches!(setting.kind, Kind::Integer(..) | Kind::Number(..) | Kind::Share(..));
        let mut values = places.iter().map(|&place| self.value_at(place));
        self.name == setting.name
            && is_number == self.n_words().is_none()
            && values.all(|value| setting.parse(&typed(&value)).is_ok())
    }
}

/// To three significant digits.
fn rounded(x: f64) -> f64 {
    format!("{x:.2e}").parse().expect("a number that was written as one")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_places_belong_together() {
        let ranges = [
            Scale::Linear(-1.0, 3.0),
            Scale::Log(1e-4, 10.0),
            Scale::Whole(5, 2_000),
            Scale::Words(&["true", "false"]),
            Scale::Words(&["a", "b", "c"]),
        ];
        for scale in ranges {
            let range = Range { name: "x", scale };
            for place in [0.0, 0.17, 0.5, 0.83, 1.0] {
                let value = range.value_at(place);
                let again = range.value_at(range.place_of(&value).unwrap());
                assert_eq!(again, value, "{scale:?} at {place}");
            }
        }
        let range = Range { name: "x", scale: Scale::Log(1.0, 100.0) };
        assert_eq!(range.value_at(0.5), toml::Value::Float(10.0));
        assert_eq!(range.place_of(&toml::Value::Integer(1_000)), Some(1.0));
        assert_eq!(range.place_of(&toml::Value::String("a".into())), None);
        assert_eq!(Range { name: "x", scale: Scale::Linear(0.0, 1.0) }.value_at(0.123_456), toml::Value::Float(0.123));
    }
}
