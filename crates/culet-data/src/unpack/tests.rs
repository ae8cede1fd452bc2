//! Archives as they are, and archives that mean harm.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use culet_testkit::{ZipEntry, zip_of};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use proptest::prelude::*;

use super::*;

/// A folder with an archive beside a folder to unpack into, and a file that must stay as it is.
struct Place {
    root: tempfile::TempDir,
    archive: PathBuf,
    folder: PathBuf,
}

impl Place {
    fn with(name: &str, bytes: &[u8]) -> Self {
        let root = tempfile::tempdir().unwrap();
        let (archive, folder) = (root.path().join(name), root.path().join("a/b/into"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(&archive, bytes).unwrap();
        fs::write(root.path().join("mine.txt"), "mine").unwrap();
        Self { root, archive, folder }
    }

    fn unpack(&self, limits: UnpackLimits) -> Result<(), Stop> {
        let packing = Packing::of_name(self.archive.to_str().unwrap());
        let result = unpack(&self.archive, packing, &self.folder, limits, &|| false);
        assert_eq!(self.outside(), ["a", "mine.txt", self.archive.file_name().unwrap().to_str().unwrap()]);
        assert_eq!(fs::read(self.root.path().join("mine.txt")).unwrap(), b"mine");
        result
    }

    /// What lies beside; nothing may come to that.
    fn outside(&self) -> Vec<String> {
        for (folder, only) in [("a", "b"), ("a/b", "into")] {
            assert_eq!(names(&self.root.path().join(folder)), [only]);
        }
        let mut names = names(self.root.path());
        names.sort_by_key(|name| (name.contains(".zip") || name.contains(".gz"), name.clone()));
        names
    }

    #[track_caller]
    fn problem(&self, limits: UnpackLimits) -> ArchiveProblem {
        match self.unpack(limits) {
            Err(Stop::Failed(DataError::Archive { path, problem })) => {
                assert_eq!(path, self.archive);
                assert!(problem.hint().is_some());
                problem
            }
            other => panic!("{other:?}"),
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[track_caller]
fn zip_problem(entries: &[ZipEntry<'_>]) -> ArchiveProblem {
    Place::with("x.zip", &zip_of(entries)).problem(UnpackLimits::default())
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn an_archive_unpacks_with_its_folders() {
    let text = "many words and many words ".repeat(1_000);
    let packed = deflated(text.as_bytes());
    let entries = [
        ZipEntry { mode: 0o040_755, ..ZipEntry::stored("ml/", b"") },
        ZipEntry::stored("ml/a.txt", b"one"),
        ZipEntry { packed: &packed, method: 8, ..ZipEntry::stored("ml/deep/b.txt", text.as_bytes()) },
        // Programs on other systems tell no mode.
        ZipEntry { mode: 0, ..ZipEntry::stored("c.txt", b"three") },
        ZipEntry::stored("__MACOSX/ml/._a.txt", b"clutter"),
        ZipEntry::stored("ml/.DS_Store", b"clutter"),
    ];
    let place = Place::with("x.zip", &zip_of(&entries));
    place.unpack(UnpackLimits::default()).unwrap();
    assert_eq!(names(&place.folder), ["c.txt", "ml"]);
    assert_eq!(names(&place.folder.join("ml")), ["a.txt", "deep"]);
    assert_eq!(fs::read(place.folder.join("ml/deep/b.txt")).unwrap(), text.as_bytes());
}

#[test]
fn a_gzip_file_loses_its_ending() {
    let mut bytes = gzipped(b"one\n");
    bytes.extend(gzipped(b"two\n"));
    let place = Place::with("a.txt.gz", &bytes);
    place.unpack(UnpackLimits::default()).unwrap();
    assert_eq!(fs::read(place.folder.join("a.txt")).unwrap(), b"one\ntwo\n");
}

#[test]
fn no_entry_leaves_the_folder() {
    for name in ["../mine.txt", "a/../../mine.txt", "/tmp/mine.txt", "..\\mine.txt", "C:\\mine.txt", "c:mine.txt", ".."]
    {
        let problem = zip_problem(&[ZipEntry::stored("fine.txt", b""), ZipEntry::stored(name, b"theirs")]);
        assert!(matches!(problem, ArchiveProblem::Outside { .. }), "{name}: {problem:?}");
    }
    let problem = zip_problem(&[ZipEntry { mode: 0o040_755, ..ZipEntry::stored("../../evil/", b"") }]);
    let message = "holds `../../evil/`, a name that is not taken: it leads out of its folder";
    assert_eq!(problem.to_string(), message);
}

#[test]
fn links_and_devices_are_refused() {
    let kinds = [0o120_777, 0o060_644, 0o020_644, 0o010_644, 0o140_644];
    for mode in kinds {
        let link = ZipEntry { mode, ..ZipEntry::stored("link", b"../../..") };
        // The second entry would go through the first.
        let problem = zip_problem(&[link, ZipEntry::stored("link/mine.txt", b"theirs")]);
        assert_eq!(problem, ArchiveProblem::NoFile { entry: "link".into() }, "{mode:o}");
    }
}

#[test]
fn names_that_collide_are_refused() {
    let twice = |a, b| zip_problem(&[ZipEntry::stored(a, b"1"), ZipEntry::stored(b, b"2")]);
    for (a, b) in [("a", "./a"), ("a", "a/b"), ("a/b", "a"), ("a//b", "a/b")] {
        assert!(matches!(twice(a, b), ArchiveProblem::Twice { .. }), "{a} {b}");
    }
    let folder = ZipEntry { mode: 0o040_755, ..ZipEntry::stored("a/", b"") };
    assert!(matches!(zip_problem(&[ZipEntry::stored("a", b""), folder]), ArchiveProblem::Twice { .. }));
}

#[test]
fn a_bomb_is_left_before_it_goes_off() {
    let zeros = vec![0; 16 << 20];
    let packed = deflated(&zeros);
    let bomb = ZipEntry { packed: &packed, method: 8, ..ZipEntry::stored("zeros", &zeros) };
    let place = Place::with("x.zip", &zip_of(std::slice::from_ref(&bomb)));
    let problem = place.problem(UnpackLimits::default());
    assert!(matches!(problem, ArchiveProblem::Bomb { ratio: 200, .. }), "{problem:?}");
    let written = fs::metadata(place.folder.join("zeros")).unwrap().len();
    assert!(written <= 200 * packed.len() as u64 + 1_000_000, "{written}");
    // An archive that says it holds nothing.
    let liar = ZipEntry { content: b"", ..bomb };
    assert!(Place::with("x.zip", &zip_of(&[liar])).unpack(UnpackLimits::default()).is_err());
    let place = Place::with("x.gz", &gzipped(&zeros));
    assert!(matches!(place.problem(UnpackLimits::default()), ArchiveProblem::Bomb { .. }));
}

#[test]
fn entries_that_share_their_bytes_count_each_time() {
    // Fifield's construction in short: many central headers that point at one packed file.
    let zeros = vec![0; 1 << 18];
    let packed = deflated(&zeros);
    let one = zip_of(&[ZipEntry { packed: &packed, method: 8, ..ZipEntry::stored("0000", &zeros) }]);
    let end = one.len() - 22;
    let central = one.windows(4).rposition(|at| at == b"PK\x01\x02").unwrap();
    let mut bomb = one[..central].to_vec();
    for k in 0..2_000_u16 {
        let at = bomb.len() + 46;
        bomb.extend(&one[central..end]);
        bomb[at..at + 4].copy_from_slice(format!("{k:04}").as_bytes());
    }
    let size = u32::try_from(bomb.len() - central).unwrap().to_le_bytes();
    let n = 2_000_u16.to_le_bytes();
    let offset = u32::try_from(central).unwrap().to_le_bytes();
    bomb.extend([&b"PK\x05\x06\0\0\0\0"[..], &n, &n, &size, &offset, &[0, 0]].concat());
    let limits = UnpackLimits { bytes: 4 << 20, ..UnpackLimits::default() };
    let place = Place::with("x.zip", &bomb);
    assert!(place.unpack(limits).is_err(), "refused by the reader or by the limit");
    let total: u64 = names(&place.folder).iter().map(|n| fs::metadata(place.folder.join(n)).unwrap().len()).sum();
    assert!(total <= 4 << 20, "{total}");
}

#[test]
fn limits_hold() {
    let entries: Vec<_> = ["a", "b", "c"].map(|name| ZipEntry::stored(name, &[7; 100])).into();
    let place = || Place::with("x.zip", &zip_of(&entries));
    let limits = UnpackLimits { entries: 2, ..UnpackLimits::default() };
    assert_eq!(place().problem(limits), ArchiveProblem::TooMany { limit: 2 });
    let limits = UnpackLimits { bytes: 250, ..UnpackLimits::default() };
    assert_eq!(place().problem(limits), ArchiveProblem::TooLarge { entry: "c".into(), limit: 250 });
    place().unpack(UnpackLimits { bytes: 300, entries: 3, ratio: 1 }).unwrap();
}

#[test]
fn damage_is_found() {
    let content = b"some content".repeat(50);
    let packed = deflated(&content);
    let whole = zip_of(&[ZipEntry { packed: &packed, method: 8, ..ZipEntry::stored("a.txt", &content) }]);
    let damaged = |bytes: &[u8]| match Place::with("x.zip", bytes).problem(UnpackLimits::default()) {
        ArchiveProblem::Damaged { entry, .. } => entry,
        other => panic!("{other:?}"),
    };
    for n in [0, 10, whole.len() / 2, whole.len() - 1] {
        damaged(&whole[..n]);
    }
    damaged(b"<html>not found</html>");
    let mut flipped = whole.clone();
    flipped[30 + "a.txt".len() + 3] ^= 0x55;
    assert_eq!(damaged(&flipped), Some("a.txt".into()));
    let wrong_sum = ZipEntry { packed: b"other", ..ZipEntry::stored("a.txt", b"right") };
    assert_eq!(damaged(&zip_of(&[wrong_sum])), Some("a.txt".into()));
    let unknown = ZipEntry { method: 99, ..ZipEntry::stored("a.txt", b"a") };
    damaged(&zip_of(&[unknown]));
    let locked = ZipEntry { flags: 1, ..ZipEntry::stored("a.txt", b"0123456789abc") };
    assert_eq!(zip_problem(&[locked]), ArchiveProblem::Encrypted);
    let gz = gzipped(&content);
    let place = Place::with("a.gz", &gz[..gz.len() - 9]);
    let problem = place.problem(UnpackLimits::default());
    assert_eq!(problem.to_string(), "is damaged at `a`: it ends too early");
}

#[test]
fn unpacking_ends_when_it_is_told_to() {
    let place = Place::with("x.zip", &zip_of(&[ZipEntry::stored("a", b"a")]));
    let result = unpack(&place.archive, Packing::Zip, &place.folder, UnpackLimits::default(), &|| true);
    assert!(matches!(result, Err(Stop::Cancelled)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic_or_leave_the_folder(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let content = b"some content".repeat(20);
        let packed = deflated(&content);
        let mut bytes = zip_of(&[
            ZipEntry { packed: &packed, method: 8, ..ZipEntry::stored("a/b.txt", &content) },
            ZipEntry::stored("c.txt", b"three"),
        ]);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let limits = UnpackLimits { bytes: 1 << 20, ..UnpackLimits::default() };
        // Whether it is refused depends on the bytes; where it writes does not.
        let _ = Place::with("x.zip", &bytes).unpack(limits);
    }
}
