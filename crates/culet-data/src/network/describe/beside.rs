//! A hash of what stands beside the edges.

use sha2::{Digest, Sha256};

use crate::network::data::NetworkData;
use crate::shown::hexadecimal;

/// The first 16 hexadecimal digits of the SHA-256 of the parts and labels, without any name; none without any of them.
pub(super) fn beside_content(data: &NetworkData) -> Option<String> {
    if data.split.is_empty() && data.labels.is_none() {
        return None;
    }
    let mut hash = WordHash::default();
    let parts = data.split.all();
    parts.iter().for_each(|part| hash.count(part.len()));
    parts.into_iter().flatten().flat_map(|&(u, v)| [u, v]).for_each(|node| hash.word(node));
    if let Some(labels) = &data.labels {
        hash.count(labels.names.len());
        labels.of.offsets().iter().chain(labels.of.columns()).for_each(|&word| hash.word(word));
    }
    Some(hexadecimal(&hash.finish()[..8]))
}

/// SHA-256 of words as little-endian bytes.
#[derive(Default)]
struct WordHash {
    hash: Sha256,
    buffer: Vec<u8>,
}

impl WordHash {
    fn word(&mut self, word: u32) {
        self.buffer.extend_from_slice(&word.to_le_bytes());
        // Blocks cost a tenth of what single words do.
        if self.buffer.len() >= 1 << 14 {
            self.hash.update(&self.buffer);
            self.buffer.clear();
        }
    }

    fn count(&mut self, count: usize) {
        let count = count as u64;
        self.word(count as u32);
        self.word((count >> 32) as u32);
    }

    fn finish(mut self) -> [u8; 32] {
        self.hash.update(&self.buffer);
        self.hash.finalize().into()
    }
}
