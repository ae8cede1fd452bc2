//! The pages of a column, with what they claim compared with what they hold.
//!
//! The Parquet library makes room for as many values as a page claims. A few bytes may claim two thousand million, and
//! running out of memory ends the program where no error can be told. So counts are checked before the library sees
//! them: those of a dictionary, of a page, and of the lengths of texts that stand as differences.

use parquet::basic::Encoding;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::schema::types::ColumnDescPtr;

/// Gives the pages of another reader, as long as their counts can be true.
pub(super) struct CheckedPages {
    pages: Box<dyn PageReader>,
    column: ColumnDescPtr,
    /// Values that may still come.
    left: u64,
}

impl CheckedPages {
    /// The pages of a column of so many values.
    pub(super) fn new(pages: Box<dyn PageReader>, column: ColumnDescPtr, n_values: u64) -> Self {
        Self { pages, column, left: n_values }
    }

    fn check(&mut self, page: &Page) -> Result<()> {
        let n = page.num_values();
        if let Page::DictionaryPage { buf, .. } = page {
            // A text takes four bytes, a number too; only booleans take less, and have no dictionary.
            return if n as usize <= buf.len() {
                Ok(())
            } else {
                Err(refused("a dictionary claims more than it holds"))
            };
        }
        let left = self.left.checked_sub(n.into());
        self.left = left.ok_or_else(|| refused("its pages claim more values than it has"))?;
        let n_streams = match page.encoding() {
            Encoding::DELTA_LENGTH_BYTE_ARRAY => 1,
            Encoding::DELTA_BYTE_ARRAY => 2,
            _ => return Ok(()),
        };
        let values = values_of(page, &self.column).ok_or_else(|| refused("a page ends too early"))?;
        check_differences(values, n_streams, n.into()).ok_or_else(|| refused("a page claims more texts than values"))
    }
}

fn refused(what: &str) -> ParquetError {
    ParquetError::General(what.into())
}

/// The content of a page of a flat column behind its levels.
fn values_of<'a>(page: &'a Page, column: &ColumnDescPtr) -> Option<&'a [u8]> {
    if column.max_rep_level() > 0 {
        return None;
    }
    match page {
        Page::DataPage { buf, .. } if column.max_def_level() == 0 => Some(&buf[..]),
        Page::DataPage { buf, def_level_encoding: Encoding::RLE, .. } => {
            let (length, rest) = buf.split_first_chunk::<4>()?;
            rest.get(u32::from_le_bytes(*length) as usize..)
        }
        Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, .. } => {
            buf.get((*def_levels_byte_len as usize).checked_add(*rep_levels_byte_len as usize)?..)
        }
        _ => None,
    }
}

/// Whether streams of differences, one behind another, claim no more numbers than this; none if they do or end early.
fn check_differences(mut bytes: &[u8], n_streams: usize, most: u64) -> Option<()> {
    for stream in 0..n_streams {
        let (block, minis, n) = (varint(&mut bytes)?, varint(&mut bytes)?, varint(&mut bytes)?);
        varint(&mut bytes)?;
        if n > most || minis == 0 || block / minis == 0 {
            return None;
        }
        if stream + 1 < n_streams {
            bytes = behind_blocks(bytes, n.saturating_sub(1), minis, block / minis)?;
        }
    }
    Some(())
}

/// What stands behind the blocks of so many differences: each block a least difference, the widths of its parts, and
/// the parts; behind the last difference a part may have any width, and takes no room.
fn behind_blocks(mut bytes: &[u8], mut n: u64, minis: u64, of_mini: u64) -> Option<&[u8]> {
    while n > 0 {
        varint(&mut bytes)?;
        let (widths, rest) = bytes.split_at_checked(usize::try_from(minis).ok()?)?;
        bytes = rest;
        for &width in widths {
            bytes = bytes.get(usize::try_from(of_mini.checked_mul(width.into())? / 8).ok()?..)?;
            n = n.saturating_sub(of_mini);
            if n == 0 {
                break;
            }
        }
    }
    Some(bytes)
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

impl Iterator for CheckedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for CheckedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        page.iter().try_for_each(|page| self.check(page))?;
        Ok(page)
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.pages.at_record_boundary()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parquet::basic::{Repetition, Type as PhysicalType};
    use parquet::schema::types::{ColumnDescriptor, ColumnPath, Type};

    use super::*;

    struct Given(Vec<Page>);

    impl Iterator for Given {
        type Item = Result<Page>;

        fn next(&mut self) -> Option<Self::Item> {
            self.get_next_page().transpose()
        }
    }

    impl PageReader for Given {
        fn get_next_page(&mut self) -> Result<Option<Page>> {
            Ok(self.0.pop())
        }

        fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
            Ok(None)
        }

        fn skip_next_page(&mut self) -> Result<()> {
            Ok(())
        }
    }

    /// Gives a page of a column of texts, of which each may be null or none may.
    fn check(page: Page, is_optional: bool, n_values: u64) -> std::result::Result<(), String> {
        let text = Type::primitive_type_builder("text", PhysicalType::BYTE_ARRAY);
        let text = text.with_repetition(if is_optional { Repetition::OPTIONAL } else { Repetition::REQUIRED });
        let level = i16::from(is_optional);
        let path = ColumnPath::from("text");
        let column = ColumnDescriptor::new(Arc::new(text.build().unwrap()), level, 0, path);
        let mut pages = CheckedPages::new(Box::new(Given(vec![page])), Arc::new(column), n_values);
        pages.get_next_page().map(drop).map_err(|error| error.to_string())
    }

    fn dictionary(n: u32, bytes: &[u8]) -> Page {
        Page::DictionaryPage { buf: bytes.to_vec().into(), num_values: n, encoding: Encoding::PLAIN, is_sorted: false }
    }

    fn data(n: u32, encoding: Encoding, bytes: &[u8]) -> Page {
        Page::DataPage {
            buf: bytes.to_vec().into(),
            num_values: n,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        }
    }

    #[test]
    fn counts_that_no_page_holds_are_refused() {
        check(dictionary(1, b"\x01\0\0\0a"), false, 9).unwrap();
        assert!(check(dictionary(1 << 31, b"\x01\0\0\0a"), false, 9).unwrap_err().contains("a dictionary claims"));
        check(data(9, Encoding::PLAIN, b""), false, 9).unwrap();
        assert!(check(data(10, Encoding::PLAIN, b""), false, 9).unwrap_err().contains("more values than it has"));
    }

    /// A stream of differences of so many numbers in blocks of 128, each in 4 parts of 32, all of one width.
    fn differences(n: u8, width: u8) -> Vec<u8> {
        let parts = usize::from(n.saturating_sub(1)).div_ceil(32);
        let block = |parts: usize| [vec![0], vec![width; 4], vec![0; 4 * usize::from(width) * parts]].concat();
        [vec![0x80, 1, 4, n, 0], if parts > 0 { block(parts) } else { Vec::new() }].concat()
    }

    #[test]
    fn streams_of_differences_that_claim_more_than_the_page_are_refused() {
        let lengths = |n: u32, bytes: &[u8]| check(data(n, Encoding::DELTA_LENGTH_BYTE_ARRAY, bytes), false, 200);
        lengths(3, &differences(3, 7)).unwrap();
        assert!(lengths(3, &differences(4, 7)).unwrap_err().contains("more texts than values"));
        assert!(lengths(3, &[0x80, 1, 0, 1, 0]).is_err(), "no parts");
        let huge = [0x80, 1, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0];
        assert!(lengths(3, &huge).is_err());
        let prefixes = |n: u32, bytes: &[u8]| check(data(n, Encoding::DELTA_BYTE_ARRAY, bytes), false, 200);
        for n in [0, 1, 2, 33, 34, 100, 127] {
            prefixes(n.into(), &[differences(n, 5), differences(n, 2)].concat()).unwrap();
            let more = [&differences(n, 5)[..], &huge].concat();
            assert!(prefixes(n.into(), &more).unwrap_err().contains("more texts than values"), "{n}");
        }
        let optional = |levels: &[u8], bytes: &[u8]| {
            check(data(3, Encoding::DELTA_LENGTH_BYTE_ARRAY, &[levels, bytes].concat()), true, 200)
        };
        optional(&[2, 0, 0, 0, 6, 1], &differences(3, 7)).unwrap();
        assert!(optional(&[2, 0, 0, 0, 6, 1], &huge).is_err());
        assert!(optional(&[0xff; 4], &differences(3, 7)).unwrap_err().contains("ends too early"));
    }
}
