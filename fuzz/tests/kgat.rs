//! The parsers of the KGAT layout: whatever the bytes, an answer or an error with a line of the file, never a panic.

use std::path::Path;

use bolero::{TypeGenerator, check};
use culet_data::KgatOptions;
use culet_data::fuzzing::{
    Entry, LineError, Sources, assemble, parse_interactions, parse_list, parse_names, parse_triplets,
};
use culet_fuzz::Watch;

#[test]
fn interactions() {
    let watch = Watch::new("interactions");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            for (text, base) in [(bytes.to_vec(), 0), (numeric(bytes), 0), (numeric(bytes), 1)] {
                match parse_interactions(&text, base) {
                    Ok(parsed) => {
                        assert_eq!(parsed.rows.last().map_or(0, |row| row.1), parsed.pairs.len());
                        let users = parsed.pairs.iter().map(|pair| pair.0).max();
                        assert!(users <= parsed.largest_user.map(|largest| largest.id));
                        let items = parsed.pairs.iter().map(|pair| pair.1).max();
                        assert_eq!(items, parsed.largest_item.map(|largest| largest.id));
                    }
                    Err(error) => points_into(&text, &error),
                }
            }
        });
    });
}

#[test]
fn triplets() {
    let watch = Watch::new("triplets");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            for (text, base) in [(bytes.to_vec(), 0), (numeric(bytes), 0), (facts(bytes), 0), (facts(bytes), 1)] {
                match parse_triplets(&text, base) {
                    Ok(parsed) => {
                        let entities = parsed.triplets.iter().map(|triplet| triplet.head.max(triplet.tail)).max();
                        assert_eq!(entities, parsed.largest_entity.map(|largest| largest.id));
                        let relations = parsed.triplets.iter().map(|triplet| triplet.relation).max();
                        assert_eq!(relations, parsed.largest_relation.map(|largest| largest.id));
                    }
                    Err(error) => points_into(&text, &error),
                }
            }
        });
    });
}

#[test]
fn list() {
    let watch = Watch::new("list");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| {
            // Few inputs begin with a header by chance.
            for text in [bytes.to_vec(), [b"org_id remap_id freebase_id\n", bytes].concat()] {
                match parse_list(&text, "item") {
                    Ok(entries) => {
                        distinct(&entries);
                        assert!(entries.iter().all(|entry| !entry.text.is_empty()));
                    }
                    Err(error) => points_into(&text, &error),
                }
            }
        });
    });
}

#[test]
fn names() {
    let watch = Watch::new("names");
    check!().for_each(|bytes: &[u8]| {
        watch.input(|| match parse_names(bytes, "item") {
            Ok(entries) => distinct(&entries),
            Err(error) => points_into(bytes, &error),
        });
    });
}

/// The bytes of all files.
#[derive(Debug, TypeGenerator)]
struct Files {
    train: Vec<u8>,
    valid: Option<Vec<u8>>,
    test: Option<Vec<u8>>,
    graph: Option<Vec<u8>>,
    lists: [Option<Vec<u8>>; 4],
    names: [Option<Vec<u8>>; 4],
    from_1: bool,
}

#[test]
fn folder() {
    let watch = Watch::new("folder");
    check!().with_type::<Files>().for_each(|files| {
        watch.input(|| {
            let list = |text: Option<Vec<u8>>| {
                text.map(|text| [b"org_id remap_id\n", entries(&text, ' ').as_slice()].concat())
            };
            let sources = Sources {
                train: numeric(&files.train),
                valid: files.valid.as_deref().map(numeric),
                test: files.test.as_deref().map(numeric),
                graph: files.graph.as_deref().map(facts),
                lists: files.lists.clone().map(list),
                names: files.names.clone().map(|text| text.map(|text| entries(&text, '\t'))),
            };
            let options = KgatOptions { id_base: u32::from(files.from_1) };
            match assemble(&sources, Path::new("data"), &options) {
                Ok(data) => {
                    assert_eq!(data.vocabulary.users.len(), data.train.n_users());
                    assert_eq!(data.vocabulary.entities.len(), data.graph.n_entities());
                    assert!(data.train.n_items() <= data.graph.n_entities());
                    let text = culet_data::to_text(&culet_data::describe(&data));
                    assert!(text.starts_with("data ("));
                }
                Err(error) => assert!(error.to_string().starts_with("data/") && error.hint().is_some()),
            }
        });
    });
}

/// Small numbers, blanks and line breaks: bytes that a file of pairs or facts might hold.
fn numeric(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| b"0123456789   \t\n\n"[usize::from(byte % 16)]).collect()
}

/// Three small numbers a line, mostly.
fn facts(bytes: &[u8]) -> Vec<u8> {
    let column = |byte: &u8| if *byte == 255 { String::new() } else { (byte % 32).to_string() };
    let line = |fact: &[u8]| fact.iter().map(column).collect::<Vec<_>>().join(" ") + "\n";
    bytes.chunks_exact(3).map(line).collect::<String>().into_bytes()
}

/// Lines of a list (separator a blank) or a file of names (a tab), mostly without repeats.
fn entries(bytes: &[u8], separator: char) -> Vec<u8> {
    let line = |(k, byte): (usize, &u8)| {
        let (index, text) = (if *byte == 255 { 0 } else { k + usize::from(byte % 2) * 256 }, char::from(*byte));
        match separator {
            '\t' => format!("{index}\tname {text}\n"),
            _ => format!("id {text}x {index}\n"),
        }
    };
    bytes.iter().enumerate().map(line).collect::<String>().into_bytes()
}

fn points_into(text: &[u8], error: &LineError) {
    let n_lines = text.split(|&byte| byte == b'\n').count();
    assert!((1..=n_lines).contains(&error.line), "line {} of {n_lines}", error.line);
    assert!(!error.problem.to_string().is_empty() && !error.problem.hint().is_empty());
}

fn distinct(entries: &[Entry]) {
    let mut indices: Vec<_> = entries.iter().map(|entry| entry.index).collect();
    indices.sort_unstable();
    assert!(indices.windows(2).all(|pair| pair[0] < pair[1]));
}
