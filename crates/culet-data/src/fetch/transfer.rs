//! Requests until a file is whole.

use std::path::Path;
use std::thread;
use std::time::Duration;

use super::client::{Answer, Body, Client, Told};
use super::copy::copy;
use super::part::Part;
use super::{Checksum, Digests, FetchProblem, GetEvent, GetObserver, Patience, Stop};
use crate::DataError;

/// How often is looked whether to stop while nothing happens.
const GLANCE: Duration = Duration::from_millis(20);

/// Bytes that are read at once.
const BLOCK: usize = 1 << 16;

/// A file that is wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) name: &'a str,
    /// Its address, or its path.
    pub(crate) from: &'a str,
    /// Its size if it is known.
    pub(crate) bytes: Option<u64>,
    pub(crate) checksum: &'a Checksum,
    /// The most bytes it may have.
    pub(crate) limit: u64,
}

/// With what a file is fetched.
pub(crate) struct Means<'a> {
    /// `None` for files of a folder.
    pub(crate) client: Option<&'a Client>,
    pub(crate) patience: Patience,
    pub(crate) observer: &'a mut dyn GetObserver,
    pub(crate) cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// Why an attempt ended.
pub(super) enum Halt {
    Stop(Stop),
    Problem(FetchProblem),
}

impl From<DataError> for Halt {
    fn from(error: DataError) -> Self {
        Self::Stop(error.into())
    }
}

impl From<FetchProblem> for Halt {
    fn from(problem: FetchProblem) -> Self {
        Self::Problem(problem)
    }
}

/// Puts a file into a folder, whole and checked; one that is there already is only checked.
pub(crate) fn obtain(wanted: Wanted<'_>, folder: &Path, means: &mut Means<'_>) -> Result<Digests, Stop> {
    let path = folder.join(wanted.name);
    if path.exists() {
        if let Some(digests) = right(wanted, &path, means)? {
            return Ok(digests);
        }
        std::fs::remove_file(&path).map_err(|error| DataError::write(&path, error))?;
    }
    let mut part = Part::open(folder, wanted.name, wanted.from)?;
    if part.bytes() > 0 {
        means.observer.event(&GetEvent::Resumed { bytes: part.bytes() });
    }
    let mut attempt = 1;
    loop {
        let problem = match attempt_once(wanted, &mut part, means) {
            Ok(digests) => {
                part.finish(&path)?;
                tell_whole(wanted, &digests, means);
                return Ok(digests);
            }
            Err(Halt::Stop(stop)) => return Err(leave(part, stop)),
            Err(Halt::Problem(_)) if (means.cancelled)() => return Err(leave(part, Stop::Cancelled)),
            Err(Halt::Problem(problem)) => problem,
        };
        let is_last = attempt >= means.patience.attempts;
        let kept = part.bytes();
        match problem {
            // Pieces of several answers may be of several versions; one answer alone is what the server has.
            FetchProblem::WrongContent { .. } | FetchProblem::WrongSize { .. } if part.is_joined() && !is_last => {
                anew(&mut part, "the pieces that came do not make the file", means)?;
            }
            problem if problem.may_pass() && !is_last => {
                let wait = wait_before(attempt, &problem, means.patience);
                let (wait_s, attempts) = (wait.as_secs_f64(), means.patience.attempts);
                let event = GetEvent::Again { problem: &problem, wait_s, attempt: attempt + 1, attempts };
                means.observer.event(&event);
                if let Err(stop) = pause(wait, means.cancelled) {
                    return Err(leave(part, stop));
                }
            }
            problem => return Err(leave(part, give_up(wanted, problem, attempt, kept).into())),
        }
        attempt += 1;
    }
}

/// One answer, to its end, and a look at the file.
fn attempt_once(wanted: Wanted<'_>, part: &mut Part, means: &mut Means<'_>) -> Result<Digests, Halt> {
    // Whoever gave up already is not asked for: an answer may be faster than who watches for that.
    if (means.cancelled)() {
        return Err(Halt::Stop(Stop::Cancelled));
    }
    match means.client {
        Some(client) => receive(wanted, client, part, means)?,
        None => copy(wanted, part, means)?,
    }
    let found = digests(part.path(), means).map_err(Halt::Stop)?;
    if let Some(expected) = wanted.bytes.filter(|&expected| expected != found.bytes) {
        return Err(FetchProblem::WrongSize { expected, found: found.bytes }.into());
    }
    match wanted.checksum.difference(&found) {
        Some((expected, found)) => {
            Err(FetchProblem::WrongContent { kind: wanted.checksum.kind(), expected, found }.into())
        }
        None => Ok(found),
    }
}

/// Asks for what is missing, and takes it.
fn receive(wanted: Wanted<'_>, client: &Client, part: &mut Part, means: &mut Means<'_>) -> Result<(), Halt> {
    if part.bytes() > 0 && !part.told().names_version() && *wanted.checksum == Checksum::Unpublished {
        anew(part, "neither the server nor the list tells its version", means).map_err(Halt::Stop)?;
    }
    let mut body = match client.ask(wanted.from, part.rest())? {
        Answer::Whole { told, body } => {
            if part.bytes() > 0 {
                let why = if part.told().agrees_with(&told) {
                    "the server sends no parts of files"
                } else {
                    "it changed at the server"
                };
                anew(part, why, means).map_err(Halt::Stop)?;
            }
            check_told(wanted, &told)?;
            part.begin(told)?;
            body
        }
        Answer::Rest { from, told, body } if from == part.bytes() && part.told().agrees_with(&told) => {
            check_told(wanted, &told)?;
            part.go_on();
            body
        }
        Answer::NothingLeft { bytes } if bytes == Some(part.bytes()) => return Ok(()),
        Answer::Rest { .. } | Answer::NothingLeft { .. } => {
            anew(part, "it changed at the server", means).map_err(Halt::Stop)?;
            // Without a part there is no question for a rest, so that this goes no deeper.
            return receive(wanted, client, part, means);
        }
    };
    take(wanted, &mut body, part, means)
}

fn check_told(wanted: Wanted<'_>, told: &Told) -> Result<(), FetchProblem> {
    match (told.bytes, wanted.bytes) {
        (Some(found), Some(expected)) if found != expected => Err(FetchProblem::WrongSize { expected, found }),
        (Some(found), _) if found > wanted.limit => Err(FetchProblem::TooLarge { limit: wanted.limit }),
        _ => Ok(()),
    }
}

fn take(wanted: Wanted<'_>, body: &mut Body, part: &mut Part, means: &mut Means<'_>) -> Result<(), Halt> {
    let expected = part.told().bytes.or(wanted.bytes);
    let mut block = vec![0; BLOCK];
    loop {
        let n = match body.read(&mut block) {
            Ok(n) => n,
            Err(FetchProblem::CutOff { .. }) => {
                return Err(FetchProblem::CutOff { found: part.bytes(), expected }.into());
            }
            Err(problem) => return Err(problem.into()),
        };
        if (means.cancelled)() {
            // Bytes that came are worth keeping; those of a connection that was ended from here are right, too.
            part.add(&block[..n])?;
            return Err(Halt::Stop(Stop::Cancelled));
        }
        if n == 0 {
            break;
        }
        check_length(wanted, expected, part.bytes() + n as u64)?;
        part.add(&block[..n])?;
        means.observer.event(&GetEvent::Progress { bytes: part.bytes(), total: expected });
    }
    match expected {
        Some(expected) if part.bytes() < expected => {
            Err(FetchProblem::CutOff { found: part.bytes(), expected: Some(expected) }.into())
        }
        _ => Ok(()),
    }
}

/// Refuses more bytes than there should be.
fn check_length(wanted: Wanted<'_>, expected: Option<u64>, found: u64) -> Result<(), FetchProblem> {
    match expected {
        Some(expected) if found > expected => Err(FetchProblem::WrongSize { expected, found }),
        _ if found > wanted.limit => Err(FetchProblem::TooLarge { limit: wanted.limit }),
        _ => Ok(()),
    }
}

fn anew(part: &mut Part, why: &'static str, means: &mut Means<'_>) -> Result<(), Stop> {
    means.observer.event(&GetEvent::Anew { why });
    Ok(part.clear()?)
}

/// The digests of a file that is there, if it is the right one.
fn right(wanted: Wanted<'_>, path: &Path, means: &mut Means<'_>) -> Result<Option<Digests>, Stop> {
    let found = digests(path, means)?;
    let fits = wanted.bytes.is_none_or(|bytes| bytes == found.bytes) && wanted.checksum.difference(&found).is_none();
    if fits {
        tell_whole(wanted, &found, means);
    }
    Ok(fits.then_some(found))
}

fn digests(path: &Path, means: &Means<'_>) -> Result<Digests, Stop> {
    let found = Digests::of(path, means.cancelled).map_err(|error| DataError::read(path, error))?;
    found.ok_or(Stop::Cancelled)
}

fn tell_whole(wanted: Wanted<'_>, digests: &Digests, means: &mut Means<'_>) {
    means.observer.event(&GetEvent::Whole {
        name: wanted.name,
        bytes: digests.bytes,
        sha256: &digests.sha256,
        check: wanted.checksum.kind(),
        checked: *wanted.checksum != Checksum::Unpublished,
    });
}

/// Twice as long before each attempt, and as long as the server asks for.
fn wait_before(attempt: u32, problem: &FetchProblem, patience: Patience) -> Duration {
    let own = patience.first_wait.saturating_mul(1 << (attempt - 1).min(6));
    match problem {
        FetchProblem::Busy { retry_after_s: Some(wait_s), .. } => own.max(Duration::from_secs(*wait_s)),
        _ => own,
    }
}

/// Waits, unless it is told to stop meanwhile.
fn pause(wait: Duration, cancelled: &(dyn Fn() -> bool + Sync)) -> Result<(), Stop> {
    let mut left = wait;
    while !left.is_zero() {
        if cancelled() {
            return Err(Stop::Cancelled);
        }
        let glance = left.min(GLANCE);
        thread::sleep(glance);
        left -= glance;
    }
    Ok(())
}

fn give_up(wanted: Wanted<'_>, problem: FetchProblem, attempts: u32, kept: u64) -> DataError {
    let problem = match problem {
        problem if problem.may_pass() => FetchProblem::GaveUp { attempts, last: Box::new(problem), kept },
        problem => problem,
    };
    DataError::fetch(wanted.from, problem)
}

/// Keeps what another call can go on from, and nothing else.
fn leave(part: Part, stop: Stop) -> Stop {
    let is_wrong = match &stop {
        Stop::Failed(DataError::Fetch { problem, .. }) => problem.is_wrong_input(),
        _ => false,
    };
    if is_wrong || part.bytes() == 0 {
        // If it cannot be removed, the next call will refuse it as this one did.
        let _ = part.remove();
    }
    stop
}
