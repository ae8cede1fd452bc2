//! AddressSanitizer over the tests of culet-kernels, the only crate with `unsafe`, under each instruction set.
//!
//! Its own command and no step of `ci`: everything that the tests stand on is compiled once more, which takes minutes.

use super::step::Step;

/// Beside the usual builds, which would be made anew after it.
const TEST: &[&str] = &[
    "test",
    "--package",
    "culet-kernels",
    "--lib",
    "--tests",
    "--target",
    "x86_64-unknown-linux-gnu",
    "--target-dir",
    "target/sanitize",
];

/// The stable compiler has what it takes, and gives it to whoever says so.
const fn under(name: &'static str, environment: &'static [(&'static str, &'static str)]) -> Step {
    Step::cargo(name, TEST).with(environment)
}

pub(super) const STEPS: &[Step] = &[
    under(
        "AddressSanitizer, baseline",
        &[("RUSTC_BOOTSTRAP", "1"), ("RUSTFLAGS", "-Zsanitizer=address"), ("CULET_ISA", "baseline")],
    ),
    under(
        "AddressSanitizer, AVX2",
        &[("RUSTC_BOOTSTRAP", "1"), ("RUSTFLAGS", "-Zsanitizer=address"), ("CULET_ISA", "avx2")],
    ),
    under(
        "AddressSanitizer, AVX-512",
        &[("RUSTC_BOOTSTRAP", "1"), ("RUSTFLAGS", "-Zsanitizer=address"), ("CULET_ISA", "avx512")],
    ),
];

/// Whether the machine is of the kind that they are for.
pub(super) const IS_POSSIBLE: bool = cfg!(all(target_arch = "x86_64", target_os = "linux"));
