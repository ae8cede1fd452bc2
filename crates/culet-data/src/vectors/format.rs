//! The formats of vectors, and what each can hold.

use std::path::Path;

use super::{VectorProblem, VectorTable};
use crate::DataError;

/// How a table of vectors is laid out in a file; see the table at the top of this module's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VectorFormat {
    /// Text as word2vec and gensim write it: a line `n d`, then a line `id x y z ...` for each node.
    Word2VecText,
    /// The same with numbers as little-endian f32.
    Word2VecBinary,
    /// A NumPy array of f32, `[n, d]`, with the ids in a text file beside it.
    Npy,
    /// Columns `id`, `name`, `type` and `vector`, the last a list of floats.
    Parquet,
    /// Tab-separated columns with a line of names: `id`, `type`, then a column for each dimension.
    Tsv,
}

impl VectorFormat {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Word2VecText, Self::Word2VecBinary, Self::Npy, Self::Parquet, Self::Tsv];

    /// The name of the format on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Word2VecText => "word2vec",
            Self::Word2VecBinary => "word2vec-binary",
            Self::Npy => "npy",
            Self::Parquet => "parquet",
            Self::Tsv => "tsv",
        }
    }

    /// The format of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format that the ending of a file tells.
    ///
    /// # Errors
    /// [`DataError::Vectors`] with [`VectorProblem::UnknownEnding`].
    pub fn of_path(path: &Path) -> Result<Self, DataError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "txt" | "vec" | "w2v" => Ok(Self::Word2VecText),
            "bin" => Ok(Self::Word2VecBinary),
            "npy" => Ok(Self::Npy),
            "parquet" => Ok(Self::Parquet),
            "tsv" => Ok(Self::Tsv),
            _ => Err(DataError::vectors(path, VectorProblem::UnknownEnding { ending })),
        }
    }

    /// Whether an id can be told from what surrounds it.
    fn holds(self, id: &str) -> bool {
        match self {
            Self::Word2VecText | Self::Word2VecBinary => !id.is_empty() && !id.bytes().any(is_blank),
            Self::Npy => !id.contains(['\n', '\r']),
            Self::Tsv => !id.contains(['\t', '\n', '\r']),
            Self::Parquet => true,
        }
    }

    /// Refuses ids and types that the format cannot hold.
    pub(super) fn check(self, table: &VectorTable) -> Result<(), VectorProblem> {
        let names = table.nodes();
        let refused =
            |what, index, text: &str| VectorProblem::Unwritable { what, index, text: text.into(), format: self };
        if let Some(index) = (0..names.len()).find(|&index| !self.holds(names.id(index))) {
            return Err(refused("the id of node", index, names.id(index)));
        }
        let types = table.types().filter(|_| self == Self::Tsv).map_or(&[][..], |types| &types.names);
        match types.iter().position(|name| !self.holds(name)) {
            Some(index) => Err(refused("the name of type", index, &types[index])),
            None => Ok(()),
        }
    }
}

/// What separates an id from the numbers in the formats of word2vec.
pub(super) fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}
