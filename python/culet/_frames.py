"""Tables of others in, tables of others out.

What comes in: frames of pandas and polars, tables of pyarrow, whatever exports an Arrow stream, dictionaries of columns,
structured arrays, arrays of two and more columns, lists of rows, sparse matrices of SciPy, graphs of networkx. None of
these libraries is imported unless its objects are at hand.
"""

from __future__ import annotations

import difflib
import json
import logging
import sys
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

from . import _core
from ._errors import InputError
from ._settings import shown

log = logging.getLogger("culet")

#: From what a column is to what it is called, as a mapping or a text such as `user=NAME,item=NAME`.
Columns = Union[Mapping[str, str], str]
SHAPE_OF_COLUMNS = '{"user": "customer_id", "item": "sku"}'

#: A column: its name, what it holds, and the values.
Column = Tuple[str, str, Any]

#: What rows of so many values without names mean.
INTERACTIONS = ("user", "item", "rating", "time")
EDGES = ("source", "target", "weight", "time")
ALL_OF_EDGES = (*EDGES, "relation")
FACTS = ("head", "relation", "tail")
LINKS = ("item", "entity")
LABELS = ("node", "label")


def library_of(table: Any) -> str:
    """The library that an object comes from: `pandas`, `polars`, `pyarrow`, `scipy`, `networkx`, ..."""
    return type(table).__module__.split(".", 1)[0]


def kind_of(table: Any) -> Optional[str]:
    """As what results are returned to someone who passes such a table: `pandas`, `polars`, `arrow`, or None."""
    library = library_of(table)
    return {"pandas": "pandas", "polars": "polars", "pyarrow": "arrow"}.get(library)


def source_of(table: Any, names: Sequence[str], what: str, columns: Optional[Columns] = None) -> Any:
    """What the compiled part reads a table from: an exporter of an Arrow stream, or a list of columns.

    Parameters
    ----------
    table : object
        Any of the tables listed above.
    names : sequence of str
        What the columns of rows without names are.
    what : str
        What messages call the table.
    columns : mapping, optional
        From what a column is (`user`) to what it is called in the table (`customer_id`); others are left out.
    """
    library = library_of(table)
    known = ALL_OF_EDGES if names is EDGES else names
    if library == "polars":
        return _of_polars(table, what, columns, known)
    if library == "pyarrow":
        return _of_arrow(table, what, columns, known)
    if library == "pandas":
        return _of_pandas(table, what, columns, known)
    if is_graph(table):
        return _of_graph(table)
    if hasattr(table, "tocoo"):
        return _of_sparse(table, names)
    if isinstance(table, Mapping):
        chosen = _chosen(dict(table), what, columns, known)
        _refuse_repeats(list(chosen), what)
        if not chosen:
            raise InputError(f"{what}: there are no columns", "pass a table with columns, such as user and item")
        return [column(str(name), values, what) for name, values in chosen.items()]
    if isinstance(table, np.ndarray):
        return _of_array(table, names, what, columns)
    if hasattr(table, "__arrow_c_stream__"):
        return _of_stream(table, what, columns, known)
    return _of_rows(table, names, what, columns)


def is_graph(table: Any) -> bool:
    """Whether this is a graph of networkx, or like one."""
    return library_of(table) == "networkx" or (callable(getattr(table, "edges", None)) and hasattr(table, "nodes"))


def whole_columns(source: Any) -> Dict[str, bool]:
    """Which columns of a source hold whole numbers, by name."""
    if isinstance(source, list):
        return {name: kind in ("int", "uint") or (kind == "object" and _all_whole(values)) for name, kind, values in source}
    schema = getattr(source, "schema", None)
    if schema is None:
        return {}
    if library_of(source) == "polars":
        return {name: kind.is_integer() for name, kind in schema.items()}
    values = {field.name: getattr(field.type, "value_type", field.type) for field in schema}
    return {name: str(kind).lstrip("u").startswith("int") for name, kind in values.items()}


def _all_whole(values: List[Any]) -> bool:
    """Whether all values are whole numbers; gaps, which may be left out, are none."""
    there = [value for value in values if not _is_gap(value)]
    return bool(there) and all(isinstance(value, int) and not isinstance(value, bool) for value in there)


def _is_gap(value: Any) -> bool:
    return value is None or isinstance(value, float) and value != value or type(value).__name__ in ("NAType", "NaTType")


def _of_stream(table: Any, what: str, columns: Optional[Columns], known: Sequence[str]) -> Any:
    """What exports an Arrow stream: by pyarrow if it is there, for it tells names and types."""
    try:
        import pyarrow
    except ImportError:
        if columns is not None:
            raise InputError(
                f"{what}: `columns` cannot rename those of a {type(table).__name__}", "rename them before"
            ) from None
        return table
    return _of_arrow(pyarrow.RecordBatchReader.from_stream(table).read_all(), what, columns, known)


def _chosen(table: Dict[Any, Any], what: str, columns: Optional[Columns], known: Sequence[str]) -> Dict[Any, Any]:
    if columns is None:
        return table
    return {new: table[old] for new, old in _renamed(list(table), what, columns, known).items()}


def columns_of(columns: Columns) -> Mapping[str, str]:
    """From what a column is to what it is called."""
    if isinstance(columns, str):
        parts = [part.partition("=") for part in columns.split(",")]
        if not all(sign for _, sign, _ in parts):
            raise InputError(f"`columns` is `{columns}`", f"write it as {SHAPE_OF_COLUMNS}")
        return {part.strip(): name.strip() for part, _, name in parts}
    if not isinstance(columns, Mapping):
        raise InputError("`columns` is no mapping", f"write it as {SHAPE_OF_COLUMNS}")
    return columns


def names_of(table: Any) -> Sequence[Any]:
    """The names of a table's columns, where it has names."""
    if isinstance(table, Mapping):
        return list(table)
    if isinstance(table, np.ndarray):
        return table.dtype.names or ()
    found = getattr(table, "column_names", None)
    return list(found if found is not None else getattr(table, "columns", ()))


def _renamed(names: Sequence[Any], what: str, columns: Columns, known: Sequence[str]) -> Dict[str, Any]:
    """The columns by their new names: those that `columns` names, and of the others all whose names are free."""
    columns = columns_of(columns)
    for part, name in columns.items():
        if part not in known:
            near = difflib.get_close_matches(str(part), known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"they may be {', '.join(known)}"
            raise InputError(f"`columns` says what `{part}` is, which no table has", hint)
        if name not in names:
            found = ", ".join(f"`{one}`" for one in names)
            raise InputError(f"{what}: there is no column `{name}`", f"the columns are {found}")
    renamed = dict(columns)
    for name in names:
        if name not in columns.values() and _role_of(str(name), known) not in columns:
            renamed[str(name)] = name
    return renamed


def _role_of(name: str, known: Sequence[str]) -> str:
    """What a column of this name is taken for, or else its name."""
    of = "interactions" if known is INTERACTIONS else "edges"
    usual = INTERACTIONS if known is INTERACTIONS else EDGES
    places = _core.usual_columns([name, "-", "--"], of)
    return next((role for role, place in zip(usual, places) if place == 0), name)


def _of_polars(table: Any, what: str, columns: Optional[Columns], known: Sequence[str]) -> Any:
    if hasattr(table, "collect"):
        table = table.collect()
    if not hasattr(table, "get_columns"):
        raise InputError(f"{what}: a {type(table).__name__} is no table", "pass a DataFrame")
    if columns is not None:
        chosen = _renamed(table.columns, what, columns, known)
        table = table.select([table[old].alias(new) for new, old in chosen.items()])
    _refuse_repeats(table.columns, what)
    odd = [name for name, kind in table.schema.items() if str(kind).startswith(_ODD_OF_POLARS)]
    if odd:
        log.info("%s: columns of types that are not read: %s; left out", what, ", ".join(f"`{name}`" for name in odd))
        table = table.drop(odd)
    for name, kind in table.schema.items():
        if str(kind).startswith(("List(", "Array(")):
            import polars

            table = table.with_columns(polars.Series(name, _listed(table[name].to_list()), dtype=polars.String))
    return table


#: Types of polars that cannot be handed over, or hold nothing that is read.
_ODD_OF_POLARS = ("Int128", "UInt128", "Float16", "Object", "Null", "Struct")


def _listed(values: List[Any]) -> List[Optional[str]]:
    return [None if value is None else _list_as_json(value) for value in values]


def _of_arrow(table: Any, what: str, columns: Optional[Columns], known: Sequence[str]) -> Any:
    for whole in ("read_all", "to_table"):
        # Readers and data sets.
        if not hasattr(table, "column_names") and hasattr(table, "schema") and hasattr(table, whole):
            table = getattr(table, whole)()
    if not hasattr(table, "column_names"):
        raise InputError(f"{what}: a {type(table).__name__} is no table", "pass a Table")
    if columns is not None:
        chosen = _renamed(table.schema.names, what, columns, known)
        table = table.select(list(chosen.values())).rename_columns(list(chosen))
    _refuse_repeats(table.schema.names, what)
    for place, field in enumerate(table.schema):
        if "list" in str(field.type).split("<")[0]:
            import pyarrow

            texts = pyarrow.array(_listed(table[field.name].to_pylist()), pyarrow.string())
            table = table.set_column(place, field.name, texts)
    return table


def _refuse_repeats(names: Sequence[Any], what: str) -> None:
    seen = set()
    for name in map(str, names):
        if not name.isascii():
            _text(name, f"{what}: the name of a column")
        if name in seen:
            raise InputError(f"{what}: several columns are called `{name}`", "name each column once")
        seen.add(name)


def _text(value: str, what: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(f"{what} is {value!a}, which is no text in Unicode") from None
    return value


def _of_pandas(table: Any, what: str, columns: Optional[Columns], known: Sequence[str]) -> List[Column]:
    if not hasattr(table, "columns"):
        raise InputError(f"{what}: a {type(table).__name__} is no table", "pass a DataFrame")
    _refuse_repeats(list(table.columns), what)
    if len(table.columns) == 0:
        raise InputError(f"{what}: there are no columns", "pass a table with columns, such as user and item")
    chosen = _renamed(list(table.columns), what, columns, known) if columns is not None else {str(c): c for c in table.columns}
    found = []
    for new, old in chosen.items():
        try:
            found.append(column(str(new), table[old], what))
        except _OddColumn as odd:
            if str(new) in _ends(list(chosen), what):
                raise
            log.info("%s; left out", odd.message)
    return found


def _ends(names: Sequence[Any], what: str) -> List[str]:
    """Those of the columns that hold ids."""
    told = [str(name) for name in names]
    of = "interactions" if what in ("interactions", "valid", "test", "pairs") else "edges"
    return [*FACTS, *(told[place] for place in _core.usual_columns(told, of)[:2] if place is not None)]


class _OddColumn(InputError):
    """A column of what no reader understands."""


def column(name: str, values: Any, what: str) -> Column:
    """A column as the compiled part reads it."""
    library = library_of(values)
    if isinstance(values, (str, bytes, Mapping, set, frozenset)) or not hasattr(values, "__len__") or hasattr(values, "columns"):
        # A set has no order, and what has no length may have no end.
        raise InputError(f"{what}: column `{name}` is a {type(values).__name__}", "pass a list or an array, one value a row")
    if library == "pandas":
        values = _series(values)
    elif library in ("polars", "pyarrow"):
        values = values.to_list() if hasattr(values, "to_list") else values.to_pylist()
    if isinstance(values, np.ma.MaskedArray):
        # What is masked is None.
        values = values.tolist()
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            raise InputError(f"{what}: column `{name}` has the shape {values.shape}", "pass one value a row")
        kind = values.dtype.kind
        if kind == "i":
            return name, "int", np.ascontiguousarray(values, dtype=np.int64)
        if kind == "u":
            return name, "uint", np.ascontiguousarray(values, dtype=np.uint64)
        if kind == "f":
            return name, "float", np.ascontiguousarray(values, dtype=np.float64)
        if kind == "b":
            return name, "bool", np.ascontiguousarray(values)
        if kind == "M":
            return name, "time", np.ascontiguousarray(values.astype("datetime64[us]").view(np.int64))
        if kind in "mcV":
            raise _odd(name, f"values of type {values.dtype}", what)
        values = values.tolist()
    return name, "object", _plain(name, list(values), what)


def _odd(name: str, holds: str, what: str) -> _OddColumn:
    return _OddColumn(f"{what}: column `{name}` holds {holds}", "texts, numbers, times and None are read: try `astype(str)`")


def _series(values: Any) -> Any:
    """A column of pandas as an array of NumPy or a list."""
    kind = values.dtype
    if isinstance(kind, np.dtype):
        return values.to_numpy()
    name = type(kind).__name__
    if name == "DatetimeTZDtype":
        return values.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    if getattr(kind, "kind", "O") in "iufb" and not values.isna().any():
        return values.to_numpy(dtype={"i": np.int64, "u": np.uint64, "f": np.float64, "b": np.bool_}[kind.kind])
    plain = values.astype(object)
    return plain.where(plain.notna(), None).to_numpy()


def _plain(name: str, values: List[Any], what: str) -> List[Any]:
    """A list of texts, numbers, and None; times as their text, lists as JSON."""
    if any(isinstance(value, np.generic) for value in values):
        values = [value.item() if isinstance(value, np.generic) else value for value in values]
    first = next((value for value in values if not _is_gap(value)), None)
    if isinstance(first, _LISTS):
        if name in _ends([name], what):
            raise _odd(name, f"lists (`{type(first).__name__}`), which are no ids", what)
        return _each(name, values, what, _LISTS, _list_as_json)
    if hasattr(first, "isoformat"):
        return _each(name, values, what, type(first), lambda value: value.isoformat())
    if first is not None and not isinstance(first, (str, bytes, int, float)):
        raise _odd(name, f"objects of type `{type(first).__name__}`", what)
    return values


_LISTS = (list, tuple, set, frozenset, np.ndarray)


def _each(name: str, values: List[Any], what: str, kind: Any, text: Callable[[Any], str]) -> List[Optional[str]]:
    """The texts of values that are all of a kind, or gaps."""
    for row, value in enumerate(values):
        if not isinstance(value, kind) and not _is_gap(value):
            among = "lists" if kind is _LISTS else f"values of type `{kind.__name__}`"
            raise _odd(name, f"a `{type(value).__name__}` among {among} (row {row + 1})", what)
    try:
        return [None if _is_gap(value) else text(value) for value in values]
    except Exception as error:
        raise _odd(name, f"values that have no text ({type(error).__name__})", what) from None


def _list_as_json(values: Any) -> str:
    return json.dumps([str(one) for one in values if not _is_gap(one)])


def _of_array(array: np.ndarray, names: Sequence[str], what: str, columns: Optional[Columns]) -> List[Column]:
    if array.dtype.names:
        table = {name: np.asarray(array[name]) for name in array.dtype.names}
        return [column(name, values, what) for name, values in _chosen(table, what, columns, names).items()]
    if array.ndim != 2 or not 2 <= array.shape[1] <= len(names):
        expected = f"expected [n, 2] to [n, {len(names)}]" if len(names) > 2 else "expected [n, 2]"
        raise InputError(f"{what}: an array of shape {array.shape} is no table, {expected}")
    if array.dtype.kind == "f":
        # Ids among weights and times: whole numbers where a column has nothing else.
        return [column(name, _whole_if_whole(array[:, k]), what) for k, name in enumerate(names[: array.shape[1]])]
    return [column(name, array[:, k], what) for k, name in enumerate(names[: array.shape[1]])]


def _whole_if_whole(values: np.ndarray) -> np.ndarray:
    is_whole = np.isfinite(values).all() and (values == np.floor(values)).all() and np.abs(values).max(initial=0) < 2**53
    return values.astype(np.int64) if is_whole else values


def _of_rows(rows: Any, names: Sequence[str], what: str, columns: Optional[Columns]) -> List[Column]:
    if isinstance(rows, (list, tuple)) and rows and all(isinstance(row, Mapping) for row in rows):
        # Records: a column for each key that any of them has.
        keys = dict.fromkeys(key for row in rows for key in row)
        return list(source_of({key: [row.get(key) for row in rows] for key in keys}, names, what, columns))
    if columns is not None:
        raise InputError(f"{what}: `columns` names columns, and this table has no names", "pass a frame or a dictionary")
    if isinstance(rows, tuple) and 2 <= len(rows) <= len(names) and all(_is_column(part) for part in rows):
        return [column(name, values, what) for name, values in zip(names, rows)]
    if isinstance(rows, (str, bytes, set, frozenset)) or not hasattr(rows, "__iter__") or not hasattr(rows, "__len__"):
        # A set has no order, and what has no length may have no end.
        raise InputError(
            f"{what}: a {type(rows).__name__} is no table",
            "pass a frame of pandas or polars, a table of pyarrow, a dictionary of columns, or a list of rows",
        )
    found = [tuple(row) if isinstance(row, (list, tuple, np.ndarray)) else row for row in rows]
    least = 3 if names == FACTS else 2
    width = len(found[0]) if found and isinstance(found[0], tuple) else least
    for k, row in enumerate(found):
        if not isinstance(row, tuple) or len(row) != width or not least <= width <= len(names):
            expected = " or ".join(f"({', '.join(names[:n])})" for n in range(least, len(names) + 1))
            raise InputError(f"{what}: row {k + 1} is {shown(row)}, expected {expected}")
    by_column = list(zip(*found)) if found else [()] * least
    return [column(name, list(values), what) for name, values in zip(names, by_column)]


def _is_column(part: Any) -> bool:
    if isinstance(part, np.ndarray):
        return part.ndim == 1
    return library_of(part) in ("pandas", "polars", "pyarrow") and not hasattr(part, "columns")


def _of_sparse(matrix: Any, names: Sequence[str]) -> List[Column]:
    """The rows and columns of what is stored and not 0."""
    if len(matrix.shape) != 2:
        raise InputError(f"a sparse array of shape {matrix.shape} is no table, expected two dimensions")
    entries = matrix.tocoo()
    stored = entries.data != 0
    values = entries.data[stored]
    found = [
        (names[0], "int", np.ascontiguousarray(entries.row[stored], dtype=np.int64)),
        (names[1], "int", np.ascontiguousarray(entries.col[stored], dtype=np.int64)),
    ]
    if len(names) > 2 and values.dtype.kind in "iuf" and not (values == 1).all():
        found.append((names[2], "float", np.ascontiguousarray(values, dtype=np.float64)))
    return found


def upper_half(matrix: Any) -> Any:
    """Of a symmetric sparse matrix, which tells each undirected edge twice, the upper half; all else as it is."""
    shape: Any = getattr(matrix, "shape", ())
    if not hasattr(matrix, "tocoo") or len(shape) != 2 or shape[0] != shape[1] or (matrix != matrix.T).nnz:
        return matrix
    entries = matrix.tocoo()
    kept = entries.row <= entries.col
    return type(entries)((entries.data[kept], (entries.row[kept], entries.col[kept])), shape=shape)


def _of_graph(graph: Any) -> List[Column]:
    """The edges of a graph of networkx, with weights if there are any."""
    sources, targets, weights = [], [], []
    for source, target, about in graph.edges(data=True):
        for node in (source, target):
            if isinstance(node, _LISTS):
                raise InputError(
                    f"edges: the node {shown(node)} is a {type(node).__name__}, which is no id",
                    "name the nodes by texts or whole numbers: `networkx.relabel_nodes(graph, str)`",
                )
        sources.append(source)
        targets.append(target)
        weights.append(about.get("weight"))
    found = [column("source", sources, "edges"), column("target", targets, "edges")]
    if any(weight is not None for weight in weights):
        found.append(column("weight", [1.0 if weight is None else float(weight) for weight in weights], "edges"))
    return found


class Frame:
    """A table of named columns, as arrays of NumPy: what is returned to someone who uses neither pandas nor polars nor
    pyarrow.

    Attributes
    ----------
    columns : list of str
        The names of the columns.
    """

    def __init__(self, columns: Mapping[str, np.ndarray]) -> None:
        self._columns = dict(columns)

    @property
    def columns(self) -> List[str]:
        return list(self._columns)

    def __getitem__(self, name: str) -> np.ndarray:
        try:
            return self._columns[name]
        except KeyError:
            hint = "; `rows()` goes through the rows" if isinstance(name, int) else ""
            raise KeyError(f"there is no column `{name}`, there are {', '.join(self._columns)}{hint}") from None

    def __len__(self) -> int:
        return len(next(iter(self._columns.values()), ()))

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def rows(self) -> Iterator[Tuple[Any, ...]]:
        """The rows as tuples of Python's own values.

        Yields
        ------
        tuple
        """
        yield from zip(*(values.tolist() for values in self._columns.values()))

    def to_dict(self) -> Dict[str, List[Any]]:
        """The columns as lists.

        Returns
        -------
        dict of str to list
        """
        return {name: values.tolist() for name, values in self._columns.items()}

    def to_pandas(self) -> Any:
        """The table as a frame of pandas, which has to be installed.

        Returns
        -------
        pandas.DataFrame
        """
        return framed(self._columns, "pandas")

    def to_polars(self) -> Any:
        """The table as a frame of polars, which has to be installed.

        Returns
        -------
        polars.DataFrame
        """
        return framed(self._columns, "polars")

    def to_arrow(self) -> Any:
        """The table as one of pyarrow, which has to be installed.

        Returns
        -------
        pyarrow.Table
        """
        return framed(self._columns, "arrow")

    def _cells(self, limit: int = 20) -> Tuple[List[List[str]], int]:
        n_shown = min(len(self), limit)
        cells = [[_cell(values[k]) for values in self._columns.values()] for k in range(n_shown)]
        return cells, len(self) - n_shown

    def __repr__(self) -> str:
        cells, more = self._cells()
        return text_table(self.columns, cells) + (f"... and {more} more rows" if more else f"{len(self)} rows")

    def _repr_html_(self) -> str:
        from ._show import html_table

        cells, more = self._cells()
        return html_table(self.columns, cells) + (f"<p>and {more} more rows</p>" if more else "")


def _cell(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        return f"{value:.4f}"
    return "" if value is None else str(value)


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in plain text, a line a row."""
    widths = [max([len(name)] + [len(row[k]) for row in rows]) for k, name in enumerate(head)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [list(head), *rows]]
    return "\n".join(lines) + "\n"


def framed(columns: Mapping[str, np.ndarray], output: Optional[str]) -> Any:
    """A table of named columns as `pandas`, `polars`, `arrow`, or else (`numpy`, None) as a :class:`Frame`."""
    if output == "pandas":
        import pandas

        return pandas.DataFrame(dict(columns))
    if output == "polars":
        import polars

        return polars.DataFrame({name: _texts(values) for name, values in columns.items()})
    if output == "arrow":
        import pyarrow

        return pyarrow.table({name: pyarrow.array(_texts(values)) for name, values in columns.items()})
    if output in (None, "numpy"):
        return Frame(columns)
    raise InputError(f"`output` is `{output}`, expected pandas, polars, arrow or numpy")


def _texts(values: np.ndarray) -> Any:
    return values.tolist() if values.dtype == object else values


def default_output(fitted_from: Optional[str]) -> Optional[str]:
    """As what results are returned where nobody says: as the data came, or else as pandas if it is in use."""
    if fitted_from is not None:
        return fitted_from
    return "pandas" if "pandas" in sys.modules else None
