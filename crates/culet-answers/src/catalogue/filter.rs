//! Which items may come up.

use super::CatalogueAnswers;
use crate::AskError;
use crate::named::NameIndex;
use culet_graph::Names;

/// Which items may come up, by external ids and facts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// These alone, if any are listed.
    pub items: Option<Vec<String>>,
    /// Never these.
    pub not_items: Vec<String>,
    /// Those with all of these facts alone, each as `RELATION=ENTITY`, by ids or names.
    pub with: Vec<String>,
    /// Whether unknown items are gone past, or else an error.
    pub skip_unknown: bool,
}

/// Which items a filter lets pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// A flag for each item; nothing where all may come up.
    pub items: Option<Vec<bool>>,
    /// Unknown ids that were gone past.
    pub skipped: Vec<String>,
}

impl Filter {
    /// Whether it lets everything pass.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_none() && self.not_items.is_empty() && self.with.is_empty()
    }
}

impl CatalogueAnswers {
    /// Looks up what a filter names.
    ///
    /// # Errors
    /// [`AskError`] for what is unknown, and if no item is left.
    pub fn allowed(&self, filter: &Filter) -> Result<Allowed, AskError> {
        if filter.is_empty() {
            return Ok(Allowed::default());
        }
        let mut skipped = Vec::new();
        let mut allowed = vec![filter.items.is_none(); self.n_items()];
        for (listed, may) in [(filter.items.as_deref().unwrap_or_default(), true), (&filter.not_items, false)] {
            for item in self.items_of_ids(listed, filter.skip_unknown, &mut skipped)? {
                allowed[item as usize] = may;
            }
        }
        for fact in &filter.with {
            let have = self.with_fact(fact)?;
            allowed.iter_mut().zip(have).for_each(|(may, has)| *may &= has);
        }
        if allowed.contains(&true) { Ok(Allowed { items: Some(allowed), skipped }) } else { Err(AskError::NothingLeft) }
    }

    /// The items of these ids or names.
    ///
    /// # Errors
    /// [`AskError`] for one that is unknown, unless those are to be skipped: then they come into `skipped`.
    pub fn items_of_ids(
        &self,
        ids: &[String],
        skip_unknown: bool,
        skipped: &mut Vec<String>,
    ) -> Result<Vec<u32>, AskError> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            match self.item(id) {
                Ok(item) => found.push(item),
                Err(error) if skip_unknown && error.is_unknown() => skipped.push(id.clone()),
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    /// Which items have a fact, told either way round: `RELATION=ENTITY`, each by id or by a name.
    ///
    /// # Errors
    /// [`AskError`] if it is no fact, tells of what is unknown, or of no item.
    pub fn with_fact(&self, fact: &str) -> Result<Vec<bool>, AskError> {
        let names = self.vocabulary();
        let (relation, entity) = fact.split_once('=').ok_or_else(|| AskError::BadFact { fact: fact.to_owned() })?;
        let relations = called(relation.trim(), &names.relations, self.relation_index(), "relation")?;
        let entities = called(entity.trim(), &names.entities, self.entity_index(), "entity")?;
        let mut have = vec![false; self.n_items()];
        for triplet in self.stored().catalogue().graph.triplets() {
            if relations.contains(&triplet.relation) {
                for (end, other) in [(triplet.head, triplet.tail), (triplet.tail, triplet.head)] {
                    if (end as usize) < have.len() && entities.contains(&other) {
                        have[end as usize] = true;
                    }
                }
            }
        }
        if have.contains(&true) { Ok(have) } else { Err(AskError::NoItemWith { fact: fact.to_owned() }) }
    }
}

/// All that have this id or, if none has, this name.
fn called(asked: &str, names: &Names, index: &NameIndex, what: &'static str) -> Result<Vec<u32>, AskError> {
    let found = index.all(names, asked);
    if found.is_empty() { Err(AskError::NoSuch { what, asked: asked.to_owned() }) } else { Ok(found) }
}
