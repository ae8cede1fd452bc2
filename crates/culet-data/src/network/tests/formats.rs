//! Edge lists as other programs write them.

use super::{directed, edges, ids, read, read_with};
use crate::network::{Column, NetworkData, NetworkOptions};

fn weights(data: &NetworkData) -> &[f32] {
    data.network.outgoing_weights().unwrap()
}

fn pairs(data: &NetworkData) -> Vec<String> {
    edges(data).into_iter().map(|(source, target)| format!("{source}>{target}")).collect()
}

#[test]
fn numbers_are_put_into_their_order_and_none_is_invented() {
    let data = directed("30 4\n4 7\n30 7\n");
    assert_eq!(ids(&data), ["4", "7", "30"]);
    assert_eq!(data.network.outgoing().row(2), [0, 1]);
    assert_eq!(pairs(&data), ["4>7", "30>4", "30>7"]);
    let data = directed("2\t0\n0\t1\n");
    assert_eq!(ids(&data), ["0", "1", "2"]);
}

#[test]
fn texts_keep_the_order_in_which_they_appear() {
    let data = directed("Zoe Ann\nBob Zoe\n");
    assert_eq!(ids(&data), ["Zoe", "Ann", "Bob"]);
    // Numbers written in two ways are two nodes, as are numbers and texts beside each other.
    assert_eq!(ids(&directed("7 07\n007 x\n")), ["7", "07", "007", "x"]);
    assert_eq!(ids(&directed("18446744073709551616 5\n5 3")), ["18446744073709551616", "5", "3"]);
    assert_eq!(ids(&directed("9999999999999999999 5\n5 3")), ["3", "5", "9999999999999999999"]);
}

#[test]
fn every_delimiter_is_found() {
    for text in ["a\tb\nb\tc", "a,b\nb,c", "a;b\nb;c", "a b\nb   c", "a , b\nb , c", "\u{feff}a b\r\n\r\nb c\r\n"] {
        assert_eq!(pairs(&directed(text)), ["a>b", "b>c"], "{text:?}");
    }
    let options = NetworkOptions { delimiter: Some('|'), directed: Some(true), ..NetworkOptions::default() };
    let data = read_with(&[("edges.txt", "a b|c,d\n")], &options).unwrap();
    assert_eq!(pairs(&data), ["a b>c,d"]);
}

#[test]
fn quotes_keep_names_whole() {
    let data = directed("source,target\n\"Smith, J.\",\"Doe \"\"X\"\", A.\"\n\"#tag\",\" blank \"\n");
    assert_eq!(ids(&data), ["Smith, J.", "Doe \"X\", A.", "#tag", " blank "]);
}

#[test]
fn comments_are_left_out_wherever_they_stand() {
    let data = directed("# Nodes: 3\n% sym\n// x\n1 2\n  # odd\n2 3\n");
    assert_eq!(pairs(&data), ["1>2", "2>3"]);
    let note = "`edges.tsv` holds 1 comment between its edges; quote an id that begins with `#` or `%`";
    assert!(data.notes.iter().any(|own| own == note), "{:?}", data.notes);
}

#[test]
fn headers_are_found_by_their_words() {
    let data = directed("To,From,Weight\na,b,2\nc,b,0.5\n");
    assert_eq!(pairs(&data), ["b>a", "b>c"]);
    assert_eq!(weights(&data), [2.0, 0.5]);
    let data = directed("weight\tstart_id\tend_id\n3\tx\ty\n");
    assert_eq!((pairs(&data), weights(&data)), (vec!["x>y".into()], &[3.0][..]));
    let data = directed("Source,Target,Type,Id,Label,Weight\n1,2,Directed,0,x,1.5\n");
    assert_eq!(data.network.relation_names, ["Directed"]);
    assert_eq!(weights(&data), [1.5]);
    assert!(data.notes.iter().any(|note| note == "`edges.tsv` has columns that are not used: `Id`, `Label`"));
}

#[test]
fn headers_are_found_by_their_looks_and_said() {
    let data = directed("a b\n1 2\n2 3\n");
    assert_eq!(pairs(&data), ["1>2", "2>3"]);
    assert!(data.notes.iter().any(|note| note == "`edges.tsv` begins with `a b`, taken for a header"));
    let data = directed("follower,friend,intensity\nx,y,1\ny,z,2\n");
    assert_eq!(pairs(&data), ["x>y", "y>z"]);
    // Words of a header elsewhere are ids.
    assert_eq!(pairs(&directed("a b\nsource target\n")), ["a>b", "source>target"]);
    let no_header = NetworkOptions { header: Some(false), ..NetworkOptions::default() };
    assert_eq!(read_with(&[("edges.tsv", "source target\n")], &no_header).unwrap().network.n_nodes(), 2);
    let header = NetworkOptions { header: Some(true), ..NetworkOptions::default() };
    assert_eq!(ids(&read_with(&[("edges.tsv", "x y\nb a\n")], &header).unwrap()), ["b", "a"]);
}

#[test]
fn weights_stand_third_and_times_fourth() {
    let data = directed("1 2 0.5\n2 3 1e2\n1 2 .25\n");
    assert_eq!(weights(&data), [0.75, 100.0]);
    let data = directed("1 2 3 1082008561\n2 3 4 1082008562\n");
    assert_eq!(weights(&data), [3.0, 4.0]);
    assert!(data.notes.iter().any(|note| note == "`edges.tsv` has a column of times, which no model uses"));
    // Separated as KONECT does: a space between the ends, tabs behind.
    assert_eq!(weights(&directed("1 2\t3\t1082008561\n2 3\t4\t1082008562\n")), [3.0, 4.0]);
}

#[test]
fn times_in_the_place_of_weights_are_told_by_their_size() {
    let data = directed("1 2 1082008561\n2 3 1082008562\n");
    assert_eq!(data.network.outgoing_weights(), None);
    let note = "`edges.tsv` has a third column that looks like a time (`1082008561`) and is left out; if it is a \
                weight, say `--columns source,target,weight`";
    assert!(data.notes.iter().any(|own| own == note), "{:?}", data.notes);
    let columns = Some(Column::parse_list("source,target,weight").unwrap());
    let options = NetworkOptions { columns, ..NetworkOptions::default() };
    assert_eq!(weights(&read_with(&[("edges.tsv", "1 2 1082008576\n")], &options).unwrap())[0], 1_082_008_576.0);
}

#[test]
fn edges_from_a_time_on_can_be_left_out() {
    let options = NetworkOptions { before: Some(16.0), directed: Some(true), ..NetworkOptions::default() };
    let data = read_with(&[("edges.csv", "from,to,time\na,b,15\nb,c,16\nc,a,-3e0\n")], &options).unwrap();
    assert_eq!(pairs(&data), ["a>b", "c>a"]);
    assert!(data.notes.iter().any(|note| note == "`edges.csv` holds 1 edge from the given time on, left out"));
}

#[test]
fn columns_can_be_named() {
    let columns = Column::parse_list("-,target,source,-").unwrap();
    let options = NetworkOptions { columns: Some(columns), directed: Some(true), ..NetworkOptions::default() };
    // What is left out at the end may be missing.
    let data = read_with(&[("edges.tsv", "x\ta\tb\ty\nx\tb\tc\n")], &options).unwrap();
    assert_eq!(pairs(&data), ["b>a", "c>b"]);
}

#[test]
fn typed_edges_are_known_by_header_or_by_their_ids() {
    let with_header = "source\trelation\ttarget\npaper:1\tby\tauthor:1\npaper:1\tin\tvenue:1\npaper:2\tby\tauthor:1\n";
    for text in [with_header, with_header.split_once('\n').unwrap().1] {
        let data = directed(text);
        let types = data.network.types.as_ref().unwrap();
        assert_eq!(types.names, ["paper", "author", "venue"]);
        assert_eq!(types.of, [0, 1, 2, 0]);
        assert_eq!(data.network.relation_names, ["by", "in"]);
        assert_eq!(data.network.outgoing_relations().unwrap(), [0, 1, 0]);
        assert_eq!(ids(&data), ["paper:1", "author:1", "venue:1", "paper:2"]);
    }
    let data = directed("a:1 r b:1 2\na:2 r b:1 4\n");
    assert_eq!((weights(&data), data.network.relation_names.len()), (&[2.0, 4.0][..], 1));
    // Without relations, ids with prefixes have types if all of the first have.
    assert_eq!(directed("user:1 item:1\nuser:2 item:1\n").network.types.unwrap().names, ["user", "item"]);
    assert_eq!(directed("user:1 item:1\n2 item:1\n").network.types, None);
    assert_eq!(directed("http://a http://b\n").network.types, None);
    assert_eq!(directed("GO:1 GO:2\n").network.types, None);
}

#[test]
fn types_can_be_refused() {
    let options = NetworkOptions { typed: Some(false), ..NetworkOptions::default() };
    let data = read_with(&[("edges.tsv", "source relation target\na:1 r b:1\nc r b:1\n")], &options).unwrap();
    assert_eq!((data.network.types.is_none(), data.network.relation_names.len()), (true, 1));
}

#[test]
fn oddities_are_kept_merged_or_left_out_and_said() {
    let data = read(&[("edges.tsv", "a b 1\nb a 2\na a 1\nc d 0\na b 4\nx y 1\n")]);
    let notes = [
        "nothing says whether edges have a direction: read as undirected",
        "`edges.tsv` holds 2 repeated edges; their weights are added",
        "`edges.tsv` holds 1 self-loop, kept",
        "`edges.tsv` holds 1 edge of weight 0, left out",
        "2 nodes are without a training edge",
        "the edges form 2 components; the largest holds 33.3 % of the nodes",
    ];
    assert_eq!(data.notes, notes);
    assert_eq!((data.network.n_edges(), data.network.n_nodes()), (3, 6));
    assert_eq!(weights(&data), [1.0, 7.0, 7.0, 1.0, 1.0]);
    let data = directed("a b\nb a\na b\n");
    assert_eq!(data.network.n_edges(), 2);
    assert_eq!(data.notes, ["`edges.tsv` holds 1 repeated edge; a repeat counts for nothing"]);
}
