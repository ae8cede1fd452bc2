//! `culet serve` from its first line to its end, and `culet feedback` on what it kept.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::interrupt::end;
use crate::program::{culet, folder, run, train_films};

/// A service that runs, with the port that it told.
pub(crate) struct Serving {
    pub(crate) child: Child,
    pub(crate) port: u16,
}

/// Starts `culet serve` on any port and waits until it listens.
pub(crate) fn serve(folder: &Path, flags: &[&str]) -> Serving {
    let mut command = culet(folder, &[&["serve", "run", "--bind", "127.0.0.1:0", "--json"], flags].concat());
    command.env_remove("CULET_TOKEN").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let told: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
    Serving { child, port: told["port"].as_u64().unwrap() as u16 }
}

/// Status and body of the answer to a request, of a connection of its own.
pub(crate) fn ask(port: u16, request: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok((status.ok_or(std::io::ErrorKind::InvalidData)?, body.to_owned()))
}

fn get(port: u16, path: &str) -> (u16, String) {
    ask(port, &format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")).unwrap()
}

/// Sends a body of JSON.
pub(crate) fn post(port: u16, path: &str, body: &str) -> std::io::Result<(u16, String)> {
    let head = "host: localhost\r\nconnection: close\r\ncontent-type: application/json";
    ask(port, &format!("POST {path} HTTP/1.1\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

#[test]
fn a_service_answers_until_it_is_told_to_stop_and_ends_well() {
    let folder = folder();
    train_films(folder.path());
    for signal in ["-TERM", "-INT"] {
        let serving = serve(folder.path(), &["--log", "json"]);
        let (status, body) = get(serving.port, "/recommend/alice?k=2");
        let document: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, document["items"].as_array().unwrap().len()), (200, 2), "{body}");
        assert_eq!(get(serving.port, "/health/ready").0, 200);
        let ran = end(serving.child, signal);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let (said, log): (Vec<&str>, Vec<&str>) = ran.stderr.lines().partition(|line| !line.starts_with('{'));
        assert_eq!(said, [format!("listening on http://127.0.0.1:{}", serving.port)]);
        let log: Vec<Value> = log.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let request = log.iter().find(|line| line["route"] == "/recommend/{user}").unwrap();
        assert_eq!((&request["status"], &request["method"]), (&200.into(), &"GET".into()));
        assert!(request["ms"].is_number() && request["bytes"] == body.len() && request["id"].is_string(), "{request}");
    }
}

#[test]
fn a_hang_up_takes_up_what_a_newer_training_left() {
    let folder = folder();
    train_films(folder.path());
    let mut serving = serve(folder.path(), &["--log", "off", "--watch", "0"]);
    let version = |port: u16| {
        let models: Value = serde_json::from_str(&get(port, "/models").1).unwrap();
        models["models"][0]["version"].as_str().unwrap().to_owned()
    };
    let before = version(serving.port);
    std::fs::rename(folder.path().join("run"), folder.path().join("older")).unwrap();
    let films = crate::program::data("films");
    run(folder.path(), &["train", "popularity", &films, "--out", "run"]).well();
    let hang_up = std::process::Command::new("kill").args(["-HUP", &serving.child.id().to_string()]).status();
    assert!(hang_up.unwrap().success());
    let start = std::time::Instant::now();
    while version(serving.port) == before {
        assert!(start.elapsed() < crate::interrupt::PATIENCE, "the newer run is not served");
        assert!(serving.child.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(end(serving.child, "-TERM").code, Some(0));
}

#[test]
fn what_users_did_becomes_a_table_that_trains() {
    let folder = folder();
    train_films(folder.path());
    let serving = serve(folder.path(), &["--feedback", "events", "--log", "off"]);
    for (user, item) in
        [("zoe", "tt01"), ("zoe", "tt02"), ("yan", "tt02"), ("yan", "tt03"), ("ann", "tt01"), ("ann", "tt03")]
    {
        let body = format!(r#"{{"user": "{user}", "item": "{item}", "kind": "take", "time": 1.5}}"#);
        assert_eq!(post(serving.port, "/feedback", &body).unwrap().0, 201);
    }
    post(serving.port, "/feedback", r#"{"user": "zoe", "item": "tt04", "kind": "view"}"#).unwrap();
    assert_eq!(end(serving.child, "-TERM").code, Some(0));
    let told = run(folder.path(), &["feedback", "events", "--json"]).well().json();
    assert_eq!((&told["events"], &told["kinds"]["take"], &told["next"]), (&7.into(), &6.into(), &8.into()));
    run(folder.path(), &["feedback", "events", "-o", "taken.csv", "--kind", "take"]).well();
    let table = std::fs::read_to_string(folder.path().join("taken.csv")).unwrap();
    assert!(table.starts_with("user,item,kind,value,time\nzoe,tt01,take,,1.5\nzoe,tt02,take,,1.5\n"), "{table}");
    assert_eq!(run(folder.path(), &["feedback", "events", "--kind", "take", "-o", "-"]).well().stdout, table);
    run(folder.path(), &["train", "popularity", "taken.csv", "--out", "newer"]).well();
    // Damage in the middle is an error, unless it is said that it may be.
    let log = folder.path().join("events/events-00000000000000000001.log");
    let mut bytes = std::fs::read(&log).unwrap();
    bytes[60] ^= 1;
    std::fs::write(&log, bytes).unwrap();
    let refused = run(folder.path(), &["feedback", "events"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("are damaged; 1 event is lost\n\nhint: `--skip-damaged`"), "{}", refused.stderr);
    let rest = run(folder.path(), &["feedback", "events", "--skip-damaged", "--json"]).well().json();
    assert_eq!((&rest["events"], &rest["damage"][0]["lost"]["first"]), (&6.into(), &1.into()));
}

#[test]
fn what_cannot_be_served_is_told_with_a_way_out() {
    let folder = folder();
    train_films(folder.path());
    let refused = |flags: &[&str], code: i32, message: &str, hint: &str| {
        let ran = run(folder.path(), &[&["serve", "run"], flags].concat());
        assert_eq!(ran.code, Some(code), "{ran:?}");
        assert!(ran.stderr.contains(message) && ran.stderr.contains(&format!("\n\nhint: {hint}")), "{}", ran.stderr);
    };
    refused(
        &["--bind", "0.0.0.0:0"],
        2,
        "error: `0.0.0.0:0` can be reached by other machines",
        "give one by `--token-file FILE`",
    );
    refused(&["none", "--bind", "127.0.0.1:0"], 2, "error: cannot serve `none`: ", "give run folders");
    refused(&["--token-file", "none"], 2, "error: cannot read the token `none`: no such file", "write one");
    std::fs::write(folder.path().join("token"), "short\n").unwrap();
    refused(
        &["--token-file", "token", "--bind", "127.0.0.1:0"],
        2,
        "error: the token is shorter than 16",
        "write at least 16",
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    refused(
        &["--bind", &address],
        1,
        &format!("error: cannot listen on `{address}`: address already in use"),
        "another program",
    );
    let mut serving = serve(folder.path(), &["--feedback", "events"]);
    refused(
        &["--bind", "127.0.0.1:0", "--feedback", "events"],
        1,
        "error: `events` is in use by another",
        "one process",
    );
    serving.child.kill().unwrap();
    serving.child.wait().unwrap();
}
