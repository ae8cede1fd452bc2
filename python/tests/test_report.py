"""Pages and plots: made, saved, shown in notebooks, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Tuple

import pytest

import culet

Models = Tuple[culet.KGIN, culet.EASE, culet.Asp2Vec]


@pytest.fixture(scope="module")
def models() -> Models:
    films = culet.synth(n_users=120, n_items=90, n_interactions=2000, seed=3)
    groups = culet.synth("network", n_nodes=90, n_groups=3, seed=3)
    kgin = culet.KGIN(dim=8, epochs=4, evaluate_every=2).fit(films, progress=False)
    ease = culet.EASE().fit(films, progress=False)
    return kgin, ease, culet.Asp2Vec(dim=8, epochs=2).fit(groups, progress=False)


def test_a_page_tells_what_the_estimator_tells(models: Models, tmp_path: Path) -> None:
    kgin, _, asp2vec = models
    page = culet.report(kgin, points=50)
    assert f"{kgin.metrics_['recall@20']:.4f}" in page.html and "item-knn: without facts" in page.html
    assert "Run folder: KGIN" in page.html and "kB" in repr(page)
    written = page.save(tmp_path / "report.html")
    assert written.read_text() == page.html
    shown = page._repr_html_()
    assert shown.startswith("<iframe") and "<script" not in shown
    assert "item-knn" not in culet.report(kgin, controls=[]).html
    assert "Aspects" in culet.report(asp2vec.run_).html


def test_several_estimators_stand_side_by_side_under_their_names(models: Models) -> None:
    kgin, ease, _ = models
    page = culet.report(kgin, ease, controls="popularity")
    assert "Side by side" in page.html and "KGIN: KGIN on" in page.html and "EASE: EASE on" in page.html


def test_plots_are_the_same_as_files_and_in_notebooks(models: Models, tmp_path: Path) -> None:
    kgin, _, asp2vec = models
    plot = culet.plot(kgin, "relations")
    assert plot.save(tmp_path / "r.svg").read_text() == plot.svg == plot._repr_svg_()
    assert plot.save(tmp_path / "r.png").read_bytes() == plot.png and plot.png[1:4] == b"PNG"
    assert plot.description in repr(plot) and "intent 1: most" in plot.description
    spread = culet.plot(asp2vec, "map", map="t-sne", colour="label", points=60)
    assert "60 nodes by t-sne" in spread.description
    assert spread.svg == culet.plot(asp2vec, "map", map="t-sne", colour="label", points=60, n_threads=1).svg


def test_what_cannot_be_drawn_is_refused_with_a_way_out(models: Models, tmp_path: Path) -> None:
    kgin, ease, asp2vec = models
    for call, words in [
        (lambda: culet.plot(ease, "curves"), "has no curves to draw"),
        (lambda: culet.plot(kgin, "pie"), "`what` is `pie`, expected one of curves, map"),
        (lambda: culet.plot(kgin, "map", map="umap"), "`map` is `umap`"),
        (lambda: culet.plot(kgin, "map", of="people"), "`of` is `people`"),
        (lambda: culet.plot(kgin, points=0), "`points` is 0"),
        (lambda: culet.report(kgin, asp2vec), "nothing in common"),
        (lambda: culet.report(kgin, controls=["kgin"]), "has to be trained"),
        (lambda: culet.report(kgin, controls=["ease-spars"]), "ease-spars"),
        (lambda: culet.report(), "a report is about"),
        (lambda: culet.report(3), "a int has no run"),
        (lambda: culet.plot(kgin).save(tmp_path / "x.gif"), "no name of a drawing"),
    ]:
        with pytest.raises(culet.InputError, match=words):
            call()
    with pytest.raises(culet.UnknownIdError, match="gender"):
        culet.plot(kgin, "map", of="items", colour="gender")
    with pytest.raises(culet.RunError, match="cannot write"):
        culet.plot(kgin).save(tmp_path / "no" / "x.svg")
