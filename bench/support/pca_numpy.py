"""Fits and scores PCA with numpy's SVD, once for each line it reads: `pca_numpy.py MATRIX ROWS BINS COMPONENTS`.

Answers each line with the seconds that it took, on the clock and of all processors, and `scores` with the scores in JSON.
"""
import json
import sys
import time

import numpy as np

path, rows, bins, components = sys.argv[1], *map(int, sys.argv[2:])
matrix = np.fromfile(path).reshape(rows, bins)


def scores():
    shares = matrix / matrix.sum(axis=1, keepdims=True)
    mean = shares.mean(axis=0)
    centered = shares - mean
    directions = np.linalg.svd(centered, full_matrices=False)[2][:components]
    squares = (centered - (centered @ directions.T) @ directions) ** 2
    return np.partition(squares, -10, axis=1)[:, -10:].mean(axis=1)


for line in sys.stdin:
    if line.strip() == "scores":
        print(json.dumps([np.__version__, scores().tolist()]), flush=True)
    else:
        clock, processors = time.perf_counter(), time.process_time()
        scores()
        print(time.perf_counter() - clock, time.process_time() - processors, flush=True)
