"""Reading, describing, splitting, generating and walking."""

from __future__ import annotations

import pickle
import zipfile

import numpy as np
import pandas
import pytest
from conftest import board, colours, communities, edges_of, new, raises, rows_of

import culet

TRAIN, TEST = board()
FRAME = pandas.DataFrame(TRAIN, columns=["user_id", "item_id"])
TESTS = pandas.DataFrame(TEST, columns=["user_id", "item_id"])
TIMED = FRAME.assign(timestamp=np.random.default_rng(0).permutation(len(FRAME)))


def pairs(data, part="train"):
    return set(rows_of(getattr(data, part)))


# Reading


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("data")
    FRAME.to_csv(place / "pairs.csv", index=False)
    FRAME.to_csv(place / "pairs.csv.gz", index=False)
    FRAME.to_parquet(place / "pairs.parquet")
    FRAME.to_feather(place / "pairs.feather", compression="lz4")
    FRAME.rename(columns={"user_id": "who", "item_id": "what"}).to_csv(place / "odd.tsv", sep="\t", index=False)
    (place / "both").mkdir()
    FRAME.to_csv(place / "both" / "train.csv", index=False)
    TESTS.to_csv(place / "both" / "test.csv", index=False)
    with zipfile.ZipFile(place / "both.zip", "w") as archive:
        for name in ("train.csv", "test.csv"):
            archive.write(place / "both" / name, f"both/{name}")
    pandas.DataFrame(colours(), columns=["head", "relation", "tail"]).to_csv(place / "facts.csv", index=False)
    pandas.DataFrame({"item_id": ["i00", "i01"], "country": ["x", "y"]}).to_csv(place / "items.csv", index=False)
    pandas.DataFrame(communities(), columns=["source", "target"]).to_csv(place / "edges.csv", index=False)
    return place


@pytest.mark.parametrize("name", ["pairs.csv", "pairs.csv.gz", "pairs.parquet", "pairs.feather"])
def test_files_of_pairs(folder, name):
    data = culet.read(folder / name)
    assert isinstance(data, culet.Catalogue)
    assert data.fingerprint == culet.catalogue(TRAIN).fingerprint == culet.catalogue(folder / name).fingerprint
    assert culet.read(str(folder / name)).n_train == len(TRAIN)


@pytest.mark.parametrize("name", ["both", "both.zip"])
def test_folders_and_archives(folder, name):
    data = culet.read(folder / name)
    assert pairs(data) == set(TRAIN) and pairs(data, "test") == set(TEST)
    assert data.fingerprint == culet.catalogue(TRAIN, test=TEST).fingerprint
    model = new(culet.EASE).fit(folder / name, progress=False)
    assert model.metrics_["recall@1"] >= 0.9


def test_options_of_files(folder):
    for columns in ("user=who,item=what", {"user": "who", "item": "what"}):
        assert culet.read(folder / "odd.tsv", columns=columns).fingerprint == culet.catalogue(TRAIN).fingerprint
    data = culet.read(folder / "pairs.csv", knowledge_graph=folder / "facts.csv", attributes=[folder / "items.csv"])
    assert data.n_facts == len(colours()) + 2
    beside = culet.catalogue(folder / "pairs.csv", folder / "facts.csv", attributes=folder / "items.csv")
    tables = culet.catalogue(TRAIN, folder / "facts.csv", attributes=folder / "items.csv")
    assert beside.fingerprint == data.fingerprint == tables.fingerprint
    raises(culet.InputError, lambda: culet.catalogue(folder / "pairs.csv", colours()), "table", "file")
    raises(culet.InputError, lambda: culet.catalogue(folder / "pairs.csv", test=TEST), "`test`")
    raises(culet.InputError, lambda: culet.read(folder / "odd.tsv", columns={"user": "no", "item": "what"}), "`no`")
    (folder / "broken.csv").write_text('user,item\n"a,x\n')
    raises(culet.InputError, lambda: culet.read(folder / "broken.csv", kind="catalogue"), "broken.csv")


def test_files_of_edges(folder):
    data = culet.read(folder / "edges.csv", kind="network")
    assert isinstance(data, culet.Network) and data.n_edges == len(communities()) and not data.is_directed
    assert culet.read(folder / "edges.csv", directed=True).is_directed
    one, other = (culet.DeepWalk(dim=4).fit(edges, progress=False) for edges in (data, communities()))
    assert np.array_equal(one.embeddings(), other.embeddings())


# Keeping


@pytest.mark.parametrize("format", ["parquet", "kgat", "recbole", "table"])
def test_a_catalogue_is_written_and_read(tmp_path, format):
    data = culet.catalogue(TRAIN, colours(), test=TEST)
    data.save(tmp_path / "data", format=format)
    again = culet.read(tmp_path / "data")
    assert pairs(again) == set(TRAIN) and pairs(again, "test") == set(TEST)
    if format in ("parquet", "kgat"):
        assert again.fingerprint == data.fingerprint and set(rows_of(again.facts)) == set(colours())


def test_catalogues_and_networks_are_pickled():
    data = culet.catalogue(FRAME, colours(), test=TESTS, name="shop")
    again = pickle.loads(pickle.dumps(data))
    assert again.fingerprint == data.fingerprint and again.name == "shop" and repr(again) == repr(data)
    assert isinstance(again.train, pandas.DataFrame)
    whole = pickle.loads(pickle.dumps(culet.catalogue([(1, 2), (2, 3)])))
    assert whole.user_ids.dtype == np.int64
    network = edges_of(None)
    again = pickle.loads(pickle.dumps(network))
    assert again.node_ids.tolist() == network.node_ids.tolist() and rows_of(again.edges) == rows_of(network.edges)
    assert all(rows_of(again.pairs(part)) == rows_of(network.pairs(part)) for part in ("valid", "test", "test_negatives"))
    directed = culet.network([("a", "b", 2.0), ("b", "c", 0.5)], directed=True, labels=[("a", "x")], name="../odd")
    again = pickle.loads(pickle.dumps(directed))
    assert again.is_directed and rows_of(again.edges) == rows_of(directed.edges) and rows_of(again.labels) == [("a", "x")]
    model = new(culet.DeepWalk, network=directed).fit(progress=False)
    assert np.array_equal(pickle.loads(pickle.dumps(model)).fit(progress=False).embeddings(), model.embeddings())


def test_a_network_is_written_and_read(tmp_path):
    edges_of(None).save(tmp_path / "net")
    assert rows_of(culet.read(tmp_path / "net").pairs("test")) == rows_of(edges_of(None).pairs("test"))


# Describing


def test_descriptions(folder):
    told = culet.describe(culet.catalogue(TRAIN, colours(), test=TEST))
    assert told.training is None
    for words in ("users", "40", "24", "training pairs", "440"):
        assert words in repr(told)
    assert str(40) in str(told.data)
    assert repr(culet.describe(folder / "pairs.csv")) == repr(culet.describe(folder / "pairs.csv", kind="catalogue"))
    assert "density" in repr(culet.describe(TRAIN))
    assert "undirected" in repr(culet.describe(edges_of(None)))
    raises(culet.InputError, lambda: culet.describe(5), "int")


def test_estimates_are_of_all_models():
    told = culet.describe(TRAIN, estimates=True, n_threads=1)
    assert told.training["threads"] == 1
    assert {one["model"] for one in told.training["models"]} == {cls._model for cls in culet.Recommender.__subclasses__()}
    assert "at most" in repr(told) and "ease" in repr(told)


# Splitting


def test_a_share_of_each_user(folder):
    data = culet.split(TRAIN, test_share=0.25, valid_share=0.1, seed=4)
    train, valid, test = (pairs(data, part) for part in ("train", "valid", "test"))
    assert train | valid | test == set(TRAIN) and not train & test and not train & valid and not valid & test
    assert len(test) == pytest.approx(0.25 * len(TRAIN), rel=0.2)
    assert {user for user, _ in test} == {user for user, _ in TRAIN}
    assert pairs(culet.split(TRAIN, test_share=0.25, valid_share=0.1, seed=4), "test") == test
    assert pairs(culet.split(TRAIN, test_share=0.25, valid_share=0.1, seed=5), "test") != test
    assert pairs(culet.split(FRAME, test_share=0.25, valid_share=0.1, seed=4), "test") == test
    assert pairs(culet.split(culet.catalogue(TRAIN), test_share=0.25, valid_share=0.1, seed=4), "test") == test
    assert pairs(culet.split(folder / "pairs.csv", test_share=0.25, valid_share=0.1, seed=4), "test") == test
    assert isinstance(culet.split(FRAME).train, pandas.DataFrame)


def test_the_last_items_of_each_user():
    data = culet.split(TIMED, by="last", test_items=1, valid_items=1)
    times = dict(zip(zip(TIMED["user_id"], TIMED["item_id"]), TIMED["timestamp"]))
    last = {user: max((pair for pair in times if pair[0] == user), key=times.get) for user in FRAME["user_id"].unique()}
    assert pairs(data, "test") == set(last.values())
    assert len(pairs(data, "valid")) == len(last)


def test_everything_from_a_time_on():
    cut = len(FRAME) // 2
    data = culet.split(TIMED, by="time", cut=cut)
    assert pairs(data, "test") == {tuple(row[:2]) for row in TIMED.itertuples(index=False) if row.timestamp >= cut}
    assert pairs(data, "train") == {tuple(row[:2]) for row in TIMED.itertuples(index=False) if row.timestamp < cut}


@pytest.mark.parametrize("by, place", [("cold-items", 1), ("cold-users", 0)])
def test_what_nobody_has_seen(by, place):
    data = culet.split(TRAIN, by=by, test_share=0.2, seed=1)
    cold = {pair[place] for pair in pairs(data, "test")}
    assert cold and not cold & {pair[place] for pair in pairs(data)}
    assert pairs(data) | pairs(data, "test") == set(TRAIN)


def test_a_core_in_which_everybody_took_enough():
    rare = [*TRAIN, ("rare", "i00"), ("u00", "odd")]
    data = culet.split(rare, k_core=3)
    both = pairs(data) | pairs(data, "test")
    assert both == set(TRAIN)


def test_splits_keep_what_stands_beside(folder):
    data = culet.split(TRAIN, knowledge_graph=colours(), attributes=folder / "items.csv", test_share=0.2)
    assert data.n_facts == len(colours()) + 2
    data = culet.split(FRAME.rename(columns={"user_id": "who", "item_id": "what"}), columns={"user": "who", "item": "what"})
    assert pairs(data) | pairs(data, "test") == set(TRAIN)


def test_edges_are_withheld():
    whole = culet.network(communities())
    data = culet.split(whole, test_share=0.3, valid_share=0.1, seed=2)
    edges = lambda rows: {frozenset(row[:2]) for row in rows}
    train, valid, test = edges(rows_of(data.edges)), edges(rows_of(data.pairs("valid"))), edges(rows_of(data.pairs("test")))
    everything = edges(communities())
    assert train | valid | test == everything and len(train) + len(valid) + len(test) == len(everything)
    negatives = edges(rows_of(data.pairs("test_negatives")))
    assert len(negatives) == len(test) and not negatives & everything
    assert edges(rows_of(culet.split(whole, test_share=0.3, valid_share=0.1, seed=2).pairs("test"))) == test


# Generating


def test_generated_catalogues():
    data = culet.synth(n_users=60, n_items=70, n_interactions=500, n_intents=3, seed=1)
    assert (data.n_users, data.n_items) == (60, 70) and data.n_train + data.n_test == 500 and data.n_facts > 0
    assert data.planted and culet.synth(n_users=60, n_items=70, n_interactions=500, n_intents=3, seed=1).fingerprint == data.fingerprint
    assert culet.synth(n_users=60, n_items=70, n_interactions=500, n_intents=3, seed=2).fingerprint != data.fingerprint
    assert new(culet.KGIN, epochs=2).fit(data, progress=False).metrics_


def test_generated_networks():
    data = culet.synth("network", n_nodes=60, n_groups=3, mean_degree=3.0, seed=1)
    assert data.n_nodes == 60 and len({label for _, label in rows_of(data.labels)}) == 3
    assert rows_of(culet.synth("network", n_nodes=60, n_groups=3, mean_degree=3.0, seed=1).edges) == rows_of(data.edges)
    assert culet.synth("network", n_nodes=60, mean_degree=3.0, directed=True).is_directed


# Walking


def test_walks_go_along_edges_and_again_and_again():
    walks = culet.walks(communities(), walks_per_node=3, length=7, seed=5)
    edges = {frozenset(edge) for edge in communities()}
    once = list(walks)
    assert len(once) == len(walks) == walks.n_walks == 3 * 56
    assert all(len(walk) == 7 for walk in once)
    assert all(frozenset(step) in edges for walk in once for step in zip(walk, walk[1:]))
    assert list(walks) == once, "they are made anew"
    first = iter(walks)
    next(first)
    assert next(iter(walks)) == once[0] and next(first) == once[1]
    assert list(culet.walks(communities(), walks_per_node=3, length=7, seed=5)) == once
    assert list(culet.walks(communities(), walks_per_node=3, length=7, seed=6)) != once
    starts = [walk[0] for walk in once]
    assert all(starts.count(node) == 3 for node in set(starts)) and len(set(starts)) == 56
    assert "168" in repr(walks)


def test_blocks_of_walks_are_the_walks():
    walks = culet.walks(communities(), walks_per_node=2, length=4)
    ids = culet.network(communities()).node_ids
    told = [ids[nodes[a:b]].tolist() for nodes, offsets in walks.blocks() for a, b in zip(offsets, offsets[1:])]
    assert told == list(walks)
    walks._BLOCK = 7
    assert [ids[nodes[a:b]].tolist() for nodes, offsets in walks.blocks() for a, b in zip(offsets, offsets[1:])] == told


def test_very_long_walks_come_one_after_another():
    walks = culet.walks([("a", "b"), ("b", "c")], walks_per_node=5, length=1 << 20)
    assert len(next(iter(walks))) == 1 << 20


def test_walks_by_weight_by_type_and_into_dead_ends():
    heavy = culet.walks([("a", "b", 1000.0), ("a", "c", 0.001)], walks_per_node=20, length=2)
    assert {tuple(walk) for walk in heavy if walk[0] == "a"} == {("a", "b")}
    path = list(culet.walks(communities(), metapath=["author", "paper", "author"], length=5, walks_per_node=1))
    assert path and all([node.split(":")[0] for node in walk] == ["author", "paper"] * 2 + ["author"] for walk in path)
    arrow = {"directed": True, "walks_per_node": 1, "length": 4}
    lengths = lambda **more: sorted(len(walk) for walk in culet.walks([("a", "b"), ("b", "c")], **arrow, **more))
    assert lengths() == [1, 2, 3] and lengths(dead_end="undirected") == [4, 4, 4]
    near = culet.walks(communities(), p=1e-6, q=1.0, walks_per_node=5, length=3)
    assert np.mean([walk[0] == walk[2] for walk in near]) > 0.95, "p near 0 goes back"
    far = culet.walks(communities(), p=1e6, q=1.0, walks_per_node=5, length=3)
    assert np.mean([walk[0] == walk[2] for walk in far]) < 0.05


def test_gensim_learns_from_walks():
    from gensim.models import Word2Vec

    walks = culet.walks(communities(), walks_per_node=20, length=20, seed=1)
    model = Word2Vec(list(walks), vector_size=8, window=3, min_count=0, sg=1, epochs=2, seed=1, workers=1)
    again = Word2Vec(walks, vector_size=8, window=3, min_count=0, sg=1, epochs=2, seed=1, workers=1)
    assert np.array_equal(again.wv.vectors, model.wv.vectors), "made anew for each epoch, and the same"
    near = [name for name, _ in model.wv.most_similar("author:003", topn=10)]
    assert sum(name.split(":")[1][0] == "0" for name in near) >= 9
