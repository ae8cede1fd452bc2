//! By what it is noticed that a run folder has other contents.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Where a path leads, and the manifest that stands there. A manifest vouches for all other files, so another content is
/// another manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    folder: PathBuf,
    manifest: Vec<u8>,
    version: String,
}

impl Stamp {
    /// # Errors
    /// If there is no manifest.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let folder = path.canonicalize()?;
        let text = fs::read(folder.join("manifest.json"))?;
        let manifest = Sha256::digest(&text).to_vec();
        let told: serde_json::Value = serde_json::from_slice(&text).unwrap_or_default();
        let version = told["manifest_sha256"].as_str().and_then(|sum| sum.get(..12)).unwrap_or("unknown").to_owned();
        Ok(Self { folder, manifest, version })
    }

    /// The first 12 digits of the manifest's checksum.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }
}
