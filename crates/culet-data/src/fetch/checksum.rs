//! What a file must be, and what it is.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::shown::hexadecimal;

/// What is known of the content of a file, in lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Checksum {
    Sha256(String),
    /// The id of a git object: the SHA-1 of `blob`, a blank, the length, a zero byte, and the content.
    GitBlob(String),
    /// Nobody published one.
    Unpublished,
}

impl Checksum {
    /// What kind it is.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "SHA-256",
            Self::GitBlob(_) => "git object id",
            Self::Unpublished => "no published checksum",
        }
    }

    /// Expected and found, if they differ.
    pub(crate) fn difference(&self, found: &Digests) -> Option<(String, String)> {
        let (expected, found) = match self {
            Self::Sha256(expected) => (expected, &found.sha256),
            Self::GitBlob(expected) => (expected, &found.git_blob),
            Self::Unpublished => return None,
        };
        (expected != found).then(|| (expected.clone(), found.clone()))
    }
}

/// The size and the checksums of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digests {
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    pub(crate) git_blob: String,
}

impl Digests {
    /// Reads a file once; `None` if `cancelled` says so meanwhile.
    ///
    /// # Errors
    /// A file that cannot be read, or that grows meanwhile.
    pub(crate) fn of(path: &Path, cancelled: &dyn Fn() -> bool) -> io::Result<Option<Self>> {
        let mut file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let (mut sha256, mut git) = (Sha256::new(), Sha1::new());
        git.update(format!("blob {bytes}\0").as_bytes());
        let (mut block, mut n_read) = (vec![0; 1 << 18], 0);
        loop {
            if cancelled() {
                return Ok(None);
            }
            match file.read(&mut block) {
                Ok(0) => break,
                Ok(n) => {
                    sha256.update(&block[..n]);
                    git.update(&block[..n]);
                    n_read += n as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if n_read != bytes {
            return Err(io::Error::other("its size changed while it was read"));
        }
        Ok(Some(Self { bytes, sha256: hexadecimal(&sha256.finalize()), git_blob: hexadecimal(&git.finalize()) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_agree_with_the_standard_and_with_git() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"abc").unwrap();
        let digests = Digests::of(&path, &|| false).unwrap().unwrap();
        // FIPS 180-2, appendix B.1; `printf abc | git hash-object --stdin`.
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let git_blob = "f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f";
        assert_eq!(digests, Digests { bytes: 3, sha256: sha256.into(), git_blob: git_blob.into() });
        assert_eq!(Checksum::Sha256(sha256.into()).difference(&digests), None);
        assert_eq!(Checksum::GitBlob(git_blob.into()).difference(&digests), None);
        assert_eq!(Checksum::Unpublished.difference(&digests), None);
        let wrong = Checksum::Sha256("00".into()).difference(&digests);
        assert_eq!(wrong, Some(("00".into(), sha256.into())));
        assert_eq!(Digests::of(&path, &|| true).unwrap(), None);
    }
}
