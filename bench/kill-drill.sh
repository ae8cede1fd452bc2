#!/usr/bin/env bash
# Kills services in the midst of acknowledging feedback, and compares what was acknowledged with what the log holds.
#
#   bench/kill-drill.sh OUT [KILLS]
#
# KILLS (1000) times. The drill is a test of the command line (`crates/culet-cli/tests/cli/kill_drill.rs`), which kills 20 times
# by itself; what it counted stands in `drill.txt`.
set -euo pipefail

out=$1
kills=${2:-1000}
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
loaded "$kills kills"
CULET_KILLS=$kills cargo test --package culet-cli --test cli -- --nocapture kill_drill | grep ' kills: ' | tee "$out/drill.txt"
