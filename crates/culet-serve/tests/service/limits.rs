//! Slow clients, large bodies, and more than there is room for.

use std::time::Duration;

use crate::running::{RUNS, Running, both, wait_until};

fn limited(change: impl FnOnce(&mut culet_serve::Limits)) -> Running {
    Running::new(&[&RUNS.kgin()], |options| change(&mut options.limits))
}

#[test]
fn a_large_body_is_refused_before_it_is_sent() {
    let service = both();
    let mut client = service.client();
    // Of a thousand million bytes not one is sent.
    let head = "POST /recommend HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    client.send(format!("{head}content-length: 1000000000\r\n\r\n").as_bytes()).unwrap();
    let answer = client.answer().unwrap();
    answer.problem(413);
    assert_eq!(answer.header("connection"), Some("close"));
    assert!(client.is_ended());
    // Nor is one that does not say how long it is read to its end.
    let mut client = service.client();
    client.send(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).unwrap();
    let chunk = [b"10000\r\n", &[b' '; 0x10000][..], b"\r\n"].concat();
    for _ in 0..40 {
        if client.send(&chunk).is_err() {
            break;
        }
    }
    // The rest of the body may make the connection end before the answer is read.
    if let Ok(answer) = client.answer() {
        answer.problem(413);
    }
    let mut client = service.client();
    let fits = format!("{}{}", " ".repeat((1 << 20) - 100), r#"{"history": ["none-such"]}"#);
    client.post("/recommend", &fits).problem(404);
}

#[test]
fn who_says_nothing_or_half_of_it_is_hung_up_on() {
    let service = limited(|limits| {
        limits.head = Duration::from_millis(200);
        limits.body = Duration::from_millis(200);
    });
    for begin in [&b""[..], b"GET /mod", b"GET /models HTTP/1.1\r\nhost: loc"] {
        let mut client = service.client();
        client.send(begin).unwrap();
        assert!(client.is_ended() || client.is_ended());
    }
    // A connection that lies idle after an answer.
    let mut client = service.client();
    assert_eq!(client.get("/models").status, 200);
    assert!(client.is_ended());
    let mut client = service.client();
    let head =
        "POST /recommend HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{";
    client.send(head.as_bytes()).unwrap();
    client.answer().unwrap().problem(408);
    assert!(client.is_ended());
    assert_eq!(service.client().get("/health/live").status, 200);
}

#[test]
fn a_client_that_never_reads_does_not_hold_its_connection() {
    let service = limited(|limits| {
        limits.write = Duration::from_millis(200);
        limits.connections = 1;
    });
    let mut client = service.client();
    let request = b"GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n";
    // Until neither side's buffers take any more.
    for _ in 0..20_000 {
        if client.send(request).is_err() {
            break;
        }
    }
    wait_until("the connection ends", || service.client().get("/health/live").status == 200);
}

#[test]
fn more_connections_than_there_is_room_for_are_told_so() {
    let service = limited(|limits| limits.connections = 2);
    let (mut first, mut second) = (service.client(), service.client());
    assert_eq!((first.get("/models").status, second.get("/models").status), (200, 200));
    let mut third = service.client();
    let refusal = third.answer().unwrap();
    assert_eq!((refusal.status, refusal.header("retry-after")), (503, Some("1")));
    assert_eq!(refusal.json()["type"], "/problems/busy");
    assert!(third.is_ended());
    drop(first);
    wait_until("there is room again", || service.client().get("/models").status == 200);
    assert_eq!(second.get("/models").status, 200);
}

#[test]
fn more_requests_than_there_is_room_for_are_told_so() {
    let service = limited(|limits| limits.requests = 1);
    let mut slow = service.client();
    let head =
        "POST /recommend HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 26\r\n\r\n";
    slow.send(head.as_bytes()).unwrap();
    let mut client = service.client();
    let mut refused = client.get("/models");
    wait_until("the slow request has begun", || {
        refused = client.get("/models");
        refused.status == 503
    });
    refused.problem(503);
    assert_eq!(refused.header("retry-after"), Some("1"));
    // Those who ask for it alone, and health and metrics in any case, are answered.
    assert_eq!((client.get("/health/ready").status, client.get("/metrics").status), (200, 200));
    slow.send(br#"{"history": ["none-such"]}"#).unwrap();
    slow.answer().unwrap().problem(404);
    assert_eq!(client.get("/models").status, 200);
}

#[test]
fn an_answer_that_takes_too_long_is_given_up() {
    let service = limited(|limits| limits.request = Duration::from_millis(100));
    let mut client = service.client();
    let head =
        "POST /recommend HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{";
    client.send(head.as_bytes()).unwrap();
    let answer = client.answer().unwrap();
    assert!(answer.problem(503).contains("took too long"));
    assert_eq!(answer.header("retry-after"), Some("1"));
}
