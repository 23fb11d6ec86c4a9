"""Where River's drift detectors detect, on real and synthetic streams of one number.

    python3 Tests/RiverNumbers/drift.py        # with river 0.26.1; writes drift.json beside it

The JSON holds the streams themselves, so that the test that reads it needs no other file: `bits` as a string of 0 and 1,
`values` as numbers. For every detector in the form of a spec: the indices of the drifts, the indices at which a warning
begins, and of ADWIN what it knows at the end. KSWIN draws at random; with twice the sample as its window it draws all
of the older half, so that there is nothing random about it.
"""
import json
import pathlib
import random

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


if __name__ == "__main__":
    lines = []
    for name, values, is_bits in streams():
        data = {"bits": "".join(map(str, values))} if is_bits else {"values": values}
        runs = ",\n    ".join(json.dumps(detect(spec, values)) for spec in (FOR_BITS if is_bits else FOR_NUMBERS))
        lines.append(f'  {{"name": "{name}", {json.dumps(data)[1:-1]}, "detections": [\n    {runs}]}}')
    text = f'{{"river": "{river.__version__}", "runs": [], "streams": [\n' + ",\n".join(lines) + "\n]}\n"
    pathlib.Path(__file__).with_suffix(".json").write_text(text)
