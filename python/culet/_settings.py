"""Numbers and settings on their way to the compiled part, checked so that an error names what is wrong."""

from __future__ import annotations

import json
import math
import operator
import os
import re
from pathlib import Path
from typing import Any, Callable, Mapping, TypeVar

from ._errors import InputError

T = TypeVar("T")

#: What the compiled part calls types, in words.
_TYPES = {"f64": "a number", "a boolean": "True or False", "a string": "a text", "path string": "a path", "a character": "one letter"}


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number within bounds.

    Parameters
    ----------
    name : str
        What messages call it.
    value : object
        Of Python or NumPy.
    least, most : int
        The bounds, both allowed.
    """
    try:
        number = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = None
    if number is None or not least <= number <= most:
        raise InputError(f"`{name}` is {shown(value)}, expected a whole number from {least} to {most}")
    return number


def seed_of(value: Any) -> int:
    """A seed: a whole number of 64 bits."""
    return whole("seed", value, 0, 2**64 - 1)


def threads_of(value: Any) -> int:
    """A number of threads; 0 stands for as many as there are cores."""
    return whole("n_threads", value, 0, 1024)


def path_of(value: Any) -> Path:
    """A path that a file system can have."""
    path = Path(value)
    if "\0" in str(path):
        raise InputError(f"{str(path)!a} is no path", "a path holds no NUL")
    return path


def as_json(settings: Mapping[str, Any]) -> str:
    """Settings as JSON; one that JSON has no word for is named."""
    return "{" + ", ".join(f"{json.dumps(name)}: {_value(name, value)}" for name, value in settings.items()) + "}"


def _value(name: str, value: Any) -> str:
    try:
        if isinstance(value, str):
            value.encode("utf-8")
        return json.dumps(value, default=_plain, allow_nan=False)
    except UnicodeError:
        raise InputError(f"`{name}` is {value!a}, which is no text in Unicode") from None
    except Exception:
        odd = "no finite number" if isinstance(value, float) and not math.isfinite(value) else f"a {type(value).__name__}"
        raise InputError(f"`{name}` is {shown(value)}, {odd}", "give a number, a text, True or False") from None


def _plain(value: Any) -> Any:
    """Numbers of NumPy as Python's own, paths as texts."""
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "item"):
        return value.item()
    raise TypeError("no number, text, True or False")


def shown(value: Any) -> str:
    """A value in a message, of whatever it is and however long."""
    try:
        text = ascii(value)
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."


def heard(settings: Mapping[str, Any], call: Callable[[str], T]) -> T:
    """Calls the compiled part with settings as JSON; if it cannot understand one, the error names it."""
    text = as_json(settings)
    try:
        return call(text)
    except InputError as error:
        found = re.fullmatch(r"(?s)(.*) at line 1 column (\d+)", error.message)
        if found is None:
            raise
        raise _named(settings, found[1], int(found[2])) from None


def _named(settings: Mapping[str, Any], message: str, column: int) -> InputError:
    unknown = re.match(r"unknown field `(.*?)`, expected (?:one of )?(.*)", message)
    if unknown is not None:
        return InputError(f"there is no setting `{unknown[1]}`", f"the settings are {unknown[2].replace('`', '')}")
    so_far = {}
    for name, value in settings.items():
        so_far[name] = value
        if len(as_json(so_far)) > column:
            expected = message.rsplit("expected ", 1)[-1]
            expected = "a whole number of at least 0" if re.fullmatch(r"u(8|16|32|64|size)", expected) else _TYPES.get(expected, expected)
            return InputError(f"`{name}` is {shown(value)}, expected {expected}")
    return InputError(message)
