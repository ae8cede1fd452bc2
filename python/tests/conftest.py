"""What the tests share: a checkerboard, two communities, and an estimator of each model fitted to them once."""

from __future__ import annotations

import logging
import os
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import pytest

import culet
from culet._models import BY_NAME

RECOMMENDERS = [cls for cls in BY_NAME.values() if issubclass(cls, culet.Recommender)]
NETWORKS = [cls for cls in BY_NAME.values() if issubclass(cls, culet.NodeModel)]

N_USERS, N_ITEMS = 40, 24

#: Enough to learn the checkerboard, and little enough for a slow machine.
QUICK = {"epochs": 30, "batch": 64, "learning_rate": 0.01, "evaluate_every": 5, "dim": 16}


def board() -> Tuple[List[Tuple[str, str]], List[Tuple[str, str]]]:
    """Users take the items of their own colour, each but one, which is the test."""
    train, test = [], []
    for user in range(N_USERS):
        own = [item for item in range(N_ITEMS) if item % 2 == user % 2]
        withheld = own[user // 2 % len(own)]
        train += [(f"u{user:02}", f"i{item:02}") for item in own if item != withheld]
        test.append((f"u{user:02}", f"i{withheld:02}"))
    return train, test


def colours() -> List[Tuple[str, str, str]]:
    """Facts: the colour of each item."""
    return [(f"i{item:02}", "colour", "black" if item % 2 else "white") for item in range(N_ITEMS)]


def new(cls: Any, **params: Any) -> Any:
    """An estimator that trains quickly."""
    if issubclass(cls, culet.NodeModel):
        quick = {"dim": 8, "metapath": "author,paper,author"} if cls is culet.Metapath2Vec else {"dim": 8}
        return cls(**{**quick, **params})
    names = cls._names()
    quick = {name: value for name, value in QUICK.items() if name in names}
    return cls(**{**quick, "at": (1, 5), **params})


def communities() -> List[Tuple[str, str]]:
    """Authors and papers of two fields, and one edge between the fields."""
    edges = []
    for field in range(2):
        for a in range(14):
            for p in range(14):
                if (a * 7 + p * 3) % 5 < 2:
                    edges.append((f"author:{field}{a:02}", f"paper:{field}{p:02}"))
    return [*edges, ("author:000", "paper:100")]


def edges_of(cls: Any) -> culet.Network:
    return culet.split(culet.network(communities()), test_share=0.2, valid_share=0.1, seed=3)


@lru_cache(maxsize=None)
def fitted(cls: Any) -> Any:
    """An estimator of a class, fitted once; nobody may change it."""
    if issubclass(cls, culet.NodeModel):
        return new(cls).fit(edges_of(cls), progress=False)
    train, test = board()
    return new(cls).fit(train, colours(), test=test, progress=False)


def table_bytes(model: Any) -> bytes:
    """All numbers that were learned."""
    return (Path(model.run_) / "tables.safetensors").read_bytes()


def rows_of(frame: Any) -> List[Tuple[Any, ...]]:
    """The rows of any kind of frame."""
    if isinstance(frame, culet.Frame):
        return list(frame.rows())
    if hasattr(frame, "itertuples"):
        return list(frame.itertuples(index=False, name=None))
    if hasattr(frame, "rows"):
        return list(frame.rows())
    return list(zip(*(column.to_pylist() for column in frame.columns)))


@pytest.fixture(scope="session")
def program() -> Path:
    """The program `culet`, to compare with."""
    root = Path(__file__).parents[2]
    places = [os.environ.get("CULET"), root / "target/debug/culet", root / "target/release/culet"]
    for place in places:
        if place and Path(place).is_file():
            return Path(place)
    pytest.skip("there is no program `culet`: build it, or name it by CULET")


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], List[str]]:
    """What the package logged."""
    caplog.set_level(logging.INFO, logger="culet")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "culet"]


def raises(kind: Any, call: Callable[[], Any], *words: str) -> Any:
    """Calls what has to fail; the message has to hold the words."""
    with pytest.raises(kind) as caught:
        call()
    text = str(caught.value)
    for word in words:
        assert word in text, f"`{word}` is not in: {text}"
    return caught.value


def as_lists(frame: Any) -> Dict[str, List[Any]]:
    """A frame's columns as lists."""
    rows = rows_of(frame)
    names = list(frame.column_names) if hasattr(frame, "column_names") else list(frame.columns)
    return {name: [row[k] for row in rows] for k, name in enumerate(names)}


def lists_of(model: Any) -> List[Tuple[Any, ...]]:
    """What a model recommends, or holds alike."""
    if isinstance(model, culet.NodeModel):
        return rows_of(model.similar(model.node_ids_[:5], 4, output="numpy"))
    return rows_of(model.recommend(k=5, output="numpy"))
