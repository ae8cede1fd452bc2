//! From a data set to a run folder, and what is made of many.
//!
//! A [`CatalogueFit`] or a [`NetworkFit`] trains and writes one run folder. Its settings come from [`resolve_settings`],
//! and [`check_memory`] and [`check_disk`] tell beforehand whether there is room for it. [`Tuning`] searches for good settings, [`Board`]
//! judges many models alike, both in a folder that the same call goes on with; [`Compare`] puts run folders side by side.
//! Whoever follows brings an [`Observer`](culet_train::Observer), which hears of trainings, of parts and of remarks.
//!
//! ```
//! use culet_runs::{CatalogueFit, resolve_settings};
//! use culet_train::{GraphKind, Silent, TrainOptions};
//!
//! let config = culet_data::CatalogueConfig { n_users: 60, n_items: 80, n_interactions: 900, ..Default::default() };
//! let dataset = culet_data::synthesise(&config)?.dataset;
//! let spec = culet_model::find_model("als")?;
//! let settings = resolve_settings(spec, None, "dim = 8".parse()?)?;
//! let fit = CatalogueFit {
//!     spec,
//!     options: TrainOptions::for_model(spec, &settings.training)?,
//!     settings: settings.model,
//!     protocol: culet_eval::RankingProtocol::new(vec![20])?,
//!     dataset: &dataset,
//!     load_seconds: 0.0,
//!     graph: GraphKind::True,
//!     seed: 0,
//! };
//! let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
//! // With a path instead of `None`, a run folder is written there.
//! let fitted = fit.run(None, &pool, &mut Silent)?;
//! assert!(fitted.document()["test"]["recall@20"].as_f64() > Some(0.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Architecture invariant: no terminal, no signals, no printing. The caller brings the threads, and what is to be said
//! goes to the observer.

#![forbid(unsafe_code)]

mod board;
mod catalogue;
mod checkpoint;
mod claim;
mod compare;
mod disk;
mod error;
mod folder;
mod graph;
mod history;
mod init;
mod memory;
mod network;
mod origin;
mod resume;
mod room;
mod search;
mod settings;
mod work;

pub use board::{
    Board, BoardDocument, BoardFailure, BoardRow, ColdCounts, ColdGain, GraphGain, OpenBoard, RowSeconds, SearchRecord,
    Withheld,
};
pub use catalogue::{CatalogueFit, CatalogueFitted};
pub use checkpoint::CheckpointEvery;
pub use compare::{Compare, CompareDocument, ComparedRun, ComparedTo, Reference};
pub use error::RunsError;
pub use folder::check_place;
pub use graph::{check_learnable, give_graph, size_of, strip_graph};
pub use init::{Known, WarmStart};
pub use memory::{peak_rss_bytes, rss_bytes};
pub use network::{NetworkFit, NetworkFitted};
pub use resume::{ResumedData, Resumption};
pub use room::{check_disk, check_memory};
pub use search::{
    OpenTuning, RangeProblem, SearchMetric, SearchPlan, TrialSplit, Tuned, Tuning, rank_of_first, settings_in_words,
    value_in_words,
};
pub use settings::{Settings, resolve_settings, settings_of_training};
