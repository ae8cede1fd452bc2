"""The documents: the notebook runs, the examples run and are typed, the page of the interface is current."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import List

import pytest

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs" / "python"


def blocks(page: Path) -> List[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(), flags=re.DOTALL)


EXAMPLES = blocks(DOCS / "coming-from.md")


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_examples_run(example: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_examples_are_typed(tmp_path: Path) -> None:
    for k, example in enumerate(EXAMPLES):
        (tmp_path / f"example_{k}.py").write_text(example)
    (tmp_path / "readme.py").write_text(blocks(ROOT / "python" / "README.md")[0])
    command = [sys.executable, "-m", "mypy", "--ignore-missing-imports", *sorted(map(str, tmp_path.glob("*.py")))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_notebook_runs() -> None:
    import nbclient
    import nbformat

    notebook = nbformat.read(DOCS / "tutorial.ipynb", as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "the notebook is committed without outputs"
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    drawn = [out for cell in notebook.cells for out in cell.get("outputs", []) if "text/html" in out.get("data", {})]
    assert len(drawn) >= 5


def test_the_page_of_the_interface_is_current() -> None:
    tool = ROOT / "python" / "tools" / "api.py"
    done = subprocess.run([sys.executable, str(tool), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_package_is_written_for_the_oldest_python_that_it_names() -> None:
    import ast

    package = Path(sys.modules["culet"].__file__ or "").parent if "culet" in sys.modules else ROOT / "python" / "culet"
    files = sorted(package.glob("*.py"))
    assert len(files) > 10
    for file in files:
        ast.parse(file.read_text(), filename=file.name, feature_version=(3, 9))
