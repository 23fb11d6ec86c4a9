"""Reference for `Elementary.erf` and `Elementary.log2`, by mpmath.

    python3 error_function_reference.py coefficients   prints the polynomials in Elementary+ErrorFunction.swift
    python3 error_function_reference.py points         writes error_function_reference.txt beside this file

The point file is in the form of elementary_reference.txt. Everything is seeded: running it again changes nothing.
"""
import pathlib
import random
import sys

import mpmath
from mpmath import mpf

from elementary_reference import bits, chebyshev_fit, rest, round_to_double


def print_coefficients():
    def near_zero(z):
        x = mpmath.sqrt(z)
        return mpmath.erf(x) / x - 1

    print("near 0", [float(c).hex() for c in chebyshev_fit(near_zero, mpf(0), mpf("0.25") * mpf("1.0001"), 9)])
    for k in range(1, 12):
        middle = mpf(k) / 2 + mpf(1) / 4
        value = mpmath.erf(middle)
        head = float(value)
        # An even number of nodes, so that none is where the quotient is 0 / 0.
        rest_of = chebyshev_fit(lambda t: (mpmath.erf(middle + t) - value) / t, -mpf("0.25"), mpf("0.25"), 15)
        print(float(middle), [c.hex() for c in [head, float(value - mpf(head)), *map(float, rest_of)]])


def write_points():
    source = random.Random(20240612)
    points = [0.25, 0.5, 0.75, 1.0, 2.0, 3.0, 5.0, 5.999999999999999, 1e-300, 1e-9]
    points += [source.uniform(0, 1) for _ in range(400)] + [source.uniform(0.5, 6) for _ in range(600)]
    lines = []
    for x in points + [-x for x in points]:
        exact = mpmath.erf(mpf(x))
        y = round_to_double(exact)
        lines.append(f"erf {bits(x):016x} {bits(y):016x} {rest(exact, y)}")
    wide = [source.uniform(0.5, 2) for _ in range(500)] + [2.0 ** source.uniform(-1000, 1000) for _ in range(500)]
    for x in wide + [5e-324, 1e-310, 1.7976931348623157e308]:
        exact = mpmath.log(mpf(x)) / mpmath.log(2)
        y = round_to_double(exact)
        lines.append(f"log2 {bits(x):016x} {bits(y):016x} {rest(exact, y)}")
    pathlib.Path(__file__).with_name("error_function_reference.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    {"coefficients": print_coefficients, "points": write_points}[sys.argv[1]]()
