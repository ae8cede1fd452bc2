//! The page of `culet serve` in a real browser: clicks and keys, on a desk and on a phone, in light and in the dark.
//!
//! Screenshots of every view come to `target/page-screenshots/`. Without `chromedriver` the tests are skipped, and say
//! so; where `CI` is set they fail instead.

mod browser;
mod catalogue;
mod keyboard;
mod network;
mod report;
mod screens;
mod server;
mod site;
