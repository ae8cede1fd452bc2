//! Arbitrary bytes for the parsers of Culet; all of it stands in `tests`.
