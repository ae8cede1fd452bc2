//! Catalogues in the formats of the field: from two tables, or a folder, to a model.

use std::fs;
use std::path::Path;

use crate::program::{folder, run};

/// Who took what: ten users and eight films, of which each user takes those of one director.
fn write_shop(folder: &Path) {
    let mut log = "customer,sku,stars,at\n".to_owned();
    for user in 0..10 {
        for film in (0..8).filter(|film| (film + user) % 2 == 0 && (film + user) % 5 != 0) {
            log += &format!("c{user},{film},{},{}\n", 1 + (user + film) % 5, 100 * user + film);
        }
    }
    fs::write(folder.join("orders.csv"), log).unwrap();
    let mut films = "sku,title,director,genres,year,plot\n".to_owned();
    for film in 0..9 {
        let director = ["Lee, Ann", "Bo Day"][film % 2];
        let genres = ["Drama|Crime", "Comedy", "Drama"][film % 3];
        films += &format!("{film},\"Film\nnumber {film}\",\"{director}\",{genres},{},\n", 1985 + 3 * film);
    }
    fs::write(folder.join("films.csv"), films).unwrap();
}

#[test]
fn two_tables_are_enough_to_train() {
    let folder = folder();
    write_shop(folder.path());
    let ran = run(folder.path(), &["train", "ease", "orders.csv", "--attributes", "films.csv"]).well();
    for note in [
        "orders: 10 users, 9 items, ",
        "note: `films.csv` gives the relations `director` (2 values), `genres` (3 values), `year` (3 decades); `title` names \
         the items",
        "note: `plot` of `films.csv` is left out: it is empty",
        "note: ratings go from 2 to 5, and each counts as taken; `--min-rating` leaves out lower ones",
        "note: nobody took 1 item",
        "note: there is no test part: `culet data split` makes one",
    ] {
        assert!(ran.stderr.contains(note), "{note}\n{}", ran.stderr);
    }
    let ran = run(folder.path(), &["recommend", "orders-ease", "--user", "c3", "-k", "2"]).well();
    assert!(ran.stdout.contains("Film"), "{ran:?}");
}

#[test]
fn tables_are_described_split_tuned_and_compared() {
    let folder = folder();
    write_shop(folder.path());
    let columns = ["--columns", "user=customer,item=sku,rating=stars,time=at", "--min-rating", "2"];
    let described = run(folder.path(), &[&["data", "describe", "orders.csv", "--json"], &columns[..]].concat()).well();
    let document = described.json();
    assert_eq!((document["name"].as_str(), document["fingerprint"]["users"].as_u64()), (Some("orders"), Some(10)));
    let split = ["data", "split", "orders.csv", "parts", "--by", "last", "--attributes", "films.csv"];
    let ran = run(folder.path(), &[&split, &columns[..]].concat()).well();
    assert!(ran.stdout.contains("by last, seed 0; test: 1 item of a user"), "{ran:?}");
    let facts = fs::read_to_string(folder.path().join("parts/kg_final.txt")).unwrap();
    assert_eq!(facts.lines().count(), 9 + 12 + 9);
    let tuned = ["tune", "item-knn", "orders.csv", "--trials", "2", "--validation-share", "0.3", "--out", "search"];
    let ran = run(folder.path(), &[&tuned, &columns[..]].concat()).well();
    let again = "--columns user=customer,item=sku,rating=stars,time=at --min-rating 2";
    assert!(ran.stdout.contains(again), "{ran:?}");
    let board = ["leaderboard", "parts", "--models", "popularity,item-knn", "--trials", "1", "--out", "board"];
    run(folder.path(), &board).well();
}

#[test]
fn atomic_files_are_read_as_they_are() {
    let folder = folder();
    let inter = "user_id:token\titem_id:token\nu\ta\nu\tb\nv\tb\nv\tc\nw\ta\n";
    fs::create_dir(folder.path().join("shop")).unwrap();
    fs::write(folder.path().join("shop/shop.inter"), inter).unwrap();
    for place in ["shop", "shop/shop.inter"] {
        let ran = run(folder.path(), &["data", "describe", place]).well();
        assert!(
            ran.stdout.starts_with("shop (") && ran.stdout.contains("training pairs                       5"),
            "{ran:?}"
        );
    }
    fs::write(folder.path().join("log.csv"), "user,item\nu,a\nu,b\nv,b\nw,c\n").unwrap();
    let ran = run(folder.path(), &["train", "popularity", "log.csv", "--out", "run"]).well();
    assert!(ran.stderr.contains("log: 3 users, 3 items, 4 + 0 pairs"), "{ran:?}");
}

#[test]
fn missing_ids_are_left_out_where_asked_and_dates_cut() {
    let folder = folder();
    let mut log = "user,item,date\n".to_owned();
    for day in 1..9 {
        log += &format!("u{},i{},2017-10-0{day}\n", day % 3, day % 4);
    }
    fs::write(folder.path().join("log.csv"), log + "NaN,i1,2017-10-09\n").unwrap();
    let split = ["data", "split", "log.csv", "parts", "--by", "time", "--cut", "2017-10-07T02:00:00+02:00"];
    let ran = run(folder.path(), &split);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let hint = "error: log.csv:10: the user is `NaN`, which stands for none\n\nhint: fill it in, or leave such lines out by \
                `--skip-missing`\n";
    assert!(ran.stderr.contains(hint), "{ran:?}");
    let ran = run(folder.path(), &[&split[..], &["--skip-missing"]].concat()).well();
    for note in [
        "note: 1 line or row without an id (empty or `NaN`) left out\n",
        "note: times are taken for seconds since 1970: 2017-10-07 is 1507334400\n",
    ] {
        assert!(ran.stderr.contains(note), "{note}{ran:?}");
    }
    assert!(ran.stdout.contains("test       2 "), "{ran:?}");
    let tune = ["tune", "item-knn", "log.csv", "--trials", "1", "--out", "tuned", "--skip-missing"];
    assert!(run(folder.path(), &tune).well().stdout.contains(" --skip-missing"));
    let ran = run(folder.path(), &["data", "split", "log.csv", "x", "--by", "time", "--cut", "soon"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("expected a number, or a date such as 2017-10-01"), "{ran:?}");
}

#[test]
fn what_cannot_be_read_says_where_and_what_helps() {
    let folder = folder();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("log.csv", "user,item,rating\nu,a,5\nu,b\n");
    write("fine.csv", "user,item\nu,a\nv,b\n");
    write("items.csv", "sku,colour\nx,red\n");
    fs::write(folder.path().join("x.pkl"), b"\x80\x04K\x01.").unwrap();
    for (arguments, words) in [
        (&["log.csv"][..], "error: log.csv:3: expected 3 columns (user, item, rating), found 2: `u,b`"),
        (&["fine.csv", "--min-rating", "3"], "error: `fine.csv` has no column with ratings"),
        (
            &["fine.csv", "--attributes", "items.csv"],
            "error: `items.csv` is about none of the items: its first id is `x`, that of an item `a`",
        ),
        (&["fine.csv", "--attributes", "no.csv"], "error: cannot read `no.csv`: "),
        (
            &["fine.csv", "--format", "recbole"],
            "error: `fine.csv` is not in the format `recbole`: expected a file `.inter`",
        ),
        (&["fine.csv", "--columns", "user"], "error: `columns` is user, expected"),
        (&["fine.csv", "--id-base", "1"], "error: `id_base` is 1, expected nothing"),
        (&["x.pkl"], "error: `x.pkl` is a pickle, which is not read"),
        (&["fin.csv"], "hint: did you mean `fine.csv`?"),
    ] {
        let ran = run(folder.path(), &[&["train", "popularity"], arguments, &["--out", "run"]].concat());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains(words), "{words}\n{}", ran.stderr);
        assert!(ran.stderr.contains("hint: ") || words.contains("cannot read"), "{}", ran.stderr);
        assert!(!folder.path().join("run").exists());
    }
}
