"""Takes part in a task of lumigraph: fits PCA to good histograms, scores all others, and reads its place on the board.

The standard library and numpy are enough:

    python3 examples/python/submit_pca.py --task sample --token TOKEN

The token needs the scope `challenge`: `npm run token -- create --name me --scope challenge`. Submitting the same again changes nothing;
other parameters are another version of the strategy.
"""

import argparse
import base64
import sys

import numpy

from fetch_matrix import URL, URL_HELP, ask

MATRIX = """
query Take($task: String!, $part: TaskPartName!, $element: String, $first: Int!, $after: String) {
  task(name: $task) {
    hash
    matrix(part: $part, monitorElement: $element, first: $first, after: $after) {
      truth
      matrix {
        shape runs lumisections valid
        binsBase64(type: FLOAT64)
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

SUBMIT = """
mutation Submit($input: SubmitPredictionInput!) {
  submitPrediction(input: $input) {
    prediction { id status coverage { expected scored missing } }
    report { inserted identical conflicting rejected issues { code reason } }
  }
}
"""

ELEMENTS = "query Elements($task: String!) { task(name: $task) { monitorElements } }"

BOARD = """
query Board($task: String!) {
  task(name: $task) {
    metric
    leaderboard { rank strategy { name version } value interval { low high } coverage { expected scored } }
  }
}
"""

SCORES_A_CALL = 10_000


def fetch_part(url, token, task, part, element, page=1000):
    """Rows of a part, each bins of one histogram, with what is known of them."""
    rows = {"runs": [], "lumisections": [], "valid": [], "truth": [], "bins": []}
    after = None
    while True:
        variables = {"task": task, "part": part, "element": element, "first": page, "after": after}
        found = ask(url, MATRIX, variables, token)["task"]
        matrix = found["matrix"]["matrix"]
        count = len(matrix["runs"])
        if count > 0:
            rows["runs"] += matrix["runs"]
            rows["lumisections"] += matrix["lumisections"] or [0] * count
            rows["valid"] += matrix["valid"]
            # of a hidden truth there is none
            rows["truth"] += found["matrix"]["truth"] or [None] * count
            rows["bins"].append(numpy.frombuffer(base64.b64decode(matrix["binsBase64"]), "<f8").reshape(count, -1))
        if not matrix["pageInfo"]["hasNextPage"]:
            break
        after = matrix["pageInfo"]["endCursor"]
    rows["bins"] = numpy.concatenate(rows["bins"]) if rows["bins"] else numpy.zeros((0, 0))
    return rows


def shares(rows):
    """Bins as shares of their sum, and which rows have one: of an empty histogram there is none."""
    total = rows["bins"].sum(axis=1)
    usable = numpy.array(rows["valid"], bool) & (total > 0)
    return rows["bins"] / numpy.where(usable, total, 1)[:, None], usable


def fit(bins, components):
    """Mean and principal components of usual histograms."""
    mean = bins.mean(axis=0)
    _, _, directions = numpy.linalg.svd(bins - mean, full_matrices=False)
    return mean, directions[:components]


def score(model, bins, largest=10):
    """What the components cannot describe: the mean of the largest squared residuals."""
    mean, directions = model
    centred = bins - mean
    residuals = (centred - centred @ directions.T @ directions) ** 2
    return numpy.sort(residuals, axis=1)[:, -largest:].mean(axis=1)


def working_point(scores, is_bad):
    """The threshold with the largest efficiency * (1 - false alarms); None where a class is missing."""
    if is_bad.all() or not is_bad.any():
        return None
    order = numpy.argsort(-scores, kind="stable")
    ranked, bad = scores[order], is_bad[order]
    # what scores alike is flagged together: only the last of equal scores is a threshold
    last = numpy.append(ranked[1:] != ranked[:-1], True)
    found = numpy.cumsum(bad)[last] / bad.sum()
    false = numpy.cumsum(~bad)[last] / (~bad).sum()
    return float(ranked[last][numpy.argmax(found * (1 - false))])


def element_scores(given, element):
    """Rows of validation and test, and their scores by one monitor element, in units of what good ones have; -inf: none."""
    train = fetch_part(given.url, given.token, given.task, "TRAIN", element)
    bins, usable = shares(train)
    good = bins[usable & numpy.array([truth == "NEGATIVE" for truth in train["truth"]])]
    if len(good) == 0:
        raise RuntimeError(f"{element}: there is nothing good to learn from")
    model = fit(good, given.components)
    unit = score(model, good).mean() or 1.0
    found = {}
    for part in ("VALIDATION", "TEST"):
        rows = fetch_part(given.url, given.token, given.task, part, element)
        bins, usable = shares(rows)
        found[part] = rows, numpy.where(usable, score(model, bins) / unit, -numpy.inf)
    return found


def answers(rows, scores):
    """As they are submitted: a score, or why there is none."""
    for run, lumisection, value, valid in zip(rows["runs"], rows["lumisections"], scores, rows["valid"]):
        key = {"run": run, "lumisection": lumisection}
        if numpy.isfinite(value):
            yield {**key, "score": float(value)}
        else:
            yield {**key, "reason": "EMPTY" if valid else "NO_HISTOGRAM"}


def main():
    parser = argparse.ArgumentParser(description="Takes part in a task of lumigraph with PCA.")
    parser.add_argument("--url", default=URL, help=URL_HELP)
    parser.add_argument("--task", required=True, help="name of a frozen task")
    parser.add_argument("--token", required=True, help="of the scope challenge")
    parser.add_argument("--monitor-element", help="path of one of its monitor elements; all of them unless told")
    parser.add_argument("--components", type=int, default=3)
    parser.add_argument("--strategy", default="numpy-pca", help="name that it is to have on the board")
    given = parser.parse_args()
    try:
        take_part(given)
    except RuntimeError as error:
        sys.exit(str(error))


def take_part(given):
    task = ask(given.url, ELEMENTS, {"task": given.task}, given.token)["task"]
    if task is None:
        raise RuntimeError(f"there is no task {given.task}")
    elements = [given.monitor_element] if given.monitor_element else task["monitorElements"]
    of_elements = [element_scores(given, element) for element in elements]

    submitted = []
    threshold = None
    for part in ("VALIDATION", "TEST"):
        rows = of_elements[0][part][0]
        # a member is as anomalous as the worst of its histograms
        scores = numpy.max([found[part][1] for found in of_elements], axis=0)
        if part == "VALIDATION":
            scored = numpy.isfinite(scores)
            is_bad = numpy.array([truth == "POSITIVE" for truth in rows["truth"]])
            threshold = working_point(scores[scored], is_bad[scored])
        submitted += answers(rows, scores)

    strategy = {"name": given.strategy, "version": f"{given.components}-components"}
    for begin in range(0, len(submitted), SCORES_A_CALL):
        call = {"task": given.task, "strategy": strategy, "scores": submitted[begin : begin + SCORES_A_CALL]}
        if threshold is not None:
            call["threshold"] = threshold
        answer = ask(given.url, SUBMIT, {"input": call}, given.token)["submitPrediction"]
        for issue in answer["report"]["issues"]:
            print(f"{issue['code']}: {issue['reason']}", file=sys.stderr)
    if answer["prediction"] is None:
        sys.exit("nothing was taken")
    coverage = answer["prediction"]["coverage"]
    print(f"{coverage['scored']} of {coverage['expected']} scored, {coverage['missing']} missing")

    task = ask(given.url, BOARD, {"task": given.task}, given.token)["task"]
    print(f"{given.task}, by {task['metric']}:")
    for entry in task["leaderboard"]:
        name, version = entry["strategy"]["name"], entry["strategy"]["version"]
        value, interval = entry["value"], entry["interval"]
        told = "-" if value is None else f"{value:.4f}"
        if interval is not None:
            told += f"  {interval['low']:.4f} to {interval['high']:.4f}"
        own = "  <-- this one" if [name, version] == [strategy["name"], strategy["version"]] else ""
        print(f"{entry['rank'] or '-':>4}  {name} {version}  {told}{own}")


if __name__ == "__main__":
    main()
