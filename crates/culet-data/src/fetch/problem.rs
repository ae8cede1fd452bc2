//! What can go wrong with a file that is fetched.

use std::fmt;

/// Why a file could not be fetched, as the rest of a sentence that begins with its address.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FetchProblem {
    /// Neither `http://` nor `https://`.
    BadAddress,
    /// A place to take files from that is no folder.
    NoFolder,
    /// A folder without the file.
    NotInFolder,
    /// No such host.
    NoHost,
    /// Nobody answers there.
    NoConnection {
        /// What the system said.
        cause: String,
    },
    /// The connection is not secure.
    Insecure {
        /// What is wrong with it.
        cause: String,
    },
    /// Redirected too often.
    TooManyRedirects {
        /// How many were followed.
        limit: u32,
    },
    /// Redirected from a secure address to one that is not, or to no address at all.
    BadRedirect {
        /// What is wrong with it.
        cause: String,
    },
    /// Nothing came for so long.
    Stalled {
        /// How long was waited, in seconds.
        waited_s: f64,
    },
    /// The connection ended before the file did.
    CutOff {
        /// How many bytes there are.
        found: u64,
        /// How many were told, if any were.
        expected: Option<u64>,
    },
    /// The server is out of order or overloaded, as it says.
    Busy {
        /// The status of its answer.
        status: u16,
        /// How long to wait, as it says.
        retry_after_s: Option<u64>,
    },
    /// The server has no such file.
    NotFound {
        /// The status of its answer.
        status: u16,
    },
    /// The server wants to know who asks.
    Forbidden {
        /// The status of its answer.
        status: u16,
    },
    /// An answer that is none to this question.
    Unexpected {
        /// What came.
        found: String,
    },
    /// A file of another size than is known.
    WrongSize {
        /// The known size.
        expected: u64,
        /// The size told or found.
        found: u64,
    },
    /// A file without an end, or one that is larger than any that is expected.
    TooLarge {
        /// The most bytes that are taken.
        limit: u64,
    },
    /// A file with another content than is known.
    WrongContent {
        /// `SHA-256` or `git object id`.
        kind: &'static str,
        /// The known one.
        expected: String,
        /// That of what came.
        found: String,
    },
    /// The last of many attempts failed.
    GaveUp {
        /// How many there were.
        attempts: u32,
        /// Why the last one failed.
        last: Box<FetchProblem>,
        /// What is kept for another call.
        kept: u64,
    },
}

impl FetchProblem {
    /// Whether the same request may succeed a little later.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Self::Stalled { .. } | Self::CutOff { .. } | Self::Busy { .. })
    }

    /// Whether the fault lies with what was asked for or with what came, rather than with the way between.
    #[must_use]
    pub fn is_wrong_input(&self) -> bool {
        matches!(
            self,
            Self::BadAddress
                | Self::NoFolder
                | Self::NotInFolder
                | Self::WrongSize { .. }
                | Self::TooLarge { .. }
                | Self::WrongContent { .. }
        )
    }

    /// What would help.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::BadAddress => "addresses begin with `http://` or `https://`; a folder is named by its path",
            Self::NoFolder => "`--from` takes a folder that holds the files, or an address below which they lie",
            Self::NotInFolder => "`culet data list NAME` tells the names of the files",
            Self::NoHost => "is this machine on the network? `--from` takes the files from a mirror or a folder",
            Self::NoConnection { .. } => "try again later; `--from` takes the files from a mirror or a folder",
            Self::Insecure { .. } => "is the clock of this machine right, and does nobody sit between?",
            Self::TooManyRedirects { .. } | Self::BadRedirect { .. } | Self::NotFound { .. } => {
                "the source may have moved: look at its page, download the files by hand, and name their folder by \
                 `--from`"
            }
            Self::Forbidden { .. } => {
                "download the files by hand from the page of the source, and name their folder by `--from`"
            }
            Self::WrongSize { .. } | Self::WrongContent { .. } => {
                "the file was changed at its source or on the way, and nothing of it is kept; `--from` names another \
                 mirror"
            }
            Self::TooLarge { .. } | Self::Unexpected { .. } => "is this the right address?",
            Self::GaveUp { .. } => {
                "the same command goes on where this one ended; `--from` names a mirror, `--timeout` waits longer"
            }
            Self::Stalled { .. } | Self::CutOff { .. } | Self::Busy { .. } => "try again later",
        };
        Some(hint.to_owned())
    }
}

impl fmt::Display for FetchProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadAddress => f.write_str("is no address of the web"),
            Self::NoFolder => f.write_str("is no folder"),
            Self::NotInFolder => f.write_str("is not there"),
            Self::NoHost => f.write_str("cannot be reached: there is no such host"),
            Self::NoConnection { cause } => write!(f, "cannot be reached: {cause}"),
            Self::Insecure { cause } => write!(f, "cannot be reached safely: {cause}"),
            Self::TooManyRedirects { limit } => write!(f, "redirects more than {limit} times"),
            Self::BadRedirect { cause } => write!(f, "redirects to a place that will not do: {cause}"),
            Self::Stalled { waited_s } => write!(f, "stalled: nothing came for {waited_s} s"),
            Self::CutOff { found, expected: Some(expected) } => {
                write!(f, "was cut off: {found} bytes came, expected {expected}")
            }
            Self::CutOff { found, expected: None } => write!(f, "was cut off after {found} bytes"),
            Self::Busy { status, .. } => write!(f, "is out of order (status {status})"),
            Self::NotFound { status } => write!(f, "is not there (status {status})"),
            Self::Forbidden { status } => write!(f, "may not be had (status {status})"),
            Self::Unexpected { found } => write!(f, "gave an answer that does not fit: {found}"),
            Self::WrongSize { expected, found } => write!(f, "has {found} bytes, expected {expected}"),
            Self::TooLarge { limit } => write!(f, "has more than {limit} bytes"),
            Self::WrongContent { kind, expected, found } => {
                write!(f, "has not the content it should have: {kind} {found}, expected {expected}")
            }
            Self::GaveUp { attempts, last, kept } => {
                write!(f, "{last} (attempt {attempts} of {attempts}; {kept} bytes are kept)")
            }
        }
    }
}
