//! Why scores are what they are: parts that add up to them.

use culet_graph::{EntityId, ItemId, RelationId, UserId};

/// Why a user's score for an item is what it is: parts that add up to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The score, the sum of `own` and of what each item of the history contributes.
    pub score: f64,
    /// The part of the user's own vector.
    pub own: f64,
    /// The part of each item of the user's history, in the order of the history.
    pub from_history: Vec<HistoryPart>,
    /// How the model mixes its facets for this user, such as KGIN's beta, mean over the layers.
    pub shares: Vec<f64>,
}

/// What an item of the history contributes to a score.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryPart {
    /// The item of the history.
    pub item: ItemId,
    /// Its part of the score.
    pub contribution: f64,
    /// What of that goes along paths of the knowledge graph, at most [`HistoryPart::MOST_PATHS`], the strongest first;
    /// none where the model reads no graph, and none from an item to itself.
    pub paths: Vec<Path>,
}

/// A path of the knowledge graph from an item of the history to the item that is explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// Its facts in order; the last one leads to the item that is explained.
    pub steps: Vec<PathStep>,
    /// Its part of the score.
    pub contribution: f64,
}

/// A fact on a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathStep {
    /// The fact's relation, as in the data.
    pub relation: RelationId,
    /// Whether it is walked from head to tail.
    pub forward: bool,
    /// Where it leads.
    pub entity: EntityId,
}

impl HistoryPart {
    /// How many paths are told; what others carry is part of the rest.
    pub const MOST_PATHS: usize = 32;

    /// A part without paths.
    #[must_use]
    pub fn without_paths(item: ItemId, contribution: f64) -> Self {
        Self { item, contribution, paths: Vec::new() }
    }

    /// What goes along none of the paths: `contribution` is the sum of this and of the paths.
    #[must_use]
    pub fn rest(&self) -> f64 {
        self.contribution - self.paths.iter().map(|path| path.contribution).sum::<f64>()
    }
}

impl Path {
    /// From where its last fact leads to the item that is explained, if it starts in `start`.
    #[must_use]
    pub fn last_but_one(&self, start: ItemId) -> EntityId {
        self.steps.iter().rev().nth(1).map_or(EntityId(start.0), |step| step.entity)
    }

    /// The paths that carry most, for or against, up to [`HistoryPart::MOST_PATHS`]; the greatest part first.
    pub(crate) fn strongest(mut paths: Vec<Self>) -> Vec<Self> {
        let by = |key: fn(f64) -> f64| {
            move |a: &Self, b: &Self| {
                key(b.contribution).total_cmp(&key(a.contribution)).then_with(|| a.steps.cmp(&b.steps))
            }
        };
        paths.sort_by(by(f64::abs));
        paths.truncate(HistoryPart::MOST_PATHS);
        paths.sort_by(by(|contribution| contribution));
        paths
    }
}

/// Whose scores are to be explained.
#[derive(Debug, Clone, Copy)]
pub enum Asker<'a> {
    /// A user that was trained, with the history that the model learned from.
    Trained(UserId),
    /// Any other history, as [`FoldIn`](crate::FoldIn) takes in.
    New {
        /// What stands in for the user's row in the table of users, `[d]`.
        own: &'a [f32],
        /// The items that the user has, in ascending order.
        history: &'a [u32],
    },
}

/// Explains the scores of a model that learns by steps, as it was when this was made.
pub trait Explainer: std::fmt::Debug + Send + Sync {
    /// Why the asker's score for each item is what it is. One thread does the work.
    ///
    /// # Panics
    /// If the asker, an item, or an item of the history is out of range, or `own` has another length than the rows of the
    /// table of users.
    fn explain(&self, asker: Asker<'_>, items: &[ItemId]) -> Vec<Explanation>;
}
