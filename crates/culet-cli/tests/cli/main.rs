//! Whole runs of the program: arguments, exit code, stdout, stderr, and what it leaves on the disk.

mod json;
mod places;
mod program;
mod snapshots;
mod streams;

#[cfg(unix)]
mod interrupt;
