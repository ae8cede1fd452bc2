//! Where answers are computed: a few threads of their own, so that no computation holds up a connection.
//!
//! What waits is taken in the order in which it came. A thread that takes a request for plain recommendations takes up
//! to 32 such requests with it and ranks for all of them in one pass over the items, which costs little more than for
//! one; so the busier the service, the cheaper a request.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use rayon::ThreadPool;
use tokio::sync::oneshot;

use crate::http::Problem;
use crate::metrics::Metrics;
use crate::models::Model;

/// So many users are ranked for in one pass.
const BATCH: usize = 32;

/// Plain recommendations for a user of a model.
pub(crate) struct Ranking {
    pub(crate) model: Arc<Model>,
    pub(crate) user: u32,
    pub(crate) k: usize,
    /// Items that are not to come up.
    pub(crate) hidden: Vec<u32>,
    pub(crate) keep_seen: bool,
}

type Answer = Result<bytes::Bytes, Problem>;
type Call = Box<dyn FnOnce(&ThreadPool) -> Answer + Send>;

enum Task {
    Rank(Ranking),
    Call(Call),
}

struct Job {
    task: Task,
    answer: oneshot::Sender<Answer>,
}

/// The queue and its threads.
pub(crate) struct Desk {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

struct Shared {
    queue: Mutex<Queue>,
    woken: Condvar,
    most_waiting: usize,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    is_closed: bool,
}

impl Desk {
    /// Starts so many threads; more than so many jobs do not wait.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub(crate) fn new(n_threads: usize, most_waiting: usize, metrics: Arc<Metrics>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { queue: Mutex::default(), woken: Condvar::new(), most_waiting, metrics });
        let start = |k: usize| {
            let shared = Arc::clone(&shared);
            thread::Builder::new().name(format!("desk-{k}")).spawn(move || work(&shared))
        };
        let threads = (0..n_threads.max(1)).map(start).collect::<std::io::Result<_>>()?;
        Ok(Self { shared, threads: Mutex::new(threads) })
    }

    /// Computes something, when its turn comes.
    pub(crate) async fn call(&self, call: impl FnOnce(&ThreadPool) -> Answer + Send + 'static) -> Answer {
        self.ask(Task::Call(Box::new(call))).await
    }

    /// Ranks for a user, together with others who wait.
    pub(crate) async fn rank(&self, ranking: Ranking) -> Answer {
        self.ask(Task::Rank(ranking)).await
    }

    async fn ask(&self, task: Task) -> Answer {
        let (answer, waiting) = oneshot::channel();
        {
            let mut queue = self.shared.lock();
            if queue.is_closed {
                return Err(Problem::unavailable("the service is stopping"));
            }
            if queue.jobs.len() >= self.shared.most_waiting {
                return Err(Problem::busy("too many requests wait for their turn"));
            }
            queue.jobs.push_back(Job { task, answer });
        }
        self.shared.woken.notify_one();
        // Without an answer the computation panicked.
        waiting.await.unwrap_or_else(|_| Err(Problem::internal()))
    }

    /// Computes what waits, and ends.
    pub(crate) fn close(&self) {
        self.shared.lock().is_closed = true;
        self.shared.woken.notify_all();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // What panicked in a thread was caught there.
        threads.into_iter().for_each(|thread| drop(thread.join()));
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while it holds the queue.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next job and, if it is a ranking, those that can be done with it; nothing when all is done.
    fn next(&self) -> Option<Vec<Job>> {
        let mut queue = self.lock();
        loop {
            while let Some(job) = queue.jobs.pop_front() {
                if !job.answer.is_closed() {
                    return Some(with_company(job, &mut queue.jobs));
                }
            }
            if queue.is_closed {
                return None;
            }
            queue = self.woken.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Takes rankings of the same kind out of the queue.
fn with_company(job: Job, queue: &mut VecDeque<Job>) -> Vec<Job> {
    let mut jobs = vec![job];
    let mut at = 0;
    while at < queue.len() && jobs.len() < BATCH {
        let alike = match (&jobs[0].task, &queue[at].task) {
            (Task::Rank(a), Task::Rank(b)) => Arc::ptr_eq(&a.model, &b.model) && a.keep_seen == b.keep_seen,
            _ => return jobs,
        };
        if alike {
            jobs.extend(queue.remove(at).filter(|job| !job.answer.is_closed()));
        } else {
            at += 1;
        }
    }
    jobs
}

fn work(shared: &Shared) {
    // This thread is the pool: others work on other requests, and to hand over one costs more than it gains.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
    let Ok(pool) = pool.inspect_err(|error| tracing::error!(%error, "a thread to compute answers did not start"))
    else {
        return;
    };
    while let Some(jobs) = shared.next() {
        // The answers are dropped with a panic, which those who wait notice.
        if catch_unwind(AssertUnwindSafe(|| serve(jobs, &pool, &shared.metrics))).is_err() {
            shared.metrics.panics.inc();
        }
    }
}

fn serve(jobs: Vec<Job>, pool: &ThreadPool, metrics: &Metrics) {
    let mut rankings = Vec::new();
    let mut waiting = Vec::new();
    for job in jobs {
        match job.task {
            // Whoever asked may have gone.
            Task::Call(call) => drop(job.answer.send(call(pool))),
            Task::Rank(ranking) => {
                rankings.push(ranking);
                waiting.push(job.answer);
            }
        }
    }
    let Some(first) = rankings.first() else { return };
    metrics.batch.observe(rankings.len() as f64);
    let model = Arc::clone(&first.model);
    model.rank(&rankings, pool, |k, answer| {
        if let Some(waiting) = waiting.get_mut(k) {
            let gone = oneshot::channel().0;
            drop(std::mem::replace(waiting, gone).send(answer));
        }
    });
}
