"""Writes the page of the interface, `docs/python/api.md`, from the docstrings and signatures.

Run with the package installed: ``python python/tools/api.py`` writes, ``--check`` compares.
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Match, NamedTuple, Tuple

import culet
from culet._estimator import Estimator
from culet._models import BY_NAME

PLACE = Path(__file__).parent.parent.parent / "docs" / "python" / "api.md"
#: The longest signature that stands on one line.
WIDTH = 100

FUNCTIONS = ["read", "catalogue", "network", "describe", "split", "synth", "walks", "load", "evaluate", "compare", "leaderboard", "report", "plot"]
BASES = ["Recommender", "NodeModel"]
RESULTS = ["Catalogue", "Network", "Walks", "Description", "Metrics", "Explanation", "Facets", "Comparison", "Leaderboard", "Report", "Plot", "Frame"]
ERRORS = ["CuletError", "InputError", "UnknownIdError", "NotFittedError", "RunError", "InternalError"]

HEAD = """# The Python package, name by name

This page is made from the docstrings by `python/tools/api.py`. `help(culet.EASE)` tells the same in Python.
If you are new here, begin with the [tutorial](tutorial.ipynb).
"""

EVENTS = """## Progress

`fit` and `culet.leaderboard` take `progress`. By default a bar is drawn where somebody sees it and tqdm is installed.
`True` always draws the bar, `False` never does. A function gets each event as a dict; its `"event"` says what happened:

| `event` | when | other keys |
| --- | --- | --- |
| `start` | A training begins. | `phase` (`train`, or `refit` for the training after the selection), `epochs` (at most), `steps_per_epoch`, `pairs_per_epoch`, `n_parameters`, `metric` (the one that selects, such as `recall@20`) |
| `step` | A step was made. Told at most ten times a second. | `epoch`, `step` (both from 1), `loss` |
| `evaluating` | An evaluation begins. | `epoch` |
| `epoch` | An epoch is over, and its evaluation if it had one. | `epoch`, `phase`, `loss` (the mean over the steps), `parts` (of the loss, by name), `learning_rate`, `seconds`, `best` (whether it is the best so far); where it was evaluated also `evaluation_seconds`, and `valid` or `test` (metrics by name) |
| `stopped` | The training ends before its last epoch. | `epoch`, `reason` |
| `stage` | Something begins that has no steps. | `what` |
| `remark` | Something is to be said beside the result. | `text` |
| `part` | A part of something larger begins, such as a row of a leaderboard. | `title` |

A model without epochs, such as `EASE`, tells no `start`, `step` or `epoch`. A function that returns `False` ends the training,
and the best epoch so far is taken: at once if the event was an `epoch`, and soon after any other. Any other answer lets it go
on. An exception of the function gives the training up.

```python
def follow(event):
    if event["event"] == "epoch":
        print(event["epoch"], event["loss"])

culet.KGIN().fit(ratings, progress=follow)
```

Without a function, the logger `culet` tells stages, remarks and epochs at the level INFO.
"""


class Entry(NamedTuple):
    """One entry of a section of numpydoc, such as a parameter."""

    names: str
    kind: str
    text: str


# Docstrings


def sections_of(thing: Any) -> Dict[str, List[str]]:
    """The lines of a docstring by the section that they stand in; what stands before all is in the one without a name."""
    lines = inspect.cleandoc(thing.__doc__ or "").splitlines()
    found: Dict[str, List[str]] = {"": []}
    section = ""
    for line, below in zip(lines, [*lines[1:], ""]):
        if line.strip() and re.fullmatch(r"-{3,}", below.strip()):
            section = line.strip()
            found[section] = []
        elif not re.fullmatch(r"-{3,}", line.strip()):
            found[section].append(line)
    return found


def entries_of(lines: List[str]) -> List[Entry]:
    found: List[Entry] = []
    for line in lines:
        if line and not line.startswith(" "):
            names, _, kind = line.partition(" : ")
            found.append(Entry(names, kind, ""))
        elif line.strip():
            last = found[-1]
            found[-1] = last._replace(text=f"{last.text} {line.strip()}".strip())
    return found


def text_of(thing: Any, owner: str = "", without: Tuple[str, ...] = ()) -> str:
    """A docstring as Markdown."""
    out: List[str] = []
    for section, lines in sections_of(thing).items():
        if section in without:
            continue
        if section:
            out += [f"**{section}**", ""]
        if section == "Examples":
            out += ["```python", *"\n".join(lines).strip().splitlines(), "```", ""]
        elif section:
            out += [*(line for entry in entries_of(lines) for line in listed(entry, owner)), ""]
        else:
            out += [*(linked(line, owner) for line in lines), ""]
    return "\n".join(out).strip() + "\n"


def listed(entry: Entry, owner: str) -> List[str]:
    """An entry as an item of a list."""
    names = ", ".join(f"`{name}`" for name in entry.names.split(", "))
    if not entry.kind and (" or " in entry.names or not re.fullmatch(r"[*\w, ]+", entry.names)):
        # What is returned has a type and no name.
        names = linked(entry.names, owner)
    kind = f" ({entry.kind})" if entry.kind else ""
    return [f"- {names}{kind}" + (f": {linked(entry.text, owner)}" if entry.text else "")]


def linked(line: str, owner: str = "") -> str:
    """A line with its references as links, where they lead to a heading of this page."""

    def link(found: Match[str]) -> str:
        kind, name = found[1], found[2].removeprefix("culet.")
        if kind == "func":
            return reference(f"culet.{name}")
        bases = [name, f"{owner}.{name}", *(f"{base.__name__}.{name}" for base in bases_of(owner)), f"estimator.{name}"]
        titles = [title for title in bases if title in ANCHORS]
        return reference(titles[0], name) if titles else f"`{name}`"

    return re.sub(r":(func|meth|class):`~?([^`]+)`", link, line).replace("``", "`")


def reference(title: str, name: str = "") -> str:
    """A link to a heading of this page."""
    return f"[`{name or title}`](#{ANCHORS[title]})"


def cell(text: str) -> str:
    """A text in a table."""
    return text.replace("|", "\\|")


# Signatures


def signature_of(thing: Any, name: str) -> List[str]:
    """A call with its defaults, on one line or a parameter a line, without annotations, which the docstring tells."""
    found = inspect.signature(thing)
    plain = [one.replace(annotation=inspect.Parameter.empty) for one in found.parameters.values() if one.name != "self"]
    text = name + str(found.replace(parameters=plain, return_annotation=inspect.Signature.empty))
    if len(text) > WIDTH:
        told: List[str] = []
        for one in plain:
            if one.kind is one.KEYWORD_ONLY and not any(line.startswith("*") for line in told):
                told.append("*")
            told.append(str(one))
        text = "\n".join([f"{name}(", *(f"    {one}," for one in told), ")"])
    return ["```python", *text.splitlines(), "```", ""]


def table_of(entries: List[Entry], kind: type) -> List[str]:
    """Parameters of a model: a row each."""
    defaults = inspect.signature(kind).parameters
    lines = ["| parameter | default | values | meaning |", "| --- | --- | --- | --- |"]
    for entry in entries:
        values, meaning = values_of(entry)
        lines.append(f"| `{entry.names}` | `{defaults[entry.names].default!r}` | {values} | {cell(linked(meaning, kind.__name__))} |")
    return [*lines, ""]


def values_of(entry: Entry) -> Tuple[str, str]:
    """What a parameter may be, and what it means."""
    if entry.kind.startswith("{"):
        return ", ".join(f"`{word}`" for word in entry.kind.strip("{}").split(", ")), entry.text
    bounds = re.search(r" (?:From (\S+ to -?[\d.]*\d)|(At least \S+ and below [\d.]*\d))\.(?= |$)", entry.text)
    if bounds is None:
        return entry.kind, entry.text
    said = bounds[1] or bounds[2][0].lower() + bounds[2][1:]
    return f"{entry.kind}, {said}", entry.text.replace(bounds[0], "")


# Classes


def names_of(thing: type) -> List[str]:
    """The public methods and properties that a class has of its own and tells of."""
    found = []
    for name, member in vars(thing).items():
        is_member = inspect.isfunction(member) or isinstance(member, (property, classmethod, staticmethod))
        if is_member and not name.startswith("_") and member.__doc__:
            found.append(name)
    return found


def members(thing: type, owner: str) -> List[str]:
    lines: List[str] = []
    for name in names_of(thing):
        member = inspect.getattr_static(thing, name)
        lines += [f"#### `{owner}.{name}`", ""]
        if not isinstance(member, property):
            caller = "culet.KGIN" if isinstance(member, classmethod) else "model" if issubclass(thing, Estimator) else owner.lower()
            lines += signature_of(getattr(thing, name), f"{caller}.{name}")
        lines.append(text_of(member, owner))
    return lines


def bases_of(owner: str) -> List[type]:
    kind = getattr(culet, owner, None)
    return list(kind.__mro__[1:]) if inspect.isclass(kind) else []


def common_to(base: type) -> List[Entry]:
    """The parameters that all models of a base have."""
    return entries_of(sections_of(base)["Parameters"])


# The page


def headings() -> Iterator[Tuple[str, str]]:
    """What can be linked to, and the anchor that GitHub gives to it."""
    titles = [*(kind.__name__ for kind in BY_NAME.values()), *BASES, *RESULTS, *(f"culet.{name}" for name in FUNCTIONS)]
    titles += [f"estimator.{name}" for name in names_of(Estimator)]
    titles += [f"{owner}.{name}" for owner in [*BASES, *RESULTS] for name in names_of(getattr(culet, owner))]
    for title in titles:
        yield title, re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
    for title in ERRORS:
        yield title, "exceptions"


ANCHORS = dict(headings())


def index() -> List[str]:
    def links(titles: List[str]) -> str:
        return ", ".join(reference(title, title.rpartition(".")[2]) for title in titles)

    lines = ["## Index", "", f"- [Models](#models): {links([kind.__name__ for kind in BY_NAME.values()])}"]
    for owner in BASES:
        lines.append(f"- Methods of a {reference(owner)}: {links([f'{owner}.{name}' for name in names_of(getattr(culet, owner))])}")
    lines.append(f"- Methods of [all estimators](#all-estimators): {links([f'estimator.{name}' for name in names_of(Estimator)])}")
    lines.append(f"- [Functions](#functions): {links([f'culet.{name}' for name in FUNCTIONS])}")
    lines.append(f"- [What is returned](#what-is-returned): {links(RESULTS)}")
    lines += ["- [Progress](#progress)", f"- [Exceptions](#exceptions): {', '.join(f'`{name}`' for name in ERRORS)}", ""]
    return lines


def models() -> List[str]:
    lines = ["## Models", ""]
    lines += ["All parameters are passed by name, and all have a default. A model has the methods of its base and those of"]
    lines += ["[all estimators](#all-estimators). The program `culet` knows it by the name in the second column.", ""]
    lines += ["| class | model | base | what it is |", "| --- | --- | --- | --- |"]
    for name, kind in BY_NAME.items():
        first = " ".join(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].split()).partition(": ")[2]
        base = kind.__mro__[1].__name__
        lines.append(f"| {reference(kind.__name__)} | `{name}` | {reference(base)} | {cell(first[0].upper() + first[1:])} |")
    lines.append("")
    for kind in BY_NAME.values():
        lines += model(kind)
    return lines


def model(kind: type) -> List[str]:
    base = kind.__mro__[1]
    common = [entry.names for entry in common_to(base)]
    own = [entry for entry in entries_of(sections_of(kind)["Parameters"]) if entry.names not in common]
    lines = [f"### `{kind.__name__}`", "", text_of(kind, kind.__name__, ("Parameters",))]
    lines += table_of(own, kind) if own else []
    beside = "Beside these it has" if own else "It has only"
    shown = ", ".join(f"`{name}`" for name in common)
    return [*lines, f"{beside} {shown}, as any {reference(base.__name__)}.", ""]


def bases() -> List[str]:
    lines: List[str] = []
    for name in BASES:
        thing = getattr(culet, name)
        some = next(kind for kind in BY_NAME.values() if issubclass(kind, thing))
        lines += [f"## `{name}`", "", text_of(thing, name, ("Parameters",)), *table_of(common_to(thing), some)]
        lines += members(thing, name)
    lines += ["## All estimators", "", text_of(Estimator), *members(Estimator, "estimator")]
    return lines


def exceptions() -> List[str]:
    lines = ["## Exceptions", ""]
    lines += ["Each exception is a `CuletError`, and most are also an exception of Python that fits. A `CuletError` has a"]
    lines += ["`message` (what is wrong, in one line) and a `hint` (a way out, or None); printed, it shows both.", ""]
    lines += ["| exception | bases | when |", "| --- | --- | --- |"]
    for name in ERRORS:
        thing = getattr(culet, name)
        shown = ", ".join(f"`{base.__name__}`" for base in thing.__bases__)
        lines.append(f"| `{name}` | {shown} | {cell(linked(' '.join(sections_of(thing)[''])).strip())} |")
    return [*lines, "", "Ctrl-C during long work raises `KeyboardInterrupt`, as everywhere in Python.", ""]


def page() -> str:
    lines = [HEAD, *index(), *models(), *bases(), "## Functions", ""]
    for name in FUNCTIONS:
        thing = getattr(culet, name)
        lines += [f"### `culet.{name}`", "", *signature_of(thing, f"culet.{name}"), text_of(thing)]
    lines += ["## What is returned", ""]
    for name in RESULTS:
        thing = getattr(culet, name)
        lines += [f"### `{name}`", "", text_of(thing, name), *members(thing, name)]
    lines += [EVENTS, *exceptions()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def main() -> int:
    made = page()
    if "--check" in sys.argv[1:]:
        if PLACE.read_text(encoding="utf-8") == made:
            return 0
        print(f"error: {PLACE.name} is not what the docstrings say\n\nhint: run `python python/tools/api.py`", file=sys.stderr)
        return 1
    PLACE.write_bytes(made.encode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
