//! Tables in memory: record batches that another program handed over.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};

use super::arrow_values::{check_type, kind_of, mixed};
use super::mixed::{Kind, Mixed};
use super::text_left::TextLeft;
use crate::DataError;
use crate::catalogue::CatalogueProblem;
use crate::network::unpack::Input;

/// A table in memory: record batches of Arrow under one schema, and a name.
///
/// Clones share the columns, and nothing copies them as a whole: readers convert a few thousand rows at a time. Batches
/// may be slices of others.
///
/// # Columns
/// Ids are texts (`Utf8`, `LargeUtf8`, `Utf8View`, dictionaries of them) or whole numbers of any width; ratings, weights
/// and times numbers; times also timestamps (of any unit and zone), dates or texts with a date. Nested columns do no harm
/// where nobody asks for them.
///
/// # Examples
/// ```
/// use std::sync::Arc;
///
/// use culet_data::{CatalogueOptions, CatalogueTables, MemoryTable, RecordBatch, read_catalogue_tables};
/// use arrow_array::{ArrayRef, Int64Array, StringArray};
///
/// let user: ArrayRef = Arc::new(StringArray::from(vec!["ann", "bob", "ann"]));
/// let item: ArrayRef = Arc::new(Int64Array::from(vec![7, 7, 9]));
/// let batch = RecordBatch::try_from_iter([("user", user), ("item", item)])?;
/// let train = MemoryTable::from_batches("interactions", vec![batch])?;
/// let tables = CatalogueTables { name: "frames".into(), train, ..CatalogueTables::default() };
/// let data = read_catalogue_tables(&tables, &CatalogueOptions::default())?;
/// assert_eq!((data.train.n_users(), data.train.n_items(), data.train.n_pairs()), (2, 2, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct MemoryTable {
    name: String,
    batches: Arc<Batches>,
}

impl MemoryTable {
    /// A table of these batches, perhaps none, which messages and notes call by `name` (as `interactions`).
    ///
    /// # Errors
    /// A batch whose columns have other names or types than the schema, or stand in another order.
    pub fn new(name: impl Into<String>, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<Self, DataError> {
        let name = name.into();
        let columns = |schema: &Schema| -> Vec<_> {
            schema.fields().iter().map(|field| (field.name().clone(), field.data_type().clone())).collect()
        };
        let own = columns(&schema);
        if let Some(k) = batches.iter().position(|batch| columns(batch.schema_ref()) != own) {
            return Err(malformed(&name, format!("batch {} has other columns than the table", k + 1)));
        }
        Ok(Self { name, batches: Arc::new(Batches { schema, batches }) })
    }

    /// A table of at least one batch, whose columns are those of the first.
    ///
    /// # Errors
    /// As [`MemoryTable::new`]; no batch, so that nothing tells the columns.
    pub fn from_batches(name: impl Into<String>, batches: Vec<RecordBatch>) -> Result<Self, DataError> {
        let name = name.into();
        match batches.first().map(RecordBatch::schema) {
            Some(schema) => Self::new(name, schema, batches),
            None => Err(malformed(&name, "it has no batch, so that nothing tells its columns".into())),
        }
    }

    /// What messages call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.batches.batches.iter().map(RecordBatch::num_rows).sum()
    }

    pub(crate) fn input(&self) -> Input {
        Input::table(PathBuf::from(&self.name), Arc::clone(&self.batches))
    }
}

impl Default for MemoryTable {
    /// A table without a name, without columns and without rows, to stand where none is yet.
    fn default() -> Self {
        Self {
            name: String::new(),
            batches: Arc::new(Batches { schema: Arc::new(Schema::empty()), batches: Vec::new() }),
        }
    }
}

fn malformed(name: &str, what: String) -> DataError {
    let problem = CatalogueProblem::Malformed { format: "a table in memory", what };
    DataError::catalogue(&PathBuf::from(name), problem)
}

/// Batches that fit one schema.
#[derive(Debug)]
pub(crate) struct Batches {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

/// How many rows are converted at once.
const ROWS: usize = 8192;

/// The rows that come next: a batch, and a row of it.
#[derive(Debug, Default)]
pub(super) struct NextRows(usize, usize);

impl Batches {
    pub(super) fn roots(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    pub(super) fn flat(&self, name: &str) -> Result<usize, String> {
        let (at, field) = self.schema.fields().find(name).ok_or_else(|| format!("holds no column `{name}`"))?;
        check_type(name, field.data_type()).map(|()| at)
    }

    pub(super) fn kind(&self, column: usize) -> Kind {
        kind_of(self.schema.field(column).data_type())
    }

    /// Some columns of the next rows; none behind the last.
    pub(super) fn next(&self, columns: &[usize], at: &mut NextRows) -> Result<Option<Vec<Mixed>>, String> {
        let NextRows(batch, row) = at;
        while let Some(own) = self.batches.get(*batch) {
            let n = own.num_rows().saturating_sub(*row).min(ROWS);
            if n > 0 {
                let slice = own.slice(*row, n);
                *row += n;
                let values = columns.iter().map(|&column| mixed(slice.column(column), &TextLeft::unbounded()));
                return values.collect::<Result<_, _>>().map(Some);
            }
            (*batch, *row) = (*batch + 1, 0);
        }
        Ok(None)
    }
}
