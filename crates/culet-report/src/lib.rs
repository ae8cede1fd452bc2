//! Run folders to look at: a page of one or several ([`Report`]), and plots alone ([`Plot`]).
//!
//! The page is one file: HTML with its style and its drawings, nothing from elsewhere, no script. What it shows is computed from
//! the run folder alone. Every drawing says in words what is to be seen, and its numbers stand beside it.
//!
//! Architecture invariant: no metric is defined here, no file is written, nothing is trained but what is fitted at once to stand
//! beside a run. The caller brings the threads.

#![forbid(unsafe_code)]

mod axis;
mod charts;
mod drawing;
mod error;
mod page;
mod plot;
mod run;
mod words;

pub use error::ReportError;
pub use page::Report;
pub use plot::{Picture, Plot, PlotOf};
