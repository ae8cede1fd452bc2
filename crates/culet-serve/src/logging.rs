//! The log of the service: a line a request, on stderr.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tracing_subscriber::fmt::MakeWriter;

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
    /// Not at all.
    Off,
}

/// So many lines wait; where stderr takes no more, later ones are left out rather than that requests wait.
const MOST_WAITING: usize = 8192;

/// Writes what is left when dropped.
#[derive(Debug)]
pub struct Logging {
    stop: Option<SyncSender<Line>>,
    writer: Option<JoinHandle<()>>,
}

enum Line {
    Text(Vec<u8>),
    Stop,
}

/// Sends all log lines of the process to stderr, through a thread of its own. Where another subscriber is set already,
/// that one stays.
///
/// # Errors
/// If the system gives no thread.
pub fn start_logging(format: LogFormat) -> io::Result<Logging> {
    if format == LogFormat::Off {
        return Ok(Logging { stop: None, writer: None });
    }
    let (sender, receiver) = sync_channel(MOST_WAITING);
    let writer = thread::Builder::new().name("log".to_owned()).spawn(move || write_lines(&receiver))?;
    let lines = Lines { sender: Mutex::new(sender.clone()) };
    let builder = tracing_subscriber::fmt().with_writer(lines).with_max_level(tracing::Level::INFO);
    let set = match format {
        LogFormat::Json => tracing::subscriber::set_global_default(
            builder.json().flatten_event(true).with_current_span(false).with_span_list(false).finish(),
        ),
        _ => tracing::subscriber::set_global_default(builder.with_ansi(false).with_target(false).finish()),
    };
    // Somebody who embeds the service has a log of its own.
    drop(set);
    Ok(Logging { stop: Some(sender), writer: Some(writer) })
}

impl Drop for Logging {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            drop(stop.send(Line::Stop));
        }
        if let Some(writer) = self.writer.take() {
            drop(writer.join());
        }
    }
}

struct Lines {
    sender: Mutex<SyncSender<Line>>,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = LineWriter;

    fn make_writer(&'a self) -> LineWriter {
        LineWriter { sender: self.sender.lock().unwrap_or_else(PoisonError::into_inner).clone() }
    }
}

struct LineWriter {
    sender: SyncSender<Line>,
}

impl Write for LineWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full queue loses the line.
        drop(self.sender.try_send(Line::Text(bytes.to_vec())));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes lines as they come, several at once where they wait.
fn write_lines(lines: &Receiver<Line>) {
    let mut buffer = Vec::new();
    let mut goes_on = true;
    while goes_on && let Ok(first) = lines.recv() {
        let more = std::iter::from_fn(|| lines.try_recv().ok()).take(256);
        for line in std::iter::once(first).chain(more) {
            match line {
                Line::Text(text) => buffer.extend(text),
                Line::Stop => goes_on = false,
            }
        }
        // Nobody is left to be told that stderr is closed.
        drop(io::stderr().write_all(&buffer));
        buffer.clear();
    }
}
