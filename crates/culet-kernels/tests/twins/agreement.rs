//! The same bytes for any number of threads; the same numbers on every instruction set.

use std::path::Path;
use std::process::Command;

use culet_kernels::Isa;

use crate::outputs::{Output, outputs};

#[test]
fn the_number_of_threads_changes_no_byte() {
    let with_threads = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().expect("a pool of threads");
        pool.install(outputs)
    };
    let alone = with_threads(1);
    assert!(alone.iter().all(|output| output.values.iter().all(|x| x.is_finite())), "a number that is none");
    for n in [2, 3] {
        for (found, expected) in with_threads(n).into_iter().zip(&alone) {
            let bits = |output: &Output| output.values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&found), bits(expected), "{}, {n} threads", found.name);
        }
    }
}

/// Where a child process writes its outputs.
const WRITE_TO: &str = "CULET_TEST_OUTPUTS";

/// Fused and separate multiply-adds round differently, here and there by a few units of 6e-8 of the row's largest
/// number; sums over thousands of rows and a temperature of 0.2 widen that, not beyond this.
const BETWEEN_SETS: f64 = 1e-5;

#[test]
fn instruction_sets_agree() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let here = outputs();
    // A set that this machine lacks, or that `CULET_ISA` forbids, is replaced by the best that is left.
    for isa in [Isa::Baseline, Isa::Avx2].map(|isa| isa.min(Isa::get())) {
        let file = folder.join(format!("kernels-{}-{}", isa.name(), std::process::id()));
        let mut child = this_program(isa);
        child.args(["--exact", "agreement::outputs_are_written_when_asked_for"]).env(WRITE_TO, &file);
        run(child, isa);
        let bytes = std::fs::read(&file).expect("the child has written its outputs");
        std::fs::remove_file(&file).expect("the file was there");
        compare(isa, &bytes, &here);
    }
}

/// The child's part: the instruction set's name, a line feed, all numbers.
#[test]
fn outputs_are_written_when_asked_for() {
    let outputs = outputs();
    let mut bytes = format!("{}\n", Isa::get().name()).into_bytes();
    bytes.extend(outputs.iter().flat_map(|output| &output.values).flat_map(|x| x.to_le_bytes()));
    assert!(bytes.len() > 1_000_000, "{} bytes", bytes.len());
    if let Some(file) = std::env::var_os(WRITE_TO) {
        std::fs::write(file, bytes).expect("a place for the outputs");
    }
}

fn compare(isa: Isa, bytes: &[u8], here: &[Output]) {
    let (name, numbers) = bytes.split_at(bytes.iter().position(|&b| b == b'\n').expect("a name") + 1);
    assert_eq!(name, format!("{}\n", isa.name()).as_bytes(), "the instruction set of the child");
    let mut there = numbers.as_chunks::<4>().0.iter().map(|&x| f32::from_le_bytes(x));
    for output in here {
        for (row, here) in output.values.chunks(output.width).enumerate() {
            let largest = here.iter().fold(0.0, |largest: f64, &x| largest.max(f64::from(x).abs()));
            for &here in here {
                let there = there.next().expect("as many numbers");
                let gap = (f64::from(here) - f64::from(there)).abs();
                let what = || format!("{}, row {row}: {here} here, {there} with {}", output.name, isa.name());
                assert!(gap <= BETWEEN_SETS * largest, "{}", what());
            }
        }
    }
    assert!(there.next().is_none(), "as many numbers");
}

/// All twins once more with the instruction sets that this machine would not choose.
#[test]
fn the_twins_hold_on_lesser_instruction_sets() {
    for isa in [Isa::Baseline, Isa::Avx2].into_iter().filter(|&isa| isa < Isa::get()) {
        let mut child = this_program(isa);
        child.args(["--skip", "agreement::"]);
        run(child, isa);
    }
}

fn this_program(isa: Isa) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("the path of this program"));
    command.env("CULET_ISA", isa.name());
    command
}

fn run(mut command: Command, isa: Isa) {
    let output = command.output().expect("a child process");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "with {}:\n{text}", isa.name());
    assert!(!text.contains("running 0 tests"), "no test of this name:\n{text}");
}
