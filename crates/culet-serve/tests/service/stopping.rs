//! The end: what was asked is answered, and what comes later is told.

use std::time::Duration;

use crate::running::{RUNS, Running, wait_until};

const HALF: &[u8] = b"POST /recommend HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 26\r\n\r\n{\"hist";

#[test]
fn what_was_begun_is_finished_and_others_are_turned_away() {
    let service = Running::new(&[&RUNS.kgin()], |_| {});
    let mut idle = service.client();
    assert_eq!(idle.get("/health/ready").status, 200);
    let mut slow = service.client();
    slow.send(HALF).unwrap();
    wait_until("the request has begun", || {
        let metrics = String::from_utf8(service.client().get("/metrics").body).unwrap();
        metrics.contains("culet_requests_in_flight 2")
    });
    service.handle.stop();
    assert!(idle.is_ended());
    service.client().get("/health/ready").problem(503);
    service.client().get("/recommend/user-00003").problem(503);
    assert_eq!(service.client().get("/health/live").status, 200);
    slow.send(br#"ory": ["none-such"]}"#).unwrap();
    slow.answer().unwrap().problem(404);
    assert!(slow.is_ended());
    assert!(service.ended());
}

#[test]
fn who_takes_too_long_is_not_waited_for() {
    let service = Running::new(&[&RUNS.kgin()], |options| options.grace = Duration::from_millis(100));
    let mut slow = service.client();
    slow.send(HALF).unwrap();
    wait_until("the request has begun", || {
        let metrics = String::from_utf8(service.client().get("/metrics").body).unwrap();
        metrics.contains("culet_requests_in_flight 2")
    });
    service.handle.stop();
    assert!(!service.ended());
    assert!(slow.is_ended());
}
