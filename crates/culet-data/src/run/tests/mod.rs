//! Run folders as wholes: what goes in comes out, and nothing else ever does.

mod checkpoint;
mod crash;
mod damage;
mod fixture;
mod malformed;
mod malformed_network;
mod places;
mod round_trip;
mod round_trip_network;

pub(super) use fixture::fingerprint;
