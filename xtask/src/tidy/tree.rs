//! The files that a commit would hold, in memory: rules are functions of this, not of the disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::{fs, io};

/// Paths relative to the root, with `/`, and their text (bytes that are not UTF-8 replaced).
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads what git tracks or would add; without git, everything but build output and hidden git data.
    ///
    /// # Errors
    /// If a file or folder cannot be read.
    pub(crate) fn read(root: &Path) -> io::Result<Self> {
        let paths = match paths_from_git(root) {
            Some(paths) => paths,
            None => paths_from_disk(root)?,
        };
        Self::of(root, paths)
    }

    fn of(root: &Path, paths: Vec<String>) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for path in paths {
            // A file that is deleted but not yet in the index is listed all the same.
            if root.join(&path).is_file() {
                let bytes = fs::read(root.join(&path))?;
                files.insert(path, String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        Ok(Self { files })
    }

    /// The number of files.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// All files as (path, text), sorted by path.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files whose name ends so.
    pub(crate) fn files_with_ending(&self, ending: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(move |(path, _)| path.ends_with(ending))
    }

    /// The manifests of the workspace's members. Workspaces of their own, as `fuzz`, are not among them.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files_with_ending("/Cargo.toml").filter(|(path, _)| {
            let parts: Vec<&str> = path.split('/').collect();
            matches!(parts[..], ["xtask", _] | ["crates", _, _])
        })
    }

    /// The text of a file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether a file or a folder has this path; the empty path is the root.
    pub(crate) fn has(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        let first_inside = self.files.range(folder.clone()..).next();
        path.is_empty()
            || self.files.contains_key(path)
            || first_inside.is_some_and(|(inside, _)| inside.starts_with(&folder))
    }
}

#[cfg(test)]
impl<const N: usize> From<[(&str, &str); N]> for Tree {
    fn from(files: [(&str, &str); N]) -> Self {
        Self { files: files.map(|(path, text)| (path.to_owned(), text.to_owned())).into() }
    }
}

/// Tracked files and those that git would add; `None` if git is missing or this is no repository.
fn paths_from_git(root: &Path) -> Option<Vec<String>> {
    let mut command = Command::new("git");
    // A checkout may belong to another user than the one who runs the checks, as in containers.
    command.args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = command.current_dir(root).output().ok().filter(|output| output.status.success())?;
    let paths = String::from_utf8_lossy(&output.stdout).into_owned();
    let paths: Vec<String> = paths.split_terminator('\0').map(str::to_owned).collect();
    (!paths.is_empty()).then_some(paths)
}

fn paths_from_disk(root: &Path) -> io::Result<Vec<String>> {
    let (mut paths, mut folders) = (Vec::new(), vec![String::new()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            match entry.file_type()?.is_dir() {
                true if name == ".git" || name == "target" => {}
                true => folders.push(path),
                false => paths.push(path),
            }
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_exist_through_the_files_inside_them() {
        let tree = Tree::from([("docs/a.md", ""), ("docs.txt", "")]);
        assert!(["docs", "docs/a.md", "docs.txt", ""].iter().all(|path| tree.has(path)));
        assert!(["doc", "docs/a", "docs/a.md/b"].iter().all(|path| !tree.has(path)));
    }

    #[test]
    fn members_are_the_crates_and_xtask_alone() {
        let tree = Tree::from([
            ("Cargo.toml", ""),
            ("crates/culet/Cargo.toml", ""),
            ("crates/culet/tests/fixtures/Cargo.toml", ""),
            ("fuzz/Cargo.toml", ""),
            ("xtask/Cargo.toml", ""),
        ]);
        let members: Vec<_> = tree.members().map(|(path, _)| path).collect();
        assert_eq!(members, ["crates/culet/Cargo.toml", "xtask/Cargo.toml"]);
    }

    /// A folder with these files, outside of any repository.
    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, bytes) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder above")).expect("folders");
            fs::write(path, bytes).expect("a file");
        }
        folder
    }

    #[test]
    fn without_git_the_disk_is_read_but_for_build_output() {
        let files: &[(&str, &[u8])] =
            &[("a.md", b"a"), (".ci/run", b"b"), ("src/c.rs", b"c\xff"), ("target/d.rs", b"d"), (".git/e", b"e")];
        let tree = Tree::read(folder(files).path()).expect("readable");
        let read: Vec<_> = tree.files().collect();
        assert_eq!(read, [(".ci/run", "b"), ("a.md", "a"), ("src/c.rs", "c\u{fffd}")]);
    }

    #[test]
    fn a_file_that_git_lists_but_the_disk_lacks_is_left_out() {
        let folder = folder(&[("here.rs", b"a"), ("a folder/b.rs", b"b")]);
        let listed = ["here.rs", "gone.rs", "a folder"].map(str::to_owned).to_vec();
        let tree = Tree::of(folder.path(), listed).expect("readable");
        assert_eq!(tree.files().collect::<Vec<_>>(), [("here.rs", "a")]);
    }
}
