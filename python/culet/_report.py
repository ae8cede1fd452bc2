"""Runs to look at: a page of one or several, and plots alone."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any, Optional, Sequence, Union

from . import _core
from ._data import PathLike
from ._errors import InputError, RunError
from ._judge import runs_of
from ._settings import path_of, seed_of, threads_of, whole


class Report:
    """A page about runs: one file of HTML without anything from elsewhere. In a notebook it shows itself.

    Attributes
    ----------
    html : str
        The page.
    """

    def __init__(self, html: str) -> None:
        self.html = html

    def save(self, path: PathLike) -> Path:
        """Writes the page.

        Parameters
        ----------
        path : path
            Such as ``report.html``.

        Returns
        -------
        Path
            Where it stands now.
        """
        if path_of(path).suffix.lower() not in (".html", ".htm"):
            raise InputError(f"`{path}` is no name of a page", "let it end in `.html`")
        return _write(path, self.html.encode())

    def __repr__(self) -> str:
        return f"<culet.Report of {len(self.html.encode()) // 1000:,} kB; save('report.html') writes it>"

    def _repr_html_(self) -> str:
        frame = "width:100%;height:40rem;border:1px solid #8888"
        return f'<iframe title="report" style="{frame}" srcdoc="{escape(self.html)}"></iframe>'


class Plot:
    """A drawing of a run. In a notebook it shows itself.

    Attributes
    ----------
    svg : str
        As an SVG file.
    png : bytes
        As a PNG file, twice as many pixels as the SVG has units.
    description : str
        What is to be seen, in words.
    """

    def __init__(self, svg: str, png: bytes, description: str) -> None:
        self.svg = svg
        self.png = png
        self.description = description

    def save(self, path: PathLike) -> Path:
        """Writes the drawing, as the name ends: ``.svg`` or ``.png``.

        Parameters
        ----------
        path : path

        Returns
        -------
        Path
            Where it stands now.
        """
        ending = path_of(path).suffix.lower()
        if ending not in (".svg", ".png"):
            raise InputError(f"`{path}` is no name of a drawing", "let it end in `.svg` or `.png`")
        return _write(path, self.svg.encode() if ending == ".svg" else self.png)

    def __repr__(self) -> str:
        return f"<culet.Plot: {self.description}>"

    def _repr_svg_(self) -> str:
        return self.svg


def _write(path: PathLike, data: bytes) -> Path:
    target = path_of(path)
    try:
        target.write_bytes(data)
    except OSError as error:
        raise RunError(f"cannot write `{target}`: {error.strerror or error}", "is there room, and may you write?") from error
    return target


def report(
    *models: Any,
    controls: Union[str, Sequence[str]] = ("popularity", "item-knn"),
    map: str = "pca",
    of: Optional[str] = None,
    colour: str = "facet",
    points: int = 1000,
    seed: int = 0,
    n_threads: int = 0,
) -> Report:
    """Makes a page about fitted estimators: results, curves, intents or groups, a map, the data, the cost, the settings.

    Parameters
    ----------
    *models : estimator or path
        One, or several that were fitted on the same data, which are compared with the first.
    controls : sequence of str
        Models that stand beside a recommender: such as are fitted at once. An empty list: none.
    map : {'pca', 't-sne'}
        How vectors come into the plane.
    of : {'users', 'items'}, optional
        What the map of a recommender shows; by default users where the model learns intents, or else items.
    colour : str
        What its colours stand for: ``facet``, ``label``, ``type``, ``none``, or of items the name of a relation.
    points : int
        Points of the map, at most.
    seed : int
        Of what is drawn at random.
    n_threads : int
        Threads to use; 0: as many as there are cores.

    Returns
    -------
    Report
        ``save`` writes it.
    """
    if not models:
        raise InputError("a report is about a fitted estimator or a run", "pass one, or several")
    paths, names = runs_of(models, "has no run")
    beside = [controls] if isinstance(controls, str) else list(controls)
    n = whole("points", points, 1, 100_000)
    html = _core.report(paths, names, beside, of, n, map, colour, seed_of(seed), threads_of(n_threads))
    return Report(html)


def plot(
    model: Any,
    what: str = "curves",
    *,
    map: str = "pca",
    of: Optional[str] = None,
    colour: str = "facet",
    points: int = 1000,
    seed: int = 0,
    n_threads: int = 0,
) -> Plot:
    """Draws one thing of a fitted estimator.

    Parameters
    ----------
    model : estimator or path
    what : {'curves', 'map', 'intents', 'relations', 'groups', 'activity', 'popularity'}
        Losses and metrics; the embedding; shares of intents; intents x relations; groups of a network; recall by how many items
        users took; targets found by how many users took the item.
    map, of, colour, points, seed, n_threads
        As of :func:`report`.

    Returns
    -------
    Plot
        ``save`` writes it, as SVG or PNG.
    """
    (path,), (name,) = runs_of([model], "has no run")
    n = whole("points", points, 1, 100_000)
    return Plot(*_core.plot(path, name, what, of, n, map, colour, seed_of(seed), threads_of(n_threads)))
