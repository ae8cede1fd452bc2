//! Run folders as wholes: what goes in comes out, and nothing else ever does.

mod crash;
mod damage;
mod fixture;
mod malformed;
mod places;
mod round_trip;

pub(super) use fixture::fingerprint;
