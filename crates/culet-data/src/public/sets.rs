//! The list of public data sets.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::DataError;
use crate::fetch::Checksum;
use crate::places::edit_distance;

/// The list that comes with the program.
const BUILT_IN: &str = include_str!("sets.json");

/// A list of public data sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicSets {
    sets: Vec<PublicSet>,
}

/// A public data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PublicSet {
    /// What `culet data get` calls it.
    pub name: String,
    /// What it holds, in one line.
    pub title: String,
    /// `catalogue` or `network`.
    pub kind: String,
    /// The form of its files.
    pub format: String,
    /// The licence in a line.
    pub licence: String,
    /// The terms in a paragraph, in words of our own: those of the source count.
    pub terms: String,
    /// The page of the source.
    pub home: String,
    /// What to cite.
    pub cite: String,
    /// What else should be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What `culet data describe` takes where it is not the folder: a file in it, and flags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<String>,
    /// The address below which its files lie.
    pub base: String,
    /// Its files.
    pub files: Vec<PublicFile>,
}

/// A file of a public data set, as it lies at the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PublicFile {
    /// Its name; endings `.zip` and `.gz` say that it is unpacked.
    pub name: String,
    /// Its size if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Its SHA-256 if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The id of its git object if that is known: the SHA-1 of `blob`, a blank, the length, a zero byte and the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_blob: Option<String>,
}

impl PublicFile {
    pub(crate) fn checksum(&self) -> Checksum {
        match (&self.sha256, &self.git_blob) {
            (Some(sha256), _) => Checksum::Sha256(sha256.clone()),
            (None, Some(id)) => Checksum::GitBlob(id.clone()),
            (None, None) => Checksum::Unpublished,
        }
    }

    /// What it is checked against: `SHA-256`, `git object id`, or `no published checksum`.
    #[must_use]
    pub fn check(&self) -> &'static str {
        self.checksum().kind()
    }
}

impl PublicSet {
    /// The bytes of all files whose size is known, and whether that is all of them.
    #[must_use]
    pub fn bytes(&self) -> (u64, bool) {
        let known = self.files.iter().filter_map(|file| file.bytes);
        (known.sum(), self.files.iter().all(|file| file.bytes.is_some()))
    }
}

impl PublicSets {
    /// The list that comes with the program.
    ///
    /// # Panics
    /// Never: a test reads the list.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("the list that comes with the program is well formed")
    }

    /// A list in the form of the one that comes with the program.
    ///
    /// # Errors
    /// [`DataError::Read`] and [`DataError::BadSetList`].
    pub fn read(path: &Path) -> Result<Self, DataError> {
        let text = std::fs::read_to_string(path).map_err(|error| DataError::read(path, error))?;
        Self::parse(&text).map_err(|cause| DataError::BadSetList { path: path.into(), cause })
    }

    /// All sets, in the order of the list.
    #[must_use]
    pub fn all(&self) -> &[PublicSet] {
        &self.sets
    }

    /// A set by its name.
    ///
    /// # Errors
    /// [`DataError::NoSuchSet`] with the most similar name.
    pub fn find(&self, name: &str) -> Result<&PublicSet, DataError> {
        let wanted = name.to_lowercase();
        self.sets.iter().find(|set| set.name == wanted).ok_or_else(|| {
            let distance = |set: &&PublicSet| edit_distance(&wanted, &set.name);
            let nearest = self.sets.iter().min_by_key(distance);
            let similar = nearest.filter(|set| distance(set) <= wanted.chars().count().div_ceil(3));
            // `movielens-1m` is far from `ml-1m` by letters alone.
            let part = || self.sets.iter().find(|set| wanted.ends_with(set.name.trim_start_matches("ml")));
            let similar = similar.or_else(part).map(|set| set.name.clone());
            DataError::NoSuchSet { name: name.into(), similar }
        })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let list: List = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let sets: Vec<_> =
            list.sets.into_iter().map(|entry| entry.with_licence(&list.licences)).collect::<Result<_, _>>()?;
        for (k, set) in sets.iter().enumerate() {
            check(set).map_err(|cause| format!("`{}`: {cause}", set.name))?;
            if sets[..k].iter().any(|other| other.name == set.name) {
                return Err(format!("`{}` stands twice", set.name));
            }
        }
        Ok(Self { sets })
    }
}

/// The list as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    /// What should be known of the list itself; for readers.
    #[serde(default, rename = "about")]
    _about: Vec<String>,
    #[serde(default)]
    licences: BTreeMap<String, Licence>,
    #[serde(default)]
    sets: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Licence {
    summary: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    title: String,
    kind: String,
    format: String,
    licence: String,
    home: String,
    cite: String,
    note: Option<String>,
    opens: Option<String>,
    base: String,
    files: Vec<PublicFile>,
}

impl Entry {
    fn with_licence(self, licences: &BTreeMap<String, Licence>) -> Result<PublicSet, String> {
        let licence = licences.get(&self.licence);
        let licence = licence.ok_or_else(|| format!("`{}`: there is no licence `{}`", self.name, self.licence))?;
        Ok(PublicSet {
            name: self.name,
            title: self.title,
            kind: self.kind,
            format: self.format,
            licence: licence.summary.clone(),
            terms: licence.text.clone(),
            home: self.home,
            cite: self.cite,
            note: self.note,
            opens: self.opens,
            base: self.base,
            files: self.files,
        })
    }
}

/// Names become paths and addresses, so that they may only hold what is harmless in both.
fn check(set: &PublicSet) -> Result<(), String> {
    let is_plain = |name: &str| {
        let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        letters && name.starts_with(|c: char| c.is_ascii_alphanumeric())
    };
    let is_hex = |text: &str, n: usize| text.len() == n && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !is_plain(&set.name) || set.name != set.name.to_lowercase() {
        return Err("a name has lower-case letters, digits, `-`, `_` and `.`".into());
    }
    if !set.base.starts_with("https://") && !set.base.starts_with("http://") || !set.base.ends_with('/') {
        return Err("`base` begins with `https://` or `http://` and ends with `/`".into());
    }
    if set.files.is_empty() {
        return Err("it has no files".into());
    }
    for (k, file) in set.files.iter().enumerate() {
        let name = &file.name;
        if !is_plain(name) || set.files[..k].iter().any(|other| other.name == *name) {
            return Err(format!("`{name}` is no name of a file, or stands twice"));
        }
        let is_right = |sum: &Option<String>, n| sum.as_ref().is_none_or(|sum| is_hex(sum, n));
        if !is_right(&file.sha256, 64) || !is_right(&file.git_blob, 40) {
            return Err(format!("the checksum of `{name}` has not 64 (sha256) or 40 (git_blob) digits 0 to f"));
        }
    }
    Ok(())
}
