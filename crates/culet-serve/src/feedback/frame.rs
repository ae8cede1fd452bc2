//! A request's events as bytes, and back.

use super::event::Event;

/// By which frames are found.
pub(super) const MARK: [u8; 4] = [0xc7, b'f', b'b', b'\n'];
/// What stands before the payload.
pub(super) const HEAD: usize = 24;
/// No payload is longer: a thousand events of the longest ids are half of this.
const LONGEST: usize = 4 << 20;

/// A whole frame.
#[derive(Debug, PartialEq)]
pub(super) struct Frame {
    /// The number of the first event.
    pub(super) first: u64,
    pub(super) events: Vec<Event>,
    /// Its length in bytes.
    pub(super) bytes: usize,
}

impl Frame {
    /// The number after its last event.
    pub(super) fn end(&self) -> u64 {
        self.first + self.events.len() as u64
    }
}

/// Appends a frame to a buffer.
pub(super) fn encode(first: u64, events: &[Event], out: &mut Vec<u8>) -> serde_json::Result<()> {
    let start = out.len();
    out.extend([0; HEAD]);
    serde_json::to_writer(&mut *out, events)?;
    let payload = start + HEAD;
    let (length, count) = ((out.len() - payload) as u32, events.len() as u32);
    let crc = checksum(length, count, first, &out[payload..]);
    let head = &mut out[start..payload];
    head[..4].copy_from_slice(&MARK);
    for (k, number) in [length, count, crc].into_iter().enumerate() {
        head[4 + 4 * k..8 + 4 * k].copy_from_slice(&number.to_le_bytes());
    }
    head[16..].copy_from_slice(&first.to_le_bytes());
    Ok(())
}

/// The frame that begins here, if it is whole.
pub(super) fn decode(bytes: &[u8]) -> Option<Frame> {
    let head: &[u8; HEAD] = bytes.first_chunk()?;
    let number = |k: usize| u32::from_le_bytes([head[4 * k], head[4 * k + 1], head[4 * k + 2], head[4 * k + 3]]);
    let (length, count, crc) = (number(1), number(2), number(3));
    let first = u64::from(number(4)) | u64::from(number(5)) << 32;
    if head[..4] != MARK || length as usize > LONGEST || count == 0 || first.checked_add(count.into()).is_none() {
        return None;
    }
    let payload = bytes.get(HEAD..HEAD + length as usize)?;
    if checksum(length, count, first, payload) != crc {
        return None;
    }
    let events: Vec<Event> = serde_json::from_slice(payload).ok()?;
    (events.len() == count as usize).then_some(Frame { first, events, bytes: HEAD + length as usize })
}

fn checksum(length: u32, count: u32, first: u64, payload: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&length.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, &count.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, &first.to_le_bytes());
    crc32c::crc32c_append(crc, payload)
}
