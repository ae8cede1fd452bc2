//! The program `culet`.
//!
//! Data go to stdout, talk to stderr. Exit codes: 0 done, 1 the run failed, 2 the command line or an input is wrong, 130
//! interrupted.

#![forbid(unsafe_code)]

mod commands;
mod context;
mod interrupt;
mod problem;
mod progress;
mod sparkline;
mod table;

use std::process::ExitCode;

use commands::Done;

fn main() -> ExitCode {
    let matches = commands::command().get_matches();
    match commands::run(&matches) {
        Ok(Done::Wholly) => ExitCode::SUCCESS,
        Ok(Done::Interrupted) => ExitCode::from(130),
        Err(problem) => {
            context::say(&problem.to_string());
            ExitCode::from(problem.exit_code)
        }
    }
}
