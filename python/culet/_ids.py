"""External ids: texts inside, and outside what the caller's tables had."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, List, Optional, Sequence, Tuple

import numpy as np

from ._errors import InputError, UnknownIdError

if TYPE_CHECKING:
    from ._core import Run

#: Unknown ids that are named in an error.
LISTED = 5


def text_of(value: Any) -> str:
    """The text that an id is inside."""
    if isinstance(value, str):
        # Of members of an enumeration, too, the text and not the name.
        text = str.__str__(value)
        return text if text.isascii() else _in_unicode(text)
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            raise InputError(f"{value!r} is no id: these bytes are no UTF-8", "ids are texts or whole numbers") from None
    if isinstance(value, np.ndarray) and value.ndim == 0:
        return text_of(value.item())
    if isinstance(value, (bool, np.bool_)):
        raise InputError(f"`{value}` is no id", "ids are texts or whole numbers")
    try:
        return str(operator.index(value))
    except TypeError:
        kind = type(value).__name__
        shown = f"`{value!r}`, a {kind}," if isinstance(value, (int, float, complex)) else "None" if value is None else f"a {kind}"
        raise InputError(f"{shown} is no id", "ids are texts or whole numbers") from None


def _in_unicode(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(f"{text!a} is no id: it is no text in Unicode", "ids are texts or whole numbers") from None
    return text


def texts_of(values: Any) -> List[str]:
    """The texts that ids are inside: of a list, an array, a column of a frame."""
    if isinstance(values, np.ndarray) and values.ndim != 1:
        raise InputError(f"ids come in one dimension, not as an array of shape {values.shape}")
    if hasattr(values, "columns") and hasattr(values, "shape"):
        raise InputError(f"ids come in one column, not as a {type(values).__name__}", "pass one of its columns")
    if is_scalar(values) or not hasattr(values, "__len__") or isinstance(values, (set, frozenset)):
        # What has no length may have no end.
        raise InputError(f"a {type(values).__name__} is no list of ids", "pass a list, an array or a column of a frame")
    if hasattr(values, "to_pylist"):
        values = values.to_pylist()
    elif hasattr(values, "tolist"):
        values = values.tolist()
    return [text_of(value) for value in values]


def is_scalar(value: Any) -> bool:
    """Whether this is one id, not several."""
    return isinstance(value, (str, bytes)) or not hasattr(value, "__iter__") or getattr(value, "ndim", 1) == 0


def as_array(ids: Sequence[str], whole: bool) -> np.ndarray:
    """Ids as the caller has them: as int64 if they came as whole numbers, or else as texts (dtype object)."""
    if whole:
        try:
            numbers = [int(one) for one in ids]
        except ValueError:
            pass
        else:
            if all(str(number) == one for number, one in zip(numbers, ids)):
                try:
                    return np.array(numbers, dtype=np.int64)
                except OverflowError:
                    pass
    array = np.empty(len(ids), dtype=object)
    array[:] = ids
    return array


def _short(text: str) -> str:
    return text if len(text) <= 100 else text[:97] + "..."


class IdTable:
    """The ids of one kind of node of a run, in the order of its tables."""

    def __init__(self, run: Run, kind: str, whole: bool) -> None:
        self.run = run
        self.kind = kind
        self._asked_whole = whole
        self._ids: Optional[np.ndarray] = None

    @property
    def whole(self) -> bool:
        """Whether all ids of this kind are whole numbers to the caller."""
        return self._asked_whole and self.ids.dtype == np.int64

    @property
    def ids(self) -> np.ndarray:
        if self._ids is None:
            self._ids = as_array(self.run.ids(self.kind), self._asked_whole)
        return self._ids

    def find(self, values: Any) -> np.ndarray:
        """The number of each id (int64), -1 for what is unknown."""
        return self.run.find(self.kind, texts_of(values))

    def find_all(self, values: Any, unknown: str = "raise") -> Tuple[np.ndarray, np.ndarray]:
        """The numbers of known ids (uint32), and where these stand in `values`."""
        if unknown not in ("raise", "skip"):
            raise InputError(f"`unknown` is `{unknown}`, expected raise or skip")
        texts = texts_of(values)
        found = self.run.find(self.kind, texts)
        known = np.flatnonzero(found >= 0)
        if len(known) < len(texts) and unknown == "raise":
            raise self.unknown([texts[at] for at in np.flatnonzero(found < 0)])
        return found[known].astype(np.uint32), known

    def one(self, value: Any) -> int:
        """The number of an id."""
        text = text_of(value)
        found = int(self.run.find(self.kind, [text])[0])
        if found < 0:
            raise self.unknown([text])
        return found

    def unknown(self, texts: List[str]) -> UnknownIdError:
        """The error for ids that are not there."""
        distinct = list(dict.fromkeys(texts))
        if len(distinct) == 1:
            return UnknownIdError(
                f"there is no {self.kind} `{_short(distinct[0])}` in this run", self.run.hint(self.kind, distinct[0])
            )
        named = ", ".join(f"`{_short(text)}`" for text in distinct[:LISTED])
        more = f" and {len(distinct) - LISTED} more" if len(distinct) > LISTED else ""
        return UnknownIdError(
            f"there are no {self.kind}s {named}{more} in this run", "leave them out, or pass unknown='skip'"
        )


