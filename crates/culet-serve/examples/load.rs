//! Sends requests at a given rate and tells how long the answers took.
//!
//! ```sh
//! cargo run --release -p culet-serve --example load -- 127.0.0.1:8080 ids.txt rate=2000 seconds=20 connections=64 \
//!     path='/recommend/{}?k=20'
//! ```
//!
//! Requests are due at even intervals, whether or not earlier ones were answered, and a request's time counts from when it
//! was due: if the service falls behind, the times say so (nothing is left out because the client waited, which is known as
//! coordinated omission). `{}` is replaced by the lines of the file, one after the other. Each connection is kept alive
//! and has a thread of its own.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What is sent.
struct Load {
    address: String,
    ids: Vec<String>,
    path: String,
    rate: f64,
    seconds: f64,
    connections: usize,
}

impl Load {
    fn from_arguments() -> Result<Self, Failure> {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let [address, ids, rest @ ..] = arguments.as_slice() else {
            return Err("give an address and a file of ids".into());
        };
        let ids = std::fs::read_to_string(ids)?.lines().map(str::to_owned).collect();
        let mut load = Self {
            address: address.clone(),
            ids,
            path: "/recommend/{}?k=20".to_owned(),
            rate: 2000.0,
            seconds: 10.0,
            connections: 64,
        };
        for setting in rest {
            match setting.split_once('=').ok_or("settings are NAME=VALUE")? {
                ("path", value) => load.path = value.to_owned(),
                ("rate", value) => load.rate = value.parse()?,
                ("seconds", value) => load.seconds = value.parse()?,
                ("connections", value) => load.connections = value.parse()?,
                (name, _) => return Err(format!("there is no setting `{name}`").into()),
            }
        }
        Ok(load)
    }

    fn n_requests(&self) -> u64 {
        (self.rate * self.seconds) as u64
    }

    fn request(&self, number: u64) -> String {
        let id = &self.ids[number as usize % self.ids.len()];
        format!("GET {} HTTP/1.1\r\nhost: {}\r\n\r\n", self.path.replace("{}", id), self.address)
    }
}

/// Times of the answers of one connection, in microseconds.
struct Times {
    answered: Histogram<u64>,
    failed: u64,
    bytes: u64,
}

fn main() -> Result<(), Failure> {
    let load = Load::from_arguments()?;
    let next = AtomicU64::new(0);
    let start = Instant::now() + Duration::from_millis(200);
    let times: Vec<Result<Times, Failure>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..load.connections).map(|_| scope.spawn(|| send(&load, &next, start))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a thread failed".into()))).collect()
    });
    let elapsed = start.elapsed().as_secs_f64();
    let mut all = Times { answered: Histogram::new(3)?, failed: 0, bytes: 0 };
    for times in times {
        let times = times?;
        all.answered.add(&times.answered)?;
        all.failed += times.failed;
        all.bytes += times.bytes;
    }
    println!("{}", report(&load, &all, elapsed));
    Ok(())
}

fn report(load: &Load, times: &Times, elapsed: f64) -> serde_json::Value {
    let ms = |quantile: f64| times.answered.value_at_quantile(quantile) as f64 / 1e3;
    serde_json::json!({
        "path": load.path,
        "connections": load.connections,
        "rate": load.rate,
        "seconds": elapsed,
        "answered": times.answered.len(),
        "failed": times.failed,
        "answered_per_second": times.answered.len() as f64 / elapsed,
        "bytes_each": times.bytes as f64 / times.answered.len().max(1) as f64,
        "ms": {
            "mean": times.answered.mean() / 1e3,
            "p50": ms(0.5),
            "p90": ms(0.9),
            "p99": ms(0.99),
            "p99.9": ms(0.999),
            "max": times.answered.max() as f64 / 1e3,
        },
    })
}

/// Sends requests as they become due, until there are no more.
fn send(load: &Load, next: &AtomicU64, start: Instant) -> Result<Times, Failure> {
    let mut stream = connect(&load.address)?;
    let mut times = Times { answered: Histogram::new(3)?, failed: 0, bytes: 0 };
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= load.n_requests() {
            return Ok(times);
        }
        let due = start + Duration::from_secs_f64(number as f64 / load.rate);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        match ask(&mut stream, &load.request(number)) {
            Ok((200, bytes)) => {
                times.answered.record(due.elapsed().as_micros() as u64)?;
                times.bytes += bytes;
            }
            Ok(_) => times.failed += 1,
            Err(_) => {
                times.failed += 1;
                stream = connect(&load.address)?;
            }
        }
    }
}

fn connect(address: &str) -> io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    Ok(BufReader::new(stream))
}

/// The status and the length of the answer.
fn ask(stream: &mut BufReader<TcpStream>, request: &str) -> io::Result<(u16, u64)> {
    stream.get_mut().write_all(request.as_bytes())?;
    let (mut status, mut length, mut line) = (0, 0, String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let text = line.trim_end();
        if text.is_empty() {
            break;
        }
        if let Some(rest) = text.strip_prefix("HTTP/1.1 ") {
            status = rest.get(..3).and_then(|status| status.parse().ok()).unwrap_or(0);
        } else if let Some(rest) = text.strip_prefix("content-length: ") {
            length = rest.parse().unwrap_or(0);
        }
    }
    io::copy(&mut stream.take(length), &mut io::sink())?;
    Ok((status, length))
}
