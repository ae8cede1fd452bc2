"""GRAPE's skip-gram on a data set, beside which Culet is measured: one JSON line with CPU seconds and ROC-AUC.

Needs ensmallen, numpy and scikit-learn. The time is that of fitting alone, without Python's start.
"""

import json
import os
import sys
import tempfile
import time

import numpy as np
from ensmallen import Graph, models
from sklearn.metrics import roc_auc_score

folder = sys.argv[1]
edges = np.loadtxt(f"{folder}/train_edges.tsv", dtype=np.int64)
with open(f"{folder}/meta.json") as file:
    n_nodes = json.load(file)["num_nodes"]
scratch = tempfile.mkdtemp()
with open(f"{scratch}/nodes.tsv", "w") as file:
    file.write("name\n" + "".join(f"{node}\n" for node in range(n_nodes)))
with open(f"{scratch}/edges.tsv", "w") as file:
    file.write("source\ttarget\n" + "".join(f"{u}\t{v}\n" for u, v in edges))
graph = Graph.from_csv(
    node_path=f"{scratch}/nodes.tsv", node_list_separator="\t", nodes_column="name", node_list_is_correct=True,
    edge_path=f"{scratch}/edges.tsv", edge_list_separator="\t", sources_column="source", destinations_column="target",
    directed=False, name=os.path.basename(folder), verbose=False,
)
before, start = os.times(), time.time()
model = models.SkipGram(
    embedding_size=100, epochs=1, number_of_negative_samples=5, walk_length=80, iterations=10, window_size=3,
    verbose=False, random_state=1,
)
tables = [np.asarray(table) for table in model.fit_transform(graph)]
after, end = os.times(), time.time()

place = np.empty(n_nodes, int)
place[[int(name) for name in graph.get_node_names()]] = np.arange(n_nodes)
centres, contexts = (table[place] for table in tables)
positives = np.loadtxt(f"{folder}/test_edges.tsv", dtype=int)
negatives = np.loadtxt(f"{folder}/test_edges_neg.tsv", dtype=int)
pairs, labels = np.vstack([positives, negatives]), np.r_[np.ones(len(positives)), np.zeros(len(negatives))]
u, v = pairs.T


def auc(scores):
    return round(float(roc_auc_score(labels, scores)), 4)


print(json.dumps({
    "model": "GRAPE SkipGram",
    "data": os.path.basename(folder),
    "process": {"user_s": after.user - before.user, "system_s": after.system - before.system, "wall_s": end - start},
    "auc": {
        "centre x centre": auc((centres[u] * centres[v]).sum(1)),
        "centre x context, both ways": auc((centres[u] * contexts[v]).sum(1) + (contexts[u] * centres[v]).sum(1)),
    },
}))
