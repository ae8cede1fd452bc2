//! What is to be searched, from settings and ranges in words.

use culet_eval::{METRICS, RankingProtocol};
use culet_model::{Family, ModelError, ModelSpec, Range, Setting};
use culet_train::{Search, SearchMethod, training_settings};

use super::ranges::{RangeProblem, read_ranges};
use crate::{RunsError, Settings};

/// Names of the settings of the training that a search decides by itself.
const DECIDED: [&str; 4] = ["select", "validation_share", "refit", "evaluate_every"];

/// What a search is to be about.
#[derive(Debug, Clone)]
pub struct SearchPlan<'a> {
    /// The model.
    pub spec: &'static ModelSpec,
    /// What holds where nothing is searched, and where the search starts.
    pub settings: Settings,
    /// Names of settings that are not searched over unless a range names them.
    pub fixed: &'a [&'a str],
    /// Ranges beside the model's own, or in their place: `name=low..high` of numbers (searched by their logarithm if both
    /// ends are positive and a factor of 10 or more lies between), `name=a,b,c` of words.
    pub ranges: &'a [&'a str],
    /// How the next settings are chosen.
    pub method: SearchMethod,
    /// The metric that is sought, as [`SearchMetric`] names it.
    pub metric: String,
    /// Of the search and of all trainings.
    pub seed: u64,
}

impl SearchPlan<'_> {
    /// Reads the ranges, and lets the search start within them.
    ///
    /// # Errors
    /// [`RunsError::SelectsOnTest`]; [`RunsError::Range`] and [`RunsError::Model`] for a range that makes no sense, or a
    /// model of networks.
    pub fn search(self) -> Result<Search, RunsError> {
        if self.spec.family() != Family::Recommender {
            return Err(ModelError::OtherFamily { model: self.spec.name, family: self.spec.family() }.into());
        }
        let Settings { model: mut fixed, training } = self.settings;
        fixed.extend(training);
        if fixed.get("select").and_then(toml::Value::as_str) == Some("test") {
            return Err(RunsError::SelectsOnTest);
        }
        let ranges = read_ranges(self.spec, self.ranges, &|name| self.fixed.contains(&name))?;
        let defaults = searchable(self.spec);
        for range in &ranges {
            let default = || defaults.iter().find(|setting| setting.name == range.name).map(Setting::default_value);
            if let Some(value) = fixed.get(range.name).cloned().or_else(default) {
                fixed.insert(range.name.to_owned(), start(range, &value));
            }
        }
        Ok(Search { spec: self.spec, fixed, ranges, method: self.method, metric: self.metric, seed: self.seed })
    }
}

/// All settings that may be searched over: those of the model, and those of its training that do not decide how trials
/// are judged.
pub(super) fn searchable(spec: &ModelSpec) -> Vec<Setting> {
    let training = training_settings(spec).into_iter().filter(|setting| !is_decided(setting.name));
    spec.settings.iter().copied().chain(training).collect()
}

/// Whether a search decides a setting by itself.
pub(super) fn is_decided(name: &str) -> bool {
    DECIDED.contains(&name)
}

/// Where a search starts: a value that was given or is the default, or else the nearest that the range has.
fn start(range: &Range, value: &toml::Value) -> toml::Value {
    let Some(place) = range.place_of(value) else { return range.value_at(0.0) };
    let number = |value: &toml::Value| value.as_float().or_else(|| value.as_integer().map(|n| n as f64));
    let between = |low: toml::Value, high: toml::Value| {
        number(&low).zip(number(&high)).zip(number(value)).is_none_or(|((low, high), x)| (low..=high).contains(&x))
    };
    if between(range.value_at(0.0), range.value_at(1.0)) { value.clone() } else { range.value_at(place) }
}

/// A metric that is sought, such as `recall@20`.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchMetric {
    /// Its name, with the length of the lists.
    pub name: String,
    /// What judges trials by it.
    pub protocol: RankingProtocol,
}

impl SearchMetric {
    /// Reads a name.
    ///
    /// # Errors
    /// [`RunsError::NoMetric`].
    pub fn parse(name: &str) -> Result<Self, RunsError> {
        let wrong = || RunsError::NoMetric { name: name.to_owned() };
        let (word, cutoff) = name.split_once('@').ok_or_else(wrong)?;
        let cutoff: usize = cutoff.parse().ok().filter(|&cutoff| cutoff > 0).ok_or_else(wrong)?;
        if !METRICS.contains(&word) {
            return Err(wrong());
        }
        Ok(Self { name: format!("{word}@{cutoff}"), protocol: RankingProtocol::new(vec![cutoff])? })
    }
}

impl From<RangeProblem> for RunsError {
    fn from(problem: RangeProblem) -> Self {
        match problem {
            RangeProblem::Setting(error) => Self::Model(error),
            problem => Self::Range(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use culet_model::{Scale, find_model};

    use super::*;
    use crate::resolve_settings;

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
    fn the_test_part_is_never_searched_by() {
        let spec = find_model("bpr-mf").unwrap();
        let plan = |given: &str| SearchPlan {
            spec,
            settings: resolve_settings(spec, None, given.parse().unwrap()).unwrap(),
            fixed: &["dim"],
            ranges: &["batch=64..512"],
            method: SearchMethod::Tpe,
            metric: "recall@20".to_owned(),
            seed: 0,
        };
        assert!(matches!(plan("select = 'test'").search(), Err(RunsError::SelectsOnTest)));
        let search = plan("dim = 16\nbatch = 4096").search().unwrap();
        assert!(search.ranges.iter().all(|range| range.name != "dim"));
        assert_eq!((search.fixed["dim"].as_integer(), search.fixed["batch"].as_integer()), (Some(16), Some(512)));
    }

    #[test]
    fn metrics_have_a_length_of_lists() {
        let metric = SearchMetric::parse("ndcg@010").unwrap();
        assert_eq!((metric.name.as_str(), metric.protocol.cutoffs()), ("ndcg@10", &[10][..]));
        for wrong in ["ndcg", "ndcg@0", "ndcg@x", "ndgc@10"] {
            assert!(matches!(SearchMetric::parse(wrong), Err(RunsError::NoMetric { .. })), "{wrong}");
        }
    }
}
