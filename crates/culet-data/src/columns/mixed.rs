//! Columns of a file that another program wrote, of whatever type, a row group at a time.

use parquet::basic::Type as PhysicalType;
use parquet::data_type::{ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::file::reader::FileReader;

use super::ColumnReader;
use super::reader::{caught, unreadable};

/// The values of a column in a row group; `None` where it is null.
#[derive(Debug)]
pub(crate) enum Mixed {
    Texts(Vec<Option<Vec<u8>>>),
    Whole(Vec<Option<i64>>),
    Reals(Vec<Option<f64>>),
}

impl Mixed {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Texts(values) => values.len(),
            Self::Whole(values) => values.len(),
            Self::Reals(values) => values.len(),
        }
    }
}

impl ColumnReader {
    pub(crate) fn n_groups(&self) -> usize {
        self.file.num_row_groups()
    }

    /// The names of the columns at the top, each once, nested ones included.
    pub(crate) fn roots(&self) -> Vec<String> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        schema.root_schema().get_fields().iter().map(|field| field.name().to_owned()).collect()
    }

    /// The column of a name, if it is one value a row.
    ///
    /// # Errors
    /// Another column: nested, or of a type that is neither text nor number.
    pub(crate) fn flat(&self, name: &str) -> Result<usize, String> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        let at = schema.columns().iter().position(|column| column.path().parts() == [name]);
        let is_flat = |at: &usize| {
            let column = &schema.columns()[*at];
            column.max_rep_level() == 0 && column.max_def_level() <= 1
        };
        let at = at.filter(is_flat).ok_or_else(|| format!("column `{name}` is nested, expected one value a row"))?;
        match schema.columns()[at].physical_type() {
            PhysicalType::BYTE_ARRAY
            | PhysicalType::INT32
            | PhysicalType::INT64
            | PhysicalType::FLOAT
            | PhysicalType::DOUBLE => Ok(at),
            other => Err(format!("column `{name}` is of type {other}, expected text or numbers")),
        }
    }

    /// The values of a [flat](Self::flat) column in a row group.
    pub(crate) fn group(&self, group: usize, column: usize) -> Result<Mixed, String> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        let name = schema.columns()[column].name().to_owned();
        match schema.columns()[column].physical_type() {
            PhysicalType::BYTE_ARRAY => {
                let texts = self.values::<ByteArrayType>(group, column, &name)?;
                texts.iter().try_for_each(|text| self.count_text(text.as_slice()))?;
                Ok(Mixed::Texts(texts.into_iter().map(|text| text.map(|text| text.data().to_vec())).collect()))
            }
            PhysicalType::INT32 => {
                let values = self.values::<Int32Type>(group, column, &name)?;
                Ok(Mixed::Whole(values.into_iter().map(|value| value.map(i64::from)).collect()))
            }
            PhysicalType::INT64 => self.values::<Int64Type>(group, column, &name).map(Mixed::Whole),
            PhysicalType::FLOAT => {
                let values = self.values::<FloatType>(group, column, &name)?;
                Ok(Mixed::Reals(values.into_iter().map(|value| value.map(f64::from)).collect()))
            }
            _ => self.values::<DoubleType>(group, column, &name).map(Mixed::Reals),
        }
    }

    fn values<T: DataType>(&self, group: usize, column: usize, name: &str) -> Result<Vec<Option<T::T>>, String> {
        let max_level = self.file.metadata().file_metadata().schema_descr().columns()[column].max_def_level();
        let (values, levels) = caught(|| self.read_group::<T>(group, column, name))?;
        if max_level == 0 {
            return Ok(values.into_iter().map(Some).collect());
        }
        let mut values = values.into_iter();
        let early = || format!("column `{name}` ends too early");
        let value = |level: i16| if level < max_level { Ok(None) } else { values.next().map(Some).ok_or_else(early) };
        levels.into_iter().map(value).collect()
    }

    fn read_group<T: DataType>(
        &self,
        group: usize,
        column: usize,
        name: &str,
    ) -> Result<(Vec<T::T>, Vec<i16>), String> {
        const BATCH: usize = 1 << 16;
        let mut reader = self.column_reader::<T>(group, column, name)?;
        let (mut values, mut levels) = (Vec::new(), Vec::new());
        loop {
            let read = reader.read_records(BATCH, Some(&mut levels), None, &mut values);
            if read.map_err(|error| unreadable(name, &error))?.0 == 0 {
                return Ok((values, levels));
            }
        }
    }
}
