"""What scores should give, by numpy and scipy: python3 scipy_scores.py > scipy-scores.json (numpy 2.4.6, scipy 1.17.1)."""

import json

import numpy as np
from scipy import special, stats

rng = np.random.default_rng(20261201)


def ks(d, refs):
    def distance(a, b):
        return np.max(np.abs(np.cumsum(a) / a.sum() - np.cumsum(b) / b.sum()))

    both = [d.ndim == 1 and [distance(d, r)] or [distance(d.ravel(), r.ravel()), distance(d.T.ravel(), r.T.ravel())] for r in refs]
    p = None
    if d.ndim == 1 and len(refs) == 1:
        n, m = d.sum(), refs[0].sum()
        p = special.kolmogorov(both[0][0] * np.sqrt(n * m / (n + m)))
    return np.mean(both), p


def garwood(n):
    tail = stats.norm.cdf(-1)
    lower = np.where(n == 0, 0, stats.gamma.ppf(tail, np.maximum(n, 1)))
    return n - lower, stats.gamma.isf(tail, n + 1) - n


def chi2_pulls(d, r):
    k = d.sum() / r.sum()
    (dl, du), (rl, ru) = garwood(d), garwood(r)
    above = d > k * r
    error = np.hypot(np.where(above, dl, du), k * np.where(above, ru, rl))
    return np.divide(d - k * r, error, out=np.zeros_like(d), where=d != k * r)


def chi2(d, refs):
    pulls = [chi2_pulls(d, r) for r in refs]
    return np.mean([np.sum(p**2) / np.sum(d + r > 0) for p, r in zip(pulls, refs)]), np.mean(pulls, axis=0)


def max_pull(d, refs, largest):
    pulls = [(r.sum() / d.sum() * d - r) / np.maximum(1, np.sqrt(r)) for r in refs]
    return np.mean([np.mean(np.sort(np.abs(p).ravel())[-largest:]) for p in pulls]), np.mean(pulls, axis=0)


def beta_binomial(d, refs, tol=0.01):
    n = d.sum()

    def pmf(k, r):
        s = (1 + (r * tol**2) ** 2) ** -0.5
        a, total = np.round(s * r), np.round(s * r.sum())
        return stats.betabinom.pmf(k, np.full_like(d, n), a + 1, total - a + 1)

    def relative(r):
        mean = n * r / r.sum()
        top = np.maximum(pmf(np.floor(mean), r), pmf(np.minimum(np.ceil(mean), n), r))
        p = np.divide(pmf(d, r), top, out=np.zeros_like(d), where=top != 0)
        return np.clip(p, 1e-300, 1)

    p = np.array([relative(r) for r in refs])
    expected = n * np.sum(p * [r / r.sum() for r in refs], axis=0) / p.sum(axis=0)
    pulls = np.minimum(37, np.sqrt(stats.chi2.isf(p.mean(axis=0), 1))) * np.sign(d - expected)
    bins = np.sum(d + np.sum(refs, axis=0) > 0)

    def corrected(pull):
        q = stats.chi2.sf(pull**2, 1)
        q = bins * q if bins * q < 0.01 else 1 - (1 - q) ** bins
        return np.sign(pull) * np.sqrt(stats.chi2.isf(max(q, 1e-300), 1))

    high, low = corrected(pulls.max()), corrected(pulls.min())
    return low if abs(low) > high else high, pulls


def emd(d, refs):
    def distance(a, b):
        at = np.arange(len(a)) + 0.5
        return stats.wasserstein_distance(at, at, a, b) / len(a)

    if d.ndim == 1:
        return np.mean([distance(d, r) for r in refs])
    return np.mean([distance(d.sum(0), r.sum(0)) + distance(d.sum(1), r.sum(1)) for r in refs])


def case(name, d, refs, largest=1):
    d, refs = d.astype(float), [r.astype(float) for r in refs]
    values = {
        "KS": ks(d, refs)[0],
        "CHI2": chi2(d, refs)[0],
        "MAX_PULL": max_pull(d, refs, largest)[0],
        "BETA_BINOMIAL": beta_binomial(d, refs)[0],
        "EMD": emd(d, refs),
    }
    pulls = {"CHI2": chi2(d, refs)[1], "MAX_PULL": max_pull(d, refs, largest)[1], "BETA_BINOMIAL": beta_binomial(d, refs)[1]}
    return {
        "name": name,
        "shape": d.shape,
        "largest": largest,
        "tested": d.ravel().astype(int).tolist(),
        "references": [r.ravel().astype(int).tolist() for r in refs],
        "pKS": ks(d, refs)[1],
        "values": values,
        "pulls": {metric: p.ravel().tolist() for metric, p in pulls.items()},
    }


def bump(bins, at=0.5, width=0.15):
    x = (np.arange(bins) + 0.5) / bins
    return np.exp(-(((x - at) / width) ** 2) / 2) + 0.02


def drawn(shape, entries):
    return rng.poisson(shape / shape.sum() * entries)


def with_(counts, at, value):
    counts[at] = value
    return counts


plain, shifted = bump(24), bump(24, at=0.53)
flat = np.outer(bump(6), bump(9, at=0.3))
cases = [
    case("alike", drawn(plain, 4000), [drawn(plain, 9000)]),
    case("shifted", drawn(shifted, 4000), [drawn(plain, 9000)], largest=5),
    case("a hot bin", with_(drawn(plain, 3000), 3, 900), [drawn(plain, 3000)]),
    case("a dead bin", with_(drawn(plain, 30000), 12, 0), [drawn(plain, 1000000)]),
    case("few counts", drawn(plain, 60), [drawn(plain, 45)], largest=3),
    case("many counts", drawn(plain, 50000000), [drawn(plain, 20000000)]),
    case("a hopeless bin", with_(drawn(plain, 100000), 0, 90000), [drawn(plain, 100000)]),
    case("three references", drawn(plain, 5000), [drawn(plain, 9000), drawn(shifted, 700), drawn(plain, 100000)], largest=10),
    case("two axes", drawn(flat, 5000), [drawn(flat, 20000)]),
    case("two axes, a dead region", with_(drawn(flat, 20000), (2, slice(1, 4)), 0), [drawn(flat, 9000), drawn(flat, 30000)]),
]
counts = [0, 1, 2, 3, 5, 10, 30, 100, 254, 255, 256, 257, 1000, 10**6, 10**9]
lower, upper = garwood(np.array(counts, float))
tails = [1e-300, 1e-100, 1e-20, 1e-9, 1e-4, 0.01, 0.074, 0.075, 0.076, 0.2, 0.49999, 0.5, 0.7, 0.93, 0.999]
at = [0.05, 0.2, 0.4, 0.7, 0.99, 1.0, 1.01, 1.358, 2, 5, 15]
print(
    json.dumps(
        {
            "cases": cases,
            "garwood": [list(row) for row in zip(counts, lower.tolist(), upper.tolist())],
            "normalQuantile": [list(row) for row in zip(tails, stats.norm.ppf(tails).tolist())],
            "kolmogorov": [list(row) for row in zip(at, special.kolmogorov(at).tolist())],
            "logFactorial": [[n, special.gammaln(n + 1)] for n in [0, 1, 5, 170, 1023, 1024, 5000, 10**6, 10**9]],
        }
    )
)
