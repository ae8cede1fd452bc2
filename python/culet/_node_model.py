"""Models of networks: from edges to vectors of nodes, likely links and groups."""

from __future__ import annotations

import json
from typing import Any, Dict, Mapping, Optional, TypeVar

import numpy as np

from . import _core
from ._data import Network, PathLike
from ._errors import InputError
from ._estimator import Estimator
from ._frames import default_output, framed, library_of
from ._ids import IdTable, as_array, is_scalar, text_of
from ._make import network as network_of
from ._progress import Progress
from ._questions import aligned, count_of, similar_columns
from ._settings import shown
from ._show import Explanation, Facets, Metrics

Self = TypeVar("Self", bound="NodeModel")


class NodeModel(Estimator):
    """The base of all models of networks.

    Parameters are those of the model and of its training; these are common to all:

    Parameters
    ----------
    network : table, path or Network, optional
        The edges, for a place in a pipeline: then ``fit`` takes nodes, as the steps after it do, and learns from these
        edges all the same.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    network: Any
    seed: int
    n_threads: int

    def fit(
        self: Self,
        edges: Any = None,
        y: Any = None,
        *,
        directed: Optional[bool] = None,
        nodes: Any = None,
        labels: Any = None,
        valid: Any = None,
        valid_negatives: Any = None,
        test: Any = None,
        test_negatives: Any = None,
        columns: Optional[Mapping[str, str]] = None,
        out: Optional[PathLike] = None,
        progress: Progress = None,
    ) -> Self:
        """Learns from edges.

        Ctrl-C gives the training up within a second, and leaves the estimator as it was.

        Parameters
        ----------
        edges : table, path or Network
            A source and a target a row; see :func:`culet.network`. Where the estimator has a ``network``, this is ignored.
        y : ignored
            For scikit-learn.
        directed, nodes, labels, valid, valid_negatives, test, test_negatives, columns
            As of :func:`culet.network`.
        out : path, optional
            The run folder to write; must not exist. By default a temporary one, which vanishes with the estimator.
        progress : bool or callable, optional
            As of :meth:`Recommender.fit`.

        Returns
        -------
        self
        """
        chosen = edges if self.network is None else self.network
        if chosen is None:
            raise InputError("there are no edges", "pass them to `fit`, or as `network` to the estimator")
        data = network_of(
            chosen,
            directed=directed,
            nodes=nodes,
            labels=labels,
            valid=valid,
            valid_negatives=valid_negatives,
            test=test,
            test_negatives=test_negatives,
            columns=columns,
        )
        self._fit_to(data, out, progress)
        return self

    def _fit_to(self, data: Network, out: Optional[PathLike], progress: Progress) -> None:
        settings = self._settings()
        seed, n_threads = self._own_numbers()

        def train(place: Any, follower: Any) -> None:
            _core.fit_network(data._core, self._model, settings, seed, n_threads, place, follower)

        self._train(out, data, {"node": data._whole}, progress, train)

    @property
    def node_ids_(self) -> np.ndarray:
        """The ids of the nodes, ``[n_nodes]``, in the order of ``embeddings()``."""
        return self._table.ids

    @property
    def n_nodes_(self) -> int:
        """How many nodes there are."""
        return int(self._run.run.n("node"))

    @property
    def n_aspects_(self) -> int:
        """How many aspects each node has."""
        return int(self._run.run.n_aspects)

    @property
    def _table(self) -> IdTable:
        return self._run.table("node")

    # Vectors

    def embeddings(self, nodes: Any = None, *, aspect: Optional[int] = None, kind: str = "concatenated") -> np.ndarray:
        """The vectors of nodes.

        Parameters
        ----------
        nodes : id or sequence of ids, optional
            All nodes by default, in the order of ``node_ids_``.
        aspect : int, optional
            From 1: those of one aspect alone.
        kind : {'concatenated', 'published', 'centres'}
            Centre and contexts of all aspects side by side; (P + mean Q) / 2, as the authors of asp2vec take them; or the
            centres alone.

        Returns
        -------
        ndarray of float32, [n, d]
            Or ``[d]`` for a single id. With ``kind='centres'`` d is ``dim``; by default rows are wider, for the contexts of each
            aspect stand beside the centre.
        """
        if kind not in ("concatenated", "published", "centres"):
            raise InputError(f"`kind` is `{kind}`, expected concatenated, published or centres")
        if aspect is not None:
            aspect = count_of("aspect", aspect)
        vectors = self._run.run.vectors(kind, aspect)
        if nodes is None:
            return vectors
        if is_scalar(nodes):
            one: np.ndarray = vectors[self._table.one(nodes)]
            return one
        places, _ = self._table.find_all(nodes)
        chosen: np.ndarray = vectors[places]
        return chosen

    def transform(self, nodes: Any) -> Any:
        """The vectors of nodes, for the steps of a pipeline.

        Parameters
        ----------
        nodes : sequence of ids
            One-dimensional, or with a single column.

        Returns
        -------
        ndarray of float32, [n, d], or what :meth:`set_output` says
        """
        return self._as_output(self.embeddings(_one_column(nodes)), nodes)

    def fit_transform(self, edges: Any = None, y: Any = None, **fit_params: Any) -> Any:
        """Fits, and returns vectors: of the nodes that are passed where the estimator has a ``network``, or else of all
        nodes, in the order of ``node_ids_``.

        Parameters
        ----------
        edges : table, path or Network; or nodes
        y : ignored
        **fit_params
            As of :meth:`fit`.

        Returns
        -------
        ndarray of float32, [n, d]
        """
        self.fit(edges, **fit_params)
        return self._as_output(self.embeddings(), None) if self.network is None else self.transform(edges)

    def set_output(self: Self, *, transform: Optional[str] = None) -> Self:
        """As what :meth:`transform` and :meth:`fit_transform` return vectors, for scikit-learn.

        Parameters
        ----------
        transform : {'default', 'pandas', 'polars'}, optional
            An array, or a frame with named columns; None changes nothing.

        Returns
        -------
        self
        """
        if transform not in (None, "default", "pandas", "polars"):
            raise InputError(f"`transform` is {shown(transform)}, expected default, pandas or polars")
        if transform is not None:
            # By this name `clone` takes it along.
            self._sklearn_output_config = {"transform": transform}
        return self

    def _as_output(self, vectors: np.ndarray, nodes: Any) -> Any:
        wanted = getattr(self, "_sklearn_output_config", {}).get("transform", "default")
        if wanted == "default":
            return vectors
        table = framed({name: vectors[:, k] for k, name in enumerate(self.get_feature_names_out())}, wanted)
        if wanted == "pandas" and library_of(nodes) == "pandas":
            table.index = nodes.index
        return table

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """The names of the columns of :meth:`transform`, for scikit-learn.

        Returns
        -------
        ndarray of object, [d]
        """
        width = self._run.run.vectors("concatenated", None).shape[1]
        return np.array([f"{self._model}{k}" for k in range(width)], dtype=object)

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type="transformer",
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(),
            input_tags=InputTags(one_d_array=True, two_d_array=True, string=True, categorical=True),
        )

    # Answers

    def similar(self, nodes: Any, k: int = 10, *, aspect: Optional[int] = None, output: Optional[str] = None) -> Any:
        """What is like nodes, by the cosine of their vectors.

        Parameters
        ----------
        nodes : id or sequence of ids
        k : int
            How many for each.
        aspect : int, optional
            From 1: in one aspect alone.
        output : {'pandas', 'polars', 'arrow', 'numpy'}, optional
            As what the result is returned; by default as the data came.

        Returns
        -------
        table
            With the columns ``node_id``, ``similar_id``, ``score`` and ``rank``.
        """
        listed = [nodes] if is_scalar(nodes) else nodes
        self._table.find_all(listed)
        aspect = None if aspect is None else count_of("aspect", aspect)
        columns = similar_columns(self._run.run, "node", self._table.whole, listed, count_of("k", k), aspect)
        return framed(columns, self._output(output))

    def links(self, node: Any = None, k: int = 10, *, output: Optional[str] = None) -> Any:
        """Likely new edges of a node, or of the whole network.

        Parameters
        ----------
        node : id, optional
        k : int
            How many.
        output
            As of :meth:`similar`.

        Returns
        -------
        table
            With the columns ``source``, ``target``, ``score`` and ``rank``.
        """
        if node is not None:
            self._table.one(node)
        told = json.loads(self._run.run.links(None if node is None else text_of(node), count_of("k", k)))["links"]
        columns: Dict[str, np.ndarray] = {
            "source": as_array([one["source"]["id"] for one in told], self._table.whole),
            "target": as_array([one["target"]["id"] for one in told], self._table.whole),
            "score": np.array([one["score"] for one in told]),
            "rank": np.array([one["rank"] for one in told], dtype=np.int64),
        }
        return framed(columns, self._output(output))

    def score(self, sources: Any, targets: Any) -> np.ndarray:
        """How likely edges are: higher is likelier.

        Parameters
        ----------
        sources : id or sequence of ids
        targets : id or sequence of ids
            As many as sources; one of either goes with all of the other.

        Returns
        -------
        ndarray of float64, [n]
        """
        left, right = aligned(self._table, sources, self._table, targets)
        return self._run.run.scores(left, right)

    def explain(self, source: Any, target: Any) -> Explanation:
        """Why a pair of nodes has the score it has, in parts that add up to it.

        Parameters
        ----------
        source, target : id

        Returns
        -------
        Explanation
        """
        self._table.one(source)
        self._table.one(target)
        return Explanation(json.loads(self._run.run.explain(text_of(source), None, text_of(target))))

    def facets(self, node: Any, k: int = 10) -> Facets:
        """The aspects of a node: shares, typical contexts, what these have in common.

        Parameters
        ----------
        node : id
        k : int
            Typical contexts of each aspect.

        Returns
        -------
        Facets
        """
        self._table.one(node)
        return Facets(json.loads(self._run.run.facets(text_of(node), count_of("k", k))))

    def groups(self, n: Optional[int] = None, k: int = 10) -> Facets:
        """The groups that the aspects of all nodes form; they overlap.

        Parameters
        ----------
        n : int, optional
            How many; by default as many as there are labels, or else ten.
        k : int
            Typical nodes of each group.

        Returns
        -------
        Facets
        """
        wanted = None if n is None else count_of("n", n)
        return Facets(json.loads(self._run.run.groups(wanted, count_of("k", k), self._own_numbers()[0])))

    def evaluate(self, *, on: str = "test") -> Metrics:
        """How well edges of a part are told from pairs without one, beside simple scores.

        Parameters
        ----------
        on : {'test', 'valid'}

        Returns
        -------
        Metrics
            ``auc`` and ``average_precision`` of the run's own score, and all scorers.
        """
        if on not in ("test", "valid"):
            raise InputError(f"`on` is `{on}`, expected test or valid")
        told = json.loads(self._run.run.evaluate_links(on))
        own = {key: told["rows"][0][key] for key in ("auc", "average_precision")}
        return Metrics(own, told["n_positives"] + told["n_negatives"], None, told["rows"])

    def _output(self, asked: Optional[str]) -> Optional[str]:
        return asked if asked is not None else default_output(self._run.output)


def _one_column(nodes: Any) -> Any:
    """A column of ids out of what scikit-learn passes on."""
    if hasattr(nodes, "columns") and hasattr(nodes, "iloc"):
        if nodes.shape[1] != 1:
            raise InputError(f"nodes come in one column, not in {nodes.shape[1]}")
        return nodes.iloc[:, 0]
    shape = np.shape(nodes)
    if len(shape) == 2:
        if shape[1] != 1:
            raise InputError(f"nodes come in one column, not in {shape[1]}")
        return np.asarray(nodes)[:, 0]
    return nodes
