"""What happens while something is fitted: for a terminal, a notebook, a log, or a function of the caller."""

from __future__ import annotations

import importlib.util
import json
import logging
import sys
from typing import Any, Callable, Dict, Optional, Union

from ._errors import InputError

log = logging.getLogger("culet")

#: What a caller may pass as `progress`.
Progress = Union[bool, None, Callable[[Dict[str, Any]], Any]]


class Follower:
    """Hears the events of the compiled part, and tells them on."""

    def __init__(self, progress: Progress, title: str) -> None:
        if not (progress is None or isinstance(progress, bool) or callable(progress)):
            raise InputError(f"`progress` is a {type(progress).__name__}, expected True, False, None or a function")
        self.title = title
        self.callback = progress if callable(progress) else None
        self.bar: Any = None
        self._shows = _shows_bar(progress)
        self._metric: Optional[str] = None
        self._steps = 1

    def __call__(self, text: str) -> bool:
        event = json.loads(text)
        self._log(event)
        if self._shows:
            self._draw(event)
        if self.callback is not None:
            answer = self.callback(event)
            return answer is None or bool(answer)
        return True

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None

    def _log(self, event: Dict[str, Any]) -> None:
        what = event["event"]
        if what == "start":
            self._metric = event["metric"]
        elif what == "part":
            self.title = event["title"]
        elif what == "stage":
            log.info("%s: %s", self.title, event["what"])
        elif what == "remark":
            log.info("%s: %s", self.title, event["text"])
        elif what == "epoch":
            judged = event.get("valid") or event.get("test") or {}
            metric = f", {self._metric} {judged[self._metric]:.4f}" if self._metric in judged else ""
            log.info("%s: %s %d, loss %.4f%s", self.title, event["phase"], event["epoch"], event["loss"], metric)
        elif what == "stopped":
            log.info("%s: stopped after epoch %d: %s", self.title, event["epoch"], event["reason"])

    def _draw(self, event: Dict[str, Any]) -> None:
        what = event["event"]
        if what == "start":
            tqdm = _tqdm()
            self.close()
            self._steps = max(event["steps_per_epoch"], 1)
            total = event["epochs"] * self._steps
            name = self.title if event["phase"] == "train" else f"{self.title} {event['phase']}"
            self.bar = tqdm(total=total, desc=name, unit="step", leave=False)
        elif self.bar is None:
            return
        elif what == "step":
            done = (event["epoch"] - 1) * self._steps + event["step"]
            self.bar.update(done - self.bar.n)
            self.bar.set_postfix_str(f"epoch {event['epoch']}, loss {event['loss']:.4f}", refresh=False)
        elif what == "epoch":
            self.bar.update(event["epoch"] * self._steps - self.bar.n)


def _tqdm() -> Any:
    """The bar that suits: of a notebook if its widgets are there, or else of text."""
    if "ipykernel" in sys.modules and importlib.util.find_spec("ipywidgets") is not None:
        from tqdm.notebook import tqdm
    else:
        from tqdm import tqdm
    return tqdm


def _shows_bar(progress: Progress) -> bool:
    """Whether a bar is drawn: where it is asked for, or where somebody sees it and tqdm is there."""
    if progress is True:
        return importlib.util.find_spec("tqdm") is not None
    if progress is None:
        is_seen = "ipykernel" in sys.modules or (sys.stderr is not None and sys.stderr.isatty())
        return is_seen and importlib.util.find_spec("tqdm") is not None
    return False
