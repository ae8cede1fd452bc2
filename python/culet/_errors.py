"""What can go wrong, as exceptions that tell a way out."""

from __future__ import annotations

import re
from typing import Match, Optional

#: Commands of the program, and what does the same here.
_COMMANDS = {"culet data split": "culet.split", "culet data synth": "culet.synth", "culet data describe": "culet.describe"}


def in_python(text: str) -> str:
    """What the library says to those who use the program, said to those who use the package.

    Examples
    --------
    >>> in_python("leave such rows out by `--skip-missing`, or name the users: `--columns user=NAME`")
    'leave such rows out by `skip_missing=True`, or name the users: `columns={"user": "NAME"}`'
    """
    for command, call in _COMMANDS.items():
        text = text.replace(f"`{command}`", f"`{call}`")
    return re.sub(r"`--([a-z][a-z-]*)(?: ([^`]*))?`", _parameter, text)


def _parameter(option: Match[str]) -> str:
    name, value = option[1].replace("-", "_"), option[2]
    if name == "skip_missing":
        return "`skip_missing=True`"
    if name == "columns" and value and "=" in value:
        pairs = [pair.split("=", 1) for pair in value.split(",") if "=" in pair]
        return "`columns={" + ", ".join(f'"{what}": "{column}"' for what, column in pairs) + "}`"
    if not value or value.isupper():
        return f"`{name}`"
    return f"`{name}={value}`" if value.replace(".", "").isdigit() else f'`{name}="{value}"`'


class CuletError(Exception):
    """The base of all exceptions of this package.

    Attributes
    ----------
    message : str
        What is wrong, in one line.
    hint : str or None
        A way out, if one is known.
    """

    def __init__(self, message: str = "", hint: Optional[str] = None) -> None:
        super().__init__(message, hint)
        self.message = in_python(message)
        self.hint = hint and in_python(hint)

    def __str__(self) -> str:
        return f"{self.message}\n\nhint: {self.hint}" if self.hint else self.message


class InputError(CuletError, ValueError):
    """An argument, a table or a file is wrong."""


class UnknownIdError(CuletError, KeyError):
    """A user, item, node, entity or relation that the run does not know."""


class NotFittedError(CuletError, ValueError, AttributeError):
    """An estimator was asked before it was fitted."""


class RunError(CuletError, RuntimeError):
    """The work itself failed: a loss that became no number, a full disk."""


class InternalError(CuletError, RuntimeError):
    """A defect of this package."""
