#!/usr/bin/env bash
# Asks a service whatever its OpenAPI document allows and forbids, by schemathesis (on the path, or as SCHEMATHESIS names it).
#
#   bench/openapi.sh OUT RUN [RUN ...]
#
# EXAMPLES (200) of each kind for each address. What it found stands in `found.txt`; nothing is to be found. The service keeps
# feedback, and is to fail at no request: `failures.txt` holds what its own counters say, and is to be empty.
set -euo pipefail

out=$1
shift
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
program
port=18322
# A catalogue is asked by user and item, a network by source and target, which OpenAPI cannot say.
cat >"$scratch/config.toml" <<'END'
[[operations]]
include-name = "GET /explain"
checks.positive_data_acceptance.expected-statuses = [200, 400, 404, 409]
END
"$CULET" serve "$@" --bind 127.0.0.1:$port --feedback "$scratch/events" --log off 2>"$scratch/log" &
service=$!
until curl -sf -o "$scratch/ready" "http://127.0.0.1:$port/search?q=a"; do sleep 0.1; done
found=0
"${SCHEMATHESIS:-schemathesis}" --config-file "$scratch/config.toml" run "http://127.0.0.1:$port/openapi.json" \
    --max-examples "${EXAMPLES:-200}" --checks all --workers 1 --no-color >"$out/found.txt" 2>&1 || found=1
curl -s "http://127.0.0.1:$port/metrics" | grep -E '^culet_(panics_total [^0]|requests_total.*status="5)' >"$out/failures.txt" || true
kill $service
wait $service
tail -3 "$out/found.txt"
[ ! -s "$out/failures.txt" ] && exit $found
