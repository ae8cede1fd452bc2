#!/usr/bin/env bash
# Measures whether a training takes longer than it did with another program, turn about, and writes a run folder: commit, machine,
# load, raw numbers.
#
#   bench/step-cost.sh DATA OUT BEFORE
#
# DATA holds last-fm-t and ml-1m in the layout of KGAT; BEFORE is the other program. KGIN on Last-FM's graph, six turns of three
# epochs, and bpr-mf on ml-1m, whose steps are short, 24 turns of six; each turn begins with the other program than the one
# before. CULET names a built program; without it one is built.
set -euo pipefail

data=$1
out=$2
before=$3
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
program
once() {
    local which=$1 program=$2 model=$3 set=$4 epochs=$5 turn=$6
    rm -rf "$scratch/run"
    "$program" train "$model" "$data/$set" --epochs "$epochs" --evaluate-every 0 --at 20 --out "$scratch/run" --json --quiet |
        jq -c --arg which "$which" --arg model "$model" --argjson turn "$turn" \
            '{which: $which, model: $model, turn: $turn, epochs: [.epochs[].seconds]}' |
        tee -a "$out/steps.jsonl" >&2
}
for turn in $(seq 1 24); do
    loaded "turn $turn"
    for case in "kgin last-fm-t 3" "bpr-mf ml-1m 6"; do
        # shellcheck disable=SC2086
        set -- $case
        [ "$turn" -le 6 ] || [ "$1" = bpr-mf ] || continue
        if [ $((turn % 2)) = 1 ]; then
            once before "$before" "$@" "$turn"
            once after "$CULET" "$@" "$turn"
        else
            once after "$CULET" "$@" "$turn"
            once before "$before" "$@" "$turn"
        fi
    done
done
