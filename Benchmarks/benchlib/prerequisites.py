"""What a measurement needs and a clone does not hold: the program, the data, the peers' Python, wrk."""
import os
import pathlib
import shutil
import subprocess
import sys

from .process import BenchmarkFailure, run

FOLDER = pathlib.Path(__file__).resolve().parent.parent
REPOSITORY = FOLDER.parent
DATA, RESULTS, SPECS, VENV = FOLDER / "data", FOLDER / "results", FOLDER / "specs", FOLDER / ".venv"
REQUIREMENTS = FOLDER / "requirements.txt"
PACKAGES = REPOSITORY / "scripts" / "install-packages.sh"


def say(text):
    print(text, file=sys.stderr, flush=True)


def headrace(path):
    binary = pathlib.Path(path or REPOSITORY / ".build/release/headrace").resolve()
    if not os.access(binary, os.X_OK):
        raise BenchmarkFailure(f"{binary} is not there: `make build` makes it, `--binary PATH` takes another")
    return binary


def peers_python():
    """The Python of the peers, in an environment of its own, made anew when requirements.txt has changed."""
    python, installed = VENV / "bin" / "python", VENV / "installed.txt"
    if installed.exists() and installed.read_text() == REQUIREMENTS.read_text():
        return python
    say(f"installing the peers into {VENV.relative_to(REPOSITORY)}")
    try:
        run([sys.executable, "-m", "venv", "--clear", VENV])
    except BenchmarkFailure:
        if not install_packages():
            raise
        run([sys.executable, "-m", "venv", "--clear", VENV])
    run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS])
    installed.write_text(REQUIREMENTS.read_text())
    return python


def peer_versions():
    lines = REQUIREMENTS.read_text().splitlines()
    return ", ".join(line.split("#")[0].strip().replace("==", " ") for line in lines if "==" in line)


def data(name):
    file = DATA / name
    if not file.exists():
        say("making the data files")
        run([sys.executable, FOLDER / "prepare_data.py", DATA])
    return file


def wrk():
    if not shutil.which("wrk"):
        install_packages()
    if not (program := shutil.which("wrk")):
        raise BenchmarkFailure("the load comes from wrk, which is not installed: apt-get install wrk")
    return program


def install_packages():
    """True where the repository's script could install what benchmarks need."""
    if not PACKAGES.exists():
        return False
    return subprocess.run([PACKAGES, "bench"], stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode == 0
