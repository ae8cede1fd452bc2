"""Catalogues and networks, and what makes, reads, describes and splits them."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, TypeVar, Union

import numpy as np

from . import _core
from ._errors import InputError, in_python
from ._fitted import pack, unpack
from ._frames import EDGES, FACTS, INTERACTIONS, LABELS, LINKS, default_output, framed, kind_of, source_of, text_table, whole_columns
from ._ids import as_array
from ._settings import as_json, heard, seed_of, threads_of, whole

log = logging.getLogger("culet")

PathLike = Union[str, "os.PathLike[str]"]
_Data = TypeVar("_Data", "Catalogue", "Network")


def is_path(value: Any) -> bool:
    """Whether this is the path of a file or folder."""
    return isinstance(value, (str, os.PathLike))


def _as_list(value: Any) -> List[Any]:
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
            ``parquet`` holds everything and is read back by :func:`read`; the others are for other programs.
        """
        for loss in self._core.write(Path(folder), format):
            log.warning("%s", loss)

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


_OF_CATALOGUES = ("format", "id_base", "columns", "min_rating", "attributes", "knowledge_graph", "links")
_OF_NETWORKS = ("directed", "typed_ids", "before", "nodes", "labels")


def read(path: PathLike, kind: Optional[str] = None, **options: Any) -> Union[Catalogue, Network]:
    """Reads a catalogue or a network from files.

    Parameters
    ----------
    path : path
        A table of users and items, a folder or zip in a format of the field (KGAT, RecBole, RippleNet, MovieLens, ...),
        Parquet, Arrow, a sparse matrix; or an edge list or a folder with one. What it is, is found out.
    kind : {'catalogue', 'network'}, optional
        Told instead of found out.
    **options
        Of catalogues: ``format``, ``columns`` (``"user=customer,item=sku"``), ``header``, ``delimiter``, ``min_rating``,
        ``skip_missing``, ``attributes``, ``knowledge_graph``, ``links`` (paths). Of networks: ``directed``, ``columns``,
        ``header``, ``delimiter``, ``typed_ids``, ``before``, ``nodes``, ``labels``.

    Returns
    -------
    Catalogue or Network

    Raises
    ------
    InputError
        With file and line, if something cannot be understood.
    """
    path = Path(path)
    if kind is None:
        kind = "catalogue" if any(name in options for name in _OF_CATALOGUES) else None
        kind = "network" if kind is None and any(name in options for name in _OF_NETWORKS) else kind
        kind = kind or _core.detect(path)
    if kind == "network":
        return _told(Network(heard(_options(options, _NETWORK), lambda said: _core.Network.read(path, said))))
    if kind != "catalogue":
        raise InputError(f"`kind` is `{kind}`, expected catalogue or network")
    return _told(Catalogue(heard(_options(_files(options), _CATALOGUE), lambda said: _core.Catalogue.read(path, said))))


_CATALOGUE = {
    "format", "id_base", "columns", "header", "delimiter", "min_rating", "skip_missing", "attributes", "graphs", "links",
}  # fmt: skip
_NETWORK = {"directed", "columns", "header", "delimiter", "typed_ids", "before", "nodes", "labels"}


def _files(options: Mapping[str, Any]) -> Dict[str, Any]:
    """Options about files beside the interactions, as lists of paths."""
    found = dict(options)
    if "knowledge_graph" in found:
        found["graphs"] = found.pop("knowledge_graph")
    for name in ("attributes", "graphs", "links"):
        if name in found:
            found[name] = [str(path) for path in _as_list(found[name])]
    if isinstance(found.get("columns"), Mapping):
        found["columns"] = ",".join(f"{what}={name}" for what, name in found["columns"].items())
    return found


def _options(options: Mapping[str, Any], known: "set[str]") -> Dict[str, Any]:
    for name in options:
        if name not in known:
            shown = ", ".join(sorted(name.replace("graphs", "knowledge_graph") for name in known))
            raise InputError(f"there is no option `{name}`", f"the options are {shown}")
    given = {name: value for name, value in options.items() if value is not None}
    if isinstance(given.get("columns"), Mapping):
        given["columns"] = ",".join(f"{what}={name}" for what, name in given["columns"].items())
    return given


def _told(data: _Data) -> _Data:
    for note in data.notes:
        log.info("%s: %s", data.name, note)
    return data


def catalogue(
    interactions: Any,
    knowledge_graph: Any = None,
    *,
    valid: Any = None,
    test: Any = None,
    attributes: Any = None,
    links: Any = None,
    columns: Optional[Mapping[str, str]] = None,
    min_rating: Optional[float] = None,
    skip_missing: bool = False,
    name: str = "data",
) -> Catalogue:
    """Makes a catalogue of tables in memory.

    Parameters
    ----------
    interactions : table
        A user and an item a row, and perhaps a rating and a time: a frame of pandas or polars, a table of pyarrow, a
        dictionary of columns, an array ``[n, 2]`` to ``[n, 4]``, a list of rows, or a sparse matrix of users and items.
        Columns are found by their names (``user``, ``user_id``, ``item``, ``product_id``, ``rating``, ``timestamp``, ...).
        Or the path of a file or folder.
    knowledge_graph : table or list of tables, optional
        Facts: head, relation, tail. An id of a fact that is one of an item is the item, unless `links` tell.
    valid, test : table, optional
        Pairs to choose by and to judge by.
    attributes : table or list of tables, optional
        A row an item; each column becomes a relation of the graph.
    links : table or list of tables, optional
        Which entity of the graph stands for which item.
    columns : mapping, optional
        What the columns of the interactions are called, such as ``{"user": "customer_id", "item": "sku"}``.
    min_rating : float, optional
        Leaves out interactions with a lower rating.
    skip_missing : bool
        Leaves out and counts rows with a missing id, which are errors otherwise.
    name : str
        A short name for messages and runs.

    Returns
    -------
    Catalogue
    """
    if isinstance(interactions, Catalogue):
        beside = {"knowledge_graph": knowledge_graph, "valid": valid, "test": test, "attributes": attributes, "links": links}
        extra = [what for what, table in beside.items() if table is not None]
        if extra:
            raise InputError(f"a Catalogue is whole, and `{extra[0]}` is given beside it", "pass the tables instead")
        return interactions
    if isinstance(interactions, Network):
        raise InputError("a network holds no users and items", "fit a model of networks, such as culet.Asp2Vec")
    tables, files = _beside(attributes, knowledge_graph, links)
    options: Dict[str, Any] = {"min_rating": min_rating, "skip_missing": skip_missing, **files}
    if is_path(interactions):
        return _from_path(interactions, tables, valid, test, columns, options)
    source = source_of(interactions, INTERACTIONS, "interactions", columns)
    told, judged = (
        None if part is None else source_of(part, INTERACTIONS, what, columns) for what, part in (("valid", valid), ("test", test))
    )
    beside_it = (tables["attributes"], tables["graphs"], tables["links"])
    core = heard(
        _options(options, _CATALOGUE), lambda said: _core.Catalogue.of_tables(name, source, told, judged, *beside_it, said)
    )
    return _told(Catalogue(core, _whole_ids(source, "interactions"), kind_of(interactions)))


def _beside(attributes: Any, knowledge_graph: Any, links: Any) -> Tuple[Dict[str, List[Tuple[str, Any]]], Dict[str, List[str]]]:
    """What stands beside interactions: tables by their names, and the paths of files."""
    tables: Dict[str, List[Tuple[str, Any]]] = {}
    files: Dict[str, List[str]] = {}
    # Lists of rows are one table, lists of tables several.
    for what, given, names in (
        ("attributes", attributes, INTERACTIONS),
        ("graphs", knowledge_graph, FACTS),
        ("links", links, LINKS),
    ):
        shown = what.replace("graphs", "knowledge_graph")
        all_given = _as_list(given)
        files[what] = [str(one) for one in all_given if is_path(one)]
        sources = [source_of(one, names, shown) for one in all_given if not is_path(one)]
        tables[what] = [(shown if len(sources) == 1 else f"{shown} {k + 1}", one) for k, one in enumerate(sources)]
    return tables, files


def _from_path(
    path: PathLike, tables: Mapping[str, Any], valid: Any, test: Any, columns: Any, options: Dict[str, Any]
) -> Catalogue:
    for what, beside in (("valid", valid), ("test", test), *tables.items()):
        if beside is not None and beside != []:
            raise InputError(
                f"`{what}` is a table, and the interactions are a file",
                "pass both as files or both as tables; `valid` and `test` stand in the folder as files of that name",
            )
    options["columns"] = columns
    core = heard(_options(_files(options), _CATALOGUE), lambda said: _core.Catalogue.read(Path(path), said))
    return _told(Catalogue(core))


def _whole_ids(source: Any, of: str) -> Tuple[bool, bool]:
    """Whether the ids of either end are whole numbers in the caller's table."""
    whole = whole_columns(source)
    names = list(whole)
    places = _core.id_columns(names, of)
    return tuple(place is not None and whole[names[place]] for place in places)  # type: ignore[return-value]


def network(
    edges: Any,
    *,
    directed: Optional[bool] = None,
    nodes: Any = None,
    labels: Any = None,
    valid: Any = None,
    valid_negatives: Any = None,
    test: Any = None,
    test_negatives: Any = None,
    columns: Optional[Mapping[str, str]] = None,
    typed_ids: Optional[bool] = None,
    name: str = "network",
) -> Network:
    """Makes a network of tables in memory.

    Parameters
    ----------
    edges : table
        A source and a target a row, and perhaps a relation, a weight and a time: a frame of pandas or polars, a table of
        pyarrow, a dictionary of columns, an array ``[n, 2]`` or ``[n, 3]``, a list of rows, a sparse adjacency matrix, or a
        graph of networkx. Or the path of a file or folder.
    directed : bool, optional
        Whether edges have a direction; by default they have none, and a graph of networkx tells.
    nodes : table, optional
        Columns ``id`` and perhaps ``type`` and ``name``.
    labels : table, optional
        A node and a label a row.
    valid, valid_negatives, test, test_negatives : table, optional
        Edges to choose by and to judge by, and pairs without an edge beside them.
    columns : mapping, optional
        What the columns of the edges are called, such as ``{"source": "from_id", "target": "to_id"}``.
    typed_ids : bool, optional
        Whether ids are ``TYPE:ID``; found out by default.
    name : str
        A short name for messages and runs.

    Returns
    -------
    Network
    """
    if isinstance(edges, Network):
        return edges
    if isinstance(edges, Catalogue):
        raise InputError("a catalogue is no network", "fit a recommender, such as culet.Auto")
    options: Dict[str, Any] = {"directed": directed, "typed_ids": typed_ids}
    if is_path(edges):
        for what, beside in (("valid", valid), ("valid_negatives", valid_negatives), ("test", test), ("test_negatives", test_negatives)):
            if beside is not None:
                raise InputError(f"`{what}` is a table, and the edges are a file", "it stands in the folder as a file")
        options.update(nodes=nodes, labels=labels, columns=columns)
        return _told(Network(heard(_options(options, _NETWORK), lambda said: _core.Network.read(Path(edges), said))))
    if directed is None and callable(getattr(edges, "is_directed", None)):
        options["directed"] = bool(edges.is_directed())
    source = source_of(edges, EDGES, "edges", columns)
    beside = (("nodes", nodes, ("id", "type", "name")), ("labels", labels, LABELS))
    types, groups = (None if table is None else source_of(table, names, what) for what, table, names in beside)
    parts = [(None, "train_negatives"), (valid, "valid"), (valid_negatives, "valid_negatives")]
    parts += [(test, "test"), (test_negatives, "test_negatives")]
    sources = [None if table is None else source_of(table, EDGES, what) for table, what in parts]
    core = heard(_options(options, _NETWORK), lambda said: _core.Network.of_tables(name, source, types, groups, sources, said))
    return _told(Network(core, all(_whole_ids(source, "edges")), kind_of(edges)))


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
        self._text = text

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
        data = read(data, **options) if is_path(data) else catalogue(data, **options)
    return Description(*data._core.describe(bool(estimates), threads_of(n_threads)))


def split(data: Any, by: Optional[str] = None, *, seed: int = 0, **settings: Any) -> Any:
    """Splits a catalogue or a network into parts to train, validate and test on.

    Parameters
    ----------
    data : Catalogue, Network, path or table
        Splits by ``last`` and ``time`` need the times of a table or file; a Catalogue has none.
    by : {'random', 'last', 'time', 'cold-items', 'cold-users'}, optional
        Of catalogues: a share of each user's items; the last items of each user; everything from a time on; all pairs of
        a share of the items or users. By default ``random``.
    seed : int
        The same seed gives the same parts.
    **settings
        ``test_share``, ``valid_share``. Of catalogues also ``test_items``, ``valid_items``, ``cut``, ``valid_cut``,
        ``k_core``, and what :func:`catalogue` takes; of networks ``keep``, ``negatives``, ``negatives_per_edge``,
        ``relation``, ``whole_nodes``.

    Returns
    -------
    Catalogue or Network
        With the parts ``train``, ``valid`` and ``test``.
    """
    if isinstance(data, Network):
        if by is not None:
            raise InputError("`by` is about catalogues, and this is a network", "leave it out")
        plan = {
            "test_share": 0.5, "valid_share": 0.0, "keep": None, "negatives": None, "negatives_per_edge": 1,
            "relation": None, "whole_nodes": None, "seed": seed_of(seed),
        }  # fmt: skip
        parted, _ = heard(_filled(plan, settings), data._core.split)
        return _told(Network(parted, data._whole, data._output))
    plan = dict.fromkeys(("test_share", "valid_share", "test_items", "valid_items", "cut", "valid_cut", "k_core"))
    given = {name: settings.pop(name) for name in list(settings) if name in plan}
    for name in ("cut", "valid_cut"):
        if given.get(name) is not None:
            given[name] = str(given[name])
    full = {**plan, **given, "by": "random" if by is None else by, "seed": seed_of(seed)}
    if isinstance(data, Catalogue):
        if settings:
            raise InputError(f"there is no setting `{next(iter(settings))}`", f"the settings are {', '.join(plan)}")
        core, _ = heard(full, data._core.split)
        whole, output = (data._whole["user"], data._whole["item"]), data._output
    elif is_path(data):
        options = as_json(_options(_files(settings), _CATALOGUE))
        core, _ = heard(full, lambda plan: _core.Catalogue.split_path(Path(data), options, plan))
        whole, output = (False, False), None
    else:
        columns = settings.pop("columns", None)
        source = source_of(data, INTERACTIONS, "interactions", columns)
        tables, files = _beside(*(settings.pop(key, None) for key in ("attributes", "knowledge_graph", "links")))
        name = settings.pop("name", "data")
        options = as_json(_options({**settings, **files}, _CATALOGUE))
        beside_it = (tables["attributes"], tables["graphs"], tables["links"])
        core, _ = heard(full, lambda plan: _core.Catalogue.split_tables(name, source, *beside_it, options, plan))
        whole, output = _whole_ids(source, "interactions"), kind_of(data)
    return _told(Catalogue(core, whole, output))


def _filled(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> Dict[str, Any]:
    for name in given:
        if name not in defaults:
            raise InputError(f"there is no setting `{name}`", f"the settings are {', '.join(defaults)}")
    return {**defaults, **given}


def synth(kind: str = "catalogue", *, seed: int = 0, **settings: Any) -> Any:
    """Generates a catalogue of films whose users follow planted intents, or a network with planted groups.

    Parameters
    ----------
    kind : {'catalogue', 'network'}
    seed : int
        The same seed gives the same data.
    **settings
        Of a catalogue ``n_users``, ``n_items``, ``n_interactions``, ``n_intents``, ``noise``, ``test_share``, ...; of a
        network ``n_nodes``, ``n_groups``, ``overlap``, ``mean_degree``, ``mixing``, ``directed``, ....

    Returns
    -------
    Catalogue or Network
        A network has its groups as labels.
    """
    if kind == "network":
        return Network(heard(settings, lambda config: _core.Network.synth(config, seed_of(seed))))
    if kind != "catalogue":
        raise InputError(f"`kind` is `{kind}`, expected catalogue or network")
    core, truth = heard({**settings, "seed": seed_of(seed)}, _core.Catalogue.synth)
    made = Catalogue(core)
    made.planted = json.loads(truth)  # type: ignore[attr-defined]
    return made


class Walks:
    """Random walks over a network, made anew each time they are gone through: what gensim's ``Word2Vec`` takes.

    Iterating yields a walk at a time as a list of node ids.

    Attributes
    ----------
    n_walks : int
        How many there are.
    """

    #: Walks that are made at once, at least.
    _BLOCK = 1 << 16

    def __init__(self, network: Network, course: Dict[str, Any], seed: int) -> None:
        self._network = network
        self._length: int = course["length"]
        self._course = as_json(course)
        self._seed = seed_of(seed)
        self.n_walks: int = heard(course, network._core.n_walks)
        self._ids: Optional[np.ndarray] = None

    def __len__(self) -> int:
        return self.n_walks

    def blocks(self) -> Iterator[Tuple[np.ndarray, np.ndarray]]:
        """Goes through the walks in blocks, by numbers of nodes: the places in ``node_ids`` of the network.

        Yields
        ------
        nodes : ndarray of uint32
            The nodes of the walks, one after another.
        offsets : ndarray of uint32, [n_walks_of_the_block + 1]
            Where each walk begins, and the end.
        """
        # At most a quarter of a gigabyte, however long the walks are.
        step = max(min(max(self._BLOCK, self._network.n_nodes), (1 << 26) // self._length), 1)
        for first in range(0, self.n_walks, step):
            yield self._network._core.walks(self._course, self._seed, first, first + step)

    def __iter__(self) -> Iterator[List[Any]]:
        if self._ids is None:
            self._ids = self._network.node_ids
        for nodes, offsets in self.blocks():
            # Lists: gensim's threads stop at an array, and it waits for them forever.
            named = self._ids[nodes].tolist()
            ends = offsets.tolist()
            for begin, end in zip(ends, ends[1:]):
                yield named[begin:end]

    def __repr__(self) -> str:
        return f"<Walks {self.n_walks:,} over {self._network.name}>"


def walks(
    edges: Any,
    *,
    walks_per_node: int = 10,
    length: int = 80,
    p: float = 1.0,
    q: float = 1.0,
    metapath: Optional[Sequence[str]] = None,
    dead_end: str = "stop",
    seed: int = 0,
    **options: Any,
) -> Walks:
    """Random walks over a network.

    Parameters
    ----------
    edges : Network, path or table
        As of :func:`network`.
    walks_per_node : int
        How often each node is a start.
    length : int
        Nodes of a walk, the start included.
    p, q : float
        node2vec's return and in-out parameters; 1 and 1 are uniform walks, or by weight where edges have weights.
    metapath : sequence of str, optional
        Types of nodes to walk along, such as ``["author", "paper", "author"]``.
    dead_end : {'stop', 'back', 'undirected'}
        What happens in a directed network where no edge leads on.
    seed : int
        The same seed gives the same walks.
    **options
        As of :func:`network`.

    Returns
    -------
    Walks
        Can be gone through again and again; each walk is a list of ids.

    Examples
    --------
    >>> import culet
    >>> walks = culet.walks([("a", "b"), ("b", "c")], walks_per_node=2, length=4)
    >>> len(walks), [len(walk) for walk in walks]
    (6, [4, 4, 4, 4, 4, 4])
    """
    course = {
        "walks_per_node": whole("walks_per_node", walks_per_node, 1, 2**32 - 1),
        "length": whole("length", length, 1, 2**26), "p": p, "q": q,
        "metapath": None if metapath is None else list(metapath), "dead_end": dead_end,
    }  # fmt: skip
    return Walks(network(edges, **options), course, seed)
