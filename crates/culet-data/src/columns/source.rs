//! Where the bytes of a file of columns are.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// A file on the disk, or what would stand in one.
pub(crate) enum Source {
    File { file: File, size: u64 },
    Bytes(Bytes),
}

impl Source {
    pub(crate) fn file(file: File) -> std::io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self::File { file, size })
    }

    pub(crate) fn bytes(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }

    /// The same bytes.
    pub(crate) fn try_clone(&self) -> std::io::Result<Self> {
        Ok(match self {
            Self::File { file, size } => Self::File { file: file.try_clone()?, size: *size },
            Self::Bytes(bytes) => Self::Bytes(Bytes::clone(bytes)),
        })
    }

    /// Whether the file has these bytes. Lengths that a file tells are compared with it before room is made for them.
    fn check(&self, start: u64, length: u64) -> Result<()> {
        let end = start.checked_add(length).filter(|&end| end <= self.len());
        end.map(drop).ok_or_else(|| ParquetError::EOF("something lies behind the end of the file".into()))
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        match self {
            Self::File { size, .. } => *size,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }
}

impl ChunkReader for Source {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        self.check(start, 0)?;
        Ok(match self {
            Self::File { file, .. } => {
                let mut file = file.try_clone()?;
                file.seek(SeekFrom::Start(start))?;
                Box::new(BufReader::new(file))
            }
            Self::Bytes(bytes) => Box::new(Cursor::new(bytes.slice(start as usize..))),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.check(start, length as u64)?;
        match self {
            Self::Bytes(bytes) => Ok(bytes.slice(start as usize..start as usize + length)),
            Self::File { .. } => {
                let mut bytes = vec![0; length];
                self.get_read(start)?.read_exact(&mut bytes)?;
                Ok(bytes.into())
            }
        }
    }
}
