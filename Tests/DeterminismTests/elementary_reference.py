"""Reference for the elementary functions of Sources/Determinism, by mpmath.

    python3 elementary_reference.py coefficients   prints the polynomials in Elementary*.swift
    python3 elementary_reference.py points         writes elementary_reference.txt beside this file

The point file has one line a point: function, bits of the input, bits of the correctly rounded output (both 16
hexadecimal digits), and how far the exact result lies from the rounded one, in thousandths of an ulp, away from zero
counting as positive. Everything is seeded: running it again changes nothing.
"""

import math
import pathlib
import random
import struct
import sys

import mpmath
from mpmath import mp, mpf

mp.prec = 400


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def from_bits(b):
    return struct.unpack("<d", struct.pack("<Q", b))[0]


def round_to_double(y):
    """Nearest double, ties to even, with gradual underflow; mpmath's float() is not trusted for subnormals."""
    if y == 0:
        return 0.0
    sign, y = (-1.0, -y) if y < 0 else (1.0, y)
    exponent = max(int(mpmath.floor(mpmath.log(y, 2))), -1022)
    if exponent >= -1022 and mpf(2) ** (exponent + 1) <= y:
        exponent += 1
    scaled = y * mpf(2) ** (52 - exponent)
    whole = int(mpmath.floor(scaled))
    rest = scaled - whole
    if rest > 0.5 or (rest == 0.5 and whole % 2 == 1):
        whole += 1
    if whole * mpf(2) ** (exponent - 52) >= mpf(2) ** 1024:
        return sign * float("inf")
    return sign * float(mpmath.ldexp(mpf(whole), exponent - 52)) if exponent > -1022 else sign * from_bits(whole)


FUNCTIONS = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
}


def chebyshev_fit(function, low, high, degree):
    """Coefficients (constant first) of the interpolant in the Chebyshev nodes of [low, high].

    Its error is within a small factor of the minimax polynomial's; both are far below 2^-53 here.
    """
    count = degree + 1
    nodes = [
        (low + high) / 2 + (high - low) / 2 * mpmath.cos(mpmath.pi * (2 * i + 1) / (2 * count)) for i in range(count)
    ]
    matrix = mpmath.matrix(count, count)
    values = mpmath.matrix(count, 1)
    for i, node in enumerate(nodes):
        values[i] = function(node)
        for j in range(count):
            matrix[i, j] = node**j
    return list(mpmath.lu_solve(matrix, values))


def series_log(z):
    """(2 atanh(s) - 2 s) / s^3 for z = s^2: 2/3 + 2/5 z + 2/7 z^2 + ..."""
    return sum(mpf(2) / (2 * n + 3) * z**n for n in range(120))


def series_tanh(z):
    """(tanh(x) - x) / x^3 for z = x^2."""
    x = mpmath.sqrt(z)
    return (mpmath.tanh(x) - x) / x**3


def print_coefficients():
    half = mpmath.log(2) / 2 * mpf("1.0001")
    s_max = (mpmath.sqrt(2) - 1) / (mpmath.sqrt(2) + 1) * mpf("1.0001")
    for name, coefficients in [
        ("exp", chebyshev_fit(lambda r: sum(r**n / mpmath.factorial(n + 2) for n in range(60)), -half, half, 9)),
        ("log", chebyshev_fit(series_log, mpf(0), s_max**2, 6)),
        ("tanh", chebyshev_fit(series_tanh, mpf(0), mpf("0.5625") ** 2, 11)),
    ]:
        print(name)
        for c in coefficients:
            print("   ", float(c).hex())
    print("1/ln2", float(1 / mpmath.log(2)).hex())
    head = int(mpmath.floor(mpmath.log(2) * 2**32))
    print("ln2 head", (head / 2.0**32).hex(), "tail", float(mpmath.log(2) - mpf(head) / 2**32).hex())


def rest(exact, y):
    """(exact - y) in thousandths of the ulp of y, for finite y; 0 where it is too small to matter."""
    if exact is None or y == 0 or abs(y) == float("inf"):
        return 0
    ulp = mpf(math.ulp(y)) if y > 0 else -mpf(math.ulp(y))
    return int(mpmath.nint((exact - mpf(y)) / ulp * 1000))


# The worst of 40,000 random inputs in each of several intervals.
WORST = {
    "exp": [-86.97036693725477, 0.35876954000046224],
    "log": [1.4124084062801001, 0.631219104277343],
    "log1p": [-0.2959476515098017, 0.4048532028736631],
    "tanh": [-0.5451948868393954, 0.5164487519701431, -0.5970676590502286],
    "sigmoid": [-2.3532629829645533, -13.497176918511975],
}


def inputs(name, random_source):
    tiny, least = 2.2250738585072014e-308, 5e-324
    wide = []
    for _ in range(160):
        x = from_bits(random_source.getrandbits(64))
        if x == x:
            wide.append(x)
    shared = [0.0, least, tiny, 1e-300, 1e-30, 2.0**-54, 2.0**-53, 1e-9, 0.1, 0.25, 0.5, 0.5625, 1.0, 2.0, 40.0]
    shared += [from_bits(bits(x) + d) for x in shared[2:] for d in (-1, 1)]
    uniform = random_source.uniform
    if name == "exp":
        own = [709.782712893384, 709.7827128933841, -745.1332191019411, -745.1332191019412, -708.3964185322641]
        own += [k * 0.6931471805599453 / 2 for k in range(-2150, 2049, 17)]
        own += [uniform(-745.2, 709.8) for _ in range(400)] + [uniform(-1, 1) for _ in range(400)]
        own += [uniform(-745.2, -707) for _ in range(120)]
    elif name == "log":
        own = [abs(x) for x in wide] + [1.7976931348623157e308, 2.0**0.5, 0.5**0.5]
        own += [1 + uniform(-1, 1) * 2.0 ** -uniform(0, 53) for _ in range(400)]
        own += [uniform(0.4, 3) for _ in range(400)] + [least * random_source.getrandbits(50) for _ in range(120)]
        return [x for x in shared + own if x > 0 and x != float("inf")]
    elif name == "log1p":
        own = [x for x in wide if x > -1] + [1.7976931348623157e308, -1 + 2.0**-53, -1 + 2.0**-52]
        own += [uniform(-1, 1) * 2.0 ** -uniform(0, 60) for _ in range(400)]
        own += [uniform(-0.999, 3) for _ in range(400)] + [uniform(-0.31, -0.28) for _ in range(100)]
        own += [uniform(0.40, 0.43) for _ in range(100)]
        return [x for x in shared + [-x for x in shared] + own if x > -1 and x != float("inf")]
    else:
        own = [uniform(-1, 1) for _ in range(400)] + [uniform(-25, 25) for _ in range(400)]
        own += [uniform(-42, -36) for _ in range(120)] + [uniform(0.5, 0.625) for _ in range(120)]
        own += [uniform(-746, 40) for _ in range(150)]
        own += [uniform(-1, 1) * 2.0 ** -uniform(0, 60) for _ in range(150)]
    everything = shared + [-x for x in shared] + own + wide
    return [x for x in everything if abs(x) != float("inf")]


def write_points():
    random_source = random.Random(20240611)
    lines = []
    for name, function in FUNCTIONS.items():
        for x in inputs(name, random_source) + WORST[name]:
            exact = None
            if name == "exp" and abs(x) > 800:
                y = float("inf") if x > 0 else 0.0
            elif name == "sigmoid" and abs(x) > 800:
                y = 1.0 if x > 0 else 0.0
            elif name == "tanh" and abs(x) > 800:
                y = 1.0 if x > 0 else -1.0
            elif x == 0 and name in ("tanh", "log1p"):
                y = x
            elif abs(x) < 1e-40 and name in ("exp", "sigmoid"):
                y = 1.0 if name == "exp" else 0.5
            else:
                exact = function(mpf(x))
                y = round_to_double(exact)
            lines.append(f"{name} {bits(x):016x} {bits(y):016x} {rest(exact, y)}")
    path = pathlib.Path(__file__).with_name("elementary_reference.txt")
    path.write_text("\n".join(lines) + "\n")
    print(len(lines), "points,", path.stat().st_size, "bytes")


if __name__ == "__main__":
    {"coefficients": print_coefficients, "points": write_points}[sys.argv[1]]()
