//! Recommendations as a table: a line for each item of each user.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::columns::{Rows, Values, write_groups};
use crate::network::quoted;
use crate::{DataError, write_atomically};

/// An item that is recommended to a user.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Recommendation<'a> {
    /// The user's id.
    pub user: &'a str,
    /// The user's name; in lines of JSON alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<&'a str>,
    /// The item's id.
    pub item: &'a str,
    /// The item's name; in lines of JSON alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_name: Option<&'a str>,
    /// The model's score.
    pub score: f32,
    /// The place in the user's list, from 1.
    pub rank: u32,
}

/// A format of such tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecommendationFormat {
    /// Columns `user`, `item`, `score`, `rank`.
    Parquet,
    /// The same, with a header, and with this between them.
    Text(char),
    /// An object a line, with names.
    JsonLines,
}

impl RecommendationFormat {
    /// The format of a file, by its ending: `.parquet`, `.csv`, `.tsv` or `.jsonl`.
    ///
    /// # Errors
    /// [`DataError::BadSetting`] for another ending.
    pub fn of(path: &Path) -> Result<Self, DataError> {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        match ending.as_str() {
            "parquet" => Ok(Self::Parquet),
            "csv" => Ok(Self::Text(',')),
            "tsv" => Ok(Self::Text('\t')),
            "jsonl" => Ok(Self::JsonLines),
            _ => Err(DataError::BadSetting {
                name: "out",
                found: path.display().to_string(),
                expected: "a file that ends in `.parquet`, `.csv`, `.tsv` or `.jsonl`".to_owned(),
            }),
        }
    }
}

/// Writes recommendations, block after block, so that neither writing nor reading needs all of them at once; what `path`
/// was stays until the file is whole. Gives how many there are.
///
/// # Errors
/// [`DataError::Write`] with the path and the cause.
pub fn write_recommendations<'a>(
    path: &Path,
    format: RecommendationFormat,
    blocks: impl Iterator<Item = Vec<Recommendation<'a>>>,
) -> Result<u64, DataError> {
    let mut written = 0;
    let mut blocks = blocks.inspect(|block| written += block.len() as u64);
    write_atomically(path, |file| match format {
        RecommendationFormat::Parquet => {
            let first = blocks.next().unwrap_or_default();
            write_groups(std::iter::once(first).chain(blocks).map(|block| columns(&block)), file)
        }
        RecommendationFormat::Text(delimiter) => {
            writeln!(file, "{}", ["user", "item", "score", "rank"].join(&delimiter.to_string()))?;
            blocks.flatten().try_for_each(|one| write_line(file, &one, delimiter))
        }
        RecommendationFormat::JsonLines => blocks.flatten().try_for_each(|one| {
            serde_json::to_writer(&mut *file, &one)?;
            file.write_all(b"\n")
        }),
    })?;
    Ok(written)
}

fn columns<'a>(block: &[Recommendation<'a>]) -> Rows<'a> {
    vec![
        ("user", Values::Category(block.iter().map(|one| one.user).collect())),
        ("item", Values::Category(block.iter().map(|one| one.item).collect())),
        ("score", Values::Singles(block.iter().map(|one| one.score).collect())),
        ("rank", Values::Counts(block.iter().map(|one| one.rank).collect())),
    ]
}

fn write_line(file: &mut impl Write, one: &Recommendation<'_>, delimiter: char) -> io::Result<()> {
    let (user, item) = (quoted(one.user, delimiter), quoted(one.item, delimiter));
    writeln!(file, "{user}{delimiter}{item}{delimiter}{}{delimiter}{}", one.score, one.rank)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::ColumnReader;

    const ALL: [Recommendation<'static>; 3] = [
        Recommendation { user: "ann", user_name: None, item: "a, b", item_name: Some("A"), score: 0.5, rank: 1 },
        Recommendation { user: "ann", user_name: None, item: "c", item_name: None, score: -2.25, rank: 2 },
        Recommendation { user: "bob", user_name: Some("Bob"), item: "c", item_name: None, score: 3.0, rank: 1 },
    ];

    fn written(name: &str, blocks: &[&[Recommendation<'static>]]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let format = RecommendationFormat::of(&path).unwrap();
        let blocks_of = blocks.iter().map(|block| block.to_vec());
        let n: usize = blocks.iter().map(|block| block.len()).sum();
        assert_eq!(write_recommendations(&path, format, blocks_of).unwrap(), n as u64);
        (folder, path)
    }

    fn text(name: &str) -> String {
        let (_folder, path) = written(name, &[&ALL[..2], &ALL[2..]]);
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn text_is_quoted_where_it_must_be_and_json_has_names() {
        assert_eq!(text("r.csv"), "user,item,score,rank\nann,\"a, b\",0.5,1\nann,c,-2.25,2\nbob,c,3,1\n");
        assert_eq!(text("r.TSV"), "user\titem\tscore\trank\nann\ta, b\t0.5\t1\nann\tc\t-2.25\t2\nbob\tc\t3\t1\n");
        let expected = "{\"user\":\"ann\",\"item\":\"a, b\",\"item_name\":\"A\",\"score\":0.5,\"rank\":1}";
        let json = text("r.jsonl");
        assert_eq!((json.lines().next(), json.lines().count()), (Some(expected), 3));
        assert!(json.lines().nth(2).unwrap().contains("\"user_name\":\"Bob\""));
    }

    #[test]
    fn columns_of_parquet_hold_all_blocks() {
        let (_folder, path) = written("r.parquet", &[&ALL[..2], &[], &ALL[2..]]);
        let columns = ColumnReader::open(std::fs::File::open(path).unwrap()).unwrap();
        assert_eq!(columns.names(), ["user", "item", "score", "rank"]);
        assert_eq!(columns.text("user").unwrap(), ["ann", "ann", "bob"]);
        assert_eq!(columns.text("item").unwrap(), ["a, b", "c", "c"]);
        assert_eq!(columns.counts("rank").unwrap(), [1, 2, 1]);
        let (_folder, path) = written("r.parquet", &[]);
        assert!(ColumnReader::open(std::fs::File::open(path).unwrap()).unwrap().text("user").unwrap().is_empty());
    }

    #[test]
    fn other_endings_are_refused() {
        let error = RecommendationFormat::of(Path::new("r.xlsx")).unwrap_err().to_string();
        assert!(error.contains("r.xlsx") && error.contains("`.parquet`, `.csv`, `.tsv` or `.jsonl`"), "{error}");
    }
}
