#!/usr/bin/env bash
# Measures how fast a large table of interactions is read, and writes a run folder: commit, machine, load, raw numbers.
#
#   bench/reading.sh OUT [LINES]
#
# The table is generated: LINES (30 million, 1.1 GB) of a user, an item, a rating and a time, ids of letters and digits. It is
# read once to have it in memory, then three times each by `data describe` and by `train popularity`. CULET names a built
# program; without it one is built.
set -euo pipefail

out=$1
n_lines=${2:-30000000}
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
program

awk -v n="$n_lines" 'BEGIN {
    srand(1)
    print "user_id,item_id,rating,timestamp"
    for (k = 0; k < n; k++)
        printf "user%d-%07d,sku-%06d,%d,%d\n", k % 6, rand() ^ 2 * 200000, rand() ^ 3 * 50000, 1 + rand() * 5, 1500000000 + k
}' >"$scratch/log.csv"
cat "$scratch/log.csv" >/dev/null
bytes=$(stat -c %s "$scratch/log.csv")

# Wall seconds, processor seconds, peak KB.
for what in describe popularity; do
    for _ in 1 2 3; do
        load=$(cut -d' ' -f1 /proc/loadavg)
        rm -rf "$scratch/run"
        case $what in
        describe) command=(data describe "$scratch/log.csv") ;;
        popularity) command=(train popularity "$scratch/log.csv" --out "$scratch/run") ;;
        esac
        /usr/bin/time -o "$scratch/time" -f '"wall_s": %e, "user_s": %U, "system_s": %S, "peak_kb": %M' \
            "$CULET" "${command[@]}" --json --quiet >"$scratch/document"
        echo "{\"command\": \"$what\", \"bytes\": $bytes, \"load\": $load, $(cat "$scratch/time")}" >>"$out/reading.jsonl"
    done
done
