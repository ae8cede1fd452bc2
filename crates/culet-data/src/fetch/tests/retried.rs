//! Servers that fail for a while, or for good.

use culet_testkit::web::{Act, TestServer, reply, reply_of_length, reply_with_ranges};

use super::*;

#[test]
fn a_server_that_is_out_of_order_is_asked_again() {
    for status in ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"] {
        let folder = tempfile::tempdir().unwrap();
        let server = TestServer::start(move |_, number| match number {
            0 => reply(status, &[], b"<html>busy</html>"),
            _ => reply("200 OK", &[], &content()),
        });
        let (got, notes) = Order::of(folder.path(), &content()).from(server.address());
        got.unwrap();
        assert_eq!(notes[0], format!("is out of order (status {}); 2 of 3", &status[..3]));
    }
}

#[test]
fn a_server_that_stays_out_of_order_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, _| reply("500 Internal Server Error", &[], b""));
    let problem = Order::of(folder.path(), &content()).problem(server.address());
    assert_eq!(problem.to_string(), "is out of order (status 500) (attempt 3 of 3; 0 bytes are kept)");
    assert_eq!(server.asked().len(), 3);
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn the_wait_that_a_server_asks_for_counts_up_to_a_minute() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, number| match number {
        0 => reply("503 Service Unavailable", &[("Retry-After", "1")], b""),
        _ => reply("200 OK", &[], &content()),
    });
    let start = std::time::Instant::now();
    Order::of(folder.path(), &content()).from(server.address()).0.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    let server = TestServer::start(|_, _| reply("503 Service Unavailable", &[("Retry-After", "86400")], b""));
    std::fs::remove_file(folder.path().join("a.bin")).unwrap();
    let mut order = Order::of(folder.path(), &content());
    order.patience.attempts = 1;
    let FetchProblem::GaveUp { last, .. } = order.problem(server.address()) else { panic!("it is given up") };
    assert_eq!(*last, FetchProblem::Busy { status: 503, retry_after_s: Some(60) });
}

#[test]
fn a_server_that_stalls_is_left_and_asked_for_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|asked, number| match number {
        0 => vec![Act::Hold],
        1 => {
            let mut acts = reply_of_length("200 OK", &[("ETag", "\"v1\"")], 200_000, &content()[..70_000]);
            acts.push(Act::Hold);
            acts
        }
        _ => reply_with_ranges(asked, "\"v1\"", &content()),
    });
    let (got, notes) = Order::of(folder.path(), &content()).from(server.address());
    got.unwrap();
    let stalled = |attempt| format!("stalled: nothing came for 0.3 s; {attempt} of 3");
    assert_eq!(notes, [stalled(2), stalled(3), "a.bin: SHA-256".into()]);
    assert_eq!(server.asked()[2].from(), Some(70_000));
}

#[test]
fn a_slow_server_is_no_dead_one() {
    let folder = tempfile::tempdir().unwrap();
    // Longer than the time-out all in all, with a piece now and then.
    let server = TestServer::start(|_, _| reply("200 OK", &[], &content()));
    let slow = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", slow.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = slow.accept().unwrap();
        let mut request = [0; 1024];
        let _ = std::io::Read::read(&mut stream, &mut request);
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\nConnection: close\r\n\r\n";
        std::io::Write::write_all(&mut stream, head).unwrap();
        for block in content().chunks(40_000) {
            std::thread::sleep(Duration::from_millis(100));
            std::io::Write::write_all(&mut stream, block).unwrap();
        }
    });
    let (got, notes) = Order::of(folder.path(), &content()).from(&address);
    got.unwrap();
    assert_eq!(notes, ["a.bin: SHA-256"]);
    drop(server);
}

#[test]
fn a_file_that_is_always_cut_off_is_given_up_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, _| {
        reply_of_length("200 OK", &[("Last-Modified", "Sat, 01 Jan 2022 00:00:00 GMT")], 200_000, &content()[..1_000])
    });
    let problem = Order::of(folder.path(), &content()).problem(server.address());
    let expected = "was cut off: 1000 bytes came, expected 200000 (attempt 3 of 3; 1000 bytes are kept)";
    assert_eq!(problem.to_string(), expected);
    assert_eq!(std::fs::read(folder.path().join("a.bin.part")).unwrap(), &content()[..1_000]);
    assert_eq!(server.asked()[1].headers["if-range"], "Sat, 01 Jan 2022 00:00:00 GMT");
}

#[test]
fn a_connection_that_ends_without_an_answer_is_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, number| if number == 0 { vec![] } else { reply("200 OK", &[], &content()) });
    let (got, notes) = Order::of(folder.path(), &content()).from(server.address());
    got.unwrap();
    assert_eq!(notes[0], "was cut off after 0 bytes; 2 of 3");
}

#[test]
fn a_chunked_body_that_ends_early_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, number| {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        let body = content();
        let end: &[u8] = if number == 0 { b"" } else { b"\r\n0\r\n\r\n" };
        let sent = if number == 0 { &body[..500] } else { &body[..] };
        vec![Act::Send([&head[..], format!("{:x}\r\n", body.len()).as_bytes(), sent, end].concat())]
    });
    let (got, notes) = Order::of(folder.path(), &content()).from(server.address());
    got.unwrap();
    assert_eq!(notes[0], "was cut off after 500 bytes; 2 of 3");
}

#[test]
fn a_pause_ends_when_it_is_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::start(|_, _| reply("500 Internal Server Error", &[], b""));
    let mut order = Order::of(folder.path(), &content());
    order.patience.first_wait = Duration::from_secs(3_600);
    let client = Client::new(order.patience.timeout, false);
    let (result, _) = order.by(Some(&client), server.address(), &|| !server.asked().is_empty());
    assert!(matches!(result, Err(Stop::Cancelled)), "{result:?}");
    assert!(names_in(folder.path()).is_empty());
}
