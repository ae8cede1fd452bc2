"""Writes the page of the interface, `docs/python/api.md`, from the docstrings.

Run with the package installed: ``python python/tools/api.py`` writes, ``--check`` compares.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import Any, List

import culet
from culet._models import BY_NAME

PLACE = Path(__file__).parent.parent.parent / "docs" / "python" / "api.md"

FUNCTIONS = ["read", "catalogue", "network", "describe", "split", "synth", "walks", "load", "evaluate", "compare", "leaderboard"]
BASES = ["Recommender", "NodeModel"]
RESULTS = ["Catalogue", "Network", "Walks", "Description", "Metrics", "Explanation", "Facets", "Comparison", "Leaderboard", "Frame"]
ERRORS = ["CuletError", "InputError", "UnknownIdError", "NotFittedError", "RunError", "InternalError"]


def text_of(thing: Any) -> str:
    """A docstring of numpydoc as Markdown."""
    lines = inspect.cleandoc(thing.__doc__ or "").splitlines()
    out: List[str] = []
    section = ""
    k = 0
    while k < len(lines):
        line = lines[k]
        if k + 1 < len(lines) and re.fullmatch(r"-{3,}", lines[k + 1].strip()) and line.strip():
            section = line.strip()
            out += [f"**{section}**", ""]
            k += 2
            continue
        if section == "Examples" and line.startswith(">>>"):
            out.append("```python")
            while k < len(lines) and lines[k].strip():
                out.append(lines[k])
                k += 1
            out.append("```")
            continue
        if section in ("Parameters", "Returns", "Yields", "Attributes", "Raises") and line and not line.startswith(" "):
            name, _, kind = line.partition(" : ")
            out.append(f"- `{name}`" + (f" ({kind})" if kind else ""))
        elif section in ("Parameters", "Returns", "Yields", "Attributes", "Raises") and line.startswith("    "):
            out.append("  " + roles(line.strip()))
        else:
            out.append(roles(line))
        k += 1
    return "\n".join(out).strip() + "\n"


def roles(line: str) -> str:
    line = re.sub(r":(?:func|meth|class):`~?([^`]+)`", r"`\1`", line)
    return line.replace("``", "`")


def signature_of(thing: Any) -> str:
    """The signature without annotations, which the docstring tells."""
    found = inspect.signature(thing)
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in found.parameters.values() if p.name != "self"]
    text = str(found.replace(parameters=plain, return_annotation=inspect.Signature.empty))
    return text if len(text) < 400 else "(...)"


def members(thing: type) -> List[str]:
    """The public methods and properties of a class with a docstring, inherited ones of the package included."""
    lines: List[str] = []
    for name in sorted(vars_of(thing)):
        member = inspect.getattr_static(thing, name)
        if isinstance(member, property):
            if member.__doc__:
                lines += [f"#### `.{name}`", "", text_of(member)]
            continue
        function = member.__func__ if isinstance(member, (classmethod, staticmethod)) else member
        if inspect.isfunction(function) and function.__doc__:
            lines += [f"#### `.{name}{signature_of(getattr(thing, name))}`", "", text_of(function)]
    return lines


def vars_of(thing: type) -> List[str]:
    ours = [base for base in thing.__mro__ if base.__module__.startswith("culet")]
    return list({name for base in ours for name in vars(base) if not name.startswith("_")})


def page() -> str:
    lines = ["# The Python package, name by name", "", "Made from the docstrings by `python/tools/api.py`.", ""]
    lines += ["## Models", "", "| class | model | base |", "| --- | --- | --- |"]
    for name, kind in BY_NAME.items():
        lines.append(f"| [`{kind.__name__}`](#{kind.__name__.lower()}) | `{name}` | `{kind.__mro__[1].__name__}` |")
    lines.append("")
    for base in BASES:
        thing = getattr(culet, base)
        lines += [f"## {base}", "", text_of(thing), *members(thing)]
    for kind in BY_NAME.values():
        lines += [f"## {kind.__name__}", "", text_of(kind)]
    lines += ["## Functions", ""]
    for name in FUNCTIONS:
        thing = getattr(culet, name)
        lines += [f"### `culet.{name}{signature_of(thing)}`", "", text_of(thing)]
    lines += ["## What is returned", ""]
    for name in RESULTS:
        thing = getattr(culet, name)
        lines += [f"### `{name}`", "", text_of(thing), *members(thing)]
    lines += ["## Exceptions", ""]
    for name in ERRORS:
        thing = getattr(culet, name)
        bases = ", ".join(f"`{base.__name__}`" for base in thing.__bases__)
        lines += [f"### `{name}` ({bases})", "", text_of(thing)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def main() -> int:
    made = page()
    if "--check" in sys.argv[1:]:
        if PLACE.read_text() == made:
            return 0
        print(f"error: {PLACE.name} is not what the docstrings say\n\nhint: run `python python/tools/api.py`", file=sys.stderr)
        return 1
    PLACE.write_text(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
