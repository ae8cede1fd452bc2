//! The words of each error.

use super::{read_bytes, read_with};
use crate::network::{Column, NetworkOptions};

const EDGES: (&str, &str) = ("edges.tsv", "0\t1\n1\t2\n");

fn error_with(files: &[(&str, &str)], options: &NetworkOptions) -> (String, String) {
    let error = read_with(files, options).unwrap_err();
    (error.to_string(), error.hint().unwrap_or_default())
}

fn error(files: &[(&str, &str)]) -> (String, String) {
    error_with(files, &NetworkOptions::default())
}

#[track_caller]
fn check(edges: &str, message: &str, hint: &str) {
    assert_eq!(error(&[("edges.tsv", edges)]), (format!("data/edges.tsv:{message}"), hint.to_string()));
}

#[test]
fn too_few_and_too_many_columns() {
    let hint =
        "if something else than tabs, commas, semicolons or blanks separates the columns, say what by `--delimiter`";
    check("1 2\n\n3\n", "3: expected 2 columns (source, target), found 1: `3`", hint);
    check("1|2\n3|4\n", "1: expected 2 columns (source, target) to 4 (weight, time), found 1: `1|2`", hint);
    let hint = "give each line the same columns, and say what they hold by a header line or `--columns`; quote ids that \
                hold the delimiter";
    check("a b\nc d e\n", "2: expected 2 columns (source, target), found 3: `c d e`", hint);
    check("1,2,3\n1,2\n", "2: expected 3 columns (source, target, weight), found 2: `1,2`", hint);
    check("1,2,3,4,5\n", "1: expected 2 columns (source, target) to 4 (weight, time), found 5: `1 2 3 4 5`", hint);
}

#[test]
fn headers_that_lack_an_end() {
    let options = NetworkOptions { header: Some(true), ..NetworkOptions::default() };
    let found = error_with(&[("edges.tsv", "source,weight,time\na,1,2\n")], &options);
    let message = "data/edges.tsv:1: the header names no target: `source weight time`";
    assert_eq!(found, (message.into(), "if the first line is no header, say `--header no`".into()));
}

#[test]
fn ids_that_are_missing_or_no_text() {
    check("a,b\n,c\n", "2: the source is empty", "fill it in, or remove the line");
    check("a,b\n\"\",c\n", "2: the source is empty", "fill it in, or remove the line");
    check("source,target,weight\na,,1\n", "2: the target is empty", "fill it in, or remove the line");
    let hint = "this is no text, or not in UTF-8: convert the file, perhaps by `iconv -f utf-16 -t utf-8`";
    check("a b\nc \0d\n", "2: found a NUL byte in `\\u{0}d`", hint);
    let error = read_bytes(&[("edges.tsv", b"a b\nJos\xe9 b\n")], &NetworkOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "data/edges.tsv:2: expected UTF-8, found `Jos\u{fffd}`");
    assert_eq!(error.hint().unwrap(), "convert the file, perhaps by `iconv -f latin1 -t utf-8`");
    let utf_16: Vec<u8> = "a b\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = read_bytes(&[("edges.tsv", &utf_16)], &NetworkOptions::default()).unwrap_err();
    assert!(error.to_string().contains("found a NUL byte"), "{error}");
}

#[test]
fn weights_that_are_none() {
    let hint = "say what the columns hold by a header line, or by `--columns source,relation,target` and the like";
    check("a b 1\na c high\n", "2: expected a weight (a number), found `high`", hint);
    check("ann likes bob\nbob likes cleo\n", "1: expected a weight (a number), found `bob`", hint);
    let hint = "networkx writes such columns: write the edges by `write_weighted_edgelist`, or with `data=False`";
    check("1 2 {}\n", "1: expected a weight (a number), found `{}`", hint);
    check("1 2 {'weight': 3}\n", "1: expected a weight (a number), found `{'weight':`", hint);
    let hint = "write a point before decimals, not a comma";
    check("1;2;1,5\n", "1: expected a weight (a number), found `1,5`", hint);
    let hint = "weights are numbers from 0 up, and an edge of weight 0 is left out";
    for weight in ["-1", "NaN", "inf", "-0.5", "1e39"] {
        let message = format!("2: weight {weight} is negative or not finite");
        check(&format!("1 2 0.5\n1 3 {weight}\n"), &message, hint);
    }
    let hint = "divide all weights by the same large number";
    let found = error(&[("edges.tsv", "1 2 3e38\n1 2 3e38\n")]);
    assert_eq!(found, ("`data/edges.tsv` repeats edges whose weights add up to more than fits".into(), hint.into()));
}

#[test]
fn quotes_that_do_not_fit() {
    let hint = "close the quote, in a list of edges in the same line; a quote within quotes is written `\"\"`";
    check("a,b\n\"c,d\n", "2: a quote is not closed: `\"c,d`", hint);
    let hint = "quote the whole column; a quote within quotes is written `\"\"`";
    check("a,b\n\"c\"x,d\n", "2: text follows a closing quote: `\"c\"x,d`", hint);
    check(
        "\"a,b\nc,d\n",
        "1: a quote is not closed: `\"a,b`",
        "close the quote, in a list of edges in the same line; a quote within quotes is written `\"\"`",
    );
}

#[test]
fn files_without_edges() {
    let hint = "write one edge a line: source, target, and perhaps a weight above 0";
    for text in ["", "\n\n", "# only\n", "source target\n", "1 2 0\n"] {
        assert_eq!(error(&[("edges.tsv", text)]), ("`data/edges.tsv` holds no edge".into(), hint.into()), "{text:?}");
    }
}

#[test]
fn bare_ids_among_typed_ones() {
    let hint = "write each id as `type:id`, or say `--typed no` if `:` tells no type";
    check("p:1 r a:1\np:2 r 7\n", "2: node `7` has no type, while the nodes before it have (`type:id`)", hint);
    let text = "source relation target\np:1 r a:1\nx r a:1\n";
    check(text, "3: node `x` has no type, while the nodes before it have (`type:id`)", hint);
}

#[test]
fn more_types_than_fit() {
    let text: String = (0..300).map(|k| format!("t{k}:1 x:1\n")).collect();
    let hint = "if what stands before `:` is no type, say `--typed no`";
    check(&text, "256: `t255` is one type too many: at most 256 fit", hint);
}

#[test]
fn times_to_cut_by() {
    let options = NetworkOptions { before: Some(3.0), ..NetworkOptions::default() };
    let found = error_with(&[EDGES], &options);
    let hint = "name the column with the times by a header line, or by `--columns source,target,time`";
    assert_eq!(found, ("`data/edges.tsv` has no column with times".into(), hint.into()));
    let columns = Some(Column::parse_list("source,target,time").unwrap());
    let options = NetworkOptions { columns, ..options };
    let found = error_with(&[("edges.tsv", "1,2,3\n1,3,may\n")], &options);
    let message = "data/edges.tsv:2: expected a time (a number), found `may`";
    assert_eq!(found, (message.into(), "write times as numbers, such as seconds since 1970".into()));
}

#[test]
fn numbers_beyond_the_nodes() {
    let meta = ("meta.json", r#"{"num_nodes": 3, "directed": true}"#);
    let found = error(&[("train_edges.tsv", "1 2\n2 3\n"), meta]);
    let hint = "numbers count from 0; if these count from 1 or are no numbers of nodes, leave `num_nodes` out of \
                `meta.json`";
    let message = "data/train_edges.tsv:2: node 3 does not exist: there are 3, so the last is 2";
    assert_eq!(found, (message.into(), hint.into()));
    let found = error(&[("train_edges.tsv", "1 2\n"), ("test_edges.tsv", "0 9\n"), meta]);
    assert_eq!(found.0, "data/test_edges.tsv:1: node 9 does not exist: there are 3, so the last is 2");
    let found = error(&[("train_edges.tsv", "1 2\n2 x\n"), meta]);
    let message = "data/train_edges.tsv:2: expected a node (a whole number), found `x`";
    assert_eq!(found, (message.into(), "the nodes of this network go by their numbers from 0".into()));
}

#[test]
fn the_first_error_is_the_one_that_is_told() {
    // Ids are looked up many at a time, and their errors found after those of later lines.
    let meta = ("meta.json", r#"{"num_nodes": 3, "directed": true}"#);
    for later in ["0 2 x", "0", "\"0 1"] {
        let found = error(&[("edges.tsv", &format!("0 1 1\n0 9 1\n{later}\n")), meta]);
        assert_eq!(found.0, "data/edges.tsv:2: node 9 does not exist: there are 3, so the last is 2");
        let found = error(&[("test_edges.tsv", &format!("0 1\n0 9\n0 {later}\n")), EDGES, meta]);
        assert_eq!(found.0, "data/test_edges.tsv:2: node 9 does not exist: there are 3, so the last is 2");
    }
    let many: String = (0..3_000).map(|k| format!("{} {}\n", k % 50, if k == 2_000 { 99 } else { k % 47 })).collect();
    let found = error(&[("edges.tsv", &many), ("meta.json", r#"{"num_nodes": 50}"#)]);
    assert_eq!(found.0, "data/edges.tsv:2001: node 99 does not exist: there are 50, so the last is 49");
}

#[test]
fn far_too_many_nodes() {
    let found = error(&[EDGES, ("meta.json", r#"{"num_nodes": 4000000000}"#)]);
    let message = "`data/meta.json` tells of 4000000000 nodes, far too many for files with 2 lines";
    assert_eq!(found, (message.into(), "`num_nodes` is the number of nodes, isolated ones included".into()));
}

#[test]
fn lists_of_original_ids_that_do_not_fit() {
    let at = |index| error(&[EDGES, ("node_index.tsv", index)]).0;
    assert_eq!(at("0\ta\n1\tb\n3\tc\n"), "`data/node_index.tsv` leaves out node 2");
    assert_eq!(at("0\ta\n1\tb\n"), "data/edges.tsv:2: node 2 does not exist: there are 2, so the last is 1");
    assert_eq!(at("0\ta\n1\tb\n1\tc\n"), "data/node_index.tsv:3: node `1` stands in line 2 already");
    assert_eq!(at("0\ta\n1\tb\n2\ta\n"), "data/node_index.tsv:3: id `a` stands in line 1 already");
    assert_eq!(at("0\ta\n1\n2\tc\n"), "data/node_index.tsv:2: the id is empty");
    assert_eq!(at("0\ta\n1\tb\nx\tc\n"), "data/node_index.tsv:3: expected a node (a whole number), found `x`");
    let found = error(&[EDGES, ("node_index.tsv", "0\ta\n1\tb\n2\tc\n"), ("meta.json", r#"{"num_nodes": 4}"#)]);
    assert_eq!(found.0, "`data/node_index.tsv` leaves out node 3");
}

#[test]
fn node_tables_that_do_not_fit() {
    let at = |nodes| error(&[EDGES, ("nodes.tsv", nodes)]);
    let hint = "give each node a line in the node table, or give the table no types";
    let message = "data/edges.tsv:2: node `2` is not in the node table, so that its type is unknown";
    assert_eq!(at("id\ttype\n0\ta\n1\tb\n"), (message.into(), hint.into()));
    let found = at("id\tname\n0\ta\n0\tb\n");
    let message = "data/nodes.tsv:3: node `0` stands in line 2 already";
    assert_eq!(found, (message.into(), "remove one of the two lines".into()));
    assert_eq!(at("id\ttype\n0\n").0, "data/nodes.tsv:2: the type is empty");
    assert_eq!(at("id\tname\n0\ta\tb\n").0, "data/nodes.tsv:2: expected 2 columns, found 3: `0\\ta\\tb`");
    assert_eq!(at("id\tname\n\ta\n").0, "data/nodes.tsv:2: the node is empty");
}

#[test]
fn labels_of_other_nodes() {
    let found = error(&[EDGES, ("labels.tsv", "node label\na x\nb y\n")]);
    let message = "`data/labels.tsv` labels no node of the network; the first is `a`";
    assert_eq!(found, (message.into(), "labels go by the ids that the edges use".into()));
    assert_eq!(error(&[EDGES, ("labels.tsv", "node label\n0\n")]).0, "data/labels.tsv:2: the label is empty");
}

#[test]
fn a_matrix_is_no_edge_list() {
    let found = error(&[("edges.txt", "%%MatrixMarket matrix coordinate real general\n3 3 2\n1 2 0.5\n2 3 1\n")]);
    assert_eq!(found.0, "`data/edges.txt` is a Matrix Market file, which is not read");
    assert!(found.1.starts_with("remove its first line"), "{}", found.1);
}

#[test]
fn meta_that_is_not_understood() {
    let found = error(&[EDGES, ("meta.json", r#"{"directed": 1}"#)]);
    let message = "`data/meta.json` is not understood: `directed` is `1`, expected true or false";
    let hint = "it may hold `name` (a text), `directed` (true or false) and `num_nodes` (a whole number)";
    assert_eq!(found, (message.into(), hint.into()));
}

#[test]
fn lines_that_never_end() {
    let found = error(&[("edges.tsv", &format!("1 2\n{}", "x".repeat(1 << 21)))]);
    let message = "data/edges.tsv:2: the line is longer than 1048576 bytes";
    assert_eq!(found, (message.into(), "write one edge or interaction a line; is this a text file?".into()));
}
