//! Runs side by side: the numbers are those of each run, and only what was judged alike is compared.

use serde_json::Value;

use crate::program::{data, folder, run, train_films};

fn train(folder: &std::path::Path, model: &str, out: &str, flags: &[&str]) {
    let films = data("films");
    run(folder, &[&["train", model, films.as_str(), "--out", out, "--at", "1,2", "--quiet"], flags].concat()).well();
}

fn compare(folder: &std::path::Path, arguments: &[&str]) -> Value {
    run(folder, &[&["compare", "--json", "--threads", "2"], arguments].concat()).well().json()
}

#[test]
fn means_are_those_of_an_evaluation_and_differences_are_between_them() {
    let folder = folder();
    train_films(folder.path());
    train(folder.path(), "popularity", "popular", &[]);
    train(folder.path(), "item-knn", "knn", &["--shrink", "3"]);
    let all = ["popular", "run", "knn"];
    // Length 3 was not judged in the training: it is judged anew.
    let document = compare(folder.path(), &[&all[..], &["--at", "1,3", "--metrics", "recall,map"]].concat());
    assert_eq!((&document["reference"], &document["users"]), (&"popular".into(), &6.into()));
    let number = |value: &Value| value.as_f64().unwrap();
    for (name, told) in all.iter().zip(document["runs"].as_array().unwrap()) {
        assert_eq!(told["run"], *name);
        let evaluated = run(folder.path(), &["evaluate", name, "--at", "1,3", "--json"]).well().json();
        for (key, mean) in told["metrics"].as_object().unwrap() {
            assert!((number(mean) - number(&evaluated["metrics"][key])).abs() < 1e-12, "{name} {key}");
        }
        assert!(told["parameters"].as_u64().unwrap() >= 10, "{told:#}");
    }
    for (key, found) in document["comparisons"].as_object().unwrap() {
        for (place, comparison) in found.as_array().unwrap().iter().enumerate() {
            let gap =
                number(&document["runs"][place + 1]["metrics"][key]) - number(&document["runs"][0]["metrics"][key]);
            assert!((number(&comparison["difference"]) - gap).abs() < 1e-12, "{key}");
            assert!(number(&comparison["low"]) <= gap + 1e-12 && gap <= number(&comparison["high"]) + 1e-12);
            assert!(number(&comparison["p_adjusted"]) >= number(&comparison["p_value"]));
        }
    }
    assert_eq!(document["settings_that_differ"]["model.shrink"], serde_json::json!(["-", "-", "3.0"]));
}

#[test]
fn a_run_does_not_differ_from_itself_and_the_best_may_be_the_reference() {
    let folder = folder();
    train_films(folder.path());
    train(folder.path(), "popularity", "popular", &[]);
    let same = compare(folder.path(), &["run", "run"]);
    let found = &same["comparisons"]["recall@1"][0];
    assert_eq!((&found["difference"], &found["p_value"]), (&0.0.into(), &1.0.into()));
    assert_eq!(same["settings_that_differ"], serde_json::json!({}));
    let means = |document: &Value, k: usize| document["runs"][k]["metrics"]["recall@2"].as_f64().unwrap();
    let best = compare(folder.path(), &["popular", "run", "--to", "best", "--at", "2"]);
    let expected = if means(&best, 1) > means(&best, 0) { "run" } else { "popular" };
    assert_eq!(best["reference"], expected);
}

#[test]
fn graphs_may_differ_and_nothing_else() {
    let folder = folder();
    train_films(folder.path());
    train(folder.path(), "kgin", "without", &["--kg", "none", "--epochs", "3"]);
    let document = compare(folder.path(), &["run", "without"]);
    assert_eq!(document["settings_that_differ"]["kg"], serde_json::json!(["true", "none"]));
    let made = ["data", "synth", "made", "--n-users", "20", "--n-items", "60", "--n-interactions", "200"];
    run(folder.path(), &made).well();
    run(folder.path(), &["train", "popularity", "made", "--out", "of-made", "--quiet"]).well();
    let ran = run(folder.path(), &["compare", "run", "of-made"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let told = "error: `run` and `of-made` cannot be compared: the runs were made from different data: the users differ, 6 and 20";
    assert!(ran.stderr.starts_with(told), "{}", ran.stderr);
    assert!(ran.stderr.contains("\n\nhint: compare runs on the same split"), "{}", ran.stderr);
}

#[test]
fn what_has_no_test_part_or_is_no_catalogue_is_refused() {
    let folder = folder();
    train_films(folder.path());
    let arguments = ["train", "popularity", &data("odd/no-test"), "--out", "untested", "--quiet"];
    run(folder.path(), &arguments).well();
    let ran = run(folder.path(), &["compare", "run", "untested"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.starts_with("error: `untested` was made from data without a test part"), "{}", ran.stderr);
    std::fs::write(folder.path().join("net.tsv"), "1\t2\n2\t3\n3\t4\n4\t1\n1\t3\n").unwrap();
    let network = ["train", "deepwalk", "net.tsv", "--out", "net", "--quiet", "--epochs", "1", "--evaluate-every", "0"];
    run(folder.path(), &network).well();
    let ran = run(folder.path(), &["compare", "run", "net"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.starts_with("error: `net`"), "{}", ran.stderr);
}
