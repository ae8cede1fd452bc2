//! Data sets as folders of text files, in the layout of KGAT and KGIN.
//!
//! | file | a line holds |
//! | --- | --- |
//! | `train.txt`, `valid.txt`, `test.txt` | a user, then the items the user took (perhaps none); a user may have several lines |
//! | `kg_final.txt` | head, relation and tail of a fact; the first entities are the items |
//! | `user_list.txt`, `item_list.txt`, `entity_list.txt`, `relation_list.txt` | an external id and its number |
//! | `user_names.tsv`, `item_names.tsv`, `entity_names.tsv`, `relation_names.tsv` | a number, a tab, a readable name |
//!
//! Only `train.txt` must be there. Columns are separated by blanks (spaces or tabs); lists
//! begin with a header, `org_id remap_id`; lines end with `\n` or `\r\n`;
//! empty lines count for nothing. An `org_id` may contain blanks: the other columns are taken from the right.
//!
//! | module | subject |
//! | --- | --- |
//! | `bytes` | lines, columns and ids of a text |
//! | `parse` | one parser for each kind of file |
//! | `problem` | what can be wrong with a line |
//! | `sources` | which files there are, read into memory |
//! | `extent` | how many users, items, entities and relations there are |
//! | `vocabulary` | ids and names from lists and name files |
//! | `reader` | the parts together as a data set |
//! | `notes` | what is odd about it, in words |
//! | `writer` | the way back |

mod bytes;
mod extent;
mod notes;
mod parse;
mod problem;
mod reader;
mod sources;
mod vocabulary;
mod writer;

pub use parse::{
    Entry, Largest, ParsedInteractions, ParsedTriplets, parse_interactions, parse_list, parse_names, parse_triplets,
};
pub use problem::{LineError, LineProblem};
pub use reader::{KgatOptions, assemble, check_trainable, read_kgat};
pub use sources::{Kind, Sources};
pub use writer::write_kgat;
pub(crate) use writer::{check_counts, write_kgat_with};

#[cfg(test)]
mod tests;
