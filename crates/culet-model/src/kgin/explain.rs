//! Why scores are what they are: sums over the user's history, and over paths of the graph from there to the item.
//!
//! | symbol | meaning |
//! | --- | --- |
//! | j, i | an item of the user's history, the item that is scored |
//! | N_j | the facts of j: (relation, neighbour), inverse relations included if the model has them |
//! | L, l | hops; a layer |
//! | z^(l)_v | 1 / (degree * length): what row v of layer l was multiplied with |
//! | a_l | 1 / (\|N_u\| * length) * (1 + gate): what the user multiplies the items' vectors of layer l with |
//! | o_j, q_(j,r,v) | what the user has of j's own vector, and of j's fact (r, v); c_j is their sum |
//! | E_i, Q_(i,r,v) | the item's own vector, and what its fact (r, v) adds to its final vector |
//!
//! With the lengths of rows and the gates held fixed, final vectors are sums:
//!
//! F_u = U^(0) + sum of c_j over j in N_u,    o_j = a_0 * E^(0)_j
//! q_(j,r,v) = sum over 0 < l < L of a_l * z^(l)_j e_r * E^(l-1)_v
//! F_i = E_i + sum of Q_(i,r,v) over N_i,     E_i = E^(0)_i
//! Q_(i,r,v) = sum over 0 < l <= L of z^(l)_i e_r * E^(l-1)_v
//!
//! With the softmax loss, all parts are divided by the length of F_u or of F_i. So a score is <U^(0), F_i> and, for each j,
//! <c_j, F_i>: a sum of products of a part of j and a part of i. Such a product counts for a path if each of its factors
//! comes by a fact of the path or is an end's own vector, and one of them at least comes by a fact:
//!
//! j -r- v -r'- i:  <q_(j,r,v), Q_(i,r',v)> + <o_j, Q_(i,r',v)> / n_(j,v) + <q_(j,r,v), E_i> / n_(i,v)
//! j -r- i:         <q_(j,r,i), Q_(i,r,j)> + <o_j, Q_(i,r,j)> + <q_(j,r,i), E_i>
//!
//! where v is neither j nor i, n_(j,v) is the number of facts that join j with v, which share the product equally, and the
//! second line leaves out what is not there: without inverse relations only the fact's head hears of it. Facts (r, v) here
//! go either way; a fact that j and i are the two ends of is one path, whichever of them tells of it. No product is in two
//! paths. Those in none, the own vectors of both ends and facts that lead to different neighbours, are the rest of j. From an
//! item to itself there are no paths.
//!
//! What a product is called here follows from the facts at its two ends. With one hop, users hear of no facts, so that a path
//! through v says only this: j's own vector went along with what i has of v, and j has v too.

use std::collections::BTreeMap;

use culet_graph::{EntityId, ItemId, RelationId};

use super::Kgin;
use super::ends::{Fact, Held, HistoryEnd, ItemEnd, UserEnd};
use super::paths::dot;
use crate::{Asker, Explainer, Explanation, HistoryPart, Path, PathStep};

/// Explains scores by what it holds of the model.
///
/// It takes 4 d (L n_entities + n_users) bytes for vectors, 4 L n_items for lengths, and 6 for each fact at an item; a user's
/// history is worked through in time that grows with its items and their facts, whatever the size of the graph.
#[derive(Debug)]
pub(super) struct PathExplainer(Held);

impl PathExplainer {
    pub(super) fn of(model: &mut Kgin) -> Self {
        Self(Held::of(model))
    }

    fn explain_one(&self, user: &UserEnd, history: &[HistoryEnd], item: ItemId) -> Explanation {
        let target = self.0.item_end(item.index());
        let part = |from: &HistoryEnd| HistoryPart {
            item: ItemId(from.item as u32),
            contribution: dot(&from.whole, &target.whole),
            paths: Path::strongest(self.paths(user, from, &target)),
        };
        let own = dot(&user.own, &target.whole);
        let from_history: Vec<HistoryPart> = history.iter().map(part).collect();
        let score = own + from_history.iter().map(|part| part.contribution).sum::<f64>();
        Explanation { score, own, from_history, shares: user.shares.clone() }
    }

    /// All paths that carry anything, of one fact or two.
    fn paths(&self, user: &UserEnd, from: &HistoryEnd, to: &ItemEnd) -> Vec<Path> {
        if from.item == to.item {
            return Vec::new();
        }
        let mut paths = self.direct(user, from, to);
        let mut theirs = to.facts.chunk_by(|a, b| a.fact.entity == b.fact.entity).peekable();
        for ours in from.facts.chunk_by(|a, b| a.entity == b.entity) {
            let entity = ours[0].entity;
            while theirs.next_if(|theirs| theirs[0].fact.entity < entity).is_some() {}
            let met = theirs.next_if(|theirs| theirs[0].fact.entity == entity);
            if let Some(theirs) = met.filter(|_| entity != from.item && entity != to.item) {
                for fact in ours {
                    let q = self.0.by_fact(user, from.item, *fact);
                    let with_own = dot(&q, &to.own) / theirs.len() as f64;
                    paths.extend(theirs.iter().map(|their| Path {
                        steps: vec![fact.step_to(entity), their.fact.step_from(to.item)],
                        contribution: dot(&q, &their.part) + dot(&from.own, &their.part) / ours.len() as f64 + with_own,
                    }));
                }
            }
        }
        paths.retain(|path| path.contribution != 0.0);
        paths
    }

    /// The facts of which one end is the item of the history and the other the item that is explained.
    fn direct(&self, user: &UserEnd, from: &HistoryEnd, to: &ItemEnd) -> Vec<Path> {
        let nothing = || [vec![0.0; from.own.len()], vec![0.0; from.own.len()]];
        let mut told: BTreeMap<PathStep, [Vec<f64>; 2]> = BTreeMap::new();
        for fact in from.facts.iter().filter(|fact| fact.entity == to.item) {
            told.entry(fact.step_to(to.item)).or_insert_with(nothing)[0] = self.0.by_fact(user, from.item, *fact);
        }
        for their in to.facts.iter().filter(|their| their.fact.entity == from.item) {
            told.entry(their.fact.step_from(to.item)).or_insert_with(nothing)[1].clone_from(&their.part);
        }
        let path = |(step, [q, part]): (PathStep, [Vec<f64>; 2])| Path {
            steps: vec![step],
            contribution: dot(&q, &part) + dot(&from.own, &part) + dot(&q, &to.own),
        };
        told.into_iter().map(path).collect()
    }
}

impl Fact {
    /// Walked away from the item that it is a fact of.
    fn step_to(self, entity: usize) -> PathStep {
        self.step(self.is_forward, entity)
    }

    /// Walked towards the `item` that it is a fact of.
    fn step_from(self, item: usize) -> PathStep {
        self.step(!self.is_forward, item)
    }

    fn step(self, forward: bool, entity: usize) -> PathStep {
        PathStep { relation: RelationId(self.relation as u32), forward, entity: EntityId(entity as u32) }
    }
}

impl Explainer for PathExplainer {
    fn explain(&self, asker: Asker<'_>, items: &[ItemId]) -> Vec<Explanation> {
        let (own, history) = match asker {
            Asker::Trained(user) => self.0.trained(user),
            Asker::New { own, history } => (own, history),
        };
        let user = self.0.user_end(own, history);
        let history: Vec<HistoryEnd> = history.iter().map(|&item| self.0.history_end(&user, item as usize)).collect();
        items.iter().map(|&item| self.explain_one(&user, &history, item)).collect()
    }
}

#[cfg(test)]
mod tests;
