//! Zip archives.

use std::io::BufReader;

use super::{ArchiveProblem, Sink};
use crate::fetch::Stop;
use crate::zipped::walk::{self, Entry, Fault, Kind};

/// Unpacks all entries, in the order of the archive.
pub(super) fn unpack(sink: &mut Sink<'_>) -> Result<(), Stop> {
    let entries = walk::entries(BufReader::new(sink.open()?), sink.limits.entries);
    for entry in entries.map_err(|fault| refuse(sink, fault))? {
        unpack_entry(sink, &entry)?;
    }
    Ok(())
}

fn unpack_entry(sink: &mut Sink<'_>, entry: &Entry) -> Result<(), Stop> {
    let name = &entry.name;
    match entry.kind {
        Kind::Other => Err(sink.refuse(ArchiveProblem::NoFile { entry: name.clone() })),
        Kind::Folder => sink.folder(name),
        Kind::File => {
            let content = entry.read_from(sink.open()?).map_err(|error| sink.broken(name, &error));
            sink.file(name, &mut content?)
        }
    }
}

fn refuse(sink: &Sink<'_>, fault: Fault) -> Stop {
    match fault {
        Fault::Io(error) => sink.broken("its list of files", &error),
        Fault::Damaged { entry, cause } => sink.refuse(ArchiveProblem::Damaged { entry, cause }),
        Fault::TooMany { limit } => sink.refuse(ArchiveProblem::TooMany { limit }),
        Fault::Encrypted { .. } => sink.refuse(ArchiveProblem::Encrypted),
    }
}
