"""Leaderboards and comparisons: rows as the parts say, significance as metrics of users say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import culet


@pytest.fixture(scope="module")
def films() -> culet.Catalogue:
    made: culet.Catalogue = culet.synth(n_users=300, n_items=200, n_interactions=6000, seed=3)
    return made


def test_a_leaderboard_puts_the_best_first_and_its_rows_are_those_of_single_fits(films: culet.Catalogue) -> None:
    board = culet.leaderboard(films, ["popularity", "item-knn", "ease"], n_trials=1, at=(10, 20))
    recalls = [row["metrics"]["recall@10"] for row in board["rows"]]
    assert recalls == sorted(recalls, reverse=True) and len(recalls) == 3
    popular = next(row for row in board["rows"] if row["entry"] == "popularity")
    alone = culet.Popularity(at=(10, 20)).fit(films)
    assert popular["metrics"]["recall@10"] == pytest.approx(alone.metrics_["recall@10"], abs=1e-12)
    assert "popularity" in repr(board) and "recall@10" in repr(board) and "<table>" in board._repr_html_()
    frame = board.to_frame("pandas")
    assert list(frame.columns[:4]) == ["model", "recall@10", "recall@20", "ndcg@10"]
    assert frame["model"].tolist() == [row["entry"] for row in board["rows"]]


def test_a_leaderboard_is_kept_and_gone_on_with(films: culet.Catalogue, tmp_path: Path) -> None:
    place = tmp_path / "board"
    first = culet.leaderboard(films, ["popularity"], out=place)
    second = culet.leaderboard(films, ["popularity", "item-knn"], n_trials=1, out=place)
    assert {row["entry"] for row in second["rows"]} == {"popularity", "item-knn"}
    kept = next(row for row in second["rows"] if row["entry"] == "popularity")
    assert kept["seconds"] == first["rows"][0]["seconds"], "it was not fitted again"
    model = culet.load(place / "runs" / "popularity-true" if (place / "runs" / "popularity-true").exists() else kept_run(place))
    assert isinstance(model, culet.Popularity)
    with pytest.raises(culet.InputError):
        culet.leaderboard(films, ["popularity"], seed=1, out=place)


def kept_run(place: Path) -> Path:
    return next(path for path in sorted((place / "runs").iterdir()) if path.name.startswith("popularity"))


def test_what_cannot_be_judged_is_refused(films: culet.Catalogue) -> None:
    with pytest.raises(culet.InputError, match="did you mean `ease`"):
        culet.leaderboard(films, ["eaze"])
    with pytest.raises(culet.InputError, match="graphs"):
        culet.leaderboard(films, ["ease"], graphs=["false"])
    with pytest.raises(culet.InputError, match="test part"):
        culet.leaderboard([("a", "x"), ("b", "y"), ("c", "z"), ("a", "y")], ["popularity"])
    with pytest.raises(culet.InputError, match="too few"):
        culet.compare(culet.Popularity().fit(films))
    with pytest.raises(culet.InputError, match="cannot be compared"):
        culet.compare(1, 2)
    with pytest.raises(culet.NotFittedError):
        culet.compare(culet.Popularity(), culet.EASE())


def test_a_comparison_is_that_of_the_users(films: culet.Catalogue, tmp_path: Path) -> None:
    knn, ease = culet.ItemKNN().fit(films), culet.EASE().fit(films)
    told = culet.compare(knn, ease, at=20)
    assert list(told["comparisons"]) == ["recall@20", "ndcg@20"]
    (one,) = told["comparisons"]["recall@20"]
    ours, theirs = (model.evaluate().per_user["recall@20"] for model in (ease, knn))
    assert one["difference"] == pytest.approx(float(np.mean(ours) - np.mean(theirs)), abs=1e-9)
    assert one["low"] < one["difference"] < one["high"] and 0 < one["p_value"] <= one["p_adjusted"] <= 1
    assert "EASE" in repr(told) and "reference" in repr(told)
    ease.save(tmp_path / "ease")
    again = culet.compare(knn, tmp_path / "ease", at=20)
    assert again["comparisons"]["recall@20"][0]["difference"] == one["difference"]
    best = culet.compare(knn, ease, at=20, reference="best")
    assert best["reference"] == str(ease.run_ if one["mean"] > one["reference_mean"] else knn.run_)


def test_runs_of_other_data_are_not_compared(films: culet.Catalogue) -> None:
    others = culet.synth(n_users=300, n_items=200, n_interactions=6000, seed=4)
    with pytest.raises(culet.InputError):
        culet.compare(culet.Popularity().fit(films), culet.Popularity().fit(others))


def test_evaluate_takes_estimators_and_folders(films: culet.Catalogue) -> None:
    model = culet.EASE().fit(films)
    assert dict(culet.evaluate(model)) == dict(culet.evaluate(model.run_)) == pytest.approx(model.metrics_)
    with pytest.raises(culet.InputError):
        culet.evaluate(3)
