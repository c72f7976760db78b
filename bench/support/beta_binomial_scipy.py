"""Beta-binomial scores by scipy, as AutoDQM computes them: `beta_binomial_scipy.py FILE` for each line it reads.

FILE holds lists in JSON: [tested, [reference, ...]] for each histogram. Answers each line with [seconds, scores].
"""

import json
import sys
import time

import numpy as np
import scipy
from scipy import stats


def pmf(k, n, r, tol=0.01):
    s = (1 + (r * tol**2) ** 2) ** -0.5
    a, total = np.round(s * r), np.round(s * r.sum())
    return stats.betabinom.pmf(k, np.full_like(k, n), a + 1, total - a + 1)


def relative(d, r):
    n = d.sum()
    mean = n * r / r.sum()
    top = np.maximum(pmf(np.floor(mean), n, r), pmf(np.minimum(np.ceil(mean), n), n, r))
    p = np.divide(pmf(d, n, r), top, out=np.zeros_like(d), where=top != 0)
    return np.clip(p, 1e-300, 1)


def corrected(pull, bins):
    q = stats.chi2.sf(pull**2, 1)
    q = bins * q if bins * q < 0.01 else 1 - (1 - q) ** bins
    return np.sign(pull) * np.sqrt(stats.chi2.isf(max(q, 1e-300), 1))


def score(d, references):
    p = np.array([relative(d, r) for r in references])
    expected = d.sum() * np.sum(p * [r / r.sum() for r in references], axis=0) / p.sum(axis=0)
    pulls = np.minimum(37, np.sqrt(stats.chi2.isf(p.mean(axis=0), 1))) * np.sign(d - expected)
    bins = np.sum(d + np.sum(references, axis=0) > 0)
    high, low = corrected(pulls.max(), bins), corrected(pulls.min(), bins)
    return low if abs(low) > high else high


with open(sys.argv[1]) as file:
    histograms = [(np.array(d, float), [np.array(r, float) for r in rs]) for d, rs in json.load(file)]
print(scipy.__version__, flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    scores = [float(score(d, rs)) for d, rs in histograms]
    print(json.dumps([time.perf_counter() - start, scores]), flush=True)
