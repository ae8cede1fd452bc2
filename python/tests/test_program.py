"""The package and the program `culet` are one: the same seed gives the same bytes, and each reads what the other wrote."""

from __future__ import annotations

import json
import subprocess

import numpy as np
import pandas
import pytest
from conftest import board, colours, communities, raises, rows_of

import culet

TRAIN, TEST = board()

MODELS = {
    "ease": (culet.EASE, {}, ["pairs.csv"], {}),
    "kgin": (culet.KGIN, {"epochs": 10, "dim": 16}, ["pairs.csv", "--graph", "facts.csv"], {"knowledge_graph": "facts.csv"}),
    "deepwalk": (culet.DeepWalk, {"dim": 8}, ["edges.csv"], {}),
}


def call(program, folder, *arguments):
    done = subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def runs(program, tmp_path_factory):
    """The folders that the program wrote, and the estimators that were fitted on the same files."""
    folder = tmp_path_factory.mktemp("program")
    pandas.DataFrame(TRAIN, columns=["user_id", "item_id"]).to_csv(folder / "pairs.csv", index=False)
    pandas.DataFrame(colours(), columns=["head", "relation", "tail"]).to_csv(folder / "facts.csv", index=False)
    pandas.DataFrame(communities(), columns=["source", "target"]).to_csv(folder / "edges.csv", index=False)
    found = {}
    for name, (cls, params, arguments, beside) in MODELS.items():
        flags = [text for key, value in params.items() for text in (f"--{key}", value)]
        at = [] if name == "deepwalk" else ["--at", "1,5"]
        call(program, folder, "train", name, *arguments, "--out", name, "--seed", 5, "--quiet", *flags, *at)
        model = cls(**params, seed=5, **({} if name == "deepwalk" else {"at": (1, 5)}))
        files = {key: folder / value for key, value in beside.items()}
        found[name] = model.fit(folder / arguments[0], **files, progress=False)
    return folder, found


@pytest.mark.parametrize("name", MODELS)
def test_the_same_seed_gives_the_same_bytes(runs, name):
    folder, models = runs
    for file in ("tables.safetensors", "data.safetensors", "vocabulary.parquet"):
        assert (folder / name / file).read_bytes() == (models[name].run_ / file).read_bytes(), file


@pytest.mark.parametrize("name", MODELS)
def test_the_package_reads_what_the_program_wrote(runs, name):
    folder, models = runs
    loaded = culet.load(folder / name)
    assert type(loaded) is type(models[name]) and loaded.get_params() == models[name].get_params()
    if name == "deepwalk":
        assert np.array_equal(loaded.embeddings(), models[name].embeddings())
    else:
        assert rows_of(loaded.recommend(output="numpy")) == rows_of(models[name].recommend(output="numpy"))


def test_the_program_reads_what_the_package_wrote(program, runs, tmp_path):
    _, models = runs
    models["kgin"].save(tmp_path / "kgin")
    told = json.loads(call(program, tmp_path, "recommend", "kgin", "--user", "u03", "-k", 3, "--json"))
    expected = rows_of(models["kgin"].recommend("u03", 3, output="numpy"))
    texts = json.dumps(told)
    places = [texts.index(f'"{item}"') for _, item, _, _ in expected]
    assert places == sorted(places), "the same items in the same order"
    models["deepwalk"].save(tmp_path / "deepwalk")
    told = call(program, tmp_path, "similar", "deepwalk", "author:003", "-k", 3)
    expected = [row[1] for row in rows_of(models["deepwalk"].similar("author:003", 3, output="numpy"))]
    assert all(node in told for node in expected)


def test_data_go_either_way(program, runs, tmp_path):
    data = culet.catalogue(TRAIN, colours(), test=TEST)
    data.save(tmp_path / "data")
    assert data.fingerprint.split()[-1] in call(program, tmp_path, "data", "describe", "data")
    folder, _ = runs
    call(program, tmp_path, "data", "convert", folder / "pairs.csv", "converted", "--graph", folder / "facts.csv")
    assert culet.read(tmp_path / "converted").fingerprint == culet.catalogue(TRAIN, colours()).fingerprint


def test_a_run_of_the_program_is_no_place_to_write_to(runs):
    folder, _ = runs
    raises(culet.InputError, lambda: culet.EASE().fit(TRAIN, out=folder / "ease", progress=False), "exists")
