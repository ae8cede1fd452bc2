//! Feedback over HTTP, and what follows from it.

use std::thread;

use culet_serve::feedback::read_events;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::Client;
use crate::running::{RUNS, Running};

fn with_log(folder: &TempDir) -> Running {
    Running::new(&[&RUNS.kgin(), &RUNS.net()], |options| options.feedback = Some(folder.path().join("log")))
}

fn ids(client: &mut Client, path: &str) -> Vec<String> {
    let document = client.get(path).well();
    let items = document["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

fn told(client: &mut Client, body: &Value) -> Value {
    let answer = client.post("/feedback", &body.to_string());
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.well()
}

#[test]
fn what_was_taken_or_dismissed_does_not_come_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = "/recommend/user-00003?k=5";
    let before;
    {
        let service = with_log(&folder);
        let mut client = service.client();
        before = ids(&mut client, path);
        let events = json!({"events": [
            {"user": "user-00003", "item": before[0], "kind": "take"},
            {"user": "user-00003", "item": before[2], "kind": "dismiss"},
            {"user": "user-00003", "item": before[3], "kind": "view"},
            {"user": "user-00003", "item": "none-such", "kind": "take"},
        ]});
        assert_eq!(told(&mut client, &events), json!({"accepted": 4, "first": 1, "last": 4}));
        let after = ids(&mut client, path);
        assert_eq!(after[..3], [before[1].as_str(), &before[3], &before[4]]);
        assert_eq!(after.len(), 5);
        let explained = ids(&mut client, &format!("{path}&explain=true"));
        assert_eq!(explained, after);
        // Who wants to see what was taken, does; not what was dismissed.
        let seen = ids(&mut client, "/recommend/user-00003?k=80&keep_seen=true");
        assert!(seen.contains(&before[0]) && !seen.contains(&before[2]));
        assert_ne!(ids(&mut client, "/recommend/user-00004?k=80").len(), 0);
    }
    // All of it is known again after a restart.
    let service = with_log(&folder);
    assert!(!ids(&mut service.client(), path).contains(&before[0]));
}

#[test]
fn a_user_whom_only_the_log_knows_is_estimated_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let service = with_log(&folder);
    let mut client = service.client();
    let popular = ids(&mut client, "/recommend/newcomer?k=40");
    let item = ids(&mut client, "/recommend/user-00003?k=1").remove(0);
    told(&mut client, &json!({"user": "newcomer", "item": item, "kind": "take"}));
    let document = client.get("/recommend/newcomer?k=40").well();
    assert_eq!((&document["user"]["id"], &document["history"]), (&json!("newcomer"), &json!(1)));
    assert!(document["note"].as_str().unwrap().contains("took since"), "{document}");
    let estimated = ids(&mut client, "/recommend/newcomer?k=40");
    assert!(estimated != popular && !estimated.contains(&item));
    let body = json!({"history": [item], "k": 40}).to_string();
    let folded = client.post("/recommend", &body).well();
    assert_eq!(folded["items"], document["items"]);
}

#[test]
fn every_acknowledged_event_has_a_number_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let service = with_log(&folder);
    let mut acknowledged: Vec<(u64, String)> = thread::scope(|scope| {
        let one = |t: u64| {
            let mut client = service.client();
            let send = |k| {
                let item = format!("item {t}/{k}");
                let document = told(&mut client, &json!({"user": "u", "item": item, "kind": "click", "value": k}));
                (document["first"].as_u64().unwrap(), item)
            };
            (0..25).map(send).collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..8).map(|t| scope.spawn(move || one(t))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    drop(service);
    acknowledged.sort();
    let mut kept = Vec::new();
    read_events(&folder.path().join("log"), |number, event| kept.push((number, event.item))).unwrap();
    assert_eq!(kept, acknowledged);
}

#[test]
fn events_that_make_no_sense_are_problems_and_none_of_them_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let service = with_log(&folder);
    let mut client = service.client();
    let good = json!({"user": "u", "item": "i", "kind": "take"});
    let with = |field: &str, value: Value| {
        let mut event = good.clone();
        event[field] = value;
        event
    };
    for body in [
        json!({}),
        json!({"events": []}),
        json!({"events": [good, {"user": "u"}]}),
        json!({"events": [["u", "i", "take"]]}),
        json!({"events": vec![good.clone(); 1001]}),
        json!({"events": [good], "user": "u"}),
        with("user", json!("")),
        with("user", json!("a\nb")),
        with("item", json!("x".repeat(513))),
        with("kind", json!("Take it")),
        with("value", json!("much")),
        with("time", json!("yesterday")),
        with("time", json!([])),
        with("colour", json!("red")),
        with("item", json!(7)),
    ] {
        client.post("/feedback", &body.to_string()).problem(422);
    }
    let events = vec![good.clone(); 1000];
    assert_eq!(told(&mut client, &json!({"events": events}))["last"], 1000);
    told(&mut client, &with("time", json!("2026-11-29T12:30:00+02:00")));
    told(&mut client, &with("time", json!(12.5)));
    drop(service);
    let mut times = Vec::new();
    let summary = read_events(&folder.path().join("log"), |_, event| times.push(event.time)).unwrap();
    assert_eq!(summary.n_events, 1002);
    assert_eq!(times[1000..], [1_795_948_200.0, 12.5]);
}
