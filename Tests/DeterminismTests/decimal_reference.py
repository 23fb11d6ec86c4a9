"""Writes decimal_reference.txt: decimal texts and the bits of their nearest double, by CPython's correctly rounded
float() (D. Gay's dtoa.c). One line a case: the text, then 16 hexadecimal digits, or "overflow". Seeded.
"""

import pathlib
import random
import struct
from decimal import Decimal, getcontext

getcontext().prec = 1200
random_source = random.Random(19900620)


def from_bits(pattern):
    return struct.unpack("<d", struct.pack("<Q", pattern))[0]


def finite():
    return from_bits(random_source.getrandbits(63) % 0x7FF0000000000000)


def midpoint(pattern):
    """The exact decimal half way between a double and the next, where a parser that looks at too few digits fails."""
    return (Decimal(from_bits(pattern)) + Decimal(from_bits(pattern + 1))) / 2


def cases():
    yield from ["0", "0.0", "00.00e99", "0e-999999999999", "0e999999999999", ".5", "5.", "1e22", "1e23", "8.5e-22"]
    yield from ["9007199254740992", "9007199254740993", "9007199254740993.0", "9007199254740992e22", "1e-22", "1e-23"]
    yield from ["1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1e309", "1e400"]
    yield from ["2.2250738585072014e-308", "2.2250738585072011e-308", "2.2250738585072012e-308", "4.9e-324"]
    yield from ["2.4703282292062327e-324", "2.4703282292062328e-324", "1e-400", "1e-999999999999", "1e999999999999"]
    yield from ["0.000000000000000000000000056443", "123456789012345678901234567890", "0." + "0" * 400 + "1e400"]
    yield from ["1" + "0" * 400 + "e-400", "18446744073709551615", "18446744073709551616", "9999999999999999999"]
    yield from ["1844674407370955161600000", "0.1e1", "1E5", "1e+05", "1e-05", "0000000000000000000000012.5"]
    for _ in range(600):
        yield repr(finite())
    for digits in range(1, 18):
        for _ in range(30):
            yield f"{finite():.{digits}e}"
            yield f"{random_source.uniform(-1000, 1000):.{digits}f}"
    for _ in range(300):
        yield f"{random_source.getrandbits(random_source.randint(1, 64))}e{random_source.randint(-30, 30)}"
    for _ in range(120):
        # 53 bits near powers of ten, so that the midpoints stay short enough to commit.
        number = Decimal(midpoint(struct.unpack("<Q", struct.pack("<d", random_source.uniform(1, 1e18)))[0]))
        text = format(number, "f")
        yield text
        yield text + ("" if "." in text else ".") + "0" * 20 + "1"
        yield format(number - Decimal(10) ** -60, "f")
    for pattern in [0, 1, 0x000FFFFFFFFFFFFF, 0x7FEFFFFFFFFFFFFE]:
        yield format(midpoint(pattern), "e")


def line(text):
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return f"{text} overflow"
    return f"{text} {struct.unpack('<Q', struct.pack('<d', value + 0.0))[0]:016x}"


path = pathlib.Path(__file__).with_name("decimal_reference.txt")
lines = list(dict.fromkeys(line(sign + text) for text in cases() for sign in ("", random_source.choice(["-", "+", ""]))
                           if not (sign and text[0] in "+-")))
path.write_text("\n".join(lines) + "\n")
print(len(lines), "cases,", path.stat().st_size, "bytes")
