//! A file from a folder, under the same rules as one from an address.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::client::Told;
use super::part::Part;
use super::transfer::{Halt, Means, Wanted};
use super::{FetchProblem, GetEvent, Stop};
use crate::DataError;

/// Copies a file into a part, from its first byte on.
pub(super) fn copy(wanted: Wanted<'_>, part: &mut Part, means: &mut Means<'_>) -> Result<(), Halt> {
    let path = Path::new(wanted.from);
    let mut source = match File::open(path) {
        Ok(source) => source,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(FetchProblem::NotInFolder.into()),
        Err(error) => return Err(DataError::read(path, error).into()),
    };
    let about = source.metadata().map_err(|error| DataError::read(path, error))?;
    if !about.is_file() {
        return Err(FetchProblem::NotInFolder.into());
    }
    match wanted.bytes {
        Some(expected) if expected != about.len() => {
            return Err(FetchProblem::WrongSize { expected, found: about.len() }.into());
        }
        _ if about.len() > wanted.limit => return Err(FetchProblem::TooLarge { limit: wanted.limit }.into()),
        _ => part.begin(Told::default())?,
    }
    let mut block = vec![0; 1 << 18];
    loop {
        if (means.cancelled)() {
            return Err(Halt::Stop(Stop::Cancelled));
        }
        match source.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(n) => part.add(&block[..n])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(DataError::read(path, error).into()),
        }
        means.observer.event(&GetEvent::Progress { bytes: part.bytes(), total: Some(about.len()) });
    }
}
