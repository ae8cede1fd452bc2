#!/usr/bin/env bash
# Kills trainings at any moment, goes on with them, and compares the run that comes of it with one that nobody killed.
#
#   bench/resume-drill.sh OUT [KILLS]
#
# KILLS (1000) times. The drill is a test of the command line (`crates/culet-cli/tests/cli/resume.rs`), which kills 24 times
# by itself; what it counted stands in `drill.txt`.
set -euo pipefail

out=$1
kills=${2:-1000}
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
loaded "$kills kills"
CULET_KILLS=$kills cargo test --package culet-cli --test cli -- --nocapture what_is_killed_again | grep ' kills, ' | tee "$out/drill.txt"
