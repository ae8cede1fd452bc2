#!/usr/bin/env bash
# Measures the Python package beside the program, and writes a run folder: commit, machine, load, raw numbers.
#
#   bench/python.sh DATA OUT
#
# DATA holds folders in the layout of KGAT, such as amazon-book and music. PYTHON names an interpreter in whose environment a
# release wheel of this commit is installed (with pandas, polars and pyarrow), WHEEL the wheel, and CULET the program of the
# same commit. The work itself is in bench/python.py.
set -euo pipefail

data=$1
out=$2
cd "$(dirname "$0")/.."
. bench/begin.sh
begin
program
python=${PYTHON:-python3}
"$python" - >>"$out/machine.txt" <<'PY'
import platform, numpy, pandas, polars, pyarrow
print("python:", platform.python_version(), "numpy", numpy.__version__, "pandas", pandas.__version__, "polars", polars.__version__, "pyarrow", pyarrow.__version__)
PY
[ -z "${WHEEL:-}" ] || stat -c '{"wheel": "%n", "bytes": %s}' "$WHEEL" | sed 's|"wheel": ".*/|"wheel": "|' >"$out/wheel.json"
for part in import fit recommend frames bytes; do
    loaded "$part"
    "$python" bench/python.py "$part" "$data" "$CULET" "$scratch" | tee -a "$out/$part.jsonl" >&2
done
