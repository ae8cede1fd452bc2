//! A server on this machine that answers as a test tells it: slowly, wrongly, not at all.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What a client asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The path, which begins with `/`.
    pub path: String,
    /// The headers by their names in lower case.
    pub headers: BTreeMap<String, String>,
}

impl Asked {
    /// The first byte of the range that was asked for.
    #[must_use]
    pub fn from(&self) -> Option<usize> {
        self.headers.get("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }
}

/// What the server does with a request, one after the other; then it ends the connection.
#[derive(Debug, Clone)]
pub enum Act {
    /// Sends bytes.
    Send(Vec<u8>),
    /// Sends nothing until the client ends the connection or the server goes.
    Hold,
}

/// A server that lives as long as this does.
#[derive(Debug)]
pub struct TestServer {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    ended: Arc<AtomicBool>,
}

impl TestServer {
    /// Starts a server; `answer` gets each request with its number, from 0.
    ///
    /// # Panics
    /// If the system gives no socket.
    pub fn start(answer: impl Fn(&Asked, usize) -> Vec<Act> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let server = Self { address, asked: Arc::default(), ended: Arc::default() };
        let (asked, ended, answer) = (Arc::clone(&server.asked), Arc::clone(&server.ended), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let (asked, ended, answer) = (Arc::clone(&asked), Arc::clone(&ended), Arc::clone(&answer));
                thread::spawn(move || serve(stream, &asked, &ended, &*answer));
            }
        });
        server
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Everything that was asked for so far.
    ///
    /// # Panics
    /// If an answer did.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no answer panics").clone()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // The listener waits for one more client.
        let _ = TcpStream::connect(self.address.trim_start_matches("http://"));
    }
}

fn serve(
    mut stream: TcpStream,
    asked: &Mutex<Vec<Asked>>,
    ended: &AtomicBool,
    answer: &dyn Fn(&Asked, usize) -> Vec<Act>,
) {
    let Some(request) = read_request(&stream) else { return };
    let number = {
        let mut asked = asked.lock().expect("no answer panics");
        asked.push(request.clone());
        asked.len() - 1
    };
    for act in answer(&request, number) {
        match act {
            // A client that has gone is a part of many tests.
            Act::Send(bytes) if stream.write_all(&bytes).is_err() => return,
            Act::Send(_) => {}
            Act::Hold => hold(&mut stream, ended),
        }
    }
}

fn read_request(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let mut asked = Asked { path: first.split(' ').nth(1)?.to_owned(), ..Asked::default() };
    for line in lines {
        let line = line.ok()?;
        let Some((name, value)) = line.split_once(':') else { break };
        asked.headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    Some(asked)
}

fn hold(stream: &mut TcpStream, ended: &AtomicBool) {
    let _ = stream.set_read_timeout(Some(Duration::from_millis(20)));
    let mut byte = [0];
    while !ended.load(Ordering::Relaxed) {
        match stream.read(&mut byte) {
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Ok(1..) => {}
            _ => return,
        }
    }
}

/// An answer with a status (`200 OK`), headers, and a body whose length is told.
#[must_use]
pub fn reply(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<Act> {
    reply_of_length(status, headers, body.len(), body)
}

/// The same with a length that need not be that of the body.
#[must_use]
pub fn reply_of_length(status: &str, headers: &[(&str, &str)], length: usize, body: &[u8]) -> Vec<Act> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n");
    vec![Act::Send(head.into_bytes()), Act::Send(body.to_vec())]
}

/// The answer of a server that knows ranges, for a file of a version; as `If-Range` wants it.
#[must_use]
pub fn reply_with_ranges(asked: &Asked, etag: &str, body: &[u8]) -> Vec<Act> {
    let is_same = asked.headers.get("if-range").is_none_or(|wanted| wanted == etag);
    match asked.from().filter(|_| is_same) {
        Some(from) if from < body.len() => {
            let range = format!("bytes {from}-{}/{}", body.len() - 1, body.len());
            reply("206 Partial Content", &[("Content-Range", &range), ("ETag", etag)], &body[from..])
        }
        Some(_) => reply("416 Range Not Satisfiable", &[("Content-Range", &format!("bytes */{}", body.len()))], b""),
        None => reply("200 OK", &[("ETag", etag), ("Accept-Ranges", "bytes")], body),
    }
}
