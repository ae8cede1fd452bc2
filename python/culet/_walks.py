"""Random walks."""

from __future__ import annotations

import difflib
import inspect
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np

from ._data import Network
from ._errors import InputError
from ._make import network
from ._settings import as_json, heard, seed_of, whole


class Walks:
    """Random walks over a network, made anew each time they are gone through: what gensim's ``Word2Vec`` takes.

    Iterating yields a walk at a time as a list of node ids.

    Attributes
    ----------
    n_walks : int
        How many there are.
    """

    #: Walks that are made at once, at least.
    _BLOCK = 1 << 16

    def __init__(self, network: Network, course: Dict[str, Any], seed: int) -> None:
        self._network = network
        self._length: int = course["length"]
        self._course = as_json(course)
        self._seed = seed_of(seed)
        self.n_walks: int = heard(course, network._core.n_walks)
        self._ids: Optional[np.ndarray] = None

    def __len__(self) -> int:
        return self.n_walks

    def blocks(self) -> Iterator[Tuple[np.ndarray, np.ndarray]]:
        """Goes through the walks in blocks, by numbers of nodes: the places in ``node_ids`` of the network.

        Yields
        ------
        nodes : ndarray of uint32
            The nodes of the walks, one after another.
        offsets : ndarray of uint32, [n_walks_of_the_block + 1]
            Where each walk begins, and the end.
        """
        # At most a quarter of a gigabyte, however long the walks are.
        step = max(min(max(self._BLOCK, self._network.n_nodes), (1 << 26) // self._length), 1)
        for first in range(0, self.n_walks, step):
            yield self._network._core.walks(self._course, self._seed, first, first + step)

    def __iter__(self) -> Iterator[List[Any]]:
        if self._ids is None:
            self._ids = self._network.node_ids
        for nodes, offsets in self.blocks():
            # Lists: gensim's threads stop at an array, and it waits for them forever.
            named = self._ids[nodes].tolist()
            ends = offsets.tolist()
            for begin, end in zip(ends, ends[1:]):
                yield named[begin:end]

    def __repr__(self) -> str:
        return f"<Walks {self.n_walks:,} over {self._network.name}>"


def walks(
    edges: Any,
    *,
    walks_per_node: int = 10,
    length: int = 80,
    p: float = 1.0,
    q: float = 1.0,
    metapath: Optional[Sequence[str]] = None,
    dead_end: str = "stop",
    seed: int = 0,
    **options: Any,
) -> Walks:
    """Random walks over a network.

    Parameters
    ----------
    edges : Network, path or table
        As of :func:`network`.
    walks_per_node : int
        How often each node is a start.
    length : int
        Nodes of a walk, the start included.
    p, q : float
        node2vec's return and in-out parameters; 1 and 1 are uniform walks, or by weight where edges have weights.
    metapath : sequence of str, optional
        Types of nodes to walk along, such as ``["author", "paper", "author"]``.
    dead_end : {'stop', 'back', 'undirected'}
        What happens in a directed network where no edge leads on.
    seed : int
        The same seed gives the same walks.
    **options
        As of :func:`network`.

    Returns
    -------
    Walks
        Can be gone through again and again; each walk is a list of ids.

    Examples
    --------
    >>> import culet
    >>> walks = culet.walks([("a", "b"), ("b", "c")], walks_per_node=2, length=4)
    >>> len(walks), [len(walk) for walk in walks]
    (6, [4, 4, 4, 4, 4, 4])
    """
    course = {
        "walks_per_node": whole("walks_per_node", walks_per_node, 1, 2**32 - 1),
        "length": whole("length", length, 1, 2**26), "p": p, "q": q,
        "metapath": None if metapath is None else list(metapath), "dead_end": dead_end,
    }  # fmt: skip
    names = inspect.signature(network).parameters
    for name in options:
        if name not in names:
            near = difflib.get_close_matches(name, ("walks_per_node", "length", "p", "q", "metapath", "dead_end", "seed", *names), n=1)
            raise InputError(f"there is no setting `{name}`", f"did you mean `{near[0]}`?" if near else None)
    return Walks(network(edges, **options), course, seed)
