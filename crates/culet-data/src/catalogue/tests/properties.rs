//! Arbitrary bytes: a consistent data set or an error that points into the input, never a panic.

use std::path::PathBuf;

use proptest::prelude::*;

use super::{named, read_bytes, set};
use crate::{CatalogueOptions, DataError, Dataset, describe, to_text};

/// Files of each format, the first of which gets the bytes in the place of `{}`; headers stand before it.
const FORMATS: [&[(&str, &str)]; 8] = [
    &[("log.csv", "")],
    &[("x.inter", "user_id:token\titem_id:token\trating:float\n")],
    &[
        ("x.item", "item_id:token\tname:token\tclass:token_seq\tprice:float\n"),
        ("x.inter", "user_id:token\titem_id:token\nu\t1\n"),
    ],
    &[
        ("x.kg", "head_id:token\trelation_id:token\ttail_id:token\n"),
        ("x.inter", "user_id:token\titem_id:token\nu\t1\n"),
    ],
    &[("ratings_final.txt", ""), ("item_index2entity_id.txt", "7 0\n8 1\n9 2\n")],
    &[("kg_final.txt", ""), ("ratings_final.txt", "0 0 1\n0 1 1\n"), ("kg.txt", "1 2 1\n")],
    &[("ratings.dat", ""), ("movies.dat", "1::A (1995)::X|Y\n")],
    &[("movies.csv", "movieId,title,genres\n"), ("ratings.csv", "userId,movieId\n1,1\n")],
];

/// Bytes that are nearly lines of tables.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    let letters = prop::sample::select(&b"0123ab \t,,\t\t\n\n\n\r\".:|<>_[]'-"[..]);
    prop_oneof![prop::collection::vec(letters, 0..120), prop::collection::vec(any::<u8>(), 0..80)]
}

fn judge(files: &[(&str, &[u8])], options: &CatalogueOptions) -> Option<Dataset> {
    match read_bytes(files, options) {
        Ok(data) => {
            assert!(data.train.n_pairs() + data.valid.n_pairs() + data.test.n_pairs() > 0 || files[0].0 == "train.txt");
            assert_eq!(data.vocabulary.entities.len(), data.graph.n_entities());
            assert!(data.graph.n_entities() >= data.train.n_items());
            assert!(!to_text(&describe(&data)).is_empty());
            Some(data)
        }
        Err(error) => {
            assert!(error.hint().is_some() || matches!(error, DataError::BadSetting { .. }), "{error}");
            None
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn readers_answer_whatever_the_bytes(format in prop::sample::select(&FORMATS[..]), bytes in lines()) {
        let mut files: Vec<(&str, Vec<u8>)> =
            format.iter().map(|(name, text)| (*name, text.as_bytes().to_vec())).collect();
        files[0].1.extend(&bytes);
        let files: Vec<_> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        judge(&files, &CatalogueOptions::default());
        judge(&files, &CatalogueOptions { min_rating: Some(1.0), ..CatalogueOptions::default() });
    }

    #[test]
    fn what_is_joined_answers_whatever_the_bytes(bytes in lines(), kind in 0..3_usize, headed in any::<bool>()) {
        let log = b"user,item\nu,0\nu,1\nv,2\n";
        let mut options = CatalogueOptions::default();
        let list = [&mut options.attributes, &mut options.graphs, &mut options.links].into_iter().nth(kind).unwrap();
        list.push(PathBuf::from("more"));
        let head = [&b"item,title,a,b\n"[..], b"head,relation,tail\n0,r,x\n", b"item,entity\n0,x\n"][kind];
        let more = if headed { [head, &bytes].concat() } else { bytes };
        judge(&[("log.csv", log), ("more", &more)], &options);
    }

    #[test]
    fn archives_and_arrays_answer_whatever_the_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200), k in 0..7_usize) {
        let starts = [&b"PK\x03\x04"[..], b"\x93NUMPY\x01\x00\x46\x00{'descr': '<i4', 'fortran_order': False, 'shape': (3, 2), }\n", b"PAR1", b"\x1f\x8b\x08\0\0\0\0\0\0\x03", b"\x28\xb5\x2f\xfd", b"ARROW1\0\0", b"\xff\xff\xff\xff"];
        judge(&[("x", &[starts[k], &bytes].concat())], &CatalogueOptions::default());
    }

    #[test]
    fn pairs_survive_any_delimiter_and_quotes(
        pairs in prop::collection::vec(("[a-z ,;\"\n]{0,5}x", "[0-9|\t ,']{0,4}y"), 1..20), delimiter in prop::sample::select(&b",;|\t"[..]),
    ) {
        let quoted = |id: &str| format!("\"{}\"", id.replace('"', "\"\""));
        let mut text = format!("user{0}item\n", char::from(delimiter));
        pairs.iter().for_each(|(user, item)| text += &format!("{}{}{}\r\n", quoted(user), char::from(delimiter), quoted(item)));
        let options = CatalogueOptions { delimiter: Some(char::from(delimiter)), ..CatalogueOptions::default() };
        let data = judge(&[("log.csv", text.as_bytes())], &options).unwrap();
        let expected: Vec<_> = pairs.iter().map(|(user, item)| (user.as_str(), item.as_str())).collect();
        prop_assert_eq!(named(&data.train, &data.vocabulary), set(&expected));
    }
}
