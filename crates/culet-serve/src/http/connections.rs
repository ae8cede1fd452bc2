//! Accepting connections, up to a limit, and serving them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Service as _;

use super::patient::Patient;
use super::problem::{PROBLEM_JSON, Problem};
use crate::Limits;
use crate::metrics::Metrics;

/// So many of those for whom there is no room are told so; others are hung up on.
const MOST_REFUSED: usize = 256;

/// The open connections.
pub(crate) struct Connections {
    router: Router,
    limits: Limits,
    metrics: Arc<Metrics>,
    room: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    /// What is sent to those for whom there is no room.
    refusal: Bytes,
}

impl Connections {
    pub(crate) fn new(router: Router, limits: &Limits, metrics: Arc<Metrics>) -> Self {
        let room = Arc::new(Semaphore::new(limits.connections));
        let refusals = Arc::new(Semaphore::new(MOST_REFUSED));
        Self { router, limits: limits.clone(), metrics, room, refusals, refusal: refusal() }
    }

    /// Serves a connection in a task of its own; with `graceful` it ends when the service stops.
    pub(crate) fn serve(&self, stream: TcpStream, graceful: Option<&GracefulShutdown>) {
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else { return self.refuse(stream) };
        // Answers are sent whole; waiting for more of them gains nothing.
        drop(stream.set_nodelay(true));
        let io = TokioIo::new(Patient::new(stream, self.limits.write));
        let router = self.router.clone();
        let service = hyper::service::service_fn(move |request: Request<Incoming>| answer(router.clone(), request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head)
            .max_buf_size(64 << 10)
            .serve_connection(io, service);
        let open = Open::new(Arc::clone(&self.metrics), room);
        match graceful {
            Some(graceful) => {
                let connection = graceful.watch(connection);
                tokio::spawn(async move {
                    // Clients that speak no HTTP, or leave in the midst of it, are no news.
                    drop(connection.await);
                    drop(open);
                });
            }
            None => {
                tokio::spawn(async move {
                    drop(connection.await);
                    drop(open);
                });
            }
        }
    }

    fn refuse(&self, mut stream: TcpStream) {
        self.metrics.refused_connections.inc();
        let Ok(turn) = Arc::clone(&self.refusals).try_acquire_owned() else { return };
        let refusal = self.refusal.clone();
        tokio::spawn(async move {
            let told = async {
                stream.write_all(&refusal).await?;
                stream.shutdown().await?;
                // What the client has sent is read, for else it may lose the answer.
                tokio::io::copy(&mut (&mut stream).take(64 << 10), &mut tokio::io::sink()).await
            };
            drop(tokio::time::timeout(Duration::from_secs(1), told).await);
            drop(turn);
        });
    }
}

fn refusal() -> Bytes {
    let problem = Problem::busy("too many connections").hint("try again a little later, and keep connections alive");
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: {PROBLEM_JSON}\r\nretry-after: 1\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    (head + &body).into()
}

async fn answer(mut router: Router, request: Request<Incoming>) -> Result<Response, Infallible> {
    router.call(request).await
}

/// Counts a connection as long as it lives.
struct Open {
    metrics: Arc<Metrics>,
    _room: OwnedSemaphorePermit,
}

impl Open {
    fn new(metrics: Arc<Metrics>, room: OwnedSemaphorePermit) -> Self {
        metrics.connections.inc();
        Self { metrics, _room: room }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.metrics.connections.dec();
    }
}

/// The next connection. Where the system has no more of them to give, it waits for others to end.
pub(crate) async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                let is_of_client =
                    matches!(error.kind(), std::io::ErrorKind::ConnectionAborted | std::io::ErrorKind::ConnectionReset);
                if !is_of_client {
                    tracing::warn!(%error, "no connection can be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}
