//! The compiled part of the Python package `culet`; its face stands under `python/culet`.
//!
//! What crosses over: numbers as NumPy's arrays, tables of others by Arrow's C data interface, documents as JSON, ids as
//! texts. Names, types and the words of the package are Python's business.

#![forbid(unsafe_code)]

mod arrays;
mod catalogue;
mod errors;
mod estimates;
mod fit;
mod judge;
mod models;
mod network;
mod report;
mod run;
mod table;
mod threads;

use pyo3::prelude::*;

/// Compiled part of Culet; use the package `culet`.
#[pymodule]
mod _core {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::catalogue::Catalogue;
    #[pymodule_export]
    use crate::fit::{fit_catalogue, fit_network};
    #[pymodule_export]
    use crate::judge::{compare, leaderboard};
    #[pymodule_export]
    use crate::models::models;
    #[pymodule_export]
    use crate::network::Network;
    #[pymodule_export]
    use crate::network::{detect, usual_columns};
    #[pymodule_export]
    use crate::report::{plot, report};
    #[pymodule_export]
    use crate::run::Run;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
