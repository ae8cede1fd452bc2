"""What went wrong once, in the quiet: wrong rows, lost runs, ignored arguments."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

import culet
import culet._estimator

FILMS = culet.synth(n_users=120, n_items=80, n_interactions=2000, seed=5)


def test_children_that_were_forked_read_their_own_places_in_a_file():
    model = culet.KGIN(epochs=1, evaluate_every=0, dim=16).fit(FILMS)
    expected = model.embeddings("entity")
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            same = all(np.array_equal(model.embeddings("entity"), expected) for _ in range(200))
            os._exit(0 if same else 1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]


def test_a_run_that_is_whole_stays_whatever_fails_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(culet._estimator, "write_note", full)
    with pytest.raises(OSError, match="no space"):
        culet.Popularity().fit(FILMS, out=tmp_path / "run")
    assert culet.load(tmp_path / "run").n_users_ == 120


def test_every_history_has_its_row():
    model = culet.ItemKNN().fit(FILMS)
    a, b = model.item_ids_[:2]
    ids, scores = model.recommend_for_history([("x", a), ("y", "nothing known"), ("z", b)], k=3, unknown="skip", output="arrays")
    assert ids.shape == scores.shape == (3, 3)
    alone = [model.recommend_for_history([item], k=3, output="arrays")[0].tolist() for item in (a, b)]
    assert [ids[0].tolist(), ids[2].tolist()] == alone
    with pytest.raises(culet.InputError, match="is empty"):
        model.recommend_for_history([[a], [], [b]])
    with pytest.raises(culet.InputError, match="same id"):
        model.recommend_for_history({1: [a], "1": [b]})


def test_a_callback_may_answer_as_numpy_does():
    model = culet.BPRMF(epochs=9, evaluate_every=1)
    model.fit(FILMS, progress=lambda event: np.bool_(event["event"] != "epoch"))
    assert len(model.history_) == 1


def test_nothing_beside_what_is_whole_is_ignored():
    network = culet.network([("a", "b"), ("b", "c")])
    for wrong in (
        lambda: culet.catalogue(FILMS, min_rating=4),
        lambda: culet.EASE().fit(FILMS, columns={"user": "x"}),
        lambda: culet.DeepWalk().fit(network, test=[("a", "c")]),
        lambda: culet.network(network, directed=True),
    ):
        with pytest.raises(culet.InputError, match="is whole"):
            wrong()


def test_a_symmetric_matrix_tells_each_edge_once():
    told = culet.network(csr_matrix(np.array([[5.0, 2.0, 0.0], [2.0, 0.0, 3.0], [0.0, 3.0, 0.0]])))
    edges = told.edges.to_dict() if hasattr(told.edges, "to_dict") and not hasattr(told.edges, "iloc") else told.edges.to_dict("list")
    assert sorted(edges["weight"]) == [2.0, 3.0, 5.0]
    directed = culet.network(csr_matrix(np.array([[0.0, 2.0], [2.0, 0.0]])), directed=True)
    assert directed.n_edges == 2


def test_ids_of_one_kind_have_one_type():
    model = culet.ItemKNN().fit([(1, 1), (1, 2), (2, 1), (2, 3), (3, 2)], test=[("2", "x")])
    assert model.item_ids_.dtype == object
    assert {type(one) for one in model.similar_items("1", output="numpy")["item_id"]} == {str}
    with pytest.raises(culet.InputError, match="no list of ids"):
        model.score({1, 2}, {1, 2})
