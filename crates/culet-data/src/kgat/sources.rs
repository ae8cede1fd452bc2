//! Which files a data set has, read into memory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::DataError;
use crate::network::NetworkProblem;
use crate::network::unpack::Input;
use crate::places::{children, similar};

/// The bytes of the files of a data set; `None` where a file is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// `train.txt`.
    pub train: Vec<u8>,
    /// `valid.txt`.
    pub valid: Option<Vec<u8>>,
    /// `test.txt`.
    pub test: Option<Vec<u8>>,
    /// `kg_final.txt`.
    pub graph: Option<Vec<u8>>,
    /// `user_list.txt` and so on, in the order of [`Kind::ALL`].
    pub lists: [Option<Vec<u8>>; 4],
    /// `user_names.tsv` and so on, in the order of [`Kind::ALL`].
    pub names: [Option<Vec<u8>>; 4],
}

/// What has ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Users.
    User,
    /// Items.
    Item,
    /// Entities of the knowledge graph.
    Entity,
    /// Relations of the knowledge graph.
    Relation,
}

impl Kind {
    /// All kinds, in the order of their files.
    pub const ALL: [Self; 4] = [Self::User, Self::Item, Self::Entity, Self::Relation];

    /// The kind in one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Item => "item",
            Self::Entity => "entity",
            Self::Relation => "relation",
        }
    }

    /// The kind in the plural.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::User => "users",
            Self::Item => "items",
            Self::Entity => "entities",
            Self::Relation => "relations",
        }
    }

    /// The file with the external ids.
    #[must_use]
    pub const fn list_file(self) -> &'static str {
        match self {
            Self::User => "user_list.txt",
            Self::Item => "item_list.txt",
            Self::Entity => "entity_list.txt",
            Self::Relation => "relation_list.txt",
        }
    }

    /// The file with the readable names.
    #[must_use]
    pub const fn names_file(self) -> &'static str {
        match self {
            Self::User => "user_names.tsv",
            Self::Item => "item_names.tsv",
            Self::Entity => "entity_names.tsv",
            Self::Relation => "relation_names.tsv",
        }
    }
}

impl Sources {
    /// Reads the files of a folder; `kg_final.txt` may be packed: `.zip`, `.gz` or `.zst` behind its name.
    ///
    /// # Errors
    /// A folder or `train.txt` that is not there, a file that cannot be read or unpacked.
    pub fn load(folder: &Path) -> Result<Self, DataError> {
        check_folder(folder)?;
        let read = |name: &str| match read_if_there(&folder.join(name))? {
            None if name == GRAPH => read_packed(folder),
            found => Ok(found),
        };
        let path = folder.join("train.txt");
        Self::of(read)?.ok_or_else(|| DataError::NoFile { similar: child_with_data(folder), path })
    }

    /// The files that something gives by name; none without `train.txt`.
    pub(crate) fn of(read: impl Fn(&str) -> Result<Option<Vec<u8>>, DataError>) -> Result<Option<Self>, DataError> {
        let Some(train) = read("train.txt")? else { return Ok(None) };
        let mut sources = Self { train, ..Self::default() };
        sources.valid = read("valid.txt")?;
        sources.test = read("test.txt")?;
        sources.graph = read(GRAPH)?;
        for (k, kind) in Kind::ALL.into_iter().enumerate() {
            sources.lists[k] = read(kind.list_file())?;
            sources.names[k] = read(kind.names_file())?;
        }
        Ok(Some(sources))
    }
}

const GRAPH: &str = "kg_final.txt";

/// The graph from a packed file: the one in an archive, or of gzip or zstd.
fn read_packed(folder: &Path) -> Result<Option<Vec<u8>>, DataError> {
    let archive = folder.join(format!("{GRAPH}.zip"));
    if archive.is_file() {
        let members = Input::file(archive.clone()).members()?;
        let own = members.iter().find(|member| member.name() == GRAPH).or(members.first());
        let empty = || DataError::network(&archive, NetworkProblem::Packed { cause: "it holds no file".into() });
        return own.ok_or_else(empty)?.read().map(Some);
    }
    let packed = ["gz", "zst"].map(|ending| folder.join(format!("{GRAPH}.{ending}")));
    packed.into_iter().find(|path| path.is_file()).map(|path| Input::file(path).read()).transpose()
}

fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, DataError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DataError::read(path, error)),
    }
}

fn check_folder(folder: &Path) -> Result<(), DataError> {
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(DataError::NotAFolder { path: folder.into() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(DataError::NoFolder { path: folder.into(), similar: similar(folder, Path::is_dir) })
        }
        Err(error) => Err(DataError::read(folder, error)),
    }
}

fn child_with_data(folder: &Path) -> Option<PathBuf> {
    children(folder, Path::is_dir).into_iter().find(|child| child.join("train.txt").is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_a_similar_name_is_the_hint() {
        let root = tempfile::tempdir().unwrap();
        for name in ["music", "amazon-book"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        let error = Sources::load(&root.path().join("musik")).unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` does not exist", root.path().join("musik").display()));
        assert_eq!(error.hint().unwrap(), format!("did you mean `{}`?", root.path().join("music").display()));
        let error = Sources::load(&root.path().join("other")).unwrap_err();
        assert_eq!(error.hint().unwrap(), "`culet data synth` makes a data set to try");
        let error = Sources::load(&root.path().join("no/such/place")).unwrap_err();
        assert_eq!(error.hint().unwrap(), "`culet data synth` makes a data set to try");
    }

    #[test]
    fn a_file_is_no_folder() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("train.txt");
        fs::write(&path, "0 1").unwrap();
        let error = Sources::load(&path).unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` is a file, not a folder", path.display()));
        let hint = format!("give the folder of the data set, perhaps `{}`", root.path().display());
        assert_eq!(error.hint().unwrap(), hint);
    }

    #[test]
    fn a_folder_without_training_data_points_below() {
        let root = tempfile::tempdir().unwrap();
        let error = Sources::load(root.path()).unwrap_err();
        assert_eq!(error.to_string(), format!("`{}` is missing", root.path().join("train.txt").display()));
        assert_eq!(error.hint().unwrap(), "each line of `train.txt` holds a user, then the items the user took");
        fs::create_dir_all(root.path().join("b/x")).unwrap();
        fs::create_dir(root.path().join("a")).unwrap();
        fs::write(root.path().join("b/train.txt"), "").unwrap();
        let error = Sources::load(root.path()).unwrap_err();
        assert_eq!(error.hint().unwrap(), format!("did you mean `{}`?", root.path().join("b").display()));
    }

    #[test]
    fn a_folder_in_place_of_a_file_cannot_be_read() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("train.txt"), "0 1").unwrap();
        let path = root.path().join("test.txt");
        fs::create_dir(&path).unwrap();
        let error = Sources::load(root.path()).unwrap_err();
        assert!(matches!(&error, DataError::Read { path: p, .. } if *p == path), "{error}");
        assert!(error.to_string().starts_with(&format!("cannot read `{}`: ", path.display())));
    }
}
