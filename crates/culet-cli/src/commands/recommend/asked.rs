//! Users of the run and others, alike to those who list and write.

use std::ops::Range;

use culet::eval::Ranked;
use culet::graph::{ItemId, UserId};
use culet::model::Explanation;
use culet::train::{FoldedUsers, StoredRun, Wanted};

use super::who::Who;
use crate::context::Context;
use crate::problem::Problem;
use crate::progress::waiting;

/// Who is asked for, ready to be ranked for.
pub(super) struct Asked<'a> {
    stored: &'a StoredRun,
    users: Users<'a>,
}

enum Users<'a> {
    Trained(Vec<u32>),
    New { ids: Vec<String>, folded: FoldedUsers<'a> },
}

impl<'a> Asked<'a> {
    pub(super) fn new(context: &Context, stored: &'a StoredRun, who: Who) -> Result<Self, Problem> {
        let users = match who {
            Who::Trained(users) => Users::Trained(users),
            Who::New { ids, histories } => {
                let _waiting = waiting(context, "taking in the histories");
                Users::New { ids, folded: stored.fold_in(histories, &context.pool)? }
            }
        };
        Ok(Self { stored, users })
    }

    pub(super) fn len(&self) -> usize {
        match &self.users {
            Users::Trained(users) => users.len(),
            Users::New { ids, .. } => ids.len(),
        }
    }

    pub(super) fn are_new(&self) -> bool {
        matches!(self.users, Users::New { .. })
    }

    pub(super) fn id(&self, place: usize) -> &str {
        match &self.users {
            Users::Trained(users) => self.stored.catalogue().vocabulary.users.id(users[place] as usize),
            Users::New { ids, .. } => &ids[place],
        }
    }

    pub(super) fn name(&self, place: usize) -> Option<&str> {
        match &self.users {
            Users::Trained(users) => self.stored.catalogue().vocabulary.users.name(users[place] as usize),
            Users::New { .. } => None,
        }
    }

    /// The items that the user has.
    pub(super) fn history(&self, place: usize) -> &[u32] {
        match &self.users {
            Users::Trained(users) => self.stored.history().items_of(UserId(users[place])),
            Users::New { folded, .. } => folded.histories().items_of(UserId(place as u32)),
        }
    }

    /// Whether the model knows nothing of the user, so that it gets the popular items.
    pub(super) fn is_unknown(&self, place: usize) -> bool {
        match &self.users {
            Users::Trained(users) => !self.stored.is_trained(UserId(users[place])),
            Users::New { .. } => false,
        }
    }

    pub(super) fn recommend(&self, context: &Context, places: Range<usize>, wanted: Wanted<'_>) -> Vec<Vec<Ranked>> {
        match &self.users {
            Users::Trained(users) => self.stored.recommend(&users[places], wanted, &context.pool),
            Users::New { folded, .. } => folded.recommend(places, wanted, &context.pool),
        }
    }

    /// Reasons for the lists of all of them; nothing if the model cannot tell.
    pub(super) fn explain(
        &self,
        context: &Context,
        lists: &[Vec<Ranked>],
    ) -> Result<Option<Vec<Vec<Explanation>>>, Problem> {
        let items = |list: &Vec<Ranked>| list.iter().map(|ranked| ItemId(ranked.item)).collect();
        let asked = |users: &mut dyn Iterator<Item = u32>| -> Vec<(UserId, Vec<ItemId>)> {
            users.zip(lists).map(|(user, list)| (UserId(user), items(list))).collect()
        };
        let told = match &self.users {
            Users::Trained(users) => {
                let asked = asked(&mut users.iter().copied());
                context.pool.install(|| self.stored.explain(&asked))?
            }
            Users::New { folded, .. } => {
                let asked = asked(&mut (0..folded.n_users() as u32));
                context.pool.install(|| folded.explain(&asked))?
            }
        };
        if told.is_none() {
            context.remark(&format!("note: `{}` cannot tell reasons", self.stored.spec()?.name));
        }
        Ok(told)
    }
}
