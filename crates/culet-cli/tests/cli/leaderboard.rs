//! Leaderboards: the rows are whole runs, nothing that is done is done again, and what fails stops nothing else.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::{culet, data, folder, run};

/// Enough for a machine that does something else at the same time.
const PATIENCE: Duration = Duration::from_secs(60);

fn board(folder: &Path, arguments: &[&str]) -> Value {
    run(folder, &[&["leaderboard", "--json", "--threads", "2"], arguments].concat()).well().json()
}

fn rows(document: &Value) -> &Vec<Value> {
    document["rows"].as_array().unwrap()
}

/// A document without what a clock or the memory says, and without places.
fn timeless(document: &Value) -> Value {
    match document {
        Value::Object(map) => {
            let kept =
                map.iter().filter(|(key, _)| !["seconds", "peak_rss_bytes", "folder", "run"].contains(&key.as_str()));
            kept.map(|(key, value)| (key.clone(), timeless(value))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(values) => values.iter().map(timeless).collect(),
        value => value.clone(),
    }
}

#[test]
fn rows_are_whole_runs_that_learned_from_everything() {
    let folder = folder();
    let films = data("films");
    let models = "popularity,rp3beta,bpr-mf,kgin:softmax";
    let document =
        board(folder.path(), &[&films, "--models", models, "--at", "2,3", "--out", "board", "--kg", "true,none"]);
    assert_eq!(rows(&document).len(), 5);
    let number = |value: &Value| value.as_f64().unwrap();
    let recalls: Vec<f64> = rows(&document).iter().map(|row| number(&row["metrics"]["recall@2"])).collect();
    assert!(recalls.is_sorted_by(|a, b| a >= b), "{recalls:?}");
    for row in rows(&document) {
        let place = row["run"].as_str().unwrap();
        let evaluated = run(folder.path(), &["evaluate", place, "--at", "2,3", "--catalogue", "--json"]).well().json();
        assert_eq!(evaluated["metrics"], row["metrics"], "{place}");
        let interval = &row["intervals"]["ndcg@2"];
        assert!(
            number(&interval["low"]) <= number(&interval["mean"])
                && number(&interval["mean"]) <= number(&interval["high"])
        );
        assert!((number(&interval["mean"]) - number(&row["metrics"]["ndcg@2"])).abs() < 1e-12);
        let told = run(folder.path(), &["evaluate", place, "--on", "valid"]);
        assert!(told.stderr.contains("no validation part"), "{place} withheld pairs in the end: {told:?}");
        assert_eq!(row["search"]["n_trials"], if row["model"] == "rp3beta" { 8 } else { 1 });
    }
    let all: Vec<&str> = rows(&document).iter().map(|row| row["run"].as_str().unwrap()).collect();
    let compared = run(folder.path(), &[&["compare", "--at", "2", "--json"], &all[..]].concat()).well().json();
    for (row, comparison) in rows(&document)[1..].iter().zip(compared["comparisons"]["recall@2"].as_array().unwrap()) {
        assert_eq!(row["to_best"]["recall@2"]["difference"], comparison["difference"]);
        assert_eq!(row["to_best"]["recall@2"]["p_adjusted"], comparison["p_adjusted"]);
    }
    let of = |entry: &str| rows(&document).iter().find(|row| row["entry"] == entry).unwrap();
    let gap = number(&of("kgin:softmax")["metrics"]["recall@2"])
        - number(&of("kgin:softmax, no graph")["metrics"]["recall@2"]);
    assert_eq!(document["graph"].as_array().unwrap().len(), 1);
    assert!((number(&document["graph"][0]["recall@2"]["difference"]) - gap).abs() < 1e-12);
    let markdown = fs::read_to_string(folder.path().join("board/leaderboard.md")).unwrap();
    assert!(
        markdown.contains("| kgin:softmax, no graph | ") && markdown.contains("## What the graph gave"),
        "{markdown}"
    );
    let written: Value =
        serde_json::from_slice(&fs::read(folder.path().join("board/leaderboard.json")).unwrap()).unwrap();
    assert_eq!(written, document);
}

/// Cold items of the films by hand: test pairs whose item has at most so many training pairs.
#[test]
fn cold_pairs_are_counted_as_the_files_say() {
    let films = data("films");
    let pairs = |file: &str| -> Vec<(usize, u32)> {
        let text = fs::read_to_string(Path::new(&films).join(file)).unwrap();
        let line = |(_, line): (usize, &str)| {
            let mut numbers = line.split(' ').map(|word| word.parse::<u32>().unwrap());
            let user = numbers.next().unwrap() as usize;
            numbers.map(|item| (user, item)).collect::<Vec<_>>()
        };
        text.lines().enumerate().flat_map(line).collect()
    };
    let (train, test) = (pairs("train.txt"), pairs("test.txt"));
    let folder = folder();
    for at_most in [0, 1, 2, 9] {
        let taken = |item: u32| train.iter().filter(|(_, other)| *other == item).count();
        let cold: Vec<_> = test.iter().filter(|(_, item)| taken(*item) <= at_most).collect();
        let users: std::collections::BTreeSet<usize> = cold.iter().map(|(user, _)| *user).collect();
        let (out, at_most) = (format!("board{at_most}"), at_most.to_string());
        let document =
            board(folder.path(), &[&films, "--models", "popularity", "--out", &out, "--cold-at-most", &at_most]);
        assert_eq!((&document["cold"]["pairs"], &document["cold"]["users"]), (&cold.len().into(), &users.len().into()));
        // All ten items fit into a list of twenty.
        let expected = if cold.is_empty() { Value::Null } else { 1.0.into() };
        assert_eq!(rows(&document)[0]["cold"]["recall@20"], expected);
    }
}

#[test]
fn a_leaderboard_that_was_killed_goes_on_and_ends_as_if_it_had_not_been() {
    let folder = folder();
    let made = ["data", "synth", "films", "--n-users", "150", "--n-items", "100", "--n-interactions", "2000"];
    run(folder.path(), &made).well();
    let arguments =
        |out: &'static str| ["films", "--models", "popularity,item-knn,bpr-mf,rp3beta", "--out", out, "--at", "5"];
    let words = [&["leaderboard", "--json", "--threads", "2"][..], &arguments("cut")].concat();
    let mut child = culet(folder.path(), &words).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while !folder.path().join("cut/runs/item-knn/manifest.json").exists() {
        assert!(start.elapsed() < PATIENCE, "no second row after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // A run that has no manifest yet is no row.
    fs::create_dir_all(folder.path().join("cut/runs/rp3beta")).unwrap();
    fs::write(folder.path().join("cut/runs/rp3beta/history.jsonl"), "").unwrap();
    let _ = fs::remove_file(folder.path().join("cut/runs/rp3beta/manifest.json"));
    let manifest = |run: &str| fs::read(folder.path().join("cut/runs").join(run).join("manifest.json")).unwrap();
    let before = ["popularity", "item-knn"].map(manifest);
    let cut = run(folder.path(), &words).well();
    assert!(cut.stderr.contains("item-knn: recall@5") && cut.stderr.contains("(kept)"), "{}", cut.stderr);
    assert_eq!(["popularity", "item-knn"].map(manifest), before, "what was done was done again");
    let whole = board(folder.path(), &arguments("whole"));
    assert_eq!(timeless(&cut.json()), timeless(&whole));
    // More models and trials go on in the same folder; the rows that were there stay.
    let words = ["films", "--models", "all", "--trials", "2", "--out", "cut", "--at", "5"];
    let more = board(folder.path(), &words);
    assert!(rows(&more).len() > 4);
    assert_eq!(["popularity", "item-knn"].map(manifest), before);
}

#[test]
#[cfg(unix)]
fn an_interrupt_keeps_the_rows_that_are_done() {
    let folder = folder();
    let made = ["data", "synth", "films", "--n-users", "150", "--n-items", "100", "--n-interactions", "2000"];
    run(folder.path(), &made).well();
    let words =
        ["leaderboard", "films", "--models", "popularity,bpr-mf", "--trials", "100000", "--out", "cut", "--json"];
    let child = culet(folder.path(), &words).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while fs::read_to_string(folder.path().join("cut/searches/bpr-mf/trials.jsonl"))
        .map_or(true, |text| text.is_empty())
    {
        assert!(start.elapsed() < PATIENCE, "no trial after {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(
        stderr.contains("interrupted after 1 rows, all of which are kept in `cut`; the same command goes on"),
        "{stderr}"
    );
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((rows(&document).len(), &document["interrupted"]), (1, &true.into()));
    assert!(!folder.path().join("cut/runs/bpr-mf").exists());
}

#[test]
fn users_with_one_item_leave_nothing_to_validate_on_and_the_other_models_go_on() {
    let folder = folder();
    let place = folder.path().join("one");
    fs::create_dir(&place).unwrap();
    let lines = |items: [u32; 4]| (0..4).map(|user| format!("{user} {}\n", items[user])).collect::<String>();
    fs::write(place.join("train.txt"), lines([0, 0, 1, 2])).unwrap();
    fs::write(place.join("test.txt"), lines([1, 2, 0, 1])).unwrap();
    let words = ["leaderboard", "one", "--models", "bpr-mf,popularity,item-knn", "--at", "2", "--json"];
    let ran = run(folder.path(), &words).well();
    let document = ran.json();
    let entries: Vec<&str> = rows(&document).iter().map(|row| row["entry"].as_str().unwrap()).collect();
    assert_eq!(entries.len(), 2, "{entries:?}");
    let failed = &document["failed"][0];
    assert_eq!((&failed["entry"], document["failed"].as_array().unwrap().len()), (&"bpr-mf".into(), 1));
    assert!(failed["reason"].as_str().unwrap().contains("the validation part has no pairs"), "{failed}");
    assert!(rows(&document)[0]["search"]["value"].is_null());
    let alone = run(folder.path(), &["leaderboard", "one", "--models", "bpr-mf", "--at", "2", "--quiet"]);
    assert_eq!(alone.code, Some(1), "{alone:?}");
    assert!(alone.stdout.contains("bpr-mf failed: the validation part has no pairs"), "{alone:?}");
}
