"""The package where there is NumPy and nothing else: ``python -I python/tests_bare/test_bare.py``.

No pytest either, so that a wheel can be tried right after it was built.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import unittest
from pathlib import Path

import culet
import numpy as np

#: What the package works with where it is installed.
OPTIONAL = ["pandas", "polars", "pyarrow", "scipy", "sklearn", "networkx", "gensim", "tqdm", "IPython"]

#: Two tastes: those of `ann` and `bob` took the first items, `cleo` and `dan` the last; each lacks one of the taste.
ROWS = [
    ("ann", "a"), ("ann", "b"), ("bob", "b"), ("bob", "c"), ("eve", "a"), ("eve", "b"), ("eve", "c"),
    ("cleo", "x"), ("cleo", "y"), ("dan", "y"), ("dan", "z"), ("fay", "x"), ("fay", "y"), ("fay", "z"),
]  # fmt: skip
COLUMNS = {"user_id": [user for user, _ in ROWS], "item_id": [item for _, item in ROWS]}
MISSING = {"ann": "c", "bob": "a", "cleo": "z", "dan": "x"}


def best(model: culet.Recommender) -> "dict[str, str]":
    frame = model.recommend(list(MISSING), 1)
    return dict(zip(frame["user_id"].tolist(), frame["item_id"].tolist()))


class Bare(unittest.TestCase):
    def test_nothing_else_is_there(self) -> None:
        there = [name for name in OPTIONAL if importlib.util.find_spec(name) is not None]
        self.assertEqual(there, [], "this is to be run in an environment with NumPy alone")
        self.assertFalse([name for name in OPTIONAL if name in sys.modules])

    def test_lists_and_dictionaries_are_fitted(self) -> None:
        for interactions in (ROWS, COLUMNS):
            model = culet.EASE().fit(interactions)
            self.assertEqual(best(model), MISSING)

    def test_answers_are_frames_of_its_own(self) -> None:
        frame = culet.EASE().fit(ROWS).recommend(["ann"], 2)
        self.assertIsInstance(frame, culet.Frame)
        self.assertEqual(frame.columns, ["user_id", "item_id", "score", "rank"])
        self.assertEqual(frame["rank"].tolist(), [1, 2])
        self.assertIn("ann", repr(frame))

    def test_what_was_saved_is_loaded(self) -> None:
        model = culet.EASE().fit(COLUMNS)
        with tempfile.TemporaryDirectory() as folder:
            model.save(Path(folder) / "run")
            loaded = culet.load(Path(folder) / "run")
            self.assertIsInstance(loaded, culet.EASE)
            self.assertEqual(best(loaded), MISSING)
            users, items = zip(*MISSING.items())
            np.testing.assert_array_equal(loaded.score(users, items), model.score(users, items))

    def test_a_network_is_fitted(self) -> None:
        ring = [(node, (node + 1) % 12) for node in range(12)]
        model = culet.DeepWalk(dim=8, epochs=1, scorer="product").fit(ring)
        self.assertEqual(model.embeddings().shape[0], 12)
        self.assertEqual(sorted(model.node_ids_.tolist()), list(range(12)))


if __name__ == "__main__":
    unittest.main()
