//! Attributes, facts and links that are joined to interactions.

use std::path::PathBuf;

use super::{facts, read_with, refused, set, texts, train};
use crate::{CatalogueOptions, Dataset};

const LOG: &str = "user,sku\nann,1\nann,2\nbob,2\nbob,3\n";

fn options(attributes: &[&str], graphs: &[&str], links: &[&str]) -> CatalogueOptions {
    let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect();
    CatalogueOptions {
        attributes: paths(attributes),
        graphs: paths(graphs),
        links: paths(links),
        ..CatalogueOptions::default()
    }
}

fn with_items(items: &str) -> Dataset {
    read_with(&[("log.csv", LOG), ("items.csv", items)], &options(&["items.csv"], &[], &[])).unwrap()
}

#[test]
fn columns_become_relations_and_the_title_a_name() {
    let data = with_items(
        "title,sku,genres,year,in print\n\"Heat, or so\",1,Crime|Drama,1995,yes\nAlien,2,Drama,1979,no\nDune,3,,NaN,yes\nNew,4,Crime,1990,no\n",
    );
    let expected = [
        "1 genres genres:Crime",
        "1 genres genres:Drama",
        "1 in print in print:yes",
        "1 year year:1990s",
        "2 genres genres:Drama",
        "2 year year:1970s",
        "3 in print in print:yes",
        "4 genres genres:Crime",
        "4 year year:1990s",
    ];
    assert_eq!(facts(&data), texts(&expected));
    let names: Vec<_> = (0..4).map(|item| data.vocabulary.entities.name(item).unwrap()).collect();
    assert_eq!(names, ["Heat, or so", "Alien", "Dune", "New"]);
    assert_eq!(data.vocabulary.entities.label(4), "Crime");
    let notes = [
        "`items.csv` gives the relations `genres` (2 values), `year` (2 decades), `in print` (yes or no); `title` names \
         the items",
        "nobody took 1 item",
        "there is no test part: `culet data split` makes one",
    ];
    assert_eq!(data.notes, notes);
}

#[test]
fn what_tells_nothing_is_left_out_and_said() {
    let mut items = "sku\tshop\tplot\tprice\n".to_owned();
    for k in 1..=40 {
        items += &format!("{k}\tx\ta story of the number {k}\t{}.5\n", k * k);
    }
    let data = with_items(&items);
    assert_eq!(data.vocabulary.relations.len(), 1);
    assert_eq!(data.graph.triplets().len(), 40);
    let ranges: Vec<_> = (40..data.graph.n_entities()).map(|entity| data.vocabulary.entities.label(entity)).collect();
    assert_eq!(ranges, ["1.5 to 169.5", "196.5 to 676.5", "729.5 to 1600.5"]);
    let notes = [
        "`items.csv` gives the relation `price` (3 ranges)",
        "`shop` of `items.csv` is left out: it is the same for all items",
        "`plot` of `items.csv` is left out: nearly every item has a value of its own",
    ];
    assert_eq!(data.notes[..3], notes);
}

#[test]
fn years_in_titles_are_decades_unless_a_column_tells() {
    let items = "sku,title\n1,Heat (1995)\n2,Alien (1979)\n3,Dune\n";
    assert_eq!(facts(&with_items(items)), texts(&["1 decade decade:1990s", "2 decade decade:1970s"]));
}

#[test]
fn an_item_of_the_facts_is_the_item() {
    let files = [
        ("log.csv", LOG),
        ("facts.tsv", "head\trelation\ttail\n1\tby\tann lee\n2\tby\tann lee\n1\tbefore\t3\n"),
        ("more.csv", "ann lee,born in,Oslo\n"),
    ];
    let data = read_with(&files, &options(&[], &["facts.tsv", "more.csv"], &[])).unwrap();
    assert_eq!(train(&data), set(&[("ann", "1"), ("ann", "2"), ("bob", "2"), ("bob", "3")]));
    assert_eq!(facts(&data), texts(&["1 by ann lee", "2 by ann lee", "1 before 3", "ann lee born in Oslo"]));
    assert_eq!((data.train.n_items(), data.graph.n_entities()), (3, 5));
    assert_eq!(data.notes[0], "`facts.tsv` gives 3 facts, with 2 new relations");
}

#[test]
fn links_tell_which_entity_is_an_item() {
    let files = [
        ("log.csv", LOG),
        ("links.tsv", "item_id:token\tentity_id:token\n1\tm.1\n2\tm.2\n9\tm.9\n3\tm.2\n"),
        (
            "facts.nt",
            "# facts\n<m.1> <http://x.org/by> <2> .\n<m.2> <http://x.org/by> <2> .\n<m.2> <http://x.org/name> \"Alien\"@en .\n<2> <http://x.org/age> \"7\" .\n",
        ),
    ];
    let data = read_with(&files, &options(&[], &["facts.nt"], &["links.tsv"])).unwrap();
    // Entity `2` is not item `2`.
    assert_eq!(facts(&data), texts(&["1 http://x.org/by 2", "2 http://x.org/by 2"]));
    assert_eq!(data.graph.n_entities(), 4);
    assert_eq!((data.vocabulary.entities.name(1), data.vocabulary.relations.name(0)), (Some("Alien"), Some("by")));
    let notes = [
        "`links.tsv` links 2 items with entities; 1 line of an item that nobody took not used; 1 line links an entity \
         that stands for another item already, not used",
        "`facts.nt` holds 1 name of resources",
        "of `facts.nt` 1 fact leads to a literal, left out",
        "`facts.nt` gives 2 facts, with 1 new relation",
        "1 id stands for an item and for another entity, which are kept apart",
    ];
    assert_eq!(data.notes[..5], notes);
}

#[test]
fn attributes_join_a_folder_with_a_graph() {
    let files = [
        ("train.txt", "0 0 1\n1 1\n"),
        ("test.txt", "0 2\n"),
        ("kg_final.txt", "0 0 3\n2 0 3\n"),
        ("item_list.txt", "org_id remap_id\na 0\nb 1\nc 2\n"),
        ("items.csv", "item,colour\na,red\nc,red\nb,blue\n"),
    ];
    let data = read_with(&files, &options(&["items.csv"], &[], &[])).unwrap();
    let expected = ["a 0 3", "c 0 3", "a colour colour:red", "c colour colour:red", "b colour colour:blue"];
    assert_eq!(facts(&data), texts(&expected));
    assert_eq!((data.train.n_pairs(), data.test.n_pairs(), data.train.n_items()), (3, 1, 3));
}

#[test]
fn tables_that_cannot_be_joined_are_told() {
    let attributes =
        |items: &str| refused(&[("log.csv", LOG), ("items.csv", items)], &options(&["items.csv"], &[], &[]));
    assert_eq!(
        attributes("id,colour\nx,red\n"),
        "`data/items.csv` is about none of the items: its first id is `x`, that of an item `1`"
    );
    assert_eq!(attributes("1,red\n2,blue\n"), "`data/items.csv` has no header that names its columns: `1 red`");
    let error = attributes("sku,colour\n1,red,3\n");
    assert_eq!(error, "data/items.csv:2: expected 2 columns as in the header, found 3: `1,red,3`");
    assert_eq!(attributes("sku,colour\n,red\n"), "data/items.csv:2: the item is empty");
    let graph = |name: &str, text: &str| refused(&[("log.csv", LOG), (name, text)], &options(&[], &[name], &[]));
    let error = graph("facts.csv", "a,by,b\n");
    assert_eq!(
        error,
        "`data/facts.csv` is about none of the items and entities: its first id is `a`, that of an item `1`"
    );
    let error = graph("facts.csv", "1,by\n");
    assert_eq!(error, "data/facts.csv:1: expected 3 columns (head, relation, tail), found 2: `1,by`");
    assert_eq!(graph("facts.csv", "head,relation,tail\n1,,x\n"), "data/facts.csv:2: the relation is empty");
    let error = graph("facts.nt", "<1> <by> <x>\n");
    assert_eq!(error, "data/facts.nt:1: expected `<subject> <predicate> <object> .`, found `<1> <by> <x>`");
    assert!(graph("facts.csv", "PAR1").starts_with("`data/facts.csv` makes no sense as a Parquet table: "));
    let error = refused(&[("log.csv", LOG), ("x.csv", "9,m\n")], &options(&[], &[], &["x.csv"]));
    assert_eq!(error, "`data/x.csv` is about none of the items: its first id is `9`, that of an item `1`");
}

#[test]
fn the_header_of_links_and_facts_is_no_line_of_them() {
    for links in ["sku,entity\n1,m.1\n2,m.2\n3,m.3\n", "key,freebase\n1,m.1\n2,m.2\n3,m.3\n", "1,m.1\n2,m.2\n3,m.3\n"] {
        let files = [("log.csv", LOG), ("links.csv", links), ("facts.csv", "m.1,by,x\nm.2,by,x\n")];
        let data = read_with(&files, &options(&[], &["facts.csv"], &["links.csv"])).unwrap();
        assert_eq!(facts(&data), texts(&["1 by x", "2 by x"]), "{links}");
        let notes = data.notes.join("\n");
        assert!(notes.contains("`links.csv` links 3 items with entities\n"), "{notes}");
        assert_eq!(notes.contains("`key freebase`, taken for a header"), links.starts_with("key"), "{notes}");
    }
    let facts_of = |text: &str| {
        let data = read_with(&[("log.csv", LOG), ("facts.csv", text)], &options(&[], &["facts.csv"], &[])).unwrap();
        (data.graph.triplets().len(), data.notes[0].clone())
    };
    let (n, note) = facts_of("thing,property,value\n1,by,x\n2,by,y\n3,by,x\n");
    assert_eq!((n, note.as_str()), (3, "`facts.csv` begins with `thing property value`, taken for a header"));
    // A fact about something else is none.
    assert_eq!(facts_of("x,by,z\n1,by,x\n2,by,y\n3,by,x\n").0, 4);
}

#[test]
fn a_table_of_few_items_says_how_few() {
    let note = "`items.csv` describes 1 of 3 items that were taken; are the ids the same? `1` was taken and is not in it, \
                `7` is in it and nobody took it";
    let data = with_items("sku,colour\n2,red\n7,red\n8,blue\n");
    assert_eq!(data.notes[0], note);
    assert_eq!(with_items("sku,colour\n2,red\n1,red\n").notes[0], "`items.csv` describes 2 of 3 items that were taken");
    let error = refused(
        &[("log.csv", LOG), ("items.csv", "sku,colour\n1.0,red\n2.0,blue\n")],
        &options(&["items.csv"], &[], &[]),
    );
    assert_eq!(error, "`data/items.csv` is about none of the items: its first id is `1.0`, that of an item `1`");
}

#[test]
fn a_table_of_users_is_no_table_of_items() {
    let attributes = |items: &str| refused(&[("log.csv", LOG), ("i.csv", items)], &options(&["i.csv"], &[], &[]));
    assert_eq!(attributes(LOG), "`data/i.csv` names users (`user`), so that it is no table of the items");
    let reviews = "sku,reviewer,stars\n1,x,5\n1,y,4\n2,x,3\n";
    assert_eq!(attributes(reviews), "`data/i.csv` names users (`reviewer`), so that it is no table of the items");
    // Of a table with a line for each item it is a column as any other.
    assert_eq!(facts(&with_items("sku,client\n1,x\n2,y\n")), texts(&["1 client client:x", "2 client client:y"]));
    let error = refused(&[("items.csv", "item_id,title,genre\n1,Heat,Crime\n")], &CatalogueOptions::default());
    assert_eq!(error, "`data/items.csv` names items (`item_id`) in its header, but no users: `item_id,title,genre`");
}

#[test]
fn facts_by_ids_of_items_go_with_links_of_another_file() {
    let root = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = root.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let log = write("log.csv", "user,item\nu,a\nu,b\nv,a\n");
    let options = CatalogueOptions {
        links: vec![write("links.csv", "item,entity\na,<http://x/a>\n")],
        graphs: vec![
            write("facts.csv", "head,relation,tail\na,made_by,acme\nb,made_by,acme\n"),
            write("facts.nt", "<http://x/a> <http://x/kind> <http://x/k> .\n"),
        ],
        ..CatalogueOptions::default()
    };
    let data = crate::read_catalogue(&log, &options).unwrap();
    assert_eq!(data.graph.triplets().len(), 3);
    // The item stands at the head of a fact of either file.
    let a = (0..2).find(|&item| data.vocabulary.entities.id(item) == "a").unwrap() as u32;
    assert_eq!(data.graph.triplets().iter().filter(|fact| fact.head == a).count(), 2);
    assert!(
        data.notes.iter().any(|note| note.contains("`facts.csv` goes by the ids of the items")),
        "{:?}",
        data.notes
    );
}
