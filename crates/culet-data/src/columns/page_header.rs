//! How large the pages of a column say they are.
//!
//! The Parquet library makes room for a page by the size in its header, before anything of it was unpacked. So the
//! headers are read here first, as far as their sizes, and a page that claims to unpack to far more than it holds is
//! refused. They are structs of Thrift's compact protocol. Where this reading and that of the library could differ, the
//! header is refused, as no writer makes such.

use std::io::{self, Read};

use parquet::file::reader::{ChunkReader, Length};

use super::source::Source;
use crate::network::unpack::most_unpacked;

/// Structs within structs: a header, one of its parts, its statistics, and what a later version may put there.
const DEEPEST: usize = 16;

/// The types of Thrift's compact protocol.
mod kind {
    pub(super) const TRUE: u8 = 1;
    pub(super) const FALSE: u8 = 2;
    pub(super) const BYTE: u8 = 3;
    pub(super) const I16: u8 = 4;
    pub(super) const I32: u8 = 5;
    pub(super) const I64: u8 = 6;
    pub(super) const DOUBLE: u8 = 7;
    pub(super) const BINARY: u8 = 8;
    pub(super) const LIST: u8 = 9;
    pub(super) const SET: u8 = 10;
    pub(super) const STRUCT: u8 = 12;
}

/// Fields of these structs that the library reads without a look at their type.
const HEADER: [(i16, u8); 8] = [
    (1, kind::I32),
    (2, kind::I32),
    (3, kind::I32),
    (4, kind::I32),
    (5, kind::STRUCT),
    (6, kind::STRUCT),
    (7, kind::STRUCT),
    (8, kind::STRUCT),
];
const DATA: [(i16, u8); 4] = [(1, kind::I32), (2, kind::I32), (3, kind::I32), (4, kind::I32)];
const DICTIONARY: [(i16, u8); 3] = [(1, kind::I32), (2, kind::I32), (3, kind::TRUE)];
const DATA_2: [(i16, u8); 7] =
    [(1, kind::I32), (2, kind::I32), (3, kind::I32), (4, kind::I32), (5, kind::I32), (6, kind::I32), (7, kind::TRUE)];

/// Refuses a column whose pages do not lie in the file, or claim to unpack to what no page does.
pub(super) fn check_pages(source: &Source, (start, length): (u64, u64)) -> Result<(), String> {
    let end = start.checked_add(length).filter(|&end| end <= source.len());
    let end = end.ok_or("its pages lie behind the end of the file")?;
    let mut at = start;
    while at < end {
        let read = source.get_read(at).map_err(|error| error.to_string())?;
        let mut header = Header { source: read.take(end - at), n_read: 0, sizes: [None; 2] };
        header.read(&HEADER, 0).map_err(|error| format!("the header of a page makes no sense: {error}"))?;
        let [Some(unpacked), Some(packed)] = header.sizes else {
            return Err("the header of a page tells no sizes".into());
        };
        if unpacked > most_unpacked(packed) {
            return Err(format!("a page of {packed} bytes claims to unpack to {unpacked}"));
        }
        at += header.n_read + packed;
    }
    Ok(())
}

/// The header of a page while it is read.
struct Header<R> {
    source: R,
    n_read: u64,
    /// The size unpacked and as it is.
    sizes: [Option<u64>; 2],
}

impl<R: Read> Header<R> {
    /// Reads a struct; a field among the known ones is of the type that they tell.
    fn read(&mut self, known: &[(i16, u8)], depth: usize) -> io::Result<()> {
        if depth > DEEPEST {
            return Err(io::Error::other("it lies too deep"));
        }
        let mut id: i16 = 0;
        loop {
            let byte = self.byte()?;
            let kind = byte & 0x0f;
            if kind == 0 {
                return Ok(());
            }
            id = match byte >> 4 {
                0 => i16::try_from(self.zigzag()?).ok(),
                step => id.checked_add(step.into()),
            }
            .ok_or_else(|| io::Error::other("a field has no number"))?;
            let expected = known.iter().find(|(own, _)| *own == id).map(|(_, kind)| *kind);
            // Of a boolean, the type is its value.
            if expected.is_some_and(|own| own != kind && (own, kind) != (kind::TRUE, kind::FALSE)) {
                return Err(io::Error::other("a field is of another type"));
            }
            match (depth, id) {
                (0, 2 | 3) => self.sizes[id as usize - 2] = Some(self.size()?),
                (0, 5) => self.read(&DATA, 1)?,
                (0, 7) => self.read(&DICTIONARY, 1)?,
                (0, 8) => self.read(&DATA_2, 1)?,
                _ => self.skip(kind, depth)?,
            }
        }
    }

    fn skip(&mut self, kind: u8, depth: usize) -> io::Result<()> {
        match kind {
            kind::TRUE | kind::FALSE => Ok(()),
            kind::BYTE => self.byte().map(drop),
            kind::I16 | kind::I32 | kind::I64 => self.varint().map(drop),
            kind::DOUBLE => self.pass(8),
            kind::BINARY => {
                let length = self.varint()?;
                self.pass(length)
            }
            kind::LIST | kind::SET => self.skip_list(depth + 1),
            kind::STRUCT => self.read(&[], depth + 1),
            _ => Err(io::Error::other("a field is of an unknown type")),
        }
    }

    fn skip_list(&mut self, depth: usize) -> io::Result<()> {
        if depth > DEEPEST {
            return Err(io::Error::other("it lies too deep"));
        }
        let byte = self.byte()?;
        let n = if byte >> 4 == 15 { self.varint()? } else { (byte >> 4).into() };
        for _ in 0..n {
            match byte & 0x0f {
                kind::TRUE | kind::FALSE => drop(self.byte()?),
                kind => self.skip(kind, depth)?,
            }
        }
        Ok(())
    }

    fn size(&mut self) -> io::Result<u64> {
        let size = i32::try_from(self.zigzag()?).ok().and_then(|size| u64::try_from(size).ok());
        size.ok_or_else(|| io::Error::other("a size is no size"))
    }

    fn zigzag(&mut self) -> io::Result<i64> {
        let number = self.varint()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(io::Error::other("a number is too long"))
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.source.read_exact(&mut byte)?;
        self.n_read += 1;
        Ok(byte[0])
    }

    fn pass(&mut self, n: u64) -> io::Result<()> {
        let passed = io::copy(&mut self.source.by_ref().take(n), &mut io::sink())?;
        self.n_read += passed;
        if passed == n { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varint(number: u64) -> Vec<u8> {
        match number {
            0..0x80 => vec![number as u8],
            _ => [vec![number as u8 | 0x80], varint(number >> 7)].concat(),
        }
    }

    /// A dictionary page of the sizes, with statistics that a later version might put there.
    fn page(unpacked: u64, packed: u64, content: &[u8]) -> Vec<u8> {
        let sizes = [&[0x15, 4, 0x15][..], &varint(2 * unpacked), &[0x15], &varint(2 * packed)].concat();
        let dictionary = [0x4c, 0x15, 2, 0x15, 0, 0x11, 0];
        let other = [0x2c, 0x18, 2, b'a', b'b', 0x19, 0x25, 2, 4, 0x17, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        [&sizes[..], &dictionary, &other, &[0], content].concat()
    }

    fn check(bytes: &[u8]) -> Result<(), String> {
        check_pages(&Source::bytes(bytes.to_vec()), (0, bytes.len() as u64))
    }

    #[test]
    fn pages_are_walked_through() {
        check(&[page(9, 4, b"abcd"), page(1 << 26, 2, b"ab")].concat()).unwrap();
        let bomb = [page(9, 4, b"abcd"), page((1 << 26) + 1, 2, b"ab")].concat();
        assert_eq!(check(&bomb).unwrap_err(), "a page of 2 bytes claims to unpack to 67108865");
    }

    #[test]
    fn headers_that_could_be_read_otherwise_are_refused() {
        let refused = |bytes: &[u8]| check(bytes).unwrap_err();
        for (bytes, words) in [
            (&[0x15, 4, 0x15, 1, 0x15, 8, 0][..], "a size is no size"),
            (&[0x15, 4, 0x18, 1, 0x15, 8, 0], "a field is of another type"),
            (&[0x15, 4, 0x15, 8, 0x15, 8, 0x4c, 0x16, 2, 0, 0], "a field is of another type"),
            (&[0x15, 4, 0], "the header of a page tells no sizes"),
            (&[0xdc; 40], "too deep"),
            (&[0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], "a number is too long"),
        ] {
            assert!(refused(bytes).contains(words), "{}", refused(bytes));
        }
        let outside = check_pages(&Source::bytes(vec![0; 9]), (u64::MAX, 2)).unwrap_err();
        assert_eq!(outside, "its pages lie behind the end of the file");
    }
}
