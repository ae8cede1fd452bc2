//! What users did since the models were trained, for recommendations to heed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock};

use super::event::Event;

/// What a user did with an item that bears on recommendations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It was taken (`take`): not recommended again, and for users whom a model does not know, their history.
    Taken,
    /// It was dismissed (`dismiss`): not recommended again, and nothing else.
    Dismissed,
}

/// Who took or dismissed what. Other kinds of events are for training alone: a view is no reason to hide an item.
///
/// Costs about 150 bytes a user and 10 bytes an event, and the text of each item once.
#[derive(Debug, Default)]
pub struct Since {
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    items: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32>,
    users: HashMap<Box<str>, BTreeMap<u32, Done>>,
}

impl Since {
    /// Takes in an event; the last about an item counts.
    pub fn add(&self, event: &Event) {
        let done = match event.kind.as_str() {
            "take" => Done::Taken,
            "dismiss" => Done::Dismissed,
            _ => return,
        };
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let item = kept.number(&event.item);
        if !kept.users.contains_key(event.user.as_str()) {
            kept.users.insert(event.user.as_str().into(), BTreeMap::new());
        }
        if let Some(of_user) = kept.users.get_mut(event.user.as_str()) {
            of_user.insert(item, done);
        }
    }

    /// The items that a user took or dismissed.
    #[must_use]
    pub fn of(&self, user: &str) -> Vec<(Box<str>, Done)> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let of_user = kept.users.get(user).into_iter().flatten();
        of_user.map(|(&item, &done)| (kept.items[item as usize].clone(), done)).collect()
    }

    /// How many users did anything.
    #[must_use]
    pub fn n_users(&self) -> usize {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).users.len()
    }
}

impl Kept {
    fn number(&mut self, item: &str) -> u32 {
        if let Some(&number) = self.numbers.get(item) {
            return number;
        }
        let number = self.items.len() as u32;
        self.items.push(item.into());
        self.numbers.insert(item.into(), number);
        number
    }
}
