//! Whole runs of the program: arguments, exit code, stdout, stderr, and what it leaves on the disk.

mod catalogues;
mod compare;
mod data_convert;
mod data_convert_catalogue;
mod data_describe;
mod data_get;
mod data_split;
mod data_split_catalogue;
mod json;
mod leaderboard;
mod networks;
mod places;
mod program;
mod questions;
mod snapshots;
mod streams;
mod tune;

#[cfg(unix)]
mod faults;
#[cfg(unix)]
mod interrupt;
#[cfg(unix)]
mod kill_drill;
#[cfg(unix)]
mod resume;
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod small_disk;
