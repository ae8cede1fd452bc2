"""The parts of bench/python.sh: each prints a JSON document a line."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, List

part, data, culet_program, scratch = sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])


def tell(**document: Any) -> None:
    print(json.dumps(document), flush=True)


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def program(*arguments: str) -> Dict[str, Any]:
    done = subprocess.run([culet_program, *arguments, "--json", "--quiet"], check=True, capture_output=True, text=True)
    document: Dict[str, Any] = json.loads(done.stdout)
    return document


def fresh(code: str) -> Dict[str, Any]:
    """Runs code in a new interpreter, which prints a document."""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    document: Dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return document


def imports() -> None:
    for module in ["numpy", "culet"] * 10:
        told = fresh(f"import time, json; t = time.perf_counter(); import {module}; print(json.dumps(time.perf_counter() - t))")
        tell(module=module, seconds=told)


FITS = [
    ("ease-sparse", "EASESparse", "amazon-book", {}),
    ("als", "ALS", "amazon-book", {}),
    ("bpr-mf", "BPRMF", "amazon-book", {"epochs": 10, "evaluate_every": 0}),
    ("ease", "EASE", "music", {}),
    ("kgin", "KGIN", "music", {"epochs": 10, "evaluate_every": 5}),
]


def fits() -> None:
    """The whole program and the whole call of `fit`, turn about: reading, fitting, judging, writing the run folder."""
    for model, name, data_set, settings in FITS:
        flags = [word for key, value in settings.items() for word in (f"--{key.replace('_', '-')}", str(value))]
        for turn in range(5):
            run = scratch / "run"
            shutil.rmtree(run, ignore_errors=True)
            began = time.perf_counter()
            own = program("train", model, str(data / data_set), "--out", str(run), *flags)
            program_wall = time.perf_counter() - began
            shutil.rmtree(run, ignore_errors=True)
            code = (
                "import json, time, culet; t = time.perf_counter()\n"
                f"m = culet.{name}(**{settings!r}).fit({str(data / data_set)!r}, out={str(run)!r}, progress=False)\n"
                "print(json.dumps([time.perf_counter() - t, m.seconds_]))"
            )
            wall, phases = fresh(code)
            tell(
                model=model, data=data_set, turn=turn, program_wall=program_wall, python_fit=wall,
                program=own["seconds"], python=phases,
            )


def recommends() -> None:
    run = scratch / "run"
    shutil.rmtree(run, ignore_errors=True)
    flags = ["--dim", "64", "--epochs", "1", "--evaluate-every", "0", "--at", "20"]
    program("train", "bpr-mf", str(data / "amazon-book"), "--out", str(run), *flags)
    for turn in range(5):
        file = scratch / "lists.parquet"
        wall = seconds(lambda: program("recommend", str(run), "--all-users", "-k", "20", "-o", str(file)))
        told = fresh(
            "import json, time, pandas, pyarrow.parquet, culet; t = time.perf_counter()\n"
            f"m = culet.load({str(run)!r}); a = time.perf_counter() - t; t = time.perf_counter()\n"
            "f = m.recommend(k=20, output='pandas'); b = time.perf_counter() - t; t = time.perf_counter()\n"
            f"f.to_parquet({str(scratch / 'python.parquet')!r}); c = time.perf_counter() - t\n"
            "print(json.dumps({'load': a, 'recommend': b, 'to_parquet': c, 'rows': len(f), 'users': int(f.user_id.nunique())}))"
        )
        tell(turn=turn, program_to_parquet=wall, python=told)


def frames() -> None:
    """A million interactions with ids of letters and digits, from a frame to a fitted ItemKNN."""
    code = '''
import json, time
import numpy as np, pandas as pd, polars as pl, pyarrow as pa
import culet
rng = np.random.default_rng(0)
n = 1_000_000
users = np.array([f"user-{k:06d}" for k in range(50_000)])[rng.integers(0, 50_000, n)]
items = np.array([f"item-{k:05d}" for k in range(20_000)])[(20_000 * rng.random(n) ** 2).astype(int)]
pandas = pd.DataFrame({"user_id": users, "item_id": items})
frames = {"pandas": pandas, "pandas object": pandas.astype(object), "polars": pl.DataFrame({"user_id": users, "item_id": items}),
          "arrow": pa.table({"user_id": pa.array(users), "item_id": pa.array(items)})}
told = []
for name, frame in frames.items():
    t = time.perf_counter()
    data = culet.catalogue(frame)
    read = time.perf_counter() - t
    model = culet.ItemKNN().fit(data, progress=False)
    told.append({"frame": name, "read": read, "to_fitted": time.perf_counter() - t, "pairs": data.n_train})
print(json.dumps(told))
'''
    for turn in range(3):
        for told in fresh(code):
            tell(turn=turn, **told)


def bytes_of_tables() -> None:
    """The same seed gives the same bytes."""
    for model, name, settings in [("ease", "EASE", {}), ("kgin", "KGIN", {"epochs": 2, "evaluate_every": 1}), ("als", "ALS", {})]:
        flags = [word for key, value in settings.items() for word in (f"--{key.replace('_', '-')}", str(value))]
        runs: List[Path] = [scratch / "a", scratch / "b"]
        for run in runs:
            shutil.rmtree(run, ignore_errors=True)
        program("train", model, str(data / "music"), "--out", str(runs[0]), "--seed", "7", *flags)
        fresh(
            f"import culet; culet.{name}(seed=7, **{settings!r}).fit({str(data / 'music')!r}, out={str(runs[1])!r}, progress=False); print(0)"
        )
        for file in ["tables.safetensors", "data.safetensors", "vocabulary.parquet", "per_user.parquet"]:
            sums = [hashlib.sha256((run / file).read_bytes()).hexdigest()[:16] for run in runs]
            tell(model=model, file=file, program=sums[0], python=sums[1], same=sums[0] == sums[1])


{"import": imports, "fit": fits, "recommend": recommends, "frames": frames, "bytes": bytes_of_tables}[part]()
