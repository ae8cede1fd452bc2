//! Models in which the items of a history speak for other items.

mod neighbours;

pub(crate) use neighbours::neighbours;
