#!/usr/bin/env bash
# Measures how long the best items of a few users take among many items, with and without a coarse table, and writes a run
# folder: commit, machine, load, raw numbers.
#
#   bench/few-users.sh OUT [SCRATCH]
#
# The catalogue is generated: 200,000 users, a million items, 12 million pairs. bpr-mf is trained on it for six epochs (vectors
# of 64 numbers), and the example `few_users` asks the run. SCRATCH is where 2 GB are put meanwhile. CULET and FEW_USERS name a
# built program and example; without them they are built.
set -euo pipefail

out=$1
cd "$(dirname "$0")/.."
. bench/begin.sh
begin "${2:-}"
program
if [ -z "${FEW_USERS:-}" ]; then
    cargo build --release --quiet --package culet --example few_users
    FEW_USERS=target/release/examples/few_users
fi

"$CULET" data synth "$scratch/data" --n-users 200000 --n-items 1000000 --n-interactions 12000000 --facts-per-item 10 \
    --test-share 0 --quiet
"$CULET" train bpr-mf "$scratch/data" --kg none --dim 64 --epochs 6 --batch 65536 --learning-rate 1e-2 --evaluate-every 0 \
    --validation-share 0 --at 20 --out "$scratch/run" --quiet >/dev/null
loaded "few users"
"$FEW_USERS" "$scratch/run" 10000 30000 100000 1000000 | tee "$out/few-users.jsonl"
