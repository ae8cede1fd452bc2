//! The files of a catalogue: of a folder, of a zip archive, or one by itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::options::Format;
use super::table::names_users_and_items;
use super::{CatalogueProblem, recbole};
use crate::DataError;
use crate::columns::ArrowTable;
use crate::network::unpack::Input;
use crate::places::{children, name_of, similar};
use crate::zipped;

/// Endings of tables.
const TABLES: [&str; 7] = ["csv", "tsv", "txt", "dat", "tab", "ssv", "data"];
/// Endings of Arrow tables.
pub(super) const ARROW: [&str; 4] = ["arrow", "feather", "arrows", "ipc"];
/// Endings of packed files.
const PACKED: [&str; 2] = ["gz", "zst"];

/// What lies at a path.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    /// A short name for the data set.
    pub(super) name: String,
    pub(super) files: Vec<Input>,
    pub(super) kind: PlaceKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlaceKind {
    Folder,
    Archive,
    File,
}

impl Place {
    /// Lists what lies at a path.
    ///
    /// # Errors
    /// A path that does not exist, with a similar one that does; an archive that is broken.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let about = fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => DataError::NoFolder { path: path.into(), similar: similar(path, |_| true) },
            _ => DataError::read(path, error),
        })?;
        let new = |files, kind| Self { path: path.into(), name: name_of(path), files, kind };
        if about.is_dir() {
            return Ok(new(files_in(path), PlaceKind::Folder));
        }
        let input = Input::file(path.into());
        let mut place = if input.magic(4)? == zipped::MAGIC {
            new(input.members()?, PlaceKind::Archive)
        } else if recbole::stem(&input.name()).is_some() {
            let own = recbole::stem(&input.name()).map(str::to_owned);
            let mut beside = files_in(path.parent().unwrap_or(Path::new("")));
            beside.retain(|file| recbole::stem(&file.name()).map(str::to_owned) == own);
            new(beside, PlaceKind::Folder)
        } else {
            new(vec![input], PlaceKind::File)
        };
        place.name = stem_of(&place.name).to_owned();
        Ok(place)
    }

    /// Files that lie nowhere.
    pub(super) fn in_memory(path: &Path, files: &[(&str, &[u8])]) -> Result<Self, DataError> {
        let input = |&(name, bytes): &(&str, &[u8])| Input::bytes(path.join(name), bytes.to_vec());
        let mut place = Self { path: path.into(), name: name_of(path), files: Vec::new(), kind: PlaceKind::Folder };
        match files {
            [(_, bytes)] if bytes.starts_with(zipped::MAGIC) => {
                place.kind = PlaceKind::Archive;
                place.files = input(&files[0]).members()?;
            }
            [(name, _)] => {
                place.kind = if recbole::stem(name).is_some() { PlaceKind::Folder } else { PlaceKind::File };
                place.files = files.iter().map(input).collect();
            }
            _ => place.files = files.iter().map(input).collect(),
        }
        Ok(place)
    }

    /// The file of this name, packed or not.
    pub(super) fn find(&self, name: &str) -> Option<&Input> {
        self.files.iter().find(|input| plain(&input.name()).eq_ignore_ascii_case(name))
    }

    /// The files with this ending, packed or not.
    pub(super) fn ending_in<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = &'a Input> {
        self.files.iter().filter(move |input| ending_of(plain(&input.name())).eq_ignore_ascii_case(ending))
    }

    /// The format of what lies here; none if there is nothing that any reader knows.
    ///
    /// # Errors
    /// A file that cannot be read; several tables of users and items.
    pub(super) fn format(&self) -> Result<Option<Format>, DataError> {
        let has = |name: &str| self.find(name).is_some();
        let found = if has("train.txt") && self.kind != PlaceKind::File {
            Format::Kgat
        } else if self.kind == PlaceKind::Folder && has("catalogue.json") && has("interactions.parquet") {
            Format::ParquetFolder
        } else if self.ending_in("inter").next().is_some() {
            Format::RecBole
        } else if has("ratings_final.txt") || has("ratings_final.npy") {
            Format::RippleNet
        } else if has("u.data") && has("u.item")
            || has("ratings.dat") && has("movies.dat")
            || has("ratings.csv") && has("movies.csv")
        {
            Format::MovieLens
        } else if self.kind != PlaceKind::File && self.tables()?[0].is_some() {
            Format::Table
        } else if let Some(format) = self.binary()? {
            format
        } else if self.kind == PlaceKind::File {
            Format::Table
        } else {
            return Ok(None);
        };
        Ok(Some(found))
    }

    /// The format of a single file that is no text.
    fn binary(&self) -> Result<Option<Format>, DataError> {
        let is_array = |input: &Input| input.name().to_ascii_lowercase().ends_with(".npy");
        if self.kind == PlaceKind::Archive && !self.files.is_empty() && self.files.iter().all(is_array) {
            return Ok(Some(Format::Matrix));
        }
        let [file] = &self.files[..] else {
            // One matrix among others is the catalogue, and so are all Parquet or Arrow files together: parts of a table.
            let has = |endings: &[&str]| endings.iter().any(|ending| self.ending_in(ending).next().is_some());
            let mut matrices = self.ending_in("npz");
            return Ok(match (has(&["parquet"]), has(&ARROW), matrices.next(), matrices.next()) {
                (true, false, None, _) => Some(Format::Parquet),
                (false, true, None, _) => Some(Format::Arrow),
                (false, false, Some(_), None) => Some(Format::Matrix),
                _ => None,
            });
        };
        let magic = file.magic(6)?;
        Ok(match magic.as_slice() {
            [0x93, b'N', b'U', b'M', b'P', b'Y'] => Some(Format::Matrix),
            [b'P', b'A', b'R', b'1', ..] => Some(Format::Parquet),
            magic if ArrowTable::is_like(magic) => Some(Format::Arrow),
            _ => {
                refuse_foreign(file)?;
                let name = file.name().to_ascii_lowercase();
                match ending_of(plain(&name)) {
                    "npz" => Some(Format::Matrix),
                    "parquet" => Some(Format::Parquet),
                    ending if ARROW.contains(&ending) => Some(Format::Arrow),
                    _ => None,
                }
            }
        })
    }

    /// Whether this is a single file of a KGAT folder, which nobody means alone.
    pub(super) fn is_part_of_folder(&self) -> bool {
        let beside = |name: &str| self.path.with_file_name(name).is_file();
        self.kind == PlaceKind::File
            && self.path.file_name().is_some_and(|name| name == "train.txt")
            && (beside("kg_final.txt") || beside("test.txt"))
    }

    /// The tables of the training, validation and test part: a single file, or those of a folder that are called so;
    /// or else the only table of the folder that names users and items.
    pub(super) fn tables(&self) -> Result<[Option<&Input>; 3], DataError> {
        if let (PlaceKind::File, [file]) = (self.kind, &self.files[..]) {
            return Ok([Some(file), None, None]);
        }
        let called = |names: &[&str]| {
            self.files.iter().find(|input| is_table(&input.name()) && names.contains(&stem_of(&input.name())))
        };
        let train = called(&["train"]);
        if train.is_some() {
            return Ok([train, called(&["valid", "validation", "dev"]), called(&["test"])]);
        }
        let mut found: Option<&Input> = None;
        for input in self.files.iter().filter(|input| is_table(&input.name())) {
            if !names_users_and_items(input).unwrap_or(false) {
                continue;
            }
            if let Some(first) = found {
                let (first, second) = (first.name(), input.name());
                return Err(DataError::catalogue(&self.path, CatalogueProblem::SeveralTables { first, second }));
            }
            found = Some(input);
        }
        // An archive with one table needs no header.
        let mut only = self.files.iter().filter(|input| is_table(&input.name()));
        let only = only.next().filter(|_| only.next().is_none() && self.kind == PlaceKind::Archive);
        Ok([found.or(only), None, None])
    }

    /// Tables that lie beside the one that is read.
    pub(super) fn others(&self, used: &[Option<&Input>]) -> Vec<String> {
        let is_used = |input: &&Input| !used.iter().flatten().any(|own| own.path == input.path);
        self.files.iter().filter(is_used).map(Input::name).filter(|name| is_table(name)).collect()
    }

    /// A folder below that holds a catalogue.
    pub(super) fn similar(&self) -> Option<PathBuf> {
        let holds =
            |path: &Path| path.is_dir() && Self::open(path).is_ok_and(|place| matches!(place.format(), Ok(Some(_))));
        if self.kind == PlaceKind::Folder { children(&self.path, holds).into_iter().next() } else { None }
    }
}

/// Refuses formats that other programs write and this one does not read.
pub(super) fn refuse_foreign(file: &Input) -> Result<(), DataError> {
    let (what, hint) = match &file.magic(4)?[..] {
        [b'F', b'E', b'A', b'1', ..] => ("Feather of version 1", "write it as Feather of version 2, or as CSV"),
        [0x80, 2..=5, ..] => ("a pickle", "pickles are never loaded, as they may run anything; write CSV or Parquet"),
        [0x89, b'H', b'D', b'F', ..] => ("an HDF5 file", "write it as CSV or Parquet"),
        [b'P', b'K', 3, 4, ..] => ("a zip archive", "unpack it first, and give the file in it"),
        _ => return Ok(()),
    };
    Err(DataError::catalogue(&file.path, CatalogueProblem::NotRead { what, hint }))
}

fn files_in(folder: &Path) -> Vec<Input> {
    let is_file = |path: &Path| {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        !hidden && !path.is_dir()
    };
    children(folder, is_file).into_iter().map(Input::file).collect()
}

fn is_table(name: &str) -> bool {
    let plain = plain(name);
    let lower = plain.to_ascii_lowercase();
    TABLES.contains(&ending_of(&lower)) && !lower.starts_with("readme") && !lower.starts_with("license")
}

/// A name without the ending of a packed file.
pub(super) fn plain(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if PACKED.iter().any(|own| ending.eq_ignore_ascii_case(own)) => stem,
        _ => name,
    }
}

fn ending_of(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// A name without its endings.
fn stem_of(name: &str) -> &str {
    let plain = plain(name);
    plain.rsplit_once('.').map_or(plain, |(stem, _)| stem)
}
