"""The rule `ladder` a second time, in plain Python and written independently of the Swift: what ladder_reference.py
lets answer for the tests. See docs/decisions/0035-judged-by-what-was-said.md.

A model is asked with `ask`, which gives the answer and what is to be kept with the question; `learn` gets that back
with the label. Features are a dictionary from a column's name to its number; what is not there is 0.
"""
import math

RATES = (0.05, 0.5, 5.0)
VOICES = 1 + len(RATES)     # the trivial model's first
ALL = range(VOICES)
RUNGS = range(1, VOICES)
DAMPING = 4.0               # gradients that a weight has met, as it were, before its first
CLIPPED_AT = 5.0            # standard deviations of the labels, of a residual
DEALT = 5e-4                # of the shares, after each label
PER_LABEL = 1 / 3           # nats that a label under way may still cost
TRUSTED_AFTER = 20.0        # labels, in units of the lateness
QUANTILE, PACE = 0.95, 0.02
FORGOTTEN = 1e-4            # of the drift, with each label
EARLY, EARLY_NATS = 0.5, 2  # of the rate, and in all, for questions asked before anything was learned
INTERCEPT = object()


class Guard:
    """Who is believed: the shares, what stale ones have cost so far (drift), how late labels are (lateness)."""

    def __init__(self):
        self.share = [1 / VOICES] * VOICES
        self.drift = self.lateness = 0.0

    def mean(self, voices):
        return sum(s * v for s, v in zip(self.share, voices))

    def square(self, gradients):
        """The mean square of the rungs' gradients, by their shares."""
        return (sum(self.share[k] * gradients[k] ** 2 for k in RUNGS) / sum(self.share[k] for k in RUNGS))

    def judge(self, losses, regret, delay, seen, rate):
        """losses: of what each said when asked. regret: what the answer lost beyond the mean of the same voices by the
        shares of now. delay: labels that came in between. seen: labels so far, this one too. rate: per loss.

        A question asked before anything was learned is judged by what is said of it now, at half the rate, and no share
        falls by it below exp(-2) of the largest."""
        is_early = 0 < delay == seen - 1
        self.drift = (1 - FORGOTTEN) * self.drift + max(0.0, regret)
        if delay <= self.lateness:
            self.lateness = max(delay, self.lateness * (1 - PACE * (1 - QUANTILE)))
        elif seen <= TRUSTED_AFTER:
            self.lateness = delay
        else:
            self.lateness = min(delay, self.lateness + PACE * QUANTILE * (self.lateness + 1))
        fear = min(1.0, TRUSTED_AFTER * self.lateness / min(seen, 1 / FORGOTTEN))
        cost = rate * self.drift + PER_LABEL * self.lateness * fear
        caution = min(1.0, math.log(VOICES) / cost) if cost > 0 else 1.0
        best = min(losses)
        speed = caution * rate * (EARLY if is_early else 1)
        grown = [s * math.exp(-speed * (loss - best)) for s, loss in zip(self.share, losses)]
        if is_early:
            floors = [min(s / max(self.share), math.exp(-EARLY_NATS)) for s in self.share]
            grown = [max(g, max(grown) * floor) for g, floor in zip(grown, floors)]
        dealt = DEALT * caution
        self.share = [(1 - dealt) * g / sum(grown) + dealt / VOICES for g in grown]


class Rungs:
    """The weights of all rungs, and for each column the one sum of squared gradients by which all scale their steps."""

    def __init__(self):
        self.columns = {}

    def margins(self, x):
        total = [0.0] * VOICES                   # that of the trivial model stays 0
        for column, value in [(INTERCEPT, 1.0), *x.items()]:
            for k, weight in enumerate(self.columns.get(column, ())):
                if k > 0:
                    total[k] += weight * value
        return total

    def step(self, x, square, unit, landing):
        """landing: of a rung and its curvature, the gradient at the end of its step."""
        directions, curvature = [], 0.0
        for column, value in [(INTERCEPT, 1.0), *x.items()]:
            own = self.columns.setdefault(column, [0.0] * VOICES)       # the first is the sum of squares
            own[0] += square * value * value
            scale = own[0] + DAMPING * (unit * value) ** 2
            direction = unit / math.sqrt(scale) * value if scale > 0 else 0.0
            directions.append((own, direction))
            curvature += direction * value
        for k in RUNGS:
            size = RATES[k - 1] * landing(k, RATES[k - 1] * curvature)
            for own, direction in directions:
                own[k] -= size * direction


def says_nothing_else(delay, seen_then):
    """Whether a label is judged by what is said now: no label came in between, or nothing had been learned."""
    return delay == 0 or seen_then == 0


class Number:
    """The trivial model is the mean, or about the median. loss: 'squared' or 'absolute'."""

    def __init__(self, loss):
        self.is_squared = loss == "squared"
        self.guard, self.rungs = Guard(), Rungs()
        self.count, self.mean, self.squares, self.trivial_loss = 0, 0.0, 0.0, 0.0
        self.least = self.largest = self.median = 0.0

    def loss(self, answer, y):
        return (answer - y) ** 2 / 2 if self.is_squared else abs(answer - y)

    def voices(self, margins):
        center = self.mean if self.is_squared else self.median
        return [center] + [min(max(center + m, self.least), self.largest) for m in margins[1:]]

    def ask(self, x):
        voices = self.voices(self.rungs.margins(x))
        answer = self.guard.mean(voices)
        return answer, (voices, answer, self.count)

    def learn(self, x, y, kept):
        voices, answer, count_then = kept
        margins, mean, bound = self.rungs.margins(x), self.mean, math.inf
        now = self.voices(margins)
        if says_nothing_else(self.count - count_then, count_then):
            voices, answer = now, self.guard.mean(now)
        if self.squares > 0:
            bound = CLIPPED_AT * math.sqrt(self.squares / self.count)
        delay = self.count - count_then
        self.least, self.largest = (min(self.least, y), max(self.largest, y)) if self.count else (y, y)
        self.count += 1
        self.mean += (y - mean) / self.count
        self.squares += (y - mean) * (y - self.mean)
        unit = math.sqrt(self.squares / self.count)
        if self.count == 1:
            self.median = y
        if self.count == 1 or unit == 0:
            return
        residuals = [min(max(now[0] + m - y, -bound), bound) for m in margins]
        gradients = residuals if self.is_squared else [math.copysign(unit, r) if r else 0.0 for r in residuals]
        square = self.guard.square(gradients)
        self.trivial_loss += (self.loss(now[0], y) - self.trivial_loss) / (self.count - 1)
        if self.trivial_loss > 0:
            regret = self.loss(answer, y) - self.loss(self.guard.mean(voices), y)
            losses = [self.loss(v, y) for v in voices]
            self.guard.judge(losses, regret, delay, self.count, 0.5 / self.trivial_loss)

        def landing(k, curvature):
            if self.is_squared:
                return residuals[k] / (1 + curvature)
            return min(max(residuals[k] / curvature, -unit), unit) if curvature > 0 else 0.0

        self.rungs.step(x, square, unit, landing)
        pace = 2 * self.trivial_loss / self.count
        self.median += min(max(y - self.median, -pace), pace)


def surprise(p):
    return -math.log(max(p, 1e-15))


class TwoClasses:
    """The trivial model is the classes' frequencies, each counted half an example more than it was seen."""

    def __init__(self):
        self.guard, self.rungs, self.count, self.positives = Guard(), Rungs(), 0, 0

    def voices(self, x):
        frequency = (self.positives + 0.5) / (self.count + 1)
        scores = [math.log(frequency / (1 - frequency)) + m for m in self.rungs.margins(x)]
        return [frequency] + [1 / (1 + math.exp(-min(max(s, -30.0), 30.0))) for s in scores[1:]]

    def ask(self, x):
        voices = self.voices(x)
        answer = self.guard.mean(voices)
        return answer, (voices, answer, self.count)

    def learn(self, x, y, kept):
        def given(p):
            return p if y else 1 - p

        voices, answer, count_then = kept
        now, delay = self.voices(x), self.count - count_then
        if says_nothing_else(delay, count_then):
            voices, answer = now, self.guard.mean(now)
        self.count += 1
        self.positives += y
        gradients = [p - y for p in now]
        square = self.guard.square(gradients)
        regret = surprise(given(answer)) - surprise(given(self.guard.mean(voices)))
        self.guard.judge([surprise(given(p)) for p in voices], regret, delay, self.count, 1.0)
        self.rungs.step(x, square, 1.0, lambda k, c: gradients[k] / (1 + c * now[k] * (1 - now[k])))


class Classes:
    """The same for several classes, each with rungs of its own; what is judged is the probability of the class that
    came. Where no voice knew it when asked, it surprised all alike, and nothing is judged."""

    def __init__(self):
        self.guard, self.seen, self.classes = Guard(), 0, {}           # by class its examples and its rungs

    def voices(self, x):
        total = sum(count + 0.5 for count, _ in self.classes.values())
        result = [{name: (count + 0.5) / total for name, (count, _) in self.classes.items()}]
        margins = {name: rungs.margins(x) for name, (_, rungs) in self.classes.items()}
        for k in RUNGS:
            scores = {name: math.log(count + 0.5) + margins[name][k] for name, (count, _) in self.classes.items()}
            largest = max(scores.values(), default=0.0)
            odds = {name: math.exp(max(-60.0, score - largest)) for name, score in scores.items()}
            result.append({name: value / sum(odds.values()) for name, value in odds.items()})
        return result

    def ask(self, x):
        voices = self.voices(x)
        answer = {name: self.guard.mean([v[name] for v in voices]) for name in self.classes}
        return answer, (voices, answer, self.seen)

    def learn(self, x, y, kept):
        voices, answer, seen_then = kept
        delay = self.seen - seen_then
        self.seen += 1
        is_new = y not in self.classes
        if is_new:
            self.classes[y] = [1, Rungs()]
        now, shares = self.voices(x), Guard()
        shares.share = self.guard.share
        if says_nothing_else(delay, seen_then):
            voices, answer = now, {} if is_new else {name: shares.mean([v[name] for v in now]) for name in now[0]}
        if y in answer:
            said = [v[y] for v in voices]
            regret = surprise(answer[y]) - surprise(self.guard.mean(said))
            self.guard.judge([surprise(p) for p in said], regret, delay, self.seen, 1.0)
        for name, (_, rungs) in self.classes.items():
            gradients = [v[name] - (name == y) for v in now]
            p = [v[name] for v in now]
            rungs.step(x, shares.square(gradients), 1.0, lambda k, c: gradients[k] / (1 + c * p[k] * (1 - p[k])))
        if not is_new:
            self.classes[y][0] += 1
