//! Culet learns the many facets of the nodes of a graph, and puts them to work.
//!
//! This crate is the front door: it re-exports the layers beneath under short names.
//!
//! # A first run
//! ```
//! use culet::{data, eval, model, train};
//!
//! // A catalogue of films whose users follow planted intents.
//! let config = data::CatalogueConfig { n_users: 60, n_items: 80, n_interactions: 900, ..Default::default() };
//! let catalogue = data::synthesise(&config)?;
//!
//! // KGIN with its default settings, two epochs, selected on withheld validation pairs.
//! let spec = model::find_model("kgin")?;
//! let options = train::TrainOptions { epochs: 2, evaluate_every: 1, ..Default::default() };
//! let protocol = eval::RankingProtocol::new(vec![20])?;
//! let pool = culet::threads(2)?;
//! let parts = train::TrainData {
//!     train: &catalogue.dataset.train,
//!     valid: None,
//!     test: &catalogue.dataset.test,
//!     graph: &catalogue.dataset.graph,
//! };
//! let settings = Default::default();
//! let outcome = train::train(spec, &settings, parts, &options, &protocol, 0, &pool, &mut train::Silent)?;
//! assert!(outcome.test.unwrap().means["recall@20"] > 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

pub use culet_answers as answers;
pub use culet_data as data;
pub use culet_eval as eval;
pub use culet_graph as graph;
pub use culet_kernels as kernels;
pub use culet_model as model;
#[cfg(feature = "report")]
pub use culet_report as report;
pub use culet_runs as runs;
#[cfg(feature = "serve")]
pub use culet_serve as serve;
pub use culet_train as train;

pub use rayon::{ThreadPool, ThreadPoolBuildError};

/// A pool of so many threads, in which everything parallel runs; 0 takes as many as there are cores.
///
/// # Errors
/// If the system gives no threads.
pub fn threads(n: usize) -> Result<ThreadPool, ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new().num_threads(n).build()
}

/// The same, of threads that give up their work once the flag is raised: a call that runs in the pool then unwinds, for the
/// caller to catch.
///
/// # Errors
/// As [`threads`].
///
/// # Examples
/// ```
/// use std::panic::{AssertUnwindSafe, catch_unwind};
///
/// let flag = culet::kernels::StopFlag::default();
/// let pool = culet::threads_that_stop(2, &flag)?;
/// flag.raise();
/// let caught = catch_unwind(AssertUnwindSafe(|| pool.install(culet::kernels::stop_point)));
/// assert!(culet::kernels::was_stopped(&*caught.unwrap_err()));
/// # Ok::<(), culet::ThreadPoolBuildError>(())
/// ```
pub fn threads_that_stop(n: usize, flag: &kernels::StopFlag) -> Result<ThreadPool, ThreadPoolBuildError> {
    let flag = flag.clone();
    rayon::ThreadPoolBuilder::new().num_threads(n).start_handler(move |_| flag.heed()).build()
}
