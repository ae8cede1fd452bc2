//! Files from servers that do all that servers do.

mod folders;
mod refused;
mod resumed;
mod retried;

use std::path::Path;
use std::time::Duration;

use super::{Checksum, Client, Digests, FetchProblem, GetEvent, GetObserver, Means, Patience, Stop, Wanted, obtain};
use crate::DataError;

/// Long enough to be read in several pieces.
pub(crate) fn content() -> Vec<u8> {
    (0..200_000_u32).map(|k| (k.wrapping_mul(k) >> 5) as u8).collect()
}

/// The checksum of bytes.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    std::fs::write(&path, bytes).unwrap();
    Digests::of(&path, &|| false).unwrap().unwrap().sha256
}

/// Quick to lose patience.
pub(crate) fn impatient() -> Patience {
    Patience { timeout: Duration::from_millis(300), attempts: 3, first_wait: Duration::from_millis(5) }
}

/// Writes down what it hears, progress aside.
#[derive(Debug, Default)]
pub(crate) struct Notes(pub(crate) Vec<String>);

impl GetObserver for Notes {
    fn event(&mut self, event: &GetEvent<'_>) {
        match event {
            GetEvent::Progress { .. } => {}
            GetEvent::Resumed { bytes } => self.0.push(format!("resumed at {bytes}")),
            GetEvent::Anew { why } => self.0.push(format!("anew: {why}")),
            GetEvent::Again { problem, attempt, attempts, .. } => {
                self.0.push(format!("{problem}; {attempt} of {attempts}"));
            }
            GetEvent::Whole { name, check, .. } => self.0.push(format!("{name}: {check}")),
            GetEvent::File { name, number, n_files, .. } => self.0.push(format!("{number}/{n_files} {name}")),
            GetEvent::Unpack { name } => self.0.push(format!("unpack {name}")),
        }
    }
}

/// A file `a.bin` that is wanted, and what is known of it.
struct Order<'a> {
    folder: &'a Path,
    bytes: Option<u64>,
    checksum: Checksum,
    limit: u64,
    patience: Patience,
}

impl<'a> Order<'a> {
    /// Of a file of which nothing is known.
    fn unknown(folder: &'a Path) -> Self {
        Self { folder, bytes: None, checksum: Checksum::Unpublished, limit: 1 << 20, patience: impatient() }
    }

    /// Of a file whose checksum is known.
    fn of(folder: &'a Path, content: &[u8]) -> Self {
        Self { checksum: Checksum::Sha256(sha256(content)), ..Self::unknown(folder) }
    }

    /// Fetches it from an address; what was heard meanwhile beside it.
    fn from(&self, address: &str) -> (Result<Digests, Stop>, Vec<String>) {
        let client = Client::new(self.patience.timeout, false);
        self.by(Some(&client), address, &|| false)
    }

    fn by(
        &self,
        client: Option<&Client>,
        from: &str,
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> (Result<Digests, Stop>, Vec<String>) {
        let mut observer = Notes::default();
        let mut means = Means { client, patience: self.patience, observer: &mut observer, cancelled };
        let wanted = Wanted { name: "a.bin", from, bytes: self.bytes, checksum: &self.checksum, limit: self.limit };
        let result = obtain(wanted, self.folder, &mut means);
        (result, observer.0)
    }

    /// The problem of a file that cannot be fetched.
    #[track_caller]
    fn problem(&self, address: &str) -> FetchProblem {
        match self.from(address).0 {
            Err(Stop::Failed(DataError::Fetch { problem, from })) => {
                assert_eq!(from, address);
                assert!(problem.hint().is_some());
                problem
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The names in a folder.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
