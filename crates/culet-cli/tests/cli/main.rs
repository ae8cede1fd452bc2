//! Whole runs of the program: arguments, exit code, stdout, stderr, and what it leaves on the disk.

mod data_convert;
mod data_describe;
mod data_split;
mod json;
mod networks;
mod places;
mod program;
mod snapshots;
mod streams;

#[cfg(unix)]
mod interrupt;
