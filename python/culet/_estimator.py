"""What all estimators share: parameters, folders, pickles."""

from __future__ import annotations

import inspect
import json
import os
from pathlib import Path
from typing import Any, ClassVar, Dict, List, Mapping, Optional, Type, TypeVar, Union

from ._errors import InputError, NotFittedError
from ._fitted import Fitted, owning, temporary_folder, write_note
from ._metrics import in_order
from ._progress import Follower, Progress
from ._settings import as_json, path_of, seed_of, threads_of

PathLike = Union[str, "os.PathLike[str]"]
Self = TypeVar("Self", bound="Estimator")

#: Parameters that are no settings of a model or its training.
_OWN = ("at", "graph", "network", "seed", "n_threads")


class Estimator:
    """The base of all estimators.

    An estimator keeps its parameters as they were passed, and checks them when it is fitted; scikit-learn's ``clone``,
    pipelines and searches work. What was fitted is a run folder, the same that the program ``culet`` writes and reads.
    """

    #: The name of the model in the registry.
    _model: ClassVar[str] = ""
    #: Parameters whose name is another in the registry.
    _renamed: ClassVar[Mapping[str, str]] = {}
    #: Settings by the name of the preset.
    _presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    _fit: Optional[Fitted] = None

    # Parameters

    @classmethod
    def _names(cls) -> List[str]:
        return [name for name in inspect.signature(cls.__init__).parameters if name != "self"]

    def get_params(self, deep: bool = True) -> Dict[str, Any]:
        """The parameters by name.

        Parameters
        ----------
        deep : bool
            For scikit-learn; there are no estimators within.

        Returns
        -------
        dict
        """
        return {name: getattr(self, name) for name in self._names()}

    def set_params(self: Self, **params: Any) -> Self:
        """Sets parameters; what was fitted stays until the next ``fit``.

        Parameters
        ----------
        **params
            By name.

        Returns
        -------
        self
        """
        names = self._names()
        for name, value in params.items():
            if name not in names:
                raise InputError(f"{type(self).__name__} has no parameter `{name}`", f"it has {', '.join(names)}")
            setattr(self, name, value)
        return self

    @classmethod
    def preset(cls: Type[Self], name: str, **params: Any) -> Self:
        """An estimator with named settings, such as those that were published.

        Parameters
        ----------
        name : str
            One of those in the documentation of the class.
        **params
            Win over the preset.

        Returns
        -------
        estimator
        """
        if name not in cls._presets:
            known = ", ".join(cls._presets) or "none"
            raise InputError(f"{cls.__name__} has no preset `{name}`", f"its presets: {known}")
        return cls(**{**cls._presets[name], **params})

    def __repr__(self) -> str:
        signature = inspect.signature(type(self).__init__).parameters
        changed = [
            f"{name}={value!r}" for name, value in self.get_params().items() if not _same(value, signature[name].default)
        ]
        return f"{type(self).__name__}({', '.join(changed)})"

    def _settings(self) -> str:
        """The settings of the model and its training, as JSON."""
        told = {name: value for name, value in self.get_params().items() if name not in _OWN}
        # Checked by their names here, and told by those of the registry.
        as_json(told)
        return as_json({self._renamed.get(name, name): value for name, value in told.items()})

    def _own_numbers(self) -> "tuple[int, int]":
        """The seed and the number of threads."""
        return seed_of(self.seed), threads_of(self.n_threads)  # type: ignore[attr-defined]

    # Folders

    @property
    def _run(self) -> Fitted:
        if self._fit is None:
            name = type(self).__name__
            raise NotFittedError(f"this {name} is not fitted", "call `fit` first, or `load` a run folder")
        return self._fit

    def __sklearn_is_fitted__(self) -> bool:
        return self._fit is not None

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags

        return Tags(estimator_type=None, target_tags=TargetTags(required=False), input_tags=InputTags(string=True, categorical=True))

    def _train(
        self, out: Optional[PathLike], data: Any, whole: Mapping[str, bool], progress: Progress, train: Any
    ) -> None:
        """Trains into a folder, of the caller's or a temporary one, and opens it."""
        import shutil

        follower = Follower(progress, type(self).__name__)
        folder: Optional[Path] = None
        if out is None:
            folder, place = temporary_folder()
        else:
            place = path_of(out)
        was_there = os.path.lexists(place)
        try:
            train(place, follower)
            write_note(place, whole, data._output, data.notes)
            fitted = Fitted(place, self._own_numbers()[1])
        except BaseException as error:
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)
            elif not was_there and not isinstance(error, InputError) and not (place / "manifest.json").exists():
                # What was begun there; a run that is whole stays, whatever failed afterwards.
                shutil.rmtree(place, ignore_errors=True)
            if isinstance(error, InputError) and any(f"`{told}`" in error.message for told in self._renamed.values()):
                raise self._in_own_words(error) from None
            raise
        finally:
            follower.close()
        self._fit = owning(fitted, folder) if folder is not None else fitted

    def _in_own_words(self, error: InputError) -> InputError:
        """The error with the names that the parameters have here."""
        message = error.message
        for name, told in self._renamed.items():
            message = message.replace(f"`{told}`", f"`{name}`")
        return InputError(message, error.hint)

    def save(self, path: PathLike) -> None:
        """Saves what was fitted as a run folder, which the program ``culet`` and :func:`culet.load` read.

        Parameters
        ----------
        path : path
            A new folder.
        """
        self._run.save(path)

    @classmethod
    def load(cls: Type[Self], path: PathLike, *, n_threads: int = 0, ids: str = "auto") -> Self:
        """Opens a run folder, written by ``save`` or by the program ``culet``.

        Parameters
        ----------
        path : path
            The folder.
        n_threads : int
            Threads to use; 0: as many as there are cores.
        ids : {'auto', 'int', 'str'}
            As what ids are returned: as those of the data it was fitted on, as whole numbers where all are, or as texts.
            A run of the program has texts.

        Returns
        -------
        estimator
        """
        from ._load import load

        loaded = load(path, n_threads=n_threads, ids=ids)
        if not isinstance(loaded, cls):
            raise InputError(f"`{path}` holds a {type(loaded).__name__}, not a {cls.__name__}", "use `culet.load`")
        return loaded

    # Pickles

    def __getstate__(self) -> Dict[str, Any]:
        state = {name: value for name, value in self.__dict__.items() if name != "_fit"}
        if self._fit is not None:
            state["_folder"] = self._fit.to_bytes()
            state["_whole"] = self._fit.whole
        return state

    def __setstate__(self, state: Dict[str, Any]) -> None:
        told = dict(state)
        folder, whole = told.pop("_folder", None), told.pop("_whole", None)
        self.__dict__.update(told)
        if folder is not None:
            self._fit = Fitted.from_bytes(folder, self._own_numbers()[1], whole)

    # What was found

    @property
    def run_(self) -> Path:
        """The run folder; a temporary one vanishes with the estimator."""
        return self._run.path

    @property
    def history_(self) -> List[Dict[str, Any]]:
        """What each epoch told: loss, seconds, metrics on the part that selects."""
        found: List[Dict[str, Any]] = json.loads(self._run.run.history())
        return found

    @property
    def notes_(self) -> List[str]:
        """What the reader of the data noticed and a person should know, one sentence each; empty for a run of the program."""
        return list(self._run.notes)

    @property
    def metrics_(self) -> Dict[str, float]:
        """The metrics on the test part, by names such as ``recall@20``, recall and ndcg first; empty without one."""
        return in_order(self._run.manifest["metrics"].get("test") or {})

    @property
    def valid_metrics_(self) -> Dict[str, float]:
        """The metrics by which the epoch or the blend was selected; empty where nothing was."""
        return in_order(self._run.manifest["metrics"].get("valid") or {})

    @property
    def best_epoch_(self) -> Optional[int]:
        """The epoch that was taken, from 1; None for a model without epochs."""
        epoch: Optional[int] = self._run.manifest["best_epoch"]
        return epoch

    @property
    def seconds_(self) -> Dict[str, float]:
        """Seconds by phase: ``load``, ``train``, ``evaluate``."""
        return dict(self._run.manifest["seconds"])


def _same(value: Any, default: Any) -> bool:
    try:
        return bool(value is default or value == default)
    except Exception:
        return False
