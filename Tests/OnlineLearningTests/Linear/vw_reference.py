"""Writes vw_reference.txt: what Vowpal Wabbit 9.11 answers on the rows of linear_reference.txt, before it learns them.

    python3 -m venv venv && venv/bin/pip install 'vowpalwabbit==9.11.*'
    venv/bin/python vw_reference.py

Every line is a model's name and its answers: numbers, or probabilities by the logistic function.
"""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
MODELS = {
    "squared": (False, []),
    "squared_power": (False, ["--power_t", "0.3", "-l", "0.2"]),
    "quantile": (False, ["--loss_function", "quantile", "--quantile_tau", "0.9"]),
    "logistic": (True, ["--loss_function", "logistic", "--link", "logistic"]),
    "logistic_power": (True, ["--loss_function", "logistic", "--link", "logistic", "--power_t", "0.4", "-l", "2"]),
    "hinge": (True, ["--loss_function", "hinge", "--link", "logistic"]),
}


def text(is_binary, weighted):
    lines = []
    for line in (HERE.parent / "linear_reference.txt").read_text().splitlines():
        kind, *cells = line.split()
        if kind != "row":
            continue
        y = ("1" if cells[5] == "2" else "-1") if is_binary else cells[4]
        weight = str(1 + len(lines) % 3) + " " if weighted else ""
        numbers = [f"n{i}:{v}" for i, v in enumerate(cells[:3]) if v != "-"]
        lines.append(f"{y} {weight}| " + " ".join(numbers + [f"c={cells[3]}"] * (cells[3] != "-")))
    return "\n".join(lines) + "\n"


def main():
    lines = []
    for name, (is_binary, options) in MODELS.items():
        for weighted in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                data, answers = pathlib.Path(folder, "data"), pathlib.Path(folder, "answers")
                data.write_text(text(is_binary, weighted))
                subprocess.run(
                    [sys.executable, "-m", "vowpalwabbit", "--quiet", "--no_stdin", "-d", data, "-p", answers]
                    + options, check=True)
                lines.append(name + "_weighted" * weighted + " " + " ".join(answers.read_text().split()))
    (HERE / "vw_reference.txt").write_text("\n".join(lines) + "\n")


main()
