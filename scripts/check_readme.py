"""Runs the console blocks of README.md, in the order in which a reader would, and compares what they print.

    python3 scripts/check_readme.py .build/release/headrace

Status 1 where a line differs. Only the time that a restore took may. Takes port 8080.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parent.parent
# The other blocks of the command line come after the requests.
ORDER = [0, 3, 1, 2]


def commands(block):
    """Pairs of a command, over several lines where a quote is open, and what it is said to print."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        lines = part.rstrip("\n").split("\n")
        count = 1
        while "\n".join(lines[:count]).count("'") % 2:
            count += 1
        yield "\n".join(lines[:count]), "\n".join(lines[count:])


def script(expected, directory):
    text = f"set -m\ncd '{directory}'\nexport PATH='{directory}/bin':$PATH\n"
    text += "trap 'kill $(jobs -p) 2>/dev/null' EXIT\n"
    for command, _ in expected:
        # The reader of the README waits for the server, and for its end.
        pause = "sleep 2" if command.endswith("&") else "wait" if command.startswith("kill") else ":"
        text += f"echo '@@@'\n{command}\n{pause}\n"
    return text


def normal(text):
    return re.sub(r'"elapsed_seconds":[\d.e-]+', '"elapsed_seconds":T', text.strip("\n"))


def main(program):
    blocks = re.findall(r"```console\n(.*?)```", (root / "README.md").read_text(), re.S)
    expected = [pair for index in ORDER for pair in commands(blocks[index])]
    with tempfile.TemporaryDirectory() as directory:
        (pathlib.Path(directory) / "bin").mkdir()
        shutil.copy(program, f"{directory}/bin/headrace")
        (pathlib.Path(directory) / "Examples").symlink_to(root / "Examples")
        run = subprocess.run(["bash", "-c", script(expected, directory)], capture_output=True, text=True, check=False)
    printed = run.stdout.split("@@@\n")[1:]
    differing = 0
    for (command, said), got in zip(expected, printed):
        if normal(said) != normal(got):
            differing += 1
            print(f"$ {command}\nREADME: {said}\nprinted: {got}")
    print(f"{len(expected)} commands of README.md, {differing} print something else")
    return 1 if differing or len(printed) != len(expected) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
