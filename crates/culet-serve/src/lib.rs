//! The HTTP service of Culet; so far its log of feedback and its search over names.

#![forbid(unsafe_code)]

pub mod feedback;
pub mod search;
