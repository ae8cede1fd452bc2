//! Generated data sets: a film catalogue with planted intents, networks with planted groups, and both of any size.
//!
//! A catalogue ([`synthesise`]) comes with the truth it was drawn from, so that one can see whether a model finds it
//! ([`match_intents`], [`match_users`], [`relation_auc`]). A sized data set ([`synthesise_sized`]) imitates the counts
//! and the skew of a published one, for measuring time and memory; it holds no truth. Likewise for networks:
//! [`synthesise_network`] plants overlapping groups; [`synthesise_network_sized`] has a size and a power law.
//!
//! Everything is a function of the settings and the seed, for any number of threads.
//!
//! | file | subject |
//! | --- | --- |
//! | `config` | the settings of a catalogue and their ranges |
//! | `relations` | which relations a catalogue has, which intents use them |
//! | `facts` | which film has which attribute |
//! | `choices` | which user takes which film |
//! | `titles`, `words` | readable names |
//! | `sized` | data sets of given counts |
//! | `network_config`, `planted_network` | networks with planted groups |
//! | `sized_network` | networks of given size |
//! | `matching`, `assignment` | how well learned intents match planted ones |
//! | `chance`, `allot` | draws from a random stream; shares of a total |

mod allot;
mod assignment;
mod catalogue;
mod chance;
mod choices;
mod config;
mod facts;
mod matching;
mod network_config;
mod planted_network;
mod relations;
mod sized;
mod sized_network;
mod titles;
#[rustfmt::skip] // one word a line would make ten pages of it
mod words;

pub use catalogue::{Catalogue, synthesise};
pub use config::CatalogueConfig;
pub use matching::{IntentMatch, UserMatch, match_intents, match_users, relation_auc};
pub use network_config::NetworkConfig;
pub use planted_network::{PlantedNetwork, synthesise_network};
pub use relations::{PlantedIntent, PlantedIntents};
pub use sized::{SizedCounts, synthesise_sized};
pub use sized_network::synthesise_network_sized;
