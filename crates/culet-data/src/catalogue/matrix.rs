//! Matrices of users and items: SciPy's `.npz` (CSR, CSC, COO), and arrays `.npy`.
//!
//! Row `u`, column `i` holds the rating of item `i` by user `u`; a 0, stored or not, is no interaction. An array of whole
//! numbers with two to four columns is a list of user, item, rating and time; any other array is a dense matrix. Users
//! and items go by their numbers from 0. Arrays of Python objects are refused, since only a pickle could load them.

use std::path::Path;

use super::not_in_format;
use super::options::Format;
use super::place::{Place, PlaceKind};
use super::problem::CatalogueProblem;
use super::raw::{Part, Raw, Taken};
use crate::DataError;
use crate::network::unpack::Input;
use crate::zipped;

const MAGIC: &[u8] = b"\x93NUMPY";
/// The limit of NumPy itself.
const MOST_HEADER: usize = 10_000;

pub(super) fn read(raw: &mut Raw, place: &Place) -> Result<(), DataError> {
    if place.kind == PlaceKind::Archive {
        return read_npz(raw, &place.files, &place.path);
    }
    let mut files = place.ending_in("npz").chain(place.ending_in("npy"));
    let file = match (place.kind, &place.files[..]) {
        (PlaceKind::File, [file]) => file,
        _ => files.next().ok_or_else(|| not_in_format(place, Format::Matrix))?,
    };
    if file.magic(4)? == zipped::MAGIC {
        return read_npz(raw, &file.members()?, &file.path);
    }
    read_array(raw, &Array::read(file)?, &file.path)
}

/// The error of a file that makes no sense.
fn malformed(path: &Path, what: impl Into<String>) -> DataError {
    DataError::catalogue(path, CatalogueProblem::Malformed { format: "a NumPy file", what: what.into() })
}

/// An array in memory.
#[derive(Debug)]
pub(super) struct Array {
    sort: Sort,
    width: usize,
    is_by_column: bool,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Signed,
    Unsigned,
    Float,
    /// Letters of a byte each.
    Bytes,
    /// Letters of four bytes each.
    Text,
}

impl Array {
    /// Reads an array whose bytes are as many as its shape says.
    pub(super) fn read(input: &Input) -> Result<Self, DataError> {
        let bytes = input.read()?;
        Self::parse(&bytes, &input.path)
    }

    fn parse(bytes: &[u8], path: &Path) -> Result<Self, DataError> {
        let wrong = |what: String| malformed(path, what);
        let cut = || wrong("it ends too early".into());
        if !bytes.starts_with(MAGIC) {
            return Err(wrong("it does not begin as one".into()));
        }
        let (header, start) = match *bytes.get(6).ok_or_else(cut)? {
            1 => (bytes.get(8..10).map(|b| usize::from(u16::from_le_bytes([b[0], b[1]]))), 10),
            2 | 3 => (bytes.get(8..12).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]) as usize), 12),
            version => return Err(wrong(format!("it is of version {version}"))),
        };
        let length = header.ok_or_else(cut)?;
        if length > MOST_HEADER {
            return Err(wrong(format!("its header has {length} bytes")));
        }
        let header = bytes.get(start..start + length).ok_or_else(cut)?;
        let header = std::str::from_utf8(header).map_err(|_| wrong("its header is not UTF-8".into()))?;
        let mut array = Self::of_header(header, path)?;
        let content = &bytes[start + length..];
        let n_bytes = array.shape.iter().try_fold(array.width, |product, &n| product.checked_mul(n));
        if n_bytes != Some(content.len()) {
            let expected = n_bytes.map_or_else(|| "more than fits".to_owned(), |n| n.to_string());
            return Err(wrong(format!("it holds {} bytes of numbers, expected {expected}", content.len())));
        }
        array.bytes = content.to_vec();
        Ok(array)
    }

    /// Reads the Python dictionary of the header as far as NumPy writes it.
    fn of_header(header: &str, path: &Path) -> Result<Self, DataError> {
        let value = |key: &str| {
            let at = header.find(&format!("'{key}'"))?;
            header[at + key.len() + 2..].trim_start().strip_prefix(':').map(str::trim_start)
        };
        let descr = value("descr").and_then(|descr| descr.split([',', '}']).next()).unwrap_or("nothing").trim();
        let kind = descr.trim_matches('\'');
        if kind.contains('O') {
            return Err(DataError::catalogue(path, CatalogueProblem::Pickle));
        }
        let known = |kind: &str| {
            let (order, rest) = kind.split_at_checked(1)?;
            let (sort, size) = rest.split_at_checked(1)?;
            let size: usize = size.parse().ok()?;
            let sort = match sort {
                "i" => Sort::Signed,
                "u" | "b" => Sort::Unsigned,
                "f" => Sort::Float,
                "S" => Sort::Bytes,
                "U" => Sort::Text,
                _ => return None,
            };
            let fits = match sort {
                Sort::Signed | Sort::Unsigned => [1, 2, 4, 8].contains(&size),
                Sort::Float => [4, 8].contains(&size),
                Sort::Bytes | Sort::Text => size <= 16,
            };
            let width = if sort == Sort::Text { 4 * size } else { size };
            (fits && (order == "<" || order == "|" || width == 1)).then_some((sort, width))
        };
        let (sort, width) = known(kind).ok_or_else(|| {
            malformed(path, format!("its type is `{descr}`, expected whole numbers or floats in little-endian order"))
        })?;
        let shape = value("shape").and_then(|shape| shape.strip_prefix('(')).and_then(|shape| shape.split(')').next());
        let extents = shape.map(|shape| {
            let parts = shape.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(|part| part.trim_end_matches('L').parse().ok()).collect::<Option<Vec<usize>>>()
        });
        let shape = extents.flatten().ok_or_else(|| malformed(path, "its header tells no shape"))?;
        let is_by_column = value("fortran_order").is_some_and(|order| order.starts_with("True"));
        Ok(Self { sort, width, is_by_column, shape, bytes: Vec::new() })
    }

    fn len(&self) -> usize {
        self.bytes.len().checked_div(self.width).unwrap_or(0)
    }

    fn raw(&self, k: usize) -> [u8; 8] {
        let mut bytes = [0; 8];
        let own = &self.bytes[k * self.width..(k + 1) * self.width];
        bytes[..self.width].copy_from_slice(own);
        bytes
    }

    /// A number as a whole number from 0 up.
    fn whole(&self, k: usize) -> Option<u64> {
        match (self.sort, self.width) {
            (Sort::Unsigned, _) => Some(u64::from_le_bytes(self.raw(k))),
            (Sort::Signed, width) => {
                let shift = 64 - 8 * width as u32;
                let value = (u64::from_le_bytes(self.raw(k)) << shift) as i64 >> shift;
                u64::try_from(value).ok()
            }
            _ => None,
        }
    }

    /// A number as a float.
    fn float(&self, k: usize) -> Option<f64> {
        if matches!(self.sort, Sort::Bytes | Sort::Text) {
            return None;
        }
        let raw = self.raw(k);
        match (self.sort, self.width) {
            (Sort::Float, 4) => Some(f32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]]).into()),
            (Sort::Float, _) => Some(f64::from_le_bytes(raw)),
            (Sort::Unsigned, _) => Some(u64::from_le_bytes(raw) as f64),
            (Sort::Signed, width) => {
                let shift = 64 - 8 * width as u32;
                Some(((u64::from_le_bytes(raw) << shift) as i64 >> shift) as f64)
            }
            _ => None,
        }
    }

    /// The only text, as `format.npy` holds it.
    fn word(&self) -> String {
        let step = if self.sort == Sort::Text { 4 } else { 1 };
        let letters = self.bytes.iter().step_by(step).take_while(|&&byte| byte != 0);
        letters.map(|&byte| char::from(byte)).collect()
    }

    fn is_whole(&self) -> bool {
        matches!(self.sort, Sort::Signed | Sort::Unsigned)
    }

    fn at(&self, row: usize, column: usize) -> usize {
        if self.is_by_column { column * self.shape[0] + row } else { row * self.shape[1] + column }
    }

    /// The rows of an array with so many columns.
    ///
    /// # Errors
    /// Another shape; a number below 0.
    pub(super) fn rows_of_whole_numbers(
        &self,
        width: usize,
        path: &Path,
    ) -> Result<impl Iterator<Item = Vec<u64>>, DataError> {
        if !self.is_whole() || self.shape.len() != 2 || self.shape[1] != width {
            let what = format!("its shape is {:?}, expected {width} columns of whole numbers", self.shape);
            return Err(malformed(path, what));
        }
        let row =
            move |row: usize| (0..width).map(|column| self.whole(self.at(row, column))).collect::<Option<Vec<u64>>>();
        if let Some(bad) = (0..self.shape[0]).position(|k| row(k).is_none()) {
            return Err(malformed(path, format!("row {bad} holds a number below 0")));
        }
        Ok((0..self.shape[0]).filter_map(row))
    }
}

fn read_array(raw: &mut Raw, array: &Array, path: &Path) -> Result<(), DataError> {
    if array.shape.len() != 2 || matches!(array.sort, Sort::Bytes | Sort::Text) {
        return Err(malformed(path, format!("its shape is {:?}, expected a matrix of numbers", array.shape)));
    }
    let (n_rows, n_columns) = (array.shape[0], array.shape[1]);
    if array.is_whole() && (2..=4).contains(&n_columns) {
        if n_columns == 2 && raw.ratings.min.is_some() {
            let problem = CatalogueProblem::Lacks { what: "ratings", columns: None };
            return Err(DataError::catalogue(path, problem));
        }
        for (row, numbers) in array.rows_of_whole_numbers(n_columns, path)?.enumerate() {
            let extra = |k: usize| numbers.get(k).map(|&number| number as f64);
            take(raw, numbers[0], numbers[1], (extra(2), extra(3)), (row, path))?;
        }
        return Ok(());
    }
    for row in 0..n_rows {
        for column in 0..n_columns {
            let rating = array.float(array.at(row, column)).unwrap_or(f64::NAN);
            take_rating(raw, row as u64, column as u64, rating, (row, path))?;
        }
    }
    Ok(())
}

/// A rating of a matrix, in which 0 stands for none.
fn take_rating(raw: &mut Raw, user: u64, item: u64, rating: f64, at: (usize, &Path)) -> Result<(), DataError> {
    if rating == 0.0 {
        return Ok(());
    }
    if !rating.is_finite() {
        let what = format!("the rating of item {item} is {rating}, expected a finite number");
        return Err(DataError::catalogue(at.1, CatalogueProblem::Row { row: at.0 + 1, what }));
    }
    take(raw, user, item, (Some(rating), None), at)
}

fn take(
    raw: &mut Raw,
    user: u64,
    item: u64,
    (rating, time): (Option<f64>, Option<f64>),
    (row, path): (usize, &Path),
) -> Result<(), DataError> {
    let (user, item) = (user.to_string(), item.to_string());
    let taken = Taken { user: user.as_bytes(), item: item.as_bytes(), rating, time };
    raw.take(Part::Train, taken).map_err(|problem| {
        DataError::catalogue(path, CatalogueProblem::Row { row: row + 1, what: problem.to_string() })
    })
}

/// A sparse matrix of SciPy.
fn read_npz(raw: &mut Raw, members: &[Input], path: &Path) -> Result<(), DataError> {
    let find = |name: &str| members.iter().find(|input| input.name() == format!("{name}.npy"));
    let array = |name: &str| {
        let input = find(name).ok_or_else(|| malformed(path, format!("it holds no `{name}`")))?;
        Array::read(input)
    };
    let format = match (find("format"), members) {
        (Some(input), _) => Array::read(input)?.word(),
        (None, [only]) => return read_array(raw, &Array::read(only)?, path),
        (None, _) if find("row").is_some() => "coo".to_owned(),
        (None, _) => "csr".to_owned(),
    };
    match format.as_str() {
        "csr" => read_compressed(raw, [&array("indptr")?, &array("indices")?, &array("data")?], path, false),
        "csc" => read_compressed(raw, [&array("indptr")?, &array("indices")?, &array("data")?], path, true),
        "coo" => {
            let [rows, columns, data] = [array("row")?, array("col")?, array("data")?];
            if rows.len() != columns.len() || rows.len() != data.len() {
                return Err(malformed(path, "its rows, columns and values are not equally many"));
            }
            for k in 0..rows.len() {
                let (row, column) = (rows.whole(k), columns.whole(k));
                let (Some(row), Some(column)) = (row, column) else {
                    return Err(malformed(path, format!("entry {k} has no row and column from 0 up")));
                };
                take_rating(raw, row, column, value(&data, k, path)?, (k, path))?;
            }
            Ok(())
        }
        other => Err(malformed(path, format!("its format is `{}`, expected csr, csc or coo", other.escape_debug()))),
    }
}

/// Rows of columns, or where `turned` columns of rows.
fn read_compressed(
    raw: &mut Raw,
    [starts, indices, data]: [&Array; 3],
    path: &Path,
    turned: bool,
) -> Result<(), DataError> {
    let n = indices.len();
    if data.len() != n {
        return Err(malformed(path, "its indices and values are not equally many"));
    }
    let mut start = 0;
    for row in 0..starts.len().saturating_sub(1) {
        let end = starts.whole(row + 1).filter(|&end| end >= start && end <= n as u64);
        let end = end.ok_or_else(|| malformed(path, format!("row {row} does not end within its {n} entries")))?;
        for k in start as usize..end as usize {
            let column =
                indices.whole(k).ok_or_else(|| malformed(path, format!("entry {k} has no column from 0 up")))?;
            let (user, item) = if turned { (column, row as u64) } else { (row as u64, column) };
            take_rating(raw, user, item, value(data, k, path)?, (k, path))?;
        }
        start = end;
    }
    if start < n as u64 {
        return Err(malformed(path, format!("{} entries belong to no row", n as u64 - start)));
    }
    Ok(())
}

fn value(data: &Array, k: usize, path: &Path) -> Result<f64, DataError> {
    data.float(k).ok_or_else(|| malformed(path, "its values are no numbers"))
}
