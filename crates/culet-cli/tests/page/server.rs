//! `culet serve` over two small runs of generated data.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// A server that ends with its value.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Where it listens, without a slash at the end.
    pub(crate) address: String,
}

impl Server {
    /// Serves the runs `films` and `net` of a folder on a free port; whoever asks needs the token, if there is one.
    pub(crate) fn start(folder: &Path, token: Option<&str>) -> Self {
        let mut command = culet(folder, &["serve", "films", "net", "--bind", "127.0.0.1:0", "--feedback", "events"]);
        command.env_remove("CULET_TOKEN").stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(token) = token {
            command.env("CULET_TOKEN", token);
        }
        let mut child = command.spawn().expect("the program starts");
        let address = said_address(&mut child);
        Self { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended or ends now: there is nothing else to do about it here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first `http://...` that the server says, on either stream; both are read to their end, so that it never waits.
fn said_address(child: &mut Child) -> String {
    let (sender, receiver) = mpsc::channel();
    let streams: [Box<dyn std::io::Read + Send>; 2] =
        [Box::new(child.stdout.take().expect("piped")), Box::new(child.stderr.take().expect("piped"))];
    for stream in streams {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
    }
    drop(sender);
    let mut said = Vec::new();
    while let Ok(line) = receiver.recv_timeout(Duration::from_secs(30)) {
        if let Some(start) = line.find("http://127.0.0.1:") {
            let address = line[start..].split(|c: char| c.is_whitespace() || "`\"',".contains(c)).next();
            return address.expect("never empty").trim_end_matches('/').to_owned();
        }
        said.push(line);
    }
    panic!("the server told no address: {said:#?}");
}

/// Trains the two runs.
pub(crate) fn train(folder: &Path) {
    let catalogue = ["--n-users", "150", "--n-items", "100", "--n-interactions", "2500"];
    run(folder, &[&["data", "synth", "films-data"], &catalogue[..]].concat());
    run(folder, &["data", "synth", "net-data", "--network", "--nodes", "120", "--groups", "4"]);
    run(folder, &["train", "kgin", "films-data", "--out", "films", "--epochs", "6", "--evaluate-every", "2"]);
    run(folder, &["train", "asp2vec", "net-data", "--out", "net", "--epochs", "2"]);
}

pub(crate) fn run(folder: &Path, arguments: &[&str]) {
    let output = culet(folder, arguments).output().expect("the program starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn culet(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_culet"));
    command.current_dir(folder).args(arguments).env("NO_COLOR", "1").stdin(Stdio::null());
    command
}
