#!/usr/bin/env python3
"""Make the files that are too large to commit: elec ten times over, and the year of flights.

    python3 prepare_data.py [FOLDER]        default: Benchmarks/data, which git ignores
"""
import gzip
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ELEC = HERE.parent / "Tests/Data/elec.csv.gz"
FLIGHTS = HERE.parent / "Examples/flights/prepare.py"
TIMES = 10


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "data"
    folder.mkdir(parents=True, exist_ok=True)
    header, rows = gzip.decompress(ELEC.read_bytes()).split(b"\n", 1)
    (folder / "elec10.csv").write_bytes(header + b"\n" + rows * TIMES)
    year = folder / "flights_year.csv"
    subprocess.run([sys.executable, FLIGHTS, "--year", "--plain", "--output", year], check=True)


if __name__ == "__main__":
    main()
