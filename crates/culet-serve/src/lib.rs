//! The HTTP service of Culet: recommendations, neighbours, links, facets and explanations out of run folders, a search
//! over names, a log of feedback, and a page.
//!
//! [`Server::start`] opens run folders and listens, [`Server::run`] answers until its [`Handle`] says stop. What a newer
//! training leaves in a folder is noticed and exchanged while requests go on. [`feedback`] and [`search`] are of use
//! without HTTP, too.
//!
//! | question | place |
//! | --- | --- |
//! | which addresses there are | `routes`, a file each, with its part of the OpenAPI document |
//! | what happens to every request before its handler | `http/guard.rs`, and `http/access.rs` for tokens and hosts |
//! | where answers are computed, and how requests are ranked together | `desk.rs` |
//! | how a model is exchanged | `models/slot.rs`, `models/watch.rs` |
//! | what is on the disk when feedback is acknowledged | [`feedback`] |
//!
//! Architecture invariants: no computation runs on the threads of the connections; no answer is made by two versions of a
//! model; the terminal, the environment, signals and exit codes are those of whoever starts the service.

#![forbid(unsafe_code)]

mod desk;
mod error;
pub mod feedback;
mod http;
mod logging;
mod metrics;
mod models;
mod options;
mod routes;
pub mod search;
mod server;
mod service;

pub use error::ServeError;
pub use logging::{LogFormat, Logging, start_logging};
pub use options::{Access, Limits, ServeOptions};
pub use server::{Handle, Server};
