"""Fetches a training matrix from lumigraph: the standard library and numpy are enough.

    python3 examples/python/fetch_matrix.py --url http://localhost:4000/graphql \
        --dataset /ZeroBias/Run2026Z-PromptReco-v1/DQMIO \
        --monitor-element PixelPhase1/Tracks/PXBarrel/charge_PXLayer_1 --out charge.npz

charge.npz then holds `bins` (rows, ny, nx or rows, nx), `runs`, `lumisections` and `entries`, a row a lumisection.
"""

import argparse
import base64
import json
import sys
import urllib.error
import urllib.request

import numpy

URL = "http://localhost:4000/graphql"
URL_HELP = "where the server answers GraphQL (default: %(default)s)"

QUERY = """
query TrainingMatrix($element: String!, $dataset: String, $where: LumisectionHistogramWhere, $first: Int!, $after: String) {
  histogramMatrix(monitorElement: $element, dataset: $dataset, where: $where, first: $first, after: $after) {
    shape runs lumisections entries
    binsBase64(type: FLOAT32)
    pageInfo { hasNextPage endCursor }
  }
}
"""


def ask(url, query, variables, token=None):
    """The data of one operation; a RuntimeError with what the server says otherwise."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = json.dumps({"query": query, "variables": variables}).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as response:
            text = response.read()
    except urllib.error.HTTPError as error:
        text = error.read()
    except (OSError, ValueError) as error:
        raise RuntimeError(f"{url} cannot be asked: {getattr(error, 'reason', error)}") from error
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise RuntimeError(f"{url} answers no GraphQL: a URL ends in /graphql, as in {URL}") from error
    if answer.get("errors"):
        first = answer["errors"][0]
        raise RuntimeError(f"{first['extensions'].get('code')}: {first['message']}")
    return answer["data"]


def fetch_matrix(url, element, dataset=None, where=None, token=None, page=1000):
    """All pages as one dictionary of arrays, ordered by run and lumisection."""
    parts = {"bins": [], "runs": [], "lumisections": [], "entries": []}
    after = None
    while True:
        variables = {"element": element, "dataset": dataset, "where": where, "first": page, "after": after}
        matrix = ask(url, QUERY, variables, token)["histogramMatrix"]
        if matrix["runs"]:
            packed = base64.b64decode(matrix["binsBase64"])
            parts["bins"].append(numpy.frombuffer(packed, "<f4").reshape(matrix["shape"]))
            parts["runs"].append(numpy.array(matrix["runs"], "<i4"))
            parts["lumisections"].append(numpy.array(matrix["lumisections"], "<i4"))
            # what a source does not tell is null, here NaN
            parts["entries"].append(numpy.array(matrix["entries"], "<f8"))
        if not matrix["pageInfo"]["hasNextPage"]:
            break
        if not matrix["runs"]:
            raise RuntimeError("a page without a row says that there are more: ask for pages of at least one row")
        after = matrix["pageInfo"]["endCursor"]
    if not parts["runs"]:
        raise RuntimeError("nothing is selected")
    return {name: numpy.concatenate(arrays) for name, arrays in parts.items()}


def main():
    parser = argparse.ArgumentParser(description="Fetches a training matrix from lumigraph.")
    parser.add_argument("--url", default=URL, help=URL_HELP)
    parser.add_argument("--monitor-element", required=True, help="path exactly as stored")
    parser.add_argument("--dataset", help="whole name; needed where several have the monitor element")
    parser.add_argument("--mask", help="only lumisections of this mask")
    parser.add_argument("--token", help="where reading needs one")
    parser.add_argument("--page", type=int, default=1000, help="rows a request")
    parser.add_argument("--out", required=True, help="file to write (.npz)")
    given = parser.parse_args()
    where = {"mask": given.mask} if given.mask else None
    try:
        matrix = fetch_matrix(given.url, given.monitor_element, given.dataset, where, given.token, given.page)
    except RuntimeError as error:
        sys.exit(str(error))
    numpy.savez_compressed(given.out, **matrix)
    print(f"{given.out}: {matrix['bins'].shape} from {len(set(matrix['runs'].tolist()))} runs")


if __name__ == "__main__":
    main()
