//! `culet completions`: what a shell needs to complete commands and flags.

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;

use super::Done;
use crate::context::deliver;
use crate::problem::Problem;

pub(super) fn command() -> Command {
    Command::new("completions")
        .about("Write completions for a shell to stdout")
        .after_help("Examples:\n  culet completions bash > ~/.local/share/bash-completion/completions/culet\n  culet completions zsh > ~/.zfunc/_culet")
        .arg(Arg::new("shell").value_name("SHELL").required(true).value_parser(value_parser!(Shell)).help("which shell"))
}

pub(super) fn run(matches: &ArgMatches) -> Result<Done, Problem> {
    let shell: Shell = *matches.get_one("shell").expect("required");
    // By way of memory: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut super::command(), "culet", &mut script);
    deliver(&script)?;
    Ok(Done::Wholly)
}
