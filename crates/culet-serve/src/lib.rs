//! The HTTP service of Culet; so far its log of feedback.

#![forbid(unsafe_code)]

pub mod feedback;
