//! Where to look: the model's own ranges, without those that are fixed, and those that are given in words.

use culet_model::{Kind, ModelError, ModelSpec, Range, Scale, Setting, nearest};

use super::plan::{is_decided, searchable};

const FORM: &str = "a range is `name=low..high` for numbers, `name=a,b,c` for words";

/// Why a range makes no sense.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RangeProblem {
    /// A setting that there is not, or a value out of range.
    #[error(transparent)]
    Setting(#[from] ModelError),
    /// No range at all.
    #[error("`--range {text}` makes no sense")]
    NoRange {
        /// As given.
        text: String,
    },
    /// A setting with two ranges.
    #[error("`{name}` has two ranges")]
    Twice {
        /// The setting.
        name: &'static str,
    },
    /// A model without a range.
    #[error("there is no setting of `{model}` to search over")]
    Nothing {
        /// The model.
        model: &'static str,
        /// Whether it has settings that could have one.
        has_settings: bool,
    },
    /// A setting that decides how trials are judged.
    #[error("`{name}` is not searched over: it decides how trials are judged")]
    Decided {
        /// The setting.
        name: String,
    },
    /// A setting that is any text.
    #[error("`{name}` is a text, which is not searched over")]
    AnyText {
        /// The setting.
        name: &'static str,
    },
    /// Something else where a range of numbers is expected.
    #[error("`{name}` is a number, and `{values}` is no range of numbers")]
    NotNumbers {
        /// The setting.
        name: &'static str,
        /// As given.
        values: String,
    },
    /// Ends in the wrong order.
    #[error("`--range {name}={values}` ends before it begins")]
    Order {
        /// The setting.
        name: &'static str,
        /// As given.
        values: String,
    },
    /// Whole numbers from 0.
    #[error("whole numbers are searched by their logarithm, which 0 has not")]
    FromZero {
        /// The setting.
        name: &'static str,
        /// The upper end.
        high: i64,
    },
    /// A word that the setting does not know.
    #[error("`{name}` is `{word}`, expected {}", known.join(", "))]
    Word {
        /// The setting.
        name: &'static str,
        /// As given.
        word: String,
        /// The words that it knows.
        known: Vec<&'static str>,
    },
    /// Values that the setting does not take.
    #[error("`{name}` is {values}, expected {expected}")]
    OutOfRange {
        /// The setting.
        name: &'static str,
        /// As given.
        values: String,
        /// What it takes.
        expected: String,
    },
}

impl RangeProblem {
    /// What would help.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Setting(error) => return error.hint(),
            Self::AnyText { .. } => return None,
            Self::NoRange { .. } | Self::OutOfRange { .. } => FORM.to_owned(),
            Self::Twice { .. } => "name each setting once".to_owned(),
            Self::Nothing { model, has_settings: false } => {
                format!("it has no settings; `culet train {model} DATA` fits it")
            }
            Self::Nothing { model, .. } => {
                format!("name some with `--range`; `culet tune {model} --help` lists the settings")
            }
            Self::Decided { name } => format!("fix it with `--{}`", name.replace('_', "-")),
            Self::NotNumbers { name, values } => {
                let ends = values.split_once(',');
                let (low, high) =
                    ends.map_or(("1", "100"), |(first, rest)| (first, rest.rsplit(',').next().unwrap_or(rest)));
                format!("give its ends, such as `--range {name}={low}..{high}`")
            }
            Self::Order { .. } => "the lower end stands first, and the two differ".to_owned(),
            Self::FromZero { name, high } => format!("begin at 1: `--range {name}=1..{high}`"),
            Self::Word { word, known, .. } => nearest(word, known.iter().copied())
                .map_or_else(|| FORM.to_owned(), |near| format!("did you mean `{near}`?")),
        };
        Some(hint)
    }
}

/// The ranges of a search; `is_fixed` tells which settings are not searched over unless a text names them.
pub(super) fn read_ranges(
    spec: &'static ModelSpec,
    texts: &[&str],
    is_fixed: &dyn Fn(&str) -> bool,
) -> Result<Vec<Range>, RangeProblem> {
    let mut ranges: Vec<Range> = spec.search.iter().copied().filter(|range| !is_fixed(range.name)).collect();
    let mut more = Vec::new();
    for text in texts {
        let range = parse(spec, text)?;
        match ranges.iter_mut().find(|known| known.name == range.name) {
            Some(known) => *known = range,
            None => more.push(range),
        }
    }
    // The order decides what is drawn for which setting; it shall not depend on how the ranges were given.
    more.sort_by_key(|range| range.name);
    if let Some(twice) = more.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(RangeProblem::Twice { name: twice[0].name });
    }
    ranges.extend(more);
    if ranges.is_empty() {
        return Err(RangeProblem::Nothing { model: spec.name, has_settings: !searchable(spec).is_empty() });
    }
    Ok(ranges)
}

fn parse(spec: &'static ModelSpec, text: &str) -> Result<Range, RangeProblem> {
    let (name, values) = text.split_once('=').ok_or_else(|| RangeProblem::NoRange { text: text.to_owned() })?;
    let name = name.trim().replace('-', "_");
    if is_decided(&name) {
        return Err(RangeProblem::Decided { name });
    }
    let known = searchable(spec);
    let Some(setting) = known.iter().find(|setting| setting.name == name) else {
        let nearest = nearest(&name, known.iter().map(|setting| setting.name));
        return Err(ModelError::UnknownSetting { name, nearest }.into());
    };
    let range = Range { name: setting.name, scale: scale(setting, values)? };
    if range.fits(setting) {
        return Ok(range);
    }
    let expected = setting.kind.describe();
    Err(RangeProblem::OutOfRange { name: setting.name, values: values.to_owned(), expected })
}

fn scale(setting: &Setting, values: &str) -> Result<Scale, RangeProblem> {
    let (name, values_owned) = (setting.name, || values.to_owned());
    match setting.kind {
        Kind::Choice(known) => words(setting, values, known),
        Kind::Switch => words(setting, values, &["true", "false"]),
        Kind::Text => Err(RangeProblem::AnyText { name }),
        Kind::Integer(..) | Kind::Number(..) | Kind::Share(..) => {
            let ends = values.split_once("..");
            let (low, high) = ends.ok_or_else(|| RangeProblem::NotNumbers { name, values: values_owned() })?;
            match (setting.parse(low.trim())?, setting.parse(high.trim())?) {
                (toml::Value::Integer(low), toml::Value::Integer(high)) if low < high => whole(setting, low, high),
                (toml::Value::Float(low), toml::Value::Float(high)) if low < high => {
                    Ok(if low > 0.0 && high / low >= 10.0 { Scale::Log(low, high) } else { Scale::Linear(low, high) })
                }
                _ => Err(RangeProblem::Order { name, values: values_owned() }),
            }
        }
    }
}

fn whole(setting: &Setting, low: i64, high: i64) -> Result<Scale, RangeProblem> {
    if low > 0 { Ok(Scale::Whole(low, high)) } else { Err(RangeProblem::FromZero { name: setting.name, high }) }
}

fn words(setting: &Setting, values: &str, known: &[&'static str]) -> Result<Scale, RangeProblem> {
    let word = |text: &str| {
        let text = text.trim();
        known.iter().copied().find(|known| *known == text).ok_or_else(|| RangeProblem::Word {
            name: setting.name,
            word: text.to_owned(),
            known: known.to_vec(),
        })
    };
    let words: Vec<&'static str> = values.split(',').map(word).collect::<Result<_, _>>()?;
    // A range lives as long as the registry's own; those of one search are few.
    Ok(Scale::Words(Vec::leak(words)))
}

#[cfg(test)]
mod tests {
    use culet_model::find_model;

    use super::*;

    fn ranges(model: &str, texts: &[&str], typed: &[&str]) -> Result<Vec<(&'static str, Scale)>, String> {
        let spec = find_model(model).unwrap();
        let ranges = read_ranges(spec, texts, &|name| typed.contains(&name));
        ranges.map(|ranges| ranges.iter().map(|r| (r.name, r.scale)).collect()).map_err(|problem| problem.to_string())
    }

    #[test]
    fn typed_ranges_win_and_typed_settings_are_left_out() {
        let own = find_model("bpr-mf").unwrap().search;
        assert!(own.iter().any(|range| range.name == "learning_rate"));
        let found = ranges("bpr-mf", &["batch=64..512", "learning-rate=1e-3..1e-2"], &["l2"]).unwrap();
        assert!(found.contains(&("batch", Scale::Whole(64, 512))));
        assert!(found.contains(&("learning_rate", Scale::Log(1e-3, 1e-2))));
        assert!(found.iter().all(|(name, _)| *name != "l2"), "{found:?}");
        let both = ranges("bpr-mf", &["l2=0.1..0.2"], &["l2"]).unwrap();
        assert!(both.contains(&("l2", Scale::Linear(0.1, 0.2))));
        let swapped = ["schedule=linear,cosine", "batch=64..512"];
        let order = |texts: &[&str]| ranges("bpr-mf", texts, &[]).unwrap();
        assert_eq!(order(&swapped), order(&[swapped[1], swapped[0]]));
        assert!(order(&swapped).contains(&("schedule", Scale::Words(&["linear", "cosine"]))));
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let told = |model: &str, text: &str| ranges(model, &[text], &[]).unwrap_err();
        let cases = [
            ("dim", "`--range dim` makes no sense"),
            ("dimm=1..2", "there is no setting `dimm`"),
            ("dim=32,64,128", "`dim` is a number, and `32,64,128` is no range of numbers"),
            ("dim=64..32", "`--range dim=64..32` ends before it begins"),
            ("dim=1..9999999", "`dim` is 9999999, expected a whole number"),
            ("patience=0..5", "whole numbers are searched by their logarithm"),
            ("schedule=linear,cosin", "`schedule` is `cosin`, expected constant, linear, cosine"),
            ("refit=true,false", "`refit` is not searched over"),
            ("validation_share=0.1..0.2", "`validation_share` is not searched over"),
        ];
        for (text, expected) in cases {
            let told = told("bpr-mf", text);
            assert!(told.contains(expected), "{text}: {told}");
        }
        assert!(ranges("popularity", &[], &[]).unwrap_err().contains("no setting of `popularity` to search over"));
        assert!(ranges("bpr-mf", &["batch=1..9", "batch=2..9"], &[]).unwrap_err().contains("`batch` has two ranges"));
    }
}
