"""The same table in every kind that people have: the same data, the same lists, the caller's kind of frame and ids back."""

from __future__ import annotations

import datetime
import decimal
import logging

import networkx
import numpy as np
import pandas
import polars
import pyarrow
import pytest
from conftest import as_lists, raises, rows_of
from scipy import sparse

import culet
from culet import Frame

#: Whole numbers, first come first numbered, so that numbers and texts are told in the same order.
PAIRS = [(user, item) for user in range(8) for item in range(10, 20) if (user + item) % 2 == 0 and (user, item) != (0, 12)]
TEXTS = [(f"u{user:02}", f"i{item:02}") for user, item in PAIRS]

INTS = pandas.DataFrame(PAIRS, columns=["user_id", "item_id"])
FRAME = pandas.DataFrame(TEXTS, columns=["user_id", "item_id"])
ARROW = pyarrow.table({"user_id": [user for user, _ in TEXTS], "item_id": [item for _, item in TEXTS]})
ARROW_INTS = pyarrow.table({"user_id": [user for user, _ in PAIRS], "item_id": [item for _, item in PAIRS]})
POLARS = polars.DataFrame(TEXTS, schema=["user_id", "item_id"], orient="row")


def cast(kind):
    return pyarrow.schema([("user_id", kind), ("item_id", kind)])


class Stream:
    """Something that exports an Arrow stream and nothing else."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


def chunked(table):
    """In pieces, some empty, one sliced out of something larger."""
    larger = pyarrow.concat_tables([table.slice(5, 7), table]).slice(7)
    return pyarrow.concat_tables([table.slice(0, 3), table.slice(3, 0), table.slice(3, 2), larger.slice(5), table.slice(0, 0)])


OF_TEXTS = {
    "pandas object": FRAME.astype(object),
    "pandas string[python]": FRAME.astype("string[python]"),
    "pandas string[pyarrow]": FRAME.astype("string[pyarrow]"),
    "pandas str": FRAME.astype("str"),
    "pandas of Arrow": FRAME.astype(pandas.ArrowDtype(pyarrow.string())),
    "pandas category": FRAME.astype("category"),
    "pandas, odd index": FRAME.set_index(np.arange(len(FRAME))[::-1] * 7),
    "pandas, sliced": pandas.concat([FRAME.iloc[3:5], FRAME]).iloc[2:],
    "polars": POLARS,
    "polars lazy": POLARS.lazy(),
    "polars Categorical": POLARS.cast(polars.Categorical),
    "polars Enum": POLARS.with_columns(polars.col(name).cast(polars.Enum(sorted(set(POLARS[name])))) for name in POLARS.columns),
    "polars, chunks": polars.concat([POLARS.slice(0, 4), POLARS.slice(4, 0), POLARS.slice(4)], rechunk=False),
    "pyarrow": ARROW,
    "pyarrow batch": ARROW.to_batches()[0],
    "pyarrow reader": lambda: ARROW.to_reader(max_chunksize=7),
    "pyarrow, chunks": chunked(ARROW),
    "pyarrow dictionary": ARROW.cast(cast(pyarrow.dictionary(pyarrow.int8(), pyarrow.string()))),
    "pyarrow large_string": ARROW.cast(cast(pyarrow.large_string())),
    "pyarrow string_view": ARROW.cast(cast(pyarrow.string_view())),
    "pyarrow binary": ARROW.cast(cast(pyarrow.binary())),
    "an Arrow stream": Stream(ARROW),
    "dict of lists": ARROW.to_pydict(),
    "dict of arrays": {name: FRAME[name].to_numpy() for name in FRAME},
    "dict of columns": {"user_id": FRAME["user_id"], "item_id": POLARS["item_id"]},
    "structured array": np.array(TEXTS, dtype=[("user_id", "U5"), ("item_id", "U5")]),
    "array of texts": np.array(TEXTS),
    "array of objects": np.array(TEXTS, dtype=object),
    "array of bytes": np.array(TEXTS).astype("S"),
    "array of StringDType": np.array(TEXTS, dtype=np.dtypes.StringDType()),
    "tuples": TEXTS,
    "lists": [list(row) for row in TEXTS],
    "tuple of rows": tuple(TEXTS),
    "tuple of arrays": tuple(np.array(TEXTS).T),
    "tuple of columns": (FRAME["user_id"], FRAME["item_id"]),
    "tuple of arrow": (ARROW["user_id"], ARROW["item_id"]),
}

OF_INTS = {
    "pandas int64": INTS,
    "pandas Int64": INTS.astype("Int64"),
    "pandas uint8": INTS.astype("uint8"),
    "pandas int32 of Arrow": INTS.astype("int32[pyarrow]"),
    "pandas object": INTS.astype(object),
    "pandas category": INTS.astype("category"),
    "polars": polars.DataFrame(INTS),
    "polars UInt16": polars.DataFrame(INTS).cast(polars.UInt16),
    "pyarrow": ARROW_INTS,
    "pyarrow int8 dictionary": pyarrow.table({n: ARROW_INTS[n].cast(pyarrow.int8()).dictionary_encode() for n in ("user_id", "item_id")}),
    "pyarrow, chunks": chunked(ARROW_INTS),
    "an Arrow stream": Stream(ARROW_INTS),
    "dict": {"user_id": INTS["user_id"].tolist(), "item_id": INTS["item_id"].to_numpy()},
    "array": np.array(PAIRS),
    "array uint16": np.array(PAIRS, dtype=np.uint16),
    "array of floats": np.array(PAIRS, dtype=float),
    "array, Fortran's order, a view": np.asfortranarray(np.array([(0, *pair, 0) for pair in PAIRS])[:, 1:3]),
    "structured array": np.array(PAIRS, dtype=[("user_id", "i4"), ("item_id", "i8")]),
    "tuples": PAIRS,
    "tuples of NumPy": [(np.int64(user), np.int32(item)) for user, item in PAIRS],
    "tuple of arrays": tuple(np.array(PAIRS).T),
    "csr": sparse.csr_matrix((np.ones(len(PAIRS)), np.array(PAIRS).T)),
    "coo": sparse.coo_matrix((np.ones(len(PAIRS), dtype=np.int8), np.array(PAIRS).T)),
    "csc array": sparse.csc_array((np.ones(len(PAIRS), dtype=bool), np.array(PAIRS).T)),
}

KINDS = {"pandas": pandas.DataFrame, "polars": polars.DataFrame, "pyarrow": pyarrow.Table}


def made(table):
    return table() if callable(table) else table


def fit(table, **more):
    return culet.EASE(at=(2,), n_threads=1).fit(made(table), progress=False, **more)


@pytest.mark.parametrize("kind", OF_TEXTS)
def test_texts_in_every_kind_of_table(kind):
    plain = culet.catalogue(TEXTS)
    table = OF_TEXTS[kind]
    found = culet.catalogue(made(table))
    assert found.fingerprint == plain.fingerprint
    assert found.user_ids.tolist() == plain.user_ids.tolist()
    model = fit(table)
    listed = model.recommend(k=3)
    assert rows_of(listed) == rows_of(fit(TEXTS).recommend(k=3, output="numpy"))
    expected = KINDS.get(kind.split(",")[0].split(" ")[0], None)
    assert isinstance(listed, expected or pandas.DataFrame)
    assert isinstance(found.train, expected or pandas.DataFrame)


@pytest.mark.parametrize("kind", OF_INTS)
def test_whole_numbers_in_every_kind_of_table(kind):
    plain = culet.catalogue(PAIRS)
    table = OF_INTS[kind]
    found = culet.catalogue(made(table))
    assert found.fingerprint == plain.fingerprint
    assert found.user_ids.dtype == found.item_ids.dtype == np.int64
    model = fit(table)
    columns = model.recommend(k=3, output="numpy")
    assert columns["user_id"].dtype == columns["item_id"].dtype == np.int64
    assert rows_of(columns) == rows_of(fit(PAIRS).recommend(k=3, output="numpy"))
    ids, _ = model.recommend([0, 99], 2, unknown="skip", output="arrays")
    assert ids.dtype == np.int64 and ids[0, 0] == 12 and (ids[1] == -1).all()
    assert model.score(np.int8(0), 12) == model.score("0", "12")


def test_texts_stay_texts_even_if_they_look_like_numbers():
    pairs = [(f"{user:03}", str(item)) for user, item in PAIRS]
    model = fit(pairs)
    assert model.user_ids_.tolist() == [f"{user:03}" for user in range(8)]
    found = model.recommend("007", 1, output="numpy")
    assert found["user_id"].tolist() == ["007"] and found["item_id"].dtype == object
    raises(culet.UnknownIdError, lambda: model.recommend(7), "`7`")
    both = culet.catalogue([("7", "a"), ("007", "a"), ("07", "b")])
    assert both.user_ids.tolist() == ["7", "007", "07"]


def test_types_survive_folders_pickles_and_other_threads(tmp_path):
    import pickle

    model = fit(INTS)
    model.save(tmp_path / "run")
    for other in (culet.load(tmp_path / "run"), pickle.loads(pickle.dumps(model))):
        assert other.user_ids_.dtype == np.int64 and isinstance(other.recommend(0), pandas.DataFrame)
    assert culet.load(tmp_path / "run", ids="str").user_ids_.dtype == object
    texts = fit([(str(user), str(item)) for user, item in PAIRS])
    texts.save(tmp_path / "texts")
    ints = culet.load(tmp_path / "texts", ids="int")
    assert ints.user_ids_.dtype == np.int64
    assert pickle.loads(pickle.dumps(ints)).item_ids_.dtype == np.int64
    raises(culet.InputError, lambda: culet.load(tmp_path / "run", ids="float"), "float", "auto, int or str")


def test_gaps_among_whole_numbers_leave_them_whole():
    table = INTS.astype("Int64")
    table.loc[len(table)] = [pandas.NA, 10]
    raises(culet.InputError, lambda: culet.catalogue(table), f"row {len(table)}", "empty")
    kept = culet.catalogue(table, skip_missing=True)
    assert kept.fingerprint == culet.catalogue(INTS).fingerprint and kept.user_ids.dtype == np.int64
    masked = {"user_id": np.ma.array([*INTS["user_id"], 5], mask=[False] * len(INTS) + [True]), "item_id": [*INTS["item_id"], 10]}
    raises(culet.InputError, lambda: culet.catalogue(masked), f"row {len(table)}")
    assert culet.catalogue(masked, skip_missing=True).fingerprint == kept.fingerprint


def test_repeated_rows_count_once():
    assert culet.catalogue(TEXTS + TEXTS[3:9]).fingerprint == culet.catalogue(TEXTS).fingerprint


def test_the_order_of_rows_changes_no_recommendation():
    shuffled = [TEXTS[k] for k in np.random.default_rng(3).permutation(len(TEXTS))]
    one, other = fit(TEXTS), fit(shuffled)
    for user in one.user_ids_:
        left, right = (as_lists(model.recommend(user, 99, output="numpy")) for model in (one, other))
        scores = dict(zip(left["item_id"], left["score"]))
        assert dict(zip(right["item_id"], right["score"])) == pytest.approx(scores, rel=1e-4, abs=1e-6)
    # Whole numbers are numbered by their size, so that the order leaves no trace at all.
    numbers = [PAIRS[k] for k in np.random.default_rng(3).permutation(len(PAIRS))]
    assert culet.catalogue(numbers).fingerprint == culet.catalogue(PAIRS).fingerprint


def test_columns_are_found_by_name_wherever_they_stand():
    for table in (
        FRAME[["item_id", "user_id"]],
        FRAME.rename(columns={"user_id": "userId", "item_id": "movieId"}),
        FRAME.rename(columns={"user_id": "User", "item_id": "product_id"}),
        FRAME.assign(zz=1)[["zz", "item_id", "user_id"]],
    ):
        assert culet.catalogue(table).fingerprint == culet.catalogue(TEXTS).fingerprint


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow", "dict", "structured", "stream"])
def test_columns_are_renamed(library):
    names = {"user": "who took", "item": "sku"}
    frame = FRAME.rename(columns={"user_id": "who took", "item_id": "sku"}).assign(user_id="wrong", rating=1)
    table = {
        "pandas": frame,
        "polars": polars.DataFrame(frame),
        "pyarrow": pyarrow.Table.from_pandas(frame),
        "dict": frame.to_dict("list"),
        "structured": frame.astype(object).to_records(index=False).astype([(n, "U5") for n in frame]),
        "stream": Stream(pyarrow.Table.from_pandas(frame)),
    }[library]
    assert culet.catalogue(table, columns=names).fingerprint == culet.catalogue(TEXTS).fingerprint
    raises(culet.InputError, lambda: culet.catalogue(table, columns={"user": "nobody", "item": "sku"}), "`nobody`", "`sku`")
    raises(culet.InputError, lambda: culet.catalogue(TEXTS, columns=names), "columns", "no names")
    raises(culet.InputError, lambda: culet.catalogue(table, columns=3), "mapping")


def test_odd_columns_beside_the_ids_do_no_harm(told):
    n = len(FRAME)
    odd = FRAME.assign(
        price=1.5, when=pandas.Timestamp("2020-01-01"), zoned=pandas.Timestamp("2020-01-01", tz="Europe/Paris"),
        thing=[object()] * n, z=1j, span=pandas.Timedelta(1), lists=[[1]] * n, interval=pandas.interval_range(0, n),
        period=pandas.period_range("2020", periods=n), exact=[decimal.Decimal(1)] * n, nothing=None,
    )  # fmt: skip
    assert culet.catalogue(odd).fingerprint == culet.catalogue(TEXTS).fingerprint
    assert any("thing" in line and "left out" in line for line in told())
    wide = POLARS.with_columns(
        polars.lit(datetime.timedelta(1)).alias("span"), polars.struct(polars.lit(1).alias("a")).alias("struct"),
        polars.lit(b"x").alias("bytes"), polars.lit(decimal.Decimal("1.5")).alias("exact"), polars.lit(None).alias("null"),
        polars.Series("lists", [[1]] * n), polars.lit(1).cast(polars.Int128).alias("huge"), polars.lit(1.0).cast(polars.Float32).alias("f32"),
        polars.Series("object", [object()] * n, dtype=polars.Object),
    )  # fmt: skip
    assert culet.catalogue(wide).fingerprint == culet.catalogue(TEXTS).fingerprint
    columns = {
        "f16": np.ones(n, np.float16), "struct": [{"a": 1}] * n, "map": pyarrow.array([[("a", 1)]] * n, pyarrow.map_(pyarrow.string(), pyarrow.int8())),
        "null": pyarrow.nulls(n), "view": pyarrow.array([[1]] * n, pyarrow.list_view(pyarrow.int8())), "exact": [decimal.Decimal(1)] * n,
        "union": pyarrow.UnionArray.from_sparse(pyarrow.array([0] * n, "i1"), [pyarrow.array([1] * n)]),
        "runs": pyarrow.RunEndEncodedArray.from_arrays([n], [1]), "uuid": pyarrow.array([b"x" * 16] * n, pyarrow.uuid()),
    }  # fmt: skip
    table = ARROW
    for name, values in columns.items():
        table = table.append_column(name, values if isinstance(values, pyarrow.Array) else pyarrow.array(values))
    assert culet.catalogue(table).fingerprint == culet.catalogue(TEXTS).fingerprint


def test_ratings_and_times_of_any_type():
    ratings = [k % 5 + 1 for k in range(len(TEXTS))]
    high = [pair for pair, rating in zip(TEXTS, ratings) if rating >= 4]
    expected = culet.catalogue(high).n_train
    for values in (ratings, [float(rating) for rating in ratings], np.array(ratings, np.int8)):
        frame = FRAME.assign(rating=values)
        assert culet.catalogue(frame, min_rating=4).n_train == expected
        assert culet.catalogue(polars.DataFrame(frame), min_rating=4).n_train == expected
    rows = [(*pair, rating) for pair, rating in zip(TEXTS, ratings)]
    assert culet.catalogue(rows, min_rating=4).n_train == expected
    matrix = sparse.csr_matrix((ratings, np.array(PAIRS).T))
    assert culet.catalogue(matrix, min_rating=4).n_train == expected


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow", "rows", "array"])
def test_parts_to_select_and_judge_by(library):
    as_kind = {
        "pandas": lambda rows: pandas.DataFrame(rows, columns=["user_id", "item_id"]),
        "polars": lambda rows: polars.DataFrame(rows, schema=["user_id", "item_id"], orient="row"),
        "pyarrow": lambda rows: pyarrow.table({"user_id": [r[0] for r in rows], "item_id": [r[1] for r in rows]}),
        "rows": list,
        "array": np.array,
    }[library]
    data = culet.catalogue(as_kind(TEXTS[4:]), valid=as_kind(TEXTS[:2]), test=as_kind(TEXTS[2:4]))
    assert (data.n_train, data.n_valid, data.n_test) == (len(TEXTS) - 4, 2, 2)
    assert rows_of(data.valid) == TEXTS[:2] and rows_of(data.test) == TEXTS[2:4]
    assert sorted(rows_of(data.train)) == sorted(TEXTS[4:])


ITEMS = sorted({item for _, item in TEXTS})
ATTRIBUTES = pandas.DataFrame(
    {
        "item_id": ITEMS,
        "genres": [["a", "b"], ["b"]] * (len(ITEMS) // 2 - 1) + [["c"], None],
        "year": range(2000, 2000 + len(ITEMS)),
        "price": np.linspace(1, 2, len(ITEMS)),
        "released": pandas.date_range("2019-06-01", periods=len(ITEMS), freq="90D"),
        "country": pandas.Categorical(["x", "y"] * (len(ITEMS) // 2)),
        "is_new": [True, False] * (len(ITEMS) // 2),
        "tags": ["A|B"] * len(ITEMS),
    }
)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow", "dict", "several"])
def test_attributes_become_relations(library):
    attributes = {
        "pandas": ATTRIBUTES,
        "polars": polars.DataFrame(ATTRIBUTES),
        "pyarrow": pyarrow.Table.from_pandas(ATTRIBUTES),
        "dict": {name: ATTRIBUTES[name].tolist() for name in ATTRIBUTES},
        "several": [ATTRIBUTES[["item_id", *part]] for part in (["genres", "year", "price"], ["released", "country", "is_new", "tags"])],
    }[library]
    facts = rows_of(culet.catalogue(FRAME, attributes=attributes).facts)
    of = lambda relation: {(head, tail) for head, name, tail in facts if name == relation}
    genres = {(item, f"genres:{genre}") for item, listed in zip(ITEMS, ATTRIBUTES["genres"]) for genre in listed or []}
    assert of("genres") == genres
    assert of("country") == {(item, f"country:{'xy'[k % 2]}") for k, item in enumerate(ITEMS)}
    assert of("tags") == {(item, f"tags:{tag}") for item in ITEMS for tag in "AB"}
    assert of("is_new") == {(item, "is_new:yes") for item in ITEMS[::2]}
    assert len(of("price")) == len(of("year")) == len(of("released")) == len(ITEMS)
    assert {tail for _, tail in of("released")} == {"released:2010s", "released:2020s"}


def test_a_knowledge_graph_and_links():
    graph = [("i10", "made_by", "Ann"), ("Ann", "lives_in", "Rome")]
    plain = culet.catalogue(TEXTS, graph)
    assert sorted(rows_of(plain.facts)) == sorted(graph)
    frame = pandas.DataFrame(graph, columns=["head", "relation", "tail"])
    for given in (frame, polars.DataFrame(frame), frame.to_dict("list"), np.array(graph), [frame[:1], frame[1:]], (frame[:1], frame[1:])):
        assert culet.catalogue(TEXTS, given).fingerprint == plain.fingerprint
    other = [("e7", "made_by", "Ann"), ("Ann", "lives_in", "Rome")]
    for links in ([("i10", "e7")], {"item": ["i10"], "entity": ["e7"]}, pandas.DataFrame({"item_id": ["i10"], "entity_id": ["e7"]})):
        assert sorted(rows_of(culet.catalogue(TEXTS, other, links=links).facts)) == sorted(graph)
    whole = culet.catalogue(PAIRS, [(10, "made_by", 900), (900, "lives_in", 901)])
    assert sorted(rows_of(whole.facts)) == [("10", "made_by", "900"), ("900", "lives_in", "901")]


# Networks

EDGES = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "c"), ("d", "e")]
NUMBERED = [(ord(source) - 97, ord(target) - 97) for source, target in EDGES]
EDGE_FRAME = pandas.DataFrame(EDGES, columns=["source", "target"])


def networks_of_texts():
    graph = networkx.Graph()
    graph.add_edges_from(EDGES)
    return {
        "rows": EDGES, "pandas": EDGE_FRAME, "pandas category": EDGE_FRAME.astype("category"), "polars": polars.DataFrame(EDGE_FRAME),
        "pyarrow": pyarrow.Table.from_pandas(EDGE_FRAME), "dict": EDGE_FRAME.to_dict("list"), "array": np.array(EDGES),
        "tuple of arrays": tuple(np.array(EDGES).T), "renamed": EDGE_FRAME.rename(columns={"source": "from", "target": "to"}),
        "networkx": graph, "stream": Stream(pyarrow.Table.from_pandas(EDGE_FRAME)), "multigraph": networkx.MultiGraph(EDGES),
    }  # fmt: skip


@pytest.mark.parametrize("kind", networks_of_texts())
def test_networks_in_every_kind_of_table(kind):
    made = culet.network(networks_of_texts()[kind])
    assert made.node_ids.tolist() == list("abcde") and not made.is_directed and made.n_edges == len(EDGES)
    assert {frozenset(edge) for edge in rows_of(made.edges)} == {frozenset(edge) for edge in EDGES}
    one, other = (culet.DeepWalk(dim=4).fit(data, progress=False) for data in (made, networks_of_texts()[kind]))
    assert np.array_equal(one.embeddings(), other.embeddings())
    assert np.array_equal(one.embeddings(), culet.DeepWalk(dim=4).fit(EDGES, progress=False).embeddings())


def test_networks_of_whole_numbers():
    size = 5
    adjacency = np.zeros((size, size))
    for source, target in NUMBERED:
        adjacency[source, target] = adjacency[target, source] = 1
    for edges in (NUMBERED, np.array(NUMBERED), sparse.csr_matrix(adjacency), sparse.coo_array(np.triu(adjacency)), networkx.Graph(NUMBERED)):
        made = culet.network(edges)
        assert made.node_ids.dtype == np.int64 and made.node_ids.tolist() == list(range(size))
        assert {frozenset(edge[:2]) for edge in rows_of(made.edges)} == {frozenset(edge) for edge in NUMBERED}
        assert made.n_edges == len(NUMBERED)
    model = culet.DeepWalk(dim=4).fit(sparse.csr_matrix(adjacency), progress=False)
    assert model.node_ids_.dtype == np.int64 and model.similar(3, 2, output="numpy")["similar_id"].dtype == np.int64


def test_directions_and_weights():
    graph = networkx.DiGraph()
    graph.add_weighted_edges_from([("a", "b", 2.0), ("b", "a", 0.5), ("b", "c", 3)])
    graph.add_edge("c", "a")
    made = culet.network(graph)
    assert made.is_directed
    expected = [("a", "b", 2.0), ("b", "a", 0.5), ("b", "c", 3.0), ("c", "a", 1.0)]
    assert sorted(rows_of(made.edges)) == expected
    assert sorted(rows_of(culet.network(expected, directed=True).edges)) == expected
    matrix = sparse.lil_matrix((3, 3))
    for source, target, weight in expected:
        matrix[ord(source) - 97, ord(target) - 97] = weight
    numbered = rows_of(culet.network(matrix.tocsr(), directed=True).edges)
    assert sorted((chr(97 + source), chr(97 + target), weight) for source, target, weight in numbered) == expected
    assert not culet.network(graph, directed=False).is_directed


def test_types_labels_and_nodes_without_edges():
    nodes = pandas.DataFrame({"id": [*"abcde", "alone"], "type": ["x", "y", "x", "y", "x", "y"]})
    labels = {"node": ["a", "b", "b"], "label": ["red", "red", "blue"]}
    made = culet.network(EDGES, nodes=nodes, labels=labels)
    assert made.node_ids.tolist() == [*"abcde", "alone"]
    assert sorted(rows_of(made.labels)) == [("a", "red"), ("b", "blue"), ("b", "red")]
    for given in (polars.DataFrame(nodes), nodes.to_dict("list"), list(nodes.itertuples(index=False, name=None))):
        assert culet.network(EDGES, nodes=given).node_ids.tolist() == [*"abcde", "alone"]
    steps = list(culet.walks(made, metapath=["x", "y", "x"], walks_per_node=1, length=3))
    assert steps and all(walk[0] in "ace" for walk in steps)
    assert culet.network(EDGES).labels is None
    typed = culet.network([("author:1", "paper:2"), ("author:2", "paper:2")], typed_ids=True)
    assert len(list(culet.walks(typed, metapath=["author", "paper", "author"], walks_per_node=1, length=3))) == 2


def test_parts_of_networks():
    parts = {"valid": [("a", "d")], "valid_negatives": [("a", "e")], "test": [("b", "d")], "test_negatives": [("b", "e")]}
    made = culet.network(EDGES, **{name: pandas.DataFrame(rows, columns=["source", "target"]) for name, rows in parts.items()})
    for name, rows in parts.items():
        assert rows_of(made.pairs(name)) == rows
    raises(culet.InputError, lambda: made.pairs("train"), "train", "valid")


def test_frames_without_a_library(told):
    frame = fit(TEXTS).recommend("u00", 2, output="numpy")
    assert frame.columns == ["user_id", "item_id", "score", "rank"] == list(frame) and len(frame) == 2
    assert list(frame.rows()) == list(zip(*frame.to_dict().values()))
    assert as_lists(frame.to_pandas()) == as_lists(frame.to_polars()) == as_lists(frame.to_arrow()) == frame.to_dict()
    assert "item_id" in frame and "items" not in frame
    raises(KeyError, lambda: frame["items"], "items", "item_id")
    assert "i12" in repr(frame) and "2 rows" in repr(frame) and "<td" in frame._repr_html_()
    assert logging.getLogger("culet").handlers == []
