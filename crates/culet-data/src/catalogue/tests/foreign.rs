//! Arrow tables, and Parquet as other programs write it.

use std::sync::Arc;

use arrow_array::builder::StringViewBuilder;
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array, LargeStringArray,
    ListArray, NullArray, RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray, UInt16Array,
    UInt64Array,
};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::data_type::{ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::packed::gzipped;
use super::{facts, read_bytes, set, texts, train};
use crate::{CatalogueOptions, ColumnChoice, DataError, Dataset, UnsplitCatalogue, read_unsplit};

fn batch(columns: &[(&str, ArrayRef)]) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.iter().map(|(name, array)| (*name, Arc::clone(array), true)))
        .unwrap()
}

fn file(batch: &RecordBatch, packed: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(packed).unwrap();
    let mut writer = FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    writer.write(batch).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

fn stream(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

fn told(bytes: &[u8], options: &CatalogueOptions) -> Result<Dataset, String> {
    read_bytes(&[("log", bytes)], options).map_err(|error| {
        assert!(error.hint().is_some() || matches!(error, DataError::BadSetting { .. }), "{error}");
        error.to_string()
    })
}

fn array<A: arrow_array::Array + 'static>(array: A) -> ArrayRef {
    Arc::new(array)
}

#[test]
fn ids_of_all_types_are_the_same_ids() {
    let plain = CatalogueOptions::default();
    let words = ["ann", "bob", "ann"];
    let users = [
        array(StringArray::from(words.to_vec())),
        array(LargeStringArray::from(words.to_vec())),
        array(StringViewArray::from(words.to_vec())),
        array(words.into_iter().collect::<DictionaryArray<Int32Type>>()),
    ];
    let items = [array(Int64Array::from(vec![7, 7, 9])), array(UInt16Array::from(vec![7, 7, 9]))];
    let expected = set(&[("ann", "7"), ("bob", "7"), ("ann", "9")]);
    for user in &users {
        for item in &items {
            let batch = batch(&[("user_id", Arc::clone(user)), ("item_id", Arc::clone(item))]);
            for packed in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
                assert_eq!(train(&told(&file(&batch, packed), &plain).unwrap()), expected);
            }
            assert_eq!(train(&told(&stream(&batch), &plain).unwrap()), expected);
        }
    }
    let large = array(UInt64Array::from(vec![u64::MAX, 1, 1]));
    let read = told(&stream(&batch(&[("user", large), ("item", Arc::clone(&items[0]))])), &plain).unwrap();
    assert_eq!(train(&read), set(&[("18446744073709551615", "7"), ("1", "7"), ("1", "9")]));
}

#[test]
fn columns_go_by_names_in_any_order_and_nested_ones_do_no_harm() {
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)]), None, Some(vec![])]);
    let batch = batch(&[
        ("tags", array(lists)),
        ("sku", array(StringArray::from(vec!["a", "b", "c"]))),
        ("score", array(Decimal128Array::from(vec![45, 10, 30]).with_precision_and_scale(3, 1).unwrap())),
        ("who", array(Int64Array::from(vec![1, 1, 2]))),
    ]);
    let options = |columns: &str, min_rating| CatalogueOptions {
        columns: Some(ColumnChoice::parse(columns).unwrap()),
        min_rating,
        ..CatalogueOptions::default()
    };
    let read = told(&file(&batch, None), &options("user=who,item=sku,rating=score", Some(3.0))).unwrap();
    assert_eq!(train(&read), set(&[("1", "a"), ("2", "c")]));
    let error = told(&file(&batch, None), &options("user=who,item=tags", None)).unwrap_err();
    assert_eq!(error, "`data/log` makes no sense as an Arrow table: column `tags` is nested, expected one value a row");
    let error = told(&file(&batch, None), &CatalogueOptions::default()).unwrap_err();
    assert_eq!(
        error,
        "names items (`sku`) in its header, but no users: `tags,sku,score,who`".replacen(
            "names",
            "`data/log` names",
            1
        )
    );
    let error = told(&file(&batch, None), &options("user=score,item=sku", None)).unwrap_err();
    assert_eq!(error, "`data/log` column `score` (user) holds decimals, expected text or whole numbers");
}

fn unsplit(bytes: &[u8]) -> UnsplitCatalogue {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("log.arrow");
    std::fs::write(&path, bytes).unwrap();
    read_unsplit(&path, &CatalogueOptions::default(), true).unwrap()
}

#[test]
fn timestamps_and_dates_are_seconds() {
    let ids = || array(Int64Array::from(vec![1, 2]));
    for time in [
        array(TimestampMicrosecondArray::from(vec![1_506_816_000_250_000, 0])),
        array(StringArray::from(vec!["2017-10-01 00:00:00.25", "1970-01-01"])),
        array(Float64Array::from(vec![1_506_816_000.25, 0.0])),
    ] {
        let read = unsplit(&file(&batch(&[("user", ids()), ("item", ids()), ("timestamp", time)]), None));
        assert_eq!(read.times.unwrap(), [1_506_816_000.25, 0.0]);
    }
    let days = array(Date32Array::from(vec![17_440, 0]));
    let read = unsplit(&stream(&batch(&[("user", ids()), ("item", ids()), ("date", days)])));
    assert_eq!(read.times.unwrap(), [1_506_816_000.0, 0.0]);
}

#[test]
fn nulls_are_told_with_their_row_or_left_out() {
    let users = array(StringArray::from(vec![Some("ann"), None, Some("NaN")]));
    let bytes = file(&batch(&[("user", users), ("item", array(Int64Array::from(vec![1, 2, 3])))]), None);
    assert_eq!(told(&bytes, &CatalogueOptions::default()).unwrap_err(), "`data/log` row 2: the user is empty");
    let skip = CatalogueOptions { skip_missing: true, ..CatalogueOptions::default() };
    let read = told(&bytes, &skip).unwrap();
    assert_eq!(train(&read), set(&[("ann", "1")]));
    assert_eq!(read.notes[0], "4 lines or rows without an id (empty or `NaN`) left out");
}

#[test]
fn a_table_of_items_may_be_arrow() {
    let items = batch(&[
        ("title", array(StringArray::from(vec![Some("Heat"), None]))),
        ("item", array(Int64Array::from(vec![7, 9]))),
        ("genre", array(StringArray::from(vec!["Crime|Drama", "Drama"]))),
        ("in_print", array(BooleanArray::from(vec![Some(true), Some(false)]))),
        ("since", array(Date32Array::from(vec![9_200, 3_000]))),
        ("parts", array(ListArray::from_iter_primitive::<Int32Type, _, _>([None, Some(vec![Some(1)])]))),
    ]);
    let options = CatalogueOptions { attributes: vec!["items.feather".into()], ..CatalogueOptions::default() };
    let files: [(&str, &[u8]); 2] = [("log.csv", b"user,item\na,7\nb,9\n"), ("items.feather", &stream(&items))];
    let read = read_bytes(&files, &options).unwrap();
    let expected = [
        "7 genre genre:Crime",
        "7 genre genre:Drama",
        "9 genre genre:Drama",
        "7 in_print in_print:yes",
        "7 since since:1990s",
        "9 since since:1970s",
    ];
    assert_eq!(facts(&read), texts(&expected));
    assert_eq!(read.vocabulary.entities.name(0), Some("Heat"));
    let nested = "of `items.feather` column `parts` is nested, expected one value a row; left out";
    assert!(read.notes.contains(&nested.to_owned()), "{:?}", read.notes);
    let graph = CatalogueOptions { graphs: vec!["items.feather".into()], ..CatalogueOptions::default() };
    let error = read_bytes(&files, &graph).unwrap_err();
    let columns = "`title`, `item`, `genre`, `in_print`, `since`, `parts`";
    assert_eq!(error.to_string(), format!("`data/items.feather` has no column `head`; there are {columns}"));
}

#[test]
fn facts_and_links_may_be_arrow_or_parquet() {
    let names = |names: [&str; 2]| array(names.into_iter().collect::<DictionaryArray<Int32Type>>());
    let log: (&str, &[u8]) = ("log.csv", b"user,item\na,7\nb,9\n");
    let options = CatalogueOptions {
        graphs: vec!["facts.arrow".into()],
        links: vec!["links.feather".into()],
        ..CatalogueOptions::default()
    };
    let told_facts = batch(&[
        ("certainty", array(Float64Array::from(vec![0.5, 1.0]))),
        ("tail", names(["crime", "m.9"])),
        ("head", names(["m.7", "crime"])),
        ("relation", names(["genre", "of"])),
    ]);
    let plain_facts = batch(&[
        ("a", names(["m.7", "crime"])),
        ("b", names(["genre", "of"])),
        ("c", array(StringViewArray::from(vec!["crime", "m.9"]))),
    ]);
    let items = || array(Int64Array::from(vec![7, 9]));
    for facts_told in [&told_facts, &plain_facts] {
        for links in [
            batch(&[("uri", names(["m.7", "m.9"])), ("n", items()), ("item", items())]),
            batch(&[("a", items()), ("b", names(["m.7", "m.9"]))]),
        ] {
            let (facts_told, links) = (stream(facts_told), file(&links, Some(CompressionType::ZSTD)));
            let files = [log, ("facts.arrow", &facts_told[..]), ("links.feather", &links)];
            let read = read_bytes(&files, &options).unwrap();
            assert_eq!(facts(&read), texts(&["7 genre crime", "crime of 9"]));
        }
    }
    let facts_only = CatalogueOptions { links: Vec::new(), ..options.clone() };
    let refused = |facts: &RecordBatch| {
        let error = read_bytes(&[log, ("facts.arrow", &stream(facts))], &facts_only).unwrap_err();
        assert!(error.hint().is_some());
        error.to_string()
    };
    let half = batch(&[("head", items()), ("tail", items())]);
    assert_eq!(refused(&half), "`data/facts.arrow` has no column `relation`; there are `head`, `tail`");
    let empty = array(StringArray::from(vec![Some("x"), None]));
    let gaps = batch(&[("head", items()), ("relation", empty), ("tail", items())]);
    assert_eq!(refused(&gaps), "`data/facts.arrow` row 2: the relation is empty");
    assert!(refused(&told_facts).contains("is about none of the items and entities"));

    let schema = "message m { REQUIRED BYTE_ARRAY relation (UTF8); REQUIRED INT64 tail; REQUIRED INT64 head; }";
    let bytes = parquet(schema, Compression::SNAPPY, &[7, 9]);
    let read = read_bytes(&[log, ("facts.arrow", &bytes)], &facts_only).unwrap();
    assert_eq!(facts(&read), texts(&["7 user0 0", "9 user1 1"]));
}

#[test]
fn whole_tables_may_be_packed_once_more() {
    let users = array(StringArray::from(vec!["ann", "bob"]));
    let batch = batch(&[("user", users), ("item", array(Int64Array::from(vec![1, 2])))]);
    let parquet = parquet(&SCHEMA.replace("KIND", ""), Compression::UNCOMPRESSED, &[5, 6]);
    let root = tempfile::tempdir().unwrap();
    for bytes in [&file(&batch, None), &stream(&batch), &parquet] {
        let packed = gzipped(bytes);
        assert_eq!(told(&packed, &CatalogueOptions::default()), told(bytes, &CatalogueOptions::default()));
        let path = root.path().join("log.parquet.gz");
        std::fs::write(&path, &packed).unwrap();
        assert_eq!(read_unsplit(&path, &CatalogueOptions::default(), false).unwrap().log.n_pairs(), 2);
        let cut = told(&packed[..packed.len() - 9], &CatalogueOptions::default()).unwrap_err();
        assert_eq!(cut, "`data/log` is damaged or cut short: it ends too early");
    }
}

/// Puts a number in the place of another, wherever that stands.
fn forged(bytes: &[u8], from: i64, to: i64) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len() - 8 {
        if bytes[at..at + 8] == from.to_le_bytes() {
            bytes[at..at + 8].copy_from_slice(&to.to_le_bytes());
        }
    }
    bytes
}

#[test]
fn arrow_that_claims_more_than_it_holds_is_refused() {
    let refused = |bytes: &[u8], words: &str| {
        let error = told(bytes, &CatalogueOptions::default()).unwrap_err();
        assert!(error.contains(words), "{error}");
    };
    let n = 1_234;
    let numbers = || array(Int64Array::from_iter_values((0..n).map(|k| k % 7)));
    let plain = batch(&[("user", numbers()), ("item", numbers())]);
    for bytes in [file(&plain, Some(CompressionType::ZSTD)), file(&plain, Some(CompressionType::LZ4_FRAME))] {
        refused(&forged(&bytes, 8 * n, (1 << 26) + 1), "its buffers claim to unpack to far more than they hold");
        refused(&forged(&bytes, 8 * n, 8 * n + 8), "length");
        refused(&forged(&bytes, n, 1 << 40), "it claims more rows than its size allows");
        refused(&forged(&bytes, n, -1), "a batch has no length");
    }
    for bytes in [file(&plain, None), stream(&plain)] {
        refused(&forged(&bytes, 8 * n, 1 << 40), "a buffer lies outside of its message");
        refused(&forged(&bytes, 8 * n, i64::MAX), "a buffer lies outside of its message");
    }
    // Nothing but their number.
    let nothing = |n| batch(&[("user", array(NullArray::new(n))), ("item", array(NullArray::new(n)))]);
    refused(&stream(&nothing(1 << 20)), "the user is empty");
    refused(&stream(&nothing((1 << 20) + 1)), "it claims more rows than its size allows");
    // One long text many times.
    let long = "ann".repeat(100_000);
    let repeated = |n: usize| {
        let users = array(vec![long.as_str(); n].into_iter().collect::<DictionaryArray<Int32Type>>());
        let views = StringViewArray::from_iter_values(vec![long.as_str(); n]);
        let mut builder = StringViewBuilder::new().with_deduplicate_strings();
        views.iter().for_each(|text| builder.append_option(text));
        let items = array(Int64Array::from_iter_values(0..n as i64));
        [users, array(builder.finish())].map(|user| stream(&batch(&[("user", user), ("item", Arc::clone(&items))])))
    };
    for (bytes, bomb) in repeated(200).into_iter().zip(repeated(300)) {
        assert!(bytes.len() < 400_000);
        assert_eq!(told(&bytes, &CatalogueOptions::default()).unwrap().train.n_pairs(), 200);
        refused(&bomb, "its texts are far longer than the file");
    }
}

#[test]
fn arrow_that_is_cut_or_altered_is_told_and_never_panics() {
    let users = array(["ann", "bob"].into_iter().collect::<DictionaryArray<Int32Type>>());
    let batch = batch(&[("user", users), ("item", array(Int64Array::from(vec![1, 2])))]);
    let plain = CatalogueOptions::default();
    for bytes in [file(&batch, None), file(&batch, Some(CompressionType::LZ4_FRAME)), stream(&batch)] {
        for length in (8..bytes.len() - 8).step_by(41) {
            let cut = told(&bytes[..length], &plain);
            // A stream may end after any batch.
            assert!(cut.is_err() || bytes.starts_with(&[0xff]), "{length}");
        }
        for at in (8..bytes.len()).step_by(13) {
            let mut altered = bytes.clone();
            altered[at] ^= 0x15;
            let _: Result<_, String> = told(&altered, &plain);
        }
    }
    assert_eq!(told(b"FEA1\0\0\0\0", &plain).unwrap_err(), "`data/log` is Feather of version 1, which is not read");
}

fn parquet(schema: &str, packed: Compression, times: &[i64]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_compression(packed).build());
    let mut file = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    let mut group = file.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let users: Vec<_> = (0..times.len()).map(|k| format!("user{}", k % 7).as_str().into()).collect();
    column.typed::<ByteArrayType>().write_batch(&users, None, None).unwrap();
    column.close().unwrap();
    for values in [(0..times.len() as i64).map(|k| k * k % 101).collect(), times.to_vec()] {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&values, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    file.into_inner().unwrap()
}

const SCHEMA: &str = "message m { REQUIRED BYTE_ARRAY user (UTF8); REQUIRED INT64 item; REQUIRED INT64 time KIND; }";

#[test]
fn parquet_is_read_however_it_is_packed() {
    let times: Vec<i64> = (0..500).collect();
    let schema = SCHEMA.replace("KIND", "");
    let plain = told(&parquet(&schema, Compression::UNCOMPRESSED, &times), &CatalogueOptions::default()).unwrap();
    assert_eq!((plain.train.n_users(), plain.train.n_items()), (7, 51));
    for packed in [
        Compression::SNAPPY,
        Compression::ZSTD(ZstdLevel::default()),
        Compression::GZIP(GzipLevel::default()),
        Compression::LZ4_RAW,
    ] {
        let bytes = parquet(&schema, packed, &times);
        assert_eq!(told(&bytes, &CatalogueOptions::default()).unwrap(), plain, "{packed}");
        for at in (4..bytes.len()).step_by(11) {
            let mut altered = bytes.clone();
            altered[at] ^= 0x40;
            let _: Result<_, String> = told(&altered, &CatalogueOptions::default());
        }
    }
}

#[test]
fn whole_numbers_of_parquet_mean_what_their_type_says() {
    let seconds = 1_506_816_000;
    for (kind, unit) in [("", 1), ("(TIMESTAMP_MILLIS)", 1_000), ("(TIMESTAMP(NANOS,true))", 1_000_000_000)] {
        let bytes = parquet(&SCHEMA.replace("KIND", kind), Compression::SNAPPY, &[seconds * unit]);
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("log.parquet");
        std::fs::write(&path, bytes).unwrap();
        let read = read_unsplit(&path, &CatalogueOptions::default(), true).unwrap();
        assert_eq!(read.times.unwrap(), [seconds as f64], "{kind}");
    }
}

#[test]
fn several_files_of_a_folder_are_one_table() {
    let part = |user: &str, item: i64| {
        let columns = [("user", array(StringArray::from(vec![user]))), ("item", array(Int64Array::from(vec![item])))];
        stream(&batch(&columns))
    };
    let (first, second) = (part("ann", 1), part("bob", 2));
    let files: [(&str, &[u8]); 3] = [("part-0.arrow", &first), ("part-1.arrow", &second), ("_SUCCESS", b"")];
    let data = read_bytes(&files, &CatalogueOptions::default()).unwrap();
    assert_eq!(train(&data), set(&[("ann", "1"), ("bob", "2")]));
    assert!(data.notes.iter().any(|note| note.contains("2 files are taken for one table")), "{:?}", data.notes);
}
