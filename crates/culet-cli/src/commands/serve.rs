//! `culet serve`: run folders over HTTP, with a page, until told to stop.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use culet::serve::{Access, LogFormat, ServeOptions, Server, start_logging};
use serde_json::json;

use super::Done;
use crate::context::{Context, say};
use crate::interrupt;
use crate::problem::{Problem, cause};

const EXAMPLES: &str = "\
Examples:
  culet serve run                                     http://127.0.0.1:8080, for this machine alone
  culet serve best net --bind 127.0.0.1:0             two models, on any free port
  culet serve run --feedback events                   and keep what users do (POST /feedback)
  curl 'http://127.0.0.1:8080/recommend/42?k=10&explain=true'
  # for other machines, with a token
  openssl rand -hex 32 > token
  culet serve run --bind 0.0.0.0:8080 --token-file token --log json

A training that writes to the folder of a run that is served (or a link that is set to another) is noticed, and what it
made is served from then on; no request fails meanwhile. SIGHUP looks at once. SIGTERM and Ctrl-C answer what was asked,
and end.";

const TOKEN: &str = "CULET_TOKEN";

pub(super) fn command() -> Command {
    Command::new("serve")
        .about("Serve runs over HTTP: recommendations, links, explanations, search, feedback, and a page")
        .after_help(EXAMPLES)
        .arg(Arg::new("run").value_name("RUN").required(true).num_args(1..).value_parser(value_parser!(PathBuf)).help(
            "run folders, as `culet train` writes them; requests choose by `model=NAME`, else they get the first",
        ))
        .args(addresses())
        .args(habits())
}

/// Where it listens, and to whom.
fn addresses() -> [Arg; 5] {
    let heading = "Who may ask";
    [
        Arg::new("bind")
            .long("bind")
            .value_name("ADDRESS:PORT")
            .value_parser(value_parser!(SocketAddr))
            .default_value("127.0.0.1:8080")
            .help("where to listen; port 0 takes one that is free"),
        Arg::new("token-file").long("token-file").value_name("FILE").value_parser(value_parser!(PathBuf)).help(
            "ask for the token in this file (or in the environment's `CULET_TOKEN`): `Authorization: Bearer TOKEN`",
        ),
        Arg::new("no-auth")
            .long("no-auth")
            .action(ArgAction::SetTrue)
            .conflicts_with("token-file")
            .help("answer whoever reaches the address, whatever it is"),
        Arg::new("allow-origin").long("allow-origin").value_name("ORIGIN").action(ArgAction::Append).help(
            "scripts of this origin may ask, such as `https://shop.example`; may be given several times; `*` for all",
        ),
        Arg::new("allow-host")
            .long("allow-host")
            .value_name("NAME")
            .action(ArgAction::Append)
            .help("answer for this host too, as behind a proxy on this machine; without a token others are refused"),
    ]
    .map(|argument| argument.help_heading(heading))
}

fn habits() -> [Arg; 4] {
    [
        Arg::new("feedback")
            .long("feedback")
            .value_name("FOLDER")
            .value_parser(value_parser!(PathBuf))
            .help("keep feedback in this folder, on the disk before it is acknowledged; `culet feedback` reads it"),
        Arg::new("watch")
            .long("watch")
            .value_name("SECONDS")
            .value_parser(value_parser!(u64).range(0..=86_400))
            .default_value("2")
            .help("how often to look for newer contents of the run folders; 0: on SIGHUP alone"),
        Arg::new("grace")
            .long("grace")
            .value_name("SECONDS")
            .value_parser(value_parser!(u64).range(0..=3600))
            .default_value("10")
            .help("how long requests may go on when the service is told to stop"),
        Arg::new("log")
            .long("log")
            .value_name("FORMAT")
            .value_parser(["text", "json", "off"])
            .default_value("text")
            .help("a line a request on stderr"),
    ]
}

pub(super) fn run(context: &Context, matches: &ArgMatches) -> Result<Done, Problem> {
    let options = options(matches)?;
    let logging = start_logging(log_format(context, matches));
    let logging = logging.map_err(|error| Problem::failed(format!("cannot start the log: {}", cause(&error))))?;
    let server = Server::start(&options)?;
    let handle = server.handle();
    let look = handle.clone();
    interrupt::steer(move || handle.stop(), move || look.look());
    announce(context, &server)?;
    let finished = server.run();
    drop(logging);
    if !finished {
        context.remark("note: some requests were not answered within the time of `--grace`");
    }
    Ok(Done::Wholly)
}

fn options(matches: &ArgMatches) -> Result<ServeOptions, Problem> {
    let texts = |name: &str| matches.get_many::<String>(name).into_iter().flatten().cloned().collect();
    let seconds = |name: &str| Duration::from_secs(*matches.get_one::<u64>(name).expect("has a default"));
    let runs = matches.get_many::<PathBuf>("run").into_iter().flatten().cloned().collect();
    Ok(ServeOptions {
        bind: *matches.get_one("bind").expect("has a default"),
        access: access(matches)?,
        allow_origins: texts("allow-origin"),
        allow_hosts: texts("allow-host"),
        feedback: matches.get_one::<PathBuf>("feedback").cloned(),
        watch: Some(seconds("watch")).filter(|every| !every.is_zero()),
        grace: seconds("grace"),
        threads: usize::from(*matches.get_one::<u16>("threads").expect("has a default")),
        ..ServeOptions::new(runs)
    })
}

fn access(matches: &ArgMatches) -> Result<Access, Problem> {
    if matches.get_flag("no-auth") {
        return Ok(Access::Open);
    }
    if let Some(path) = matches.get_one::<PathBuf>("token-file") {
        return Ok(Access::Token(token_of(path)?));
    }
    // An empty variable is how scripts unset one.
    let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
    Ok(token.map_or(Access::Unguarded, Access::Token))
}

fn token_of(path: &Path) -> Result<String, Problem> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Problem::input(format!("cannot read the token `{}`: {}", path.display(), cause(&error)))
            .hint("write one, as by `openssl rand -hex 32 > token`")
    })?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn log_format(context: &Context, matches: &ArgMatches) -> LogFormat {
    match matches.get_one::<String>("log").map(String::as_str) {
        Some("json") => LogFormat::Json,
        Some("off") => LogFormat::Off,
        _ if context.quiet => LogFormat::Off,
        _ => LogFormat::Text,
    }
}

/// Says where it listens: on stderr for people, and as JSON on stdout for programs that started it.
fn announce(context: &Context, server: &Server) -> Result<(), Problem> {
    let address = server.address();
    let url = format!("http://{address}");
    say(&format!("listening on {url}"));
    if context.json {
        let document = json!({"url": url, "address": address.ip(), "port": address.port(), "models": server.models()});
        let mut stdout = std::io::stdout();
        // One line, since the end of the document is not the end of the program.
        let written = writeln!(stdout, "{document}").and_then(|()| stdout.flush());
        written.map_err(|error| Problem::failed(format!("cannot write to stdout: {}", cause(&error))))?;
    }
    Ok(())
}
