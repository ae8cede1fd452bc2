//! What can be wrong with an archive.

use std::fmt;

/// Why an archive is not unpacked, as the rest of a sentence that begins with its path.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArchiveProblem {
    /// It is none, or a part of one.
    Damaged {
        /// The entry that cannot be read, if it is one alone.
        entry: Option<String>,
        /// What the reader said.
        cause: String,
    },
    /// An entry that would be written elsewhere.
    Outside {
        /// Its name.
        entry: String,
        /// What is wrong with the name.
        why: &'static str,
    },
    /// An entry that is a link or a device.
    NoFile {
        /// Its name.
        entry: String,
    },
    /// An entry with the name of another.
    Twice {
        /// Its name.
        entry: String,
    },
    /// More comes out than is allowed.
    TooLarge {
        /// The entry with which it is too much.
        entry: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// Far more comes out than went in.
    Bomb {
        /// The entry with which it is too much.
        entry: String,
        /// The size of the archive in bytes.
        packed: u64,
        /// The limit, in bytes for a byte of the archive.
        ratio: u64,
    },
    /// More entries than are allowed.
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// A password is needed.
    Encrypted,
}

impl ArchiveProblem {
    /// What would help.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Damaged { .. } => {
                "fetch it once more; if it stays so, its place holds something else: try another by `--from`"
            }
            Self::Encrypted => "unpack it by hand with its password",
            _ => {
                "nothing of it was kept: archives of data sets do not look so, and this one may have been made to do \
                 harm"
            }
        };
        Some(hint.to_owned())
    }
}

impl fmt::Display for ArchiveProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { entry: Some(entry), cause } => write!(f, "is damaged at `{entry}`: {cause}"),
            Self::Damaged { entry: None, cause } => write!(f, "is no archive that can be read: {cause}"),
            Self::Outside { entry, why } => write!(f, "holds `{entry}`, a name that is not taken: {why}"),
            Self::NoFile { entry } => write!(f, "holds `{entry}`, which is a link or a device, not a file"),
            Self::Twice { entry } => write!(f, "holds `{entry}` twice, or once as a file and once as a folder"),
            Self::TooLarge { entry, limit } => write!(f, "unpacks to more than {limit} bytes, at `{entry}`"),
            Self::Bomb { entry, packed, ratio } => {
                write!(f, "unpacks to more than {ratio} times its {packed} bytes, at `{entry}`")
            }
            Self::TooMany { limit } => write!(f, "holds more than {limit} files and folders"),
            Self::Encrypted => f.write_str("is locked by a password"),
        }
    }
}
