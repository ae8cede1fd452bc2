//! Columns of a file that another program wrote, of whatever type, a row group at a time.

use std::borrow::Cow;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as PhysicalType};
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type, Int96Type,
};
use parquet::file::reader::FileReader;
use parquet::schema::types::ColumnDescriptor;

use super::ColumnReader;
use super::reader::{caught, unreadable};
use crate::moment::date_of;

/// Seconds.
pub(super) const SECONDS_A_DAY: f64 = 86_400.0;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Whole,
    Float,
    Decimal,
    Flag,
    Time,
}

impl Kind {
    /// Of numbers with so many digits behind the point.
    pub(super) fn of_decimals(scale: i32) -> Self {
        if scale == 0 { Self::Whole } else { Self::Decimal }
    }

    /// Why the values are no ids; nothing if they are.
    pub(crate) fn no_ids(self) -> Option<&'static str> {
        match self {
            Self::Text | Self::Whole => None,
            Self::Float => Some("floats"),
            Self::Decimal => Some("decimals"),
            Self::Flag => Some("true and false"),
            Self::Time => Some("times"),
        }
    }
}

/// Texts end to end, some of which may be missing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct TextColumn {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    present: Vec<bool>,
}

impl TextColumn {
    pub(super) fn push(&mut self, text: Option<&[u8]>) {
        self.bytes.extend_from_slice(text.unwrap_or_default());
        self.ends.push(self.bytes.len());
        self.present.push(text.is_some());
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A text; none where it is missing, or behind the last.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<&[u8]> {
        let start = if row == 0 { 0 } else { *self.ends.get(row - 1)? };
        self.present.get(row)?.then(|| &self.bytes[start..self.ends[row]])
    }
}

impl<T: AsRef<[u8]>> FromIterator<Option<T>> for TextColumn {
    fn from_iter<I: IntoIterator<Item = Option<T>>>(texts: I) -> Self {
        let mut column = Self::default();
        texts.into_iter().for_each(|text| column.push(text.as_ref().map(AsRef::as_ref)));
        column
    }
}

/// The values of a column in a group of rows; `None` where it is null.
#[derive(Debug, PartialEq)]
pub(crate) enum Mixed {
    Texts(TextColumn),
    Whole(Vec<Option<i64>>),
    Reals(Vec<Option<f64>>),
    Flags(Vec<Option<bool>>),
    /// Seconds since 1970.
    Times(Vec<Option<f64>>),
}

impl Mixed {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Texts(values) => values.len(),
            Self::Whole(values) => values.len(),
            Self::Reals(values) | Self::Times(values) => values.len(),
            Self::Flags(values) => values.len(),
        }
    }

    /// Whether a value is null, or no number among numbers.
    pub(crate) fn is_missing(&self, row: usize) -> bool {
        match self {
            Self::Texts(values) => values.get(row).is_none(),
            Self::Whole(values) => values[row].is_none(),
            Self::Reals(values) | Self::Times(values) => values[row].is_none_or(f64::is_nan),
            Self::Flags(values) => values[row].is_none(),
        }
    }

    /// A value as a table of texts would have it: a time as its date; none where it is null.
    pub(crate) fn text(&self, row: usize) -> Option<Cow<'_, [u8]>> {
        let own = |text: String| Cow::Owned(text.into_bytes());
        match self {
            Self::Texts(values) => values.get(row).map(Cow::Borrowed),
            Self::Whole(values) => values[row].map(|value| own(value.to_string())),
            Self::Reals(values) => values[row].map(|value| own(value.to_string())),
            Self::Flags(values) => values[row].map(|value| own(value.to_string())),
            Self::Times(values) => values[row].and_then(date_of).map(own),
        }
    }

    /// The values at these places.
    pub(super) fn at(&self, places: &[Option<i64>]) -> Self {
        fn place(place: &Option<i64>) -> Option<usize> {
            place.and_then(|place| usize::try_from(place).ok())
        }
        fn pick<T: Clone>(values: &[Option<T>], places: &[Option<i64>]) -> Vec<Option<T>> {
            places.iter().map(|at| place(at).and_then(|at| values.get(at)?.clone())).collect()
        }
        match self {
            Self::Texts(values) => Self::Texts(places.iter().map(|at| values.get(place(at)?)).collect()),
            Self::Whole(values) => Self::Whole(pick(values, places)),
            Self::Reals(values) => Self::Reals(pick(values, places)),
            Self::Flags(values) => Self::Flags(pick(values, places)),
            Self::Times(values) => Self::Times(pick(values, places)),
        }
    }
}

/// What whole numbers of a Parquet column stand for.
#[derive(Debug, Clone, Copy)]
enum Sense {
    Plain,
    Unsigned,
    /// Numbers without their point, which stands before so many digits.
    Decimal(i32),
    /// Times, so many of them a second.
    Times(i64),
    Days,
    /// Times of a day.
    Hours,
}

impl Sense {
    /// By the logical type, or else by its forerunner in older files.
    fn of(column: &ColumnDescriptor) -> Self {
        match column.logical_type_ref() {
            Some(LogicalType::Decimal(own)) => Self::Decimal(own.scale),
            Some(LogicalType::Integer(own)) if !own.is_signed => Self::Unsigned,
            Some(LogicalType::Date) => Self::Days,
            Some(LogicalType::Time(_)) => Self::Hours,
            Some(LogicalType::Timestamp(own)) => Self::Times(match own.unit {
                TimeUnit::MILLIS => 1_000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            }),
            Some(_) => Self::Plain,
            None => match column.converted_type() {
                ConvertedType::DECIMAL => Self::Decimal(column.type_scale()),
                ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64 => {
                    Self::Unsigned
                }
                ConvertedType::DATE => Self::Days,
                ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS => Self::Hours,
                ConvertedType::TIMESTAMP_MILLIS => Self::Times(1_000),
                ConvertedType::TIMESTAMP_MICROS => Self::Times(1_000_000),
                _ => Self::Plain,
            },
        }
    }

    fn apply(self, values: Vec<Option<i64>>) -> Mixed {
        let each = |convert: &dyn Fn(i64) -> f64| values.iter().map(|value| value.map(convert)).collect();
        match self {
            Self::Decimal(scale) => decimals(values.into_iter().map(|value| value.map(i128::from)).collect(), scale),
            Self::Times(a_second) => Mixed::Times(each(&|time| seconds(time, a_second))),
            Self::Days => Mixed::Times(each(&|days| days as f64 * SECONDS_A_DAY)),
            Self::Plain | Self::Unsigned | Self::Hours => Mixed::Whole(values),
        }
    }
}

/// A time in seconds, of which so many units make one: nanoseconds since 1970 have more digits than an `f64` holds.
pub(super) fn seconds(time: i64, a_second: i64) -> f64 {
    time.div_euclid(a_second) as f64 + time.rem_euclid(a_second) as f64 / a_second as f64
}

/// Numbers without a sign: as texts where one is too large for one with a sign.
pub(super) fn unsigned(values: Vec<Option<u64>>) -> Mixed {
    whole(&values)
}

/// Numbers that are stored without their point.
pub(super) fn decimals(digits: Vec<Option<i128>>, scale: i32) -> Mixed {
    match Kind::of_decimals(scale) {
        Kind::Whole => whole(&digits),
        _ => {
            let real = |digits: i128| digits as f64 / 10_f64.powi(scale);
            Mixed::Reals(digits.into_iter().map(|digits| digits.map(real)).collect())
        }
    }
}

/// Whole numbers: as texts where one does not fit into 64 bits with a sign.
fn whole<T: Copy + ToString + TryInto<i64>>(values: &[Option<T>]) -> Mixed {
    let signed = values.iter().map(|value| value.map(T::try_into).transpose()).collect::<Result<_, _>>();
    let texts = || values.iter().map(|value| value.map(|value| value.to_string())).collect();
    signed.map_or_else(|_| Mixed::Texts(texts()), Mixed::Whole)
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
    /// Another column: nested, or of a type that is neither text, number nor time.
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
            | PhysicalType::BOOLEAN
            | PhysicalType::INT96
            | PhysicalType::INT32
            | PhysicalType::INT64
            | PhysicalType::FLOAT
            | PhysicalType::DOUBLE => Ok(at),
            other => Err(format!("column `{name}` is of type {other}, expected text or numbers")),
        }
        .and_then(|at| match (Sense::of(&schema.columns()[at]), schema.columns()[at].physical_type()) {
            (Sense::Decimal(_), PhysicalType::BYTE_ARRAY) | (Sense::Hours, _) => {
                Err(format!("column `{name}` holds decimals as bytes, or times of a day, expected text or numbers"))
            }
            _ => Ok(at),
        })
    }

    /// What the values of a [flat](Self::flat) column are.
    pub(super) fn kind(&self, column: usize) -> Kind {
        let column = &self.file.metadata().file_metadata().schema_descr().columns()[column];
        match (Sense::of(column), column.physical_type()) {
            (Sense::Times(_) | Sense::Days, PhysicalType::INT32 | PhysicalType::INT64) | (_, PhysicalType::INT96) => {
                Kind::Time
            }
            (Sense::Decimal(scale), PhysicalType::INT32 | PhysicalType::INT64) => Kind::of_decimals(scale),
            (_, PhysicalType::INT32 | PhysicalType::INT64) => Kind::Whole,
            (_, PhysicalType::BOOLEAN) => Kind::Flag,
            (_, PhysicalType::FLOAT | PhysicalType::DOUBLE) => Kind::Float,
            _ => Kind::Text,
        }
    }

    /// The values of a [flat](Self::flat) column in a row group.
    pub(crate) fn group(&self, group: usize, column: usize) -> Result<Mixed, String> {
        let schema = self.file.metadata().file_metadata().schema_descr();
        let name = schema.columns()[column].name().to_owned();
        let sense = Sense::of(&schema.columns()[column]);
        fn each<T, V>(values: Vec<Option<T>>, convert: impl Fn(T) -> V) -> Vec<Option<V>> {
            values.into_iter().map(|value| value.map(&convert)).collect()
        }
        Ok(match schema.columns()[column].physical_type() {
            PhysicalType::BYTE_ARRAY => {
                let texts = self.values::<ByteArrayType>(group, column, &name)?;
                self.text_left.take(texts.iter().flatten().map(ByteArray::len))?;
                Mixed::Texts(texts.iter().map(|text| text.as_ref().map(ByteArray::data)).collect())
            }
            PhysicalType::BOOLEAN => Mixed::Flags(self.values::<BoolType>(group, column, &name)?),
            PhysicalType::INT96 => {
                let times = self.values::<Int96Type>(group, column, &name)?;
                Mixed::Times(each(times, |time| time.to_micros() as f64 / 1e6))
            }
            PhysicalType::INT32 => {
                let values = self.values::<Int32Type>(group, column, &name)?;
                match sense {
                    Sense::Unsigned => Mixed::Whole(each(values, |value| i64::from(value as u32))),
                    _ => sense.apply(each(values, i64::from)),
                }
            }
            PhysicalType::INT64 => {
                let values = self.values::<Int64Type>(group, column, &name)?;
                match sense {
                    Sense::Unsigned => unsigned(each(values, |value| value as u64)),
                    _ => sense.apply(values),
                }
            }
            PhysicalType::FLOAT => Mixed::Reals(each(self.values::<FloatType>(group, column, &name)?, f64::from)),
            _ => Mixed::Reals(self.values::<DoubleType>(group, column, &name)?),
        })
    }

    fn values<T: DataType>(&self, group: usize, column: usize, name: &str) -> Result<Vec<Option<T::T>>, String> {
        let max_level = self.file.metadata().file_metadata().schema_descr().columns()[column].max_def_level();
        let (values, levels) = caught("Parquet", || self.read_group::<T>(group, column, name))?;
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
