"""Long work: Ctrl-C, callbacks, other threads, forks and other processes, bars and logs."""

from __future__ import annotations

import io
import multiprocessing
import operator
import os
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from conftest import board, colours, edges_of, fitted, new, raises, rows_of

import culet

TRAIN, TEST = board()
PACKAGE = Path(culet.__file__).parents[1]


def run(code, tmp_path, *arguments, timeout=100):
    """Runs a program of Python, whose temporary folders stand in a place of their own."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": os.pathsep.join([str(PACKAGE), str(Path(__file__).parent)])}
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True, text=True, timeout=timeout, env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


LONG = {
    "EASE": ("dict()", "catalogue"),
    "EASESparse": ("dict(neighbours=4096, keep=2000)", "catalogue"),
    "ALS": ("dict(dim=256, iterations=1000)", "catalogue"),
    "KGIN": ("dict(epochs=100_000, patience=0)", "catalogue"),
    "Auto": ("dict()", "catalogue"),
    "Asp2Vec": ("dict(epochs=100_000, patience=0)", "network"),
}

INTERRUPTED = """
    import os, signal, sys, tempfile, threading, time
    import culet
    from conftest import communities, lists_of, new

    cls = getattr(culet, sys.argv[1])
    if sys.argv[3] == "network":
        small, large = communities(), culet.synth("network", n_nodes=5_000, seed=1)
    else:
        small = [(f"u{u}", f"i{i}") for u in range(8) for i in range(8) if (u + i) % 2]
        large = culet.synth(n_users=8_000, n_items=7_000, n_interactions=250_000, seed=1)
    model = new(cls).fit(small, progress=False)
    before, place = lists_of(model), model.run_
    model.set_params(**{**cls().get_params(), **eval(sys.argv[2])})

    def interrupt():
        time.sleep(1.0)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    began = time.monotonic()
    try:
        model.fit(large, progress=False)
    except KeyboardInterrupt:
        seconds = time.monotonic() - began
    else:
        sys.exit(f"it was done after {time.monotonic() - began:.1f} s, before anybody interrupted it")
    assert seconds < 10, f"it went on for {seconds:.1f} s"
    assert model.run_ == place and lists_of(model) == before
    left = [name for name in os.listdir(tempfile.gettempdir()) if name.startswith("culet-")]
    assert left == [place.parent.name], left
    again = new(cls).fit(small, progress=False)
    assert lists_of(again) == before, "it can be fitted as if nothing had happened"
    print("interrupted")
"""


@pytest.mark.parametrize("name", LONG)
def test_ctrl_c_ends_a_fit_and_leaves_nothing(name, tmp_path):
    assert run(INTERRUPTED, tmp_path, name, *LONG[name]) == "interrupted\n"
    assert list((tmp_path / "temporary").iterdir()) == [], "all temporary folders went with the process"


def test_ctrl_c_leaves_no_half_run_where_one_was_to_be_written(tmp_path):
    code = """
        import os, signal, threading, time
        import culet

        data = culet.synth(n_users=2_000, n_items=2_000, n_interactions=50_000, seed=1)

        def heard(event):
            if event["event"] == "epoch":
                os.kill(os.getpid(), signal.SIGINT)

        try:
            culet.BPRMF(epochs=100_000, patience=0).fit(data, out="run", progress=heard)
        except KeyboardInterrupt:
            print(os.path.exists("run"))
    """
    assert run(code, tmp_path) == "False\n"


# Callbacks


def test_a_callback_hears_what_happens():
    events = []
    model = new(culet.BPRMF).fit(TRAIN, progress=events.append)
    kinds = [event["event"] for event in events]
    assert kinds.index("start") < kinds.index("epoch") and {"start", "step", "epoch"} <= set(kinds)
    epochs = [event for event in events if event["event"] == "epoch"]
    assert [event["epoch"] for event in epochs] == [one["epoch"] for one in model.history_]
    assert all(event["loss"] == one["loss"] for event, one in zip(epochs, model.history_))


@pytest.mark.parametrize("cls", [culet.BPRMF, culet.KGIN, culet.SoftmaxMF], ids=lambda cls: cls.__name__)
def test_a_callback_ends_the_training_with_the_best_epoch_so_far(cls):
    model = new(cls, epochs=100_000, patience=0, evaluate_every=1, schedule="constant")
    model.fit(TRAIN, test=TEST, progress=lambda event: not (event["event"] == "epoch" and event["epoch"] >= 12))
    epochs = [one["epoch"] for one in model.history_]
    assert 12 <= len(epochs) < 50_000
    judged = {one["epoch"]: one["valid"]["recall@1"] for one in model.history_ if one.get("valid")}
    assert judged[model.best_epoch_] == max(judged.values())
    assert model.metrics_ and len(model.recommend("u00", 2)) == 2


class Odd(Exception):
    pass


@pytest.mark.parametrize("cls", [culet.BPRMF, culet.KGIN, culet.DeepWalk], ids=lambda cls: cls.__name__)
def test_an_exception_of_the_callback_comes_out_and_nothing_is_left(cls, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    data = edges_of(cls) if issubclass(cls, culet.NodeModel) else culet.catalogue(TRAIN)

    def fail(event):
        raise Odd(event["event"])

    model = new(cls)
    raises(Odd, lambda: model.fit(data, progress=fail))
    raises(culet.NotFittedError, lambda: model.run_)
    assert list(tmp_path.iterdir()) == []
    raises(Odd, lambda: model.fit(data, progress=fail, out=tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []
    model.fit(data, progress=lambda event: None, out=tmp_path / "run")
    assert model.run_ == tmp_path / "run"


def test_temporary_folders_go_with_their_estimators(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    model = new(culet.EASE).fit(TRAIN, progress=False)
    first = model.run_
    assert first.is_dir() and tmp_path in first.parents
    model.fit(TRAIN, progress=False)
    assert not first.exists() and len(list(tmp_path.iterdir())) == 1
    del model
    assert list(tmp_path.iterdir()) == []


# Threads and processes


def test_other_threads_go_on_meanwhile():
    data = culet.synth(n_users=1_000, n_items=2_500, n_interactions=40_000, seed=1)
    counted, done = [0], threading.Event()

    def count():
        while not done.is_set():
            counted[0] += 1
            time.sleep(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    try:
        while counted[0] == 0:
            time.sleep(0.001)
        before = counted[0]
        culet.EASE(n_threads=1).fit(data, progress=False)
        meanwhile = counted[0] - before
    finally:
        done.set()
        counter.join()
    assert meanwhile > 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_asks_and_fits_and_the_parent_keeps_its_folder(tmp_path):
    code = """
        import os, sys
        import culet
        from conftest import board, lists_of, new

        train, _ = board()
        model = new(culet.KGIN).fit(train, progress=False)
        expected, place = lists_of(model), model.run_
        child = os.fork()
        if child == 0:
            assert lists_of(model) == expected
            other = new(culet.KGIN).fit(train, progress=False)
            assert lists_of(other) == expected and other.run_ != place
            model.fit(train, progress=False)
            assert lists_of(model) == expected
            sys.exit(0)
        _, status = os.waitpid(child, 0)
        assert status == 0, status
        assert place.is_dir() and lists_of(model) == expected
        model.save("kept")
        print(sorted(os.listdir(place)) == sorted(os.listdir("kept")))
    """
    assert run(code, tmp_path) == "True\n"
    assert list((tmp_path / "temporary").iterdir()) == [], "those of the child, too"


def test_another_process_asks_a_pickled_estimator():
    model = fitted(culet.EASE)
    expected = rows_of(model.recommend(["u00", "u01"], 3, output="numpy"))
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        ask = operator.methodcaller("recommend", ["u00", "u01"], 3, output="arrays")
        ids, scores = pool.submit(ask, model).result()
        trained = pool.submit(operator.methodcaller("fit", TRAIN, progress=False), new(culet.BPRMF)).result()
    assert ids.ravel().tolist() == [row[1] for row in expected] and scores.ravel().tolist() == [row[2] for row in expected]
    assert np.array_equal(trained.embeddings(), new(culet.BPRMF).fit(TRAIN, progress=False).embeddings())


# Bars and logs


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("progress, terminal, draws", [(None, True, True), (True, False, True), (None, False, False), (False, True, False)])
def test_a_bar_is_drawn_where_somebody_sees_it(progress, terminal, draws, monkeypatch):
    screen = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    new(culet.BPRMF, epochs=5_000, patience=0, evaluate_every=0).fit(TRAIN, progress=progress)
    drawn = screen.getvalue()
    assert bool(drawn) == draws
    if draws:
        assert "BPRMF" in drawn and "loss" in drawn


def test_a_bar_is_closed_when_the_fit_fails(monkeypatch):
    import tqdm

    closed = []

    class Bar(tqdm.tqdm):
        def update(self, n=1):
            raise Odd

        def close(self):
            closed.append(self)
            super().close()

    monkeypatch.setattr(tqdm, "tqdm", Bar)
    monkeypatch.setattr(sys, "stderr", Terminal())
    raises(Odd, lambda: new(culet.BPRMF).fit(TRAIN, progress=True))
    assert closed


def test_the_log_tells_epochs_and_notes(told):
    new(culet.BPRMF, epochs=10).fit(TRAIN, colours(), test=TEST, progress=False)
    lines = told()
    assert any(line.startswith("BPRMF: train 10, loss ") for line in lines), lines
    assert any("recall@1" in line for line in lines)
    culet.catalogue([("a", "x"), ("b", "y")])
    assert any("there is no test part: `culet.split` makes one" in line for line in told())


def test_nothing_is_printed(capfd):
    new(culet.KGIN).fit(TRAIN, colours(), progress=False).recommend("u00")
    new(culet.DeepWalk).fit(edges_of(culet.DeepWalk), progress=False).links()
    assert capfd.readouterr() == ("", "")
