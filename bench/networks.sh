#!/usr/bin/env bash
# Measures the models of networks on real data sets and writes a run folder: command, commit, machine, load, raw numbers.
#
#   bench/networks.sh DATA OUT [part ...]
#
# DATA holds folders with train_edges.tsv, train_edges_neg.tsv, test_edges.tsv, test_edges_neg.tsv (and, directed,
# test_edges_neg_directed.tsv): filmtrust, ciaodvd, ppi, wikipedia, cora, 4area. OUT is the folder to write. Parts:
# speed large default published typed; all by default. Nothing else should run on the machine meanwhile: the load before
# each part is written down. `speed` runs GRAPE beside Culet if PYTHON names a Python with ensmallen and scikit-learn;
# `typed` needs TYPED, a folder with papers, authors and terms as typed nodes.
set -euo pipefail

data=$1
out=$2
shift 2
parts=${*:-speed large default published typed}
cd "$(dirname "$0")/.."
. bench/begin.sh
begin

cargo build --release --quiet --package culet-cli
cargo build --release --quiet --package culet-graph --example walk_speed
culet=target/release/culet
walk_speed=target/release/examples/walk_speed

# Runs a command; writes its CPU seconds and peak memory after its document.
measured() {
    /usr/bin/time -f '{"user_s": %U, "system_s": %S, "wall_s": %e, "peak_kib": %M}' -o "$scratch/time" "$@" >"$scratch/document"
    jq -c -s '.[0] * {process: .[1]} | del(.epochs, .run)' "$scratch/document" "$scratch/time"
}

train() {
    rm -rf "$scratch/run"
    measured "$culet" train "$@" --out "$scratch/run" --quiet --json
}

for part in $parts; do
    loaded "$part"
    case $part in
    default)
        for name in filmtrust ciaodvd ppi wikipedia cora 4area; do
            for model in deepwalk asp2vec; do
                for seed in 1 2 3; do
                    train "$model" "$data/$name" --seed "$seed"
                done
            done
        done >"$out/default.jsonl"
        ;;
    published)
        {
            for name in filmtrust ciaodvd ppi wikipedia cora; do
                train asp2vec "$data/$name" --preset published --select test --seed 1
            done
            for dim in 50 100; do
                train asp2vec "$data/cora" --preset published --select test --seed 1 --dim "$dim"
            done
        } >"$out/published.jsonl"
        ;;
    speed)
        for name in ppi wikipedia; do
            for _ in 1 2 3; do
                for settings in "--walks-per-node 2" "--walks-per-node 10 --window 3"; do
                    # shellcheck disable=SC2086
                    train deepwalk "$data/$name" --threads 1 --evaluate-every 0 --validation-share 0 --score product $settings |
                        jq -c --arg settings "$settings" '. + {settings: $settings}'
                done
                train asp2vec "$data/$name" --threads 1 --evaluate-every 0 --validation-share 0 --score product --dim 20 \
                    --aspects 5 --window 3 --negatives 2 --shared-negatives 8
                if [ -n "${PYTHON:-}" ]; then
                    "$PYTHON" bench/grape.py "$data/$name"
                fi
            done
        done >"$out/speed.jsonl"
        "$walk_speed" >"$out/walks.txt"
        ;;
    large)
        "$culet" data synth "$scratch/large" --network --nodes 1000000 --edges 10000000 --quiet
        train asp2vec "$scratch/large" --walks-per-node 1 --evaluate-every 0 --validation-share 0 --score product \
            >"$out/large.jsonl"
        ;;
    typed)
        "$culet" data split "$TYPED" "$scratch/typed" --test-share 0.1 --relation written_by --whole-nodes paper --quiet
        # As many numbers for each node: 2 x 64, (1 + 2) x 42.
        for walks in 10 20 40; do
            for seed in 1 2 3; do
                for model in "metapath2vec --dim 64" "asp2vec --dim 42 --aspects 2 --aspect-weight 0"; do
                    # shellcheck disable=SC2086
                    train $model "$scratch/typed" --metapath author,paper,term,paper,author --window 3 --score product \
                        --shared-negatives 8 --validation-share 0 --evaluate-every 0 --walks-per-node "$walks" --seed "$seed" \
                        >/dev/null
                    "$culet" evaluate "$scratch/run" --task ranking --quiet --json |
                        jq -c --arg model "$model" --argjson walks "$walks" --argjson seed "$seed" \
                            '. + {model: $model, walks: $walks, seed: $seed}'
                done
            done
        done >"$out/typed.jsonl"
        ;;
    *)
        echo "there is no part \`$part\`" >&2
        exit 2
        ;;
    esac
done
