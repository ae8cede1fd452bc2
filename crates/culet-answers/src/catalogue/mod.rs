//! What a run of a catalogue answers.

mod explain;
mod filter;
mod intents;
mod reasons;
mod recommend;
mod similar;

use std::path::Path;
use std::sync::OnceLock;

use culet_graph::{ItemId, UserId, Vocabulary};
use culet_kernels::Matrix;
use culet_model::{Facets, ModelSpec};
use culet_train::StoredRun;
use serde::Serialize;

pub use explain::{ItemExplanation, Part, TracedPath, TracedStep};
pub use filter::{Allowed, Filter};
pub use intents::{Intent, intents_in_words, intents_of_user};
pub use reasons::{Carrier, Reason};
pub use recommend::{Asked, Recommendations, Recommended};
pub use similar::{Similar, SimilarNodes};

use crate::named::{NameIndex, the_one};
use crate::{AskError, Named, Node, NodeKind};

/// A run of a catalogue, opened once, that answers by external ids.
#[derive(Debug)]
pub struct CatalogueAnswers {
    stored: StoredRun,
    users: NameIndex,
    /// Of all entities, of which the items are the first.
    entities: NameIndex,
    relations: NameIndex,
    /// These are read when they are first asked for.
    facets: OnceLock<Option<Facets>>,
    entity_vectors: OnceLock<Matrix>,
}

/// The facets of a catalogue's users, or of one of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserFacets {
    /// The user, if one was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Named>,
    /// The largest share first.
    pub intents: Vec<Intent>,
}

impl CatalogueAnswers {
    /// Opens a run folder and compares all checksums.
    ///
    /// # Errors
    /// [`AskError::Stored`] if it is not a whole run, or one of a network.
    pub fn open(path: &Path) -> Result<Self, AskError> {
        Ok(Self::new(StoredRun::open(path)?))
    }

    /// Takes an opened run.
    #[must_use]
    pub fn new(stored: StoredRun) -> Self {
        let names = &stored.catalogue().vocabulary;
        let index = |names: &culet_graph::Names| NameIndex::new(names, names.len());
        let (users, entities, relations) = (index(&names.users), index(&names.entities), index(&names.relations));
        Self { users, entities, relations, facets: OnceLock::new(), entity_vectors: OnceLock::new(), stored }
    }

    /// The opened run.
    #[must_use]
    pub fn stored(&self) -> &StoredRun {
        &self.stored
    }

    /// Makes ready for many questions with one user each, as [`StoredRun::prepare_for_few`] does: for a service, which may
    /// answer meanwhile. The answers are the same before and after.
    pub fn prepare(&self) {
        self.stored.prepare_for_few();
    }

    /// External ids and names.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.stored.catalogue().vocabulary
    }

    /// The registry's entry of the model.
    ///
    /// # Errors
    /// [`AskError::Stored`] if this program does not know it.
    pub fn spec(&self) -> Result<&'static ModelSpec, AskError> {
        Ok(self.stored.spec()?)
    }

    /// How many items there are, the first of the entities.
    #[must_use]
    pub fn n_items(&self) -> usize {
        self.stored.history().n_items()
    }

    /// The user of an id, or else of a name that no other has.
    ///
    /// # Errors
    /// [`AskError::NoSuch`], [`AskError::Ambiguous`].
    pub fn user(&self, asked: &str) -> Result<u32, AskError> {
        self.users.find(&self.vocabulary().users, "user", asked)
    }

    /// The item of an id, or else of a name that no other has.
    ///
    /// # Errors
    /// [`AskError::NoSuch`], [`AskError::Ambiguous`].
    pub fn item(&self, asked: &str) -> Result<u32, AskError> {
        let names = &self.vocabulary().entities;
        let mut found = self.entities.all(names, asked);
        found.retain(|&place| (place as usize) < self.n_items());
        the_one(&found, names, "item", asked)
    }

    /// The entity of an id, or else of a name that no other has; items are entities.
    ///
    /// # Errors
    /// [`AskError::NoSuch`], [`AskError::Ambiguous`].
    pub fn entity(&self, asked: &str) -> Result<u32, AskError> {
        self.entities.find(&self.vocabulary().entities, "entity", asked)
    }

    /// An entity as documents tell it.
    ///
    /// # Panics
    /// If it is out of range.
    #[must_use]
    pub fn entity_node(&self, entity: u32) -> Node {
        let kind = if (entity as usize) < self.n_items() { NodeKind::Item } else { NodeKind::Entity };
        Node { kind, named: Named::new(entity, &self.vocabulary().entities), of_type: None }
    }

    /// A user as documents tell it.
    ///
    /// # Panics
    /// If it is out of range.
    #[must_use]
    pub fn user_node(&self, user: u32) -> Node {
        Node { kind: NodeKind::User, named: Named::new(user, &self.vocabulary().users), of_type: None }
    }

    /// The learned facets, if the model has any.
    ///
    /// # Errors
    /// [`AskError::Stored`] if their tables are damaged.
    pub fn learned_facets(&self) -> Result<Option<&Facets>, AskError> {
        if self.facets.get().is_none() {
            let read = self.stored.facets()?;
            return Ok(self.facets.get_or_init(|| read).as_ref());
        }
        Ok(self.facets.get().and_then(Option::as_ref))
    }

    /// The intents of all users, or of one.
    ///
    /// # Errors
    /// [`AskError::NoFacets`], or [`AskError::NoSuch`] for an unknown user.
    pub fn facets(&self, user: Option<&str>) -> Result<UserFacets, AskError> {
        let model = || AskError::NoFacets { model: self.stored.run.manifest.summary.model.clone() };
        let facets = self.learned_facets()?.ok_or_else(model)?;
        let user = user.map(|asked| self.user(asked)).transpose()?;
        let intents = self.by_share(facets, user);
        Ok(UserFacets { user: user.map(|user| Named::new(user, &self.vocabulary().users)), intents })
    }

    /// The intents of a user, or of all on the mean, the largest share first.
    fn by_share(&self, facets: &Facets, user: Option<u32>) -> Vec<Intent> {
        let relations = &self.vocabulary().relations;
        let mut intents = match user {
            Some(user) => intents_of_user(facets, relations, user),
            None => intents_in_words(facets, relations),
        };
        intents.sort_by(|a, b| b.share.total_cmp(&a.share));
        intents
    }

    pub(crate) fn entity_index(&self) -> &NameIndex {
        &self.entities
    }

    pub(crate) fn relation_index(&self) -> &NameIndex {
        &self.relations
    }

    /// The items of a user, training and validation.
    pub(crate) fn history_of(&self, user: u32) -> &[u32] {
        self.stored.history().items_of(UserId(user))
    }

    fn named_item(&self, item: ItemId) -> Named {
        Named::new(item.0, &self.vocabulary().entities)
    }
}
