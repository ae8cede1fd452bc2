#!/usr/bin/env bash
# Measures how long a report of a run of Amazon-Book's size takes, and writes a run folder: commit, machine, load, raw numbers.
#
#   bench/report.sh OUT
#
# The catalogue is generated with Amazon-Book's counts (70,679 users, 24,915 items, 846,434 pairs) and 60 facts an item. KGIN is trained
# for two epochs, since a report costs the same after many; then the report is written three times, plots once each, and t-SNE is
# tried with a thousand points and more. CULET names a built program; without it one is built.
set -euo pipefail

out=$1
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
program
"$CULET" data synth "$scratch/book" --n-users 70679 --n-items 24915 --n-interactions 846434 --facts-per-item 60 --quiet >/dev/null
loaded "training"
"$CULET" train kgin "$scratch/book" --epochs 2 --evaluate-every 1 --out "$scratch/run" --quiet >/dev/null
timed() {
    local start end
    start=$(date +%s.%N)
    "$CULET" "${@:2}" --json --quiet >"$scratch/told.json"
    end=$(date +%s.%N)
    jq -c --arg what "$1" --argjson wall "$(echo "$end - $start" | bc)" \
        '{what: $what, wall_s: $wall, bytes: .bytes, seconds: .seconds}' "$scratch/told.json" | tee -a "$out/report.jsonl" >&2
}
loaded "reports"
for _ in 1 2 3; do
    timed report report "$scratch/run" --out "$scratch/report.html"
done
for what in curves map intents relations activity popularity; do
    timed "plot $what, svg" plot "$scratch/run" --what "$what" --out "$scratch/x.svg"
    timed "plot $what, png" plot "$scratch/run" --what "$what" --out "$scratch/x.png"
done
loaded "t-SNE"
for n in 1000 2000 5000; do
    timed "plot map, t-SNE, $n points" plot "$scratch/run" --what map --map t-sne --points "$n" --out "$scratch/x.svg"
done
