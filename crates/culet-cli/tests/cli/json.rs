//! Documents for machines: one on stdout, complete, and in agreement with each other and with the data.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::program::{data, folder, run, train_films};

const KEYS: [&str; 14] = [
    "model",
    "data",
    "fingerprint",
    "seed",
    "threads",
    "parameters",
    "epochs",
    "best_epoch",
    "selected_on",
    "test",
    "faithfulness",
    "seconds",
    "peak_rss_bytes",
    "run",
];

#[test]
fn a_training_tells_all_in_one_document() {
    let folder = folder();
    let trained = train_films(folder.path());
    let document = trained.json();
    for key in KEYS {
        assert!(!document[key].is_null(), "`{key}` is missing: {document:#}");
    }
    assert_eq!((&document["model"], &document["data"]), (&"kgin".into(), &"films".into()));
    assert_eq!((&document["run"], &document["threads"]), (&"run".into(), &2.into()));
    assert_eq!((&document["interrupted"], &document["kg"]), (&false.into(), &"true".into()));
    assert_eq!(document["selected_on"], "validation");
    for phase in ["load", "train", "evaluate"] {
        assert!(document["seconds"][phase].as_f64().unwrap() >= 0.0, "{phase}");
    }
    let described = run(folder.path(), &["data", "describe", &data("films"), "--json"]).well().json();
    assert_eq!(document["fingerprint"], described["fingerprint"]);
    // 6 users, 16 entities, 2 relations in two directions, 4 intents: vectors of 64 numbers, and attention.
    let (vectors, attention) = ((6 + 16 + 2 * 2 + 4) * 64, 4 * 2 * 2);
    assert_eq!(document["parameters"], vectors + attention);
}

#[test]
fn the_best_epoch_is_the_first_with_the_best_recall() {
    let folder = folder();
    let document = train_films(folder.path()).json();
    let epochs = document["epochs"].as_array().unwrap();
    assert_eq!(epochs.len(), 3);
    let recalls: Vec<f64> = epochs.iter().map(|epoch| epoch["valid"]["recall@1"].as_f64().unwrap()).collect();
    let best = recalls.iter().copied().fold(f64::MIN, f64::max);
    let first = 1 + recalls.iter().position(|&recall| recall == best).unwrap();
    assert_eq!(document["best_epoch"], first, "{recalls:?}");
    let lines = fs::read_to_string(folder.path().join("run/history.jsonl")).unwrap();
    let history: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&history, epochs);
}

#[test]
fn an_evaluation_repeats_what_the_training_measured() {
    let folder = folder();
    let trained = train_films(folder.path()).json();
    let evaluate = |part| run(folder.path(), &["evaluate", "run", "--on", part, "--at", "1,2", "--json"]).well().json();
    assert_eq!(evaluate("test")["metrics"], trained["test"]);
    assert_eq!(evaluate("valid")["metrics"], trained["selected_by"]);
}

/// The lines of a file of the films, split into columns.
fn columns(file: &str, separator: char) -> Vec<Vec<String>> {
    let text = fs::read_to_string(data(&format!("films/{file}"))).unwrap();
    text.lines().map(|line| line.split(separator).map(str::to_owned).collect()).collect()
}

#[test]
fn recommendations_are_new_named_sorted_and_their_reasons_true() {
    let folder = folder();
    train_films(folder.path());
    let users = ["alice", "bob", "carol", "dave", "erin", "frank"];
    let flags: Vec<&str> = users.iter().flat_map(|user| ["--user", user]).collect();
    let arguments = [&["recommend", "run", "-k", "100", "--explain", "--json"], &flags[..]].concat();
    let document = run(folder.path(), &arguments).well().json();

    let item_id = |number: &str| format!("tt{:02}", number.parse::<u32>().unwrap() + 1);
    let names: BTreeMap<String, String> =
        columns("item_names.tsv", '\t').into_iter().map(|line| (item_id(&line[0]), line[1].clone())).collect();
    let train = columns("train.txt", ' ');
    for (k, user) in users.iter().enumerate() {
        let list = &document[k];
        assert_eq!(&list["user"], user);
        let taken: BTreeSet<String> = train[k][1..].iter().map(|item| item_id(item)).collect();
        assert_eq!(list["history"], taken.len());
        let items = list["items"].as_array().unwrap();
        let ids: BTreeSet<String> = items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        let all: BTreeSet<String> = names.keys().cloned().collect();
        assert_eq!(ids, &all - &taken, "every item that {user} has not taken, and none else");
        let scores: Vec<f64> = items.iter().map(|item| item["score"].as_f64().unwrap()).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        for item in items {
            assert_eq!(item["name"], names[item["id"].as_str().unwrap()].as_str());
            check_reason(item, &taken);
        }
    }
}

/// Carriers are items of the history, and what is told of paths, each once, are facts that they share with the item.
fn check_reason(item: &Value, taken: &BTreeSet<String>) -> usize {
    let mut n_told = 0;
    for carrier in item["reason"]["because_of"].as_array().unwrap() {
        let id = carrier["id"].as_str().unwrap();
        assert!(taken.contains(id) && carrier["contribution"].as_f64().unwrap() > 0.0, "{carrier}");
        let list = carrier["shared"].as_array().unwrap();
        let told: BTreeSet<String> = list.iter().map(|fact| fact.as_str().unwrap().to_owned()).collect();
        let shared = &facts_of(id) & &facts_of(item["id"].as_str().unwrap());
        assert!(told.is_subset(&shared) && told.len() == list.len(), "{id} and {}: {told:?}, {shared:?}", item["id"]);
        n_told += told.len();
    }
    n_told
}

/// Somebody who was never trained gets reasons by the same paths.
#[test]
fn a_history_alone_has_reasons_too() {
    let folder = folder();
    train_films(folder.path());
    let arguments = ["recommend", "run", "--history", "tt01,tt03", "-k", "100", "--explain", "--json"];
    let ran = run(folder.path(), &arguments).well();
    let document = ran.json();
    let items = document[0]["items"].as_array().unwrap();
    let taken = BTreeSet::from(["tt01".to_owned(), "tt03".to_owned()]);
    let n_told: usize = items.iter().map(|item| check_reason(item, &taken)).sum();
    assert!(n_told > 0, "facts are told: {document}");
    assert!(items.iter().all(|item| item["reason"]["from_history"].as_f64().is_some_and(|part| part != 0.0)));
    assert!(!ran.stderr.contains("cannot tell"), "{}", ran.stderr);
}

/// What the files say about an item, as `relation name`.
fn facts_of(item: &str) -> BTreeSet<String> {
    let relations = ["genre", "directed_by"];
    let names: BTreeMap<String, String> =
        columns("entity_names.tsv", '\t').into_iter().map(|line| (line[0].clone(), line[1].clone())).collect();
    let number = (item[2..].parse::<u32>().unwrap() - 1).to_string();
    let facts = columns("kg_final.txt", ' ').into_iter().filter(|fact| fact[0] == number);
    facts.map(|fact| format!("{} {}", relations[fact[1].parse::<usize>().unwrap()], names[&fact[2]])).collect()
}

#[test]
fn reasons_in_words_hold_shares_of_a_whole() {
    let folder = folder();
    train_films(folder.path());
    let arguments = ["recommend", "run", "--user", "alice", "--user", "dave", "-k", "10", "--explain"];
    let text = run(folder.path(), &arguments).well().stdout;
    let reasons: Vec<&str> = text.lines().filter(|line| line.contains("because of")).collect();
    assert_eq!(reasons.len(), 6 + 7, "{text}");
    for reason in reasons {
        let shares = reason.split('(').skip(1).map(|rest| rest.split(" %").next().unwrap().parse::<f64>().unwrap());
        let shares: Vec<f64> = shares.collect();
        assert!(shares.iter().all(|share| (0.0..=100.0).contains(share)), "{reason}");
        // Three rounded shares.
        assert!(shares.iter().sum::<f64>() <= 101.5, "{reason}");
    }
}

#[test]
fn switches_work_with_and_without_a_value() {
    let folder = folder();
    let films = data("films");
    let settings = |out: &str, flags: &[&str]| {
        // Before the data on purpose: a switch must not swallow it.
        let arguments =
            [&["train", "kgin"], flags, &[films.as_str(), "--out", out, "--epochs", "1", "--json"]].concat();
        let document = run(folder.path(), &arguments).well().json();
        let settings = &document["settings"];
        (settings["training"]["refit"].as_bool().unwrap(), settings["model"]["inverse_relations"].as_bool().unwrap())
    };
    let mine = data("mine.toml");
    assert_eq!(settings("a", &[]), (false, true));
    assert_eq!(settings("b", &["--refit"]), (true, true));
    assert_eq!(settings("c", &["--refit=true", "--inverse-relations=false"]), (true, false));
    assert_eq!(settings("d", &["--inverse-relations"]), (false, true));
    assert_eq!(settings("e", &["--config", &mine]), (true, true));
    assert_eq!(settings("f", &["--config", &mine, "--refit=false"]), (false, true));
}

#[test]
fn without_evaluations_no_document_claims_a_selection() {
    let folder = folder();
    let films = data("films");
    let arguments = ["train", "kgin", &films, "--out", "run", "--epochs", "2", "--evaluate-every", "0", "--json"];
    let trained = run(folder.path(), &arguments).well().json();
    assert!(trained["selected_on"].is_null() && trained["selected_by"].is_null(), "{trained:#}");
    assert_eq!(trained["best_epoch"], 2);
    let evaluated = run(folder.path(), &["evaluate", "run", "--json"]).well().json();
    assert!(evaluated["selected_on"].is_null(), "{evaluated:#}");
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let folder = folder();
    let films = data("films");
    for (threads, out) in [("1", "one"), ("3", "three")] {
        let arguments = ["train", "kgin", &films, "--out", out, "--epochs", "3", "--threads", threads, "--seed", "5"];
        run(folder.path(), &arguments).well();
    }
    for file in ["tables.safetensors", "data.safetensors", "vocabulary.parquet", "per_user.parquet"] {
        let bytes = |out: &str| fs::read(folder.path().join(out).join(file)).unwrap();
        assert!(bytes("one") == bytes("three"), "{file}");
    }
}
