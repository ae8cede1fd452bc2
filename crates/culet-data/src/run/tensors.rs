//! Safetensors files, written and read row by row, so that no second copy of a table is ever in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use culet_kernels::Matrix;
use safetensors::tensor::{Dtype, Metadata, TensorInfo};
use serde_json::{Map, Value};

const BLOCK: usize = 1 << 16;
/// The library's own limit; a header of a thousand tables has 100 KB.
const MAX_HEADER: u64 = 100_000_000;

/// A tensor to write.
pub(super) enum Tensor<'a> {
    /// F32 `[n_rows, dim]`.
    Table(&'a Matrix),
    /// U32 `[n]`.
    Words(&'a [u32]),
    /// U32 `[n, 3]`.
    Triples(Vec<[u32; 3]>),
    /// U32 `[n, 2]`.
    Pairs(&'a [(u32, u32)]),
    /// U32 `[n, 2]` from two columns of equal length.
    Columns(&'a [u32], &'a [u32]),
    /// F32 `[n]`.
    Reals(&'a [f32]),
    /// U16 `[n]`.
    Shorts(&'a [u16]),
    /// U8 `[n]`.
    Bytes(&'a [u8]),
}

impl Tensor<'_> {
    fn info(&self, start: usize) -> TensorInfo {
        let (dtype, shape) = match self {
            Self::Table(table) => (Dtype::F32, vec![table.n_rows(), table.dim()]),
            Self::Words(words) => (Dtype::U32, vec![words.len()]),
            Self::Triples(triples) => (Dtype::U32, vec![triples.len(), 3]),
            Self::Pairs(pairs) => (Dtype::U32, vec![pairs.len(), 2]),
            Self::Columns(column, _) => (Dtype::U32, vec![column.len(), 2]),
            Self::Reals(reals) => (Dtype::F32, vec![reals.len()]),
            Self::Shorts(shorts) => (Dtype::U16, vec![shorts.len()]),
            Self::Bytes(bytes) => (Dtype::U8, vec![bytes.len()]),
        };
        let end = start + dtype.bitsize() / 8 * shape.iter().product::<usize>();
        TensorInfo { dtype, shape, data_offsets: (start, end) }
    }

    fn write(&self, writer: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Table(table) => write_table(table, writer),
            Self::Words(words) => write_words(words.iter().copied(), writer),
            Self::Triples(triples) => write_words(triples.as_flattened().iter().copied(), writer),
            Self::Pairs(pairs) => write_words(pairs.iter().flat_map(|&(u, v)| [u, v]), writer),
            Self::Columns(left, right) => write_words(left.iter().zip(*right).flat_map(|(&u, &v)| [u, v]), writer),
            Self::Reals(reals) => write_words(reals.iter().map(|x| x.to_bits()), writer),
            Self::Shorts(shorts) => shorts.iter().try_for_each(|short| writer.write_all(&short.to_le_bytes())),
            Self::Bytes(bytes) => writer.write_all(bytes),
        }
    }
}

fn write_table(table: &Matrix, writer: &mut impl Write) -> io::Result<()> {
    if table.dim() == 0 {
        return Ok(());
    }
    let mut bytes = Vec::with_capacity(4 * table.dim());
    for row in 0..table.n_rows() {
        bytes.clear();
        bytes.extend(table.row(row)[..table.dim()].iter().flat_map(|x| x.to_le_bytes()));
        writer.write_all(&bytes)?;
    }
    Ok(())
}

fn write_words(mut words: impl Iterator<Item = u32>, writer: &mut impl Write) -> io::Result<()> {
    words.try_for_each(|word| writer.write_all(&word.to_le_bytes()))
}

/// Writes tensors in the order given, with metadata; equal contents give equal bytes.
///
/// # Panics
/// If two tensors have the same name.
pub(super) fn write(
    tensors: &[(&str, Tensor)],
    metadata: &BTreeMap<String, String>,
    writer: impl Write,
) -> io::Result<()> {
    let header = header(tensors, metadata)?;
    let mut writer = BufWriter::with_capacity(BLOCK, writer);
    writer.write_all(&(header.len() as u64).to_le_bytes())?;
    writer.write_all(&header)?;
    for (_, tensor) in tensors {
        tensor.write(&mut writer)?;
    }
    writer.flush()
}

/// The header in the order of the tensors' names, not of a hash map, blanks up to a multiple of 8 bytes.
fn header(tensors: &[(&str, Tensor)], metadata: &BTreeMap<String, String>) -> io::Result<Vec<u8>> {
    let mut header = Map::from_iter([("__metadata__".to_owned(), serde_json::to_value(metadata)?)]);
    let mut end = 0;
    for (name, tensor) in tensors {
        let info = tensor.info(end);
        end = info.data_offsets.1;
        let repeated = header.insert((*name).into(), serde_json::to_value(info)?);
        assert!(repeated.is_none(), "tensors have different names, `{name}` stands twice");
    }
    let mut bytes = serde_json::to_vec(&Value::Object(header))?;
    bytes.resize(bytes.len().next_multiple_of(8), b' ');
    Ok(bytes)
}

/// An open safetensors file; tensors are read when asked for.
///
/// Any content is safe: what does not fit together is an error, and no size is believed beyond that of the file.
#[derive(Debug)]
pub(super) struct TensorFile {
    file: File,
    metadata: Metadata,
    start: u64,
}

impl TensorFile {
    /// Reads the header of a file.
    pub(super) fn open(mut file: File) -> Result<Self, String> {
        let (metadata, start) = read_header(&mut file)?;
        let n_bytes = file.metadata().map_err(|error| unreadable(&error))?.len();
        let expected = start.checked_add(metadata.data_len() as u64);
        if expected != Some(n_bytes) {
            return Err(format!("the header describes a file of another size than {n_bytes} bytes"));
        }
        Ok(Self { file, metadata, start })
    }

    /// The names of the tensors in the order of the file.
    pub(super) fn names(&self) -> Vec<String> {
        self.metadata.offset_keys()
    }

    /// Whether there is a tensor of that name.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.metadata.info(name).is_some()
    }

    /// A count from the metadata.
    pub(super) fn count(&self, key: &str) -> Result<usize, String> {
        let text = self.metadata.metadata().as_ref().and_then(|metadata| metadata.get(key));
        let text = text.ok_or_else(|| format!("the metadata lack `{key}`"))?;
        let count =
            text.parse::<u32>().map_err(|_| format!("`{key}` is `{}`, expected a count", text.escape_debug()))?;
        Ok(count as usize)
    }

    /// A yes or no from the metadata.
    pub(super) fn flag(&self, key: &str) -> Result<bool, String> {
        let text = self.metadata.metadata().as_ref().and_then(|metadata| metadata.get(key));
        match text.map(String::as_str) {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(text) => Err(format!("`{key}` is `{}`, expected true or false", text.escape_debug())),
            None => Err(format!("the metadata lack `{key}`")),
        }
    }

    /// A table of F32.
    pub(super) fn table(&self, name: &str) -> Result<Matrix, String> {
        let info = self.info(name, Dtype::F32, 2)?;
        let (n_rows, dim) = (info.shape[0], info.shape[1]);
        let mut table = Matrix::zeros(n_rows, dim);
        if dim == 0 {
            return Ok(table);
        }
        let mut bytes = vec![0; 4 * dim];
        self.read(info, |reader| {
            for row in 0..n_rows {
                reader.read_exact(&mut bytes)?;
                for (x, bytes) in table.row_mut(row).iter_mut().zip(bytes.as_chunks::<4>().0) {
                    *x = f32::from_le_bytes(*bytes);
                }
            }
            Ok(())
        })?;
        Ok(table)
    }

    /// A list of U32.
    pub(super) fn words(&self, name: &str) -> Result<Vec<u32>, String> {
        self.read_words(self.info(name, Dtype::U32, 1)?)
    }

    /// Triples of U32.
    pub(super) fn triples(&self, name: &str) -> Result<Vec<[u32; 3]>, String> {
        let info = self.info(name, Dtype::U32, 2)?;
        if info.shape[1] != 3 {
            return Err(format!("`{name}` has {} columns, expected 3", info.shape[1]));
        }
        Ok(self.read_words(info)?.as_chunks::<3>().0.to_vec())
    }

    /// Pairs of U32.
    pub(super) fn pairs(&self, name: &str) -> Result<Vec<[u32; 2]>, String> {
        let info = self.info(name, Dtype::U32, 2)?;
        if info.shape[1] != 2 {
            return Err(format!("`{name}` has {} columns, expected 2", info.shape[1]));
        }
        Ok(self.read_words(info)?.as_chunks::<2>().0.to_vec())
    }

    /// A list of F32.
    pub(super) fn reals(&self, name: &str) -> Result<Vec<f32>, String> {
        Ok(self.read_words(self.info(name, Dtype::F32, 1)?)?.into_iter().map(f32::from_bits).collect())
    }

    /// A list of U16.
    pub(super) fn shorts(&self, name: &str) -> Result<Vec<u16>, String> {
        let bytes = self.read_bytes(self.info(name, Dtype::U16, 1)?)?;
        Ok(bytes.as_chunks::<2>().0.iter().map(|short| u16::from_le_bytes(*short)).collect())
    }

    /// A list of U8.
    pub(super) fn bytes(&self, name: &str) -> Result<Vec<u8>, String> {
        self.read_bytes(self.info(name, Dtype::U8, 1)?)
    }

    fn info(&self, name: &str, dtype: Dtype, n_axes: usize) -> Result<&TensorInfo, String> {
        let info = self.metadata.info(name).ok_or_else(|| format!("holds no tensor `{name}`"))?;
        if info.dtype != dtype || info.shape.len() != n_axes {
            let (found, shape) = (info.dtype, &info.shape);
            return Err(format!("`{name}` is {found} {shape:?}, expected {dtype} with {n_axes} axes"));
        }
        Ok(info)
    }

    fn read_words(&self, info: &TensorInfo) -> Result<Vec<u32>, String> {
        let bytes = self.read_bytes(info)?;
        Ok(bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect())
    }

    fn read_bytes(&self, info: &TensorInfo) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; info.data_offsets.1 - info.data_offsets.0];
        self.read(info, |reader| reader.read_exact(&mut bytes))?;
        Ok(bytes)
    }

    /// Reads by places of its own: a process that was forked shares the place in the file with its parent.
    fn read(
        &self,
        info: &TensorInfo,
        read: impl FnOnce(&mut BufReader<Section<'_>>) -> io::Result<()>,
    ) -> Result<(), String> {
        let section = Section { file: &self.file, at: self.start + info.data_offsets.0 as u64 };
        read(&mut BufReader::with_capacity(BLOCK, section)).map_err(|error| unreadable(&error))
    }
}

/// A file from some place on.
struct Section<'a> {
    file: &'a File,
    at: u64,
}

impl Read for Section<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let n = std::os::unix::fs::FileExt::read_at(self.file, bytes, self.at)?;
        #[cfg(windows)]
        let n = std::os::windows::fs::FileExt::seek_read(self.file, bytes, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

/// Refuses offsets of compressed rows with which [`Csr::from_parts`](culet_graph::Csr::from_parts) would panic: of
/// `rows`, say `("user", n_users)`, with so many columns.
pub(super) fn check_offsets(
    part: &str,
    offsets: &[u32],
    (row, n_rows): (&str, usize),
    n_columns: usize,
) -> Result<(), String> {
    if offsets.len() != n_rows + 1 {
        return Err(format!("`{part}` has {} offsets, expected {} for {n_rows} {row}s", offsets.len(), n_rows + 1));
    }
    if let Some(at) = offsets.windows(2).position(|pair| pair[0] > pair[1]) {
        return Err(format!("the offsets of `{part}` decrease after {row} {at}"));
    }
    let (first, last) = (offsets[0], offsets[n_rows]);
    if first != 0 || last as usize != n_columns {
        return Err(format!("the offsets of `{part}` go from {first} to {last}, expected 0 to {n_columns}"));
    }
    Ok(())
}

/// The header and where the tensors begin.
fn read_header(file: &mut File) -> Result<(Metadata, u64), String> {
    let mut length = [0; 8];
    file.rewind().and_then(|()| file.read_exact(&mut length)).map_err(|error| unreadable(&error))?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER {
        return Err(format!("is not a safetensors file: its header would have {length} bytes"));
    }
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header).map_err(|error| unreadable(&error))?;
    let metadata: Metadata =
        serde_json::from_slice(&header).map_err(|error| format!("the header makes no sense: {error}"))?;
    check_extents(&metadata)?;
    Ok((metadata, 8 + length))
}

/// An empty tensor may claim any extent: keep it within what a table can have.
fn check_extents(metadata: &Metadata) -> Result<(), String> {
    for (name, info) in metadata.tensors() {
        if info.shape.iter().any(|&extent| u32::try_from(extent).is_err()) {
            return Err(format!("`{name}` has the shape {:?}, more than a table can have", info.shape));
        }
    }
    Ok(())
}

fn unreadable(error: &io::Error) -> String {
    format!("cannot be read: {error}")
}
