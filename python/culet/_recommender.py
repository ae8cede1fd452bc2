"""Recommenders: from interactions and facts to lists of items, scores and reasons."""

from __future__ import annotations

import json
import logging
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple, TypeVar, Union

import numpy as np

from . import _core
from ._data import Catalogue, PathLike
from ._errors import InputError
from ._estimator import Estimator
from ._frames import default_output, framed, kind_of
from ._ids import IdTable, as_array, is_scalar, text_of, texts_of
from ._make import catalogue
from ._progress import Progress
from ._questions import (
    _are_whole,
    _one_or_more,
    aligned,
    as_asked,
    count_of,
    cutoffs_of,
    facts_of,
    histories_of,
    objects_of,
    rectangles,
    similar_columns,
    two_columns,
)
from ._settings import shown
from ._show import Explanation, Facets, Metrics

log = logging.getLogger("culet")

Self = TypeVar("Self", bound="Recommender")

#: Lengths of lists that are judged, unless told otherwise.
CUTOFFS = (20, 40, 60, 80, 100)


class Recommender(Estimator):
    """The base of all recommenders.

    Parameters are those of the model and of its training; these are common to all:

    Parameters
    ----------
    at : sequence of int
        Lengths of the lists that are judged; the first selects.
    graph : {'true', 'random', 'none'}
        The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph gives.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    at: Sequence[int]
    graph: str
    seed: int
    n_threads: int

    def fit(
        self: Self,
        interactions: Any,
        knowledge_graph: Any = None,
        *,
        valid: Any = None,
        test: Any = None,
        attributes: Any = None,
        links: Any = None,
        columns: Optional[Mapping[str, str]] = None,
        min_rating: Optional[float] = None,
        skip_missing: bool = False,
        out: Optional[PathLike] = None,
        progress: Progress = None,
    ) -> Self:
        """Learns from interactions and, if there are any, facts about the items.

        Ctrl-C gives the training up within a second, and leaves the estimator as it was. Other threads of Python go on
        meanwhile, for the interpreter's lock is released; tables are taken before that, so that it does no harm to change
        them.

        Parameters
        ----------
        interactions : table, path or Catalogue
            A user and an item a row, and perhaps a rating and a time; see :func:`culet.catalogue`.
        knowledge_graph : table or list of tables, optional
            Facts: head, relation, tail.
        valid : table, optional
            Pairs to select by; by default a share of each user's items is withheld.
        test : table, optional
            Pairs that are looked at once, in the end: see ``metrics_``.
        attributes : table or list of tables, optional
            A row an item; each column becomes a relation of the graph.
        links : table or list of tables, optional
            Which entity of the graph stands for which item.
        columns : mapping, optional
            What the columns of the interactions are called, such as ``{"user": "customer_id", "item": "sku"}``.
        min_rating : float, optional
            Leaves out interactions with a lower rating.
        skip_missing : bool
            Leaves out and counts rows with a missing id, which are errors otherwise.
        out : path, optional
            The run folder to write; must not exist. By default a temporary one, which vanishes with the estimator.
        progress : bool or callable, optional
            True draws a bar (with tqdm), False nothing; by default a bar is drawn where somebody sees it. A function gets
            each event as a dict, and ends the training with the best epoch so far by returning False.

        Returns
        -------
        self
        """
        data = catalogue(
            interactions,
            knowledge_graph,
            valid=valid,
            test=test,
            attributes=attributes,
            links=links,
            columns=columns,
            min_rating=min_rating,
            skip_missing=skip_missing,
        )
        self._fit_to(data, out, progress)
        return self

    def _fit_to(self, data: Catalogue, out: Optional[PathLike], progress: Progress) -> None:
        settings, at = self._settings(), cutoffs_of(self.at)
        seed, n_threads = self._own_numbers()
        if not isinstance(self.graph, str):
            raise InputError(f"`graph` is {self.graph!r}, expected 'true', 'random' or 'none'")

        def train(place: Any, follower: Any) -> None:
            _core.fit_catalogue(data._core, self._model, settings, at, self.graph, seed, n_threads, place, follower)

        self._train(out, data, data._whole, progress, train)

    # Ids

    @property
    def user_ids_(self) -> np.ndarray:
        """The ids of the users, ``[n_users]``, in the order of ``embeddings('user')``."""
        return self._table("user").ids

    @property
    def item_ids_(self) -> np.ndarray:
        """The ids of the items, ``[n_items]``, in the order of ``embeddings('item')``."""
        return self._table("item").ids

    @property
    def n_users_(self) -> int:
        """How many users there are."""
        return int(self._run.run.n("user"))

    @property
    def n_items_(self) -> int:
        """How many items there are."""
        return int(self._run.run.n("item"))

    def _table(self, kind: str) -> IdTable:
        return self._run.table(kind)

    @property
    def blend_(self) -> Optional[Dict[str, Any]]:
        """Of :class:`Auto`: its parts with their settings and weights, and what of the graph counts; or else None."""
        blend: Optional[Dict[str, Any]] = (self._run.manifest.get("extra") or {}).get("blend")
        return blend

    # Recommendations

    def recommend(
        self,
        users: Any = None,
        k: int = 20,
        *,
        filter_seen: bool = True,
        items: Any = None,
        not_items: Any = None,
        having: Union[str, Sequence[str]] = (),
        unknown: str = "raise",
        reasons: bool = False,
        output: Optional[str] = None,
    ) -> Any:
        """The best items of users.

        Parameters
        ----------
        users : id or sequence of ids, optional
            External ids; all users by default.
        k : int
            How many items for each user, at most.
        filter_seen : bool
            Leaves out what the user has already.
        items : sequence of ids, optional
            These items alone.
        not_items : sequence of ids, optional
            Never these.
        having : str or sequence of str
            Items with all of these facts alone, each as ``relation=entity``.
        unknown : {'raise', 'skip', 'popular'}
            What happens to unknown users: an :class:`UnknownIdError`, no rows, or the items that most users took. Unknown
            items in `items` and `not_items` are errors with 'raise', and left aside otherwise.
        reasons : bool
            Adds a column ``reason``, where the model can tell.
        output : {'pandas', 'polars', 'arrow', 'numpy', 'arrays'}, optional
            As what the result is returned; by default as the data came. 'arrays' gives two arrays, ids and scores, each
            ``[n_users, k]``, or as wide as there are items if these are fewer, with None (-1 among whole numbers) and NaN
            where a list is shorter.

        Returns
        -------
        table
            With the columns ``user_id``, ``item_id``, ``score`` and ``rank`` (from 1), user after user.
        """
        k = count_of("k", k)
        if unknown not in ("raise", "skip", "popular"):
            raise InputError(f"`unknown` is `{unknown}`, expected raise, skip or popular")
        table = self._table("user")
        if users is None:
            places, known = np.arange(self.n_users_, dtype=np.uint32), np.arange(self.n_users_)
            asked: np.ndarray = table.ids
        else:
            listed = [users] if is_scalar(users) else users
            if output is None and kind_of(users) is not None:
                output = kind_of(users)
            places, known = table.find_all(listed, "raise" if unknown == "raise" else "skip")
            asked = as_asked(listed, table.whole)
        if reasons:
            if unknown == "popular" and len(known) < len(asked):
                raise InputError("nothing is known of a user who is unknown: there are no reasons", "use unknown='skip'")
            return self._with_reasons(asked[known], k, filter_seen, items, not_items, having, output)
        allowed = self._allowed(items, not_items, having, unknown)
        counts, best, scores = self._run.run.recommend(places, k, not filter_seen, allowed)
        if unknown == "popular" and len(known) < len(asked):
            known, counts, best, scores = self._with_popular(len(asked), known, k, allowed, counts, best, scores)
        if output == "arrays":
            return rectangles(len(asked), min(k, self.n_items_), known, counts, self.item_ids_[best], scores)
        return self._listed(asked[known], counts, best, scores, output)

    def _with_popular(
        self, n: int, known: np.ndarray, k: int, allowed: Any, counts: np.ndarray, best: np.ndarray, scores: np.ndarray
    ) -> Tuple[np.ndarray, ...]:
        """The lists of known users, and between them that of the unknown."""
        popular, taken = self._run.run.popular(k, allowed)
        ends = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        place = np.full(n, -1)
        place[known] = np.arange(len(known))
        parts = [(popular, taken) if at < 0 else (best[ends[at] : ends[at + 1]], scores[ends[at] : ends[at + 1]]) for at in place]
        lengths = np.array([len(part[0]) for part in parts], dtype=np.uint32)
        return np.arange(n), lengths, np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    def _with_reasons(
        self, users: np.ndarray, k: int, filter_seen: bool, items: Any, not_items: Any, having: Any, output: Optional[str]
    ) -> Any:
        only = None if items is None else _one_or_more(items)
        never = [] if not_items is None else _one_or_more(not_items)
        rows: List[Tuple[Any, str, float, int, Optional[str]]] = []
        for user in users:
            told = json.loads(
                self._run.run.recommend_with_reasons(str(user), None, k, not filter_seen, only, never, facts_of(having))
            )
            for one in told["items"]:
                rows.append((user, one["id"], one["score"], one["rank"], (one.get("reason") or {}).get("text")))
        return self._reasoned(rows, output)

    def _reasoned(self, rows: List[Tuple[Any, str, float, int, Optional[str]]], output: Optional[str]) -> Any:
        columns = {
            "user_id": as_asked([row[0] for row in rows], self._table("user").whole),
            "item_id": as_array([row[1] for row in rows], self._table("item").whole),
            "score": np.array([row[2] for row in rows], dtype=np.float32),
            "rank": np.array([row[3] for row in rows], dtype=np.int64),
            "reason": objects_of([row[4] for row in rows]),
        }
        return framed(columns, self._output(output))

    def recommend_for_history(
        self,
        history: Any,
        k: int = 20,
        *,
        filter_seen: bool = True,
        items: Any = None,
        not_items: Any = None,
        having: Union[str, Sequence[str]] = (),
        unknown: str = "raise",
        output: Optional[str] = None,
    ) -> Any:
        """The best items of people who were never trained, by what they took.

        Parameters
        ----------
        history : sequence of ids, mapping, list of lists, or table
            The items that one person took; or of several people a mapping from each to a list of items, a list of such lists
            (then they are numbered from 0), or a table of users and items.
        k, filter_seen, items, not_items, having
            As of :meth:`recommend`.
        unknown : {'raise', 'skip'}
            What happens to unknown items.
        output
            As of :meth:`recommend`.

        Returns
        -------
        table
            With the columns ``item_id``, ``score`` and ``rank``; of many people ``user_id`` before them.
        """
        k = count_of("k", k)
        if unknown not in ("raise", "skip"):
            raise InputError(f"`unknown` is `{unknown}`, expected raise or skip")
        table = self._table("item")
        several = histories_of(history)
        if several is not None:
            users, listed = several
            found, known = table.find_all(listed, unknown)
            texts = texts_of(users)
            # By their first rows.
            places: Dict[str, int] = {}
            # Those who took nothing that is known keep their row, too.
            number = np.array([places.setdefault(text, len(places)) for text in texts], dtype=np.int64)[known]
            names = list(places)
            order = np.argsort(number, kind="stable")
            lengths = np.bincount(number, minlength=len(names))
            offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32)
            taken = found[order]
        else:
            if is_scalar(history):
                raise InputError(f"a history is a list of items, not {shown(history)}", f"write [{shown(history)}]")
            taken, _ = table.find_all(history, unknown)
            offsets = np.array([0, len(taken)], dtype=np.uint32)
            names = [""]
        if len(taken) == 0:
            raise InputError("a history is empty", "give ids of items that were taken")
        allowed = self._allowed(items, not_items, having, unknown)
        counts, best, scores = self._run.run.recommend_for_histories(
            np.ascontiguousarray(offsets), np.ascontiguousarray(taken), k, not filter_seen, allowed
        )
        if several is not None:
            output = kind_of(history) if output is None else output
            asked = as_array(names, _are_whole(users))
            return self._listed(asked, counts, best, scores, output, k)
        if output == "arrays":
            return self.item_ids_[best], scores
        columns = {"item_id": self.item_ids_[best], "score": scores, "rank": np.arange(1, len(best) + 1)}
        return framed(columns, self._output(output))

    def score(self, users: Any, items: Any) -> np.ndarray:
        """The scores of pairs; those of one user can be compared, those of different users cannot always.

        Parameters
        ----------
        users : id or sequence of ids
        items : id or sequence of ids
            As many as users; one of either goes with all of the other.

        Returns
        -------
        ndarray of float64, [n]
        """
        left, right = aligned(self._table("user"), users, self._table("item"), items)
        return self._run.run.scores(left, right)

    # What is alike

    def similar_items(self, items: Any, k: int = 10, *, output: Optional[str] = None) -> Any:
        """What is like items: by the cosine of their vectors, or by what those are recommended who took the item alone.

        Parameters
        ----------
        items : id or sequence of ids
        k : int
            How many for each.
        output
            As of :meth:`recommend`.

        Returns
        -------
        table
            With the columns ``item_id``, ``similar_id``, ``score`` and ``rank``.
        """
        return self._similar("item", items, k, output)

    def similar_users(self, users: Any, k: int = 10, *, output: Optional[str] = None) -> Any:
        """Who is like users: by the cosine of their vectors, or of what both took.

        Parameters
        ----------
        users : id or sequence of ids
        k : int
            How many for each.
        output
            As of :meth:`recommend`.

        Returns
        -------
        table
            With the columns ``user_id``, ``similar_id``, ``score`` and ``rank``.
        """
        return self._similar("user", users, k, output)

    def similar_entities(self, entities: Any, k: int = 10, *, output: Optional[str] = None) -> Any:
        """What is like entities of the knowledge graph, in models that have vectors of them.

        Parameters
        ----------
        entities : id or sequence of ids
        k : int
            How many for each.
        output
            As of :meth:`recommend`.

        Returns
        -------
        table
            With the columns ``entity_id``, ``similar_id``, ``score`` and ``rank``.
        """
        return self._similar("entity", entities, k, output)

    def _similar(self, kind: str, asked: Any, k: int, output: Optional[str]) -> Any:
        table = self._table(kind)
        listed = [asked] if is_scalar(asked) else asked
        table.find_all(listed)
        return framed(similar_columns(self._run.run, kind, table.whole, listed, count_of("k", k), None), self._output(output))

    # Why

    def explain(self, user: Any = None, item: Any = None, *, history: Any = None) -> Explanation:
        """Why a score is what it is, in parts that add up to it.

        Parameters
        ----------
        user : id
            Of the run; or leave it out and give a `history`.
        item : id
        history : sequence of ids, optional
            What somebody took who was never trained.

        Returns
        -------
        Explanation
            Prints as text, draws in a notebook.
        """
        if item is None:
            raise InputError("explain what? `item` is missing")
        if (user is None) == (history is None):
            raise InputError("explain to whom? give either `user` or `history`")
        self._table("item").one(item)
        taken = None
        if history is not None:
            taken = texts_of(history)
            self._table("item").find_all(history)
        else:
            self._table("user").one(user)
        told = json.loads(self._run.run.explain(None if user is None else text_of(user), taken, text_of(item)))
        if user is not None and len(self._run.run.history_of(self._table("user").one(user))) == 0:
            told["text"] = "nothing is known of this user, to whom the items that most users took are recommended"
        return Explanation(told)

    def facets(self, user: Any = None) -> Facets:
        """The intents of all users or of one: shares, and the relations that they follow.

        Parameters
        ----------
        user : id, optional

        Returns
        -------
        Facets
        """
        if user is not None:
            self._table("user").one(user)
        return Facets(json.loads(self._run.run.facets(None if user is None else text_of(user), 10)))

    def embeddings(self, what: str = "item") -> np.ndarray:
        """The vectors of users, items or entities, of models that score by vectors alone.

        Parameters
        ----------
        what : {'item', 'user', 'entity'}
            In the order of ``item_ids_`` and ``user_ids_``.

        Returns
        -------
        ndarray of float32, [n, d]
        """
        if what not in ("item", "user", "entity"):
            raise InputError(f"`what` is `{what}`, expected item, user or entity")
        return self._run.run.vectors(what, None)

    def evaluate(
        self, pairs: Any = None, *, on: str = "test", at: Optional[Sequence[int]] = None, catalogue_metrics: bool = False
    ) -> Metrics:
        """Ranks all items for each user with targets, those that the user has already left out.

        Parameters
        ----------
        pairs : table, optional
            Users and items to judge on; by default a part of the data that it was fitted on. Pairs of unknown users and
            items are left out, and counted in the log.
        on : {'test', 'valid'}
            Which part.
        at : sequence of int, optional
            Lengths of lists; by default those of the estimator.
        catalogue_metrics : bool
            Also coverage, popularity and inequality of what is recommended.

        Returns
        -------
        Metrics
            A mapping from names such as ``recall@20`` to means over users, with the values of each user.
        """
        cutoffs = cutoffs_of(self.at if at is None else at)
        run = self._run.run
        if pairs is None:
            if on not in ("test", "valid"):
                raise InputError(f"`on` is `{on}`, expected test or valid")
            means, users, n_targets, columns = run.evaluate(on, cutoffs, catalogue_metrics)
        else:
            listed_users, listed_items = two_columns(pairs)
            left, right = self._table("user").find(listed_users), self._table("item").find(listed_items)
            known = (left >= 0) & (right >= 0)
            if not known.all():
                log.warning("%d of %d pairs are of unknown users or items; left out", (~known).sum(), len(known))
            if not known.any():
                raise InputError("all pairs are of unknown users or items", "are these the ids it was fitted with?")
            have = self._n_had(left[known], right[known])
            if have:
                log.warning("%d of %d pairs are items that their users have already: they count as not found", have, known.sum())
            means, users, n_targets, columns = run.evaluate_pairs(
                left[known].astype(np.uint32), right[known].astype(np.uint32), cutoffs, catalogue_metrics
            )
        told = json.loads(means)
        per_user = framed({"user_id": self.user_ids_[users], "n_targets": n_targets, **dict(columns)}, self._output(None))
        return Metrics(told["means"], told["n_users"], per_user)

    def _n_had(self, users: np.ndarray, items: np.ndarray) -> int:
        """How many of these pairs the users have already."""
        run = self._run.run
        order = np.argsort(users, kind="stable")
        bounds = np.flatnonzero(np.diff(users[order])) + 1
        of_users = np.split(order, bounds)
        return sum(int(np.isin(items[of], run.history_of(int(users[of[0]]))).sum()) for of in of_users)

    # Results

    def _output(self, asked: Optional[str]) -> Optional[str]:
        return asked if asked is not None else default_output(self._run.output)

    def _allowed(self, items: Any, not_items: Any, having: Union[str, Sequence[str]], unknown: str) -> Any:
        facts = facts_of(having)
        if items is None and not_items is None and not facts:
            return None
        only = None if items is None else _one_or_more(items)
        never = [] if not_items is None else _one_or_more(not_items)
        if unknown == "raise":
            self._table("item").find_all([*(only or []), *never])
        flags, skipped = self._run.run.allowed(only, never, facts, unknown != "raise")
        if skipped:
            log.warning("%d unknown items are left aside, such as `%s`", len(skipped), skipped[0])
        return flags

    def _listed(
        self, users: np.ndarray, counts: np.ndarray, best: np.ndarray, scores: np.ndarray, output: Optional[str], k: int = 0
    ) -> Any:
        if output == "arrays":
            return rectangles(len(users), k, np.arange(len(users)), counts, self.item_ids_[best], scores)
        starts = np.repeat(np.cumsum(counts, dtype=np.int64) - counts, counts)
        columns = {
            "user_id": np.repeat(users, counts),
            "item_id": self.item_ids_[best],
            "score": scores,
            "rank": np.arange(1, len(best) + 1, dtype=np.int64) - starts,
        }
        return framed(columns, self._output(output))
