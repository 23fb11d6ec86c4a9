"""What River scores with aggregated Mondrian forests.

    python mondrian.py            # writes mondrian.json beside this file, in some ten minutes

Two kinds of runs. With `checkpoints`, River's trees draw their random numbers from our generator (`Xoshiro`, the
`SeededGenerator` of the library), in the order in which they ask for them, so that the forests are the same and must
score the same. Two differences are evened out: River is told both classes of a binary task at the start, and where a
feature is missing it takes the child with more examples. With `seeds`, River is left as it is: ten seeds or more, the
metrics at the end.
"""
import bisect
import itertools
import sys
from numbers import Number

from river import compose, forest, preprocessing
from river.tree.mondrian import mondrian_tree_nodes

import streams

MASK = 2 ** 64 - 1


class Xoshiro:
    """xoshiro256**, seeded by SplitMix64, with the methods of `random.Random` that the trees call."""

    def __init__(self, seed):
        self.state = []
        for _ in range(4):
            seed = (seed + 0x9e3779b97f4a7c15) & MASK
            z = seed
            z = ((z ^ (z >> 30)) * 0xbf58476d1ce4e5b9) & MASK
            z = ((z ^ (z >> 27)) * 0x94d049bb133111eb) & MASK
            self.state.append(z ^ (z >> 31))

    def next(self):
        s = self.state

        def rotate(word, count):
            return ((word << count) | (word >> (64 - count))) & MASK
        result = rotate(s[1] * 5 & MASK, 7) * 9 & MASK
        shifted = s[1] << 17 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = rotate(s[3], 45)
        return result

    def random(self):
        return (self.next() >> 11) * 2.0 ** -53

    def choices(self, population, weights, k):
        sums = list(itertools.accumulate(weights))
        return [population[bisect.bisect(sums, self.random() * sums[-1], 0, len(population) - 1)]]

    def uniform(self, a, b):
        return a + (b - a) * self.random()


def most_examples(branch):
    left, right = branch.children
    return (1, right) if left.n_samples < right.n_samples else (0, left)


class Ordered(dict):
    """A set that is iterated in the order of adding; that of Python's depends on the process."""

    def add(self, key):
        self.setdefault(key)


class Numbers:
    """A forest on the numbers alone, their names such that sorting keeps their order."""

    def __init__(self, stream, forest):
        self.forest = forest
        numbers = [f for f, of in streams.STREAMS[stream][3].items() if of == streams.NUMBER]
        self.keys = {name: f"{i:03}" for i, name in enumerate(numbers)}

    def of(self, x):
        return {self.keys[name]: value for name, value in x.items() if name in self.keys}

    def predict_one(self, x):
        return self.forest.predict_one(self.of(x)) or 0.0

    def predict_proba_one(self, x):
        return self.forest.predict_proba_one(self.of(x))

    def learn_one(self, x, y):
        self.forest.learn_one(self.of(x), y)


def river(stream, seed, parameters):
    kind = forest.AMFRegressor if streams.task(stream) == "regression" else forest.AMFClassifier
    return kind(seed=seed, **parameters)


def with_our_chance(stream, parameters):
    """River's forest with the random numbers of our seed 1."""
    model = river(stream, 1, parameters)
    seeds = Xoshiro(1)
    model._initialize_trees()
    for tree in model:
        tree._rng = Xoshiro(seeds.next())
        if streams.task(stream) == "binary":
            tree._classes = {False, True}
            tree._class_to_idx = {False: 0, True: 1}
            tree._idx_to_class = [False, True]
    model._classes = Ordered.fromkeys([False, True] if streams.task(stream) == "binary" else [])
    return model


def exact(stream, limit=None, **parameters):
    mondrian_tree_nodes.MondrianBranch.most_common_path, kept = (
        most_examples, mondrian_tree_nodes.MondrianBranch.most_common_path)
    run = {"stream": stream, "rows": limit, "model": spec(stream, parameters), "checkpoints": streams.progressive(
        Numbers(stream, with_our_chance(stream, parameters)), stream, limit)}
    mondrian_tree_nodes.MondrianBranch.most_common_path = kept
    return {key: value for key, value in run.items() if value is not None}


class OneHot(Numbers):
    """A forest on the numbers and the one-hot encoded categories."""

    def __init__(self, stream, forest):
        self.categories = [f for f, of in streams.STREAMS[stream][3].items() if of == streams.CATEGORY]
        self.forest = (
            compose.SelectType(Number) + (compose.Select(*self.categories) | preprocessing.OneHotEncoder())) | forest

    def of(self, x):
        return x


def drawn(stream, limit=None, wrap=Numbers, **parameters):
    # Ten are too few where forests differ least, or did not decide whether we are as good.
    seeds = [streams.progressive(wrap(stream, river(stream, seed, parameters)), stream, limit)[-1]
             for seed in range({"chick_weights": 100, "bananas": 50, "bikeshare": 100}.get(stream, 10))]
    seeds = [{key: value for key, value in point.items() if key not in ("events", "answer")} for point in seeds]
    model = (["one_hot"] if wrap is OneHot else []) + spec(stream, parameters)
    run = {"stream": stream, "rows": limit, "model": model, "seeds": seeds}
    return {key: value for key, value in run.items() if value is not None}


def spec(stream, parameters):
    return [{"amf_regressor" if streams.task(stream) == "regression" else "amf_classifier": parameters}]


if __name__ == "__main__":
    LIMIT = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000
    runs = []
    for stream in ["phishing", "bananas", "shuttle", "elec", "image_segments", "flights_late"]:
        runs.append(exact(stream, LIMIT))
    runs.append(exact("bananas", LIMIT, n_estimators=3, step=0.5, dirichlet=0.1, split_pure=True))
    runs.append(exact("image_segments", LIMIT, n_estimators=3, use_aggregation=False))
    runs.append(exact("elec", LIMIT, n_estimators=5, max_nodes=301))
    for stream in ["trump_approval", "chick_weights", "bikeshare", "sp500", "flights_delay"]:
        runs.append(exact(stream, LIMIT))
    runs.append(exact("trump_approval", LIMIT, n_estimators=3, step=0.1))
    runs.append(exact("bikeshare", LIMIT, n_estimators=3, use_aggregation=False, max_nodes=501))
    for stream in ["phishing", "elec", "bananas", "shuttle", "image_segments", "flights_late", "trump_approval",
                   "bikeshare", "sp500", "chick_weights", "flights_delay"]:
        runs.append(drawn(stream, LIMIT))
    for stream in ["flights_late", "flights_delay"]:
        runs.append(drawn(stream, LIMIT // 2, OneHot))
    streams.write(__file__, runs)
