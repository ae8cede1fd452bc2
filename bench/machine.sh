# Sourced by the scripts beside it, from the root of the repository.

# Prints what a number depends on: the commit, the compiler, the processor and the memory.
machine() {
    echo "commit: $(git rev-parse HEAD)$(git diff --quiet HEAD || echo ' with local changes')"
    echo "date: $(date -u +%Y-%m-%dT%H:%MZ)"
    echo "rustc: $(rustc --version)"
    echo "cores: $(nproc)"
    lscpu | grep -E '^(Model name|L1d|L2|L3)' | tr -s ' '
    grep -E '^(MemTotal)' /proc/meminfo | tr -s ' '
}
