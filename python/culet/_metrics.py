"""The order of metrics."""

from __future__ import annotations

from typing import Dict, Mapping, Tuple


def place_of(metric: str) -> Tuple[int, str, int]:
    """Where a metric stands: recall and ndcg first, shorter lists before longer ones."""
    name, _, cutoff = metric.partition("@")
    first = ("recall", "ndcg")
    return (first.index(name) if name in first else len(first), name, int(cutoff or 0))


def in_order(metrics: Mapping[str, float]) -> Dict[str, float]:
    """Metrics in the order in which a person reads them."""
    return {name: metrics[name] for name in sorted(metrics, key=place_of)}
