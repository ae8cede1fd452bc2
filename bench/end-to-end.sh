#!/usr/bin/env bash
# Measures Culet end to end on real data sets and writes a run folder: command, commit, machine, load, raw numbers.
#
#   bench/end-to-end.sh DATA OUT [part ...]
#
# DATA holds folders in the layout of KGAT and KGIN: music, ml-1m, last-fm-t, amazon-book. OUT is the folder to write,
# such as bench/runs/2026-11-21-xeon-2-cores. Parts: steps load evaluate bytes music curves; all by default. Nothing else
# should run on the machine meanwhile: the load before each part is written down.
set -euo pipefail

data=$1
out=$2
shift 2
parts=${*:-steps load evaluate bytes music curves}
cd "$(dirname "$0")/.."
. bench/begin.sh
begin

cargo build --release --quiet --package culet-cli
cargo build --release --quiet --package culet --example step_time
culet=target/release/culet
step_time=target/release/examples/step_time

for part in $parts; do
    loaded "$part"
    case $part in
    steps)
        "$step_time" "$data/last-fm-t" 2 200 | sed "s|$data/||" >"$out/step-last-fm-t-2-threads.json"
        "$step_time" "$data/last-fm-t" 1 100 | sed "s|$data/||" >"$out/step-last-fm-t-1-thread.json"
        "$step_time" amazon-book 2 60 >"$out/step-amazon-book-size-2-threads.json"
        ;;
    load)
        for name in amazon-book last-fm-t; do
            for _ in 1 2 3 4 5; do
                "$culet" train kgin "$data/$name" --epochs 1 --batch 1000000 --hops 1 --dim 16 --evaluate-every 0 --kg none \
                    --out "$scratch/load" --quiet --json | jq -c "{data: \"$name\", load_s: .seconds.load}"
                rm -r "$scratch/load"
            done
        done >"$out/load.jsonl"
        ;;
    evaluate)
        "$culet" train kgin "$data/last-fm-t" --epochs 1 --select test --evaluate-every 0 --out "$scratch/evaluate" --quiet \
            --json | jq '{peak_rss_bytes, seconds}' >"$out/memory-last-fm-t.json"
        for _ in 1 2 3 4 5; do
            "$culet" evaluate "$scratch/evaluate" --json | jq -c '{users, seconds, rss_before_bytes, peak_rss_bytes}'
        done >"$out/evaluate-last-fm-t.jsonl"
        ;;
    bytes)
        for threads in 1 2 3; do
            "$culet" train kgin "$data/music" --epochs 5 --threads $threads --out "$scratch/bytes-$threads" --quiet >"$scratch/log"
            echo "$threads threads: $(sha256sum <"$scratch/bytes-$threads/tables.safetensors" | cut -d' ' -f1)"
        done >"$out/same-bytes.txt"
        ;;
    music)
        for seed in 1 2 3; do
            "$culet" train kgin "$data/music" --select test --epochs 400 --evaluate-every 10 --seed $seed --quiet --json \
                --out "$scratch/bpr-$seed" >"$out/music-bpr-seed-$seed.json"
            "$culet" train kgin "$data/music" --preset softmax --select test --epochs 120 --seed $seed --quiet --json \
                --out "$scratch/softmax-$seed" >"$out/music-softmax-seed-$seed.json"
        done
        jq -c '{loss: .settings.model.loss, seed, best_epoch, recall: .test["recall@20"], ndcg: .test["ndcg@20"], seconds: .seconds.train}' \
            "$out"/music-*.json >"$out/music.jsonl"
        ;;
    curves)
        "$culet" train kgin "$data/last-fm-t" --epochs 14 --evaluate-every 2 --select test --quiet --json \
            --out "$scratch/last-fm-bpr" >"$out/curve-last-fm-t-bpr.json"
        "$culet" train kgin "$data/last-fm-t" --preset softmax --epochs 8 --evaluate-every 1 --select test --quiet --json \
            --out "$scratch/last-fm-softmax" >"$out/curve-last-fm-t-softmax.json"
        "$culet" train kgin "$data/ml-1m" --batch 4096 --learning-rate 3e-3 --epochs 18 --evaluate-every 3 --select test --quiet \
            --json --out "$scratch/ml-bpr" >"$out/curve-ml-1m-bpr.json"
        "$culet" train kgin "$data/ml-1m" --preset softmax --batch 4096 --epochs 10 --evaluate-every 1 --select test --quiet \
            --json --out "$scratch/ml-softmax" >"$out/curve-ml-1m-softmax.json"
        ;;
    *)
        echo "there is no part $part" >&2
        exit 2
        ;;
    esac
done
