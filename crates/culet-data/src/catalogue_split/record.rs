//! What `meta.json` tells of a split.

use std::fmt;
use std::path::Path;

use culet_graph::{Interactions, TimeCuts, UserId};
use serde::{Deserialize, Serialize};

use super::plan::{CataloguePlan, Size, Sizes};
use super::source::{CoreLosses, SourceRecord};
use crate::{CatalogueProblem, DataError, Fingerprint};

/// The file that tells of a split.
const META: &str = "meta.json";

/// How the parts of a catalogue were drawn, for whoever reads its folder later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CatalogueSplitRecord {
    /// The name of a [`SplitBy`](super::SplitBy).
    pub by: String,
    /// The seed of the draw.
    pub seed: u64,
    /// How the test part was told.
    pub test: PartPlan,
    /// How the validation part was told.
    pub valid: PartPlan,
    /// What a k-core lost before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub k_core: Option<CoreLosses>,
    /// What the parts were drawn from.
    pub source: SourceRecord,
    /// The counts and the content of what was drawn.
    pub fingerprint: Fingerprint,
    /// What the parts hold.
    pub parts: PartCounts,
}

/// How a part was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct PartPlan {
    /// The share asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// The items asked for of each user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<usize>,
    /// By time: the time it was to begin at, or else the first time in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<f64>,
    /// Whether the part is the one that the data set came with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given: bool,
}

impl PartPlan {
    fn new(size: Size, first: Option<f64>) -> Self {
        match size {
            Size::Share(share) => Self { share: Some(share), from: first, ..Self::default() },
            Size::Items(items) => Self { items: Some(items), ..Self::default() },
            Size::From(time) => Self { from: Some(time), ..Self::default() },
        }
    }
}

/// What the parts of a catalogue hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartCounts {
    /// The training part.
    pub train: PartCount,
    /// The validation part.
    pub valid: PartCount,
    /// The test part.
    pub test: PartCount,
}

/// What a part holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartCount {
    /// Pairs.
    pub pairs: usize,
    /// Users with a pair.
    pub users: usize,
    /// Items with a pair.
    pub items: usize,
    /// Users of these without a training pair.
    pub unseen_users: usize,
    /// Items of these without a training pair.
    pub unseen_items: usize,
}

impl PartCounts {
    /// Counts what the parts hold.
    pub(super) fn of(train: &Interactions, valid: &Interactions, test: &Interactions) -> Self {
        let [train, valid, test] = [train, valid, test].map(|part| PartCount::of(part, train));
        Self { train, valid, test }
    }
}

impl PartCount {
    /// Counts what a part holds, beside the part that is learned from.
    pub(crate) fn of(part: &Interactions, train: &Interactions) -> Self {
        let has = |log: &Interactions, user: &u32| !log.items_of(UserId(*user)).is_empty();
        let users: Vec<u32> = (0..part.n_users() as u32).filter(|user| has(part, user)).collect();
        let (own, trained) = (part.item_degrees(), train.item_degrees());
        let items: Vec<usize> = (0..part.n_items()).filter(|&item| own[item] > 0).collect();
        Self {
            pairs: part.n_pairs(),
            users: users.len(),
            items: items.len(),
            unseen_users: users.iter().filter(|user| !has(train, user)).count(),
            unseen_items: items.iter().filter(|&&item| trained[item] == 0).count(),
        }
    }
}

impl fmt::Display for PartPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = match *self {
            Self { given: true, .. } => "as it came".to_owned(),
            Self { share: Some(0.0), .. } => "none".to_owned(),
            Self { share: Some(share), .. } => format!("share {share}"),
            Self { items: Some(1), .. } => "1 item of a user".to_owned(),
            Self { items: Some(items), .. } => format!("{items} items of a user"),
            Self { .. } => String::new(),
        };
        let from = self.from.map(|time| format!("from {time}"));
        let words: Vec<_> = [told].into_iter().filter(|word| !word.is_empty()).chain(from).collect();
        f.write_str(&words.join(", "))
    }
}

impl CatalogueSplitRecord {
    /// How the parts were drawn, in a line.
    #[must_use]
    pub fn in_words(&self) -> String {
        format!("by {}, seed {}; test: {}; validation: {}", self.by, self.seed, self.test, self.valid)
    }

    /// What the folder's `meta.json` tells; nothing if there is none, or it tells of something else.
    ///
    /// # Errors
    /// A `meta.json` that cannot be read, is no JSON, or tells of a split in another form.
    pub fn read(folder: &Path) -> Result<Option<Self>, DataError> {
        let path = folder.join(META);
        if !path.is_file() {
            return Ok(None);
        }
        let text = std::fs::read(&path).map_err(|error| DataError::read(&path, error))?;
        let broken = |error: serde_json::Error| {
            let problem =
                CatalogueProblem::Malformed { format: "what a split tells of itself", what: error.to_string() };
            DataError::catalogue(&path, problem)
        };
        let mut meta: serde_json::Value = serde_json::from_slice(&text).map_err(broken)?;
        match meta.get_mut("split").filter(|split| split.get("by").is_some()) {
            Some(split) => serde_json::from_value(split.take()).map(Some).map_err(broken),
            None => Ok(None),
        }
    }

    /// What is known before the parts are: how they were told.
    pub(super) fn plans(plan: &CataloguePlan, sizes: Sizes, cuts: TimeCuts, given: bool) -> [PartPlan; 2] {
        let mut test = PartPlan::new(sizes.test, cuts.test);
        test.given = given;
        debug_assert!(cuts == TimeCuts::default() || plan.by == super::SplitBy::Time, "only times are cut");
        [test, PartPlan::new(sizes.valid, cuts.valid)]
    }
}
