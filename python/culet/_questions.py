"""Questions as callers put them, and answers as columns: ids, counts, pairs, lists."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, Union

import numpy as np

from . import _core
from ._errors import InputError
from ._frames import INTERACTIONS, library_of, source_of
from ._ids import IdTable, as_array, is_scalar, text_of, texts_of
from ._settings import shown, whole


def similar_columns(
    run: Any, kind: str, whole: bool, asked: Any, k: int, aspect: Optional[int]
) -> Dict[str, np.ndarray]:
    """What is like each of several nodes, as columns."""
    left: List[str] = []
    right: List[str] = []
    scores: List[float] = []
    ranks: List[int] = []
    for text in texts_of(asked):
        for one in json.loads(run.similar(kind, text, k, aspect))["similar"]:
            left.append(text)
            right.append(one["id"])
            scores.append(one["score"])
            ranks.append(one["rank"])
    return {
        f"{kind}_id": as_array(left, whole),
        "similar_id": as_array(right, whole),
        "score": np.array(scores, dtype=np.float32),
        "rank": np.array(ranks, dtype=np.int64),
    }


def aligned(left_table: IdTable, left: Any, right_table: IdTable, right: Any) -> Tuple[np.ndarray, np.ndarray]:
    """The numbers of pairs of ids; one of either goes with all of the other."""
    a, _ = left_table.find_all([left] if is_scalar(left) else left)
    b, _ = right_table.find_all([right] if is_scalar(right) else right)
    if is_scalar(left):
        a = np.repeat(a, len(b))
    elif is_scalar(right):
        b = np.repeat(b, len(a))
    if len(a) != len(b):
        raise InputError(
            f"{len(a)} {left_table.kind}s and {len(b)} {right_table.kind}s are no pairs", "give as many of one as of the other"
        )
    return np.ascontiguousarray(a), np.ascontiguousarray(b)


def as_asked(listed: Any, whole: bool) -> np.ndarray:
    """Ids that a caller passed, as they are returned."""
    return as_array(texts_of(listed), whole)


def objects_of(values: List[Any]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def facts_of(having: Union[str, Sequence[str]]) -> List[str]:
    listed = [having] if isinstance(having, str) else having
    if not isinstance(listed, (list, tuple)) or not all(isinstance(fact, str) for fact in listed):
        raise InputError(f"`having` is {shown(having)}, expected facts", 'write "relation=entity", or a list of such texts')
    return [text_of(fact) for fact in listed]


def _one_or_more(ids: Any) -> List[str]:
    return texts_of([ids] if is_scalar(ids) else ids)


def count_of(name: str, value: Any) -> int:
    return whole(name, value, 1, 2**32 - 1)


def cutoffs_of(at: Any) -> List[int]:
    listed = [at] if is_scalar(at) else at
    if not hasattr(listed, "__len__"):
        raise InputError(f"`at` is a {type(at).__name__}, expected lengths of lists", "write a list or tuple, such as (20, 40)")
    # For each length a table as long is made.
    return [whole("at", one, 1, 1_000_000) for one in listed]


def _are_whole(ids: Any) -> bool:
    """Whether a column of ids holds whole numbers."""
    if isinstance(ids, np.ndarray):
        return ids.dtype.kind in "iu"
    listed = ids.to_pylist() if hasattr(ids, "to_pylist") else ids
    return all(isinstance(one, (int, np.integer)) for one in listed)


def histories_of(history: Any) -> Optional[Tuple[Any, Any]]:
    """Users and items of the histories of several people, side by side; None where this is one history.

    Several come as a table of users and items, as a mapping from users to lists of items, or as a list of lists of items, whose
    people are numbered from 0.
    """
    if isinstance(history, Mapping) and None in _core.usual_columns([*map(str, history), "-", "--"], "interactions")[:2]:
        return _end_to_end(list(history), list(history.values()))
    if isinstance(history, list) and history and all(isinstance(one, list) for one in history):
        return _end_to_end(list(range(len(history))), history)
    frame = library_of(history) in ("pandas", "polars", "pyarrow") and hasattr(history, "columns")
    pairs = isinstance(history, list) and bool(history) and isinstance(history[0], tuple)
    if frame or pairs or isinstance(history, Mapping) or isinstance(history, np.ndarray) and history.ndim == 2:
        return two_columns(history)
    return None


def _end_to_end(users: List[Any], histories: List[Any]) -> Tuple[List[Any], List[Any]]:
    """Each user beside each item of its history."""
    for user, items in zip(users, histories):
        if is_scalar(items):
            raise InputError(f"the history of {shown(user)} is {shown(items)}", f"write [{shown(items)}]")
    listed = [list(items) for items in histories]
    for user, items in zip(users, listed):
        if not items:
            raise InputError(f"the history of {shown(user)} is empty", "give ids of items that were taken")
    if len(set(texts_of(users))) < len(users):
        raise InputError("two people have the same id as a text, such as 1 and '1'", "name each of them apart")
    return [user for user, items in zip(users, listed) for _ in items], [item for items in listed for item in items]


def two_columns(table: Any) -> Tuple[Any, Any]:
    """The columns of users and items."""
    source = source_of(table, INTERACTIONS, "pairs")
    if not isinstance(source, list):
        names = list(source.columns if library_of(source) == "polars" else source.schema.names)
        columns = {name: source[name] for name in names}
    else:
        names = [name for name, _, _ in source]
        columns = {name: values for name, _, values in source}
    user, item = _core.usual_columns(names, "interactions")[:2]
    if user is None or item is None:
        raise InputError("pairs: there is no column of users and of items", f"the columns are {', '.join(names)}")
    return columns[names[user]], columns[names[item]]


def rectangles(
    n: int, k: int, known: np.ndarray, counts: np.ndarray, items: np.ndarray, scores: np.ndarray
) -> Tuple[np.ndarray, np.ndarray]:
    """Lists as arrays ``[n, k]``; what is left of short ones is None (-1 among whole numbers) and NaN."""
    if items.dtype == object:
        ids = np.full((n, k), None, dtype=object)
    else:
        ids = np.full((n, k), -1, dtype=np.int64)
    values = np.full((n, k), np.nan, dtype=np.float32)
    rows = np.repeat(known, counts)
    columns = np.arange(len(items)) - np.repeat(np.cumsum(counts, dtype=np.int64) - counts, counts)
    ids[rows, columns] = items
    values[rows, columns] = scores
    return ids, values
