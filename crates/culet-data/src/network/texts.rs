//! Distinct texts, numbered in the order of their first appearance.

/// No number of a text.
pub(crate) const NONE: u32 = u32::MAX;

/// A table of distinct texts: text to number by hashing, number to text by place.
///
/// The texts lie end to end. A slot of the hash table holds a text of up to 15 bytes whole, so that it is found by one
/// look at memory instead of three.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts {
    bytes: String,
    ends: Vec<usize>,
    /// A power of two of them, at most two thirds in use; or none.
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    key: Key,
    number: u32,
}

/// A short text as it is, padded with zeros and its length at the end; or the hash and the length of a long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key(u64, u64);

/// Where a text lies, if it is where it is looked for first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hint {
    key: Key,
    place: usize,
}

/// The longest text that a key holds whole.
const SHORT: usize = 15;

/// The last byte of the key of a long text.
const LONG: u64 = 0xff << 56;

impl Key {
    #[inline]
    fn of(text: &[u8]) -> Self {
        if text.len() > SHORT {
            return Self(hash_long(text), LONG | text.len() as u64);
        }
        let mut bytes = [0; 16];
        bytes[..text.len()].copy_from_slice(text);
        bytes[SHORT] = text.len() as u8;
        let both = u128::from_le_bytes(bytes);
        Self(both as u64, (both >> 64) as u64)
    }

    #[inline]
    fn is_short(self) -> bool {
        self.1 & LONG != LONG
    }

    /// Where to look first.
    #[inline]
    fn place(self, mask: usize) -> usize {
        mix(mix(self.0) ^ self.1) as usize & mask
    }
}

/// Spreads every bit of a word over all bits: a product folded in half.
#[inline]
fn mix(word: u64) -> u64 {
    // Odd, with bits all over: the fraction of the golden ratio, and that of the root of two.
    let product = u128::from(word ^ 0x6a09_e667_f3bc_c909) * u128::from(0x9e37_79b9_7f4a_7c15_u64);
    (product as u64) ^ ((product >> 64) as u64)
}

fn hash_long(text: &[u8]) -> u64 {
    let (words, rest) = text.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    words.iter().chain([&last]).fold(0, |hash, word| mix(hash ^ u64::from_le_bytes(*word)))
}

impl Texts {
    /// The number of texts.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text of a number.
    pub(crate) fn get(&self, number: usize) -> &str {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.bytes[start..self.ends[number]]
    }

    /// All texts, by number.
    pub(crate) fn to_vec(&self) -> Vec<String> {
        (0..self.len()).map(|number| self.get(number).to_owned()).collect()
    }

    /// The number of a text.
    #[inline]
    pub(crate) fn find(&self, text: &[u8]) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let slot = self.slots[self.slot_of(Key::of(text), text)];
        (slot.number != NONE).then_some(slot.number)
    }

    /// Where to look for a text: a step of its own, so that the looks of [`Texts::follow`] at memory, far slower than
    /// all else, can wait side by side.
    #[inline]
    pub(crate) fn hint(&self, text: &[u8]) -> Hint {
        let key = Key::of(text);
        Hint { key, place: key.place(self.slots.len().saturating_sub(1)) }
    }

    /// The number of a short text that lies where it is looked for first, or else [`NONE`].
    #[inline]
    pub(crate) fn follow(&self, hint: Hint) -> u32 {
        match self.slots.get(hint.place) {
            Some(slot) if (slot.key == hint.key) & hint.key.is_short() => slot.number,
            _ => NONE,
        }
    }

    /// Takes in a text that is not there yet.
    ///
    /// # Panics
    /// Above 2^32 - 2 texts.
    pub(crate) fn add(&mut self, text: &str) -> u32 {
        if 3 * (self.len() + 1) > 2 * self.slots.len() {
            self.grow();
        }
        let number = u32::try_from(self.len()).ok().filter(|&number| number != NONE).expect("texts fit into 32 bits");
        let key = Key::of(text.as_bytes());
        let slot = self.slot_of(key, text.as_bytes());
        debug_assert_eq!(self.slots[slot].number, NONE, "the text is new");
        self.slots[slot] = Slot { key, number };
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        number
    }

    /// Uses up a number without a text: nothing finds it.
    pub(crate) fn skip(&mut self) {
        self.ends.push(self.bytes.len());
    }

    /// The number of a text, which is taken in if it is new.
    pub(crate) fn find_or_add(&mut self, text: &str) -> u32 {
        self.find(text.as_bytes()).unwrap_or_else(|| self.add(text))
    }

    /// The slot of the text, or the empty one where it would go.
    #[inline]
    fn slot_of(&self, key: Key, text: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = key.place(mask);
        loop {
            let slot = &self.slots[at];
            let same = |number: u32| key.is_short() || self.get(number as usize).as_bytes() == text;
            if slot.number == NONE || (slot.key == key && same(slot.number)) {
                return at;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let mask = (2 * self.slots.len()).max(16) - 1;
        let old = std::mem::replace(&mut self.slots, vec![Slot { key: Key(0, 0), number: NONE }; mask + 1]);
        for slot in old.into_iter().filter(|slot| slot.number != NONE) {
            let mut at = slot.key.place(mask);
            while self.slots[at].number != NONE {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
    }
}

impl<'a> FromIterator<&'a str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'a str>>(texts: I) -> Self {
        let mut table = Self::default();
        for text in texts {
            table.find_or_add(text);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn texts_are_found_again_as_in_a_map() {
        let mut table = Texts::default();
        let mut map = HashMap::new();
        for k in 0..20_000_u64 {
            let text = format!("{}n:{}", "x".repeat((k % 19) as usize), k * k % 7919);
            let next = map.len() as u32;
            let expected = *map.entry(text.clone()).or_insert(next);
            assert_eq!(table.find(text.as_bytes()), (expected != next).then_some(expected));
            assert_eq!(table.find_or_add(&text), expected);
            assert!([expected, NONE].contains(&table.follow(table.hint(text.as_bytes()))));
            assert_eq!(table.get(expected as usize), text);
        }
        assert_eq!(table.len(), map.len());
        assert_eq!(table.find(b"x"), None);
        assert_eq!(table.to_vec().iter().map(String::as_str).collect::<Texts>().to_vec(), table.to_vec());
    }

    #[test]
    fn the_empty_text_and_zeros_are_texts_of_their_own() {
        let mut table = Texts::default();
        assert_eq!(table.find(b""), None);
        for (k, text) in ["", "\0", "\0\0", "12345678", "12345678\0"].into_iter().enumerate() {
            assert_eq!(table.follow(table.hint(text.as_bytes())), NONE);
            assert_eq!(table.find_or_add(text), k as u32);
        }
        assert_eq!(table.find(b"\0"), Some(1));
        table.skip();
        assert_eq!((table.find_or_add("x"), table.get(6)), (6, "x"));
    }

    #[test]
    fn hashes_of_similar_texts_spread() {
        let mut hit = vec![0_u32; 1 << 12];
        for prefix in ["a:", "http://example.org/author/"] {
            hit.fill(0);
            (0..1 << 14).for_each(|k| hit[Key::of(format!("{prefix}{k}").as_bytes()).place(0xfff)] += 1);
            // Four fall into a slot on average; of 4,096 such Poisson counts, none reaches 20 (chance 1e-5).
            assert!(hit.iter().all(|&n| n < 20), "{:?}", hit.iter().max());
        }
    }
}
