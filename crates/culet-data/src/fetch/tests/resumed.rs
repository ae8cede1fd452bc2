//! Downloads that go on where they ended.

use std::sync::atomic::{AtomicBool, Ordering};

use culet_testkit::web::{Act, Asked, TestServer, reply, reply_of_length, reply_with_ranges};

use super::*;

const HALF: usize = 120_000;

/// Sends the first part of a file and ends the connection.
fn cut_off(etag: &str, content: &[u8]) -> Vec<Act> {
    reply_of_length("200 OK", &[("ETag", etag)], content.len(), &content[..HALF])
}

/// The headers of the second request.
fn second(server: &TestServer) -> Asked {
    server.asked()[1].clone()
}

#[test]
fn a_file_comes_whole_and_leaves_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, _| reply("200 OK", &[], &content()));
    let (got, notes) = Order::of(folder.path(), &content()).from(&format!("{}/a.bin", server.address()));
    assert_eq!(got.unwrap().bytes, 200_000);
    assert_eq!(notes, ["a.bin: SHA-256"]);
    assert_eq!(std::fs::read(folder.path().join("a.bin")).unwrap(), content());
    assert_eq!(names_in(folder.path()), ["a.bin"]);
    let asked = &server.asked()[0];
    assert_eq!((asked.path.as_str(), asked.from()), ("/a.bin", None));
    assert_eq!(asked.headers["accept-encoding"], "identity");
}

#[test]
fn a_file_that_is_there_is_only_checked() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, _| reply("200 OK", &[], &content()));
    std::fs::write(folder.path().join("a.bin"), content()).unwrap();
    let order = Order::of(folder.path(), &content());
    order.from(server.address()).0.unwrap();
    assert!(server.asked().is_empty());
    std::fs::write(folder.path().join("a.bin"), b"damaged meanwhile").unwrap();
    order.from(server.address()).0.unwrap();
    assert_eq!(std::fs::read(folder.path().join("a.bin")).unwrap(), content());
}

#[test]
fn a_cut_off_file_goes_on_within_one_call() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|asked, number| match number {
        0 => cut_off("\"v1\"", &content()),
        _ => reply_with_ranges(asked, "\"v1\"", &content()),
    });
    let (got, notes) = Order::unknown(folder.path()).from(server.address());
    assert_eq!(got.unwrap().sha256, sha256(&content()));
    let told = "was cut off: 120000 bytes came, expected 200000; 2 of 3";
    assert_eq!(notes, [told, "a.bin: no published checksum"]);
    assert_eq!(second(&server).from(), Some(HALF));
    assert_eq!(second(&server).headers["if-range"], "\"v1\"");
}

#[test]
fn a_cut_off_file_goes_on_in_another_call() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|asked, number| match number {
        0 => cut_off("\"v1\"", &content()),
        _ => reply_with_ranges(asked, "\"v1\"", &content()),
    });
    let mut order = Order::unknown(folder.path());
    order.patience.attempts = 1;
    let problem = order.problem(server.address());
    let last = Box::new(FetchProblem::CutOff { found: 120_000, expected: Some(200_000) });
    assert_eq!(problem, FetchProblem::GaveUp { attempts: 1, last, kept: 120_000 });
    assert_eq!(names_in(folder.path()), ["a.bin.part", "a.bin.part.json"]);
    let (got, notes) = order.from(server.address());
    assert_eq!(got.unwrap().sha256, sha256(&content()));
    assert_eq!(notes, ["resumed at 120000", "a.bin: no published checksum"]);
    assert_eq!(second(&server).from(), Some(HALF));
}

#[test]
fn a_file_that_changed_begins_anew() {
    let newer: Vec<u8> = content().iter().map(|byte| !byte).collect();
    // One server heeds `If-Range`, the other sends the rest of the newer file all the same.
    for heeds in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let after = newer.clone();
        let server = TestServer::start(move |asked, number| match number {
            0 => cut_off("\"v1\"", &content()),
            _ if heeds => reply_with_ranges(asked, "\"v2\"", &after),
            _ => {
                let mut asked = asked.clone();
                asked.headers.remove("if-range");
                reply_with_ranges(&asked, "\"v2\"", &after)
            }
        });
        let (got, notes) = Order::unknown(folder.path()).from(server.address());
        assert_eq!(got.unwrap().sha256, sha256(&newer), "{heeds}");
        assert_eq!(notes[1], "anew: it changed at the server", "{heeds}");
        assert_eq!(server.asked().len(), if heeds { 2 } else { 3 });
    }
}

#[test]
fn a_server_without_ranges_sends_the_whole_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, number| match number {
        0 => cut_off("\"v1\"", &content()),
        _ => reply("200 OK", &[("ETag", "\"v1\"")], &content()),
    });
    let (got, notes) = Order::of(folder.path(), &content()).from(server.address());
    got.unwrap();
    assert_eq!(notes[1], "anew: the server sends no parts of files");
}

#[test]
fn without_a_version_and_a_checksum_nothing_is_joined() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, number| match number {
        0 => reply_of_length("200 OK", &[], 200_000, &content()[..HALF]),
        _ => reply("200 OK", &[], &content()),
    });
    let (got, notes) = Order::unknown(folder.path()).from(server.address());
    got.unwrap();
    assert_eq!(notes[1], "anew: neither the server nor the list tells its version");
    assert_eq!(second(&server).from(), None);
}

#[test]
fn pieces_that_do_not_fit_together_begin_anew_once() {
    // The server tells no version, and the file changes between two attempts.
    let newer: Vec<u8> = content().iter().map(|byte| !byte).collect();
    let order_of = newer.clone();
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(move |asked, number| match number {
        0 => reply_of_length("200 OK", &[], 200_000, &content()[..HALF]),
        _ => reply_with_ranges(asked, "", &newer),
    });
    let (got, notes) = Order::of(folder.path(), &order_of).from(server.address());
    assert_eq!(got.unwrap().sha256, sha256(&order_of));
    assert_eq!(notes[1], "anew: the pieces that came do not make the file");
}

#[test]
fn a_part_from_another_place_is_not_joined() {
    let folder = tempfile::tempdir().unwrap();
    let one = TestServer::start(|_, _| cut_off("\"v1\"", &content()));
    let mut order = Order::of(folder.path(), &content());
    order.patience.attempts = 1;
    order.problem(one.address());
    let other = TestServer::start(|asked, _| reply_with_ranges(asked, "\"v1\"", &content()));
    order.from(other.address()).0.unwrap();
    assert_eq!(other.asked()[0].from(), None);
}

#[test]
fn a_part_that_is_the_whole_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|asked, _| reply_with_ranges(asked, "\"v1\"", &content()));
    let mut part = super::super::part::Part::open(folder.path(), "a.bin", server.address()).unwrap();
    part.add(&content()).unwrap();
    drop(part);
    let notes = format!(
        "{{\"address\": \"{}\", \"told\": {{\"bytes\": null, \"etag\": \"\\\"v1\\\"\", \"last_modified\": null}}}}",
        server.address()
    );
    std::fs::write(folder.path().join("a.bin.part.json"), notes).unwrap();
    let (got, _) = Order::of(folder.path(), &content()).from(server.address());
    assert_eq!(got.unwrap().bytes, 200_000);
    assert_eq!(server.asked()[0].from(), Some(200_000));
}

#[test]
fn notes_that_are_broken_only_cost_the_part() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.bin.part"), b"half").unwrap();
    std::fs::write(folder.path().join("a.bin.part.json"), b"{").unwrap();
    let server = TestServer::start(|asked, _| reply_with_ranges(asked, "\"v1\"", &content()));
    Order::of(folder.path(), &content()).from(server.address()).0.unwrap();
    assert_eq!(server.asked()[0].from(), None);
}

#[test]
fn what_came_before_a_cancel_is_kept() {
    static CANCELLED: AtomicBool = AtomicBool::new(false);
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|asked, number| match number {
        0 => {
            let mut acts = cut_off("\"v1\"", &content());
            acts.push(Act::Hold);
            acts
        }
        _ => reply_with_ranges(asked, "\"v1\"", &content()),
    });
    let order = Order::unknown(folder.path());
    let client = Client::new(Duration::from_secs(60), false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let path = folder.path().join("a.bin.part");
            for _ in 0..10_000 {
                if std::fs::metadata(&path).is_ok_and(|about| about.len() == HALF as u64) {
                    break;
                }
                std::thread::sleep(Duration::from_millis(2));
            }
            CANCELLED.store(true, Ordering::Relaxed);
            client.shut_down();
        });
        let (result, _) = order.by(Some(&client), server.address(), &|| CANCELLED.load(Ordering::Relaxed));
        assert!(matches!(result, Err(Stop::Cancelled)), "{result:?}");
    });
    let (got, notes) = order.from(server.address());
    assert_eq!(got.unwrap().sha256, sha256(&content()));
    assert_eq!(notes[0], "resumed at 120000");
}
