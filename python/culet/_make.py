"""From files and tables to catalogues and networks."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple, TypeVar, Union

from . import _core
from ._data import Catalogue, Network, PathLike, as_list, is_path
from ._errors import InputError, in_python
from ._fitted import read_note
from ._frames import (
    EDGES,
    FACTS,
    INTERACTIONS,
    LABELS,
    LINKS,
    Columns,
    columns_of,
    is_graph,
    kind_of,
    names_of,
    source_of,
    upper_half,
    whole_columns,
)
from ._settings import heard

log = logging.getLogger("culet")

_Data = TypeVar("_Data", Catalogue, Network)

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
        return told_of(Network(heard(options_of(options, OF_NETWORK), lambda said: _core.Network.read(path, said))))
    if kind != "catalogue":
        raise InputError(f"`kind` is `{kind}`, expected catalogue or network")
    core = heard(options_of(files_of(options), OF_CATALOGUE), lambda said: _core.Catalogue.read(path, said))
    return told_of(_noted(core, path))


def _noted(core: "_core.Catalogue", path: Path) -> Catalogue:
    """A catalogue with what was noted beside it when it was saved."""
    note = read_note(path) if path.is_dir() else {}
    noted = note.get("whole_ids")
    whole = noted if isinstance(noted, dict) else {}
    return Catalogue(core, (whole.get("user", False), whole.get("item", False)))


OF_CATALOGUE = {
    "format", "id_base", "columns", "header", "delimiter", "min_rating", "skip_missing", "attributes", "graphs", "links",
}  # fmt: skip
OF_NETWORK = {"directed", "columns", "header", "delimiter", "typed_ids", "before", "nodes", "labels"}


def files_of(options: Mapping[str, Any]) -> Dict[str, Any]:
    """Options about files beside the interactions, as lists of paths."""
    found = dict(options)
    if "knowledge_graph" in found:
        found["graphs"] = found.pop("knowledge_graph")
    for name in ("attributes", "graphs", "links"):
        if name in found:
            found[name] = [str(path) for path in as_list(found[name])]
    if isinstance(found.get("columns"), Mapping):
        found["columns"] = ",".join(f"{what}={name}" for what, name in found["columns"].items())
    return found


def options_of(options: Mapping[str, Any], known: "set[str]") -> Dict[str, Any]:
    for name in options:
        if name not in known:
            shown = ", ".join(sorted(name.replace("graphs", "knowledge_graph") for name in known))
            raise InputError(f"there is no option `{name}`", f"the options are {shown}")
    given = {name: value for name, value in options.items() if value is not None}
    if isinstance(given.get("columns"), Mapping):
        given["columns"] = ",".join(f"{what}={name}" for what, name in given["columns"].items())
    return given


def told_of(data: _Data) -> _Data:
    for note in data.notes:
        # Pairs that are learned from and judged by are no small thing.
        log.log(logging.WARNING if " share " in note else logging.INFO, "%s: %s", data.name, in_python(note))
    return data


def catalogue(
    interactions: Any,
    knowledge_graph: Any = None,
    *,
    valid: Any = None,
    test: Any = None,
    attributes: Any = None,
    links: Any = None,
    columns: Optional[Columns] = None,
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
    columns : mapping or str, optional
        What columns of the interactions are called, such as ``{"user": "customer_id", "item": "sku"}``; what is not named
        is found by usual names.
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
        _refuse_beside("Catalogue", {**beside, "columns": columns, "min_rating": min_rating, "skip_missing": skip_missing or None})
        return interactions
    if isinstance(interactions, Network):
        raise InputError("a network holds no users and items", "fit a model of networks, such as culet.Asp2Vec")
    tables, files = beside_of(attributes, knowledge_graph, links, columns)
    options: Dict[str, Any] = {"min_rating": min_rating, "skip_missing": skip_missing, **files}
    if is_path(interactions):
        return _from_path(interactions, tables, valid, test, columns, options)
    source = source_of(interactions, INTERACTIONS, "interactions", columns)
    told, judged = (
        None if part is None else source_of(part, INTERACTIONS, what, columns) for what, part in (("valid", valid), ("test", test))
    )
    beside_it = (tables["attributes"], tables["graphs"], tables["links"])
    core = heard(
        options_of(options, OF_CATALOGUE), lambda said: _core.Catalogue.of_tables(name, source, told, judged, *beside_it, said)
    )
    parts = [whole_ids(part, "interactions") for part in (source, told, judged) if part is not None]
    return told_of(Catalogue(core, (all(w[0] for w in parts), all(w[1] for w in parts)), kind_of(interactions)))


def _refuse_beside(what: str, beside: Mapping[str, Any]) -> None:
    """A thing that is whole takes nothing besides."""
    extra = [name for name, given in beside.items() if given is not None]
    if extra:
        maker = f"culet.{what.lower()}"
        raise InputError(f"a {what} is whole, and `{extra[0]}` is given beside it", f"pass tables, or all of it to {maker}")


def beside_of(
    attributes: Any, knowledge_graph: Any, links: Any, columns: Optional[Columns] = None
) -> Tuple[Dict[str, List[Tuple[str, Any]]], Dict[str, List[str]]]:
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
        all_given = as_list(given)
        files[what] = [str(one) for one in all_given if is_path(one)]
        sources = [source_of(one, names, shown, _item_of(one, what, columns)) for one in all_given if not is_path(one)]
        tables[what] = [(shown if len(sources) == 1 else f"{shown} {k + 1}", one) for k, one in enumerate(sources)]
    return tables, files


def _item_of(table: Any, what: str, columns: Optional[Columns]) -> Optional[Columns]:
    """The column of items of a table of attributes, where it is called as that of the interactions."""
    item = columns_of(columns).get("item") if columns is not None else None
    return {"item": item} if item is not None and what == "attributes" and item in names_of(table) else None


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
    core = heard(options_of(files_of(options), OF_CATALOGUE), lambda said: _core.Catalogue.read(Path(path), said))
    return told_of(_noted(core, Path(path)))


def whole_ids(source: Any, of: str) -> Tuple[bool, bool]:
    """Whether the ids of either end are whole numbers in the caller's table."""
    whole = whole_columns(source)
    names = list(whole)
    places = _core.usual_columns(names, of)[:2]
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
    columns: Optional[Columns] = None,
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
        beside_it = {"directed": directed, "nodes": nodes, "labels": labels, "valid": valid, "test": test, "columns": columns}
        negatives = {"valid_negatives": valid_negatives, "test_negatives": test_negatives, "typed_ids": typed_ids}
        _refuse_beside("Network", {**beside_it, **negatives})
        return edges
    if isinstance(edges, Catalogue):
        raise InputError("a catalogue is no network", "fit a recommender, such as culet.Auto")
    options: Dict[str, Any] = {"directed": directed, "typed_ids": typed_ids}
    if is_path(edges):
        for what, beside in (("valid", valid), ("valid_negatives", valid_negatives), ("test", test), ("test_negatives", test_negatives)):
            if beside is not None:
                raise InputError(f"`{what}` is a table, and the edges are a file", "it stands in the folder as a file")
        options.update(nodes=nodes, labels=labels, columns=columns)
        return told_of(Network(heard(options_of(options, OF_NETWORK), lambda said: _core.Network.read(Path(edges), said))))
    if directed is None and callable(getattr(edges, "is_directed", None)):
        options["directed"] = bool(edges.is_directed())
    source = source_of(upper_half(edges) if not options["directed"] else edges, EDGES, "edges", columns)
    if nodes is None and is_graph(edges):
        # Those without an edge stand in no row.
        nodes = {"id": list(edges.nodes)}
    beside = (("nodes", nodes, ("id", "type", "name")), ("labels", labels, LABELS))
    types, groups = (None if table is None else source_of(table, names, what) for what, table, names in beside)
    parts = [(None, "train_negatives"), (valid, "valid"), (valid_negatives, "valid_negatives")]
    parts += [(test, "test"), (test_negatives, "test_negatives")]
    sources = [None if table is None else source_of(table, EDGES, what) for table, what in parts]
    core = heard(options_of(options, OF_NETWORK), lambda said: _core.Network.of_tables(name, source, types, groups, sources, said))
    return told_of(Network(core, all(whole_ids(source, "edges")), kind_of(edges)))
