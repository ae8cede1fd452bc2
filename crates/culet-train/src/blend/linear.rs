//! The settings of the linear model of items, climbed to one at a time.

use culet_graph::{Interactions, UserId};

use crate::TrainError;

/// Catalogues up to this size are solved exactly: a second or two.
const FEW_ITEMS: usize = 5_000;

/// What is chosen of `ease` or `ease-sparse`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LinearSettings {
    /// Ridge over the mean of the table's diagonal.
    pub(super) ridge: f64,
    pub(super) user_exponent: f64,
    pub(super) ridge_exponent: f64,
    pub(super) popularity_exponent: f64,
    pub(super) graph_weight: f64,
    /// 0: exact.
    pub(super) neighbours: usize,
}

/// What is tried of each setting, in steps up and down.
const RIDGES: &[f64] = &[0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
const GRAPH_WEIGHTS: &[f64] = &[0.0, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0];
/// Neighbourhoods so many times larger are tried in the end.
const WIDER: usize = 2;
const RIDGE_EXPONENTS: &[f64] = &[0.0, 0.3, 0.5, 0.7];
const POPULARITY_EXPONENTS: &[f64] = &[-0.15, 0.0, 0.1, 0.2];
const USER_EXPONENTS: &[f64] = &[0.3, 0.5, 0.7];

type Field = fn(&mut LinearSettings) -> &mut f64;

impl LinearSettings {
    /// Where the climb starts.
    pub(super) const START: Self = Self {
        ridge: 8.0,
        user_exponent: 0.5,
        ridge_exponent: 0.5,
        popularity_exponent: 0.0,
        graph_weight: 3.0,
        neighbours: 0,
    };

    /// The neighbours to start with: none where the exact solution is quick.
    pub(super) fn neighbours_for(n_items: usize, neighbours: usize) -> usize {
        if n_items <= FEW_ITEMS { 0 } else { neighbours }
    }

    pub(super) fn model(self) -> &'static str {
        if self.neighbours == 0 { "ease" } else { "ease-sparse" }
    }

    pub(super) fn describe(&self) -> String {
        let Self { ridge, user_exponent, ridge_exponent, popularity_exponent, graph_weight, neighbours } = self;
        let among = if *neighbours == 0 { String::new() } else { format!(", {neighbours} neighbours") };
        format!(
            "ridge {ridge}, graph {graph_weight}, exponents: ridge {ridge_exponent}, popularity {popularity_exponent}, \
             users {user_exponent}{among}"
        )
    }

    /// The settings of the model, for these pairs.
    pub(super) fn settings(self, log: &Interactions) -> toml::Table {
        let mut settings = self.ease_settings(log);
        if self.neighbours > 0 {
            settings.insert("neighbours".to_owned(), toml::Value::Integer(self.neighbours as i64));
        }
        settings
    }

    /// Those that `ease` has too.
    pub(super) fn ease_settings(self, log: &Interactions) -> toml::Table {
        let weight = |user: usize| {
            let n = log.items_of(UserId(user as u32)).len() as f64;
            if n > 0.0 { n.powf(1.0 - self.user_exponent) } else { 0.0 }
        };
        let diagonal: f64 = (0..log.n_users()).map(weight).sum();
        let lambda = (self.ridge * diagonal / log.n_items().max(1) as f64).max(1e-3);
        let numbers = [
            ("lambda", lambda),
            ("user_exponent", self.user_exponent),
            ("ridge_exponent", self.ridge_exponent),
            ("popularity_exponent", self.popularity_exponent),
            ("graph_weight", self.graph_weight),
        ];
        let mut table: toml::Table =
            numbers.into_iter().map(|(name, x)| (name.to_owned(), toml::Value::Float(x))).collect();
        // What an exact solution keeps of a small catalogue is all of it.
        let keep = if self.neighbours == 0 { log.n_items().max(1) } else { self.neighbours };
        table.insert("keep".to_owned(), toml::Value::Integer(keep as i64));
        table
    }
}

/// Climbs from a middling start, one setting at a time, as long as the quality rises; `judge` gives none to stop.
pub(super) fn choose(
    n_items: usize,
    neighbours: usize,
    has_graph: bool,
    mut judge: impl FnMut(&LinearSettings) -> Result<Option<f64>, TrainError>,
) -> Result<LinearSettings, TrainError> {
    let mut best = LinearSettings {
        graph_weight: if has_graph { LinearSettings::START.graph_weight } else { 0.0 },
        neighbours: LinearSettings::neighbours_for(n_items, neighbours),
        ..LinearSettings::START
    };
    let mut fields: Vec<(&[f64], Field)> = vec![(RIDGES, |s| &mut s.ridge)];
    if has_graph {
        fields.push((GRAPH_WEIGHTS, |s| &mut s.graph_weight));
    }
    fields.push((RIDGE_EXPONENTS, |s| &mut s.ridge_exponent));
    fields.push((POPULARITY_EXPONENTS, |s| &mut s.popularity_exponent));
    fields.push((USER_EXPONENTS, |s| &mut s.user_exponent));
    let Some(mut quality) = judge(&best)? else { return Ok(best) };
    for (values, field) in fields {
        let start = *field(&mut best);
        let place = values.iter().position(|value| *value == start).expect("the start is one of the values");
        // Up until it falls; down only if up was no better.
        let ways: [Vec<f64>; 2] = [values[place + 1..].to_vec(), values[..place].iter().rev().copied().collect()];
        for way in ways {
            let mut rose = false;
            for value in way {
                let mut tried = best;
                *field(&mut tried) = value;
                let Some(found) = judge(&tried)? else { return Ok(best) };
                if found <= quality {
                    break;
                }
                (best, quality, rose) = (tried, found, true);
            }
            if rose {
                break;
            }
        }
    }
    if best.neighbours > 0 {
        let wider = LinearSettings { neighbours: WIDER * best.neighbours, ..best };
        if judge(&wider)?.is_some_and(|found| found > quality) {
            best = wider;
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_of_a_hill_is_climbed() {
        let hill = |s: &LinearSettings| {
            -(s.ridge.log2() - 5.0).abs() - (s.graph_weight - 0.0).abs() - (s.popularity_exponent - 0.2).abs()
        };
        let mut n_tried = 0;
        let best = choose(10_000, 100, true, |settings| {
            n_tried += 1;
            Ok(Some(hill(settings)))
        });
        let best = best.unwrap();
        assert_eq!((best.ridge, best.graph_weight, best.popularity_exponent), (32.0, 0.0, 0.2));
        assert_eq!((best.model(), best.neighbours), ("ease-sparse", 100));
        assert!(n_tried < 20, "{n_tried}");
    }

    #[test]
    fn who_is_told_to_stop_keeps_the_best_so_far() {
        let mut left = 3;
        let best = choose(100, 100, false, |settings| {
            left -= 1;
            Ok((left >= 0).then_some(settings.ridge))
        });
        assert_eq!((best.as_ref().unwrap().ridge, best.unwrap().model()), (32.0, "ease"));
    }
}
