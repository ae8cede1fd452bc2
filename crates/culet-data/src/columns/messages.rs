//! The messages of an Arrow file or stream, with what they claim compared with what is there.
//!
//! The Arrow library makes room for a body, and for a buffer once it is unpacked, by the lengths that a message tells, and
//! gives out as many rows. A few bytes may claim any number, and running out of memory ends the program where no error
//! can be told. So the messages are read here, each as far as it lies in the file, and only batches whose counts can be
//! true are given to the library.

use std::collections::HashMap;
use std::sync::Arc;
use std::vec;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{read_dictionary, read_footer_length, read_record_batch};
use arrow_ipc::{Message, root_as_footer_with_opts, root_as_message_with_opts};
use arrow_schema::SchemaRef;
use bytes::Bytes;
use flatbuffers::VerifierOptions;
use parquet::file::reader::{ChunkReader, Length};

use super::reader::most_values;
use super::source::Source;
use crate::network::unpack::most_unpacked;

/// What a file begins and ends with.
pub(super) const FILE: &[u8] = b"ARROW1";
/// What a message begins with, the first of a stream too.
pub(super) const MESSAGE: &[u8] = &[0xff; 4];

/// The messages behind the schema.
pub(super) struct Messages {
    pub(super) schema: SchemaRef,
    source: Source,
    places: Places,
    dictionaries: HashMap<i64, ArrayRef>,
    left: Left,
}

/// Where messages begin.
enum Places {
    /// In a file: as its footer lists them.
    Listed(vec::IntoIter<u64>),
    /// In a stream: the next one.
    Next(u64),
}

impl Messages {
    /// Reads the schema and finds the first message behind it.
    pub(super) fn open(source: Source) -> Result<Self, String> {
        let size = source.len();
        let is_file = size >= 10 && bytes(&source, 0, 6)? == FILE;
        let (schema, places) = if is_file { footer(&source)? } else { first_message(&source)? };
        let left = Left { file: size, bytes: most_unpacked(size), values: most_values(size) };
        Ok(Self { schema, source, places, dictionaries: HashMap::new(), left })
    }

    /// The next batch of rows, with the wanted columns; dictionaries before it are kept.
    pub(super) fn next(&mut self, wanted: &[usize]) -> Result<Option<RecordBatch>, String> {
        loop {
            let start = match &mut self.places {
                Places::Next(at) => *at,
                Places::Listed(places) => match places.next() {
                    Some(at) => at,
                    None => return Ok(None),
                },
            };
            let Some((metadata, at)) = metadata(&self.source, start)? else { return Ok(None) };
            let message = message(&metadata)?;
            let length = u64::try_from(message.bodyLength()).map_err(|_| "a message has no length")?;
            let body = bytes(&self.source, at, length)?;
            let end = at + length;
            take(&mut self.left.file, end - start, "its messages lie over each other")?;
            if let Places::Next(at) = &mut self.places {
                *at = end;
            }
            let version = message.version();
            if let Some(batch) = message.header_as_dictionary_batch() {
                self.left.check(batch.data().ok_or("a dictionary is empty")?, 1, &body)?;
                let read = read_dictionary(&body.into(), batch, &self.schema, &mut self.dictionaries, &version);
                read.map_err(|error| error.to_string())?;
                continue;
            }
            let batch = message.header_as_record_batch().ok_or("a message holds no rows")?;
            self.left.check(batch, wanted.len(), &body)?;
            let schema = Arc::clone(&self.schema);
            let read = read_record_batch(&body.into(), batch, schema, &self.dictionaries, Some(wanted), &version);
            return read.map(Some).map_err(|error| error.to_string());
        }
    }
}

/// What a file may still claim.
struct Left {
    /// Its own bytes, each of which belongs to one message.
    file: u64,
    /// Bytes of buffers, unpacked.
    bytes: u64,
    values: u64,
}

impl Left {
    /// Refuses a batch with a buffer outside of its body, or with more than all batches of a file together may hold.
    fn check(&mut self, batch: arrow_ipc::RecordBatch<'_>, n_columns: usize, body: &[u8]) -> Result<(), String> {
        let n_rows = u64::try_from(batch.length()).map_err(|_| "a batch has no length")?;
        take(&mut self.values, n_rows.saturating_mul(n_columns as u64), "it claims more rows than its size allows")?;
        for buffer in batch.buffers().into_iter().flatten() {
            let n =
                unpacked(buffer, batch.compression().is_some(), body).ok_or("a buffer lies outside of its message")?;
            take(&mut self.bytes, n, "its buffers claim to unpack to far more than they hold")?;
        }
        Ok(())
    }
}

/// The bytes that a buffer claims; one that may be packed begins with their number, or with -1 if it is not.
fn unpacked(buffer: &arrow_ipc::Buffer, may_be_packed: bool, body: &[u8]) -> Option<u64> {
    let rest = body.get(usize::try_from(buffer.offset()).ok()?..)?;
    let bytes = rest.get(..usize::try_from(buffer.length()).ok()?)?;
    match bytes.first_chunk().filter(|_| may_be_packed).map(|told| i64::from_le_bytes(*told)) {
        None | Some(-1) => Some(bytes.len() as u64),
        Some(told) => u64::try_from(told).ok(),
    }
}

fn take(left: &mut u64, n: u64, otherwise: &str) -> Result<(), String> {
    *left = left.checked_sub(n).ok_or(otherwise)?;
    Ok(())
}

/// The schema in the footer of a file, and the messages that it lists.
fn footer(source: &Source) -> Result<(SchemaRef, Places), String> {
    let end = source.len() - 10;
    let tail = bytes(source, end, 10)?;
    let length = read_footer_length(tail[..].try_into().expect("ten bytes were read"));
    let length = length.map_err(|_| "it ends too early")? as u64;
    let footer = bytes(source, end.checked_sub(length).ok_or("its footer is longer than the file")?, length)?;
    let footer = root_as_footer_with_opts(&trees_of(footer.len()), &footer).map_err(|error| error.to_string())?;
    let schema = schema(footer.schema())?;
    let blocks = footer.dictionaries().into_iter().chain(footer.recordBatches()).flatten();
    let places = blocks.map(|block| u64::try_from(block.offset())).collect::<Result<Vec<_>, _>>();
    Ok((schema, Places::Listed(places.map_err(|_| "a message lies before the file")?.into_iter())))
}

/// The schema that a stream begins with, and where the next message stands.
fn first_message(source: &Source) -> Result<(SchemaRef, Places), String> {
    let (metadata, end) = metadata(source, 0)?.ok_or("it is empty")?;
    let message = message(&metadata)?;
    Ok((schema(message.header_as_schema())?, Places::Next(end)))
}

fn schema(schema: Option<arrow_ipc::Schema<'_>>) -> Result<SchemaRef, String> {
    let schema = schema.ok_or("it has no schema")?;
    if !schema.endianness().equals_to_target_endianness() {
        return Err("its numbers have their bytes in the other order".into());
    }
    try_fb_to_schema(schema).map(Arc::new).map_err(|error| error.to_string())
}

/// What a message that begins here tells of itself, and where its body begins; none at the end of a stream.
fn metadata(source: &Source, start: u64) -> Result<Option<(Bytes, u64)>, String> {
    let mut at = start;
    let mut length = 0;
    // Before version 0.15 messages began with their length.
    for _ in 0..2 {
        // A stream may end without a word.
        if at.saturating_add(4) > source.len() {
            return Ok(None);
        }
        let word = bytes(source, at, 4)?;
        at += 4;
        length = i32::from_le_bytes(word[..].try_into().expect("four bytes were read"));
        if word != MESSAGE {
            break;
        }
    }
    if length == 0 {
        return Ok(None);
    }
    let length = u64::try_from(length).map_err(|_| "a message has no length")?;
    Ok(Some((bytes(source, at, length)?, at + length)))
}

fn message(metadata: &[u8]) -> Result<Message<'_>, String> {
    root_as_message_with_opts(&trees_of(metadata.len()), metadata).map_err(|error| error.to_string())
}

/// The bounds of FlatBuffers of so many bytes: none of their tables stands in two places, as one could that makes a few
/// bytes a schema of a million columns.
fn trees_of(n_bytes: usize) -> VerifierOptions {
    // Tables take at least four bytes; what describes them may be shared.
    VerifierOptions { max_tables: n_bytes / 4, max_apparent_size: 16 * n_bytes, ..VerifierOptions::default() }
}

/// Bytes of the file, if it has them.
fn bytes(source: &Source, start: u64, length: u64) -> Result<Bytes, String> {
    let length = usize::try_from(length).map_err(|_| "a message lies behind the end of the file")?;
    source.get_bytes(start, length).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use arrow_array::Int64Array;
    use arrow_ipc::root_as_footer;
    use arrow_ipc::writer::{FileWriter, StreamWriter};

    use super::*;

    fn numbers(n: i64) -> RecordBatch {
        let array: ArrayRef = Arc::new(Int64Array::from_iter_values(0..n));
        RecordBatch::try_from_iter([("n", array)]).unwrap()
    }

    fn file(lengths: &[i64]) -> Vec<u8> {
        let mut writer = FileWriter::try_new(Vec::new(), &numbers(0).schema()).unwrap();
        lengths.iter().for_each(|&n| writer.write(&numbers(n)).unwrap());
        writer.into_inner().unwrap()
    }

    fn read(bytes: &[u8]) -> Result<Vec<usize>, String> {
        let mut messages = Messages::open(Source::bytes(bytes.to_vec()))?;
        std::iter::from_fn(|| messages.next(&[0]).transpose()).map(|batch| Ok(batch?.num_rows())).collect()
    }

    #[test]
    fn batches_come_in_the_order_of_the_file() {
        assert_eq!(read(&file(&[2, 9, 0])), Ok(vec![2, 9, 0]));
        let mut stream = StreamWriter::try_new(Vec::new(), &numbers(0).schema()).unwrap();
        [3, 1].iter().for_each(|&n| stream.write(&numbers(n)).unwrap());
        let stream = stream.into_inner().unwrap();
        assert_eq!(read(&stream), Ok(vec![3, 1]));
        // Without its last word, and as it was before version 0.15.
        assert_eq!(read(&stream[..stream.len() - 8]), Ok(vec![3, 1]));
        assert!(read(&stream[..stream.len() - 9]).unwrap_err().contains("behind the end"));
        let long = [&stream[..4], &[0xff, 0xff, 0xff, 0x7f], &stream[8..]].concat();
        assert!(read(&long).unwrap_err().contains("behind the end"));
    }

    #[test]
    fn messages_that_lie_over_each_other_are_refused() {
        let mut bytes = file(&[1, 1, 1, 1, 1, 1, 1, 1, 999]);
        let end = bytes.len() - 10;
        let length = read_footer_length(bytes[end..].try_into().unwrap()).unwrap();
        let footer = root_as_footer(&bytes[end - length..end]).unwrap();
        let places: Vec<i64> = footer.recordBatches().unwrap().iter().map(arrow_ipc::Block::offset).collect();
        for at in end - length..end - 8 {
            if places.iter().any(|place| place.to_le_bytes() == bytes[at..at + 8]) {
                bytes[at..at + 8].copy_from_slice(&places[8].to_le_bytes());
            }
        }
        assert_eq!(read(&bytes).unwrap_err(), "its messages lie over each other");
    }

    #[test]
    fn lengths_behind_the_end_are_refused() {
        let bytes = file(&[5]);
        let mut long = bytes.clone();
        let end = bytes.len() - 10;
        long[end..end + 4].copy_from_slice(&i32::MAX.to_le_bytes());
        assert_eq!(read(&long).unwrap_err(), "its footer is longer than the file");
        assert_eq!(read(&bytes[..bytes.len() - 1]).unwrap_err(), "it ends too early");
        assert!(read(b"ARROW1").is_err());
    }
}
