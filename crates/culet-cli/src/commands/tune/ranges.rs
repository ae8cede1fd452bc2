//! Where to look: the model's own ranges, without those that a flag fixes, and those that are typed.

use culet::model::{Kind, ModelError, ModelSpec, Range, Scale, Setting, nearest};

use super::arguments::{DECIDED, searchable};
use crate::problem::Problem;

const FORM: &str = "a range is `name=low..high` for numbers, `name=a,b,c` for words";

/// The ranges of a search; `typed` tells whether a setting was given as a flag.
pub(super) fn read<'a>(
    spec: &'static ModelSpec,
    texts: impl Iterator<Item = &'a str>,
    typed: &dyn Fn(&str) -> bool,
) -> Result<Vec<Range>, Problem> {
    let mut ranges: Vec<Range> = spec.search.iter().copied().filter(|range| !typed(range.name)).collect();
    let mut more = Vec::new();
    for text in texts {
        let range = parse(spec, text)?;
        match ranges.iter_mut().find(|known| known.name == range.name) {
            Some(known) => *known = range,
            None => more.push(range),
        }
    }
    // The order decides what is drawn for which setting; it shall not depend on how the ranges were typed.
    more.sort_by_key(|range| range.name);
    if let Some(twice) = more.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(Problem::input(format!("`{}` has two ranges", twice[0].name)).hint("name each setting once"));
    }
    ranges.extend(more);
    if ranges.is_empty() {
        return Err(nothing_to_search(spec));
    }
    Ok(ranges)
}

/// Where a search starts: a value that was typed or is the default, or else the nearest that the range has.
pub(super) fn start(range: &Range, value: &toml::Value) -> toml::Value {
    let Some(place) = range.place_of(value) else { return range.value_at(0.0) };
    let number = |value: &toml::Value| value.as_float().or_else(|| value.as_integer().map(|n| n as f64));
    let between = |low: toml::Value, high: toml::Value| {
        number(&low).zip(number(&high)).zip(number(value)).is_none_or(|((low, high), x)| (low..=high).contains(&x))
    };
    if between(range.value_at(0.0), range.value_at(1.0)) { value.clone() } else { range.value_at(place) }
}

fn nothing_to_search(spec: &'static ModelSpec) -> Problem {
    let problem = Problem::input(format!("there is no setting of `{}` to search over", spec.name));
    match searchable(spec).first() {
        None => problem.hint(format!("it has no settings; `culet train {} DATA` fits it", spec.name)),
        Some(_) => {
            problem.hint(format!("name some with `--range`; `culet tune {} --help` lists the settings", spec.name))
        }
    }
}

fn parse(spec: &'static ModelSpec, text: &str) -> Result<Range, Problem> {
    let wrong = || Problem::input(format!("`--range {text}` makes no sense")).hint(FORM);
    let (name, values) = text.split_once('=').ok_or_else(wrong)?;
    let name = name.trim().replace('-', "_");
    if DECIDED.contains(&name.as_str()) {
        return Err(Problem::input(format!("`{name}` is not searched over: it decides how trials are judged"))
            .hint(format!("fix it with `--{}`", name.replace('_', "-"))));
    }
    let known = searchable(spec);
    let Some(setting) = known.iter().find(|setting| setting.name == name) else {
        let nearest = nearest(&name, known.iter().map(|setting| setting.name));
        return Err(ModelError::UnknownSetting { name, nearest }.into());
    };
    let range = Range { name: setting.name, scale: scale(setting, values, &wrong)? };
    if range.fits(setting) { Ok(range) } else { Err(out_of_range(setting, values)) }
}

fn scale(setting: &Setting, values: &str, wrong: &dyn Fn() -> Problem) -> Result<Scale, Problem> {
    let words = |known: &[&'static str]| words(setting, values, known);
    match setting.kind {
        Kind::Choice(known) => words(known),
        Kind::Switch => words(&["true", "false"]),
        Kind::Text => Err(Problem::input(format!("`{}` is a text, which is not searched over", setting.name))),
        Kind::Integer(..) | Kind::Number(..) | Kind::Share(..) => {
            let (low, high) = values.split_once("..").ok_or_else(|| numbers_need_ends(setting, values))?;
            let end = |text: &str| setting.parse(text.trim()).map_err(Problem::from);
            let (low, high) = (end(low)?, end(high)?);
            let order = format!("`--range {}={values}` ends before it begins", setting.name);
            match (low, high) {
                (toml::Value::Integer(low), toml::Value::Integer(high)) if low < high => whole(setting, low, high),
                (toml::Value::Float(low), toml::Value::Float(high)) if low < high => {
                    Ok(if low > 0.0 && high / low >= 10.0 { Scale::Log(low, high) } else { Scale::Linear(low, high) })
                }
                (toml::Value::Integer(_), _) | (toml::Value::Float(_), _) => {
                    Err(Problem::input(order).hint("the lower end stands first, and the two differ"))
                }
                _ => Err(wrong()),
            }
        }
    }
}

fn whole(setting: &Setting, low: i64, high: i64) -> Result<Scale, Problem> {
    if low > 0 {
        return Ok(Scale::Whole(low, high));
    }
    let hint = format!("begin at 1: `--range {}=1..{high}`", setting.name);
    Err(Problem::input("whole numbers are searched by their logarithm, which 0 has not").hint(hint))
}

fn words(setting: &Setting, values: &str, known: &[&'static str]) -> Result<Scale, Problem> {
    let word = |text: &str| {
        let text = text.trim();
        known.iter().copied().find(|known| *known == text).ok_or_else(|| {
            let problem = Problem::input(format!("`{}` is `{text}`, expected {}", setting.name, known.join(", ")));
            match nearest(text, known.iter().copied()) {
                Some(near) => problem.hint(format!("did you mean `{near}`?")),
                None => problem.hint(FORM),
            }
        })
    };
    let words: Vec<&'static str> = values.split(',').map(word).collect::<Result<_, _>>()?;
    // A range lives as long as the registry's own; those of one command line are few.
    Ok(Scale::Words(Vec::leak(words)))
}

fn numbers_need_ends(setting: &Setting, values: &str) -> Problem {
    let ends =
        values.split_once(',').map_or(("1", "100"), |(first, rest)| (first, rest.rsplit(',').next().unwrap_or(rest)));
    Problem::input(format!("`{}` is a number, and `{values}` is no range of numbers", setting.name))
        .hint(format!("give its ends, such as `--range {}={}..{}`", setting.name, ends.0, ends.1))
}

fn out_of_range(setting: &Setting, values: &str) -> Problem {
    Problem::input(format!("`{}` is {values}, expected {}", setting.name, setting.kind.describe())).hint(FORM)
}

#[cfg(test)]
mod tests {
    use culet::model::find_model;

    use super::*;

    fn ranges(model: &str, texts: &[&str], typed: &[&str]) -> Result<Vec<(&'static str, Scale)>, String> {
        let spec = find_model(model).unwrap();
        let ranges = read(spec, texts.iter().copied(), &|name| typed.contains(&name));
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
    fn a_search_starts_within_its_ranges() {
        let from = |scale, value| start(&Range { name: "x", scale }, &value);
        assert_eq!(from(Scale::Whole(4, 16), toml::Value::Integer(1024)), toml::Value::Integer(16));
        assert_eq!(from(Scale::Log(1e-3, 1.0), toml::Value::Float(1e-9)), toml::Value::Float(1e-3));
        // Not rounded to three digits, as what is searched is.
        assert_eq!(from(Scale::Linear(0.0, 1.0), toml::Value::Float(0.123_456)), toml::Value::Float(0.123_456));
        let word = |word: &str| toml::Value::String(word.to_owned());
        assert_eq!(from(Scale::Words(&["b", "c"]), word("c")), word("c"));
        assert_eq!(from(Scale::Words(&["b", "c"]), word("a")), word("b"));
        assert_eq!(from(Scale::Words(&["true"]), toml::Value::Boolean(false)), toml::Value::Boolean(true));
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
