#!/usr/bin/env bash
# Measures the recommenders on real data sets and writes a run folder: commit, machine, load, raw numbers.
#
#   bench/recommenders.sh DATA OUT [part ...]
#
# DATA holds folders in the layout of KGAT: amazon-book (without a graph), music, book-crossing, ml-1m, last-fm-t. OUT is
# the folder to write. Parts: simple auto graph cold board; all by default. Nothing else should run on the machine meanwhile: the load
# before each run is written down. CULET names a built program; without it one is built.
set -euo pipefail

data=$1
out=$2
shift 2
parts=${*:-simple auto graph cold board}
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
program

# Trains on a set and appends the document, without its epochs, to a file.
train() {
    local file=$1 set=$2
    shift 2
    loaded "$* on $set"
    rm -rf "$scratch/run"
    "$CULET" train "$1" "$data/$set" "${@:2}" --at 20 --out "$scratch/run" --quiet --json >"$scratch/document"
    jq -c --slurpfile manifest "$scratch/run/manifest.json" \
        'del(.epochs, .run) + {blend: $manifest[0].extra.blend}' "$scratch/document" >>"$out/$file"
}

# A leaderboard on a folder, without its run folders.
board() {
    local name=$1 folder=$2
    shift 2
    loaded "the board $name"
    "$CULET" leaderboard "$folder" --out "$out/board-$name" --at 20 --quiet "$@" >"$out/board-$name.txt"
    rm -rf "$out/board-$name/runs"
}

for part in $parts; do
    case $part in
    simple)
        train simple.jsonl amazon-book popularity
        train simple.jsonl amazon-book item-knn
        train simple.jsonl amazon-book rp3beta
        train simple.jsonl amazon-book ease --keep 200
        train simple.jsonl amazon-book ease-sparse --neighbours 100
        train simple.jsonl amazon-book ease-sparse --neighbours 200
        ;;
    auto)
        for set in amazon-book last-fm-t music book-crossing ml-1m; do
            train auto.jsonl "$set" auto
        done
        ;;
    graph)
        for set in music book-crossing; do
            board "graph-$set" "$data/$set" --models auto --kg true,random,none
        done
        # The row of the true graph is that of the part auto.
        train graph-last-fm-t.jsonl last-fm-t auto --kg none
        train graph-last-fm-t.jsonl last-fm-t auto --kg random
        ;;
    cold)
        for set in music book-crossing ml-1m; do
            "$CULET" data split "$data/$set" "$scratch/cold-$set" --by cold-items --valid-share 0.1 --quiet >/dev/null
            board "cold-$set" "$scratch/cold-$set" --models popularity,auto
        done
        ;;
    board)
        board ml-1m "$data/ml-1m" \
            --models popularity,item-knn,rp3beta,ease,ease-sparse,als,bpr-mf,softmax-mf,lightgcn,auto
        ;;
    *)
        echo "there is no part $part" >&2
        exit 2
        ;;
    esac
done
