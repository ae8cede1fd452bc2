//! Services that are killed in the midst of their work, again and again: what was acknowledged is there, with the number
//! that was told. `bench/kill-drill.sh` does it a thousand times.
//!
//! (A kill leaves what the system has not yet written to the disk. That the disk has it before the answer, a power cut
//! alone could show; here the order of the calls stands for it, see `Writer::commit`.)

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use culet::serve::feedback::{Event, read_events};
use serde_json::Value;

use crate::program::{folder, train_films};
use crate::serve::{Serving, post, serve};

/// Clients at a time.
const CLIENTS: usize = 4;

/// Events by number, as they were acknowledged.
type Acknowledged = Mutex<BTreeMap<u64, String>>;

#[test]
fn what_was_acknowledged_survives_kills() {
    let n_kills = std::env::var("CULET_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(20);
    let folder = folder();
    train_films(folder.path());
    let log = folder.path().join("events");
    let acknowledged = Acknowledged::default();
    let sent = AtomicU64::new(0);
    let (mut n_torn, mut n_unknown) = (0, 0);
    for kill in 0..n_kills {
        let serving = serve(folder.path(), &["--feedback", "events", "--log", "off", "--watch", "0"]);
        load_and_kill(serving, kill, &acknowledged, &sent);
        let mut kept: BTreeMap<u64, String> = BTreeMap::new();
        let summary = read_events(&log, |number, Event { item, .. }| drop(kept.insert(number, item))).unwrap();
        assert_eq!(summary.damage, [], "kill {kill}");
        n_torn += u32::from(summary.torn.is_some());
        let acknowledged = acknowledged.lock().unwrap();
        for (number, item) in &*acknowledged {
            assert_eq!(kept.get(number), Some(item), "event {number} after kill {kill}");
        }
        n_unknown = kept.len() - acknowledged.len();
    }
    let acknowledged = acknowledged.lock().unwrap();
    assert!(acknowledged.len() > n_kills as usize, "{} events", acknowledged.len());
    println!(
        "{n_kills} kills: {} events acknowledged, all of them kept; {n_unknown} kept whose answer was lost; {n_torn} torn ends",
        acknowledged.len()
    );
}

/// Sends events until the service, killed after a while of its own for each kill, answers no more.
fn load_and_kill(mut serving: Serving, kill: u64, acknowledged: &Acknowledged, sent: &AtomicU64) {
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| while send(serving.port, acknowledged, sent) {});
        }
        // From 10 to 73 milliseconds, in an order that repeats after 64 kills.
        thread::sleep(Duration::from_millis(10 + kill * 37 % 64));
        serving.child.kill().unwrap();
        serving.child.wait().unwrap();
    });
}

/// Sends one to three events; whether they were acknowledged.
fn send(port: u16, acknowledged: &Acknowledged, sent: &AtomicU64) -> bool {
    let first = sent.fetch_add(3, Ordering::Relaxed);
    let items: Vec<String> = (first..=first + first % 3).map(|k| format!("item-{k}")).collect();
    let event = |item: &String| format!(r#"{{"user": "u", "item": "{item}", "kind": "click"}}"#);
    let events: Vec<String> = items.iter().map(event).collect();
    let Ok((201, answer)) = post(port, "/feedback", &format!(r#"{{"events": [{}]}}"#, events.join(","))) else {
        return false;
    };
    let Ok(answer) = serde_json::from_str::<Value>(&answer) else { return false };
    let number = answer["first"].as_u64().unwrap();
    acknowledged.lock().unwrap().extend((number..).zip(items));
    true
}
