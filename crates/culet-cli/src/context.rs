//! What all commands share: threads, seed, and to whom the program talks.

use std::io::{self, IsTerminal, Write};

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use culet::ThreadPool;
use serde::Serialize;

use crate::problem::{Problem, cause};

/// The flags that every command takes.
pub(crate) struct Context {
    pub(crate) pool: ThreadPool,
    pub(crate) seed: u64,
    pub(crate) json: bool,
    pub(crate) quiet: bool,
}

impl Context {
    pub(crate) fn arguments() -> Vec<Arg> {
        vec![
            Arg::new("json")
                .long("json")
                .global(true)
                .action(ArgAction::SetTrue)
                .help_heading("Everywhere")
                .help("one JSON document on stdout"),
            Arg::new("threads")
                .long("threads")
                .value_name("N")
                .global(true)
                .help_heading("Everywhere")
                .value_parser(value_parser!(u16).range(0..=1024))
                .default_value("0")
                .help("threads to use; 0: as many as there are cores"),
            Arg::new("seed")
                .long("seed")
                .value_name("N")
                .global(true)
                .help_heading("Everywhere")
                .value_parser(value_parser!(u64))
                .default_value("0")
                .help("the same seed gives the same result, whatever the threads"),
            Arg::new("quiet")
                .long("quiet")
                .short('q')
                .global(true)
                .action(ArgAction::SetTrue)
                .help_heading("Everywhere")
                .help("no progress and no remarks"),
        ]
    }

    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, Problem> {
        let threads = usize::from(*matches.get_one::<u16>("threads").expect("has a default"));
        let pool = culet::threads(threads).map_err(|error| {
            Problem::failed(format!("cannot start the threads: {error}")).hint("ask for fewer with `--threads`")
        })?;
        Ok(Self {
            pool,
            seed: *matches.get_one("seed").expect("has a default"),
            json: matches.get_flag("json"),
            quiet: matches.get_flag("quiet"),
        })
    }

    /// Whether a progress bar would be seen.
    pub(crate) fn shows_bar(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Says something beside the result.
    pub(crate) fn remark(&self, text: &str) {
        if !self.quiet {
            say(text);
        }
    }

    /// Writes the result: as JSON if that was asked for, else as text.
    pub(crate) fn print(&self, document: &impl Serialize, text: impl FnOnce() -> String) -> Result<(), Problem> {
        let mut out = if self.json { serde_json::to_string_pretty(document)? } else { text() };
        if !out.ends_with('\n') {
            out.push('\n');
        }
        deliver(out.as_bytes())
    }
}

/// Says something on stderr. That nobody listens any more, as after `2>&1 | head`, is no reason to end a training.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Writes a result to stdout.
pub(crate) fn deliver(bytes: &[u8]) -> Result<(), Problem> {
    let mut stdout = io::stdout();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        // Whoever read the output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Problem::failed(format!("cannot write the result to stdout: {}", cause(&error)))
            .hint("is the disk full that it is redirected to?")),
        Ok(()) => Ok(()),
    }
}
