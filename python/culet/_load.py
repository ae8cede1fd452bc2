"""From a run folder to the estimator that wrote it."""

from __future__ import annotations

import os
from typing import Any, Union

from ._errors import InputError
from ._fitted import Fitted
from ._settings import path_of, threads_of


def load(path: Union[str, "os.PathLike[str]"], *, n_threads: int = 0, ids: str = "auto") -> Any:
    """Opens a run folder, written by ``save`` or by the program ``culet``.

    Parameters
    ----------
    path : path
        The folder.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    ids : {'auto', 'int', 'str'}
        As what ids are returned: as those of the data it was fitted on, as whole numbers where all are, or as texts.

    Returns
    -------
    estimator
        Fitted, of the class of its model.
    """
    from . import _models

    if ids not in ("auto", "int", "str"):
        raise InputError(f"`ids` is `{ids}`, expected auto, int or str")
    whole = None if ids == "auto" else dict.fromkeys(("user", "item", "node"), ids == "int")
    n_threads = threads_of(n_threads)
    fitted = Fitted(path_of(path), n_threads, whole)
    kind = _models.BY_NAME.get(fitted.manifest["model"])
    if kind is None:
        raise InputError(f"`{path}` holds a model `{fitted.manifest['model']}`, which this version does not know")
    config = fitted.manifest["config"]
    names = {kind._renamed.get(name, name): name for name in kind._names()}
    told = {**config.get("training", {}), **config.get("model", {})}
    params = {names[name]: value for name, value in told.items() if name in names}
    if "at" in names and fitted.manifest["protocol"].get("cutoffs"):
        params["at"] = tuple(fitted.manifest["protocol"]["cutoffs"])
    if "graph" in names:
        params["graph"] = config.get("graph", "true")
    params.update(seed=fitted.manifest["seed"], n_threads=n_threads)
    loaded = kind(**params)
    loaded._fit = fitted
    return loaded
