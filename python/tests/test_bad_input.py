"""What nobody should pass, and somebody will: an exception that a person can act on, never a crash, a panic or a hang."""

from __future__ import annotations

import datetime
import itertools
import json
import os
import pickle
import shutil
import threading

import networkx
import numpy as np
import pandas
import polars
import pyarrow
import pytest
from conftest import as_lists, board, colours, communities, fitted, new, raises, rows_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

import culet

TRAIN, TEST = board()
INPUT, UNKNOWN = culet.InputError, culet.UnknownIdError


def gaps():
    return [None, float("nan"), np.nan, pandas.NA, pandas.NaT, np.datetime64("NaT"), ""]


# Tables


@pytest.mark.parametrize("gap", gaps(), ids=repr)
def test_an_id_that_is_missing_is_named_by_its_row(gap):
    for rows in ([("a", "x"), (gap, "y")], [("a", "x"), ("b", gap)]):
        error = raises(INPUT, lambda: culet.catalogue(rows), "row 2", "empty")
        assert "skip_missing=True" in error.hint
        assert culet.catalogue(rows, skip_missing=True).n_train == 1
        raises(INPUT, lambda: culet.catalogue(pandas.DataFrame(rows, columns=["user", "item"], dtype=object)), "row 2")
        raises(INPUT, lambda: culet.network(rows), "row 2")


TABLES = {
    "texts and numbers": (lambda: [("a", "x"), (1, "y")], ["row 2", "`user`", "row 1", "astype(str)"]),
    "texts and numbers in pandas": (lambda: pandas.DataFrame({"user": ["a", 1], "item": ["x", "y"]}, dtype=object), ["row 2", "`user`"]),
    "floats": (lambda: [(1.5, "x")], ["user", "floats", "Int64"]),
    "a gap in ints of pandas": (lambda: pandas.DataFrame({"user": [1, None], "item": ["x", "y"]}), ["user", "floats", "Int64"]),
    "a gap in an array": (lambda: np.array([[1.0, 2.0], [np.nan, 3.0]]), ["user", "floats"]),
    "truths": (lambda: [(True, "x")], ["user", "true and false"]),
    "no row": (lambda: [], ["no interaction"]),
    "no row in pandas": (lambda: pandas.DataFrame({"user": [], "item": []}), ["interaction"]),
    "no row in pyarrow": (lambda: pyarrow.table({"user": pyarrow.array([], "str"), "item": pyarrow.array([], "str")}), ["no interaction"]),
    "no row in an array": (lambda: np.zeros((0, 2)), ["no interaction"]),
    "no column": (lambda: {}, ["no columns"]),
    "no column in pandas": (lambda: pandas.DataFrame(), ["no columns"]),
    "no column in polars": (lambda: polars.DataFrame(), ["column"]),
    "one column": (lambda: pandas.DataFrame({"user": ["a"]}), ["`item`", "`user`"]),
    "one column in a dict": (lambda: {"item": ["a"]}, ["user"]),
    "no such columns": (lambda: pandas.DataFrame({"x": [1], "y": [2], "z": [3], "w": [4], "v": [5]}), ["interactions"]),
    "an array of one dimension": (lambda: np.arange(3), ["(3,)", "[n, 2]"]),
    "an array of three dimensions": (lambda: np.zeros((2, 2, 2)), ["(2, 2, 2)", "[n, 2]"]),
    "an array of seven columns": (lambda: np.zeros((2, 7)), ["(2, 7)", "[n, 4]"]),
    "a sparse array of one dimension": (lambda: sparse.coo_array(np.array([1, 0, 1])), ["(3,)", "two dimensions"]),
    "the same name twice": (lambda: pandas.DataFrame([[1, 2, 3]], columns=["user", "user", "item"]), ["several", "`user`"]),
    "names that are one as texts": (lambda: pandas.DataFrame([[1, 2, 3, 4]], columns=[1, "1", "user", "item"]), ["several", "`1`"]),
    "the same name twice in pyarrow": (lambda: pyarrow.Table.from_arrays([pyarrow.array([1])] * 3, ["item", "user", "item"]), ["several"]),
    "uneven columns": (lambda: {"user": ["a"], "item": ["c", "d"]}, ["`user` has 1", "`item` has 2"]),
    "uneven rows": (lambda: [("a", "x"), ("b",)], ["row 2", "('b',)", "(user, item)"]),
    "rows of texts": (lambda: ["ab", "cd"], ["row 1", "'ab'"]),
    "rows of numbers": (lambda: [1, 2], ["row 1", "is 1"]),
    "a text for a column": (lambda: {"user": "abc", "item": "xyz"}, ["`user`", "str"]),
    "a set for a column": (lambda: {"user": {"a"}, "item": ["x"]}, ["`user`", "set"]),
    "a generator for a column": (lambda: {"user": itertools.count(), "item": ["x"]}, ["`user`", "count"]),
    "a generator": (lambda: (row for row in TRAIN), ["generator", "list of rows"]),
    "what never ends": (lambda: itertools.repeat(("a", "x")), ["repeat"]),
    "a set": (lambda: set(TRAIN), ["set"]),
    "nothing": (lambda: None, ["NoneType"]),
    "a number": (lambda: 5, ["int"]),
    "a column of pandas": (lambda: pandas.Series([1, 2]), ["Series", "DataFrame"]),
    "a column of polars": (lambda: polars.Series([1, 2]), ["Series", "DataFrame"]),
    "a column of pyarrow": (lambda: pyarrow.array([1, 2]), ["Table"]),
    "bytes that are no text": (lambda: [(b"\xff", "x")], ["row 1", "`user`", "UTF-8"]),
    "a lone surrogate": (lambda: [("\ud800", "x")], ["row 1", "`user`", "Unicode"]),
    "a column whose name is no text": (lambda: {"user": ["a"], "item": ["x"], "\udc80": [1]}, ["\\udc80", "Unicode"]),
    "a NUL": (lambda: [("a\0b", "x")], ["row 1", "NUL"]),
    "more than 64 bits": (lambda: [(2**70, "x")], ["row 1", "63 bits"]),
    "objects": (lambda: [(object(), "x")], ["`user`", "`object`"]),
    "objects in pandas": (lambda: pandas.DataFrame({"user": [object()], "item": ["x"]}), ["`user`", "`object`"]),
    "lists for ids": (lambda: [(["a"], "x")], ["`user`", "lists"]),
    "lists for ids in pandas": (lambda: pandas.DataFrame({"user": [["a"]], "item": ["x"]}), ["`user`", "lists"]),
    "complex numbers": (lambda: np.array([[1j, 2j]]), ["complex"]),
    "spans of time": (lambda: np.array([[1, 2]], dtype="m8[s]"), ["timedelta"]),
    "a fitted model": (lambda: fitted(culet.EASE), ["EASE"]),
    "a network": (lambda: culet.network(communities()), ["network", "Asp2Vec"]),
    "a file that is not there": (lambda: "/nowhere/x.csv", ["/nowhere/x.csv"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
def test_tables_that_are_none(kind):
    make, words = TABLES[kind]
    calls = [culet.catalogue, lambda table: new(culet.EASE).fit(table, progress=False)]
    for call in calls if kind == "a network" else [*calls, culet.describe]:
        raises(INPUT, lambda: call(make()), *words)
    model = new(culet.EASE)
    raises(INPUT, lambda: model.fit(make()))
    raises(culet.NotFittedError, lambda: model.run_)


def recursive():
    rows = []
    rows.append(rows)
    deep = []
    for _ in range(100_000):
        deep = [deep]
    mapping = {"item": ["x"]}
    mapping["user"] = mapping
    return {"rows": rows, "rows of rows": [rows, rows], "column": {"user": rows, "item": ["x"]}, "dict": mapping, "deep": deep,
            "deep id": [(deep, "x")], "deep attribute": {"user": ["a"], "item": ["x"], "z": [deep]}}  # fmt: skip


@pytest.mark.parametrize("kind", recursive())
def test_tables_within_themselves(kind):
    raises(INPUT, lambda: culet.catalogue(recursive()[kind]))


class Rude:
    """Answers nothing."""

    __hash__ = None

    def __repr__(self):
        raise RuntimeError("no")

    __str__ = __repr__

    def __eq__(self, other):
        raise RuntimeError("no")


def test_objects_that_answer_nothing():
    model = fitted(culet.EASE)
    for call in (
        lambda: culet.catalogue([(Rude(), "a")]), lambda: culet.catalogue([Rude()]), lambda: culet.catalogue({"user": [Rude()], "item": [1]}),
        lambda: model.recommend(Rude()), lambda: model.recommend([Rude()]), lambda: model.recommend("u00", Rude()),
        lambda: culet.ALS(dim=Rude()).fit(TRAIN), lambda: culet.EASE(seed=Rude()).fit(TRAIN), lambda: culet.EASE(at=Rude()).fit(TRAIN),
        lambda: culet.catalogue(TRAIN, attributes={"item_id": ["i00"], "tags": [[Rude()]]}),
    ):  # fmt: skip
        raises(INPUT, call)


def test_other_tables():
    raises(INPUT, lambda: culet.catalogue(TRAIN, [("i00", "likes")]), "knowledge_graph", "(head, relation, tail)")
    raises(INPUT, lambda: culet.catalogue(TRAIN, [("zz", "likes", "yy")]), "knowledge_graph", "`zz`", "`links`")
    raises(INPUT, lambda: culet.catalogue(TRAIN, attributes={"item_id": ["zz"], "year": [1]}), "attributes")
    raises(INPUT, lambda: culet.catalogue(TRAIN, attributes={"year": [1, 2]}), "attributes")
    raises(INPUT, lambda: culet.catalogue(TRAIN, links=[("i00", "e", "x", "y", "z")]), "links", "(item, entity)")
    raises(INPUT, lambda: culet.catalogue(TRAIN, test=[("u00",)]), "test", "row 1")
    raises(INPUT, lambda: culet.catalogue(TRAIN, valid=iter(TEST)), "valid")
    raises(INPUT, lambda: culet.catalogue(TRAIN, attributes="/nowhere.csv"), "/nowhere.csv")
    raises(INPUT, lambda: culet.catalogue(TRAIN, min_rating="4"), "min_rating", "'4'")
    raises(INPUT, lambda: culet.catalogue(TRAIN, min_rating=float("nan")), "min_rating", "nan")
    data = culet.catalogue(TRAIN)
    raises(INPUT, lambda: culet.EASE().fit(data, colours()), "`knowledge_graph`", "Catalogue")
    raises(INPUT, lambda: culet.DeepWalk().fit(data), "catalogue", "recommender")
    raises(INPUT, lambda: culet.EASE().fit(culet.network(communities())), "network")
    mixed = {"item_id": ["i00", "i01"], "tags": [["a"], "b"]}
    raises(INPUT, lambda: culet.catalogue(TRAIN, attributes=mixed), "`tags`", "row 2")
    dates = {"item_id": ["i00", "i01"], "day": [datetime.date(2020, 1, 1), "b"]}
    raises(INPUT, lambda: culet.catalogue(TRAIN, attributes=dates), "`day`", "row 2")


def test_edges_that_are_none():
    raises(INPUT, lambda: culet.network([]), "no edge")
    raises(INPUT, lambda: culet.network([("a", "b", -1.0)]), "row 1", "-1")
    raises(INPUT, lambda: culet.network([("a", "b", float("nan"))]), "row 1", "weight")
    raises(INPUT, lambda: culet.network([("a", "b", "heavy")]), "row 1", "heavy")
    raises(INPUT, lambda: culet.network([("a", "b", float("inf"))]), "row 1")
    raises(INPUT, lambda: culet.network(networkx.grid_2d_graph(2, 2)), "(0, 0)", "relabel_nodes")
    raises(INPUT, lambda: culet.network(networkx.empty_graph(3)), "no edge")
    raises(INPUT, lambda: culet.network(itertools.repeat(("a", "b"))), "repeat")
    raises(INPUT, lambda: culet.DeepWalk().fit(), "no edges")
    raises(INPUT, lambda: culet.DeepWalk().fit("/nowhere"), "/nowhere")
    raises(INPUT, lambda: culet.DeepWalk().fit("/nowhere", valid=[("a", "b")]), "`valid`")
    assert culet.DeepWalk(dim=2).fit([("a", "b")], progress=False).embeddings().shape[0] == 2


# Times


def test_times_to_split_by():
    times = pandas.date_range("2020-01-01", periods=len(TRAIN), freq="h")
    frame = pandas.DataFrame(TRAIN, columns=["user", "item"])
    cut = times[len(times) // 2]
    expected = (times < cut).sum()
    assert culet.split(frame.assign(time=times), by="time", cut=cut).n_train == expected
    zoned = frame.assign(time=times.tz_localize("UTC").tz_convert("Asia/Tokyo"))
    for table in (zoned, polars.DataFrame(zoned), pyarrow.Table.from_pandas(zoned)):
        for moment in (cut, cut.tz_localize("UTC"), cut.tz_localize("UTC").tz_convert("America/New_York"), cut.isoformat()):
            assert culet.split(table, by="time", cut=moment).n_train == expected
    clocks = ["2020-01-01" if k % 2 else "12345" for k in range(len(TRAIN))]
    raises(INPUT, lambda: culet.split(frame.assign(time=clocks), by="time", cut="2020"), "row 2", "date")
    raises(INPUT, lambda: culet.split(frame, by="time", cut="2020"), "time")
    raises(INPUT, lambda: culet.split(frame.assign(time=times), by="time", cut="soon"), "soon")
    raises(INPUT, lambda: culet.split(culet.catalogue(frame), by="time", cut="2020"), "time")
    gap = times.to_series().reset_index(drop=True)
    gap[3] = pandas.NaT
    raises(INPUT, lambda: culet.split(frame.assign(time=gap), by="time", cut=cut), "row 4")


# Settings

NUMBERS = [-1, 0, True, "5", 2.5, None, float("nan"), 10**30, [5], object(), np.array([1, 2]), np.bool_(True)]


@pytest.mark.parametrize("value", NUMBERS, ids=lambda value: ascii(value)[:20])
def test_how_many(value):
    model = fitted(culet.EASE)
    for call in (
        lambda: model.recommend("u00", value), lambda: model.recommend_for_history(["i00"], value), lambda: model.similar_items("i00", value),
        lambda: model.similar_users("u00", k=value),
    ):  # fmt: skip
        raises(INPUT, call, "`k`", "from 1")
    network = fitted(culet.DeepWalk)
    for call in (lambda: network.links(k=value), lambda: network.similar("author:000", value), lambda: network.facets("author:000", value)):
        raises(INPUT, call, "`k`", "from 1")
    if value is not None and not isinstance(value, (list, np.ndarray)):
        raises(INPUT, lambda: model.evaluate(at=value), "at")


def test_many_more_than_there_are():
    model = fitted(culet.EASE)
    assert len(model.recommend("u00", 2**32 - 1, filter_seen=False)) == model.n_items_
    assert len(model.similar_items("i00", 2**32 - 1)) < model.n_items_ + 1
    assert len(fitted(culet.DeepWalk).similar("author:000", 2**31)) == 27, "all other authors"
    assert model.recommend(np.array("u00"), np.int8(3)).equals(model.recommend("u00", 3))


SETTINGS = [
    (culet.ALS, "dim", [0, -1, 5.0, "5", True, 10**30, [5], 100_000], "1 to 1024"),
    (culet.ALS, "lambda_", [-1, "x", float("nan"), float("inf")], "lambda_"),
    (culet.KGIN, "loss", ["mse", 5, "\ud800"], "loss"),
    (culet.KGIN, "edge_dropout", [1.0, -0.1, "half"], "edge_dropout"),
    (culet.BPRMF, "refit", [1, "yes"], "true or false"),
    (culet.BPRMF, "epochs", [0, -3, 1.5], "epochs"),
    (culet.BPRMF, "validation_share", [0.9, -0.1], "0.9"),
    (culet.BPRMF, "select", ["train"], "validation, test"),
    (culet.EASE, "graph", ["maybe", None, 5], "graph"),
    (culet.EASE, "at", [[], 0, [5, 5], [10, 5], "5", iter([5]), [1.5], 2**64, 2**32 - 1], ""),
    (culet.EASE, "seed", [-1, 1.5, "1", None, True, 2**64], "seed"),
    (culet.EASE, "n_threads", [-1, 1.5, "1", None, 5000], "n_threads"),
    (culet.DeepWalk, "walk_length", [0, -1, "x"], "walk_length"),
    (culet.DeepWalk, "scorer", ["best", 5], "`scorer`"),
    (culet.Metapath2Vec, "metapath", [5, "author"], ""),
    (culet.Asp2Vec, "aspects", [0, "two"], "aspects"),
]


@pytest.mark.parametrize("cls, name, values, words", SETTINGS, ids=lambda value: value if isinstance(value, str) else None)
def test_settings_out_of_range(cls, name, values, words):
    data = communities() if issubclass(cls, culet.NodeModel) else TRAIN
    for value in values:
        model = new(cls).set_params(**{name: value})
        raises(INPUT, lambda: model.fit(data, progress=False), words)
        raises(culet.NotFittedError, lambda: model.run_)
    raises(TypeError, lambda: cls(nonsense=1), "nonsense")
    raises(INPUT, lambda: cls().set_params(nonsense=1), "nonsense", name)


def test_settings_of_numpy_are_numbers():
    model = culet.ALS(dim=np.int64(4), lambda_=np.float32(0.5), seed=np.uint8(3), n_threads=np.int16(1), at=np.array([1, 5]))
    assert model.fit(TRAIN, progress=False).embeddings().shape[1] == 4


def test_what_is_no_choice():
    model, network = fitted(culet.EASE), fitted(culet.DeepWalk)
    raises(INPUT, lambda: model.recommend("u00", output="excel"), "excel")
    raises(INPUT, lambda: model.recommend("u00", output=["pandas"]), "pandas")
    raises(INPUT, lambda: model.recommend("u00", unknown=["raise"]), "raise, skip or popular")
    raises(INPUT, lambda: model.recommend("u00", having=5), "having")
    raises(INPUT, lambda: model.recommend("u00", having="colour"), "colour")
    raises(INPUT, lambda: model.recommend("u00", having=["a=b", 5]), "having")
    raises(INPUT, lambda: model.recommend("u00", items=[]), "no item")
    raises(INPUT, lambda: model.fit(TRAIN, progress=5), "progress", "int")
    raises(INPUT, lambda: culet.evaluate(5), "int")
    raises(INPUT, lambda: network.evaluate(on="train"), "train")
    raises(INPUT, lambda: culet.synth("film"), "film")
    raises(INPUT, lambda: culet.synth(n_users=-1), "`n_users`", "-1")
    raises(INPUT, lambda: culet.synth(n_users=10**15), "n_users")
    raises(INPUT, lambda: culet.synth(films=5), "films", "n_items")
    raises(INPUT, lambda: culet.synth("network", n_nodes="x"), "`n_nodes`", "'x'")
    raises(INPUT, lambda: culet.synth(seed=-1), "seed", "-1")
    for by in ("halves", 5, ["random"]):
        raises(INPUT, lambda: culet.split(TRAIN, by=by))
    for name, value in (("test_share", "a"), ("test_share", -1.0), ("test_share", float("nan")), ("test_items", -1), ("k_core", 1.5), ("seed", 1.5)):
        raises(INPUT, lambda: culet.split(TRAIN, **{name: value}), name)
    raises(INPUT, lambda: culet.split(TRAIN, fraction=0.5), "fraction")
    raises(INPUT, lambda: culet.split(culet.catalogue(TRAIN), fraction=0.5), "fraction")
    raises(INPUT, lambda: culet.split(culet.network(communities()), fraction=0.5), "fraction")
    raises(INPUT, lambda: culet.split(culet.network(communities()), keep="all"), "keep", "all")
    raises(INPUT, lambda: culet.split(culet.network(communities()), by="random"), "by")
    raises(INPUT, lambda: culet.describe(TRAIN, n_threads=-1), "n_threads")
    for name, value in (("length", 0), ("length", 2**40), ("length", 2**32 - 1), ("walks_per_node", 1.5), ("p", 0), ("q", "x"), ("p", float("nan")), ("dead_end", "jump"),
                        ("metapath", ["author", "film"]), ("metapath", [5]), ("seed", -1)):  # fmt: skip
        raises(INPUT, lambda: culet.walks(communities(), **{name: value}), "" if name == "metapath" else name)
    raises(INPUT, lambda: culet.read("/nowhere"), "/nowhere")
    raises(INPUT, lambda: culet.read("/nowhere", kind="network", films=5), "films")
    raises(INPUT, lambda: culet.read("/nowhere", kind="film"), "film")
    raises(INPUT, lambda: culet.read("/nowhere", kind="catalogue", delimiter="ab"), "delimiter")


# Ids


def test_odd_ids_go_in_and_come_out():
    odd = ["a\nb", "tab\there", '"quoted"', "comma,semi;colon", " spaces ", "é", "e\u0301", "👩‍👩‍👧", "a" * 10_000, "None", "null", "-1", "0x10", "\u202e", "\ufeff"]
    rows = [(user, f"i{item}") for k, user in enumerate(odd) for item in range(6) if (k + item) % 2]
    model = new(culet.EASE).fit(rows, progress=False)
    assert model.user_ids_.tolist() == odd
    again = pickle.loads(pickle.dumps(model))
    assert again.user_ids_.tolist() == odd
    for user in odd:
        assert set(as_lists(again.recommend(user, 2, output="numpy"))["user_id"]) == {user}
        assert model.score(user, "i0").shape == (1,)
        assert user in repr(model.recommend(user, 1, output="numpy")) or len(user) > 100 or not user.isprintable()
    items = new(culet.EASE).fit([(item, user) for user, item in rows], progress=False)
    assert set(items.item_ids_) == set(odd)


def test_ids_that_are_none():
    raises(INPUT, lambda: culet.catalogue([("a", "x"), ("NaN", "x")]), "row 2", "`NaN`", "skip_missing=True")
    model = fitted(culet.EASE)
    for asked in (1.5, float("nan"), None, True, object(), b"\xff", "\ud800", datetime.date(2020, 1, 1), 1j):
        raises(INPUT, lambda: model.recommend([asked]), "no id")
        raises(INPUT, lambda: model.score("u00", [asked]), "no id")
    raises(UNKNOWN, lambda: model.recommend(5), "`5`")
    raises(UNKNOWN, lambda: model.recommend("x" * 10_000), "...")
    assert len(str(raises(UNKNOWN, lambda: model.recommend(["x" * 10_000, "y" * 10_000])))) < 600
    raises(INPUT, lambda: model.recommend([["u00"], ["u00", "u01"]]), "list")
    raises(INPUT, lambda: model.recommend(np.array([["u00"]])), "(1, 1)")
    raises(INPUT, lambda: model.recommend(pandas.DataFrame({"user": ["u00"]})), "DataFrame")
    raises(INPUT, lambda: model.recommend(itertools.repeat("u00")), "repeat")
    raises(INPUT, lambda: model.recommend("u00", items=itertools.count()), "count")
    raises(INPUT, lambda: model.recommend_for_history(itertools.count()), "count")
    raises(INPUT, lambda: model.evaluate(iter(TEST)), "list_iterator")
    raises(INPUT, lambda: model.evaluate(pandas.DataFrame({"user": ["u00"]})), "item")
    raises(UNKNOWN, lambda: fitted(culet.DeepWalk).similar(""), "``")


def test_someone_who_took_everything():
    rows = [*TRAIN, *(("all", f"i{item:02}") for item in range(24))]
    try:
        model = new(culet.EASE).fit(rows, progress=False)
    except INPUT as error:
        assert "`all`" in str(error)
    else:
        assert rows_of(model.recommend("all", 3, output="numpy")) == []


# Folders


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("runs") / "run"
    fitted(culet.ALS).save(place)
    return place


@pytest.mark.parametrize("name", ["manifest.json", "tables.safetensors", "data.safetensors", "vocabulary.parquet"])
@pytest.mark.parametrize("harm", ["gone", "empty", "half", "altered", "longer"])
def test_damaged_folders(folder, tmp_path, name, harm):
    copy = tmp_path / "run"
    shutil.copytree(folder, copy)
    content = (copy / name).read_bytes()
    middle = len(content) // 2
    harmed = {
        "empty": b"", "half": content[:middle], "altered": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
        "longer": content + b"x",
    }  # fmt: skip
    if harm == "gone":
        (copy / name).unlink()
    else:
        (copy / name).write_bytes(harmed[harm])
    raises(INPUT, lambda: culet.load(copy), str(copy))


def test_folders_that_are_none(folder, tmp_path):
    raises(INPUT, lambda: culet.load(tmp_path / "nowhere"), "nowhere", "does not exist")
    raises(INPUT, lambda: culet.load(tmp_path), str(tmp_path), "manifest.json")
    raises(INPUT, lambda: culet.load(folder / "manifest.json"), "file")
    raises(INPUT, lambda: culet.load("a\0b"), "NUL")
    raises(TypeError, lambda: culet.load(5))
    raises(INPUT, lambda: culet.load(folder, n_threads=-1), "n_threads")
    newer = tmp_path / "newer"
    shutil.copytree(folder, newer)
    manifest = json.loads((newer / "manifest.json").read_text())
    (newer / "manifest.json").write_text(json.dumps({**manifest, "format_version": 99}))
    raises(INPUT, lambda: culet.load(newer), "99")
    for note in ("", "[]", '{"whole_ids": 5}', '{"whole_ids": {"user": "x"}, "output": "excel"}', "\0"):
        copy = tmp_path / f"note{len(note)}"
        shutil.copytree(folder, copy)
        (copy / "python.json").write_text(note)
        assert rows_of(culet.load(copy).recommend("u00", 1, output="numpy")) == rows_of(fitted(culet.ALS).recommend("u00", 1, output="numpy"))


def test_places_to_write_to_that_will_not_do(tmp_path):
    model = fitted(culet.EASE)
    (tmp_path / "file").write_text("x")
    for place, words in ((tmp_path / "file", "exists"), (tmp_path / "no" / "run", "no folder"), ("a\0b", "NUL")):
        raises(culet.CuletError, lambda: model.save(place), words)
        other = new(culet.EASE)
        raises(culet.CuletError, lambda: other.fit(TRAIN, out=place, progress=False), words)
        raises(culet.NotFittedError, lambda: other.run_)
    assert (tmp_path / "file").read_text() == "x" and sorted(tmp_path.iterdir()) == [tmp_path / "file"]
    data = culet.catalogue(TRAIN)
    raises(INPUT, lambda: data.save(tmp_path), "not empty")
    raises(INPUT, lambda: data.save(tmp_path / "q", format="excel"), "excel", "parquet")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_places_that_may_not_be_written_to(tmp_path):
    tmp_path.chmod(0o500)
    raises(culet.RunError, lambda: fitted(culet.EASE).save(tmp_path / "run"), "cannot write")
    tmp_path.chmod(0o700)


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    raises(culet.RunError, lambda: fitted(culet.EASE).save(tmp_path / "run"), "No space left", "room")
    assert list(tmp_path.iterdir()) == []


def test_pickles_that_were_cut():
    data = pickle.dumps(fitted(culet.EASE))
    state = fitted(culet.EASE).__getstate__()
    model = culet.EASE.__new__(culet.EASE)
    with pytest.raises(Exception) as caught:
        model.__setstate__({**state, "_folder": state["_folder"][:100]})
    assert not isinstance(caught.value, (SystemError, MemoryError)) and "PanicException" not in type(caught.value).__name__
    with pytest.raises((pickle.UnpicklingError, EOFError)):
        pickle.loads(data[: len(data) // 2])


# Threads


def generated():
    made = culet.synth(n_users=300, n_items=200, n_interactions=6_000, seed=1)
    train = made.train
    return list(zip(train["user_id"].tolist(), train["item_id"].tolist()))


MUTABLE = {
    "list": (lambda rows: list(rows), lambda rows: (rows.append(("x", "y")), rows.pop(), rows.__setitem__(0, rows[-1]))),
    "dict": (lambda rows: {"user": [r[0] for r in rows], "item": [r[1] for r in rows]}, lambda d: (d["user"].append("x"), d.pop("z", 0), d["user"].pop(), d.update(z=d["item"]))),
    "array": (lambda rows: np.array([(int(u[5:]), int(i[5:])) for u, i in rows]), lambda a: a.__setitem__(slice(None), a[::-1].copy())),
    "objects": (lambda rows: np.array(rows, dtype=object), lambda a: a.__setitem__(slice(None), a[::-1].copy())),
    "pandas": (lambda rows: pandas.DataFrame(rows, columns=["user", "item"]), lambda f: (f.__setitem__("z", 1), f.__delitem__("z"), f.__setitem__("user", f["user"].to_numpy()[::-1].copy()))),
    "arrow over an array": (lambda rows: _shared(rows), lambda table: table.numbers.__setitem__(slice(None), table.numbers[::-1].copy())),
}  # fmt: skip


class _Shared:
    """A table of Arrow whose numbers an array of NumPy owns."""

    def __init__(self, rows):
        self.numbers = np.array([int(user[5:]) for user, _ in rows])
        self.table = pyarrow.table({"user": pyarrow.array(self.numbers), "item": [item for _, item in rows]})

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


def _shared(rows):
    return _Shared(rows)


@pytest.mark.parametrize("kind", MUTABLE)
def test_data_that_change_while_something_is_fitted(kind):
    make, change = MUTABLE[kind]
    table = make(generated())
    done = threading.Event()

    def meddle():
        while not done.is_set():
            try:
                change(table)
            except Exception:
                pass

    meddler = threading.Thread(target=meddle)
    meddler.start()
    try:
        for _ in range(5):
            try:
                model = new(culet.EASE).fit(table, progress=False)
            except (culet.InputError, TypeError, KeyError, ValueError, IndexError, RuntimeError) as error:
                assert not isinstance(error, culet.InternalError), error
            else:
                assert len(model.recommend(model.user_ids_[:3], 2)) == 6
    finally:
        done.set()
        meddler.join()


def test_a_table_that_is_changed_once_it_was_taken_changes_nothing():
    frame = pandas.DataFrame(TRAIN, columns=["user", "item"])
    expected = new(culet.BPRMF).fit(frame, progress=False)

    def change(event):
        if "item" in frame:
            frame["user"] = "x"
            del frame["item"]

    model = new(culet.BPRMF).fit(frame, progress=change)
    assert list(frame) == ["user"]
    assert np.array_equal(model.embeddings(), expected.embeddings())


def in_threads(*works):
    failed = []

    def guarded(work):
        try:
            work()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed


def test_two_threads_fit_at_once():
    found = {}

    def work(name, cls):
        found[name] = new(cls, seed=3).fit(TRAIN, colours(), progress=False).embeddings()

    in_threads(*(lambda name=name, cls=cls: work(name, cls) for name, cls in (("a", culet.KGIN), ("b", culet.KGIN), ("c", culet.LightGCN))))
    assert np.array_equal(found["a"], found["b"])
    assert np.array_equal(found["a"], new(culet.KGIN, seed=3).fit(TRAIN, colours(), progress=False).embeddings())


def test_several_threads_ask_one_estimator():
    model, network = pickle.loads(pickle.dumps(fitted(culet.KGIN))), pickle.loads(pickle.dumps(fitted(culet.DeepWalk)))
    lists = rows_of(model.recommend(k=3, output="numpy"))
    links = rows_of(network.links("author:000", 3, output="numpy"))
    score = model.score("u00", "i00")[0]

    def ask():
        for _ in range(10):
            assert rows_of(model.recommend(k=3, output="numpy")) == lists
            assert model.explain("u00", "i00").score == pytest.approx(score, rel=1e-4)
            assert rows_of(network.links("author:000", 3, output="numpy")) == links

    in_threads(*[ask] * 4)


def test_one_estimator_is_fitted_by_two_threads_and_asked_by_a_third():
    model = new(culet.BPRMF).fit(TRAIN, progress=False)

    def ask():
        for _ in range(20):
            assert len(model.recommend(["u00", "u01"], 2)) == 4

    in_threads(lambda: model.fit(TRAIN, progress=False), lambda: model.fit(TRAIN, colours(), progress=False), ask)
    assert model.run_.is_dir()


# Anything at all

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(0, 5), st.floats(), st.text(max_size=4), st.binary(max_size=3), st.sampled_from("abc"),
    st.complex_numbers(), st.dates(), st.datetimes(), st.decimals(), st.timedeltas(), st.sampled_from(gaps()), st.builds(Rude),
    st.sampled_from([np.int8(1), np.float32(2), np.str_("a"), np.bool_(True), np.datetime64("2020"), np.array([1, 2]), np.array(5)]),
)  # fmt: skip
things = st.recursive(scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), st.tuples(inner, inner), st.dictionaries(st.text(max_size=2), inner, max_size=2), st.sets(st.integers(), max_size=2)), max_leaves=4)
ids = st.one_of(st.sampled_from(["a", "b", "c", "d"]), scalars)
columns = st.one_of(st.lists(ids, max_size=6), st.lists(things, max_size=4), things)
tables = st.one_of(
    st.lists(st.tuples(ids, ids), max_size=8), st.lists(st.lists(things, max_size=5), max_size=5), things,
    st.dictionaries(st.sampled_from(["user", "item", "rating", "time", "source", "target", "weight", "x"]), columns, max_size=5),
    st.lists(st.tuples(ids, ids, things), min_size=1, max_size=4).map(lambda rows: pandas.DataFrame(rows, columns=["user", "item", "x"], dtype=object)),
    st.lists(st.tuples(ids, ids), min_size=1, max_size=6).map(lambda rows: pandas.DataFrame(rows, columns=["user", "item"])),
)  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(tables, tables)
def test_anything_is_read_or_refused(first, second):
    for call in (lambda: culet.catalogue(first), lambda: culet.catalogue(TRAIN, attributes=second), lambda: culet.network(first), lambda: culet.catalogue(first, second)):
        try:
            data = call()
        except (culet.CuletError, TypeError) as error:
            assert not isinstance(error, culet.InternalError), error
            assert str(error)
        else:
            repr(data), data.notes


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(things, things)
def test_anything_is_asked_for_or_refused(first, second):
    model, network = fitted(culet.EASE), fitted(culet.DeepWalk)
    for call in (
        lambda: model.recommend(first, items=second), lambda: model.recommend(first, unknown="skip"), lambda: model.recommend("u00", not_items=first),
        lambda: model.score(first, second), lambda: model.similar_items(first), lambda: model.explain(first, second),
        lambda: model.recommend_for_history(first), lambda: model.recommend("u00", having=first), lambda: network.score(first, second),
        lambda: network.links(first), lambda: network.embeddings(first), lambda: network.explain(first, second), lambda: model.evaluate(first),
    ):  # fmt: skip
        try:
            call()
        except (culet.CuletError, TypeError) as error:
            assert not isinstance(error, culet.InternalError), error
