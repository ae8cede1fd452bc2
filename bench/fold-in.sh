#!/usr/bin/env bash
# Measures how well users who were never trained are recommended to, beside the same users trained, and writes a run
# folder: commit, machine, load, raw numbers.
#
#   bench/fold-in.sh DATA OUT [set:model,model ...]
#
# DATA holds folders in the layout of KGAT, such as music and ml-1m. A tenth of the users is taken out; of each of them every
# other item is the history, and the rest is asked for. One training knows nothing of these users and gets their histories by
# `culet recommend --histories`, the other learns from them and is asked by `--users`. Then the time of everybody's lists is
# taken on amazon-book, if DATA has it. CULET names a built program; without it one is built.
set -euo pipefail

data=$1
out=$2
shift 2
quick=popularity,item-knn,rp3beta,ease,ease-sparse,als,bpr-mf,softmax-mf,lightgcn
parts=${*:-music:$quick,kgin,auto ml-1m:$quick,kgin,auto amazon-book:speed}
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
program

# Prints user,item by external ids, of a folder and pairs `user item ...` a line by numbers.
external() {
    awk -v OFS=, 'FILENAME == ARGV[1] { if (FNR > 1) user[$2] = $1; next }
        FILENAME == ARGV[2] { if (FNR > 1) item[$2] = $1; next }
        { for (k = 2; k <= NF; k++) print user[$1], item[$k] }' "$1/user_list.txt" "$1/item_list.txt" "$2"
}

# Makes the folders `without` and `with`, the histories and what is asked for.
take_out() {
    "$CULET" data split "$data/$1" "$scratch/without" --by cold-users --test-share 0.1 --valid-share 0 --quiet >/dev/null
    cp -r "$scratch/without" "$scratch/with"
    awk 'NF > 2 { line = $1; for (k = 2; k <= NF; k += 2) line = line " " $k; print line }' \
        "$scratch/without/test.txt" >"$scratch/history.txt"
    awk 'NF > 2 { line = $1; for (k = 3; k <= NF; k += 2) line = line " " $k; print line }' \
        "$scratch/without/test.txt" >"$scratch/asked.txt"
    cat "$scratch/history.txt" >>"$scratch/with/train.txt"
    cp "$scratch/asked.txt" "$scratch/with/test.txt"
    external "$scratch/with" "$scratch/history.txt" >"$scratch/history.csv"
    external "$scratch/with" "$scratch/asked.txt" >"$scratch/asked.csv"
    cut -d, -f1 "$scratch/asked.csv" | uniq >"$scratch/users.txt"
}

# Prints the mean recall of the lists of a table over the users that are asked for.
recall() {
    awk -F, 'FILENAME == ARGV[1] { asked[$1, $2] = 1; n[$1]++; next }
        FNR > 1 && ($1, $2) in asked { hits[$1]++ }
        END { for (user in n) { sum += hits[user] / n[user]; users++ } printf "%.6f", sum / users }' \
        "$scratch/asked.csv" "$1"
}

# Trains both, from the same seed; those that learn by steps choose the epoch on withheld pairs and then learn from these too.
compare() {
    local set=$1 model=$2 flags=()
    case $model in
    bpr-mf | softmax-mf | lightgcn) flags=(--refit) ;;
    kgin) flags=(--preset softmax --epochs 30 --refit) ;;
    esac
    for part in without with; do
        loaded "$model on $set $part"
        rm -rf "$scratch/run-$part"
        "$CULET" train "$model" "$scratch/$part" "${flags[@]}" --at 20 --out "$scratch/run-$part" --quiet >/dev/null
    done
    "$CULET" recommend "$scratch/run-without" --histories "$scratch/history.csv" -k 20 -o "$scratch/folded.csv" --quiet >/dev/null
    "$CULET" recommend "$scratch/run-with" --users "$scratch/users.txt" -k 20 -o "$scratch/trained.csv" --quiet >/dev/null
    jq -nc --arg set "$set" --arg model "$model" --argjson users "$(wc -l <"$scratch/users.txt")" \
        --argjson trained "$(recall "$scratch/trained.csv")" --argjson folded "$(recall "$scratch/folded.csv")" \
        '{$set, $model, $users, "recall@20": {$trained, $folded}}' | tee -a "$out/fold-in.jsonl" >&2
}

# The lists of all users: wall seconds, of which reading the run folder is a part, and bytes.
speed() {
    "$CULET" train bpr-mf "$data/$1" --dim 64 --epochs 1 --evaluate-every 0 --at 20 --out "$scratch/speed" --quiet >/dev/null
    for file in lists.parquet lists.csv lists.jsonl; do
        for _ in 1 2 3; do
            loaded "all lists of $1 to $file"
            local begin
            begin=$(date +%s.%N)
            "$CULET" recommend "$scratch/speed" --all-users -k 20 -o "$scratch/$file" --json --quiet >"$scratch/document"
            jq -c --arg set "$1" --arg file "$file" --argjson bytes "$(stat -c %s "$scratch/$file")" \
                --argjson seconds "$(echo "$(date +%s.%N) $begin" | awk '{ print $1 - $2 }')" \
                '{$set, $file, users, recommendations, $seconds, $bytes}' "$scratch/document" >>"$out/speed.jsonl"
        done
    done
}

for part in $parts; do
    set=${part%%:*}
    models=${part#*:}
    [ -d "$data/$set" ] || continue
    if [ "$models" = speed ]; then
        speed "$set"
        continue
    fi
    rm -rf "$scratch/without" "$scratch/with"
    take_out "$set"
    for model in ${models//,/ }; do
        compare "$set" "$model"
    done
done
