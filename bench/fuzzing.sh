#!/usr/bin/env bash
# Gives arbitrary and altered bytes to every parser, and writes a run folder: commit, machine, inputs, failures, seconds.
#
#   bench/fuzzing.sh OUT [PERCENT] [TARGET...]
#
# PERCENT (100) of the inputs that the list below tells, of all targets or of those named. The inputs are counted by the
# targets themselves (`fuzz/watch.rs`) into `counts.jsonl`; the committed corpus is among them. What fails stands in
# `failures.txt` with the input and its seed, and the script then ends with 1. FUZZ_CARGO is what builds them in place of `cargo`.
set -euo pipefail

out=$1
percent=${2:-100}
wanted=" ${*:3} "
cd "$(dirname "$0")/.."
. bench/begin.sh
begin "$([ ! -w /dev/shm ] || echo /dev/shm)"
out=$(cd "$out" && pwd)

# File, target, thousands of inputs, bytes of the longest: cheap ones get millions. The unpacking of archives and the
# run folders work on real files.
targets='
kgat interactions 3000 256
kgat triplets 2000 256
kgat list 3000 256
kgat names 3000 256
kgat folder 40 256
network edge_list 200 256
network packed 500 256
network network_folder 60 256
catalogue table 300 256
catalogue attributes 100 256
catalogue facts 60 256
catalogue recbole 500 256
catalogue ripplenet 400 256
catalogue movielens 400 256
catalogue arrays 1000 256
catalogue archives 500 256
columns parquet 500 32
columns arrow 1000 32
columns parquet_page_headers 1000 64
columns parquet_folder_altered 1000 32
unpack unpack_zip 300 64
unpack unpack_gzip 200 64
run manifest 20 256
run tables 20 256
run data 20 256
run vocabulary 20 256
'

cd fuzz
${FUZZ_CARGO:-cargo} test --release --no-run 2>"$scratch/built" || { cat "$scratch/built" && exit 1; }
program_of() {
    sed -n "s|^ *Executable tests/$1.rs (\(.*\))\$|\1|p" "$scratch/built"
}

failed=0
while read -r file target thousands longest; do
    if [ -z "$file" ] || { [ -n "${3:-}" ] && [[ $wanted != *" $target "* ]]; }; then
        continue
    fi
    export CULET_FUZZ_COUNTS="$out/counts.jsonl" TMPDIR="$scratch" BOLERO_RANDOM_MAX_LEN="$longest"
    export BOLERO_RANDOM_ITERATIONS=$((thousands * 10 * percent))
    if ! "$(program_of "$file")" --test-threads=1 --exact "$target" >"$scratch/log" 2>&1; then
        cat "$scratch/log" >>"$out/failures.txt"
        failed=1
    fi
done <<<"$targets"
exit $failed
