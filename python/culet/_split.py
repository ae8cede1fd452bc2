"""Parts to train, validate and test on, and generated data."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence

from . import _core
from ._data import Catalogue, Network, is_path
from ._errors import InputError
from ._frames import INTERACTIONS, is_graph, kind_of, source_of
from ._make import OF_CATALOGUE, beside_of, files_of, network, options_of, told_of, whole_ids
from ._settings import as_json, heard, seed_of


def split(data: Any, by: Optional[str] = None, *, seed: int = 0, **settings: Any) -> Any:
    """Splits a catalogue or a network into parts to train, validate and test on.

    Parameters
    ----------
    data : Catalogue, Network, path or table
        Splits by ``last`` and ``time`` need the times of a table or file; a Catalogue has none.
    by : {'random', 'last', 'time', 'cold-items', 'cold-users'}, optional
        Of catalogues: a share of each user's items; the last items of each user; everything from a time on; all pairs of
        a share of the items or users. By default ``random``.
    seed : int
        The same seed gives the same parts.
    **settings
        ``test_share``, ``valid_share``. Of catalogues also ``test_items``, ``valid_items``, ``cut``, ``valid_cut``,
        ``k_core``, and what :func:`catalogue` takes; of networks ``keep``, ``negatives``, ``negatives_per_edge``,
        ``relation``, ``whole_nodes``.

    Returns
    -------
    Catalogue or Network
        With the parts ``train``, ``valid`` and ``test``.
    """
    if is_graph(data):
        data = network(data)
    if isinstance(data, Network):
        if by is not None:
            raise InputError("`by` is about catalogues, and this is a network", "leave it out")
        plan = {
            "test_share": 0.5, "valid_share": 0.0, "keep": None, "negatives": None, "negatives_per_edge": 1,
            "relation": None, "whole_nodes": None, "seed": seed_of(seed),
        }  # fmt: skip
        parted, _ = heard(_filled(plan, settings), data._core.split)
        return told_of(Network(parted, data._whole, data._output))
    plan = dict.fromkeys(("test_share", "valid_share", "test_items", "valid_items", "cut", "valid_cut", "k_core"))
    given = {name: settings.pop(name) for name in list(settings) if name in plan}
    for name in ("cut", "valid_cut"):
        if given.get(name) is not None:
            given[name] = str(given[name])
    _refuse_unknown(settings, (*plan, *OPTIONS) if not isinstance(data, Catalogue) else tuple(plan))
    full = {**plan, **given, "by": "random" if by is None else by, "seed": seed_of(seed)}
    if isinstance(data, Catalogue):
        core, _ = heard(full, data._core.split)
        whole, output = (data._whole["user"], data._whole["item"]), data._output
    elif is_path(data):
        options = as_json(options_of(files_of(settings), OF_CATALOGUE))
        core, _ = heard(full, lambda plan: _core.Catalogue.split_path(Path(data), options, plan))
        whole, output = (False, False), None
    else:
        columns = settings.pop("columns", None)
        source = source_of(data, INTERACTIONS, "interactions", columns)
        tables, files = beside_of(
            settings.pop("attributes", None), settings.pop("knowledge_graph", None), settings.pop("links", None), columns
        )
        name = settings.pop("name", "data")
        options = as_json(options_of({**settings, **files}, OF_CATALOGUE))
        beside_it = (tables["attributes"], tables["graphs"], tables["links"])
        core, _ = heard(full, lambda plan: _core.Catalogue.split_tables(name, source, *beside_it, options, plan))
        whole, output = whole_ids(source, "interactions"), kind_of(data)
    return told_of(Catalogue(core, whole, output))


#: What may be said of tables and files that are split.
OPTIONS = (
    "columns", "attributes", "knowledge_graph", "links", "min_rating", "skip_missing", "name",
    "format", "header", "delimiter", "id_base",
)  # fmt: skip


def _refuse_unknown(given: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            told = f"the settings are {', '.join(known)}"
            raise InputError(f"there is no setting `{name}`", f"did you mean `{near[0]}`? {told}" if near else told)


def _filled(defaults: Mapping[str, Any], given: Mapping[str, Any]) -> Dict[str, Any]:
    _refuse_unknown(given, tuple(defaults))
    return {**defaults, **given}


def synth(kind: str = "catalogue", *, seed: int = 0, **settings: Any) -> Any:
    """Generates a catalogue of films whose users follow planted intents, or a network with planted groups.

    Parameters
    ----------
    kind : {'catalogue', 'network'}
    seed : int
        The same seed gives the same data.
    **settings
        Of a catalogue ``n_users``, ``n_items``, ``n_interactions``, ``n_intents``, ``noise``, ``test_share``, ...; of a
        network ``n_nodes``, ``n_groups``, ``overlap``, ``mean_degree``, ``mixing``, ``directed``, ....

    Returns
    -------
    Catalogue or Network
        A network has its groups as labels.
    """
    if kind == "network":
        return Network(heard(settings, lambda config: _core.Network.synth(config, seed_of(seed))))
    if kind != "catalogue":
        raise InputError(f"`kind` is `{kind}`, expected catalogue or network")
    core, truth = heard({**settings, "seed": seed_of(seed)}, _core.Catalogue.synth)
    made = Catalogue(core)
    made.planted = json.loads(truth)  # type: ignore[attr-defined]
    return made
