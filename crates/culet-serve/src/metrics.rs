//! What the service counts, for Prometheus.

use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};

/// Seconds, from what a ranking takes to the longest that a request may.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// The counters of a service.
pub(crate) struct Metrics {
    registry: Registry,
    /// By route, method and status.
    pub(crate) requests: IntCounterVec,
    /// By route.
    pub(crate) seconds: HistogramVec,
    pub(crate) in_flight: IntGauge,
    pub(crate) connections: IntGauge,
    pub(crate) refused_connections: IntCounter,
    pub(crate) panics: IntCounter,
    /// How many users are ranked for in one pass.
    pub(crate) batch: Histogram,
    /// Model folders that were exchanged, and that could not be opened, by model.
    pub(crate) swaps: IntCounterVec,
    pub(crate) failed_swaps: IntCounterVec,
    /// 1 for what is served, by model and version.
    pub(crate) models: IntGaugeVec,
    pub(crate) feedback_events: IntCounter,
    pub(crate) feedback_failures: IntCounter,
    pub(crate) feedback_damage: IntGauge,
    resident_bytes: IntGauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let registry = Registry::new();
        let new = Register(&registry);
        Self {
            requests: new.counters("culet_requests_total", "Answered requests.", &["route", "method", "status"]),
            seconds: new.histograms("culet_request_seconds", "From the head of a request to the answer."),
            in_flight: new.gauge("culet_requests_in_flight", "Requests that wait for their answer."),
            connections: new.gauge("culet_connections", "Open connections."),
            refused_connections: new.counter("culet_connections_refused_total", "Connections beyond the limit."),
            panics: new.counter("culet_panics_total", "Requests at which the program failed."),
            batch: new.batch("culet_ranking_batch_users", "Users that were ranked for in one pass."),
            swaps: new.counters("culet_model_swaps_total", "Newer contents of a run folder taken up.", &["name"]),
            failed_swaps: new.counters(
                "culet_model_swap_failures_total",
                "Newer contents of a run folder that could not be opened.",
                &["name"],
            ),
            models: new.gauges("culet_model_info", "What is served, as 1.", &["name", "model", "version"]),
            feedback_events: new.counter("culet_feedback_events_total", "Events that were acknowledged."),
            feedback_failures: new.counter("culet_feedback_failures_total", "Requests whose events were not kept."),
            feedback_damage: new.gauge("culet_feedback_lost_events", "Events lost to damage of the log, at start."),
            resident_bytes: new.gauge("process_resident_memory_bytes", "Memory of the process."),
            registry,
        }
    }

    /// All of them as text.
    pub(crate) fn text(&self) -> Vec<u8> {
        self.resident_bytes.set(resident_bytes().unwrap_or(0));
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            tracing::error!(%error, "the metrics cannot be told");
        }
        text
    }
}

/// Makes counters; the names are constants of this file, valid and each there once.
struct Register<'a>(&'a Registry);

impl Register<'_> {
    fn add<T: prometheus::core::Collector + Clone + 'static>(&self, made: prometheus::Result<T>) -> T {
        let counter = made.expect("a valid name");
        self.0.register(Box::new(counter.clone())).expect("a name that is new");
        counter
    }

    fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.add(IntCounter::new(name, help))
    }

    fn gauge(&self, name: &str, help: &str) -> IntGauge {
        self.add(IntGauge::new(name, help))
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.add(IntCounterVec::new(Opts::new(name, help), labels))
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        self.add(IntGaugeVec::new(Opts::new(name, help), labels))
    }

    fn histograms(&self, name: &str, help: &str) -> HistogramVec {
        self.add(HistogramVec::new(HistogramOpts::new(name, help).buckets(SECONDS.to_vec()), &["route"]))
    }

    fn batch(&self, name: &str, help: &str) -> Histogram {
        let buckets = vec![1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
        self.add(Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets)))
    }
}

/// What the system says; nothing where it does not.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: i64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
