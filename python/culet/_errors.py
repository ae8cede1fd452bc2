"""What can go wrong, as exceptions that tell a way out."""

from __future__ import annotations

from typing import Optional


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
        self.message = message
        self.hint = hint

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
