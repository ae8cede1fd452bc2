//! The compiled part of the Python package `culet`; its face stands under `python/culet`.

#![forbid(unsafe_code)]

use pyo3::prelude::*;

/// Compiled part of Culet; use the package `culet`.
#[pymodule]
mod _core {
    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
