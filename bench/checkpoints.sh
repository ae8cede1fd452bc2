#!/usr/bin/env bash
# Measures what checkpoints cost a training of KGIN on Last-FM's graph, and writes a run folder: commit, machine, load, raw numbers.
#
#   bench/checkpoints.sh DATA OUT
#
# DATA holds last-fm-t in the layout of KGAT. Four epochs without checkpoints, as often as by default, and every six seconds, turn
# about, three times. CULET names a built program; without it one is built.
set -euo pipefail

data=$1
out=$2
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
program
for turn in 1 2 3; do
    for every in 0 default 0.1; do
        loaded "checkpoints: $every"
        flags=(--checkpoint-every "$every")
        [ "$every" = default ] && flags=()
        rm -rf "$scratch/run"
        "$CULET" train kgin "$data/last-fm-t" --epochs 4 --evaluate-every 0 --at 20 "${flags[@]}" --out "$scratch/run" --json --quiet |
            jq -c --argjson turn "$turn" --arg every "$every" \
                '{turn: $turn, checkpoint_every: $every, train: .seconds.train, epochs: [.epochs[].seconds]}' |
            tee -a "$out/cost.jsonl" >&2
    done
done
