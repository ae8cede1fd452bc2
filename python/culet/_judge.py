"""Judging: one run, several runs side by side, many models on one split."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np

from . import _core
from ._data import Catalogue, PathLike, is_path
from ._errors import InputError
from ._estimator import Estimator
from ._fitted import temporary_folder
from ._frames import default_output, framed, text_table
from ._load import load
from ._make import catalogue
from ._metrics import place_of
from ._progress import Follower, Progress
from ._questions import cutoffs_of
from ._recommender import CUTOFFS
from ._settings import seed_of, threads_of
from ._show import Answer, Metrics, html_table


def evaluate(model: Any, pairs: Any = None, **options: Any) -> Metrics:
    """Judges a fitted estimator or a run folder.

    Parameters
    ----------
    model : estimator or path
    pairs : table, optional
        Of recommenders: users and items to judge on; by default a part of the data that it was fitted on.
    **options
        ``on``, and of recommenders ``at`` and ``catalogue_metrics``: as of :meth:`Recommender.evaluate`.

    Returns
    -------
    Metrics
    """
    if is_path(model):
        model = load(model)
    if not isinstance(model, Estimator):
        raise InputError(f"a {type(model).__name__} cannot be judged", "pass a fitted estimator or the path of a run")
    if pairs is not None:
        options["pairs"] = pairs
    found: Metrics = model.evaluate(**options)  # type: ignore[attr-defined]
    return found


def runs_of(models: Sequence[Any], otherwise: str) -> Tuple[List[Path], List[str]]:
    """The folders of fitted estimators or paths, and names that tell them apart."""
    paths: List[Path] = []
    names: List[str] = []
    for model in models:
        if not is_path(model) and not isinstance(model, Estimator):
            raise InputError(f"a {type(model).__name__} {otherwise}", "pass fitted estimators or paths of runs")
        paths.append(Path(model) if is_path(model) else model.run_)
        names.append(Path(model).name if is_path(model) else type(model).__name__)
    twice = {name for name in names if names.count(name) > 1}
    return paths, [f"{name} ({k + 1})" if name in twice else name for k, name in enumerate(names)]


class Comparison(Answer):
    """Runs side by side, with paired significance: what each reaches beyond the reference, user by user.

    Attributes
    ----------
    data : dict
        The whole document: settings that differ, cost, all metrics.
    """

    def __init__(self, data: Dict[str, Any], names: Sequence[str], metrics: Sequence[str]) -> None:
        order = sorted(data["comparisons"], key=lambda key: (metrics.index(key.split("@")[0]), int(key.split("@")[1])))
        data["comparisons"] = {key: data["comparisons"][key] for key in order}
        super().__init__(data)
        self._names = list(names)

    def _rows(self) -> Tuple[List[str], List[List[str]]]:
        paths = [run["run"] for run in self.data["runs"]]
        place = paths.index(self.data["reference"])
        others = [name for k, name in enumerate(self._names) if k != place]
        head = ["metric", "model", "mean", "difference", "95 % interval", "p (Holm)"]
        rows = []
        for metric, compared in self.data["comparisons"].items():
            own = compared[0]["reference_mean"] if compared else float("nan")
            rows.append([metric, self._names[place], f"{own:.4f}", "reference", "", ""])
            for name, one in zip(others, compared):
                interval = f"{one['low']:+.4f} to {one['high']:+.4f}"
                difference, p = f"{one['difference']:+.4f}", f"{one['p_adjusted']:.4f}"
                rows.append(["", name, f"{one['mean']:.4f}", difference, interval, p])
        return head, rows

    def __repr__(self) -> str:
        users = self.data["users"]
        text = text_table(*self._rows()) + (f"{users:,} users" if users is not None else "")
        return "\n".join([text, *self._remarks()])

    def _repr_html_(self) -> str:
        return html_table(*self._rows()) + "".join(f"<p>{escape(line)}</p>" for line in self._remarks())

    def _remarks(self) -> List[str]:
        """What sets the runs apart: the pairs that they learned from, and settings."""
        pairs = [run["pairs_learned_from"] for run in self.data["runs"]]
        lines = []
        if len(set(pairs)) > 1:
            told = ", ".join(f"{name} {n:,}" for name, n in zip(self._names, pairs))
            lines.append(f"they learned from different numbers of pairs: {told}")
        if len({run["model"] for run in self.data["runs"]}) == 1:
            for setting, values in self.data["settings_that_differ"].items():
                lines.append(f"{setting}: " + ", ".join(f"{name} {value}" for name, value in zip(self._names, values)))
        return lines


def compare(
    *models: Any,
    metrics: Sequence[str] = ("recall", "ndcg"),
    at: Union[int, Sequence[int], None] = None,
    reference: str = "first",
    seed: int = 0,
    n_threads: int = 0,
) -> Comparison:
    """Compares recommenders that were fitted on the same data, user by user.

    Parameters
    ----------
    *models : estimator or path
        Two or more, fitted, with the same test part.
    metrics : sequence of str
        Such as ``recall``, ``ndcg``, ``hit_ratio``, ``mrr``, ``map``, ``precision``.
    at : int or sequence of int, optional
        Lengths of lists; by default the first that all were judged at.
    reference : {'first', 'best'}
        With which of them the others are compared.
    seed : int
        Of the resamples and permutations.
    n_threads : int
        Threads to use; 0: as many as there are cores.

    Returns
    -------
    Comparison
        Means, differences with bootstrap intervals, p-values of permutation tests, corrected by Holm.
    """
    if reference not in ("first", "best"):
        raise InputError(f"`reference` is `{reference}`, expected first or best")
    paths, names = runs_of(models, "cannot be compared")
    cutoffs = None if at is None else cutoffs_of(at)
    best = reference == "best"
    wanted = [metrics] if isinstance(metrics, str) else list(metrics)
    told = _core.compare(paths, best, wanted, cutoffs, seed_of(seed), threads_of(n_threads))
    return Comparison(json.loads(told), names, wanted)


class Leaderboard(Answer):
    """Many models on one split, the best first.

    Attributes
    ----------
    data : dict
        The whole document: intervals, significance, cold items, settings, what failed and why.
    """

    def to_frame(self, output: Optional[str] = None) -> Any:
        """The rows as a table.

        Parameters
        ----------
        output : {'pandas', 'polars', 'arrow', 'numpy'}, optional

        Returns
        -------
        table
            ``model``, a column for each metric, ``fit_seconds``, ``search_seconds``, ``peak_bytes``.
        """
        rows = self.data["rows"]
        metrics = sorted(rows[0]["metrics"], key=place_of) if rows else []
        entries = np.empty(len(rows), dtype=object)
        entries[:] = [row["entry"] for row in rows]
        columns: Dict[str, np.ndarray] = {"model": entries}
        columns.update({name: np.array([row["metrics"][name] for row in rows]) for name in metrics})
        columns["fit_seconds"] = np.array([row["seconds"]["fit"] for row in rows])
        columns["search_seconds"] = np.array([row["seconds"]["search"] for row in rows])
        columns["peak_bytes"] = np.array([float(row["peak_rss_bytes"] or np.nan) for row in rows])
        return framed(columns, default_output(output))

    def _rows(self) -> Tuple[List[str], List[List[str]]]:
        first = self.data["at"][0]
        keys = [f"recall@{first}", f"ndcg@{first}"]
        rows = []
        for row in self.data["rows"]:
            interval = row["intervals"].get(keys[0])
            shown = f" ({interval['low']:.4f} to {interval['high']:.4f})" if interval else ""
            cells = [f"{row['metrics'][key]:.4f}" for key in keys]
            seconds = row["seconds"]
            rows.append([row["entry"], cells[0] + shown, cells[1], f"{seconds['search'] + seconds['fit']:.1f}"])
        return ["model", f"{keys[0]} (95 % interval)", keys[1], "seconds"], rows

    def __repr__(self) -> str:
        failed = "".join(f"{one['entry']} failed: {one['reason']}\n" for one in self.data["failed"])
        return text_table(*self._rows()) + failed

    def _repr_html_(self) -> str:
        return html_table(*self._rows())


def _name_of(model: Any) -> str:
    """The name of a model that is given by its name, its class, or an estimator without settings of its own."""
    if isinstance(model, str):
        return model
    kind = model if isinstance(model, type) else type(model)
    if not issubclass(kind, Estimator) or not kind._model:
        raise InputError(f"`{model}` is no model", "name it, such as `ease`, or pass its class, such as culet.EASE")
    if not isinstance(model, type) and repr(model) != f"{kind.__name__}()":
        hint = f"pass `{kind._model}`, or compare fitted estimators by culet.compare"
        raise InputError(f"a leaderboard searches settings itself, and {model} has its own", hint)
    return kind._model


def leaderboard(
    data: Any,
    models: Optional[Sequence[Any]] = None,
    *,
    graphs: Sequence[str] = ("true",),
    at: Sequence[int] = CUTOFFS,
    n_trials: Optional[int] = None,
    cold_at_most: int = 0,
    validation_share: float = 0.1,
    seed: int = 0,
    n_threads: int = 0,
    out: Optional[PathLike] = None,
    progress: Progress = None,
    **options: Any,
) -> Leaderboard:
    """Puts many models on one split: settings searched on withheld pairs, the test part looked at once for each.

    Parameters
    ----------
    data : Catalogue, table or path
        With a test part; :func:`split` makes one.
    models : sequence of str or classes, optional
        Names such as ``ease`` or ``kgin:softmax`` (a model with a preset), or classes such as ``culet.EASE``; by default all
        recommenders but those that take long.
    graphs : sequence of {'true', 'random', 'none'}
        Each model that can use a graph gets a row with each of these.
    at : sequence of int
        Lengths of lists; the first one decides.
    n_trials : int, optional
        Settings to try for each model; by default 8 for models that are fitted at once, and the defaults alone for others.
    cold_at_most : int
        Items with at most so many training pairs are cold, and judged apart.
    validation_share : float
        What is withheld of each user's training items, where the data have no validation part.
    seed, n_threads
        As of all estimators.
    out : path, optional
        A folder to keep the runs in; the same call goes on with it. By default nothing is kept.
    progress : bool or callable, optional
        As of :meth:`Recommender.fit`.
    **options
        As of :func:`catalogue`.

    Returns
    -------
    Leaderboard
    """
    import shutil

    catalog = data if isinstance(data, Catalogue) else catalogue(data, **options)
    listed = DEFAULT_MODELS if models is None else [models] if isinstance(models, (str, type, Estimator)) else models
    chosen = [_name_of(model) for model in listed]
    folder: Optional[Path] = None
    if out is None:
        folder, place = temporary_folder()
    else:
        place = Path(out)
    follower = Follower(progress, "leaderboard")
    try:
        told = _core.leaderboard(
            catalog._core, chosen, list(graphs), cutoffs_of(at), n_trials, cold_at_most, validation_share, seed_of(seed), threads_of(n_threads),
            place, follower,
        )  # fmt: skip
    finally:
        follower.close()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
    return Leaderboard(json.loads(told))


#: Those that take seconds on small data.
DEFAULT_MODELS = ("popularity", "item-knn", "rp3beta", "ease", "ease-sparse", "als", "bpr-mf", "softmax-mf", "lightgcn")
