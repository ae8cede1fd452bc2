"""Judging: one run, several runs side by side, many models on one split."""

from __future__ import annotations

from typing import Any

from ._data import is_path
from ._errors import InputError
from ._estimator import Estimator
from ._load import load
from ._show import Metrics


class Comparison:
    """To be written."""


class Leaderboard:
    """To be written."""


def evaluate(model: Any, pairs: Any = None, **options: Any) -> Metrics:
    """Judges a fitted estimator or a run folder."""
    if is_path(model):
        model = load(model)
    if not isinstance(model, Estimator):
        raise InputError(f"a {type(model).__name__} cannot be judged", "pass a fitted estimator or the path of a run")
    if pairs is not None:
        options["pairs"] = pairs
    found: Metrics = model.evaluate(**options)  # type: ignore[attr-defined]
    return found


def compare(*models: Any) -> Any:
    raise NotImplementedError


def leaderboard(data: Any) -> Any:
    raise NotImplementedError
