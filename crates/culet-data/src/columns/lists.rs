//! Reading a column of lists of numbers.

use parquet::basic::Type as PhysicalType;
use parquet::data_type::{DataType, DoubleType, FloatType};
use parquet::file::reader::FileReader;

use super::reader::{ColumnReader, caught, unreadable};

/// Lists that are read at a time.
const BATCH: usize = 256;

impl ColumnReader {
    /// Lists of real numbers, all of one length: the numbers, list after list, and the length.
    pub(crate) fn lists(&self, name: &str) -> Result<(Vec<f32>, usize), String> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        let at =
            schema.columns().iter().position(|column| column.path().parts().first().is_some_and(|own| own == name));
        let at = at.ok_or_else(|| format!("holds no column `{name}`"))?;
        let column = &schema.columns()[at];
        match (column.physical_type(), column.max_rep_level()) {
            (PhysicalType::FLOAT, 1) => caught("Parquet", || self.read_lists::<FloatType>(at, name, |x| x)),
            (PhysicalType::DOUBLE, 1) => caught("Parquet", || self.read_lists::<DoubleType>(at, name, |x| x as f32)),
            (physical, depth) => {
                Err(format!("column `{name}` is {physical} of depth {depth}, expected lists of floats"))
            }
        }
    }

    fn read_lists<T: DataType>(
        &self,
        column: usize,
        name: &str,
        convert: impl Fn(T::T) -> f32,
    ) -> Result<(Vec<f32>, usize), String> {
        let leaf = self.file.metadata().file_metadata().schema_descr().column(column);
        let mut lists = Lists {
            name,
            level: leaf.max_def_level(),
            level_of_empty: leaf.max_def_level() - 1 - i16::from(leaf.self_type().is_optional()),
            values: Vec::new(),
            length: None,
            n_rows: 0,
        };
        let (mut values, mut levels, mut repeats) = (Vec::new(), Vec::new(), Vec::new());
        for group in 0..self.file.num_row_groups() {
            let mut reader = self.column_reader::<T>(group, column, name)?;
            loop {
                values.clear();
                levels.clear();
                repeats.clear();
                let read = reader.read_records(BATCH, Some(&mut levels), Some(&mut repeats), &mut values);
                if read.map_err(|error| unreadable(name, &error))?.0 == 0 {
                    break;
                }
                lists.add(values.drain(..).map(&convert), &levels, &repeats)?;
            }
        }
        lists.finish(self.n_rows)
    }
}

/// Lists as they are read.
struct Lists<'a> {
    name: &'a str,
    /// The definition level of a number that is there.
    level: i16,
    /// That of a list of nothing.
    level_of_empty: i16,
    values: Vec<f32>,
    length: Option<usize>,
    n_rows: usize,
}

impl Lists<'_> {
    /// Adds some whole lists.
    fn add(&mut self, values: impl Iterator<Item = f32>, levels: &[i16], repeats: &[i16]) -> Result<(), String> {
        let mut start = 0;
        while start < levels.len() {
            let length = 1 + repeats[start + 1..].iter().take_while(|&&repeat| repeat > 0).count();
            let n_values = levels[start..start + length].iter().filter(|&&level| level == self.level).count();
            let is_empty = length == 1 && levels[start] == self.level_of_empty;
            if n_values < length && !is_empty {
                return Err(format!("row {} of column `{}` is null or holds null", self.n_rows, self.name));
            }
            let expected = *self.length.get_or_insert(n_values);
            if n_values != expected {
                let (row, name) = (self.n_rows, self.name);
                return Err(format!("row {row} of column `{name}` holds {n_values} numbers, expected {expected}"));
            }
            self.n_rows += 1;
            start += length;
        }
        self.values.extend(values);
        Ok(())
    }

    fn finish(self, n_rows: usize) -> Result<(Vec<f32>, usize), String> {
        let length = self.length.unwrap_or(0);
        if self.n_rows != n_rows || self.values.len() != n_rows * length {
            return Err(format!("column `{}` holds {} rows, expected {n_rows}", self.name, self.n_rows));
        }
        Ok((self.values, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads one batch of lists that may be null, of numbers that may be null: level 0 is no list, 1 an empty one, 2 a
    /// list's null, 3 a number.
    fn read(levels: &[i16], repeats: &[i16]) -> Result<(Vec<f32>, usize), String> {
        let mut lists = Lists { name: "v", level: 3, level_of_empty: 1, values: Vec::new(), length: None, n_rows: 0 };
        let n_values = levels.iter().filter(|&&level| level == 3).count();
        lists.add((0..n_values).map(|k| k as f32), levels, repeats)?;
        lists.finish(repeats.iter().filter(|&&repeat| repeat == 0).count())
    }

    #[test]
    fn lists_of_one_length_are_read_and_others_told() {
        assert_eq!(read(&[3, 3, 3, 3], &[0, 1, 0, 1]), Ok((vec![0.0, 1.0, 2.0, 3.0], 2)));
        assert_eq!(read(&[1, 1], &[0, 0]), Ok((Vec::new(), 0)));
        assert_eq!(read(&[], &[]), Ok((Vec::new(), 0)));
        let ragged = "row 1 of column `v` holds 1 numbers, expected 2";
        assert_eq!(read(&[3, 3, 3], &[0, 1, 0]).unwrap_err(), ragged);
        assert_eq!(read(&[3, 1], &[0, 0]).unwrap_err(), "row 1 of column `v` holds 0 numbers, expected 1");
        let null = "row 1 of column `v` is null or holds null";
        assert_eq!(read(&[3, 0], &[0, 0]).unwrap_err(), null);
        assert_eq!(read(&[3, 2], &[0, 0]).unwrap_err(), null);
        assert_eq!(read(&[3, 3, 3, 2], &[0, 1, 0, 1]).unwrap_err(), null);
    }
}
