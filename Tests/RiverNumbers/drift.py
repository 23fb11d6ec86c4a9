"""Where River's drift detectors detect, on real and synthetic streams of one number.

    python3 Tests/RiverNumbers/drift.py        # with river 0.26.1; writes drift.json beside it
    python3 Tests/RiverNumbers/drift.py edges  # writes only what is tried on short streams, and keeps the rest

The JSON holds the streams themselves, so that the test that reads it needs no other file: `bits` as a string of 0 and 1,
`values` as numbers. For every detector in the form of a spec: the indices of the drifts, the indices at which a warning
begins, and of ADWIN what it knows at the end. KSWIN draws at random; with twice the sample as its window it draws all
of the older half, so that there is nothing random about it.
"""
import json
import pathlib
import random
import sys

import river
from river import drift
from streams import stream

CLASSES = {
    "adwin": drift.ADWIN, "ddm": drift.binary.DDM, "eddm": drift.binary.EDDM, "hddm_a": drift.binary.HDDMA,
    "hddm_w": drift.binary.HDDMW, "kswin": drift.KSWIN,
    "page_hinkley": drift.PageHinkley, "no_drift": drift.NoDrift,
}
FOR_NUMBERS = [
    {"adwin": {}}, {"adwin": {"delta": 0.1, "clock": 1}},
    {"adwin": {"delta": 0.01, "clock": 8, "max_buckets": 2, "min_window_length": 20, "grace_period": 100}},
    {"kswin": {"window_size": 60, "stat_size": 30}}, {"kswin": {"alpha": 0.0001, "window_size": 200, "stat_size": 100}},
    {"page_hinkley": {}}, {"page_hinkley": {"threshold": 5.0, "delta": 0.01, "alpha": 0.99, "mode": "up"}},
    {"page_hinkley": {"threshold": 2.0, "delta": 0.0, "min_instances": 5, "mode": "down"}},
]
FOR_BITS = FOR_NUMBERS[:3] + [
    {"ddm": {}}, {"ddm": {"warm_start": 100, "warning_threshold": 1.0, "drift_threshold": 1.5}},
    {"eddm": {}}, {"eddm": {"alpha": 0.8, "beta": 0.75}}, {"eddm": {"warm_start": 5, "alpha": 0.99, "beta": 0.97}},
    {"hddm_a": {}}, {"hddm_a": {"drift_confidence": 0.01, "warning_confidence": 0.05, "two_sided_test": True}},
    {"hddm_w": {}}, {"hddm_w": {"lambda_val": 0.01, "two_sided_test": True}},
    {"hddm_w": {"drift_confidence": 0.01, "warning_confidence": 0.05}},
    {"page_hinkley": {"threshold": 5.0}}, {"no_drift": {}},
]

#: parameters so small that what happens at their edge, one value sooner or later, shows on short streams
EDGES_OF_NUMBERS = [
    {"adwin": {"clock": 4, "grace_period": 8, "delta": 1.0, "min_window_length": 1}},
    {"adwin": {"clock": 4, "grace_period": 12, "delta": 1.0, "min_window_length": 2}},
    {"adwin": {"clock": 1, "grace_period": 5, "delta": 1.0, "min_window_length": 3, "max_buckets": 2}},
    {"adwin": {"clock": 2, "grace_period": 0, "delta": 1.0, "min_window_length": 4}},
    {"kswin": {"alpha": 0.4, "window_size": 4, "stat_size": 2}},
    {"kswin": {"alpha": 0.1, "window_size": 10, "stat_size": 5}},
    {"page_hinkley": {"min_instances": 1, "threshold": 1.0, "delta": 0.0, "alpha": 1.0}},
    {"page_hinkley": {"min_instances": 6, "threshold": 0.0, "delta": 0.0, "alpha": 1.0, "mode": "down"}},
    {"page_hinkley": {"min_instances": 9, "threshold": 0.5, "delta": 0.25, "alpha": 1.0, "mode": "up"}},
]
EDGES_OF_BITS = EDGES_OF_NUMBERS + [
    {"ddm": {"warm_start": 0}}, {"ddm": {"warm_start": 4}}, {"ddm": {"warm_start": 7, "drift_threshold": 1.0}},
    {"ddm": {"warm_start": 2, "warning_threshold": 0.0, "drift_threshold": 1.0}},
    {"eddm": {"warm_start": 0}}, {"eddm": {"warm_start": 2}}, {"eddm": {"warm_start": 5, "alpha": 1.0, "beta": 0.99}},
    {"eddm": {"warm_start": 1, "alpha": 0.5, "beta": 0.5}},
    {"hddm_a": {"drift_confidence": 1.0, "warning_confidence": 1.0}},
    {"hddm_a": {"drift_confidence": 0.3, "warning_confidence": 0.9, "two_sided_test": True}},
    {"hddm_w": {"drift_confidence": 1.0, "warning_confidence": 1.0, "lambda_val": 0.5}},
    {"hddm_w": {"drift_confidence": 0.3, "warning_confidence": 0.9, "lambda_val": 0.25, "two_sided_test": True}},
]


def short_streams():
    """Forty values each: coarse numbers, so that sums and thresholds are often equal."""
    rng = random.Random(7)
    for index in range(24):
        rates = [rng.choice((0.1, 0.5, 0.9)) for _ in range(4)]
        yield f"short_bits_{index}", [int(rng.random() < rates[i // 10]) for i in range(40)], True
    for index in range(12):
        levels = [rng.randrange(3) for _ in range(4)]
        yield f"short_numbers_{index}", [(levels[i // 10] + rng.randrange(2)) / 2 for i in range(40)], False


def errors_of_the_majority(name, limit):
    """1 where the most frequent class so far is wrong; of equally frequent ones the first met."""
    counts, bits = {}, []
    for _, (_, y) in zip(range(limit), stream(name)):
        bits.append(int(not counts or max(counts, key=counts.get) != y))
        counts[y] = counts.get(y, 0) + 1
    return bits


def column(name, feature, limit):
    return [x[feature] if feature else y for _, (x, y) in zip(range(limit), stream(name)) if not feature or feature in x]


def streams():
    rng = random.Random(1)
    yield "elec_majority", errors_of_the_majority("elec", 8400), True
    yield "flights_majority", errors_of_the_majority("flights_late", 8400), True
    yield "shuttle_majority", errors_of_the_majority("shuttle", 8400), True
    yield "phishing_majority", errors_of_the_majority("phishing", 1250), True
    yield "segments_majority", errors_of_the_majority("image_segments", 2310), True
    yield "shifting_bits", [int(rng.random() < p) for p in (0.2, 0.6, 0.3, 0.05, 0.5) for _ in range(1500)], True
    yield "elec_price", column("elec", "nswprice", 3000), False
    yield "bikeshare_count", column("bikeshare", None, 3000), False
    yield "sp500_return", column("sp500", None, 3000), False
    yield "trump_rating", column("trump_approval", None, 3000), False
    yield "chick_weight", column("chick_weights", None, 3000), False
    yield "shifting_numbers", [round(rng.gauss(m, s), 3) for m, s in ((0, 1), (1, 1), (1, 5), (40, 5), (39, 1))
                               for _ in range(600)], False


def detect(spec, values):
    (name, parameters), = spec.items()
    detector = CLASSES[name](**parameters, **({"seed": 1} if name == "kswin" else {}))
    drifts, warnings, warned = [], [], False
    for index, value in enumerate(values):
        detector.update(value)
        if detector.drift_detected:
            drifts.append(index)
        warns = getattr(detector, "warning_detected", False)
        if warns and not warned:
            warnings.append(index)
        warned = warns
    run = {"detector": spec, "drifts": drifts, "warnings": warnings}
    if name == "adwin":
        run |= {"width": detector.width, "estimation": detector.estimation, "variance": detector.variance}
    return run


def line(name, values, is_bits, specs):
    data = {"bits": "".join(map(str, values))} if is_bits else {"values": values}
    runs = ",\n    ".join(json.dumps(detect(spec, values)) for spec in specs)
    return f'  {{"name": "{name}", {json.dumps(data)[1:-1]}, "detections": [\n    {runs}]}}'


if __name__ == "__main__":
    path = pathlib.Path(__file__).with_suffix(".json")
    if sys.argv[1:] == ["edges"]:
        body = path.read_text().split('"streams": [\n', 1)[1].rsplit("\n]}", 1)[0]
        lines = body.split('\n  {"name": "short_', 1)[0].rstrip(",").split(",\n  {\"name\"")
        lines = lines[:1] + ['  {"name"' + rest for rest in lines[1:]]
    else:
        lines = [line(*it, FOR_BITS if it[2] else FOR_NUMBERS) for it in streams()]
    lines += [line(*it, EDGES_OF_BITS if it[2] else EDGES_OF_NUMBERS) for it in short_streams()]
    path.write_text(f'{{"river": "{river.__version__}", "runs": [], "streams": [\n' + ",\n".join(lines) + "\n]}\n")
