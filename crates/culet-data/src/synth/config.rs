//! The settings of a generated catalogue.

use serde::{Deserialize, Serialize};

use super::relations::INTENTS;
use crate::DataError;

/// The settings of a generated catalogue; all have defaults, those of a demonstration that trains in seconds.
///
/// # Examples
/// ```
/// let small = culet_data::CatalogueConfig { n_users: 50, n_interactions: 1_000, ..Default::default() };
/// let catalogue = culet_data::synthesise(&small).unwrap();
/// assert_eq!(catalogue.dataset.train.n_pairs() + catalogue.dataset.test.n_pairs(), 1_000);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CatalogueConfig {
    /// Users: 1 to 100,000,000.
    pub n_users: usize,
    /// Films: 50 to 100,000,000.
    pub n_items: usize,
    /// Distinct (user, film) pairs, training and test together: at least 2 a user, at most a quarter of all pairs, and
    /// at most 2^32 - 1. They are reached exactly.
    pub n_interactions: usize,
    /// How many intents are planted: 1 to 4, in the order people, series, mood, homeland.
    pub n_intents: usize,
    /// The share of choices that follow no intent, popularity alone: 0 to 1.
    pub noise: f64,
    /// How skewed the popularity of films is, the exponent of a shifted Zipf law: 0 (not at all) to 2.
    pub popularity_exponent: f64,
    /// How skewed the sizes of attributes are (how many films share an actor), likewise: 0 to 2.
    pub attribute_exponent: f64,
    /// Facts per film on average: 10 to 60. Films have one director, studio, decade, country, language and running
    /// time each; the rest are actors, genres and places.
    pub facts_per_item: f64,
    /// The share of films that belong to a series: 0.1 to 1.
    pub series_share: f64,
    /// How many attributes of a relation a user likes, on average: 1 to 20 (the count itself is at most 1 off).
    pub favourites: usize,
    /// How far users are from having all intents alike: 0 (all alike) to 20 (each has one). A user's shares are the
    /// softmax of normal numbers of this standard deviation; 2.5 leaves most users with one or two intents.
    pub intent_spread: f64,
    /// The share of each user's pairs that are for testing: 0 to 0.9. One at least stays for training.
    pub test_share: f64,
    /// Another seed gives another catalogue of the same kind.
    pub seed: u64,
}

impl Default for CatalogueConfig {
    fn default() -> Self {
        Self {
            n_users: 2_000,
            n_items: 1_500,
            n_interactions: 60_000,
            n_intents: INTENTS.len(),
            noise: 0.15,
            popularity_exponent: 0.7,
            attribute_exponent: 0.8,
            facts_per_item: 14.0,
            series_share: 0.6,
            favourites: 3,
            intent_spread: 2.5,
            test_share: 0.2,
            seed: 0,
        }
    }
}

impl CatalogueConfig {
    /// Whether all settings lie in their ranges and agree with each other.
    ///
    /// # Errors
    /// [`DataError::BadSetting`] with the first that does not.
    pub fn check(&self) -> Result<(), DataError> {
        whole("n_users", self.n_users, 1, 100_000_000)?;
        whole("n_items", self.n_items, 50, 100_000_000)?;
        whole("n_intents", self.n_intents, 1, INTENTS.len())?;
        whole("favourites", self.favourites, 1, 20)?;
        number("noise", self.noise, 0.0, 1.0)?;
        number("popularity_exponent", self.popularity_exponent, 0.0, 2.0)?;
        number("attribute_exponent", self.attribute_exponent, 0.0, 2.0)?;
        number("facts_per_item", self.facts_per_item, 10.0, 60.0)?;
        number("series_share", self.series_share, 0.1, 1.0)?;
        number("intent_spread", self.intent_spread, 0.0, 20.0)?;
        number("test_share", self.test_share, 0.0, 0.9)?;
        let most = (self.n_users * self.n_items / 4).min(u32::MAX as usize);
        whole("n_interactions", self.n_interactions, 2 * self.n_users, most)
    }
}

/// Refuses a whole number outside `low..=high`.
pub(super) fn whole(name: &'static str, found: usize, low: usize, high: usize) -> Result<(), DataError> {
    if (low..=high).contains(&found) {
        return Ok(());
    }
    let expected = format!("a whole number from {low} to {high}");
    Err(DataError::BadSetting { name, found: found.to_string(), expected })
}

pub(super) fn number(name: &'static str, found: f64, low: f64, high: f64) -> Result<(), DataError> {
    if (low..=high).contains(&found) {
        return Ok(());
    }
    let expected = format!("a number from {low} to {high}");
    Err(DataError::BadSetting { name, found: found.to_string(), expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_out_of_range_is_named() {
        let refused = |config: CatalogueConfig| config.check().unwrap_err().to_string();
        let base = CatalogueConfig::default();
        assert!(base.check().is_ok());
        let noise = refused(CatalogueConfig { noise: 1.5, ..base.clone() });
        assert_eq!(noise, "`noise` is 1.5, expected a number from 0 to 1");
        let nan = refused(CatalogueConfig { test_share: f64::NAN, ..base.clone() });
        assert_eq!(nan, "`test_share` is NaN, expected a number from 0 to 0.9");
        let intents = refused(CatalogueConfig { n_intents: 5, ..base.clone() });
        assert_eq!(intents, "`n_intents` is 5, expected a whole number from 1 to 4");
        let pairs = refused(CatalogueConfig { n_interactions: 3_999, ..base });
        assert_eq!(pairs, "`n_interactions` is 3999, expected a whole number from 4000 to 750000");
    }

    #[test]
    fn missing_fields_have_defaults_and_unknown_ones_are_refused() {
        let config: CatalogueConfig = serde_json::from_str(r#"{"n_users": 10, "seed": 7}"#).unwrap();
        assert_eq!(config, CatalogueConfig { n_users: 10, seed: 7, ..Default::default() });
        let error = serde_json::from_str::<CatalogueConfig>(r#"{"n_user": 10}"#).unwrap_err().to_string();
        assert!(error.contains("unknown field `n_user`"), "{error}");
    }
}
