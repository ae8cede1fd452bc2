//! Models are exchanged while requests go on.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::client::Client;
use crate::running::{Running, wait_until};
use crate::runs;

/// Two models of the same data, and where one of them is to be served from.
fn two() -> (tempfile::TempDir, PathBuf, [PathBuf; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (served, models) = (at("served"), [at("a"), at("b")]);
    for (seed, path) in (1..).zip(&models) {
        runs::catalogue(path, "bpr-mf", seed);
    }
    (folder, served, models)
}

/// Sets a link to another folder at once, as a deployment does.
fn link(to: &Path, at: &Path) {
    let new = at.with_extension("new");
    std::os::unix::fs::symlink(to, &new).unwrap();
    fs::rename(&new, at).unwrap();
}

fn document(client: &mut Client) -> Value {
    client.get("/recommend/user-00003?k=20").well()
}

fn version(client: &mut Client) -> String {
    client.get("/models").well()["models"][0]["version"].as_str().unwrap().to_owned()
}

#[test]
fn no_request_fails_while_models_are_exchanged() {
    let (_folder, served, models) = two();
    link(&models[0], &served);
    let service = Running::new(&[&served], |options| options.watch = Some(Duration::from_millis(10)));
    let mut client = service.client();
    let first = document(&mut client);
    link(&models[1], &served);
    wait_until("the other model is served", || version(&mut client) != first["model"]["version"].as_str().unwrap());
    let second = document(&mut client);
    assert_ne!(first["items"], second["items"]);
    let enough = AtomicBool::new(false);
    thread::scope(|scope| {
        let hammer = || {
            let mut client = service.client();
            let mut n = 0;
            while !enough.load(Ordering::Relaxed) {
                // Wholly of one version or of the other.
                let found = document(&mut client);
                assert!(found == first || found == second, "{found}");
                assert_eq!(client.get("/search?q=user-00003").status, 200);
                n += 1;
            }
            n
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(hammer)).collect();
        for k in 0..20 {
            let before = version(&mut client);
            link(&models[k % 2], &served);
            wait_until("the other model is served", || version(&mut client) != before);
        }
        enough.store(true, Ordering::Relaxed);
        let n: u32 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert!(n > 20, "{n} requests");
    });
    let metrics = String::from_utf8(client.get("/metrics").body).unwrap();
    assert!(metrics.contains("culet_model_swaps_total{name=\"served\"} 21"), "{metrics}");
    assert_eq!(metrics.matches("culet_model_info{").count(), 1, "{metrics}");
}

#[test]
fn a_broken_folder_is_told_and_the_old_model_goes_on() {
    let (_folder, served, models) = two();
    link(&models[0], &served);
    let service = Running::new(&[&served], |_| {});
    let mut client = service.client();
    let before = document(&mut client);
    let broken = served.with_file_name("broken");
    fs::create_dir(&broken).unwrap();
    fs::copy(models[1].join("manifest.json"), broken.join("manifest.json")).unwrap();
    let failures = |client: &mut Client, n: u32| {
        let metrics = String::from_utf8(client.get("/metrics").body).unwrap();
        metrics.contains(&format!("culet_model_swap_failures_total{{name=\"served\"}} {n}"))
    };
    link(&broken, &served);
    service.handle.look();
    wait_until("the failure is noticed", || failures(&mut client, 1));
    assert_eq!(document(&mut client), before);
    fs::remove_file(&served).unwrap();
    service.handle.look();
    wait_until("the missing folder is noticed", || failures(&mut client, 2));
    assert_eq!(document(&mut client), before);
    // Whole, it is taken up.
    for entry in fs::read_dir(&models[1]).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, broken.join(path.file_name().unwrap())).unwrap();
    }
    link(&broken, &served);
    service.handle.look();
    wait_until("the whole folder is served", || document(&mut client) != before);
}
