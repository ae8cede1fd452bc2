//! Ids as newtypes over `u32`, so that a user is never taken for an item.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The id as an index into a table.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A user, counted from 0.
    UserId
);
id!(
    /// An item, counted from 0. Item `i` is also entity `i` of the knowledge graph.
    ItemId
);
id!(
    /// An entity of the knowledge graph, counted from 0; the items come first.
    EntityId
);
id!(
    /// A relation of the knowledge graph, counted from 0.
    RelationId
);

id!(
    /// A node of a network, counted from 0.
    NodeId
);

impl From<ItemId> for EntityId {
    fn from(item: ItemId) -> Self {
        Self(item.0)
    }
}
