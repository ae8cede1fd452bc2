//! The list, and sets from their source into a folder.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use culet_testkit::web::{Act, TestServer, reply, reply_of_length, reply_with_ranges};
use culet_testkit::{ZipEntry, zip_of};

use super::*;
use crate::fetch::tests::{Notes, content, impatient, names_in, sha256};
use crate::{ArchiveProblem, DataError, FetchProblem, Patience, Place, UnpackLimits};

fn archive() -> Vec<u8> {
    zip_of(&[ZipEntry::stored("ml/ratings.csv", b"1,2\n"), ZipEntry::stored("ml/README", b"read me\n")])
}

/// A list with one set: a plain file and an archive, with the checksum of the first.
fn list(base: &str) -> String {
    let sum = sha256(&content());
    format!(
        r#"{{
    "licences": {{ "free": {{ "summary": "free", "text": "Do anything." }} }},
    "sets": [{{
        "name": "toy", "title": "a toy", "kind": "catalogue", "format": "files", "licence": "free",
        "home": "https://example.org", "cite": "nobody", "base": "{base}/",
        "files": [{{ "name": "train.txt", "bytes": 200000, "sha256": "{sum}" }}, {{ "name": "ml.zip" }}]
    }}]
}}"#
    )
}

fn sets(base: &str) -> PublicSets {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sets.json");
    fs::write(&path, list(base)).unwrap();
    PublicSets::read(&path).unwrap()
}

fn options(cancelled: &(dyn Fn() -> bool + Sync)) -> GetOptions<'_> {
    let limits = UnpackLimits::default();
    GetOptions { place: Place::Source, patience: impatient(), limits, proxied: false, cancelled }
}

fn serve() -> TestServer {
    TestServer::start(|asked, _| match asked.path.as_str() {
        "/train.txt" => reply_with_ranges(asked, "\"t\"", &content()),
        "/ml.zip" => reply_with_ranges(asked, "\"z\"", &archive()),
        _ => reply("404 Not Found", &[], b""),
    })
}

fn assert_whole(out: &Path) {
    assert_eq!(names_in(out), ["README", "ratings.csv", "source.json", "train.txt"]);
    assert_eq!(fs::read(out.join("train.txt")).unwrap(), content());
    assert_eq!(fs::read(out.join("ratings.csv")).unwrap(), b"1,2\n");
    assert_eq!(names_in(out.parent().unwrap()), [out.file_name().unwrap().to_str().unwrap()]);
}

#[test]
fn the_built_in_list_is_well_formed_and_knows_the_sets() {
    let sets = PublicSets::built_in();
    for name in [
        "last-fm",
        "amazon-book",
        "alibaba-ifashion",
        "yelp2018",
        "ml-100k",
        "ml-1m",
        "ml-20m",
        "ml-25m",
        "ml-latest-small",
        "book-crossing",
        "hetrec-lastfm",
        "filmtrust",
        "ciaodvd",
        "ppi",
        "wikipedia",
        "cora",
        "4area",
        "dblp",
    ] {
        let set = sets.find(name).unwrap();
        assert!(set.terms.len() > 100 && set.home.starts_with("http"), "{name}");
        assert!(set.files.iter().all(|file| file.check() != "no published checksum"), "{name}");
    }
    for set in sets.all() {
        assert!(matches!(set.kind.as_str(), "catalogue" | "network"), "{}", set.name);
        // What comes from a repository is pinned to a commit: forty digits between its name and the path.
        if let Some(rest) = set.base.strip_prefix("https://raw.githubusercontent.com/") {
            let commit = rest.split('/').nth(2).unwrap();
            assert!(commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit()), "{}", set.name);
        }
    }
}

#[test]
fn a_name_that_is_almost_right_is_told() {
    let sets = PublicSets::built_in();
    assert_eq!(sets.find("Last-FM").unwrap().name, "last-fm");
    for (wrong, right) in
        [("lastfm", "last-fm"), ("movielens-1m", "ml-1m"), ("movielens-latest-small", "ml-latest-small")]
    {
        let error = sets.find(wrong).unwrap_err();
        assert_eq!(error.to_string(), format!("there is no public data set `{wrong}` in the list"));
        assert_eq!(error.hint().unwrap(), format!("did you mean `{right}`?"));
    }
    assert_eq!(sets.find("netflix-prize").unwrap_err().hint().unwrap(), "`culet data list` tells the names");
}

#[test]
fn lists_that_are_none_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sets.json");
    let cause = |text: &str| {
        fs::write(&path, text).unwrap();
        match PublicSets::read(&path).unwrap_err() {
            DataError::BadSetList { cause, .. } => cause,
            other => panic!("{other:?}"),
        }
    };
    let good = list("https://a.org");
    let set = &good[good.find("[{").unwrap() + 1..good.rfind(']').unwrap()];
    let twice = good.replace(set, &format!("{set}, {set}"));
    assert_eq!(cause(&twice), "`toy` stands twice");
    for (from, to, expected) in [
        ("\"toy\"", "\"../toy\"", "lower-case letters"),
        ("\"toy\"", "\"Toy\"", "lower-case letters"),
        ("\"train.txt\"", "\"../train.txt\"", "no name of a file"),
        ("\"train.txt\"", "\".train.txt\"", "no name of a file"),
        ("\"train.txt\"", "\"ml.zip\"", "stands twice"),
        ("https://a.org", "ftp://a.org", "`base` begins"),
        ("https://a.org/", "https://a.org", "`base` begins"),
        ("sha256", "git_blob", "40 (git_blob)"),
        ("\"licence\": \"free\"", "\"licence\": \"none\"", "there is no licence `none`"),
        ("\"title\"", "\"titel\"", "unknown field"),
        ("}]\n}", "}]\n", "EOF while parsing"),
    ] {
        let found = cause(&good.replace(from, to));
        assert!(found.contains(expected), "{to}: {found}");
    }
    assert!(matches!(PublicSets::read(&folder.path().join("none")), Err(DataError::Read { .. })));
}

#[test]
fn a_set_appears_whole_with_its_record() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("toy");
    let server = serve();
    let sets = sets(server.address());
    let set = sets.find("toy").unwrap();
    let mut notes = Notes::default();
    let Got::Whole { files } = get(set, &out, &options(&|| false), &mut notes).unwrap() else { panic!("not whole") };
    assert_whole(&out);
    let heard = ["1/2 train.txt", "train.txt: SHA-256", "2/2 ml.zip", "ml.zip: no published checksum", "unpack ml.zip"];
    assert_eq!(notes.0, heard);
    assert_eq!(files[1].sha256, sha256(&archive()));
    let record: serde_json::Value = serde_json::from_slice(&fs::read(out.join("source.json")).unwrap()).unwrap();
    assert_eq!(record["licence"], "free");
    assert_eq!(record["terms"], "Do anything.");
    assert_eq!(record["files"][0]["from"], format!("{}/train.txt", server.address()));
    assert_eq!(record["files"][1]["check"], "no published checksum");
    let error = get(set, &out, &options(&|| false), &mut notes).unwrap_err();
    assert!(matches!(error, DataError::NotEmpty { .. }), "{error}");
}

#[test]
fn a_mirror_and_a_folder_stand_in_for_the_source() {
    let root = tempfile::tempdir().unwrap();
    let sets = sets("http://127.0.0.1:9");
    let set = sets.find("toy").unwrap();
    let server = serve();
    let mirror = Place::parse(server.address()).unwrap();
    let never = || false;
    let out = root.path().join("a");
    get(set, &out, &GetOptions { place: mirror, ..options(&never) }, &mut Notes::default()).unwrap();
    assert_whole(&out);

    let root = tempfile::tempdir().unwrap();
    let (files, out) = (tempfile::tempdir().unwrap(), root.path().join("b/c"));
    fs::write(files.path().join("train.txt"), content()).unwrap();
    let from_folder = GetOptions { place: Place::Folder(files.path().into()), ..options(&never) };
    let error = get(set, &out, &from_folder, &mut Notes::default()).unwrap_err();
    let expected = format!("`{}` is not there", files.path().join("ml.zip").display());
    assert_eq!(error.to_string(), expected);
    fs::write(files.path().join("ml.zip"), archive()).unwrap();
    // An empty folder in its place is no hindrance.
    fs::create_dir_all(&out).unwrap();
    get(set, &out, &from_folder, &mut Notes::default()).unwrap();
    assert_whole(&out);
}

#[test]
fn a_failed_set_leaves_only_what_serves_the_next_call() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("toy");
    let server = TestServer::start(|asked, number| match (asked.path.as_str(), number) {
        ("/train.txt", _) => reply_with_ranges(asked, "\"t\"", &content()),
        (_, 1..=3) => reply_of_length("200 OK", &[("ETag", "\"z\"")], archive().len(), &archive()[..50]),
        _ => reply_with_ranges(asked, "\"z\"", &archive()),
    });
    let sets = sets(server.address());
    let set = sets.find("toy").unwrap();
    assert!(!licence_accepted(set, &out));
    let error = get(set, &out, &options(&|| false), &mut Notes::default()).unwrap_err();
    assert!(matches!(&error, DataError::Fetch { problem: FetchProblem::GaveUp { .. }, .. }), "{error}");
    assert_eq!(names_in(root.path()), ["toy.part"]);
    assert_eq!(names_in(&staging_of(&out).join("files")), ["ml.zip.part", "ml.zip.part.json", "train.txt"]);
    assert!(licence_accepted(set, &out));
    let mut notes = Notes::default();
    get(set, &out, &options(&|| false), &mut notes).unwrap();
    assert_whole(&out);
    assert_eq!(notes.0[3], "resumed at 50");
    assert_eq!(server.asked().iter().filter(|asked| asked.path == "/train.txt").count(), 1);
}

#[test]
fn a_bad_archive_leaves_nothing_of_it() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("toy");
    let server = TestServer::start(|asked, _| match asked.path.as_str() {
        "/train.txt" => reply("200 OK", &[], &content()),
        _ => reply("200 OK", &[], &zip_of(&[ZipEntry::stored("a", b"a"), ZipEntry::stored("../../evil", b"b")])),
    });
    let sets = sets(server.address());
    let error = get(sets.find("toy").unwrap(), &out, &options(&|| false), &mut Notes::default()).unwrap_err();
    assert!(matches!(&error, DataError::Archive { problem: ArchiveProblem::Outside { .. }, .. }), "{error}");
    assert_eq!(names_in(root.path()), ["toy.part"]);
    assert_eq!(names_in(&staging_of(&out).join("files")), ["train.txt"]);
    assert_eq!(names_in(&staging_of(&out)), ["files", "licence.txt", "lock"]);
}

#[test]
fn files_of_an_archive_do_not_hide_others() {
    let root = tempfile::tempdir().unwrap();
    for name in ["source.json", "train.txt"] {
        let server = TestServer::start(move |asked, _| match asked.path.as_str() {
            "/train.txt" => reply("200 OK", &[], &content()),
            _ => reply("200 OK", &[], &zip_of(&[ZipEntry::stored(name, b"a"), ZipEntry::stored("b", b"b")])),
        });
        let sets = sets(server.address());
        let out = root.path().join(name.replace('.', "-"));
        let error = get(sets.find("toy").unwrap(), &out, &options(&|| false), &mut Notes::default()).unwrap_err();
        assert!(matches!(&error, DataError::Archive { problem: ArchiveProblem::Twice { .. }, .. }), "{error}");
    }
}

#[test]
fn a_stalled_server_does_not_keep_a_cancel_waiting() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("toy");
    let server = TestServer::start(|asked, number| match number {
        0 => {
            let mut acts = reply_of_length("200 OK", &[("ETag", "\"t\"")], 200_000, &content()[..90_000]);
            acts.push(Act::Hold);
            acts
        }
        _ if asked.path == "/train.txt" => reply_with_ranges(asked, "\"t\"", &content()),
        _ => reply_with_ranges(asked, "\"z\"", &archive()),
    });
    let sets = sets(server.address());
    let set = sets.find("toy").unwrap();
    let cancel = AtomicBool::new(false);
    let part = staging_of(&out).join("files/train.txt.part");
    let cancelled = || {
        // The watcher asks, too, while the other thread waits for bytes that do not come.
        if fs::metadata(&part).is_ok_and(|about| about.len() == 90_000) {
            cancel.store(true, Ordering::Relaxed);
        }
        cancel.load(Ordering::Relaxed)
    };
    let patience = Patience { timeout: std::time::Duration::from_secs(600), ..impatient() };
    let got = get(set, &out, &GetOptions { patience, ..options(&cancelled) }, &mut Notes::default()).unwrap();
    assert_eq!(got, Got::Cancelled { kept: staging_of(&out).join("files"), bytes: 90_000 });
    let mut notes = Notes::default();
    get(set, &out, &options(&|| false), &mut notes).unwrap();
    assert_whole(&out);
    assert_eq!(notes.0[1], "resumed at 90000");
}

#[test]
fn a_cancel_before_the_first_byte_leaves_nothing() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("toy");
    let server = serve();
    let sets = sets(server.address());
    let got = get(sets.find("toy").unwrap(), &out, &options(&|| true), &mut Notes::default()).unwrap();
    assert!(matches!(got, Got::Cancelled { bytes: 0, .. }), "{got:?}");
    assert!(names_in(root.path()).is_empty());
}

#[test]
fn two_at_once_do_not_meet() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("toy");
    let server = serve();
    let sets = sets(server.address());
    let set = sets.find("toy").unwrap();
    let _first = staging::Staging::enter(set, &out).unwrap();
    let error = get(set, &out, &options(&|| false), &mut Notes::default()).unwrap_err();
    assert!(matches!(error, DataError::InUse { .. }), "{error}");
}

#[test]
fn places_that_cannot_be_written_to_are_told() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("file"), "mine").unwrap();
    let server = serve();
    let sets = sets(server.address());
    let set = sets.find("toy").unwrap();
    for (out, is_expected) in [
        (root.path().join("file"), (|e| matches!(e, DataError::NotEmpty { .. })) as fn(&DataError) -> bool),
        (root.path().join("file/toy"), |e| matches!(e, DataError::Write { .. })),
        (root.path().join("file/.."), |e| matches!(e, DataError::Write { .. } | DataError::NotEmpty { .. })),
    ] {
        let error = get(set, &out, &options(&|| false), &mut Notes::default()).unwrap_err();
        assert!(is_expected(&error), "{error}");
    }
    assert_eq!(names_in(root.path()), ["file"]);
    assert!(server.asked().is_empty());
}
