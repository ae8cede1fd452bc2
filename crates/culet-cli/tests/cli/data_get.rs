//! `culet data get` from servers on this machine: good ones, slow ones, wrong ones, and none.

use std::fs;
use std::path::Path;

use culet_testkit::web::{Act, TestServer, reply, reply_of_length, reply_with_ranges};
use culet_testkit::{ZipEntry, zip_of};

use crate::program::{Ran, culet, finished, folder};

/// Some text that needs more than one packet.
fn ratings() -> Vec<u8> {
    (0..20_000).map(|k| format!("{k},{}\n", k % 7)).collect::<String>().into_bytes()
}

fn archive() -> Vec<u8> {
    zip_of(&[ZipEntry::stored("toy/ratings.csv", &ratings()), ZipEntry::stored("toy/README", b"read me\n")])
}

/// A list with one set in the folder: an archive at an address.
fn list(folder: &Path, base: &str) {
    let text = format!(
        r#"{{
    "licences": {{ "free": {{ "summary": "free", "text": "Do anything." }} }},
    "sets": [{{
        "name": "toy", "title": "a toy", "kind": "catalogue", "format": ".csv files", "licence": "free",
        "home": "https://example.org", "cite": "nobody", "base": "{base}/", "files": [{{ "name": "toy.zip" }}]
    }}]
}}"#
    );
    fs::write(folder.join("sets.json"), text).unwrap();
}

const GET: [&str; 8] = ["data", "get", "toy", "--sets", "sets.json", "--accept-licence", "--attempts", "3"];

/// Gets the set with little patience.
fn get(folder: &Path, flags: &[&str]) -> Ran {
    let mut command = culet(folder, &[&GET[..], &["--timeout", "0.4"], flags].concat());
    without_proxy(&mut command);
    finished(command)
}

/// The server is on this machine, whatever stands between it and the rest of the world.
fn without_proxy(command: &mut std::process::Command) {
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
}

/// A folder with the list for a server.
fn prepared(
    answer: impl Fn(&culet_testkit::web::Asked, usize) -> Vec<Act> + Send + Sync + 'static,
) -> (tempfile::TempDir, TestServer) {
    let (folder, server) = (folder(), TestServer::start(answer));
    list(folder.path(), server.address());
    (folder, server)
}

fn assert_whole(folder: &Path) {
    assert_eq!(fs::read(folder.join("toy/ratings.csv")).unwrap(), ratings());
    assert_eq!(fs::read(folder.join("toy/README")).unwrap(), b"read me\n");
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["sets.json", "toy"]);
}

#[test]
fn a_set_is_fetched_unpacked_and_told() {
    let (folder, server) = prepared(|asked, _| reply_with_ranges(asked, "\"1\"", &archive()));
    let ran = get(folder.path(), &["--json"]).well();
    assert_whole(folder.path());
    let document = ran.json();
    assert_eq!(document["folder"], "toy");
    assert_eq!(document["files"][0]["from"], format!("{}/toy.zip", server.address()));
    assert_eq!(document["files"][0]["bytes"], archive().len());
    assert_eq!(document["files"][0]["check"], "no published checksum");
    assert_eq!(document["next"], serde_json::Value::Null);
    let sum = document["files"][0]["sha256"].as_str().unwrap();
    let lines = ["toy.zip (1 of 1)", &format!("  no published checksum; SHA-256 {sum}"), "unpacking toy.zip"];
    for line in lines {
        assert!(ran.stderr.lines().any(|own| own == line), "{line}: {}", ran.stderr);
    }
    let record: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("toy/source.json")).unwrap()).unwrap();
    assert_eq!(record["files"][0]["sha256"], sum);
}

#[test]
fn a_server_that_fails_for_a_while_is_asked_again() {
    let (folder, _server) = prepared(|asked, number| match number {
        0 => reply("500 Internal Server Error", &[], b""),
        1 => {
            let mut acts = reply_of_length("200 OK", &[("ETag", "\"1\"")], archive().len(), &archive()[..50_000]);
            acts.push(Act::Hold);
            acts
        }
        _ => reply_with_ranges(asked, "\"1\"", &archive()),
    });
    let ran = get(folder.path(), &[]).well();
    assert_whole(folder.path());
    assert!(ran.stderr.contains("  is out of order (status 500); attempt 2 of 3 in "), "{}", ran.stderr);
    assert!(ran.stderr.contains("  stalled: nothing came for 0.4 s; attempt 3 of 3 in "), "{}", ran.stderr);
}

#[test]
fn a_server_that_fails_for_good_is_given_up_and_taken_up() {
    let (folder, server) = prepared(|asked, number| match number {
        0..3 => reply_of_length("200 OK", &[("ETag", "\"1\"")], archive().len(), &archive()[..50_000]),
        _ => reply_with_ranges(asked, "\"1\"", &archive()),
    });
    let ran = get(folder.path(), &["--quiet"]);
    let message = format!(
        "error: `{}/toy.zip` was cut off: 50000 bytes came, expected {} (attempt 3 of 3; 50000 bytes are kept)\n\nhint: the \
         same command goes on where this one ended; `--from` names a mirror, `--timeout` waits longer\n",
        server.address(),
        archive().len()
    );
    assert_eq!((ran.code, ran.stderr, ran.stdout), (Some(1), message, String::new()));
    assert!(!folder.path().join("toy").exists());
    // The terms were accepted, and the part is there: neither is asked for again.
    let arguments = ["data", "get", "toy", "--sets", "sets.json"];
    let mut command = culet(folder.path(), &arguments);
    without_proxy(&mut command);
    let ran = finished(command).well();
    assert!(ran.stderr.contains("  going on after 50.0 kB\n") && !ran.stderr.contains("licence"), "{}", ran.stderr);
    assert_whole(folder.path());
    assert_eq!(server.asked()[3].from(), Some(50_000));
}

#[test]
fn what_cannot_be_had_is_told_with_a_way_out() {
    let cases: [(&str, &str, &str); 3] = [
        ("404 Not Found", "", "is not there (status 404)"),
        ("403 Forbidden", "", "may not be had (status 403)"),
        ("302 Found", "/again", "redirects more than 8 times"),
    ];
    for (status, location, message) in cases {
        let (folder, _server) = prepared(move |_, _| reply(status, &[("Location", location)], b"<html></html>"));
        let ran = get(folder.path(), &["--quiet"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(
            ran.stderr.contains(message) && ran.stderr.contains("\n\nhint: ") && ran.stderr.contains("`--from`"),
            "{ran:?}"
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{status}: something stays");
    }
    let folder = folder();
    list(folder.path(), "http://127.0.0.1:9");
    let ran = get(folder.path(), &["--quiet"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stderr.starts_with("error: `http://127.0.0.1:9/toy.zip` cannot be reached: connection refused\n"),
        "{ran:?}"
    );
}

#[test]
fn an_archive_that_means_harm_is_refused() {
    let zeros = vec![b'x'; 10];
    let cases = [
        (vec![ZipEntry::stored("../../evil.txt", b"evil")], "holds `../../evil.txt`, a name that is not taken"),
        (vec![ZipEntry::stored("/tmp/evil.txt", b"evil")], "holds `/tmp/evil.txt`, a name that is not taken"),
        (vec![ZipEntry { mode: 0o120_777, ..ZipEntry::stored("link", b"/etc/passwd") }], "which is a link or a device"),
        (vec![ZipEntry { packed: b"oops", ..ZipEntry::stored("a", &zeros) }], "is damaged at `a`"),
    ];
    for (entries, message) in cases {
        let bytes = zip_of(&entries);
        let (folder, _server) = prepared(move |_, _| reply("200 OK", &[], &bytes));
        let ran = get(folder.path(), &["--quiet"]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.starts_with("error: `toy.part/files/toy.zip` ") && ran.stderr.contains(message), "{ran:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{message}: something stays");
        assert!(!folder.path().join("../evil.txt").exists());
    }
}

#[test]
#[cfg(unix)]
fn an_interrupted_download_is_kept_and_goes_on() {
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    use crate::interrupt::{PATIENCE, end};

    let (folder, server) = prepared(|asked, number| match number {
        0 => {
            let mut acts = reply_of_length("200 OK", &[("ETag", "\"1\"")], archive().len(), &archive()[..50_000]);
            acts.push(Act::Hold);
            acts
        }
        _ => reply_with_ranges(asked, "\"1\"", &archive()),
    });
    let mut command = culet(folder.path(), &[&GET[..], &["--timeout", "600", "--json"]].concat());
    without_proxy(&mut command);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let part = folder.path().join("toy.part/files/toy.zip.part");
    let start = Instant::now();
    while fs::metadata(&part).map_or(0, |about| about.len()) < 50_000 {
        assert!(start.elapsed() < PATIENCE, "nothing came after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    let ran = end(child, "-INT");
    assert_eq!(ran.code, Some(130), "{ran:?}");
    let message = "interrupted: 50.0 kB are kept in `toy.part/files`; the same command goes on from there\n";
    assert!(ran.stderr.ends_with(message), "{}", ran.stderr);
    let document = ran.json();
    assert_eq!((&document["interrupted"], &document["bytes"]), (&true.into(), &50_000.into()));
    get(folder.path(), &[]).well();
    assert_whole(folder.path());
    assert_eq!(server.asked()[1].from(), Some(50_000));
}
