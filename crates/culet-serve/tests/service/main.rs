//! The service as its clients see it: over real connections, with small runs.

mod access;
mod answers;
mod client;
mod feedback;
mod limits;
mod page;
mod problems;
mod running;
mod runs;
mod search;
mod stopping;
mod swaps;
