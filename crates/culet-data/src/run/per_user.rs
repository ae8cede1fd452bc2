//! `per_user.parquet`: what each user contributed to the metrics.

use std::io::Write;

use crate::columns::{ColumnReader, Values, write_columns};

/// Metrics by user, for significance tests between runs and for plots.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PerUserTable {
    /// External ids, `[n]`; users without targets may be left out.
    pub users: Vec<String>,
    /// How many items were to be found for each user, `[n]`.
    pub n_targets: Vec<u32>,
    /// Metrics by name, each `[n]`.
    pub metrics: Vec<(String, Vec<f64>)>,
}

const FIXED: [&str; 2] = ["user", "n_targets"];

impl PerUserTable {
    /// # Panics
    /// If the columns differ in length, or a metric has the name of another column.
    pub(super) fn check(&self) {
        assert_eq!(self.n_targets.len(), self.users.len(), "one number of targets for each user");
        let mut names: Vec<_> = self.metrics.iter().map(|(name, _)| name.as_str()).chain(FIXED).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "columns have different names: {names:?}");
        for (name, column) in &self.metrics {
            assert_eq!(column.len(), self.users.len(), "one number for each user in `{name}`");
        }
    }
}

pub(super) fn write(table: &PerUserTable, writer: impl Write + Send) -> std::io::Result<()> {
    let users = Values::Text(table.users.iter().map(String::as_str).collect());
    let mut columns = vec![(FIXED[0], users), (FIXED[1], Values::Counts((&table.n_targets).into()))];
    columns.extend(table.metrics.iter().map(|(name, column)| (name.as_str(), Values::Reals(column))));
    write_columns(&columns, writer)
}

pub(super) fn read(reader: &ColumnReader) -> Result<PerUserTable, String> {
    let names = reader.names();
    let metrics = names.iter().filter(|name| !FIXED.contains(&name.as_str()));
    Ok(PerUserTable {
        users: reader.text(FIXED[0])?,
        n_targets: reader.counts(FIXED[1])?,
        metrics: metrics.map(|name| Ok((name.clone(), reader.reals(name)?))).collect::<Result<_, String>>()?,
    })
}
