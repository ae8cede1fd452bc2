"""What the wheel brings, as it was installed."""

from __future__ import annotations

import re
from importlib.metadata import distribution, metadata

import culet

#: The files of the package, without those of its description.
FILES = [str(file) for file in distribution("culet").files or [] if str(file).startswith("culet/") and "__pycache__" not in str(file)]


def test_it_is_installed_for_every_python_from_3_9_on() -> None:
    wheel = distribution("culet").read_text("WHEEL") or ""
    assert re.search(r"^Tag: cp39-abi3-", wheel, re.MULTILINE), wheel
    assert metadata("culet")["Requires-Python"] == ">=3.9"


def test_the_compiled_part_is_there_once_and_typed() -> None:
    compiled = [name for name in FILES if name.startswith("culet/_core.") and not name.endswith(".pyi")]
    assert len(compiled) == 1, compiled
    assert {"culet/_core.pyi", "culet/py.typed", "culet/__init__.py"} <= set(FILES)


def test_nothing_else_is_there() -> None:
    assert all(re.fullmatch(r"culet/(_?_?\w+\.pyi?|py\.typed|_core\.(abi3\.so|pyd))", name) for name in FILES), FILES
    assert {str(file).split("/")[0] for file in distribution("culet").files or []} == {
        "culet",
        f"culet-{culet.__version__}.dist-info",
    }


def test_it_asks_for_numpy_alone() -> None:
    required = metadata("culet").get_all("Requires-Dist") or []
    assert [re.split(r"[<>=;\s]", one)[0] for one in required] == ["numpy"]


def test_it_says_what_it_is_and_under_which_licences() -> None:
    told = metadata("culet")
    assert told["Version"] == culet.__version__
    assert told["License-Expression"] == "MIT OR Apache-2.0"
    assert sorted(told.get_all("License-File") or []) == ["LICENSE-APACHE", "LICENSE-MIT"]
    assert told["Description-Content-Type"].startswith("text/markdown")
