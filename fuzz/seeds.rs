//! Whole files, to be altered by the bytes of an input. All of them are made here, none is of a real data set.

use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray, StringViewArray};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use bytes::Bytes;
use culet_data::{CatalogueTarget, Dataset, write_catalogue};
use culet_graph::{Interactions, KnowledgeGraph, Names, Triplet, Vocabulary};
use culet_testkit::{ZipEntry, zip_of};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use parquet::basic::{Compression as Codec, Encoding, GzipLevel, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::metadata::ParquetMetaDataReader;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

/// Puts the bytes of an input over a file: three tell a place, counted from the end where the directory of most formats
/// stands, and what is changed there. The first tells whether the file is cut short.
#[must_use]
pub fn altered(file: &[u8], input: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let Some((&cut, changes)) = input.split_first() else { return file };
    for change in changes.chunks_exact(3) {
        let n = file.len();
        let at = n - 1 - usize::from(u16::from_le_bytes([change[0], change[1]])) % n;
        file[at] ^= change[2];
    }
    if cut >= 0xf0 {
        file.truncate(file.len() * usize::from(cut & 0x0f) / 16);
    }
    file
}

/// Parquet tables of users, items, ratings and times, each as another writer would write it.
#[must_use]
pub fn parquet_tables() -> Vec<Vec<u8>> {
    let versions = [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0];
    let encodings =
        [None, Some(Encoding::PLAIN), Some(Encoding::DELTA_LENGTH_BYTE_ARRAY), Some(Encoding::DELTA_BYTE_ARRAY)];
    let mut tables = Vec::new();
    for version in versions {
        for encoding in encodings {
            for codec in [Codec::UNCOMPRESSED, Codec::SNAPPY] {
                tables.push(parquet_table(version, encoding, codec));
            }
        }
        // What these pack are the same pages.
        for codec in [Codec::ZSTD(ZstdLevel::default()), Codec::GZIP(GzipLevel::default()), Codec::LZ4, Codec::LZ4_RAW]
        {
            tables.push(parquet_table(version, None, codec));
        }
    }
    tables
}

fn parquet_table(version: WriterVersion, encoding: Option<Encoding>, codec: Codec) -> Vec<u8> {
    let schema = "message m { required binary user_id (UTF8); optional binary item_id (UTF8); required double rating; \
                  optional int64 timestamp; }";
    let mut properties = WriterProperties::builder().set_writer_version(version).set_compression(codec);
    properties = match encoding {
        None => properties.set_dictionary_enabled(true),
        Some(encoding) => {
            let properties = properties.set_dictionary_enabled(false);
            properties.set_column_encoding("user_id".into(), encoding).set_column_encoding("item_id".into(), encoding)
        }
    };
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build())).unwrap();
    for rows in [0..12_usize, 12..40] {
        let texts = |prefix: &str, n: usize| -> Vec<ByteArray> {
            rows.clone().map(|k| ByteArray::from(format!("{prefix}-{}", k % n).as_str())).collect()
        };
        let (ratings, times): (Vec<f64>, Vec<i64>) = rows.clone().map(|k| ((k % 5) as f64, 1_000 + k as i64)).unzip();
        let levels = vec![1; rows.len()];
        let mut group = file.next_row_group().unwrap();
        for column in 0.. {
            let Some(mut writer) = group.next_column().unwrap() else { break };
            match column {
                0 => writer.typed::<ByteArrayType>().write_batch(&texts("user", 7), None, None).unwrap(),
                1 => writer.typed::<ByteArrayType>().write_batch(&texts("item", 11), Some(&levels), None).unwrap(),
                2 => writer.typed::<DoubleType>().write_batch(&ratings, None, None).unwrap(),
                _ => writer.typed::<Int64Type>().write_batch(&times, Some(&levels), None).unwrap(),
            };
            writer.close().unwrap();
        }
        group.close().unwrap();
    }
    file.into_inner().unwrap()
}

/// Arrow tables of the same: files and streams, of texts, of dictionaries and of views, their buffers packed or not.
#[must_use]
pub fn arrow_tables() -> Vec<Vec<u8>> {
    let mut tables = Vec::new();
    for packed in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
        // Fewer rows are not worth packing, and remain as they are.
        let n = if packed.is_some() { 120 } else { 20 };
        let texts =
            |prefix: &'static str, n_distinct: usize| (0..n).map(move |k| format!("{prefix}-{}", k % n_distinct));
        let options = || IpcWriteOptions::default().try_with_compression(packed).unwrap();
        let users: [ArrayRef; 3] = [
            Arc::new(StringArray::from_iter_values(texts("user", 7))),
            Arc::new(
                texts("user", 7).collect::<Vec<_>>().iter().map(String::as_str).collect::<DictionaryArray<Int32Type>>(),
            ),
            Arc::new(StringViewArray::from_iter_values(texts("a user of a long name", 7))),
        ];
        for user in users {
            let batch = RecordBatch::try_from_iter([
                ("user_id", user),
                ("item_id", Arc::new(Int64Array::from_iter_values((0..n as i64).map(|k| k % 11))) as ArrayRef),
                ("rating", Arc::new(Float64Array::from_iter_values((0..n).map(|k| (k % 5) as f64)))),
                ("timestamp", Arc::new(Int64Array::from_iter((0..n as i64).map(|k| (k != 3).then_some(1_000 + k))))),
            ]);
            let batch = batch.unwrap();
            let mut file = FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options()).unwrap();
            file.write(&batch).unwrap();
            file.write(&batch.slice(0, n / 2)).unwrap();
            tables.push(file.into_inner().unwrap());
            let mut stream = StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options()).unwrap();
            stream.write(&batch).unwrap();
            stream.write(&batch.slice(0, n / 2)).unwrap();
            tables.push(stream.into_inner().unwrap());
        }
    }
    tables
}

/// A file by its name.
pub type Named = (String, Vec<u8>);

/// A data set, and the files of the Parquet folder that holds it.
///
/// # Panics
/// If no temporary folder can be written.
#[must_use]
pub fn parquet_folder() -> (Dataset, Vec<Named>) {
    let data = dataset();
    let root = tempfile::tempdir().unwrap();
    write_catalogue(&root.path().join("data"), &data, CatalogueTarget::Parquet).unwrap();
    let mut files = files_in(&root.path().join("data"));
    files.sort();
    (data, files)
}

fn dataset() -> Dataset {
    let names = |names: &[(&str, Option<&str>)]| {
        let mut table = Names::default();
        names.iter().for_each(|(id, name)| table.push(id, *name));
        table
    };
    let fact = |head, relation, tail| Triplet { head, relation, tail };
    Dataset {
        name: "data".to_owned(),
        train: Interactions::from_pairs(3, 3, &[(0, 0), (0, 1), (1, 2), (2, 1)]).unwrap(),
        valid: Interactions::from_pairs(3, 3, &[(1, 0)]).unwrap(),
        test: Interactions::from_pairs(3, 3, &[(2, 2)]).unwrap(),
        graph: KnowledgeGraph::from_triplets(5, 2, vec![fact(0, 0, 3), fact(1, 1, 4), fact(4, 0, 2)]).unwrap(),
        vocabulary: Vocabulary {
            users: names(&[("ann", None), ("bob", Some("Bob")), ("eve", None)]),
            entities: names(&[("7", Some("Heat")), ("8", None), ("9", Some("Dune")), ("crime", None), ("7", None)]),
            relations: names(&[("genre", Some("has the genre")), ("of", None)]),
        },
        notes: Vec::new(),
    }
}

fn files_in(folder: &Path) -> Vec<Named> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap())).collect()
}

/// An archive of two tables, one of them packed, in a folder, with clutter beside them.
#[must_use]
pub fn zip_archive() -> Vec<u8> {
    let table = b"user,item,rating\nann,7,5\nbob,8,3\n".repeat(9);
    let packed = deflated(&table);
    zip_of(&[
        ZipEntry { mode: 0o040_755, ..ZipEntry::stored("x/", b"") },
        ZipEntry { packed: &packed, method: 8, ..ZipEntry::stored("x/ratings.csv", &table) },
        ZipEntry { mode: 0, ..ZipEntry::stored("x/movies.csv", b"movieId,title,genres\n7,Heat,Crime\n8,Dune,Drama\n") },
        ZipEntry::stored("__MACOSX/x/._ratings.csv", b"\0"),
    ])
}

/// A sparse matrix as SciPy packs it.
#[must_use]
pub fn npz() -> Vec<u8> {
    let whole = |numbers: &[i32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let arrays = [
        ("indptr.npy", npy("<i4", "(3,)", &whole(&[0, 2, 3]))),
        ("indices.npy", npy("<i4", "(3,)", &whole(&[0, 1, 2]))),
        ("data.npy", npy("|i1", "(3,)", &[1, 2, 1])),
        ("format.npy", npy("|S3", "()", b"csr")),
    ];
    let packed = arrays.each_ref().map(|(_, array)| deflated(array));
    let entries = arrays.iter().zip(&packed);
    let entries: Vec<_> = entries
        .map(|((name, array), packed)| ZipEntry { packed, method: 8, ..ZipEntry::stored(name, array) })
        .collect();
    zip_of(&entries)
}

/// An array as NumPy writes it.
#[must_use]
pub fn npy(descr: &str, shape: &str, content: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), content].concat()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A file of gzip.
#[must_use]
pub fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A Parquet table, and where the pages of each of its columns lie.
pub type Table = (Vec<u8>, Vec<Range<usize>>);

/// The [`parquet_tables`] with the places of their pages.
#[must_use]
pub fn parquet_pages() -> Vec<Table> {
    let with_places = |table: Vec<u8>| {
        let about = ParquetMetaDataReader::new().parse_and_finish(&Bytes::from(table.clone())).unwrap();
        let chunks = about.row_groups().iter().flat_map(|group| group.columns());
        let places = chunks.map(|chunk| chunk.byte_range());
        let places = places.map(|(start, length)| start as usize..(start + length) as usize).collect();
        (table, places)
    };
    parquet_tables().into_iter().map(with_places).collect()
}

/// Puts pages in place of those of a column: well-formed headers of which an input tells each number, then its bytes.
#[must_use]
pub fn with_pages((table, places): &Table, input: &[u8]) -> Vec<u8> {
    let mut input = Numbers(input);
    let place = places[usize::from(input.byte()) % places.len()].clone();
    let mut pages = Vec::new();
    while pages.len() < place.len() && !input.0.is_empty() {
        let n_left = place.len() - pages.len();
        pages.extend(page(&mut input, n_left));
    }
    pages.resize(place.len(), 0);
    let mut table = table.clone();
    table[place].copy_from_slice(&pages);
    table
}

/// The numbers that an input tells, and then zeros.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn byte(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or(0)
    }

    /// A small number, a large one, or the one that would be right, as Thrift writes a field of it.
    fn field(&mut self, right: usize) -> Vec<u8> {
        let number = match self.byte() {
            small @ 0..0x40 => small.into(),
            0x40..0xb0 => right as i32,
            _ => i32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()]),
        };
        let mut zigzag = (number << 1 ^ number >> 31) as u32;
        let mut field = vec![0x15];
        while zigzag >= 0x80 {
            field.push(zigzag as u8 | 0x80);
            zigzag >>= 7;
        }
        field.push(zigzag as u8);
        field
    }
}

/// A page of at most so many bytes.
fn page(input: &mut Numbers<'_>, n_left: usize) -> Vec<u8> {
    // A header of a few tens of bytes stands before the content.
    let n_content = usize::from(input.byte()).min(n_left.saturating_sub(24)).min(input.0.len());
    let kind = [0, 2, 3][usize::from(input.byte() % 3)];
    let mut header = [&[0x15, 2 * kind][..], &input.field(n_content), &input.field(n_content)].concat();
    let (step, n_fields) = [(0x2c, 4), (0, 0), (0x4c, 2), (0x5c, 6)][usize::from(kind)];
    header.push(step);
    (0..n_fields).for_each(|_| header.extend(input.field(0)));
    header.extend([0, 0]);
    let (content, rest) = input.0.split_at(n_content.min(input.0.len()));
    input.0 = rest;
    header.extend(content);
    header.truncate(n_left);
    header
}
