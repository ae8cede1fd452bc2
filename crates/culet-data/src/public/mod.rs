//! Public data sets by name: the list, and how one gets from its source into a folder.
//!
//! The list is [`sets.json`](https://github.com/culet/culet/blob/main/crates/culet-data/src/public/sets.json). Its
//! addresses are not reached by any test. What is fetched is for whoever fetches it, under the licence of its source;
//! nothing of it is passed on.
//!
//! | module | subject |
//! | --- | --- |
//! | `sets` | the list |
//! | `staging` | the folder in which a set comes together |
//! | `get` | from the source into a folder |

mod get;
mod sets;
mod staging;

pub use get::{GetOptions, Got, GotFile, get};
pub use sets::{PublicFile, PublicSet, PublicSets};
pub use staging::{licence_accepted, staging_of};

#[cfg(test)]
mod tests;
