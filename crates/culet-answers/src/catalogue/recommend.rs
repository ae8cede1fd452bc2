//! The best items of a user of the run, of one who was never trained, and of one of whom nothing is known.

use culet_data::DataError;
use culet_eval::Ranked;
use culet_graph::{Interactions, ItemId, UserId};
use culet_model::Explanation;
use culet_train::{FoldedUsers, Wanted};
use rayon::ThreadPool;
use serde::Serialize;

use super::{Allowed, CatalogueAnswers, Filter, Reason};
use crate::{AskError, Named};

/// What is asked of recommendations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// How many items, at most.
    pub k: usize,
    /// Which items may come up.
    pub filter: Filter,
    /// Whether items of the history may come up again.
    pub keep_seen: bool,
    /// Whether reasons are wanted, where the model can tell them.
    pub explain: bool,
    /// Whether an unknown user is an error, or else gets the items that most users took.
    pub strict: bool,
    /// Further items that may not come up, by number.
    pub hidden: Vec<u32>,
}

impl Asked {
    /// So many of all items that the user has not.
    #[must_use]
    pub fn new(k: usize) -> Self {
        Self { k, filter: Filter::default(), keep_seen: false, explain: false, strict: false, hidden: Vec::new() }
    }
}

/// Items for a user, best first.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recommendations {
    /// The user, if it is one of the run or has an id at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Named>,
    /// Whether the model knows anything of the user: else these are the items that most users took.
    pub known: bool,
    /// How many items the user has.
    pub history: usize,
    /// What should be known of the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Unknown ids that were gone past.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
    /// Best first.
    pub items: Vec<Recommended>,
}

/// A recommended item.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Recommended {
    /// From 1.
    pub rank: usize,
    /// The item.
    #[serde(flatten)]
    pub item: Named,
    /// Comparable within the list alone.
    pub score: f32,
    /// Why, if it was asked and the model can tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// A list, and what it is of.
struct Found<'a> {
    user: Option<Named>,
    history: &'a [u32],
    known: bool,
    note: Option<String>,
    list: Vec<Ranked>,
    explanations: Option<Vec<Explanation>>,
}

const UNKNOWN: &str = "nothing is known of this user: the items that most users took are listed";
const WITHOUT: &str = "took nothing that the model learned from: the items that most users took are listed";

impl CatalogueAnswers {
    /// The best items of a user, by id or name.
    ///
    /// # Errors
    /// [`AskError`] for what is unknown in the filter, and for an unknown user if `asked` is strict.
    pub fn recommend(&self, user: &str, asked: &Asked, pool: &ThreadPool) -> Result<Recommendations, AskError> {
        let allowed = self.allowed(&asked.filter)?;
        match self.user(user) {
            Ok(user) => self.of_user(user, asked, allowed, pool),
            Err(error) if asked.strict || !error.is_unknown() => Err(error),
            Err(_) => {
                let named = Named { id: user.to_owned(), name: None };
                let list = self.popular_items(asked, allowed.items.as_deref());
                let (user, note) = (Some(named), Some(UNKNOWN.to_owned()));
                let found = Found { user, history: &[], known: false, note, list, explanations: None };
                Ok(self.document(found, allowed.skipped))
            }
        }
    }

    /// The best items of a user who was never trained, but has taken these.
    ///
    /// # Errors
    /// [`AskError`] for an empty history and for what is unknown in it or in the filter.
    pub fn recommend_for(
        &self,
        history: &[String],
        asked: &Asked,
        pool: &ThreadPool,
    ) -> Result<Recommendations, AskError> {
        let mut allowed = self.allowed(&asked.filter)?;
        let folded = self.newcomer(history, asked.filter.skip_unknown, &mut allowed.skipped, pool)?;
        let wanted = wanted(asked, allowed.items.as_deref());
        let list = folded.recommend(0..1, wanted, pool).pop().unwrap_or_default();
        let list = without_hidden(list, asked);
        let explanations = if asked.explain {
            let items = list.iter().map(|ranked| ItemId(ranked.item)).collect();
            pool.install(|| folded.explain(&[(UserId(0), items)]))?.and_then(|mut all| all.pop())
        } else {
            None
        };
        let history = folded.histories().items_of(UserId(0));
        let found = Found { user: None, history, known: true, note: None, list, explanations };
        Ok(self.document(found, allowed.skipped))
    }

    /// A user who was never trained, but has taken these.
    pub(super) fn newcomer(
        &self,
        history: &[String],
        skip_unknown: bool,
        skipped: &mut Vec<String>,
        pool: &ThreadPool,
    ) -> Result<FoldedUsers<'_>, AskError> {
        let items = self.items_of_ids(history, skip_unknown, skipped)?;
        if items.is_empty() {
            return Err(AskError::EmptyHistory);
        }
        let pairs: Vec<(u32, u32)> = items.into_iter().map(|item| (0, item)).collect();
        let histories = Interactions::from_pairs(1, self.n_items(), &pairs).map_err(DataError::from)?;
        Ok(self.stored().fold_in(histories, pool)?)
    }

    /// What a user of the run is recommended, from a list that was ranked for it: see
    /// [`StoredRun::recommend`](culet_train::StoredRun::recommend).
    ///
    /// # Panics
    /// If user or items are out of range.
    #[must_use]
    pub fn listed(&self, user: u32, mut list: Vec<Ranked>, asked: &Asked) -> Recommendations {
        list = without_hidden(list, asked);
        self.document(self.found(user, list, None), Vec::new())
    }

    fn of_user(
        &self,
        user: u32,
        asked: &Asked,
        allowed: Allowed,
        pool: &ThreadPool,
    ) -> Result<Recommendations, AskError> {
        let wanted = wanted(asked, allowed.items.as_deref());
        let list = self.stored().recommend(&[user], wanted, pool).pop().unwrap_or_default();
        let list = without_hidden(list, asked);
        let explanations = if asked.explain && self.stored().is_trained(UserId(user)) {
            let items = list.iter().map(|ranked| ItemId(ranked.item)).collect();
            pool.install(|| self.stored().explain(&[(UserId(user), items)]))?.and_then(|mut all| all.pop())
        } else {
            None
        };
        Ok(self.document(self.found(user, list, explanations), allowed.skipped))
    }

    fn found(&self, user: u32, list: Vec<Ranked>, explanations: Option<Vec<Explanation>>) -> Found<'_> {
        let known = self.stored().is_trained(UserId(user));
        Found {
            user: Some(Named::new(user, &self.vocabulary().users)),
            history: self.history_of(user),
            known,
            note: (!known).then(|| WITHOUT.to_owned()),
            list,
            explanations,
        }
    }

    fn popular_items(&self, asked: &Asked, allowed: Option<&[bool]>) -> Vec<Ranked> {
        let may = |ranked: &&Ranked| {
            allowed.is_none_or(|allowed| allowed[ranked.item as usize]) && !asked.hidden.contains(&ranked.item)
        };
        self.stored().popular().order().iter().filter(may).take(asked.k).copied().collect()
    }

    fn document(&self, found: Found<'_>, skipped: Vec<String>) -> Recommendations {
        let Found { user, history, known, note, list, explanations } = found;
        let (graph, names) = (&self.stored().catalogue().graph, self.vocabulary());
        let item = |(k, ranked): (usize, &Ranked)| {
            let item = ItemId(ranked.item);
            let reason = explanations.as_ref().map(|all| Reason::new(item, &all[k], graph, names));
            Recommended { rank: k + 1, item: self.named_item(item), score: ranked.score, reason }
        };
        let items = list.iter().enumerate().map(item).collect();
        Recommendations { user, known, history: history.len(), note, skipped, items }
    }
}

/// With room for what is hidden afterwards.
fn wanted<'a>(asked: &Asked, allowed: Option<&'a [bool]>) -> Wanted<'a> {
    Wanted { k: asked.k.saturating_add(asked.hidden.len()), allowed, keep_seen: asked.keep_seen }
}

fn without_hidden(mut list: Vec<Ranked>, asked: &Asked) -> Vec<Ranked> {
    list.retain(|ranked| !asked.hidden.contains(&ranked.item));
    list.truncate(asked.k);
    list
}
