//! Graph structures of Culet: ids, names, interactions, knowledge graphs, splits and random streams.
//!
//! Architecture invariant: nothing here reads a file, looks at a clock or knows a model. Everything random is drawn
//! from a [`Stream`], a function of (seed, purpose, step, index), so that results never depend on threads.

#![forbid(unsafe_code)]

mod adjacency;
mod catalogue_split;
mod components;
mod csr;
mod error;
mod ids;
mod interactions;
mod knowledge;
mod names;
mod negatives;
mod network;
mod network_split;
mod non_edges;
mod split;
mod stream;
mod walks;

pub use adjacency::RelationalAdjacency;
pub use catalogue_split::{
    Amount, Cut, KCore, LogSplit, TimeCuts, UserOrder, k_core, largest_core, split_by_time, split_cold_items,
    split_cold_users, split_per_user,
};
pub use components::Components;
pub use csr::Csr;
pub use error::GraphError;
pub use ids::{EntityId, ItemId, NodeId, RelationId, UserId};
pub use interactions::Interactions;
pub use knowledge::{KnowledgeGraph, Triplet};
pub use names::{Names, Vocabulary};
pub use negatives::{NoNegative, shared_negatives, uniform_negatives};
pub use network::{EdgeList, MergedEdges, Network, NodeTypes};
pub use network_split::{Keep, LinkSplit, withhold_edges};
pub use non_edges::{NonEdgeKind, NonEdgePlan, non_edges};
pub use split::withhold_validation;
pub use stream::{Purpose, Stream};
pub use walks::{DeadEnd, WalkPlan, WalkRule, Walker, Walks};
