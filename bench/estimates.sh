#!/usr/bin/env bash
# Compares what `data describe` says a training takes with what it takes, and writes a run folder.
#
#   bench/estimates.sh DATA OUT [SET ...]
#
# DATA holds folders in the layout of KGAT, and networks; all of music, ml-1m, book-crossing, last-fm-t, amazon-book, ppi and
# wikipedia by default. Models with epochs make two, without evaluations between them; `auto` is left out. Nothing else
# should run on the machine meanwhile. CULET names a built program; without it one is built.
set -euo pipefail

data=$1
out=$2
shift 2
sets=${*:-music ml-1m book-crossing last-fm-t amazon-book ppi wikipedia}
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
program

for set in $sets; do
    "$CULET" data describe "$data/$set" --json --quiet >"$scratch/described"
    for model in $(jq -r '.training.models[].model' "$scratch/described"); do
        flags=()
        case $model in
        auto | metapath2vec) continue ;;
        kgin | bpr-mf | softmax-mf | lightgcn) flags=(--epochs 2 --evaluate-every 0) ;;
        asp2vec | deepwalk | node2vec) flags=(--refit=false) ;;
        ease) [ "$(jq '.fingerprint.items' "$scratch/described")" -gt 40000 ] && continue ;;
        esac
        rm -rf "$scratch/run"
        "$CULET" train "$model" "$data/$set" "${flags[@]}" --out "$scratch/run" --json --quiet >"$scratch/document"
        jq -c --arg set "$set" --arg load "$(cut -d' ' -f1 /proc/loadavg)" --slurpfile made "$scratch/document" \
            '.training as {speed: $speed, models: $models} | $models[] | select(.model == $made[0].model)
             | {set: $set, load: $load, speed: $speed} + . + {measured: ($made[0].seconds + {epochs: ($made[0].epochs | length),
                bytes: $made[0].peak_rss_bytes})}' "$scratch/described" >>"$out/estimates.jsonl"
    done
done
