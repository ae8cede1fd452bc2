//! Many models on one split: which entries there are, and what an item that almost nobody took is found by.
//!
//! What a board needs beyond this stands elsewhere: settings are chosen by [`Search`](crate::Search), a model is fitted
//! by [`train`](crate::train), and rows are compared by [`compare_users`](crate::compare_users).

mod cold;
mod entry;

pub use cold::{ColdReport, judge_cold};
pub use entry::{BoardEntry, GraphKind, board_entries};
