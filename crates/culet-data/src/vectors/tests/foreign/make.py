"""Writes the files beside this one: three nodes with four numbers each, as other programs write them.

    pip install gensim==4.4.0 pandas==3.1.1 pyarrow==26.0.1 polars==2.1.0
    python make.py .
"""
import sys, numpy as np, pandas as pd, polars as pl, pyarrow as pa, pyarrow.parquet as pq
from gensim.models import KeyedVectors
out = sys.argv[1]
ids = ["a", "node:7", "ü"]
table = np.array([[0.1, -2.5, 3e-20, 7], [0, -0.0, 1e30, 1 / 3], [1, 2, 3, 4]], dtype=np.float64)
kv = KeyedVectors(4); kv.add_vectors(ids, table.astype(np.float32))
kv.save_word2vec_format(f"{out}/gensim.txt"); kv.save_word2vec_format(f"{out}/gensim.bin", binary=True)
np.save(f"{out}/numpy.npy", table); open(f"{out}/numpy.ids.txt", "w").write("\n".join(ids))
pd.DataFrame({"id": ids, "name": ["Ann", None, "Ü"], "vector": list(table)}).to_parquet(f"{out}/pandas.parquet")
frame = pl.DataFrame({"id": [3, 1, 2], "vector": table.astype(np.float32)})
frame.write_parquet(f"{out}/polars.parquet", compression="snappy"); frame.write_parquet(f"{out}/zstd.parquet")
pd.DataFrame(table.astype(np.float32), index=pd.Index(ids, name="id")).to_csv(f"{out}/pandas.tsv", sep="\t")
for name, row in [("empty", []), ("null", [None])]:
    vector = pa.array([row, row], pa.list_(pa.float32()))
    pq.write_table(pa.table({"id": ["a", "b"], "vector": vector}), f"{out}/{name}.parquet")
