"""Culet learns the many facets of the nodes of a graph, and puts them to work.

Recommenders learn from interactions of users with items and from a knowledge graph: ``culet.Auto().fit(interactions)``.
Models of networks learn vectors of nodes and likely links: ``culet.Asp2Vec().fit(edges)``. Tables of pandas, polars, pyarrow
and NumPy go in and come out, with your own ids.
"""

from __future__ import annotations

from ._core import __version__
from ._data import Catalogue, Network
from ._describe import Description, describe
from ._errors import CuletError, InputError, InternalError, NotFittedError, RunError, UnknownIdError
from ._frames import Frame
from ._judge import Comparison, Leaderboard, compare, evaluate, leaderboard
from ._load import load
from ._make import catalogue, network, read
from ._models import *  # noqa: F403
from ._models import __all__ as _MODELS
from ._node_model import NodeModel
from ._recommender import Recommender
from ._report import Plot, Report, plot, report
from ._show import Explanation, Facets, Metrics
from ._split import split, synth
from ._walks import Walks, walks

__all__ = [
    "__version__",
    *_MODELS,
    "Catalogue",
    "Comparison",
    "CuletError",
    "Description",
    "Explanation",
    "Facets",
    "Frame",
    "InputError",
    "InternalError",
    "Leaderboard",
    "Metrics",
    "Network",
    "NodeModel",
    "NotFittedError",
    "Plot",
    "Recommender",
    "Report",
    "RunError",
    "UnknownIdError",
    "Walks",
    "catalogue",
    "compare",
    "describe",
    "evaluate",
    "leaderboard",
    "load",
    "network",
    "plot",
    "read",
    "report",
    "split",
    "synth",
    "walks",
]
