"""What every model promises, asked of each in turn."""

from __future__ import annotations

import copy
import json
import pickle

import numpy as np
import pytest
from conftest import (
    N_ITEMS,
    N_USERS,
    NETWORKS,
    RECOMMENDERS,
    as_lists,
    board,
    colours,
    communities,
    edges_of,
    fitted,
    lists_of,
    new,
    raises,
    rows_of,
    table_bytes,
)

import culet
from culet import _core

ABILITIES = {model["class"]: model for model in json.loads(_core.models())}

every = pytest.mark.parametrize("cls", [*RECOMMENDERS, *NETWORKS], ids=lambda cls: cls.__name__)
recommender = pytest.mark.parametrize("cls", RECOMMENDERS, ids=lambda cls: cls.__name__)
of_network = pytest.mark.parametrize("cls", NETWORKS, ids=lambda cls: cls.__name__)


def has_vectors(cls):
    return cls in (culet.KGIN, culet.ALS, culet.BPRMF, culet.SoftmaxMF, culet.LightGCN)


def test_every_model_of_the_registry_is_a_class():
    assert set(ABILITIES) == {cls.__name__ for cls in [*RECOMMENDERS, *NETWORKS]}
    assert set(ABILITIES) <= set(culet.__all__)


# Learning


@recommender
def test_a_withheld_item_of_the_own_colour_is_found(cls):
    model = fitted(cls)
    _, test = board()
    best = {user: item for user, item, _, rank in rows_of(model.recommend(k=1, output="numpy"))}
    found = sum(best[user] == item for user, item in test)
    if cls is culet.Popularity:
        assert found <= N_USERS // 4, "popularity knows no colour"
    else:
        assert found >= 0.9 * N_USERS


@of_network
def test_edges_within_a_community_are_likelier_than_between(cls):
    model = fitted(cls)
    within, between = [], []
    for a in range(14):
        for p in range(14):
            if (a * 7 + p * 3) % 5 >= 2:
                within.append((f"author:0{a:02}", f"paper:0{p:02}"))
            between.append((f"author:0{a:02}", f"paper:1{p:02}"))
    vectors = model.embeddings(kind="centres")
    place = {node: k for k, node in enumerate(model.node_ids_)}
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosine = lambda pairs: np.mean([unit[place[a]] @ unit[place[b]] for a, b in pairs if a in place and b in place])
    assert cosine(within) > cosine(between) + 0.1
    assert model.evaluate().scorers[0]["auc"] > 0.6


@every
def test_the_same_seed_gives_the_same_bytes_whatever_the_threads(cls):
    def train(seed, n_threads):
        model = new(cls, seed=seed, n_threads=n_threads)
        if issubclass(cls, culet.NodeModel):
            return model.fit(edges_of(cls), progress=False)
        return model.fit(*[board()[0], colours()], test=board()[1], progress=False)

    one, three, other = train(5, 1), train(5, 3), train(6, 1)
    assert table_bytes(one) == table_bytes(three)
    assert lists_of(one) == lists_of(three)
    random = ABILITIES[cls.__name__]["has_epochs"] or cls in (culet.ALS, culet.Auto) or issubclass(cls, culet.NodeModel)
    assert (table_bytes(one) != table_bytes(other)) == random


# Keeping


@every
def test_saved_and_loaded_it_answers_the_same(cls, tmp_path):
    model = fitted(cls)
    model.save(tmp_path / "run")
    for loaded in (culet.load(tmp_path / "run"), cls.load(tmp_path / "run", n_threads=1)):
        assert type(loaded) is cls
        assert lists_of(loaded) == lists_of(model)
        assert loaded.metrics_ == model.metrics_ and loaded.history_ == model.history_
        params = {**loaded.get_params(), "n_threads": 0}
        assert {**params, "at": tuple(params.get("at", ()))} == {**model.get_params(), "at": tuple(model.get_params().get("at", ()))}
    other = culet.DeepWalk if cls is not culet.DeepWalk else culet.EASE
    raises(culet.InputError, lambda: other.load(tmp_path / "run"), cls.__name__, other.__name__, "culet.load")
    raises(culet.InputError, lambda: model.save(tmp_path / "run"), "exists")
    raises(culet.InputError, lambda: model.save(tmp_path / "no" / "run"), "there is no folder")


@every
def test_pickles_and_copies_answer_after_the_original_is_gone(cls, tmp_path):
    fitted(cls).save(tmp_path / "run")
    model = culet.load(tmp_path / "run")
    expected = lists_of(model)
    data = pickle.dumps(model)
    deep = copy.deepcopy(model)
    place = deep.run_
    del model
    import shutil

    shutil.rmtree(tmp_path / "run")
    again = pickle.loads(data)
    assert lists_of(again) == expected == lists_of(deep)
    assert again.run_ != deep.run_ and again.run_.is_dir()
    again.save(tmp_path / "again")
    assert lists_of(culet.load(tmp_path / "again")) == expected
    del deep
    assert not place.exists(), "a temporary folder goes with its estimator"


@every
def test_parameters_are_kept_set_and_cloned(cls):
    from sklearn.base import clone

    model = new(cls, seed=3, n_threads=2)
    params = model.get_params()
    assert params["seed"] == 3 and cls(**params).get_params() == params
    for source in (model, fitted(cls)):
        copied = clone(source)
        assert type(copied) is cls and copied is not source
        assert copied.get_params() == source.get_params()
        raises(culet.NotFittedError, lambda: copied.run_)
    assert model.set_params(seed=9) is model and model.seed == 9
    raises(culet.InputError, lambda: model.set_params(dims=3), "dims", "seed")
    raises(TypeError, lambda: cls(dims=3), "dims")


@every
def test_what_was_fitted_outlives_new_parameters(cls, tmp_path):
    fitted(cls).save(tmp_path / "run")
    model = culet.load(tmp_path / "run")
    expected = lists_of(model)
    model.set_params(seed=77)
    assert lists_of(model) == expected
    model.set_params(n_threads=-1)
    raises(culet.InputError, lambda: model.fit([("a", "b"), ("b", "c")]), "n_threads", "-1")
    assert lists_of(model) == expected


@every
def test_the_repr_makes_the_same_estimator(cls):
    for model in (cls(), new(cls, seed=4, n_threads=2), fitted(cls)):
        again = eval(repr(model), {cls.__name__: cls})
        assert again.get_params() == model.get_params()
    assert repr(cls()) == f"{cls.__name__}()"


@every
def test_presets_set_what_they_say(cls):
    for preset in ABILITIES[cls.__name__]["presets"]:
        model = cls.preset(preset["name"], seed=5)
        names = {told: name for name, told in cls._renamed.items()}
        changed = {names.get(name, name): value for name, value in preset["settings"].items()}
        assert {name: getattr(model, name) for name in changed} == changed and model.seed == 5
        first = next(iter(changed))
        assert getattr(cls.preset(preset["name"], **{first: "mine"}), first) == "mine", "what is passed wins"
    raises(culet.InputError, lambda: cls.preset("nosuch"), "nosuch", cls.__name__)


@every
def test_before_the_fit_everything_says_so(cls):
    model = cls()
    node = issubclass(cls, culet.NodeModel)
    calls = {
        **{name: lambda name=name: getattr(model, name) for name in ("run_", "history_", "metrics_", "valid_metrics_", "best_epoch_", "seconds_")},
        "save": lambda: model.save("x"),
        "score": lambda: model.score("a", "b"),
        "explain": lambda: model.explain("a", "b"),
        "facets": lambda: model.facets("a"),
        "embeddings": lambda: model.embeddings(),
        "evaluate": lambda: model.evaluate(),
        "culet.evaluate": lambda: culet.evaluate(model),
    }
    if node:
        calls["similar"] = lambda: model.similar("a")
        calls["links"] = lambda: model.links("a")
        calls["groups"] = lambda: model.groups()
        calls["transform"] = lambda: model.transform(["a"])
        calls["get_feature_names_out"] = lambda: model.get_feature_names_out()
        calls.update({name: lambda name=name: getattr(model, name) for name in ("node_ids_", "n_nodes_", "n_aspects_")})
    else:
        calls["recommend"] = lambda: model.recommend("a")
        calls["recommend_for_history"] = lambda: model.recommend_for_history(["a"])
        for kind in ("items", "users", "entities"):
            calls[f"similar_{kind}"] = lambda kind=kind: getattr(model, f"similar_{kind}")("a")
        calls.update({name: lambda name=name: getattr(model, name) for name in ("user_ids_", "item_ids_", "n_users_", "n_items_")})
    for name, call in calls.items():
        error = raises(culet.NotFittedError, call, cls.__name__, "fit")
        assert isinstance(error, (ValueError, AttributeError)), name
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    raises(NotFittedError, lambda: check_is_fitted(model))
    check_is_fitted(fitted(cls))


@every
def test_the_history_and_seconds_tell_how_it_went(cls):
    model = fitted(cls)
    assert set(model.seconds_) >= {"train"} and all(value >= 0 for value in model.seconds_.values())
    if ABILITIES[cls.__name__]["has_epochs"]:
        epochs = [one["epoch"] for one in model.history_]
        assert epochs and model.best_epoch_ in epochs
        assert model.valid_metrics_
    assert model.metrics_


# Lists


@recommender
def test_lists_have_ranks_descending_scores_and_nothing_seen(cls):
    model = fitted(cls)
    train, _ = board()
    seen = set(train)
    found = as_lists(model.recommend(k=6, output="numpy"))
    assert list(found) == ["user_id", "item_id", "score", "rank"]
    assert found["user_id"] == [user for user in model.user_ids_ for _ in range(6)], "all users, in order"
    assert found["rank"] == list(range(1, 7)) * N_USERS
    assert not seen & set(zip(found["user_id"], found["item_id"]))
    for at in range(0, len(found["score"]), 6):
        assert sorted(found["score"][at : at + 6], reverse=True) == found["score"][at : at + 6]
        assert len(set(found["item_id"][at : at + 6])) == 6
    everything = as_lists(model.recommend("u00", k=N_ITEMS * 9, filter_seen=False, output="numpy"))
    assert sorted(everything["item_id"]) == sorted(model.item_ids_)
    some = as_lists(model.recommend("u00", k=N_ITEMS, output="numpy"))
    assert set(some["item_id"]) == {item for item in model.item_ids_ if ("u00", item) not in seen}


@recommender
def test_one_user_or_several_in_any_kind_of_list(cls):
    import pandas
    import polars
    import pyarrow

    model = fitted(cls)
    one = rows_of(model.recommend("u03", 3, output="numpy"))
    two = rows_of(model.recommend(["u07", "u03"], 3, output="numpy"))
    assert [row[0] for row in two] == ["u07"] * 3 + ["u03"] * 3 and two[3:] == one
    for asked in (("u07", "u03"), np.array(["u07", "u03"]), np.array(["u07", "u03"], dtype=object), [b"u07", b"u03"]):
        assert rows_of(model.recommend(asked, 3, output="numpy")) == two
    for asked, kind in (
        (pandas.Series(["u07", "u03"], index=[5, 9]), pandas.DataFrame),
        (pandas.Index(["u07", "u03"]), pandas.DataFrame),
        (polars.Series(["u07", "u03"]), polars.DataFrame),
        (pyarrow.array(["u07", "u03"]), pyarrow.Table),
        (pyarrow.chunked_array([["u07"], ["u03"]]), pyarrow.Table),
    ):
        found = model.recommend(asked, 3)
        assert isinstance(found, kind)
        assert [tuple(row) for row in rows_of(found)] == two
    assert rows_of(model.recommend([], 3, output="numpy")) == []
    assert rows_of(model.recommend(["u03", "u03"], 3, output="numpy")) == one * 2


@recommender
def test_results_come_as_asked(cls):
    import pandas
    import polars
    import pyarrow

    model = fitted(cls)
    expected = as_lists(model.recommend(["u01", "u02"], 4, output="numpy"))
    for output, kind in (("pandas", pandas.DataFrame), ("polars", polars.DataFrame), ("arrow", pyarrow.Table), ("numpy", culet.Frame)):
        found = model.recommend(["u01", "u02"], 4, output=output)
        assert isinstance(found, kind) and as_lists(found) == expected
    ids, scores = model.recommend(["u01", "u02"], 4, output="arrays")
    assert ids.shape == scores.shape == (2, 4) and scores.dtype == np.float32
    assert ids.ravel().tolist() == expected["item_id"] and scores.ravel().tolist() == expected["score"]
    raises(culet.InputError, lambda: model.recommend("u01", output="excel"), "excel", "pandas, polars, arrow or numpy")


@recommender
def test_arrays_are_filled_up_with_nothing(cls):
    model = fitted(cls)
    ids, scores = model.recommend(["u01", "nobody", "u02"], 5, items=["i00", "i01", "i02"], unknown="skip", output="arrays")
    assert ids.shape == (3, 5)
    assert (ids[1] == None).all() and np.isnan(scores[1]).all()  # noqa: E711
    for row in (0, 2):
        there = [one for one in ids[row] if one is not None]
        assert 1 <= len(there) <= 3 and list(ids[row][: len(there)]) == there
        assert np.isnan(scores[row][len(there) :]).all() and not np.isnan(scores[row][: len(there)]).any()
    ids, _ = model.recommend("u01", 2**31, output="arrays")
    assert ids.shape == (1, N_ITEMS)


@recommender
def test_filters(cls):
    model = fitted(cls)
    allowed = ["i03", "i05", "i04"]
    found = as_lists(model.recommend("u00", 9, items=allowed, filter_seen=False, output="numpy"))
    assert sorted(found["item_id"]) == sorted(allowed)
    assert as_lists(model.recommend("u00", 9, items="i03", output="numpy"))["item_id"] == ["i03"]
    found = as_lists(model.recommend("u00", 99, not_items=np.array(allowed), filter_seen=False, output="numpy"))
    assert set(found["item_id"]) == set(model.item_ids_) - set(allowed)
    black = as_lists(model.recommend("u00", 99, having="colour=black", filter_seen=False, output="numpy"))
    assert set(black["item_id"]) == {f"i{k:02}" for k in range(1, N_ITEMS, 2)}
    both = as_lists(model.recommend("u00", 99, having=["colour=black"], items=["i03", "i04"], filter_seen=False, output="numpy"))
    assert both["item_id"] == ["i03"]
    raises(culet.CuletError, lambda: model.recommend("u00", having="colour=green"), "green")
    raises(culet.UnknownIdError, lambda: model.recommend("u00", items=["i99"]), "i99")
    left = as_lists(model.recommend("u00", 9, items=["i99", "i03"], unknown="skip", output="numpy"))
    assert left["item_id"] == ["i03"]


@recommender
def test_unknown_users_are_errors_skipped_or_get_what_is_popular(cls):
    model = fitted(cls)
    error = raises(culet.UnknownIdError, lambda: model.recommend("u0"), "`u0`")
    assert isinstance(error, KeyError) and error.hint and "u0" in error.hint
    raises(culet.UnknownIdError, lambda: model.recommend(["u00", "x", "y"]), "`x`", "`y`", "skip")
    found = as_lists(model.recommend(["x", "u00", "y"], 2, unknown="skip", output="numpy"))
    assert found["user_id"] == ["u00"] * 2
    found = as_lists(model.recommend(["x", "u00", "y"], 2, unknown="popular", output="numpy"))
    assert found["user_id"] == ["x", "x", "u00", "u00", "y", "y"] and found["rank"] == [1, 2] * 3
    most = as_lists(fitted(culet.Popularity).recommend("u00", 99, filter_seen=False, output="numpy"))
    assert found["item_id"][:2] == found["item_id"][4:]
    if not fitted(cls).valid_metrics_:
        assert found["item_id"][:2] == most["item_id"][:2]
    assert found["item_id"][2:4] == as_lists(model.recommend("u00", 2, output="numpy"))["item_id"]
    raises(culet.InputError, lambda: model.recommend("u00", unknown="guess"), "guess", "raise, skip or popular")


@recommender
def test_a_mistyped_id_gets_the_nearest_as_a_hint(cls):
    model = new(cls).fit([(f"customer-{user}", f"product-{item}") for user, item in board()[0]], progress=False)
    error = raises(culet.UnknownIdError, lambda: model.recommend("custmer-u07"))
    assert "customer-u07" in error.hint
    error = raises(culet.UnknownIdError, lambda: model.score("customer-u07", "product-i077"))
    assert "product-i07" in error.hint


@recommender
def test_reasons(cls):
    model = fitted(cls)
    plain = as_lists(model.recommend(["u01", "u02"], 3, output="numpy"))
    told = as_lists(model.recommend(["u01", "u02"], 3, reasons=True, output="numpy"))
    reasons = told.pop("reason")
    assert {**told, "score": None} == {**plain, "score": None}
    assert np.allclose(told["score"], plain["score"], rtol=1e-5)
    if ABILITIES[cls.__name__]["explains"]:
        assert reasons[0].startswith("because of i")
    else:
        assert reasons == [None] * 6


# Scores and reasons


@recommender
def test_scores_are_those_of_the_lists_of(cls):
    model = fitted(cls)
    listed = as_lists(model.recommend(["u00", "u05"], N_ITEMS, filter_seen=False, output="numpy"))
    scores = model.score(listed["user_id"], listed["item_id"])
    assert scores.dtype == np.float64 and np.allclose(scores, listed["score"], rtol=1e-5, atol=1e-7)
    row = model.score("u00", ["i00", "i01"])
    assert np.array_equal(row, model.score(["u00", "u00"], ["i00", "i01"]))
    assert np.array_equal(model.score(["u00", "u05"], "i01"), model.score(["u00", "u05"], ["i01", "i01"]))
    assert model.score("u00", "i00").shape == (1,)
    raises(culet.InputError, lambda: model.score(["u00", "u01"], ["i00", "i01", "i02"]), "2 users", "3 items")
    raises(culet.UnknownIdError, lambda: model.score("u00", "nothing"), "nothing")


@recommender
def test_an_explanation_adds_up_to_the_score(cls):
    model = fitted(cls)
    if not ABILITIES[cls.__name__]["explains"]:
        raises(culet.InputError, lambda: model.explain("u00", "i00"), "reasons", "ease")
        return
    for user, item in (("u00", "i00"), ("u01", "i01"), ("u05", "i04")):
        why = model.explain(user, item)
        total = sum(value for _, value in why.parts)
        assert total == pytest.approx(why.score, rel=1e-4, abs=1e-6)
        assert why.score == pytest.approx(model.score(user, item)[0], rel=1e-4, abs=1e-6)
        assert item in repr(why) and why.text in repr(why) and "<svg" in why._repr_html_() + "<svg"
        assert set(why) == set(why.data) and len(why) == len(why.data)
    train, _ = board()
    mine = {item for user, item in train if user == "u00"}
    names = {name for name, _ in model.explain("u00", "i00").parts}
    assert names <= mine | {"all else"} and names & mine
    assert model.explain("u00", b"i00").score == model.explain("u00", "i00").score
    told = model.explain(item="i00", history=["i02", "i04"])
    assert {name for name, _ in told.parts} <= {"i02", "i04", "all else"}
    raises(culet.InputError, lambda: model.explain("u00"), "item")
    raises(culet.InputError, lambda: model.explain(item="i00"), "user", "history")
    raises(culet.InputError, lambda: model.explain("u00", "i00", history=["i02"]), "either")
    raises(culet.UnknownIdError, lambda: model.explain("u0x", "i00"), "u0x")


@recommender
def test_a_history_that_was_never_trained(cls):
    model = fitted(cls)
    mine = ["i01", "i03", "i05", "i07"]
    found = as_lists(model.recommend_for_history(mine, 3, output="numpy"))
    assert list(found) == ["item_id", "score", "rank"] and found["rank"] == [1, 2, 3]
    assert not set(found["item_id"]) & set(mine)
    if cls is not culet.Popularity:
        assert all(int(item[1:]) % 2 for item in found["item_id"]), "items of the history's colour"
    again = as_lists(model.recommend_for_history(mine, 99, filter_seen=False, output="numpy"))
    assert set(again["item_id"]) == set(model.item_ids_)
    many = {"user": ["b", "a", "b", "a"], "item": ["i01", "i02", "i03", "i04"]}
    table = as_lists(model.recommend_for_history(many, 2, output="numpy"))
    assert table["user_id"] == ["b", "b", "a", "a"], "in the order of their first rows"
    alone = as_lists(model.recommend_for_history(["i01", "i03"], 2, output="numpy"))
    assert table["item_id"][:2] == alone["item_id"]
    raises(culet.UnknownIdError, lambda: model.recommend_for_history(["i01", "x"]), "x")
    assert as_lists(model.recommend_for_history([*mine, "x"], 3, unknown="skip", output="numpy")) == found
    raises(culet.InputError, lambda: model.recommend_for_history([]), "empty")
    raises(culet.InputError, lambda: model.recommend_for_history("i01"), "['i01']")


@recommender
def test_what_is_alike_has_the_same_colour(cls):
    model = fitted(cls)
    if cls is culet.Popularity:
        raises(culet.InputError, lambda: model.similar_items("i00"), "popularity", "items")
        return
    found = as_lists(model.similar_items(["i00", "i03"], 4, output="numpy"))
    assert list(found) == ["item_id", "similar_id", "score", "rank"]
    assert found["item_id"] == ["i00"] * 4 + ["i03"] * 4 and found["rank"] == [1, 2, 3, 4] * 2
    assert "i00" not in found["similar_id"][:4]
    users = as_lists(model.similar_users("u01", 4, output="numpy"))
    assert list(users) == ["user_id", "similar_id", "score", "rank"] and "u01" not in users["similar_id"]
    assert all(int(user[1:]) % 2 == 1 for user in users["similar_id"])
    assert all(int(item[1:]) % 2 == 0 for item in found["similar_id"][:4])
    assert found["score"][:4] == sorted(found["score"][:4], reverse=True)
    raises(culet.UnknownIdError, lambda: model.similar_items(["i00", "i99"]), "i99")
    if cls is culet.KGIN:
        entities = as_lists(model.similar_entities("white", 3, output="numpy"))
        assert list(entities)[0] == "entity_id" and len(entities["rank"]) == 3
    else:
        raises(culet.InputError, lambda: model.similar_entities("white"), "vectors of entities")


@recommender
def test_facets_where_there_are_some(cls):
    model = fitted(cls)
    if not ABILITIES[cls.__name__]["has_facets"]:
        raises(culet.InputError, lambda: model.facets(), ABILITIES[cls.__name__]["name"], "kgin")
        return
    facets = model.facets()
    assert sum(one["share"] for one in facets["intents"]) == pytest.approx(1.0, abs=1e-6)
    own = model.facets("u00")
    assert len(own["intents"]) == len(facets["intents"]) == model.intents
    assert sum(one["share"] for one in own["intents"]) == pytest.approx(1.0, abs=1e-6)
    assert "colour" in repr(facets) and "<table" in own._repr_html_()
    raises(culet.UnknownIdError, lambda: model.facets("u0x"), "u0x")


@recommender
def test_embeddings_where_scores_come_from_vectors(cls):
    model = fitted(cls)
    raises(culet.InputError, lambda: model.embeddings("films"), "films", "item, user or entity")
    if not has_vectors(cls):
        raises(culet.InputError, lambda: model.embeddings(), "vectors of items", "als")
        return
    items, users = model.embeddings("item"), model.embeddings("user")
    assert items.dtype == np.float32 and items.shape == (N_ITEMS, users.shape[1]) and len(users) == N_USERS
    scores = users.astype(float) @ items.T.astype(float)
    listed = model.score("u05", model.item_ids_)
    assert np.argmax(scores[5]) == np.argmax(listed)
    assert np.corrcoef(scores[5], listed)[0, 1] > 0.99
    items[:] = 0
    assert model.embeddings("item").any(), "a copy"
    if cls is culet.KGIN:
        assert model.embeddings("entity").shape == (N_ITEMS + 2, users.shape[1])


# Judging


@recommender
def test_evaluation_gives_what_the_fit_told(cls):
    model = fitted(cls)
    _, test = board()
    found = model.evaluate()
    assert dict(found) == pytest.approx(model.metrics_) and found.n_users == N_USERS
    for pairs in (test, {"item": [item for _, item in test], "user": [user for user, _ in test]}):
        assert dict(model.evaluate(pairs)) == dict(found) == dict(culet.evaluate(model, pairs))
    per_user = as_lists(found.per_user)
    assert per_user["n_targets"] == [1] * N_USERS and set(per_user["user_id"]) == set(model.user_ids_)
    for name in found:
        assert np.mean(per_user[name]) == pytest.approx(found[name], abs=1e-6), name
    best = {user: item for user, item, _, _ in rows_of(model.recommend(k=1, output="numpy"))}
    assert found["recall@1"] == pytest.approx(np.mean([best[user] == item for user, item in test]))
    assert set(model.evaluate(at=3)) == {name.replace("@1", "@3") for name in found if name.endswith("@1")}
    more = model.evaluate(catalogue_metrics=True)
    assert set(more) > set(found) and any(name.startswith("coverage") for name in more)
    raises(KeyError, lambda: found["recall@7"], "recall@7", "recall@1")
    raises(culet.InputError, lambda: model.evaluate(on="train"), "train")
    assert "recall" in repr(found) and f"{N_USERS} users" in repr(found)


@recommender
def test_pairs_of_unknown_users_are_left_out_and_counted(cls, told):
    model = fitted(cls)
    _, test = board()
    assert dict(model.evaluate([*test, ("nobody", "i00"), ("u00", "nothing")])) == dict(model.evaluate(test))
    assert any("2 of 42 pairs" in line for line in told())
    raises(culet.InputError, lambda: model.evaluate([("nobody", "i00")]), "unknown")


# Networks


@of_network
def test_vectors_stand_in_the_order_of_the_nodes(cls):
    model = fitted(cls)
    nodes = edges_of(cls).node_ids
    assert model.node_ids_.tolist() == nodes.tolist() and model.n_nodes_ == len(nodes)
    everything = model.embeddings()
    assert everything.shape[0] == len(nodes) and everything.dtype == np.float32
    assert np.array_equal(model.embeddings([nodes[3], nodes[1]]), everything[[3, 1]])
    assert np.array_equal(model.embeddings(nodes[2]), everything[2])
    assert np.array_equal(model.transform(np.array([[nodes[4]], [nodes[0]]], dtype=object)), everything[[4, 0]])
    assert len(model.get_feature_names_out()) == everything.shape[1]
    for kind in ("published", "centres"):
        assert model.embeddings(kind=kind).shape == (len(nodes), 8)
    raises(culet.InputError, lambda: model.embeddings(kind="all"), "all", "concatenated")
    raises(culet.UnknownIdError, lambda: model.embeddings(["author:0x"]), "author:0x")


@of_network
def test_aspects(cls):
    model = fitted(cls)
    assert model.n_aspects_ == (4 if cls is culet.Asp2Vec else 1)
    own = [model.embeddings(aspect=k + 1) for k in range(model.n_aspects_)]
    assert all(vectors.shape == (model.n_nodes_, 8) for vectors in own)
    assert len({vectors.tobytes() for vectors in own}) == model.n_aspects_
    for aspect in (0, -1, 1.5):
        raises(culet.InputError, lambda: model.embeddings(aspect=aspect), "aspect", str(aspect))
    raises(culet.InputError, lambda: model.embeddings(aspect=model.n_aspects_ + 1), f"aspect {model.n_aspects_ + 1}")
    node = model.node_ids_[0]
    assert len(rows_of(model.similar(node, 3, aspect=1, output="numpy"))) == 3


@of_network
def test_similar_nodes(cls):
    model = fitted(cls)
    a, b = model.node_ids_[:2]
    found = as_lists(model.similar([a, b], 4, output="numpy"))
    assert list(found) == ["node_id", "similar_id", "score", "rank"]
    assert found["node_id"] == [a] * 4 + [b] * 4 and found["rank"] == [1, 2, 3, 4] * 2
    assert a not in found["similar_id"][:4] and found["score"][:4] == sorted(found["score"][:4], reverse=True)
    assert rows_of(model.similar(a, 4, output="numpy")) == rows_of(model.similar([a], 4, output="numpy"))
    error = raises(culet.UnknownIdError, lambda: model.similar("author:0000"), "author:0000")
    assert "author:000" in error.hint


@of_network
def test_likely_links_are_new_and_ranked(cls):
    model = fitted(cls)
    taken = {frozenset(edge[:2]) for edge in rows_of(edges_of(cls).edges)}
    own = as_lists(model.links("author:000", 8, output="numpy"))
    assert list(own) == ["source", "target", "score", "rank"] and own["rank"] == list(range(1, 9))
    assert set(own["source"]) == {"author:000"}
    everywhere = as_lists(model.links(k=20, output="numpy"))
    for found in (own, everywhere):
        pairs = [frozenset(pair) for pair in zip(found["source"], found["target"])]
        assert len(set(pairs)) == len(pairs) and not set(pairs) & taken
        assert all(len(pair) == 2 for pair in pairs)
        assert found["score"] == sorted(found["score"], reverse=True)
        assert np.allclose(model.score(found["source"], found["target"]), found["score"], rtol=1e-5, atol=1e-7)
    assert everywhere["score"][0] >= own["score"][0] - 1e-9


@of_network
def test_a_pair_is_explained_by_parts_that_add_up(cls):
    model = fitted(cls)
    for source, target in (("author:000", "paper:000"), ("author:000", "paper:105"), ("author:003", "author:004")):
        why = model.explain(source, target)
        assert sum(value for _, value in why.parts) == pytest.approx(why.score, rel=1e-6, abs=1e-9)
        assert why.score == pytest.approx(model.score(source, target)[0], rel=1e-6)
        assert source in repr(why) and why.text in repr(why)
    raises(culet.UnknownIdError, lambda: model.explain("author:000", "x"), "x")


@of_network
def test_facets_and_groups(cls):
    model = fitted(cls)
    facets = model.facets("author:000", k=3)
    assert len(facets["facets"]) == model.n_aspects_
    assert sum(one["share"] for one in facets["facets"]) == pytest.approx(1.0, abs=1e-6)
    assert all(len(one["typical"]) <= 3 for one in facets["facets"])
    groups = model.groups(2, k=4)
    assert len(groups["groups"]) == 2 and all(len(one["typical"]) <= 4 for one in groups["groups"])
    assert groups.data == model.groups(2, k=4).data
    fields = [{node["id"].split(":")[1][0] for node in one["typical"]} for one in groups["groups"]]
    if cls is culet.DeepWalk:
        assert sorted(map(sorted, fields)) == [["0"], ["1"]], "the groups are the fields"
    raises(culet.UnknownIdError, lambda: model.facets("x"), "x")
    raises(culet.InputError, lambda: model.groups(0), "`n` is 0")
    assert "aspect" in repr(facets) and "group" in repr(groups)


@of_network
def test_links_are_judged_beside_simple_scores(cls):
    model = fitted(cls)
    found = model.evaluate()
    assert dict(found) == {name: pytest.approx(model.metrics_[name]) for name in ("auc", "average_precision")}
    names = [one["name"] for one in found.scorers]
    assert {"common neighbours", "degree product", "spectral filter"} <= set(names)
    assert dict(model.evaluate(on="valid"))
    data = edges_of(cls)
    yes, no = (as_lists(data.pairs(part)) for part in ("test", "test_negatives"))
    scores = np.concatenate([model.score(part["source"], part["target"]) for part in (yes, no)])
    from sklearn.metrics import average_precision_score, roc_auc_score

    labels = [1] * len(yes["source"]) + [0] * len(no["source"])
    assert found["auc"] == pytest.approx(roc_auc_score(labels, scores), abs=1e-9)
    assert found["average_precision"] == pytest.approx(average_precision_score(labels, scores), abs=0.02)
    assert found.n_users == len(labels) and "scorer" in repr(found)


def test_every_model_of_networks_has_been_given_the_same_edges():
    assert len(communities()) == len(set(communities())) > 100
