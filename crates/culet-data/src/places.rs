//! Folders and files by name: what lies beside them, what is called almost as they are.

use std::fs;
use std::path::{Path, PathBuf};

/// A short name for what lies at a place: that of the folder or file, or `data` where it has none.
pub(crate) fn name_of(place: &Path) -> String {
    let name = |path: &Path| Some(path.file_name()?.to_string_lossy().into_owned());
    let absolute: Option<PathBuf> = place.canonicalize().ok();
    name(place).or_else(|| name(&absolute?)).unwrap_or_else(|| "data".into())
}

/// What lies in a folder, by name; nothing if it cannot be listed, as this only serves hints.
pub(crate) fn children(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let listed = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = listed.map(|entry| entry.path()).filter(|path| wanted(path)).collect();
    paths.sort();
    paths
}

/// The sibling whose name differs least, if it differs in at most a third of the letters.
pub(crate) fn similar(path: &Path, wanted: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let parent = path.parent()?;
    let distance = |path: &PathBuf| Some(edit_distance(name, path.file_name()?.to_str()?));
    let nearest = children(parent, wanted).into_iter().filter_map(|path| Some((distance(&path)?, path))).min()?;
    (nearest.0 <= name.chars().count().div_ceil(3)).then(|| parent.join(nearest.1.file_name().unwrap_or_default()))
}

/// The number of letters to insert, remove or replace (Levenshtein).
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<_> = b.chars().collect();
    let mut costs: Vec<_> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut costs[0], i + 1);
        for (j, &y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = costs[j + 1];
            costs[j + 1] = replaced.min(diagonal + 1).min(costs[j] + 1);
        }
    }
    costs[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edit_distance_counts_letters() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(edit_distance("käse", "kase"), 1);
        assert_eq!(edit_distance("same", "same"), 0);
    }
}
