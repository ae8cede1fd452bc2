# Sourced by the scripts beside it, from the root of the repository, once `out` says where the run folder is to be.

# Makes the run folder, with what its numbers depend on, and `scratch`, a folder that goes when the script ends (below the
# folder named, if one is).
begin() {
    mkdir -p "$out"
    scratch=$(mktemp -d ${1:+-p "$1"})
    trap 'rm -rf "$scratch"' EXIT
    machine >"$out/machine.txt"
}

# Prints what a number depends on: the commit, the compiler, the processor and the memory.
machine() {
    echo "commit: $(git rev-parse HEAD)$(git diff --quiet HEAD || echo ' with local changes')"
    echo "date: $(date -u +%Y-%m-%dT%H:%MZ)"
    echo "rustc: $(rustc --version)"
    echo "cores: $(nproc)"
    lscpu | grep -E '^(Model name|L1d|L2|L3)' | tr -s ' '
    grep -E '^(MemTotal)' /proc/meminfo | tr -s ' '
}

# Sets CULET to a built program, unless it names one.
program() {
    if [ -z "${CULET:-}" ]; then
        cargo build --release --quiet --package culet-cli
        CULET=target/release/culet
    fi
}

# Writes down what the machine does before something is measured.
loaded() {
    echo "$(date -u +%H:%M:%S) before $*: load $(cut -d' ' -f1-3 /proc/loadavg)" | tee -a "$out/load.txt" >&2
}
