"""Catalogues and networks in memory."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any, List, Mapping, Optional, Tuple, TypeVar, Union

import numpy as np

from . import _core
from ._errors import InputError, in_python
from ._fitted import pack, unpack, write_note
from ._frames import (
    FACTS,
    default_output,
    framed,
)
from ._ids import as_array
from ._settings import as_json

log = logging.getLogger("culet")

PathLike = Union[str, "os.PathLike[str]"]
_Data = TypeVar("_Data", "Catalogue", "Network")


def is_path(value: Any) -> bool:
    """Whether this is the path of a file or folder."""
    return isinstance(value, (str, os.PathLike))


def as_list(value: Any) -> List[Any]:
    """One table or path, or several, as a list."""
    if value is None:
        return []
    if isinstance(value, list) and not (value and isinstance(value[0], (tuple, list))):
        return value
    if isinstance(value, tuple) and value and all(is_path(one) or hasattr(one, "columns") for one in value):
        return list(value)
    return [value]


class Catalogue:
    """Interactions of users with items, and a knowledge graph of facts about the items.

    Made by :func:`read`, :func:`catalogue`, :func:`split` and :func:`synth`; passed to ``fit`` of a recommender.

    Attributes
    ----------
    name : str
        A short name.
    n_users, n_items, n_entities, n_relations, n_facts : int
        Counts; items are the first entities.
    n_train, n_valid, n_test : int
        Distinct pairs of each part.
    notes : list of str
        What the reader noticed and a person should know.
    fingerprint : str
        What identifies the data; two catalogues with the same fingerprint are the same.
    """

    def __init__(self, core: "_core.Catalogue", whole: Tuple[bool, bool] = (False, False), output: Optional[str] = None):
        self._core = core
        self._whole = {"user": whole[0], "item": whole[1]}
        self._output = output
        counts = core.counts
        self.n_users, self.n_items, self.n_entities, self.n_relations, self.n_facts = counts[:5]
        self.n_train, self.n_valid, self.n_test = counts[5:]

    @property
    def name(self) -> str:
        return self._core.name

    @property
    def notes(self) -> List[str]:
        return [in_python(note) for note in self._core.notes]

    @property
    def fingerprint(self) -> str:
        return self._core.fingerprint

    @property
    def user_ids(self) -> np.ndarray:
        """The ids of the users, ``[n_users]``."""
        return as_array(self._core.ids("user"), self._whole["user"])

    @property
    def item_ids(self) -> np.ndarray:
        """The ids of the items, ``[n_items]``."""
        return as_array(self._core.ids("item"), self._whole["item"])

    @property
    def train(self) -> Any:
        """The training pairs as a frame ``user_id, item_id``."""
        return self._pairs("train")

    @property
    def valid(self) -> Any:
        """The validation pairs as a frame ``user_id, item_id``."""
        return self._pairs("valid")

    @property
    def test(self) -> Any:
        """The test pairs as a frame ``user_id, item_id``."""
        return self._pairs("test")

    @property
    def facts(self) -> Any:
        """The knowledge graph as a frame ``head, relation, tail`` of external ids."""
        triplets = self._core.facts()
        entities = as_array(self._core.ids("entity"), False)
        relations = as_array(self._core.ids("relation"), False)
        columns = (entities[triplets[:, 0]], relations[triplets[:, 1]], entities[triplets[:, 2]])
        return framed(dict(zip(FACTS, columns)), default_output(self._output))

    def _pairs(self, part: str) -> Any:
        users, items = self._core.pairs(part)
        return framed({"user_id": self.user_ids[users], "item_id": self.item_ids[items]}, default_output(self._output))

    def save(self, folder: PathLike, format: str = "parquet") -> None:
        """Writes the catalogue into a new folder.

        Parameters
        ----------
        folder : path
            Must be new or empty.
        format : {'parquet', 'kgat', 'recbole', 'table'}
            ``parquet`` holds everything but times and ratings, and is read back by :func:`read`; the others are for other
            programs, and what they do not hold is logged.
        """
        for loss in self._core.write(Path(folder), format):
            log.warning("the format `%s` does not hold: %s", format, loss)
        if format == "parquet":
            write_note(Path(folder), self._whole, self._output)

    def __deepcopy__(self, memo: Any) -> "Catalogue":
        # Nothing in it changes.
        return self

    def __reduce__(self) -> Tuple[Any, ...]:
        return _catalogue_of_bytes, (_as_bytes(self), self.name, self._whole, self._output)

    def __repr__(self) -> str:
        parts = f"{self.n_train:,} training pairs"
        parts += f", {self.n_valid:,} to validate" if self.n_valid else ""
        parts += f", {self.n_test:,} to test" if self.n_test else ""
        facts = f"; {self.n_facts:,} facts" if self.n_facts else ""
        return f"<Catalogue {self.name}: {self.n_users:,} users, {self.n_items:,} items; {parts}{facts}>"


class Network:
    """Nodes and edges, and pairs of nodes to judge by.

    Made by :func:`read`, :func:`network`, :func:`split` and :func:`synth`; passed to ``fit`` of a model of networks.

    Attributes
    ----------
    name : str
        A short name.
    n_nodes, n_edges : int
        Counts; an undirected edge counts once.
    is_directed : bool
        Whether edges have a direction.
    notes : list of str
        What the reader noticed and a person should know.
    """

    def __init__(self, core: "_core.Network", whole: bool = False, output: Optional[str] = None):
        self._core = core
        self._whole = whole
        self._output = output
        self.n_nodes, self.n_edges = core.counts[:2]

    @property
    def name(self) -> str:
        return self._core.name

    @property
    def notes(self) -> List[str]:
        return [in_python(note) for note in self._core.notes]

    @property
    def is_directed(self) -> bool:
        return self._core.is_directed

    @property
    def node_ids(self) -> np.ndarray:
        """The ids of the nodes, ``[n_nodes]``."""
        return as_array(self._core.ids(), self._whole)

    @property
    def edges(self) -> Any:
        """The training edges as a frame ``source, target`` and, where there are weights, ``weight``."""
        ids = self.node_ids
        sources, targets = self._core.edges()
        columns = {"source": ids[sources], "target": ids[targets]}
        weights = self._core.weights()
        if weights is not None:
            columns["weight"] = weights
        return framed(columns, default_output(self._output))

    @property
    def labels(self) -> Any:
        """The labels as a frame ``node, label``, or None."""
        found = self._core.labels()
        if found is None:
            return None
        return framed({"node": self.node_ids[found[0]], "label": as_array(found[1], False)}, default_output(self._output))

    def pairs(self, part: str) -> Any:
        """The pairs of a part as a frame ``source, target``.

        Parameters
        ----------
        part : {'valid', 'valid_negatives', 'test', 'test_negatives', 'train_negatives'}
        """
        names = ("train_negatives", "valid", "valid_negatives", "test", "test_negatives")
        if part not in names:
            raise InputError(f"there is no part `{part}`", f"the parts are {', '.join(names)}")
        ids = self.node_ids
        sources, targets = self._core.pairs(names.index(part))
        return framed({"source": ids[sources], "target": ids[targets]}, default_output(self._output))

    def save(self, folder: PathLike) -> None:
        """Writes the network into a new folder of text files, which :func:`read` reads back."""
        self._core.write(Path(folder))

    def __deepcopy__(self, memo: Any) -> "Network":
        # Nothing in it changes.
        return self

    def __reduce__(self) -> Tuple[Any, ...]:
        return _network_of_bytes, (_as_bytes(self), self.name, self.is_directed, self._whole, self._output)

    def __repr__(self) -> str:
        kind = "directed" if self.is_directed else "undirected"
        return f"<Network {self.name}: {self.n_nodes:,} nodes, {self.n_edges:,} {kind} edges>"


def _as_bytes(data: Any) -> bytes:
    """What `save` writes, as one archive."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="culet-") as folder:
        place = Path(folder) / "data"
        data.save(place)
        return pack(place)


def _catalogue_of_bytes(data: bytes, name: str, whole: Mapping[str, bool], output: Optional[str]) -> Catalogue:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="culet-") as folder:
        place = Path(folder) / name_of_folder(name)
        place.mkdir()
        unpack(data, place)
        return Catalogue(_core.Catalogue.read(place, "{}"), (whole["user"], whole["item"]), output)


def _network_of_bytes(data: bytes, name: str, is_directed: bool, whole: bool, output: Optional[str]) -> Network:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="culet-") as folder:
        place = Path(folder) / name_of_folder(name)
        place.mkdir()
        unpack(data, place)
        return Network(_core.Network.read(place, as_json({"directed": is_directed})), whole, output)


def name_of_folder(name: str) -> str:
    """A folder from which a reader takes this name, as far as a folder can be called that."""
    return name if name and name not in (".", "..") and not set(name) & set("/\\\0") and len(name) < 100 else "data"
