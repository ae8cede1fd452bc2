//! Tables in the format of Arrow for files (`.arrow`, Feather of version 2) and for streams.

use arrow_schema::SchemaRef;
use parquet::file::reader::Length;

use super::arrow_values::{check_type, kind_of, mixed};
use super::messages::{FILE, MESSAGE, Messages};
use super::mixed::{Kind, Mixed};
use super::reader::caught;
use super::source::Source;
use super::text_left::TextLeft;

/// A table that is read batch after batch.
///
/// The library validates what it reads; should it panic even so, that becomes an error, as with Parquet. Sizes that no
/// memory holds are refused before it sees them: see `messages`.
pub(crate) struct ArrowTable {
    source: Source,
    schema: SchemaRef,
    text_left: TextLeft,
}

impl ArrowTable {
    /// Whether a file that begins like this is one.
    pub(crate) fn is_like(magic: &[u8]) -> bool {
        magic.starts_with(FILE) || magic.starts_with(MESSAGE)
    }

    /// Reads the schema.
    pub(crate) fn of(source: Source) -> Result<Self, String> {
        let schema = caught("Arrow", || Ok(Messages::open(copy_of(&source)?)?.schema))?;
        let text_left = TextLeft::new(source.len());
        Ok(Self { source, schema, text_left })
    }

    pub(crate) fn roots(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    pub(crate) fn flat(&self, name: &str) -> Result<usize, String> {
        let (at, field) = self.schema.fields().find(name).ok_or_else(|| format!("holds no column `{name}`"))?;
        check_type(name, field.data_type()).map(|()| at)
    }

    pub(super) fn kind(&self, column: usize) -> Kind {
        kind_of(self.schema.field(column).data_type())
    }

    /// The batches from the first on.
    pub(super) fn batches(&self) -> Result<Messages, String> {
        caught("Arrow", || Messages::open(copy_of(&self.source)?))
    }

    /// Some columns of the next batch, in their order; none behind the last.
    pub(super) fn next(&self, messages: &mut Messages, columns: &[usize]) -> Result<Option<Vec<Mixed>>, String> {
        let mut wanted = columns.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let place = |column: &usize| wanted.binary_search(column).expect("each column is wanted");
        caught("Arrow", || {
            let Some(batch) = messages.next(&wanted)? else { return Ok(None) };
            let values = columns.iter().map(|column| mixed(batch.column(place(column)), &self.text_left));
            values.collect::<Result<Vec<_>, _>>().map(Some)
        })
    }
}

fn copy_of(source: &Source) -> Result<Source, String> {
    source.try_clone().map_err(|error| format!("cannot be read: {error}"))
}
