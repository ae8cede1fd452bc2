#!/usr/bin/env bash
# Measures the service on one core: from start to ready, answers a second and how long they take, search, and memory.
#
#   bench/serve.sh DATA OUT [RATE ...]
#
# DATA is a catalogue (70,679 users and 24,915 items in the documents); a model of 64 numbers a user and item is trained on it for
# an epoch, for its speed and not its quality. The service runs on core 0 alone, the requests come from core 1 over 64 connections,
# RATE (500 1000 2000 3000) of them a second, each for 20 seconds; see `crates/culet-serve/examples/load.rs`. `ready.json` has
# milliseconds from the start of the process to its first answer, ten times; `search.json` a million generated names.
set -euo pipefail

data=$1
out=$2
rates=${*:3}
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
trap 'kill "${service:-}" 2>/dev/null; rm -rf "$scratch"' EXIT
program
cargo build --release --quiet --package culet-serve --examples
load=target/release/examples/load
"$CULET" train bpr-mf "$data" --out "$scratch/run" --dim 64 --epochs 1 --evaluate-every 0 --quiet >/dev/null

port=18321
start() {
    taskset -c 0 "$CULET" serve "$scratch/run" --bind 127.0.0.1:$port --log json "$@" 2>"$scratch/log" &
    service=$!
}

stop() {
    kill $service
    wait $service
}

loaded ready
for _ in 1 2 3 4 5 6 7 8 9 10; do
    begun=$(date +%s%N)
    start
    until curl -sf -o "$scratch/ready" "http://127.0.0.1:$port/health/ready"; do sleep 0.002; done
    echo "{\"ms\": $((($(date +%s%N) - begun) / 1000000))}"
    stop
done >"$out/ready.json"

start --feedback "$scratch/events"
until curl -sf -o "$scratch/ready" "http://127.0.0.1:$port/health/ready"; do sleep 0.01; done
"$CULET" recommend "$scratch/run" --all-users -k 1 -o "$scratch/users.tsv" --quiet >/dev/null
cut -f 1 "$scratch/users.tsv" | tail -n +2 | shuf -n 20000 --random-source=<(yes) >"$scratch/ids"
taskset -c 1 $load 127.0.0.1:$port "$scratch/ids" rate=200 seconds=5 >"$scratch/warm"
for rate in ${rates:-500 1000 2000 3000}; do
    loaded "$rate requests a second"
    taskset -c 1 $load 127.0.0.1:$port "$scratch/ids" rate="$rate" seconds=20
done >"$out/recommend.jsonl"
loaded explain
taskset -c 1 $load 127.0.0.1:$port "$scratch/ids" rate=200 seconds=10 path='/recommend/{}?k=10&explain=true' >"$out/explain.json"
curl -s "http://127.0.0.1:$port/metrics" >"$out/metrics.txt"
stop

loaded search
taskset -c 0 target/release/examples/search_time 1000000 >"$out/search.json"
