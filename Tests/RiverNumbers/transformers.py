"""River's numbers for transformers, each before a learner, over the real streams.

    python transformers.py              # writes transformers.json: some ten minutes
    python transformers.py PART …       # only prints: scalers, encoders, products, aggregates, selection, texts, samplers

A transformer of River works on a whole dict and hands on what it made of it; a step of ours works on the features it is
given and passes the rest on. `On` is the step in River's terms: its transformer sees the features listed, and what it
returns stands beside the others, or in their place.
"""
import math
import sys

from river import compose, feature_extraction, feature_selection, imblearn, linear_model, naive_bayes, optim
from river import preprocessing, stats, tree
from streams import names, progressive, write, CATEGORY, NUMBER, STREAMS

VALUES, CLASSES = names("regression"), names("binary")
LIMIT = 2000


def of(name, kind):
    return [f for f, k in STREAMS[name][3].items() if k == kind]


class On:
    """A transformer on some features, beside the others or in their place."""

    def __init__(self, transformer, features, replaces=True, supervised=False):
        self.transformer, self.features = transformer, features
        self.replaces, self.supervised = replaces, supervised

    def own(self, x):
        return {f: x[f] for f in self.features if f in x}

    def learn(self, x, y):
        if self.supervised:
            self.transformer.learn_one(self.own(x), y)
        else:
            self.transformer.learn_one(self.own(x))

    def transform(self, x):
        rest = {f: v for f, v in x.items() if not self.replaces or f not in self.features}
        return rest | self.transformer.transform_one(self.own(x))


class Chain:
    """Steps, then a learner that gets the numbers: what is still a text is dropped, and what is not finite, as an
    extreme of no values is."""

    def __init__(self, learner, *steps):
        self.learner, self.steps = learner, steps

    def numbers(self, x):
        return {f: v for f, v in x.items() if not isinstance(v, str) and math.isfinite(v)}

    def transformed(self, x):
        for step in self.steps:
            x = step.transform(x)
        return self.numbers(x)

    def predict_one(self, x):
        return self.learner.predict_one(self.transformed(x))

    def predict_proba_one(self, x):
        return self.learner.predict_proba_one(self.transformed(x))

    def learn_one(self, x, y):
        for step in self.steps:
            before = x
            if not step.supervised:
                step.learn(x, y)
            x = step.transform(x)
            if step.supervised:
                step.learn(before, y)
        self.learner.learn_one(self.numbers(x), y)


class MinMaxScaler(preprocessing.MinMaxScaler):
    """Before it has learned, River's makes everything NaN; here it is 0, as with one value."""

    def transform_one(self, x):
        return {f: 0.0 if v != v else v for f, v in super().transform_one(x).items()}


def linear(name):
    """A linear model whose steps are small enough for whatever comes, and its form in a spec."""
    if name in VALUES:
        model = linear_model.LinearRegression(
            optimizer=optim.SGD(0.001), intercept_lr=0.001, clip_gradient=10.0)
        return model, {"linear_regression": {"optimizer": {"sgd": {"lr": 0.001}}, "intercept_lr": 0.001,
                                             "clip_gradient": 10}}
    model = linear_model.LogisticRegression(optimizer=optim.SGD(0.01))
    return model, {"logistic_regression": {"optimizer": {"sgd": {"lr": 0.01}}}}


def tree_of(name):
    if name in VALUES:
        return (tree.HoeffdingTreeRegressor(leaf_prediction="mean"),
                {"hoeffding_tree_regressor": {"leaf_prediction": "mean"}})
    return tree.HoeffdingTreeClassifier(), "hoeffding_tree_classifier"


def without(name, kind):
    """The step that keeps features of a kind from a tree, which would take them as they are."""
    return [{"discard": of(name, kind)}] if of(name, kind) else []


def scaled(name, features=None):
    return On(preprocessing.StandardScaler(), features or of(name, NUMBER))


def scalers():
    kinds = [
        ("min_max_scaler", MinMaxScaler),
        ("max_abs_scaler", preprocessing.MaxAbsScaler),
        ("robust_scaler", preprocessing.RobustScaler),
        ({"robust_scaler": {"q_inf": 0.1, "q_sup": 0.8, "with_centering": False}},
         lambda: preprocessing.RobustScaler(q_inf=0.1, q_sup=0.8, with_centering=False)),
        ("normalizer", preprocessing.Normalizer),
        ({"normalizer": {"order": 1}}, lambda: preprocessing.Normalizer(order=1)),
        ({"binarizer": {"threshold": 0.5}}, lambda: preprocessing.Binarizer(threshold=0.5)),
        ("standard_scaler", preprocessing.StandardScaler),
        ({"standard_scaler": {"with_std": False}}, lambda: preprocessing.StandardScaler(with_std=False)),
    ]
    for form, make in kinds:
        for name in ["phishing", "elec", "bananas", "shuttle", "trump_approval", "bikeshare", "sp500"]:
            learner, spec = linear(name)
            yield name, [form, spec], Chain(learner, On(make(), of(name, NUMBER)))
    for form, make in kinds[:3]:
        for name in ["elec", "bikeshare"]:
            learner, spec = tree_of(name)
            yield name, [form] + without(name, CATEGORY) + [spec], Chain(learner, On(make(), of(name, NUMBER)))


class Hot:
    """Columns of 0 and 1 without the zeros."""
    supervised = False

    def __init__(self, features, name=None):
        self.features = features

    def learn(self, x, y):
        pass

    def transform(self, x):
        hot = {f"{f}={x[f]}": 1 for f in self.features if f in x}
        return {f: v for f, v in x.items() if f not in self.features} | hot


class Product:
    """Columns for combinations of categories, as TransformerProduct of encoders makes them, without the zeros."""
    supervised = False

    def __init__(self, features):
        self.product = compose.TransformerProduct(*[
            compose.Select(f) | preprocessing.OneHotEncoder(drop_zeros=True) for f in features])

    def learn(self, x, y):
        pass

    def transform(self, x):
        return x | self.product.transform_one(x)


def encoders():
    for form, make in [
        ("ordinal_encoder", preprocessing.OrdinalEncoder),
        ({"ordinal_encoder": {"unknown_value": -1}}, lambda: preprocessing.OrdinalEncoder(unknown_value=-1)),
        ({"ordinal_encoder": {"unknown_value": 3}}, lambda: preprocessing.OrdinalEncoder(unknown_value=3)),
    ]:
        for name in ["flights_late", "chick_weights", "bikeshare", "flights_delay"]:
            learner, spec = tree_of(name)
            yield name, [form, spec], Chain(learner, On(make(), of(name, CATEGORY)))
    for name, features in [("flights_late", ["carrier", "origin"]), ("flights_late", ["origin", "dest"]),
                           ("chick_weights", ["chick", "diet"]), ("bikeshare", ["season", "weathersit"]),
                           ("flights_delay", ["carrier", "origin", "dest"])]:
        learner, spec = linear(name)
        yield name, [{"one_hot": {"features": features, "drop_zeros": True}}, {"cross": features},
                     "standard_scaler", spec], Chain(
            learner, Both(Product(features), Hot(features)), scaled(name))


class Both:
    """Two steps on the same features, one after the other, as far as neither takes anything away."""
    supervised = False

    def __init__(self, adds, replaces):
        self.adds, self.replaces = adds, replaces

    def learn(self, x, y):
        pass

    def transform(self, x):
        return self.replaces.transform(self.adds.transform(x))


def products():
    for degree, only, bias in [(2, False, False), (2, True, True), (3, False, False)]:
        for name in ["phishing", "elec", "bananas", "trump_approval", "sp500", "bikeshare"]:
            features = of(name, NUMBER)[:4]
            learner, spec = linear(name)
            poly = feature_extraction.PolynomialExtender(degree=degree, interaction_only=only, include_bias=bias)
            form = {"polynomial_extender": {"features": features, "degree": degree, "interaction_only": only,
                                            "include_bias": bias}}
            yield name, [{"select": features}, "standard_scaler", form, spec], Chain(
                learner, On(compose.Select(*features), list(STREAMS[name][3])), scaled(name, features),
                On(poly, features))
    # A union of what is and what was.
    for name in ["phishing", "elec", "bananas", "trump_approval", "sp500"]:
        features = of(name, NUMBER)
        learner, spec = linear(name)
        yield name, [{"union": [["min_max_scaler"], [{"standard_scaler": features}]]}, spec], Chain(
            learner, Unions(MinMaxScaler(), preprocessing.StandardScaler()))
    for name in ["elec", "bikeshare", "sp500", "trump_approval", "phishing"]:
        features = of(name, NUMBER)[1:]
        learner, spec = tree_of(name)
        yield name, [{"discard": [of(name, NUMBER)[0]] + of(name, CATEGORY)}, {"rename": {features[0]: "renamed"}},
                     {"standard_scaler": ["renamed"]}, spec], Chain(
            learner, On(compose.Select(*features), list(STREAMS[name][3])),
            On(compose.Renamer({features[0]: "renamed"}), [features[0]]),
            On(preprocessing.StandardScaler(), ["renamed"]))


class Unions:
    """compose.TransformerUnion whose second part gives its features names of their own."""
    supervised = False

    def __init__(self, first, second):
        self.first, self.second = first, second

    def learn(self, x, y):
        self.first.learn_one(x)
        self.second.learn_one(x)

    def transform(self, x):
        return self.first.transform_one(x) | {f"{f}_2": v for f, v in self.second.transform_one(x).items()}


HOW = {"mean": stats.Mean, "count": stats.Count, "sum": stats.Sum, "var": stats.Var, "min": stats.Min, "max": stats.Max}


def aggregates():
    places = [("flights_late", "distance", ["carrier"]), ("flights_delay", "distance", ["origin", "dest"]),
              ("bikeshare", "temp", ["season"]), ("chick_weights", "time", ["chick"]), ("flights_late", "hour", ["dest"])]
    for how, make in HOW.items():
        for name, on, by in places:
            learner, spec = tree_of(name)
            yield name, [{"agg": {"on": on, "by": by, "how": how}}] + without(name, CATEGORY) + [spec], Chain(
                learner, On(feature_extraction.Agg(on, by, make()), [on] + by, replaces=False))
        for name, _, by in places:
            learner, spec = linear(name)
            output = f"y_{how}_by_{'_and_'.join(by)}"
            if how in ("min", "max"):
                learner, spec = tree_of(name)
            target = On(feature_extraction.TargetAgg(by, make()), by, replaces=False, supervised=True)
            steps = [target] if how in ("min", "max") else [
                target, On(preprocessing.StandardScaler(), [output] + of(name, NUMBER))]
            forms = without(name, CATEGORY) if how in ("min", "max") else [
                {"standard_scaler": [output] + of(name, NUMBER)}]
            yield name, [{"target_agg": {"by": by, "how": how}}] + forms + [spec], Chain(learner, *steps)
    for name, _, by in places:
        learner, spec = tree_of(name)
        form = {"target_agg": {"by": by[0], "how": "bayes_mean", "prior": 3, "prior_weight": 20}}
        yield name, [form] + without(name, CATEGORY) + [spec], Chain(
            learner, On(feature_extraction.TargetAgg(by[0], stats.BayesianMean(3, 20)), by, False, True))
    for name in ["elec", "bikeshare", "sp500"]:
        learner, spec = tree_of(name)
        on = of(name, NUMBER)[0]
        yield name, [{"agg": {"on": on, "how": "mean"}}, "target_agg"] + without(name, CATEGORY) + [spec], Chain(
            learner, On(feature_extraction.Agg(on, None, stats.Mean()), [on], False),
            On(feature_extraction.TargetAgg(None, stats.Mean()), [], False, True))


class Filling:
    """An imputer over what is absent: River's wants the key, with None."""
    supervised = False

    def __init__(self, imputer, features):
        self.imputer, self.features = imputer, features

    def whole(self, x):
        return x | {f: None for f in self.features if f not in x}

    def learn(self, x, y):
        own = self.whole(x)
        self.imputer.learn_one({f: own[f] for f in self.features})

    def transform(self, x):
        filled = self.imputer.transform_one(self.whole(x))
        return {f: v for f, v in filled.items() if v is not None}


def selection():
    for name in ["phishing", "elec", "shuttle", "trump_approval", "sp500", "bikeshare"]:
        features = of(name, NUMBER)
        for k, use_abs in [(2, False), (3, True)]:
            learner, spec = linear(name)
            best = feature_selection.SelectKBest(stats.PearsonCorr(), k=k, use_abs=use_abs)
            yield name, ["standard_scaler", {"select_k_best": {"k": k, "use_abs": use_abs}}, spec], Chain(
                learner, scaled(name), On(best, features, supervised=True))
        learner, spec = linear(name)
        threshold = {"phishing": 0.1, "elec": 0.02, "shuttle": 100, "trump_approval": 3, "sp500": 500,
                     "bikeshare": 0.03}[name]
        yield name, [{"variance_threshold": {"threshold": threshold, "min_samples": 10}}, "standard_scaler", spec], \
            Chain(learner, On(feature_selection.VarianceThreshold(threshold, 10), features), scaled(name))
    # What is selected changes from example to example, so that there is something to fill in.
    fillings = [
        ("previous_imputer", lambda fs: preprocessing.PreviousImputer()),
        ("stat_imputer", lambda fs: preprocessing.StatImputer(*[(f, stats.Mean()) for f in fs])),
        ({"stat_imputer": {"how": "constant", "value": -2}},
         lambda fs: preprocessing.StatImputer(*[(f, -2) for f in fs])),
        ({"stat_imputer": {"how": "median"}},
         lambda fs: preprocessing.StatImputer(*[(f, stats.Quantile(0.5)) for f in fs])),
    ]
    for form, make in fillings:
        for name in ["phishing", "elec", "trump_approval", "sp500", "bikeshare"]:
            features = of(name, NUMBER)
            learner, spec = linear(name)
            best = feature_selection.SelectKBest(stats.PearsonCorr(), k=2)
            yield name, ["standard_scaler", {"select_k_best": {"k": 2}}, form, spec], Chain(
                learner, scaled(name), On(best, features, supervised=True), Filling(make(features), features))


class Words:
    """A vectorizer on the words of a category: no stream has texts. Terms never learned are left out of the result."""
    supervised = False

    def __init__(self, vectorizer, feature):
        self.vectorizer, self.feature, self.seen = vectorizer, feature, set()

    def learn(self, x, y):
        if self.feature in x:
            self.vectorizer.learn_one(x[self.feature])
            self.seen.update(self.vectorizer.transform_one(x[self.feature]))

    def transform(self, x):
        terms = self.vectorizer.transform_one(x[self.feature]) if self.feature in x else {}
        return {f: v for f, v in x.items() if f != self.feature} | {
            f"{self.feature} {term}": value for term, value in terms.items() if term in self.seen}


def texts():
    for form, more, make in [
        ("bag_of_words", {}, feature_extraction.BagOfWords),
        ("tfidf", {}, feature_extraction.TFIDF),
        ("tfidf", {"normalize": False}, lambda: feature_extraction.TFIDF(normalize=False)),
    ]:
        for name in ["flights_late", "flights_delay", "chick_weights", "bikeshare"]:
            features = of(name, CATEGORY)
            learner, spec = linear(name)
            steps = [{form: {"features": [f]} | more} for f in features]
            yield name, steps + ["standard_scaler", spec], Chain(
                learner, *[Words(make(), f) for f in features], scaled(name))
        # With other lengths Bayes is so sure that 1 - p of a double has too few digits left to compare logarithms.
        if more:
            continue
        features = of("flights_late", CATEGORY)
        steps = [{form: {"features": [f]} | more} for f in features]
        yield "flights_late", [{"discard": of("flights_late", NUMBER)}] + steps + [{"multinomial_nb": {"tempering": False}}], Chain(
            naive_bayes.MultinomialNB(), On(compose.Select(*features), list(STREAMS["flights_late"][3])),
            *[Words(make(), f) for f in features])


#: Where a hundred seeds did not decide whether we are as good, how many did.
SEEDS = 100
UNDECIDED = {("shuttle", "random_sampler"): 400, ("phishing", "random_under_sampler"): 400}


class UnderSampler(imblearn.RandomUnderSampler):
    """River's, but that it learns an example by which its own class becomes the rarest, as rejection sampling does, and
    that of equally rare classes the first is taken, in their own order."""

    def learn_one(self, x, y, **options):
        self._actual_dist[y] += 1
        share = {label: self.desired_dist[label] / count for label, count in self._actual_dist.items()}
        if y != self._pivot:
            self._pivot = max(sorted(share), key=share.get)
        if y == self._pivot or self._rng.random() < share[y] / share[self._pivot]:
            self.classifier.learn_one(x, y, **options)


def samplers():
    """(stream, model, a function from seed to River's model)."""
    kinds = [
        ("random_under_sampler", UnderSampler, {}),
        ("random_over_sampler", imblearn.RandomOverSampler, {}),
        ("random_sampler", imblearn.RandomSampler, {"sampling_rate": 0.5}),
    ]
    for form, make, more in kinds:
        for name, positive in [("elec", "1"), ("shuttle", "1"), ("flights_late", "1"), ("phishing", "1"),
                               ("bananas", "1")]:
            shares = {False: 0.4, True: 0.6}
            arguments = {"classifier": {"logistic_regression": {"optimizer": {"sgd": {"lr": 0.01}}}},
                         "desired_dist": {"false": 0.4, "true": 0.6}} | more
            yield name, ["standard_scaler", {form: arguments}], lambda seed, make=make, more=more, name=name: Chain(
                make(linear_model.LogisticRegression(optimizer=optim.SGD(0.01)), desired_dist=shares, seed=seed, **more),
                scaled(name))


EXACT = {"scalers": scalers, "encoders": encoders, "products": products, "aggregates": aggregates,
         "selection": selection, "texts": texts}


def main(parts):
    runs = []
    for part, make in EXACT.items():
        if parts and part not in parts:
            continue
        for name, form, model in make():
            points = progressive(model, name, LIMIT)
            runs.append({"stream": name, "rows": LIMIT, "model": form, "checkpoints": points})
            print(part, name, form, points[-1] if points else None, file=sys.stderr)
    if not parts or "samplers" in parts:
        for name, form, make in samplers():
            seeds = []
            for seed in range(1, 1 + UNDECIDED.get((name, *form[1]), SEEDS)):
                last = progressive(make(seed), name, LIMIT)[-1]
                seeds.append({k: v for k, v in last.items() if k not in ("events", "answer")})
            runs.append({"stream": name, "rows": LIMIT, "model": form, "seeds": seeds})
            print("samplers", name, form, seeds[0], file=sys.stderr)
    if not parts:
        write(__file__, runs)
    return runs


if __name__ == "__main__":
    main(sys.argv[1:])
