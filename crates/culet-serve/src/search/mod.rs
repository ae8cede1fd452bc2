//! Finding users, items and nodes by what somebody types.
//!
//! Ids and names are folded (no case, no accents, punctuation as blanks) into one text. The places where words begin are
//! sorted by what follows them: then everything that has a word, or several in a row, beginning with what was typed, is
//! one range of that list. The same list is a trie of all words, through which words that differ by a letter or two are
//! found without looking at the others. Four bytes a word and the folded text is all it takes.

mod ask;
mod edit;
mod fold;
mod index;

#[cfg(test)]
mod tests;

pub use ask::{Found, Match};
pub use fold::fold;
pub use index::SearchIndex;
