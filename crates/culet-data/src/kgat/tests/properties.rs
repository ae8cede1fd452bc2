//! No bytes make the reader panic, and valid ones mean what a slower reader says.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;

use crate::kgat::{KgatOptions, Sources, assemble, parse_interactions, parse_list, parse_names, parse_triplets};

/// Bytes that often look like a file of the layout.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        6 => "[0-9]{1,2}",
        1 => "[0-9]{1,21}",
        1 => Just("org_id remap_id".to_string()),
        1 => Just("org_id remap_id freebase_id".to_string()),
        1 => "[ \t\r\n,.a-c+-]{1,3}",
        1 => any::<String>(),
    ];
    let blank = prop_oneof![4 => Just(" "), 2 => Just("\n"), 1 => Just("\t"), 1 => Just("\r\n"), 1 => Just("")];
    let lines = prop::collection::vec((word, blank), 0..24)
        .prop_map(|parts| parts.into_iter().map(|(word, blank)| word + blank).collect::<String>().into_bytes());
    prop_oneof![3 => lines, 1 => prop::collection::vec(any::<u8>(), 0..64)]
}

fn optional() -> impl Strategy<Value = Option<Vec<u8>>> {
    prop::option::of(text())
}

fn four() -> impl Strategy<Value = [Option<Vec<u8>>; 4]> {
    [optional(), optional(), optional(), optional()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_make_a_parser_panic(bytes in text(), base in 0_u32..2) {
        let n_lines = bytes.split(|&byte| byte == b'\n').count();
        let errors = [
            parse_interactions(&bytes, base).err(), parse_triplets(&bytes, base).err(),
            parse_list(&bytes, "item").err(), parse_names(&bytes, "item").err(),
        ];
        for error in errors.into_iter().flatten() {
            prop_assert!((1..=n_lines).contains(&error.line));
            prop_assert!(!error.problem.hint().is_empty());
        }
    }

    #[test]
    fn no_bytes_make_the_reader_panic(
        train in text(), valid in optional(), test in optional(), graph in optional(),
        lists in four(), names in four(), base in 0_u32..2,
    ) {
        let sources = Sources { train, valid, test, graph, lists, names };
        match assemble(&sources, Path::new("data"), &KgatOptions { id_base: base }) {
            Ok(data) => {
                prop_assert_eq!(data.vocabulary.users.len(), data.train.n_users());
                prop_assert_eq!(data.test.n_items(), data.train.n_items());
                let size = |part: &culet_graph::Interactions| (part.n_users(), part.n_items());
                prop_assert_eq!(size(&data.valid), size(&data.test));
                prop_assert_eq!(data.vocabulary.entities.len(), data.graph.n_entities());
                prop_assert_eq!(data.vocabulary.relations.len(), data.graph.n_relations());
            }
            Err(error) => prop_assert!(error.hint().is_some_and(|hint| !hint.is_empty())),
        }
    }

    #[test]
    fn interactions_mean_what_a_slower_reader_says(
        rows in prop::collection::vec((0_u32..9, prop::collection::vec(0_u32..30, 0..6)), 0..12),
        crlf: bool, last_line_ends: bool, base in 0_u32..2,
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let lines: Vec<_> = rows.iter().map(|(user, items)| {
            let numbers = [user + base].into_iter().chain(items.iter().map(|item| item + base));
            numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(" ")
        }).collect();
        let text = lines.join(end) + if last_line_ends { end } else { "" };
        let sources = Sources { train: text.into_bytes(), ..Sources::default() };
        let data = assemble(&sources, Path::new("data"), &KgatOptions { id_base: base }).unwrap();
        let expected: BTreeSet<_> =
            rows.iter().flat_map(|(user, items)| items.iter().map(move |item| (*user, *item))).collect();
        prop_assert_eq!(data.train.pairs().collect::<Vec<_>>(), expected.iter().copied().collect::<Vec<_>>());
        let n_users = rows.iter().map(|(user, _)| user + 1).max().unwrap_or(0);
        prop_assert_eq!(data.train.n_users(), n_users as usize);
        let n_items = expected.iter().map(|(_, item)| item + 1).max().unwrap_or(0);
        prop_assert_eq!(data.train.n_items(), n_items as usize);
    }
}
