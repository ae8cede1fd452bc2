//! From a data set to a run folder, and what is made of many.
//!
//! A [`CatalogueFit`] or a [`NetworkFit`] trains and writes one run folder. Its settings come from [`resolve_settings`],
//! and [`check_memory`] tells beforehand whether there is room for it. Whoever follows brings an
//! [`Observer`](culet_train::Observer).
//!
//! Architecture invariant: no terminal, no signals, no printing. The caller brings the threads, and what is to be said
//! goes to the observer.

#![forbid(unsafe_code)]

mod catalogue;
mod error;
mod folder;
mod graph;
mod history;
mod memory;
mod network;
mod room;
mod settings;

pub use catalogue::{CatalogueFit, CatalogueFitted, add_cost};
pub use error::RunsError;
pub use folder::{check_place, in_run_folder};
pub use graph::{give_graph, size_of, strip_graph};
pub use memory::{peak_rss_bytes, rss_bytes};
pub use network::{NetworkFit, NetworkFitted};
pub use room::check_memory;
pub use settings::{Settings, resolve_settings, settings_of_training};
