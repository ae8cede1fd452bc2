//! From run folders to a service that listens, and to its end.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Notify;

use crate::desk::Desk;
use crate::feedback::{FeedbackLog, FeedbackOptions, LogSummary, Since};
use crate::http::{Connections, Gate, accept};
use crate::metrics::Metrics;
use crate::models::{Models, Slot, Watch};
use crate::routes::router;
use crate::service::{Feedback, Service};
use crate::{ServeError, ServeOptions};

/// So many computations wait for their turn; later ones are answered 503.
const MOST_WAITING: usize = 1024;

/// A service that listens, once [`Server::run`] is called.
pub struct Server {
    runtime: Runtime,
    listener: TcpListener,
    address: SocketAddr,
    connections: Connections,
    handle: Handle,
    grace: Duration,
}

/// Tells a running service what to do, from any thread.
#[derive(Clone)]
pub struct Handle {
    service: Arc<Service>,
    watch: Arc<Watch>,
    stop: Arc<Notify>,
}

impl Handle {
    /// Begins the end: what was asked is answered, and [`Server::run`] returns.
    pub fn stop(&self) {
        self.service.stopping.store(true, Ordering::Relaxed);
        self.stop.notify_one();
    }

    /// Looks at once whether the run folders have newer contents.
    pub fn look(&self) {
        self.watch.look();
    }
}

impl Server {
    /// Opens the run folders and the log of feedback, and listens; connections are accepted from then on, and answered
    /// by [`Server::run`].
    ///
    /// # Errors
    /// [`ServeError`] if something of that cannot be done.
    pub fn start(options: &ServeOptions) -> Result<Self, ServeError> {
        if options.runs.is_empty() {
            return Err(ServeError::NoRun);
        }
        let gate = Gate::new(options)?;
        let metrics = Arc::new(Metrics::new());
        let runtime = runtime().map_err(ServeError::Threads)?;
        // Before anything is opened: another service may be there already.
        let bind = |source| ServeError::Bind { address: options.bind, source };
        let listener = runtime.block_on(TcpListener::bind(options.bind)).map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let models = Arc::new(Models::open(&options.runs)?);
        models.slots().iter().for_each(|slot| slot.current().announce(&metrics));
        let feedback = options.feedback.as_deref().map(|folder| open_feedback(folder, &metrics)).transpose()?;
        let desk =
            Desk::new(n_threads(options.threads), MOST_WAITING, Arc::clone(&metrics)).map_err(ServeError::Threads)?;
        let watch =
            Watch::start(Arc::clone(&models), Arc::clone(&metrics), options.watch).map_err(ServeError::Threads)?;
        let limits = options.limits.clone();
        let stopping = AtomicBool::new(false);
        let service =
            Arc::new(Service { models, desk, feedback, metrics: Arc::clone(&metrics), gate, limits, stopping });
        let router = router(Arc::clone(&service), &options.allow_origins)?;
        let connections = Connections::new(router, &options.limits, metrics);
        let handle = Handle { service, watch: Arc::new(watch), stop: Arc::new(Notify::new()) };
        Ok(Self { runtime, listener, address, connections, handle, grace: options.grace })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The names of the models, the default first.
    #[must_use]
    pub fn models(&self) -> Vec<&str> {
        self.handle.service.models.slots().iter().map(Slot::name).collect()
    }

    /// By which it is told what to do.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Answers until it is told to stop, and what was asked by then; whether all of it was answered in time.
    #[must_use]
    pub fn run(self) -> bool {
        let Self { runtime, listener, connections, handle, grace, .. } = self;
        let finished = runtime.block_on(serve(&listener, &connections, &handle.stop, grace));
        drop(listener);
        handle.watch.close();
        handle.service.desk.close();
        if let Some(feedback) = &handle.service.feedback {
            feedback.log.lock().unwrap_or_else(PoisonError::into_inner).close();
        }
        runtime.shutdown_timeout(Duration::from_secs(1));
        tracing::info!(finished, "stopped");
        finished
    }
}

async fn serve(listener: &TcpListener, connections: &Connections, stop: &Notify, grace: Duration) -> bool {
    let graceful = GracefulShutdown::new();
    loop {
        tokio::select! {
            stream = accept(listener) => connections.serve(stream, Some(&graceful)),
            () = stop.notified() => break,
        }
    }
    tracing::info!("stopping");
    // Others who come meanwhile, such as who asks whether the service is ready, are told that it is not.
    let ended = tokio::time::timeout(grace, graceful.shutdown());
    tokio::pin!(ended);
    loop {
        tokio::select! {
            stream = accept(listener) => connections.serve(stream, None),
            ended = &mut ended => return ended.is_ok(),
        }
    }
}

/// Connections take little: on a few cores one thread is enough for them, and leaves the others to compute.
fn runtime() -> std::io::Result<Runtime> {
    let n_cores = thread::available_parallelism().map_or(1, usize::from);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(n_cores.div_ceil(4)).thread_name("http").max_blocking_threads(4).enable_all().build()
}

fn n_threads(asked: usize) -> usize {
    if asked > 0 { asked } else { thread::available_parallelism().map_or(1, usize::from) }
}

fn open_feedback(folder: &std::path::Path, metrics: &Arc<Metrics>) -> Result<Feedback, ServeError> {
    let since = Arc::new(Since::default());
    let (kept, counted) = (Arc::clone(&since), Arc::clone(metrics));
    let take = move |_, event| {
        kept.add(&event);
        counted.feedback_events.inc();
    };
    let (log, summary) = FeedbackLog::open(folder, &FeedbackOptions::default(), take)?;
    // Counted are those of this life of the service.
    metrics.feedback_events.reset();
    tell(&summary, metrics);
    Ok(Feedback { log: Mutex::new(log), since })
}

fn tell(summary: &LogSummary, metrics: &Metrics) {
    metrics.feedback_damage.set(summary.n_lost() as i64);
    if let Some(torn) = &summary.torn {
        let (path, offset, bytes) = (torn.path.display(), torn.offset, torn.bytes);
        tracing::warn!(%path, offset, bytes, next = summary.next, "the end of the log of feedback was torn and is cut off");
    }
    for damage in &summary.damage {
        let (path, offset, bytes) = (damage.path.display(), damage.offset, damage.bytes);
        let (first, end) = (damage.lost.start, damage.lost.end);
        tracing::error!(%path, offset, bytes, first, end, "the log of feedback is damaged; what follows was read");
    }
    tracing::info!(events = summary.n_events, files = summary.n_files, next = summary.next, "feedback read");
}
