"""The models as classes, generated from the registry: python/tools/generate.py."""

# fmt: off
from __future__ import annotations

from typing import Any, Dict, Sequence, Type

from ._estimator import Estimator
from ._node_model import NodeModel
from ._recommender import CUTOFFS, Recommender


class Auto(Recommender):
    """Auto: the best known: EASE with the graph's paths, blended with embeddings as far as withheld pairs say.

    Embarrassingly Shallow Autoencoders for Sparse Data, Steck, WWW 2019. https://arxiv.org/abs/1905.03375

    New users: scored by each part of the blend: the history through the weights of the items, exact; vectors of
    ``als`` solved for, exact; other vectors estimated from those of the history's items.

    Parameters
    ----------
    embedding : {'softmax-mf', 'kgin', 'none'}
        The vectors that are blended in.
    factors : bool
        Blend in the vectors of als, too.
    dim : int
        Numbers in a vector of the embedding. From 1 to 4096.
    neighbours : int
        Items whose weights are solved for, for each item, in large catalogues. From 1 to 4096.
    select : {'validation', 'test'}
        By which part the best epoch is chosen; 'test' as in the published programs, and said in every output.
    validation_share : float
        Share of each user's training items withheld to select by. At least 0 and below 0.9.
    at : sequence of int
        Lengths of the lists that are judged; the first selects.
    graph : {'true', 'random', 'none'}
        The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph
        gives.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "auto"

    def __init__(
        self,
        *,
        embedding: str = 'softmax-mf',
        factors: bool = True,
        dim: int = 128,
        neighbours: int = 200,
        select: str = 'validation',
        validation_share: float = 0.1,
        at: Sequence[int] = CUTOFFS,
        graph: str = "true",
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.embedding = embedding
        self.factors = factors
        self.dim = dim
        self.neighbours = neighbours
        self.select = select
        self.validation_share = validation_share
        self.at = at
        self.graph = graph
        self.seed = seed
        self.n_threads = n_threads


class KGIN(Recommender):
    """KGIN: user intents over the relations of a knowledge graph, relational paths, independent intents.

    Learning Intents behind Interactions with Knowledge Graph for Recommendation, Wang, Huang, Wang, Yuan, Liu, He,
    Chua, WWW 2021. https://arxiv.org/abs/2102.07057

    New users: scored by the layers over the history's items, and a vector of their own estimated from those of the
    items.

    Presets, for :meth:`preset`:

    - ``last-fm``: the published settings for Last-FM
    - ``amazon-book``: the published settings for Amazon-Book
    - ``alibaba-ifashion``: the published settings for Alibaba-iFashion
    - ``softmax``: not published, quicker, better where pairs are few: softmax over shared negatives, two hops, larger
      steps

    Parameters
    ----------
    dim : int
        Numbers in a vector (the authors' --dim). From 1 to 4096.
    hops : int
        Layers, and so the longest relational path (the paper's L, the authors' --context_hops). From 1 to 8.
    intents : int
        How many intents users have (the paper's |P|, the authors' --n_factors). From 1 to 256.
    inverse_relations : bool
        Let each fact also speak from its tail, as a relation of its own (the authors' --inverse_r).
    loss : {'bpr', 'softmax'}
        'bpr': one negative a pair, as published; 'softmax': many shared negatives on the cosine.
    negatives : int
        Items that a batch shares as negatives, with ``loss="softmax"``. From 1 to 65536.
    temperature : float
        What the cosine is divided by, with ``loss="softmax"``. From 0.01 to 10.
    edge_dropout : float
        Share of triplets and of interactions dropped in each step (the authors' --node_dropout_rate). At least 0 and
        below 1.
    message_dropout : float
        Share of numbers dropped from each new vector (the authors' --mess_dropout_rate). At least 0 and below 1.
    independence : {'distance', 'cosine', 'mutual-information', 'mutual-information-columns'}
        How the dependence between intents is measured (the authors' --ind).
    independence_weight : float
        Weight of that dependence in the loss (the paper's lambda 1, the authors' --sim_regularity). From 0 to 1000.
    l2 : float
        Weight of the squared lengths of a batch's vectors (the paper's lambda 2, the authors' --l2). From 0 to 1000.
    epochs : int
        Passes over the training pairs, at most (the authors' --epoch). From 1 to 1000000.
    batch : int
        Pairs in a step (the authors' --batch_size). From 1 to 16777216.
    learning_rate : float
        Adam's step size (the authors' --lr). From 0.000000001 to 100.
    schedule : {'constant', 'linear', 'cosine'}
        How the step size changes: 'constant', or falling to 0 over ``epochs``.
    select : {'validation', 'test'}
        By which part the best epoch is chosen; 'test' as in the published programs, and said in every output.
    validation_share : float
        Share of each user's training items withheld to select by. At least 0 and below 0.9.
    evaluate_every : int
        Epochs between evaluations; 0: never, the last epoch is taken. From 0 to 1000000.
    patience : int
        Evaluations without a better recall before stopping; 0: no early stop. From 0 to 1000000.
    refit : bool
        After selecting, train anew on training and validation pairs for as many epochs.
    at : sequence of int
        Lengths of the lists that are judged; the first selects.
    graph : {'true', 'random', 'none'}
        The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph
        gives.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "kgin"
    _presets = {
        "last-fm": {'batch': 1024, 'dim': 64, 'edge_dropout': 0.5, 'epochs': 1000, 'evaluate_every': 10, 'hops': 3, 'independence': 'distance', 'independence_weight': 0.0001, 'intents': 4, 'inverse_relations': True, 'l2': 1e-05, 'learning_rate': 0.0001, 'loss': 'bpr', 'message_dropout': 0.1, 'patience': 10},
        "amazon-book": {'batch': 1024, 'dim': 64, 'edge_dropout': 0.5, 'epochs': 1000, 'evaluate_every': 10, 'hops': 3, 'independence': 'distance', 'independence_weight': 1e-05, 'intents': 4, 'inverse_relations': True, 'l2': 1e-05, 'learning_rate': 0.0001, 'loss': 'bpr', 'message_dropout': 0.1, 'patience': 10},
        "alibaba-ifashion": {'batch': 1024, 'dim': 64, 'edge_dropout': 0.5, 'epochs': 1000, 'evaluate_every': 10, 'hops': 3, 'independence': 'cosine', 'independence_weight': 0.0001, 'intents': 4, 'inverse_relations': True, 'l2': 1e-05, 'learning_rate': 0.0001, 'loss': 'bpr', 'message_dropout': 0.1, 'patience': 10},
        "softmax": {'hops': 2, 'learning_rate': 0.003, 'loss': 'softmax', 'negatives': 1024, 'temperature': 0.2},
    }

    def __init__(
        self,
        *,
        dim: int = 64,
        hops: int = 3,
        intents: int = 4,
        inverse_relations: bool = True,
        loss: str = 'bpr',
        negatives: int = 1024,
        temperature: float = 0.2,
        edge_dropout: float = 0.5,
        message_dropout: float = 0.1,
        independence: str = 'distance',
        independence_weight: float = 0.0001,
        l2: float = 1e-05,
        epochs: int = 200,
        batch: int = 1024,
        learning_rate: float = 0.001,
        schedule: str = 'constant',
        select: str = 'validation',
        validation_share: float = 0.1,
        evaluate_every: int = 5,
        patience: int = 10,
        refit: bool = False,
        at: Sequence[int] = CUTOFFS,
        graph: str = "true",
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.dim = dim
        self.hops = hops
        self.intents = intents
        self.inverse_relations = inverse_relations
        self.loss = loss
        self.negatives = negatives
        self.temperature = temperature
        self.edge_dropout = edge_dropout
        self.message_dropout = message_dropout
        self.independence = independence
        self.independence_weight = independence_weight
        self.l2 = l2
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.select = select
        self.validation_share = validation_share
        self.evaluate_every = evaluate_every
        self.patience = patience
        self.refit = refit
        self.at = at
        self.graph = graph
        self.seed = seed
        self.n_threads = n_threads


class Popularity(Recommender):
    """Popularity: how many users took each item: the same list for everybody.

    Performance of Recommender Algorithms on Top-N Recommendation Tasks, Cremonesi, Koren, Turrin, RecSys 2010.
    https://doi.org/10.1145/1864708.1864721

    New users: scored by the same list as everybody.

    Parameters
    ----------
    at : sequence of int
        Lengths of the lists that are judged; the first selects.
    graph : {'true', 'random', 'none'}
        The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph
        gives.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "popularity"

    def __init__(
        self,
        *,
        at: Sequence[int] = CUTOFFS,
        graph: str = "true",
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.at = at
        self.graph = graph
        self.seed = seed
        self.n_threads = n_threads


class ItemKNN(Recommender):
    """ItemKNN: items that the same users took: cosine with shrinkage, nearest neighbours.

    Item-Based Collaborative Filtering Recommendation Algorithms, Sarwar, Karypis, Konstan, Riedl, WWW 2001.
    https://doi.org/10.1145/371920.372071

    New users: scored by the history through the weights of the items, exact.

    Parameters
    ----------
    neighbours : int
        Items that speak for an item, at most. From 1 to 1000000.
    shrink : float
        Added to the cosine's denominator, so that few common users count less. From 0 to 1000000000.
    at : sequence of int
        Lengths of the lists that are judged; the first selects.
    graph : {'true', 'random', 'none'}
        The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph
        gives.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "item-knn"

    def __init__(
        self,
        *,
        neighbours: int = 100,
        shrink: float = 10.0,
        at: Sequence[int] = CUTOFFS,
        graph: str = "true",
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.neighbours = neighbours
        self.shrink = shrink
        self.at = at
        self.graph = graph
        self.seed = seed
        self.n_threads = n_threads


class RP3Beta(Recommender):
    """RP3beta: random walks of three steps over who took what, popular items held down.

    Updatable, Accurate, Diverse, and Scalable Recommendations for Interactive Applications, Paudel, Christoffel,
    Newell, Bernstein, TiiS 2016. https://doi.org/10.1145/2955101

    New users: scored by the history through the weights of the items, exact.

    Parameters
    ----------
    neighbours : int
        Items that an item speaks for, at most. From 1 to 1000000.
    alpha : float
        Power of each step's probability (the paper's alpha). From 0 to 10.
    beta : float
        Power of the popularity that an item's score is divided by (the paper's beta). From 0 to 10.
    at : sequence of int
        Lengths of the lists that are judged; the first selects.
    graph : {'true', 'random', 'none'}
        The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph
        gives.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "rp3beta"

    def __init__(
        self,
        *,
        neighbours: int = 200,
        alpha: float = 0.8,
        beta: float = 0.4,
        at: Sequence[int] = CUTOFFS,
        graph: str = "true",
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.neighbours = neighbours
        self.alpha = alpha
        self.beta = beta
        self.at = at
        self.graph = graph
        self.seed = seed
        self.n_threads = n_threads


class EASE(Recommender):
    """EASE: weights between items that best predict each from the others, exact and in closed form.

    Embarrassingly Shallow Autoencoders for Sparse Data, Steck, WWW 2019. https://arxiv.org/abs/1905.03375

    New users: scored by the history through the weights of the items, exact.

    Parameters
    ----------
    lambda_ : float
        The ridge: how much few observations are mistrusted (the paper's lambda). From 0.000001 to 1000000000. The
        program calls it ``lambda``.
    user_exponent : float
        Users count |history|^-exponent; 0: all alike, as published. From 0 to 2.
    ridge_exponent : float
        An item's ridge grows with its popularity to this power; 0: one ridge for all, as published. From 0 to 2.
    popularity_exponent : float
        Scores are divided by the item's popularity to this power; 0: not, as published. From -2 to 2.
    graph_weight : float
        What sharing facts counts beside being taken by the same users, each path of relations as far as users follow
        it; 0: nothing, as published. From 0 to 1000000.
    keep : int
        The strongest weights that each item keeps, for memory and speed. From 1 to 10000000.
    at : sequence of int
        Lengths of the lists that are judged; the first selects.
    graph : {'true', 'random', 'none'}
        The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph
        gives.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "ease"
    _renamed = {"lambda_": "lambda"}

    def __init__(
        self,
        *,
        lambda_: float = 100.0,
        user_exponent: float = 0.5,
        ridge_exponent: float = 0.0,
        popularity_exponent: float = 0.0,
        graph_weight: float = 0.0,
        keep: int = 400,
        at: Sequence[int] = CUTOFFS,
        graph: str = "true",
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.lambda_ = lambda_
        self.user_exponent = user_exponent
        self.ridge_exponent = ridge_exponent
        self.popularity_exponent = popularity_exponent
        self.graph_weight = graph_weight
        self.keep = keep
        self.at = at
        self.graph = graph
        self.seed = seed
        self.n_threads = n_threads


class EASESparse(Recommender):
    """EASE by neighbourhoods: nearly the weights of EASE in little memory: exact among the most telling items of
    each.

    Scalable Approximate NonSymmetric Autoencoder for Collaborative Filtering, Spišák, Bartyzal, Hoskovec, Peška,
    Tůma, RecSys 2023. https://doi.org/10.1145/3604915.3608827

    New users: scored by the history through the weights of the items, exact.

    Parameters
    ----------
    lambda_ : float
        The ridge: how much few observations are mistrusted (the paper's lambda). From 0.000001 to 1000000000. The
        program calls it ``lambda``.
    user_exponent : float
        Users count |history|^-exponent; 0: all alike, as published. From 0 to 2.
    ridge_exponent : float
        An item's ridge grows with its popularity to this power; 0: one ridge for all, as published. From 0 to 2.
    popularity_exponent : float
        Scores are divided by the item's popularity to this power; 0: not, as published. From -2 to 2.
    graph_weight : float
        What sharing facts counts beside being taken by the same users, each path of relations as far as users follow
        it; 0: nothing, as published. From 0 to 1000000.
    neighbours : int
        Items whose weights are solved for, for each item. From 1 to 4096.
    keep : int
        The strongest weights that each item keeps, for memory and speed. From 1 to 10000000.
    at : sequence of int
        Lengths of the lists that are judged; the first selects.
    graph : {'true', 'random', 'none'}
        The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph
        gives.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "ease-sparse"
    _renamed = {"lambda_": "lambda"}

    def __init__(
        self,
        *,
        lambda_: float = 100.0,
        user_exponent: float = 0.5,
        ridge_exponent: float = 0.0,
        popularity_exponent: float = 0.0,
        graph_weight: float = 0.0,
        neighbours: int = 200,
        keep: int = 200,
        at: Sequence[int] = CUTOFFS,
        graph: str = "true",
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.lambda_ = lambda_
        self.user_exponent = user_exponent
        self.ridge_exponent = ridge_exponent
        self.popularity_exponent = popularity_exponent
        self.graph_weight = graph_weight
        self.neighbours = neighbours
        self.keep = keep
        self.at = at
        self.graph = graph
        self.seed = seed
        self.n_threads = n_threads


class ALS(Recommender):
    """iALS: a vector for each user and item, by alternating least squares over all pairs, taken or not.

    Revisiting the Performance of iALS on Item Recommendation Benchmarks, Rendle, Krichene, Zhang, Koren, RecSys 2022.
    https://arxiv.org/abs/2110.14037

    New users: scored by a vector that is solved for as in training, exact.

    Parameters
    ----------
    dim : int
        Numbers in a vector. From 1 to 1024.
    iterations : int
        How often users and items are solved for. From 1 to 1000.
    unobserved_weight : float
        Weight of the pairs that were not taken (the paper's alpha 0). From 0.000001 to 1000.
    lambda_ : float
        Weight of the squared lengths (the paper's lambda). From 0.000000001 to 1000000. The program calls it
        ``lambda``.
    nu : float
        How much more those with many pairs are held down (the paper's nu). From 0 to 2.
    at : sequence of int
        Lengths of the lists that are judged; the first selects.
    graph : {'true', 'random', 'none'}
        The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph
        gives.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "als"
    _renamed = {"lambda_": "lambda"}

    def __init__(
        self,
        *,
        dim: int = 64,
        iterations: int = 16,
        unobserved_weight: float = 0.1,
        lambda_: float = 0.003,
        nu: float = 1.0,
        at: Sequence[int] = CUTOFFS,
        graph: str = "true",
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.dim = dim
        self.iterations = iterations
        self.unobserved_weight = unobserved_weight
        self.lambda_ = lambda_
        self.nu = nu
        self.at = at
        self.graph = graph
        self.seed = seed
        self.n_threads = n_threads


class BPRMF(Recommender):
    """BPR-MF: a vector for each user and item, taken items before others, one negative a pair.

    BPR: Bayesian Personalized Ranking from Implicit Feedback, Rendle, Freudenthaler, Gantner, Schmidt-Thieme, UAI
    2009. https://arxiv.org/abs/1205.2618

    New users: scored by a vector estimated from those of the history's items.

    Parameters
    ----------
    dim : int
        Numbers in a vector. From 1 to 4096.
    l2 : float
        Weight of the squared lengths of a pair's vectors (the paper's lambda). From 0 to 1000.
    epochs : int
        Passes over the training pairs, at most (the authors' --epoch). From 1 to 1000000.
    batch : int
        Pairs in a step (the authors' --batch_size). From 1 to 16777216.
    learning_rate : float
        Adam's step size (the authors' --lr). From 0.000000001 to 100.
    schedule : {'constant', 'linear', 'cosine'}
        How the step size changes: 'constant', or falling to 0 over ``epochs``.
    select : {'validation', 'test'}
        By which part the best epoch is chosen; 'test' as in the published programs, and said in every output.
    validation_share : float
        Share of each user's training items withheld to select by. At least 0 and below 0.9.
    evaluate_every : int
        Epochs between evaluations; 0: never, the last epoch is taken. From 0 to 1000000.
    patience : int
        Evaluations without a better recall before stopping; 0: no early stop. From 0 to 1000000.
    refit : bool
        After selecting, train anew on training and validation pairs for as many epochs.
    at : sequence of int
        Lengths of the lists that are judged; the first selects.
    graph : {'true', 'random', 'none'}
        The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph
        gives.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "bpr-mf"

    def __init__(
        self,
        *,
        dim: int = 64,
        l2: float = 0.001,
        epochs: int = 200,
        batch: int = 4096,
        learning_rate: float = 0.003,
        schedule: str = 'constant',
        select: str = 'validation',
        validation_share: float = 0.1,
        evaluate_every: int = 5,
        patience: int = 4,
        refit: bool = False,
        at: Sequence[int] = CUTOFFS,
        graph: str = "true",
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.dim = dim
        self.l2 = l2
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.select = select
        self.validation_share = validation_share
        self.evaluate_every = evaluate_every
        self.patience = patience
        self.refit = refit
        self.at = at
        self.graph = graph
        self.seed = seed
        self.n_threads = n_threads


class SoftmaxMF(Recommender):
    """Softmax-MF: a vector for each user and item, the taken item before hundreds of others at once, on the cosine.

    On the Effectiveness of Sampled Softmax Loss for Item Recommendation, Wu, Wang, Gao, Chen, Fu, Qiu, TOIS 2024.
    https://arxiv.org/abs/2201.02327

    New users: scored by the mean of the history's items, and a vector of their own estimated from those of the items.

    Presets, for :meth:`preset`:

    - ``facts``: with vectors of what the knowledge graph tells of items; not published

    Parameters
    ----------
    dim : int
        Numbers in a vector. From 1 to 4096.
    negatives : int
        Items that a batch shares as negatives. From 1 to 65536.
    temperature : float
        What the cosine is divided by (the paper's tau). From 0.01 to 10.
    history : bool
        Add the mean of the history's items to a user's vector.
    history_dropout : float
        Share of the history left out of that mean in each step; of long histories more. At least 0 and below 1.
    facts : bool
        Add the mean of vectors of what the knowledge graph tells of an item to its vector.
    l2 : float
        Weight of the squared lengths of a pair's vectors. From 0 to 1000.
    epochs : int
        Passes over the training pairs, at most (the authors' --epoch). From 1 to 1000000.
    batch : int
        Pairs in a step (the authors' --batch_size). From 1 to 16777216.
    learning_rate : float
        Adam's step size (the authors' --lr). From 0.000000001 to 100.
    schedule : {'linear', 'constant', 'cosine'}
        How the step size changes: 'constant', or falling to 0 over ``epochs``.
    select : {'validation', 'test'}
        By which part the best epoch is chosen; 'test' as in the published programs, and said in every output.
    validation_share : float
        Share of each user's training items withheld to select by. At least 0 and below 0.9.
    evaluate_every : int
        Epochs between evaluations; 0: never, the last epoch is taken. From 0 to 1000000.
    patience : int
        Evaluations without a better recall before stopping; 0: no early stop. From 0 to 1000000.
    refit : bool
        After selecting, train anew on training and validation pairs for as many epochs.
    at : sequence of int
        Lengths of the lists that are judged; the first selects.
    graph : {'true', 'random', 'none'}
        The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph
        gives.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "softmax-mf"
    _presets = {
        "facts": {'evaluate_every': 2, 'facts': True},
    }

    def __init__(
        self,
        *,
        dim: int = 64,
        negatives: int = 512,
        temperature: float = 0.15,
        history: bool = True,
        history_dropout: float = 0.5,
        facts: bool = False,
        l2: float = 0.0,
        epochs: int = 30,
        batch: int = 2048,
        learning_rate: float = 0.005,
        schedule: str = 'linear',
        select: str = 'validation',
        validation_share: float = 0.1,
        evaluate_every: int = 5,
        patience: int = 3,
        refit: bool = False,
        at: Sequence[int] = CUTOFFS,
        graph: str = "true",
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.dim = dim
        self.negatives = negatives
        self.temperature = temperature
        self.history = history
        self.history_dropout = history_dropout
        self.facts = facts
        self.l2 = l2
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.select = select
        self.validation_share = validation_share
        self.evaluate_every = evaluate_every
        self.patience = patience
        self.refit = refit
        self.at = at
        self.graph = graph
        self.seed = seed
        self.n_threads = n_threads


class LightGCN(Recommender):
    """LightGCN: vectors smoothed over who took what, by linear graph convolution.

    LightGCN: Simplifying and Powering Graph Convolution Network for Recommendation, He, Deng, Wang, Li, Zhang, Wang,
    SIGIR 2020. https://arxiv.org/abs/2002.02126

    New users: scored by convolution from the history's items, and a vector of their own estimated from those of the
    items.

    Presets, for :meth:`preset`:

    - ``published``: the paper's settings: BPR, batches of 2,048, 1,000 epochs

    Parameters
    ----------
    dim : int
        Numbers in a vector. From 1 to 4096.
    layers : int
        Convolutions (the paper's K). From 0 to 16.
    loss : {'bpr', 'softmax'}
        'bpr': one negative a pair, as published; 'softmax': many shared negatives on the cosine.
    negatives : int
        Items that a batch shares as negatives, with ``loss="softmax"``. From 1 to 65536.
    temperature : float
        What the cosine is divided by, with ``loss="softmax"``. From 0.01 to 10.
    l2 : float
        Weight of the squared lengths of a pair's vectors of layer 0 (the paper's lambda). From 0 to 1000.
    epochs : int
        Passes over the training pairs, at most (the authors' --epoch). From 1 to 1000000.
    batch : int
        Pairs in a step (the authors' --batch_size). From 1 to 16777216.
    learning_rate : float
        Adam's step size (the authors' --lr). From 0.000000001 to 100.
    schedule : {'constant', 'linear', 'cosine'}
        How the step size changes: 'constant', or falling to 0 over ``epochs``.
    select : {'validation', 'test'}
        By which part the best epoch is chosen; 'test' as in the published programs, and said in every output.
    validation_share : float
        Share of each user's training items withheld to select by. At least 0 and below 0.9.
    evaluate_every : int
        Epochs between evaluations; 0: never, the last epoch is taken. From 0 to 1000000.
    patience : int
        Evaluations without a better recall before stopping; 0: no early stop. From 0 to 1000000.
    refit : bool
        After selecting, train anew on training and validation pairs for as many epochs.
    at : sequence of int
        Lengths of the lists that are judged; the first selects.
    graph : {'true', 'random', 'none'}
        The knowledge graph as it is, with its facts dealt out at random, or none: the difference is what the graph
        gives.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "lightgcn"
    _presets = {
        "published": {'batch': 2048, 'dim': 64, 'epochs': 1000, 'evaluate_every': 10, 'l2': 0.0001, 'layers': 3, 'learning_rate': 0.001, 'loss': 'bpr', 'patience': 50},
    }

    def __init__(
        self,
        *,
        dim: int = 64,
        layers: int = 3,
        loss: str = 'bpr',
        negatives: int = 1024,
        temperature: float = 0.15,
        l2: float = 0.001,
        epochs: int = 60,
        batch: int = 16384,
        learning_rate: float = 0.015,
        schedule: str = 'constant',
        select: str = 'validation',
        validation_share: float = 0.1,
        evaluate_every: int = 5,
        patience: int = 3,
        refit: bool = False,
        at: Sequence[int] = CUTOFFS,
        graph: str = "true",
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.dim = dim
        self.layers = layers
        self.loss = loss
        self.negatives = negatives
        self.temperature = temperature
        self.l2 = l2
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.select = select
        self.validation_share = validation_share
        self.evaluate_every = evaluate_every
        self.patience = patience
        self.refit = refit
        self.at = at
        self.graph = graph
        self.seed = seed
        self.n_threads = n_threads


class Asp2Vec(NodeModel):
    """asp2vec: several aspects for each node of a network, chosen from its context, kept apart.

    Unsupervised Differentiable Multi-aspect Network Embedding, Park, Yang, Zhu, Kim, Yu, Han, KDD 2020.
    https://arxiv.org/abs/2006.04239

    Presets, for :meth:`preset`:

    - ``published``: as the authors' program with --isInit --isReg --isSoftmax --isGumbelSoftmax; add
      ``select="test"`` for their protocol

    Parameters
    ----------
    dim : int
        Numbers in a vector (the authors' --dim). From 1 to 4096.
    aspects : int
        Context vectors of each node (the paper's K, the authors' --num_aspects); time and memory are those of the
        next power of two. From 1 to 16.
    selection : {'gumbel', 'none', 'softmax', 'gumbel-hard'}
        How a centre chooses among the aspects (the authors' --isSoftmax, --isGumbelSoftmax, --isNormalSoftmax,
        --isHard).
    temperature : float
        Of the Gumbel-softmax (the paper's tau, the authors' --tau_gumbel). From 0.01 to 100.
    readout : {'mean', 'sum', 'max'}
        How the contexts of a window become one vector; 'sum' and 'max' with ``engine="pairs"`` only (the authors'
        --pooling).
    aspect_regularization : {'pair', 'none', 'batch'}
        What keeps aspects apart (the authors' --isReg): 'pair' counts once for each pair, whatever batch and K;
        'batch' adds the sum over all nodes to every step, as published, with ``engine="pairs"`` only.
    aspect_weight : float
        Weight of that penalty (the paper's lambda, the authors' --reg_coef). From 0 to 1000.
    aspect_threshold : float
        |cosine| above which aspects count as alike (the paper's epsilon, the authors' --threshold). From 0 to 1.
    warm_up : bool
        Train one vector for each node first and start all aspects from it (the authors' --isInit).
    window : int
        Nodes before and after a centre that are its contexts (published: 3; the authors' --window_size). From 1 to
        32.
    walks_per_node : int
        Walks from each node in an epoch (the authors' --num_walks_per_node). From 1 to 10000.
    walk_length : int
        Nodes in a walk (the authors' --path_length). From 2 to 10000.
    negatives : int
        Uniform negatives that a pair counts (published: 2; the authors' --num_neg). From 1 to 64.
    shared_negatives : int
        Negatives that a walk shares, weighted to count as ``negatives`` for each pair; with ``engine="walks"``. From
        1 to 1024.
    weighted : bool
        Where edges have weights, step in proportion to them.
    direction : {'roles', 'follow', 'ignore'}
        Of directed edges: 'roles' gives each node a vector as source and one as target, and lets walks go to and fro
        between them; 'follow' lets walks follow the edges, as published; 'ignore' takes edges both ways.
    dead_end : {'back', 'stop', 'undirected'}
        Where a walk that follows directed edges cannot go on: 'stop', as published; 'back' along an edge that
        arrives; 'undirected' lets all its steps go either way.
    metapath : str
        Types of nodes that a walk goes through in turn, joined by commas, such as
        ``author,paper,venue,paper,author``; walks start at nodes of the first.
    ambiguous : str
        Of a typed network: the types whose nodes choose among the aspects, joined by commas; the others count all
        aspects evenly; empty: all types choose.
    norm_clip : bool
        After each epoch divide vectors longer than 1 by their length, as the authors' warm-up does.
    engine : {'walks', 'pairs'}
        'walks': whole walks share negatives, AdaGrad, fresh walks in each epoch; 'pairs': as published, each pair
        with negatives of its own, sorted by centre, the same walks in each epoch, Adam.
    epochs : int
        Passes over the walks, at most (the authors' --iter_max). From 1 to 1000000.
    batch : int
        With ``engine="walks"`` nodes of walks in a step, with ``pairs`` pairs (the authors' --batch_size); 0: as many
        as suit the network. From 0 to 16777216.
    learning_rate : float
        The step size of AdaGrad, or of Adam with ``engine="pairs"`` (the authors' --lr, 0.003). From 0.000000001 to
        100.
    schedule : {'linear', 'constant', 'cosine'}
        How the step size changes: 'constant', or falling to 0 over ``epochs``.
    scorer : {'mixture', 'product', 'hadamard'}
        How pairs are scored: 'mixture' weighs products of vectors, degrees and paths, learned on validation edges;
        'product' is the inner product alone; 'hadamard' is the published logistic regression. The program calls it
        ``score``.
    select : {'validation', 'test'}
        By which part the best epoch is chosen; 'test' as in the published program, and said in every output.
    validation_share : float
        Share of the training edges withheld to select and to learn the mixture by; the rest stays connected. At least
        0 and below 0.9.
    evaluate_every : int
        Epochs between evaluations; 0: never, the last epoch is taken (the authors' --eval_freq). From 0 to 1000000.
    patience : int
        Evaluations to wait for a better one before stopping; 0: no early stop (the authors' --patience). From 0 to
        1000000.
    stop : {'best', 'falls'}
        What ``patience`` counts: evaluations since the best one, or all that fell below the one before, as the
        authors' program does.
    refit : bool
        After selecting, train anew on all training edges for as many epochs.
    network : table, path or Network, optional
        The edges to learn from, for a place in a pipeline whose steps take nodes.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "asp2vec"
    _renamed = {"scorer": "score"}
    _presets = {
        "published": {'aspect_regularization': 'batch', 'aspect_threshold': 0.5, 'aspect_weight': 0.01, 'aspects': 5, 'batch': 50000, 'dead_end': 'stop', 'dim': 20, 'direction': 'follow', 'engine': 'pairs', 'epochs': 1000, 'evaluate_every': 1, 'learning_rate': 0.003, 'negatives': 2, 'patience': 5, 'refit': False, 'schedule': 'constant', 'scorer': 'hadamard', 'selection': 'gumbel', 'stop': 'falls', 'temperature': 0.5, 'warm_up': True, 'window': 3},
    }

    def __init__(
        self,
        *,
        dim: int = 32,
        aspects: int = 4,
        selection: str = 'gumbel',
        temperature: float = 0.5,
        readout: str = 'mean',
        aspect_regularization: str = 'pair',
        aspect_weight: float = 0.1,
        aspect_threshold: float = 0.5,
        warm_up: bool = False,
        window: int = 8,
        walks_per_node: int = 10,
        walk_length: int = 80,
        negatives: int = 1,
        shared_negatives: int = 32,
        weighted: bool = True,
        direction: str = 'roles',
        dead_end: str = 'back',
        metapath: str = '',
        ambiguous: str = '',
        norm_clip: bool = False,
        engine: str = 'walks',
        epochs: int = 1,
        batch: int = 0,
        learning_rate: float = 0.1,
        schedule: str = 'linear',
        scorer: str = 'mixture',
        select: str = 'validation',
        validation_share: float = 0.1,
        evaluate_every: int = 1,
        patience: int = 5,
        stop: str = 'best',
        refit: bool = True,
        network: Any = None,
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.dim = dim
        self.aspects = aspects
        self.selection = selection
        self.temperature = temperature
        self.readout = readout
        self.aspect_regularization = aspect_regularization
        self.aspect_weight = aspect_weight
        self.aspect_threshold = aspect_threshold
        self.warm_up = warm_up
        self.window = window
        self.walks_per_node = walks_per_node
        self.walk_length = walk_length
        self.negatives = negatives
        self.shared_negatives = shared_negatives
        self.weighted = weighted
        self.direction = direction
        self.dead_end = dead_end
        self.metapath = metapath
        self.ambiguous = ambiguous
        self.norm_clip = norm_clip
        self.engine = engine
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.scorer = scorer
        self.select = select
        self.validation_share = validation_share
        self.evaluate_every = evaluate_every
        self.patience = patience
        self.stop = stop
        self.refit = refit
        self.network = network
        self.seed = seed
        self.n_threads = n_threads


class DeepWalk(NodeModel):
    """DeepWalk: one vector for each node of a network, from random walks.

    DeepWalk: Online Learning of Social Representations, Perozzi, Al-Rfou, Skiena, KDD 2014.
    https://arxiv.org/abs/1403.6652

    Presets, for :meth:`preset`:

    - ``published``: as the warm-up of asp2vec's authors: Adam, 2 negatives, window 3, d = 20

    Parameters
    ----------
    dim : int
        Numbers in a vector (the authors' --dim). From 1 to 4096.
    window : int
        Nodes before and after a centre that are its contexts (published: 3; the authors' --window_size). From 1 to
        32.
    walks_per_node : int
        Walks from each node in an epoch (the authors' --num_walks_per_node). From 1 to 10000.
    walk_length : int
        Nodes in a walk (the authors' --path_length). From 2 to 10000.
    negatives : int
        Uniform negatives that a pair counts (published: 2; the authors' --num_neg). From 1 to 64.
    shared_negatives : int
        Negatives that a walk shares, weighted to count as ``negatives`` for each pair; with ``engine="walks"``. From
        1 to 1024.
    weighted : bool
        Where edges have weights, step in proportion to them.
    direction : {'roles', 'follow', 'ignore'}
        Of directed edges: 'roles' gives each node a vector as source and one as target, and lets walks go to and fro
        between them; 'follow' lets walks follow the edges, as published; 'ignore' takes edges both ways.
    dead_end : {'back', 'stop', 'undirected'}
        Where a walk that follows directed edges cannot go on: 'stop', as published; 'back' along an edge that
        arrives; 'undirected' lets all its steps go either way.
    norm_clip : bool
        After each epoch divide vectors longer than 1 by their length, as the authors' warm-up does.
    engine : {'walks', 'pairs'}
        'walks': whole walks share negatives, AdaGrad, fresh walks in each epoch; 'pairs': as published, each pair
        with negatives of its own, sorted by centre, the same walks in each epoch, Adam.
    epochs : int
        Passes over the walks, at most (the authors' --iter_max). From 1 to 1000000.
    batch : int
        With ``engine="walks"`` nodes of walks in a step, with ``pairs`` pairs (the authors' --batch_size); 0: as many
        as suit the network. From 0 to 16777216.
    learning_rate : float
        The step size of AdaGrad, or of Adam with ``engine="pairs"`` (the authors' --lr, 0.003). From 0.000000001 to
        100.
    schedule : {'linear', 'constant', 'cosine'}
        How the step size changes: 'constant', or falling to 0 over ``epochs``.
    scorer : {'mixture', 'product', 'hadamard'}
        How pairs are scored: 'mixture' weighs products of vectors, degrees and paths, learned on validation edges;
        'product' is the inner product alone; 'hadamard' is the published logistic regression. The program calls it
        ``score``.
    select : {'validation', 'test'}
        By which part the best epoch is chosen; 'test' as in the published program, and said in every output.
    validation_share : float
        Share of the training edges withheld to select and to learn the mixture by; the rest stays connected. At least
        0 and below 0.9.
    evaluate_every : int
        Epochs between evaluations; 0: never, the last epoch is taken (the authors' --eval_freq). From 0 to 1000000.
    patience : int
        Evaluations to wait for a better one before stopping; 0: no early stop (the authors' --patience). From 0 to
        1000000.
    stop : {'best', 'falls'}
        What ``patience`` counts: evaluations since the best one, or all that fell below the one before, as the
        authors' program does.
    refit : bool
        After selecting, train anew on all training edges for as many epochs.
    network : table, path or Network, optional
        The edges to learn from, for a place in a pipeline whose steps take nodes.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "deepwalk"
    _renamed = {"scorer": "score"}
    _presets = {
        "published": {'batch': 50000, 'dead_end': 'stop', 'dim': 20, 'direction': 'follow', 'engine': 'pairs', 'epochs': 1000, 'evaluate_every': 1, 'learning_rate': 0.003, 'negatives': 2, 'norm_clip': True, 'patience': 5, 'refit': False, 'schedule': 'constant', 'scorer': 'hadamard', 'stop': 'falls', 'window': 3},
    }

    def __init__(
        self,
        *,
        dim: int = 100,
        window: int = 8,
        walks_per_node: int = 10,
        walk_length: int = 80,
        negatives: int = 1,
        shared_negatives: int = 32,
        weighted: bool = True,
        direction: str = 'roles',
        dead_end: str = 'back',
        norm_clip: bool = False,
        engine: str = 'walks',
        epochs: int = 1,
        batch: int = 0,
        learning_rate: float = 0.1,
        schedule: str = 'linear',
        scorer: str = 'mixture',
        select: str = 'validation',
        validation_share: float = 0.1,
        evaluate_every: int = 1,
        patience: int = 5,
        stop: str = 'best',
        refit: bool = True,
        network: Any = None,
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.dim = dim
        self.window = window
        self.walks_per_node = walks_per_node
        self.walk_length = walk_length
        self.negatives = negatives
        self.shared_negatives = shared_negatives
        self.weighted = weighted
        self.direction = direction
        self.dead_end = dead_end
        self.norm_clip = norm_clip
        self.engine = engine
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.scorer = scorer
        self.select = select
        self.validation_share = validation_share
        self.evaluate_every = evaluate_every
        self.patience = patience
        self.stop = stop
        self.refit = refit
        self.network = network
        self.seed = seed
        self.n_threads = n_threads


class Node2Vec(NodeModel):
    """node2vec: one vector for each node of a network, from walks that stay near or go far.

    node2vec: Scalable Feature Learning for Networks, Grover, Leskovec, KDD 2016. https://arxiv.org/abs/1607.00653

    Presets, for :meth:`preset`:

    - ``published``: as the warm-up of asp2vec's authors: Adam, 2 negatives, window 3, d = 20

    Parameters
    ----------
    dim : int
        Numbers in a vector (the authors' --dim). From 1 to 4096.
    window : int
        Nodes before and after a centre that are its contexts (published: 3; the authors' --window_size). From 1 to
        32.
    p : float
        How unwelcome going back at once is (the paper's return parameter p). From 0.000001 to 1000000.
    q : float
        How unwelcome going further away is (the paper's in-out parameter q). From 0.000001 to 1000000.
    walks_per_node : int
        Walks from each node in an epoch (the authors' --num_walks_per_node). From 1 to 10000.
    walk_length : int
        Nodes in a walk (the authors' --path_length). From 2 to 10000.
    negatives : int
        Uniform negatives that a pair counts (published: 2; the authors' --num_neg). From 1 to 64.
    shared_negatives : int
        Negatives that a walk shares, weighted to count as ``negatives`` for each pair; with ``engine="walks"``. From
        1 to 1024.
    weighted : bool
        Where edges have weights, step in proportion to them.
    direction : {'roles', 'follow', 'ignore'}
        Of directed edges: 'roles' gives each node a vector as source and one as target, and lets walks go to and fro
        between them; 'follow' lets walks follow the edges, as published; 'ignore' takes edges both ways.
    dead_end : {'back', 'stop', 'undirected'}
        Where a walk that follows directed edges cannot go on: 'stop', as published; 'back' along an edge that
        arrives; 'undirected' lets all its steps go either way.
    norm_clip : bool
        After each epoch divide vectors longer than 1 by their length, as the authors' warm-up does.
    engine : {'walks', 'pairs'}
        'walks': whole walks share negatives, AdaGrad, fresh walks in each epoch; 'pairs': as published, each pair
        with negatives of its own, sorted by centre, the same walks in each epoch, Adam.
    epochs : int
        Passes over the walks, at most (the authors' --iter_max). From 1 to 1000000.
    batch : int
        With ``engine="walks"`` nodes of walks in a step, with ``pairs`` pairs (the authors' --batch_size); 0: as many
        as suit the network. From 0 to 16777216.
    learning_rate : float
        The step size of AdaGrad, or of Adam with ``engine="pairs"`` (the authors' --lr, 0.003). From 0.000000001 to
        100.
    schedule : {'linear', 'constant', 'cosine'}
        How the step size changes: 'constant', or falling to 0 over ``epochs``.
    scorer : {'mixture', 'product', 'hadamard'}
        How pairs are scored: 'mixture' weighs products of vectors, degrees and paths, learned on validation edges;
        'product' is the inner product alone; 'hadamard' is the published logistic regression. The program calls it
        ``score``.
    select : {'validation', 'test'}
        By which part the best epoch is chosen; 'test' as in the published program, and said in every output.
    validation_share : float
        Share of the training edges withheld to select and to learn the mixture by; the rest stays connected. At least
        0 and below 0.9.
    evaluate_every : int
        Epochs between evaluations; 0: never, the last epoch is taken (the authors' --eval_freq). From 0 to 1000000.
    patience : int
        Evaluations to wait for a better one before stopping; 0: no early stop (the authors' --patience). From 0 to
        1000000.
    stop : {'best', 'falls'}
        What ``patience`` counts: evaluations since the best one, or all that fell below the one before, as the
        authors' program does.
    refit : bool
        After selecting, train anew on all training edges for as many epochs.
    network : table, path or Network, optional
        The edges to learn from, for a place in a pipeline whose steps take nodes.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "node2vec"
    _renamed = {"scorer": "score"}
    _presets = {
        "published": {'batch': 50000, 'dead_end': 'stop', 'dim': 20, 'direction': 'follow', 'engine': 'pairs', 'epochs': 1000, 'evaluate_every': 1, 'learning_rate': 0.003, 'negatives': 2, 'norm_clip': True, 'patience': 5, 'refit': False, 'schedule': 'constant', 'scorer': 'hadamard', 'stop': 'falls', 'window': 3},
    }

    def __init__(
        self,
        *,
        dim: int = 100,
        window: int = 8,
        p: float = 1.0,
        q: float = 1.0,
        walks_per_node: int = 10,
        walk_length: int = 80,
        negatives: int = 1,
        shared_negatives: int = 32,
        weighted: bool = True,
        direction: str = 'roles',
        dead_end: str = 'back',
        norm_clip: bool = False,
        engine: str = 'walks',
        epochs: int = 1,
        batch: int = 0,
        learning_rate: float = 0.1,
        schedule: str = 'linear',
        scorer: str = 'mixture',
        select: str = 'validation',
        validation_share: float = 0.1,
        evaluate_every: int = 1,
        patience: int = 5,
        stop: str = 'best',
        refit: bool = True,
        network: Any = None,
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.dim = dim
        self.window = window
        self.p = p
        self.q = q
        self.walks_per_node = walks_per_node
        self.walk_length = walk_length
        self.negatives = negatives
        self.shared_negatives = shared_negatives
        self.weighted = weighted
        self.direction = direction
        self.dead_end = dead_end
        self.norm_clip = norm_clip
        self.engine = engine
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.scorer = scorer
        self.select = select
        self.validation_share = validation_share
        self.evaluate_every = evaluate_every
        self.patience = patience
        self.stop = stop
        self.refit = refit
        self.network = network
        self.seed = seed
        self.n_threads = n_threads


class Metapath2Vec(NodeModel):
    """metapath2vec: one vector for each node of a typed network, from walks along a path of types.

    metapath2vec: Scalable Representation Learning for Heterogeneous Networks, Dong, Chawla, Swami, KDD 2017.
    https://doi.org/10.1145/3097983.3098036

    Parameters
    ----------
    dim : int
        Numbers in a vector (the authors' --dim). From 1 to 4096.
    metapath : str
        Types of nodes that a walk goes through in turn, joined by commas, such as
        ``author,paper,venue,paper,author``; walks start at nodes of the first.
    window : int
        Nodes before and after a centre that are its contexts (published: 3; the authors' --window_size). From 1 to
        32.
    walks_per_node : int
        Walks from each node in an epoch (the authors' --num_walks_per_node). From 1 to 10000.
    walk_length : int
        Nodes in a walk (the authors' --path_length). From 2 to 10000.
    negatives : int
        Uniform negatives that a pair counts (published: 2; the authors' --num_neg). From 1 to 64.
    shared_negatives : int
        Negatives that a walk shares, weighted to count as ``negatives`` for each pair; with ``engine="walks"``. From
        1 to 1024.
    epochs : int
        Passes over the walks, at most (the authors' --iter_max). From 1 to 1000000.
    batch : int
        With ``engine="walks"`` nodes of walks in a step, with ``pairs`` pairs (the authors' --batch_size); 0: as many
        as suit the network. From 0 to 16777216.
    learning_rate : float
        The step size of AdaGrad, or of Adam with ``engine="pairs"`` (the authors' --lr, 0.003). From 0.000000001 to
        100.
    schedule : {'linear', 'constant', 'cosine'}
        How the step size changes: 'constant', or falling to 0 over ``epochs``.
    scorer : {'mixture', 'product', 'hadamard'}
        How pairs are scored: 'mixture' weighs products of vectors, degrees and paths, learned on validation edges;
        'product' is the inner product alone; 'hadamard' is the published logistic regression. The program calls it
        ``score``.
    select : {'validation', 'test'}
        By which part the best epoch is chosen; 'test' as in the published program, and said in every output.
    validation_share : float
        Share of the training edges withheld to select and to learn the mixture by; the rest stays connected. At least
        0 and below 0.9.
    evaluate_every : int
        Epochs between evaluations; 0: never, the last epoch is taken (the authors' --eval_freq). From 0 to 1000000.
    patience : int
        Evaluations to wait for a better one before stopping; 0: no early stop (the authors' --patience). From 0 to
        1000000.
    stop : {'best', 'falls'}
        What ``patience`` counts: evaluations since the best one, or all that fell below the one before, as the
        authors' program does.
    refit : bool
        After selecting, train anew on all training edges for as many epochs.
    network : table, path or Network, optional
        The edges to learn from, for a place in a pipeline whose steps take nodes.
    seed : int
        The same seed gives the same bytes, whatever the threads.
    n_threads : int
        Threads to use; 0: as many as there are cores.
    """

    _model = "metapath2vec"
    _renamed = {"scorer": "score"}

    def __init__(
        self,
        *,
        dim: int = 100,
        metapath: str = '',
        window: int = 3,
        walks_per_node: int = 10,
        walk_length: int = 80,
        negatives: int = 1,
        shared_negatives: int = 32,
        epochs: int = 1,
        batch: int = 0,
        learning_rate: float = 0.1,
        schedule: str = 'linear',
        scorer: str = 'mixture',
        select: str = 'validation',
        validation_share: float = 0.1,
        evaluate_every: int = 1,
        patience: int = 5,
        stop: str = 'best',
        refit: bool = True,
        network: Any = None,
        seed: int = 0,
        n_threads: int = 0,
    ) -> None:
        self.dim = dim
        self.metapath = metapath
        self.window = window
        self.walks_per_node = walks_per_node
        self.walk_length = walk_length
        self.negatives = negatives
        self.shared_negatives = shared_negatives
        self.epochs = epochs
        self.batch = batch
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.scorer = scorer
        self.select = select
        self.validation_share = validation_share
        self.evaluate_every = evaluate_every
        self.patience = patience
        self.stop = stop
        self.refit = refit
        self.network = network
        self.seed = seed
        self.n_threads = n_threads


#: The classes by the name of the model.
BY_NAME: Dict[str, Type[Estimator]] = {
    "auto": Auto,
    "kgin": KGIN,
    "popularity": Popularity,
    "item-knn": ItemKNN,
    "rp3beta": RP3Beta,
    "ease": EASE,
    "ease-sparse": EASESparse,
    "als": ALS,
    "bpr-mf": BPRMF,
    "softmax-mf": SoftmaxMF,
    "lightgcn": LightGCN,
    "asp2vec": Asp2Vec,
    "deepwalk": DeepWalk,
    "node2vec": Node2Vec,
    "metapath2vec": Metapath2Vec,
}

__all__ = [
    "Auto",
    "KGIN",
    "Popularity",
    "ItemKNN",
    "RP3Beta",
    "EASE",
    "EASESparse",
    "ALS",
    "BPRMF",
    "SoftmaxMF",
    "LightGCN",
    "Asp2Vec",
    "DeepWalk",
    "Node2Vec",
    "Metapath2Vec",
]
