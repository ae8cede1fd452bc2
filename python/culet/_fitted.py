"""Run folders of fitted estimators: kept as long as the estimator lives, saved, loaded, pickled."""

from __future__ import annotations

import json
import logging
import os
import weakref
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

from . import _core
from ._errors import InputError, RunError
from ._ids import IdTable
from ._settings import path_of

log = logging.getLogger("culet")

#: What the caller's ids were, beside what the run holds.
_NOTE = "python.json"


def _remove(folder: str, process: int) -> None:
    """Removes a temporary folder, unless this is a process that was forked from its owner."""
    import shutil

    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


class Fitted:
    """An opened run folder.

    Attributes
    ----------
    path : Path
        The folder.
    run : _core.Run
        What answers.
    manifest : dict
        How the model was made and what it reached.
    whole : dict of str to bool
        Whether the ids of users, items or nodes are whole numbers to the caller.
    output : str or None
        As what the data came: `pandas`, `polars`, `arrow`, or None.
    notes : list of str
        What the reader of the data noticed.
    """

    def __init__(self, path: Path, n_threads: int, whole: Optional[Mapping[str, bool]] = None) -> None:
        self.path = path
        self.n_threads = n_threads
        self.run = _core.Run.open(path, n_threads)
        self.manifest: Dict[str, Any] = json.loads(self.run.manifest)
        note = read_note(path)
        noted = note.get("whole_ids")
        self.whole: Dict[str, bool] = dict(whole if whole is not None else noted if isinstance(noted, dict) else {})
        self.output: Optional[str] = note.get("output") if note.get("output") in ("pandas", "polars", "arrow") else None
        notes = note.get("notes")
        self.notes = [str(one) for one in notes] if isinstance(notes, list) else []
        self._tables: Dict[str, IdTable] = {}

    def table(self, kind: str) -> IdTable:
        """The ids of a kind."""
        if kind not in self._tables:
            self._tables[kind] = IdTable(self.run, kind, self.whole.get(kind, False))
        return self._tables[kind]

    def save(self, path: "str | os.PathLike[str]") -> None:
        """Copies the folder; it stands at its place whole or not at all."""
        import shutil
        import tempfile

        target = path_of(path)
        if os.path.lexists(target):
            raise InputError(f"`{target}` exists", "name a new folder; nothing is overwritten")
        if not target.absolute().parent.is_dir():
            raise InputError(f"there is no folder `{target.absolute().parent}`", "make it first")
        try:
            staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.absolute().parent))
            try:
                shutil.copytree(self.path, staging / "run", ignore=shutil.ignore_patterns("checkpoint"))
                os.rename(staging / "run", target)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        except OSError as error:
            raise RunError(f"cannot write `{target}`: {error.strerror or error}", "is there room, and may you write?") from error

    def to_bytes(self) -> bytes:
        """The folder as one archive."""
        return pack(self.path)

    @classmethod
    def from_bytes(cls, data: bytes, n_threads: int, whole: Optional[Mapping[str, bool]] = None) -> "Fitted":
        """A folder of its own out of such an archive."""
        import shutil

        folder, run = temporary_folder()
        try:
            run.mkdir()
            unpack(data, run)
            return owning(cls(run, n_threads, whole), folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def pack(folder: Path) -> bytes:
    """The files of a folder as one archive."""
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(folder.iterdir()):
            # What a training keeps to go on from lies in a folder below.
            if file.is_file():
                archive.write(file, file.name)
    return buffer.getvalue()


def unpack(data: bytes, folder: Path) -> None:
    """The files of such an archive, into a folder."""
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            (folder / Path(name).name).write_bytes(archive.read(name))


def temporary_folder() -> Tuple[Path, Path]:
    """A new folder for one run, and the place of the run in it."""
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="culet-"))
    return folder, folder / "run"


def owning(fitted: Fitted, folder: Path) -> Fitted:
    """Removes a temporary folder together with who answers from it."""
    weakref.finalize(fitted, _remove, str(folder), os.getpid())
    return fitted


def write_note(path: Path, whole: Mapping[str, bool], output: Optional[str], notes: Sequence[str] = ()) -> None:
    """Notes beside a run, or a catalogue, what its ids were, and what its reader noticed."""
    (path / _NOTE).write_text(json.dumps({"whole_ids": dict(whole), "output": output, "notes": list(notes)}) + "\n")


def read_note(path: Path) -> Dict[str, Any]:
    """What was noted beside a run or a catalogue; nothing where the program wrote it."""
    try:
        text = (path / _NOTE).read_text()
    except OSError:
        return {}
    except ValueError:
        text = ""
    try:
        note = json.loads(text)
    except ValueError:
        note = None
    if not isinstance(note, dict):
        log.warning("`%s` is damaged: ids are texts", path / _NOTE)
        return {}
    return note
