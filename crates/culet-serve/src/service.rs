//! What all handlers share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::Limits;
use crate::desk::Desk;
use crate::feedback::{FeedbackLog, Since};
use crate::http::Gate;
use crate::metrics::Metrics;
use crate::models::Models;

/// As handlers hold it.
pub(crate) type Shared = Arc<Service>;

/// What all handlers share.
pub(crate) struct Service {
    pub(crate) models: Arc<Models>,
    pub(crate) desk: Desk,
    pub(crate) feedback: Option<Feedback>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) gate: Gate,
    pub(crate) limits: Limits,
    /// Whether it only finishes what was begun.
    pub(crate) stopping: AtomicBool,
}

/// The log of feedback, and what follows from it for recommendations.
pub(crate) struct Feedback {
    pub(crate) log: Mutex<FeedbackLog>,
    pub(crate) since: Arc<Since>,
}

impl Service {
    /// Whether it only finishes what was begun.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}
