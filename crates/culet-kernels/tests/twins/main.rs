//! Every kernel against an f64 twin written plainly, and against itself on other threads and instruction sets.
//!
//! A twin computes with [`number::Number`]s, which carry the rounding error that an f32 kernel may make; no test has a
//! tolerance of its own, unless it says why.

mod adam;
mod agreement;
mod choices;
mod gate;
mod graph;
mod losses;
mod number;
mod outputs;
mod refusals;
mod relational;
mod relational_gradient;
mod segment;
mod softmax;
mod table;
