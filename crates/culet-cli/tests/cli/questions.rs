//! Questions to a run: what is alike, why a score is what it is.

use std::path::Path;

use serde_json::Value;

use crate::program::{Ran, folder, run};

/// Two groups of users with tastes of their own; each item has a maker, and `i4` is by the maker of the first group.
fn catalogue(folder: &Path) {
    let mut table = "user,item\n".to_owned();
    for user in 0..20 {
        let group = user % 2;
        for item in (0..4).filter(|item| item % 4 != user / 2 % 4) {
            table += &format!("u{user},i{}\n", 4 * group + item);
        }
    }
    std::fs::write(folder.join("taken.csv"), table).unwrap();
    let makers: String = (0..8).map(|item| format!("i{item},Item {item},maker-{}\n", item / 4)).collect();
    std::fs::write(folder.join("items.csv"), format!("id,name,maker\n{makers}")).unwrap();
}

fn train(folder: &Path, model: &str, out: &str) -> Ran {
    let data = ["train", model, "taken.csv", "--attributes", "items.csv", "--out", out, "-q"];
    run(folder, &data).well()
}

fn numbers(list: &Value, key: &str) -> f64 {
    list.as_array().unwrap().iter().map(|one| one[key].as_f64().unwrap()).sum()
}

#[test]
fn items_and_users_of_one_taste_are_alike() {
    let folder = folder();
    catalogue(folder.path());
    for (model, of_items, of_users) in
        [("als", "cosine", "cosine"), ("item-knn", "score", "shared items"), ("auto", "score", "shared items")]
    {
        train(folder.path(), model, model);
        let like = |arguments: &[&str]| {
            run(folder.path(), &[&["similar", model, "-k", "3", "--json"], arguments].concat()).well().json()
        };
        let items = like(&["Item 1"]);
        assert_eq!((&items["node"]["id"], &items["node"]["kind"]), (&"i1".into(), &"item".into()), "{model}");
        assert_eq!(items["score"], of_items, "{model}");
        let found = items["similar"].as_array().unwrap();
        assert_eq!(found.len(), 3, "{model}: {items:#}");
        let ids: Vec<&str> = found.iter().map(|one| one["id"].as_str().unwrap()).collect();
        assert!(ids.iter().all(|id| ["i0", "i2", "i3"].contains(id)), "{model}: {ids:?}");
        let users = like(&["u3", "--kind", "user"]);
        assert_eq!(users["score"], of_users, "{model}");
        let found = users["similar"].as_array().unwrap();
        let odd = |one: &Value| one["id"].as_str().unwrap()[1..].parse::<u32>().unwrap() % 2 == 1;
        assert!(found.iter().all(odd), "{model}: {users:#}");
    }
}

#[test]
fn the_parts_of_a_score_add_up_to_it() {
    let folder = folder();
    catalogue(folder.path());
    for model in ["kgin", "ease", "item-knn", "auto"] {
        train(folder.path(), model, model);
        for who in [["--user", "u0"], ["--history", "i1,i2"]] {
            let ask = [&["explain", model, "--item", "i0"], who.as_slice()].concat();
            let told = run(folder.path(), &[&ask[..], &["--json"]].concat()).well().json();
            let sum = told["own"].as_f64().unwrap() + numbers(&told["from_history"], "contribution");
            assert!((sum - told["score"].as_f64().unwrap()).abs() < 1e-6, "{model}: {told:#}");
            for part in told["from_history"].as_array().unwrap() {
                let paths = part["paths"].as_array().map_or(0.0, |_| numbers(&part["paths"], "contribution"));
                let sum = paths + part["rest"].as_f64().unwrap();
                assert!((sum - part["contribution"].as_f64().unwrap()).abs() < 1e-6, "{model}: {part:#}");
            }
            assert_eq!(told["item"]["name"], "Item 0");
            let text = run(folder.path(), &ask).well().stdout;
            assert!(text.contains("the score\n") && text.contains("Item 0"), "{text}");
        }
    }
}

#[test]
fn what_cannot_be_answered_is_told_with_a_way_out() {
    let folder = folder();
    catalogue(folder.path());
    train(folder.path(), "popularity", "popularity");
    train(folder.path(), "ease", "ease");
    let cases: [(&[&str], &[&str]); 8] = [
        (&["similar", "popularity", "i1"], &["`popularity` has no vectors of items"]),
        (&["similar", "ease", "i1", "--kind", "entity"], &["`ease` has no vectors of entities", "`kgin` has"]),
        (&["similar", "ease", "i9"], &["there is no item `i9` in this run", "did you mean `i"]),
        (&["similar", "ease", "i1", "--aspect", "2"], &["`--aspect` is about networks"]),
        (&["explain", "popularity", "--user", "u1", "--item", "i1"], &["`popularity` cannot tell reasons", "kgin"]),
        (&["explain", "ease", "--user", "u1"], &["a user and an item are asked about", "--item ID"]),
        (&["explain", "ease", "--history", ",", "--item", "i1"], &["a history is empty"]),
        (&["facets", "ease"], &["`ease` learns no facets", "kgin"]),
    ];
    for (arguments, words) in cases {
        let ran = run(folder.path(), arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{arguments:?}: {ran:?}");
        words.iter().for_each(|word| assert!(ran.stderr.contains(word), "{arguments:?} {word:?}: {}", ran.stderr));
    }
}
