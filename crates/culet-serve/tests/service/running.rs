//! A service that runs in a thread of the test.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::LazyLock;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use culet_serve::{Handle, ServeOptions, Server};
use tempfile::TempDir;

use crate::client::Client;
use crate::runs;

/// Stops when dropped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) handle: Handle,
    thread: Option<JoinHandle<bool>>,
}

impl Running {
    /// Serves these runs on a free port, with other options than usual.
    pub(crate) fn new(runs: &[&Path], change: impl FnOnce(&mut ServeOptions)) -> Self {
        let mut options = ServeOptions::new(runs.iter().map(|path| (*path).to_owned()).collect());
        options.bind = "127.0.0.1:0".parse().unwrap();
        options.threads = 2;
        options.watch = None;
        change(&mut options);
        let server = Server::start(&options).unwrap();
        let (address, handle) = (server.address(), server.handle());
        let thread = Some(thread::spawn(move || server.run()));
        Self { address, handle, thread }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// Waits for the end; whether all was answered.
    pub(crate) fn ended(mut self) -> bool {
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.handle.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Runs that tests look at and do not change.
pub(crate) struct Runs {
    folder: TempDir,
}

impl Runs {
    pub(crate) fn kgin(&self) -> std::path::PathBuf {
        self.folder.path().join("kgin")
    }

    pub(crate) fn net(&self) -> std::path::PathBuf {
        self.folder.path().join("net")
    }
}

/// A catalogue with `kgin` and a network with `asp2vec`.
pub(crate) static RUNS: LazyLock<Runs> = LazyLock::new(|| {
    let runs = Runs { folder: tempfile::tempdir().unwrap() };
    runs::catalogue(&runs.kgin(), "kgin", 1);
    runs::network(&runs.net());
    runs
});

/// Serves both.
pub(crate) fn both() -> Running {
    Running::new(&[&RUNS.kgin(), &RUNS.net()], |_| {})
}

/// Waits until something is so; a test that waits in vain fails.
#[track_caller]
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}
