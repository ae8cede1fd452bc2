//! Ids that are missing, and what stands in the place of numbers.

use std::path::PathBuf;

use super::{facts, read_with, set, texts, train};
use crate::CatalogueOptions;

fn skip() -> CatalogueOptions {
    CatalogueOptions { skip_missing: true, ..CatalogueOptions::default() }
}

/// The error and its hint.
fn told(files: &[(&str, &str)], options: &CatalogueOptions) -> (String, String) {
    let error = read_with(files, options).unwrap_err();
    (error.to_string(), error.hint().unwrap_or_default())
}

#[test]
fn lines_without_an_id_are_told_or_left_out() {
    let plain = CatalogueOptions::default();
    let hint = "fill it in, or leave such lines out by `--skip-missing`";
    for (text, words) in [
        ("user,item,rating\na,1,5\nNaN,2,3\n", "log.csv:3: the user is `NaN`, which stands for none"),
        ("user,item,rating\na,1,5\n,2,3\n", "log.csv:3: the user is empty"),
        ("user,item,rating\na,1,5\nb,nan,\n", "log.csv:3: the item is `nan`, which stands for none"),
        ("user,item\na,1\nb,\n", "log.csv:3: the item is empty"),
        ("user,item\na,1\nb,<NA>\n", "log.csv:3: the item is `<NA>`, which stands for none"),
    ] {
        assert_eq!(told(&[("log.csv", text)], &plain), (format!("data/{words}"), hint.to_owned()), "{text}");
        let read = read_with(&[("log.csv", text)], &skip()).unwrap();
        assert_eq!(train(&read), set(&[("a", "1")]), "{text}");
        assert_eq!(read.notes[0], "1 line or row without an id (empty or `NaN`) left out");
    }
    let atomic = "user_id:token\titem_id:token\nu\t1\nNaN\t2\nv\t\n";
    assert_eq!(told(&[("x.inter", atomic)], &plain).0, "data/x.inter:3: the user is `NaN`, which stands for none");
    assert_eq!(train(&read_with(&[("x.inter", atomic)], &skip()).unwrap()), set(&[("u", "1")]));
    // Names are names.
    let named = "user,item\nNan,1\nnano,1\nnull,1\n";
    assert_eq!(read_with(&[("log.csv", named)], &plain).unwrap().train.n_users(), 3);
}

#[test]
fn what_is_joined_may_lack_ids_too() {
    let files = [
        ("log.csv", "user,item\na,1\nb,2\n"),
        ("items.csv", "item,colour\n1,red\nNaN,blue\n2,grey\n"),
        ("facts.csv", "head,relation,tail\n1,by,x\n2,by,\n,by,x\n"),
    ];
    let options = CatalogueOptions {
        attributes: vec![PathBuf::from("items.csv")],
        graphs: vec![PathBuf::from("facts.csv")],
        ..skip()
    };
    let read = read_with(&files, &options).unwrap();
    assert_eq!(facts(&read), texts(&["1 colour colour:red", "2 colour colour:grey", "1 by x"]));
    assert!(read.notes.contains(&"3 lines or rows without an id (empty or `NaN`) left out".to_owned()));
    let strict = CatalogueOptions { skip_missing: false, ..options };
    assert_eq!(told(&files, &strict).0, "data/items.csv:3: the item is `NaN`, which stands for none");
    let facts_alone = CatalogueOptions { attributes: Vec::new(), ..strict };
    assert_eq!(told(&files, &facts_alone).0, "data/facts.csv:3: the tail is empty");
    let kgat = [("train.txt", "0 0\n"), ("test.txt", "")];
    assert!(told(&kgat, &skip()).0.contains("`skip_missing` is set, expected nothing"));
}

#[test]
fn ratings_that_are_no_numbers_say_what_may_be_meant() {
    let plain = CatalogueOptions::default();
    let rating = |text: &str| {
        let (words, hint) = told(&[("log.csv", text)], &plain);
        (words.rsplit_once("found ").unwrap().1.to_owned(), hint)
    };
    let comma = "write a point before decimals, not a comma";
    assert_eq!(rating("u;i;3,5\nv;i;4,0\n"), ("`3,5`".into(), comma.into()));
    let fill = "fill it in, or remove the line; if ratings do not matter, say `--columns user,item,-`";
    assert_eq!(rating("u,i,3\nv,i,NaN\n"), ("`NaN`".into(), fill.into()));
    // An empty one is missed only by who looks at ratings.
    let empty = [("log.csv", "user,item,rating\nu,i,3\nv,i,\n")];
    assert_eq!(read_with(&empty, &plain).unwrap().train.n_pairs(), 2);
    let looked_at = CatalogueOptions { min_rating: Some(1.0), ..CatalogueOptions::default() };
    assert!(told(&empty, &looked_at).0.ends_with("found ``"));
    let four = "say what the columns hold by a header line; if these are no ratings, `--columns user,item,-,time`";
    assert_eq!(rating("u,i,3,1\nv,i,good,2\n"), ("`good`".into(), four.into()));
}

#[test]
fn columns_that_are_asked_for_and_lack_are_told_with_as_many_columns() {
    let hint =
        |text: &str| told(&[("log.csv", text)], &CatalogueOptions { min_rating: Some(1.0), ..Default::default() }).1;
    let with =
        |columns: &str| format!("name the column with the ratings by a header line, or by `--columns {columns}`");
    assert_eq!(hint("u,i\nv,i\n"), with("user,item,rating"));
    assert_eq!(hint("u,i,1506816000\nv,i,1506816001\n"), with("user,item,rating"));
    assert_eq!(hint("user,item,time\nu,i,1\n"), with("user=NAME,item=NAME,rating=NAME"));
}
