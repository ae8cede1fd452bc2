"""Writes the classes of the models, `culet/_models.py`, from the registry of the compiled part.

Run with the package installed: ``python python/tools/generate.py`` writes, ``--check`` compares.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import keyword
import re
import sys
import textwrap
from pathlib import Path
from typing import Any, Dict, List

PLACE = Path(__file__).parent.parent / "culet" / "_models.py"
WIDTH = 118

HEAD = '''"""The models as classes, generated from the registry: python/tools/generate.py."""

# fmt: off
from __future__ import annotations

from typing import Any, Dict, Sequence, Type

from ._estimator import Estimator
from ._node_model import NodeModel
from ._recommender import CUTOFFS, Recommender
'''

COMMON = {
    "at": ("Sequence[int]", "CUTOFFS", "sequence of int", "Lengths of the lists that are judged; the first selects."),
    "graph": (
        "str",
        '"true"',
        "{'true', 'random', 'none'}",
        "The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph gives.",
    ),
    "network": (
        "Any",
        "None",
        "table, path or Network, optional",
        "The edges to learn from, for a place in a pipeline whose steps take nodes.",
    ),
    "seed": ("int", "0", "int", "The same seed gives the same bytes, whatever the threads."),
    "n_threads": ("int", "0", "int", "Threads to use; 0: as many as there are cores."),
}

#: Settings whose name is that of a method of all estimators.
RENAMED = {"score": "scorer"}


def registry() -> List[Dict[str, Any]]:
    """What the compiled part tells, without the package around it, which may lack its models yet."""
    package = importlib.util.find_spec("culet")
    if package is None or not package.submodule_search_locations:
        sys.exit("error: `culet` is not installed\n\nhint: run `maturin develop`")
    folders = list(package.submodule_search_locations)
    found = importlib.machinery.PathFinder.find_spec("_core", folders)
    if found is None or found.loader is None:
        sys.exit("error: the compiled part is not built\n\nhint: run `maturin develop`")
    core = importlib.util.module_from_spec(found)
    found.loader.exec_module(core)
    models: List[Dict[str, Any]] = json.loads(core.models())
    return models


def parameter(name: str) -> str:
    """What a setting is called in Python."""
    return RENAMED.get(name, name + "_" if keyword.iskeyword(name) else name)


def kind(value: Any) -> str:
    return {bool: "bool", int: "int", float: "float", str: "str"}[type(value)]


def paragraph(text: str, indent: str) -> List[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)


def words(setting: Dict[str, Any]) -> List[str]:
    """The words that a setting may be, its default first; none if it is a number, a switch or a text."""
    if not isinstance(setting["default"], str) or setting["values"] == "a text":
        return []
    found = setting["values"].split(", ")
    return [setting["default"], *(word for word in found if word != setting["default"])]


def type_of(setting: Dict[str, Any]) -> str:
    """What stands behind the name of a parameter."""
    chosen = ", ".join(f"'{word}'" for word in words(setting))
    return f"{{{chosen}}}" if chosen else kind(setting["default"])


def meaning(setting: Dict[str, Any]) -> str:
    """What a setting does, its range, and its name in the program where that is another."""
    told = [sentence(in_python(setting))]
    bounds = re.fullmatch(r"a (?:whole )?number (?:of )?(.+)", setting["values"])
    if bounds:
        told.append(sentence(bounds[1]))
    if parameter(setting["name"]) != setting["name"]:
        told.append(f"The program calls it ``{setting['name']}``.")
    return " ".join(told)


def in_python(setting: Dict[str, Any]) -> str:
    """The help of a setting, its words in quotes and its code as it is written in Python."""
    text: str = setting["help"]
    text = re.sub(r"`(\w+) = (\w+)`", lambda found: f'``{parameter(found[1])}="{found[2]}"``', text)
    for word in sorted(words(setting), key=len, reverse=True):
        text = text.replace(f"`{word}`", f"'{word}'")
        # Where a part of the sentence begins with it.
        text = re.sub(rf"(^|; |: |' and ){word}(?![\w-])", rf"\1'{word}'", text)
    return re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", text)


def sentence(text: str) -> str:
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else text + "."


def of_class(model: Dict[str, Any]) -> List[str]:
    base = "NodeModel" if model["of_network"] else "Recommender"
    settings = [*model["settings"], *model["training"]]
    common = [name for name in COMMON if name != ("at" if model["of_network"] else "network")]
    common = [name for name in common if not (name == "graph" and model["of_network"])]
    lines = ["", "", f"class {model['class']}({base}):"]
    lines += paragraph(f'"""{model["title"]}: {model["summary"]}.', "    ")
    paper = model["paper"]
    lines += ["", *paragraph(f"{paper['title']}, {paper['authors']}, {paper['venue']}. {paper['link']}", "    ")]
    if model["new_users"]:
        new_users = model["new_users"].replace("`", "``")
        lines += ["", *paragraph(f"New users: scored {new_users}.", "    ")]
    if model["presets"]:
        lines += ["", "    Presets, for :meth:`preset`:", ""]
        for preset in model["presets"]:
            help_in_python = re.sub(r"`--(\w+) (\w+)`", r'``\1="\2"``', preset["help"])
            told = paragraph(f"- ``{preset['name']}``: {help_in_python}", "    ")
            lines += [told[0], *(f"  {line}" for line in told[1:])]
    lines += ["", "    Parameters", "    ----------"]
    for setting in settings:
        lines.append(f"    {parameter(setting['name'])} : {type_of(setting)}")
        lines += paragraph(meaning(setting), "        ")
    for name in common:
        lines.append(f"    {name} : {COMMON[name][2]}")
        lines += paragraph(COMMON[name][3], "        ")
    lines += ['    """', "", f'    _model = "{model["name"]}"']
    renamed = {parameter(s["name"]): s["name"] for s in settings if parameter(s["name"]) != s["name"]}
    if renamed:
        lines.append(f"    _renamed = {json.dumps(renamed)}")
    if model["presets"]:
        presets = {p["name"]: {parameter(k): v for k, v in p["settings"].items()} for p in model["presets"]}
        lines.append("    _presets = {")
        lines += [f"        {json.dumps(name)}: {values!r}," for name, values in presets.items()]
        lines.append("    }")
    lines += ["", "    def __init__(", "        self,", "        *,"]
    names = []
    for setting in settings:
        names.append(parameter(setting["name"]))
        lines.append(f"        {names[-1]}: {kind(setting['default'])} = {setting['default']!r},")
    for name in common:
        names.append(name)
        lines.append(f"        {name}: {COMMON[name][0]} = {COMMON[name][1]},")
    lines += ["    ) -> None:", *(f"        self.{name} = {name}" for name in names)]
    return lines


def module() -> str:
    models = registry()
    lines = [HEAD.rstrip("\n")]
    for model in models:
        lines += of_class(model)
    lines += ["", "", "#: The classes by the name of the model."]
    lines.append("BY_NAME: Dict[str, Type[Estimator]] = {")
    lines += [f'    "{model["name"]}": {model["class"]},' for model in models]
    lines += ["}", "", "__all__ = ["]
    lines += [f'    "{model["class"]}",' for model in models]
    lines += ["]", ""]
    return "\n".join(lines)


def main() -> int:
    made = module()
    if "--check" in sys.argv[1:]:
        if PLACE.read_text(encoding="utf-8") == made:
            return 0
        print(f"error: {PLACE.name} is not what the registry says\n\nhint: run `python python/tools/generate.py`", file=sys.stderr)
        return 1
    PLACE.write_bytes(made.encode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
