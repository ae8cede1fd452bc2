//! Zip archives made byte by byte, so that they may lie as no program that packs would.

/// An entry of an archive. Its local and central headers say the same.
#[derive(Debug, Clone)]
pub struct ZipEntry<'a> {
    /// Its name, as it stands there.
    pub name: &'a str,
    /// Its packed bytes.
    pub packed: &'a [u8],
    /// Its content, for the checksum and the size that is told.
    pub content: &'a [u8],
    /// Its mode as Unix has it: `0o100_644` for a file.
    pub mode: u32,
    /// How it is packed: 0 not at all, 8 by deflate.
    pub method: u16,
    /// Flags: bit 0 for a password.
    pub flags: u16,
}

impl<'a> ZipEntry<'a> {
    /// A plain file that is not packed.
    #[must_use]
    pub fn stored(name: &'a str, content: &'a [u8]) -> Self {
        Self { name, packed: content, content, mode: 0o100_644, method: 0, flags: 0 }
    }
}

/// An archive of the entries.
///
/// # Panics
/// If it has more than 65,535 entries or 4 GiB.
#[must_use]
pub fn zip_of(entries: &[ZipEntry<'_>]) -> Vec<u8> {
    let (mut bytes, mut central) = (Vec::new(), Vec::new());
    for entry in entries {
        let offset = u32::try_from(bytes.len()).expect("small");
        let about = about(entry);
        bytes.extend([b"PK\x03\x04", &[20, 0][..], &about, &[0, 0], entry.name.as_bytes(), entry.packed].concat());
        // Made by Unix, so that the mode counts; no extra field, no comment.
        let more = [&[0; 8][..], &(entry.mode << 16).to_le_bytes(), &offset.to_le_bytes()].concat();
        central.extend([b"PK\x01\x02", &[20, 3, 20, 0][..], &about, &more, entry.name.as_bytes()].concat());
    }
    let n = u16::try_from(entries.len()).expect("few").to_le_bytes();
    let [size, offset] = [central.len(), bytes.len()].map(|n| u32::try_from(n).expect("small").to_le_bytes());
    [&bytes[..], &central, b"PK\x05\x06\0\0\0\0", &n, &n, &size, &offset, &[0, 0]].concat()
}

/// What both headers of an entry tell, up to the length of the name.
fn about(entry: &ZipEntry<'_>) -> Vec<u8> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("small").to_le_bytes();
    let name = u16::try_from(entry.name.len()).expect("short").to_le_bytes();
    let date: [u8; 4] = [0, 0, 0x21, 0x50];
    let parts: [&[u8]; 7] = [
        &entry.flags.to_le_bytes(),
        &entry.method.to_le_bytes(),
        &date,
        &crc32(entry.content).to_le_bytes(),
        &length(entry.packed),
        &length(entry.content),
        &name,
    ];
    parts.concat()
}

/// The checksum of zip, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !bytes.iter().fold(!0, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
