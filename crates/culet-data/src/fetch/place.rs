//! Where files are taken from.

use std::path::PathBuf;

use super::FetchProblem;
use crate::DataError;

/// Where the files of a public data set are taken from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Place {
    /// The address in the list.
    #[default]
    Source,
    /// Another address, below which the files lie by their names.
    Mirror(String),
    /// A folder that holds the files.
    Folder(PathBuf),
}

impl Place {
    /// What a person calls a place: an address `http://` or `https://`, or else a folder.
    ///
    /// # Errors
    /// An address of another kind, a folder that is not there.
    pub fn parse(text: &str) -> Result<Self, DataError> {
        let problem = |problem| Err(DataError::fetch(text, problem));
        match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
                if rest.trim_matches('/').is_empty() || rest.contains(|letter: char| letter.is_whitespace()) {
                    return problem(FetchProblem::BadAddress);
                }
                Ok(Self::Mirror(text.trim_end_matches('/').to_owned()))
            }
            Some(_) => problem(FetchProblem::BadAddress),
            None if std::path::Path::new(text).is_dir() => Ok(Self::Folder(text.into())),
            None => problem(FetchProblem::NoFolder),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_folders_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        assert_eq!(Place::parse(path).unwrap(), Place::Folder(path.into()));
        assert_eq!(Place::parse("HTTPS://a.org/b/").unwrap(), Place::Mirror("HTTPS://a.org/b".into()));
        for text in ["ftp://a.org", "file:///tmp", "http://", "https:///", "http://a b/"] {
            let error = Place::parse(text).unwrap_err();
            assert_eq!(error.to_string(), format!("`{text}` is no address of the web"));
        }
        assert_eq!(Place::parse("no-such-folder").unwrap_err().to_string(), "`no-such-folder` is no folder");
    }
}
