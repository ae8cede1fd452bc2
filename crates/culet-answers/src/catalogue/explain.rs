//! Why a user's score for an item is what it is, to the last part.

use culet_graph::{ItemId, UserId};
use culet_model::{Explanation, HistoryPart, Path, PathStep};
use culet_train::Wanted;
use rayon::ThreadPool;
use serde::Serialize;

use super::{CatalogueAnswers, Intent, Reason};
use crate::{AskError, Named, Node};

/// Why a user's score for an item is what it is: `own` and the contributions of the history add up to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemExplanation {
    /// The user, if it is one of the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Named>,
    /// The item.
    pub item: Named,
    /// The score.
    pub score: f64,
    /// Its place among all items that the user has not, from 1; none if the user has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<usize>,
    /// The part of the user's own vector, and of all else that does not come from the history.
    pub own: f64,
    /// The part of each item of the history, strongest first.
    pub from_history: Vec<Part>,
    /// The user's intents, largest share first, if the model learns any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<Intent>,
    /// All of it in one line.
    pub text: String,
}

/// What an item of the history adds to a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Part {
    /// The item.
    #[serde(flatten)]
    pub item: Named,
    /// Its part of the score: the paths and the rest.
    pub contribution: f64,
    /// By relational paths from it to the explained item, strongest first, if the model follows any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<TracedPath>,
    /// The contribution without the paths.
    pub rest: f64,
    /// Facts that both items share.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shared: Vec<String>,
}

/// A path from an item of the history to the explained item, and what it adds to the score.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TracedPath {
    /// Its part of the score.
    pub contribution: f64,
    /// From the item of the history on; the last one leads to the explained item.
    pub steps: Vec<TracedStep>,
}

/// A step along a fact.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TracedStep {
    /// The relation.
    pub relation: String,
    /// Whether the fact is told from the step before to this one, or else the other way round.
    pub forward: bool,
    /// Where it leads.
    pub entity: Node,
}

impl CatalogueAnswers {
    /// Why a user's score for an item is what it is.
    ///
    /// # Errors
    /// [`AskError`] if user or item are unknown, or the model cannot tell reasons.
    pub fn explain(&self, user: &str, item: &str, pool: &ThreadPool) -> Result<ItemExplanation, AskError> {
        let (user, item) = (self.user(user)?, ItemId(self.item(item)?));
        let explained = pool.install(|| self.stored().explain(&[(UserId(user), vec![item])]))?;
        let explanation = explained.and_then(|mut all| all.pop()?.pop()).ok_or_else(|| self.no_reasons())?;
        let wanted = Wanted::from(self.n_items());
        let ranked = self.stored().recommend(&[user], wanted, pool).pop().unwrap_or_default();
        let rank = ranked.iter().position(|ranked| ranked.item == item.0);
        let intents = self.learned_facets()?.map_or_else(Vec::new, |facets| self.by_share(facets, Some(user)));
        let user = Named::new(user, &self.vocabulary().users);
        Ok(ItemExplanation {
            user: Some(user),
            rank: rank.map(|place| place + 1),
            intents,
            ..self.told(item, &explanation)
        })
    }

    /// The same for a user who was never trained, but has taken these.
    ///
    /// # Errors
    /// [`AskError`] for what is unknown, an empty history, and a model that cannot tell reasons.
    pub fn explain_for(&self, history: &[String], item: &str, pool: &ThreadPool) -> Result<ItemExplanation, AskError> {
        let item = ItemId(self.item(item)?);
        let folded = self.newcomer(history, false, &mut Vec::new(), pool)?;
        let explained = pool.install(|| folded.explain(&[(UserId(0), vec![item])]))?;
        let explanation = explained.and_then(|mut all| all.pop()?.pop()).ok_or_else(|| self.no_reasons())?;
        let ranked = folded.recommend(0..1, self.n_items(), pool).pop().unwrap_or_default();
        let rank = ranked.iter().position(|ranked| ranked.item == item.0);
        Ok(ItemExplanation { rank: rank.map(|place| place + 1), ..self.told(item, &explanation) })
    }

    fn no_reasons(&self) -> AskError {
        AskError::NoReasons { model: self.stored().run.manifest.summary.model.clone() }
    }

    fn told(&self, item: ItemId, explanation: &Explanation) -> ItemExplanation {
        let (graph, names) = (&self.stored().catalogue().graph, self.vocabulary());
        let step = |step: &PathStep| TracedStep {
            relation: names.relations.label(step.relation.index()).to_owned(),
            forward: step.forward,
            entity: self.entity_node(step.entity.0),
        };
        let path =
            |path: &Path| TracedPath { contribution: path.contribution, steps: path.steps.iter().map(step).collect() };
        let part = |part: &HistoryPart| Part {
            item: self.named_item(part.item),
            contribution: part.contribution,
            paths: part.paths.iter().map(path).collect(),
            rest: part.rest(),
            shared: super::reasons::shared(item, part, graph, names),
        };
        let mut from_history: Vec<Part> = explanation.from_history.iter().map(part).collect();
        from_history.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
        ItemExplanation {
            user: None,
            item: self.named_item(item),
            score: explanation.score,
            rank: None,
            own: explanation.own,
            from_history,
            intents: Vec::new(),
            text: Reason::new(item, explanation, graph, names).text,
        }
    }
}
