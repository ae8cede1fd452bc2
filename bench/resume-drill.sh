#!/usr/bin/env bash
# Kills trainings at any moment, goes on with them, and compares the run that comes of it with one that nobody killed; then lets
# the ground give way beneath trainings and answers: full and read-only disks, writes cut short, files that change while they
# are read, numbers without bounds.
#
#   bench/resume-drill.sh OUT [KILLS]
#
# KILLS (1000) times, a tenth of them trainings of `auto`. The drill is a test of the command line
# (`crates/culet-cli/tests/cli/resume.rs`), which kills 24 times by itself; what it counted stands in `drill.txt`. The faults are
# tests too (`faults.rs` beside it, and others); which passed, and which were skipped for want of a small disk, stands in
# `faults.txt`.
set -euo pipefail

out=$1
kills=${2:-1000}
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
# One build for all of them.
tests=(cargo test --package culet-cli --package culet-runs --package culet-train --no-fail-fast --test cli --test resume --
    --test-threads 1)
loaded "$kills kills"
CULET_KILLS=$kills "${tests[@]}" --nocapture what_is_killed_again | grep ' kills, ' | tee "$out/drill.txt"
loaded faults
faults=(faults:: places::full:: ctrl_c_leaves numbers_without_bounds data_that_are_whole a_network_starts_from
    what_fails_of_itself a_training_starts_from_the_best a_blend_ a_state_of_another)
"${tests[@]}" "${faults[@]}" 2>&1 | tee "$scratch/tests.log" |
    { grep -E '^test .* \.\.\. |^skipped: ' || true; } | tee "$out/faults.txt"
! grep -q '^test result: FAILED' "$scratch/tests.log"
