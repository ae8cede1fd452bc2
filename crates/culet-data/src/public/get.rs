//! From the source into a folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use serde::Serialize;

use super::PublicSet;
use super::staging::Staging;
use crate::DataError;
use crate::fetch::{Client, Digests, GetEvent, GetObserver, Means, Patience, Place, Stop, Wanted, obtain};
use crate::unpack::{ArchiveProblem, Packing, UnpackLimits, unpack};

/// The most bytes of a file whose size is not known.
const LARGEST: u64 = 4 << 30;

/// How often is looked whether a connection has to end from here.
const GLANCE: Duration = Duration::from_millis(50);

/// What a set says of itself in its folder.
const RECORD: &str = "source.json";

/// From where a set is taken, and how.
#[derive(Clone)]
pub struct GetOptions<'a> {
    /// Where the files are taken from.
    pub place: Place,
    /// How long servers are waited for.
    pub patience: Patience,
    /// How much may come out of an archive.
    pub limits: UnpackLimits,
    /// Whether the environment may name a proxy.
    pub proxied: bool,
    /// Asked again and again: whether to stop. What came is kept.
    pub cancelled: &'a (dyn Fn() -> bool + Sync),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Got {
    /// The set is there.
    Whole {
        /// The files that were fetched.
        files: Vec<GotFile>,
    },
    /// It was stopped.
    Cancelled {
        /// The folder with what came.
        kept: PathBuf,
        /// How much that is.
        bytes: u64,
    },
}

/// A file that was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GotFile {
    /// Its name at the source.
    pub name: String,
    /// Where it is from.
    pub from: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// What it was checked against: `SHA-256`, `git object id`, or `no published checksum`.
    pub check: &'static str,
}

/// Fetches a set into a folder, which appears when it is whole: with the files of the source, archives unpacked, and
/// `source.json`, which tells where they are from and under which licence. The call says that the licence was accepted.
///
/// An archive whose files all lie in one folder is unpacked without that folder. Until it is whole, everything lies in
/// [`staging_of`](super::staging_of) `out`, from where another call goes on.
///
/// # Errors
/// [`DataError::Fetch`], [`DataError::Archive`], [`DataError::NotEmpty`], [`DataError::InUse`]; [`DataError::Read`] and
/// [`DataError::Write`].
pub fn get(
    set: &PublicSet,
    out: &Path,
    options: &GetOptions<'_>,
    observer: &mut dyn GetObserver,
) -> Result<Got, DataError> {
    if out.is_file() || fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(DataError::NotEmpty { path: out.into() });
    }
    if out.file_name().is_none() {
        // There is no name beside it for what is not whole.
        return Err(DataError::write(out, std::io::ErrorKind::InvalidFilename.into()));
    }
    let staging = Staging::enter(set, out)?;
    match assemble(set, &staging, options, observer) {
        Ok(files) => {
            staging.publish(out)?;
            Ok(Got::Whole { files })
        }
        Err(Stop::Failed(error)) => {
            staging.leave();
            Err(error)
        }
        Err(Stop::Cancelled) => {
            let (kept, bytes) = (staging.files(), size_of(&staging.files()));
            staging.leave();
            Ok(Got::Cancelled { kept, bytes })
        }
    }
}

/// Fetches the files and puts the set together from them.
fn assemble(
    set: &PublicSet,
    staging: &Staging,
    options: &GetOptions<'_>,
    observer: &mut dyn GetObserver,
) -> Result<Vec<GotFile>, Stop> {
    let got = match &options.place {
        Place::Folder(_) => fetch_all(set, staging, options, None, observer)?,
        _ => {
            let client = Client::new(options.patience.timeout, options.proxied);
            watched(&client, options.cancelled, || fetch_all(set, staging, options, Some(&client), observer))?
        }
    };
    // The plain files come last: until then each of them would serve another attempt.
    let (packed, plain): (Vec<_>, Vec<_>) =
        set.files.iter().partition(|file| Packing::of_name(&file.name) != Packing::Plain);
    let taken: Vec<_> = plain.iter().map(|file| file.name.as_str()).chain([RECORD]).collect();
    for file in packed {
        observer.event(&GetEvent::Unpack { name: &file.name });
        let archive = staging.files().join(&file.name);
        let folder = staging.unpacked()?;
        let unpacked = unpack(&archive, Packing::of_name(&file.name), &folder, options.limits, options.cancelled);
        if let Err(Stop::Failed(DataError::Archive { .. })) = &unpacked {
            // An archive that is refused once will be refused again.
            let _ = fs::remove_file(&archive);
        }
        unpacked?;
        move_up(&archive, &folder, &staging.whole(), &taken)?;
    }
    write_record(set, &got, &staging.whole())?;
    for file in plain {
        move_to(&staging.files(), &file.name, &staging.whole())?;
    }
    Ok(got)
}

fn fetch_all(
    set: &PublicSet,
    staging: &Staging,
    options: &GetOptions<'_>,
    client: Option<&Client>,
    observer: &mut dyn GetObserver,
) -> Result<Vec<GotFile>, Stop> {
    let mut got = Vec::with_capacity(set.files.len());
    for (k, file) in set.files.iter().enumerate() {
        let event = GetEvent::File { name: &file.name, number: k + 1, n_files: set.files.len(), bytes: file.bytes };
        observer.event(&event);
        let from = match &options.place {
            Place::Source => format!("{}{}", set.base, file.name),
            Place::Mirror(base) => format!("{base}/{}", file.name),
            Place::Folder(folder) => folder.join(&file.name).to_string_lossy().into_owned(),
        };
        let checksum = file.checksum();
        let limit = file.bytes.unwrap_or(LARGEST);
        let wanted = Wanted { name: &file.name, from: &from, bytes: file.bytes, checksum: &checksum, limit };
        let (patience, cancelled) = (options.patience, options.cancelled);
        let mut means = Means { client, patience, observer, cancelled };
        let Digests { bytes, sha256, .. } = obtain(wanted, &staging.files(), &mut means)?;
        got.push(GotFile { name: file.name.clone(), from, bytes, sha256, check: checksum.kind() });
    }
    Ok(got)
}

/// Does something while another thread looks whether it is cancelled, and then ends the connections: a read from a server
/// that sends nothing would otherwise last until its time-out.
fn watched<T>(client: &Client, cancelled: &(dyn Fn() -> bool + Sync), work: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                if cancelled() {
                    return client.shut_down();
                }
                thread::park_timeout(GLANCE);
            }
        });
        // However the work ends, the watcher does, too.
        let _ended = Ended { done: &done, watcher: watcher.thread().clone() };
        work()
    })
}

struct Ended<'a> {
    done: &'a AtomicBool,
    watcher: Thread,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        self.watcher.unpark();
    }
}

/// Moves what was unpacked into another folder; if it lies in one folder, without that folder. Names that are taken, there
/// or by what comes later, are errors.
fn move_up(archive: &Path, unpacked: &Path, whole: &Path, taken: &[&str]) -> Result<(), DataError> {
    let top = children(unpacked)?;
    let content = match top.as_slice() {
        [only] if unpacked.join(only).is_dir() => unpacked.join(only),
        _ => unpacked.into(),
    };
    for name in children(&content)? {
        if whole.join(&name).exists() || taken.contains(&name.as_str()) {
            return Err(DataError::archive(archive, ArchiveProblem::Twice { entry: name }));
        }
        move_to(&content, &name, whole)?;
    }
    Ok(())
}

fn move_to(from: &Path, name: &str, to: &Path) -> Result<(), DataError> {
    let target = to.join(name);
    fs::rename(from.join(name), &target).map_err(|error| DataError::write(&target, error))
}

fn children(folder: &Path) -> Result<Vec<String>, DataError> {
    let failed = |error| DataError::read(folder, error);
    let entries = fs::read_dir(folder).map_err(failed)?;
    // Names of entries are text, so those on the disk are.
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<_> = entries.map(|entry| entry.map(name)).collect::<Result<_, _>>().map_err(failed)?;
    names.sort();
    Ok(names)
}

fn write_record(set: &PublicSet, files: &[GotFile], folder: &Path) -> Result<(), DataError> {
    #[derive(Serialize)]
    struct Record<'a> {
        name: &'a str,
        title: &'a str,
        home: &'a str,
        cite: &'a str,
        licence: &'a str,
        terms: &'a str,
        files: &'a [GotFile],
    }
    let PublicSet { name, title, home, cite, licence, terms, .. } = set;
    let record = Record { name, title, home, cite, licence, terms, files };
    crate::write_atomically(&folder.join(RECORD), |file| Ok(serde_json::to_writer_pretty(file, &record)?))
}

/// The bytes of the files in a folder; those that cannot be looked at count for nothing.
fn size_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.path().extension().is_none_or(|ending| ending != "json"));
    files.filter_map(|entry| Some(entry.metadata().ok()?.len())).sum()
}
