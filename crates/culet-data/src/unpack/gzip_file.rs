//! A single file packed by gzip.

use std::io::BufReader;

use flate2::bufread::MultiGzDecoder;

use super::Sink;
use crate::fetch::Stop;

/// Unpacks the file; it loses the ending of its name.
pub(super) fn unpack(sink: &mut Sink<'_>) -> Result<(), Stop> {
    let file = BufReader::with_capacity(1 << 17, sink.open()?);
    let name = sink.archive.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    sink.file(&name, &mut MultiGzDecoder::new(file))
}
