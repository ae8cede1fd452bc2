"""Estimators among those of scikit-learn."""

from __future__ import annotations

import numpy as np
import pandas
import pytest
from conftest import NETWORKS, RECOMMENDERS, communities, fitted, new, raises
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import culet

NODES = np.array(sorted({node for edge in communities() for node in edge}), dtype=object)
FIELDS = np.array([int(node.split(":")[1][0]) for node in NODES])

EDGES = {
    "rows": communities(),
    "pandas": pandas.DataFrame(communities(), columns=["source", "target"]),
    "Network": culet.network(communities()),
}


def pipeline(network, **params):
    return make_pipeline(new(culet.DeepWalk, network=network, **params), StandardScaler(), LogisticRegression())


@pytest.mark.parametrize("kind", EDGES)
def test_nodes_are_classified_by_their_vectors(kind):
    chain = pipeline(EDGES[kind])
    assert cross_val_score(chain, NODES, FIELDS, cv=3).min() > 0.9
    assert cross_val_score(chain, NODES, np.arange(len(NODES)) % 2, cv=3).mean() < 0.9, "labels at random are not found"
    chain.fit(NODES, FIELDS)
    assert chain.score(NODES, FIELDS) > 0.9
    assert (chain.predict(NODES.reshape(-1, 1)) == chain.predict(NODES)).all()
    assert chain[:-1].transform(NODES).shape == (len(NODES), 16)


def test_settings_are_searched():
    search = GridSearchCV(pipeline(EDGES["Network"]), {"deepwalk__dim": [2, 8], "deepwalk__window": [2]}, cv=2, error_score="raise")
    search.fit(NODES, FIELDS)
    assert search.best_score_ > 0.9 and search.best_params_["deepwalk__dim"] in (2, 8)
    assert sorted(search.cv_results_["param_deepwalk__dim"]) == [2, 8]
    widths = {search.best_estimator_[0].embeddings().shape[1], 2 * search.best_params_["deepwalk__dim"]}
    assert len(widths) == 1


def test_searches_run_in_other_processes():
    scores = cross_val_score(pipeline(EDGES["Network"], n_threads=1), NODES, FIELDS, cv=2, n_jobs=2)
    assert scores.min() > 0.9


def test_a_clone_has_the_parameters_and_no_fit():
    chain = pipeline(EDGES["rows"]).fit(NODES, FIELDS)
    copied = clone(chain)
    assert copied[0].get_params()["dim"] == 8
    raises(culet.NotFittedError, lambda: copied[0].run_)
    assert copied[0].network == chain[0].network
    assert clone(new(culet.DeepWalk, network=EDGES["Network"])).network is EDGES["Network"]


def test_a_frozen_estimator_keeps_its_vectors():
    model = new(culet.DeepWalk).fit(communities(), progress=False)
    before = model.transform(NODES)
    chain = make_pipeline(FrozenEstimator(model), LogisticRegression()).fit(NODES, FIELDS)
    assert chain.score(NODES, FIELDS) > 0.9
    assert np.array_equal(model.transform(NODES), before) and clone(chain)[0].estimator is model
    assert cross_val_score(chain, NODES, FIELDS, cv=3).min() > 0.9


def test_vectors_of_all_nodes_or_of_those_that_are_passed():
    model = new(culet.DeepWalk)
    assert np.array_equal(model.fit_transform(communities(), progress=False), model.embeddings())
    inside = new(culet.DeepWalk, network=communities())
    vectors = inside.fit_transform(NODES[:5])
    assert np.array_equal(vectors, inside.embeddings(NODES[:5])) and len(vectors) == 5
    assert np.array_equal(model.transform(NODES), inside.transform(pandas.DataFrame({"node": NODES})))
    raises(culet.InputError, lambda: inside.transform(np.array([["a", "b"]])), "one column")
    raises(culet.UnknownIdError, lambda: inside.transform(["nobody"]), "nobody")


def test_output_as_a_frame():
    chain = make_pipeline(new(culet.DeepWalk, network=communities())).set_output(transform="pandas")
    frame = chain.fit_transform(pandas.DataFrame({"node": NODES}, index=np.arange(len(NODES)) * 2))
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == [f"deepwalk{k}" for k in range(16)] == list(chain.get_feature_names_out())
    assert frame.index.tolist() == [2 * k for k in range(len(NODES))]
    again = clone(chain).fit(NODES).transform(NODES)
    assert isinstance(again, pandas.DataFrame) and np.array_equal(again.to_numpy(), frame.to_numpy())
    assert isinstance(chain.set_output(transform="default").transform(NODES), np.ndarray)
    raises(culet.InputError, lambda: new(culet.DeepWalk).set_output(transform="excel"), "excel")


@pytest.mark.parametrize("cls", [*RECOMMENDERS, *NETWORKS], ids=lambda cls: cls.__name__)
def test_tags(cls):
    from sklearn.utils import get_tags
    from sklearn.utils.validation import check_is_fitted

    tags = get_tags(cls())
    assert tags.estimator_type == ("transformer" if issubclass(cls, culet.NodeModel) else None)
    assert not tags.target_tags.required
    check_is_fitted(fitted(cls))
