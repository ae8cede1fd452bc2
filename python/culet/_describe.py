"""What a data set holds."""

from __future__ import annotations

import json
from typing import Any, Dict, Optional

from ._data import Catalogue, Network, is_path
from ._errors import in_python
from ._frames import is_graph, text_table
from ._make import catalogue, network, read
from ._settings import threads_of


class Description:
    """What a data set holds; prints as text.

    Attributes
    ----------
    data : dict
        All numbers, as ``culet data describe --json`` tells them.
    training : dict or None
        What each model would take in time and memory, by a measurement of this machine.
    """

    def __init__(self, document: str, text: str) -> None:
        told = json.loads(document)
        self.data: Dict[str, Any] = told["description"]
        self.training: Optional[Dict[str, Any]] = told["training"]
        self._text = in_python(text)

    def __repr__(self) -> str:
        text = self._text.rstrip("\n")
        if self.training is not None:
            rows = [
                [one["model"], f"{one['most_s']:.1f} s", f"{one['bytes'] / 1e6:,.0f} MB"] for one in self.training["models"]
            ]
            text += f"\n\ntraining on {self.training['threads']} threads, about\n"
            text += text_table(["model", "at most", "memory"], rows).rstrip("\n")
        return text


def describe(data: Any, *, estimates: bool = False, n_threads: int = 0, **options: Any) -> Description:
    """Tells what a data set holds, as it was understood.

    Parameters
    ----------
    data : Catalogue, Network, path or table
        Paths are read by :func:`read`, tables as interactions.
    estimates : bool
        Measures this machine for a quarter of a second, and tells what each model would take.
    n_threads : int
        Threads that the estimates are for; 0: as many as there are cores.
    **options
        As of :func:`read` or :func:`catalogue`.

    Returns
    -------
    Description
    """
    if not isinstance(data, (Catalogue, Network)):
        make = read if is_path(data) else network if is_graph(data) else catalogue
        data = make(data, **options)
    return Description(*data._core.describe(bool(estimates), threads_of(n_threads)))
