"""Where and on what a measurement was made."""
import datetime
import hashlib
import os
import pathlib
import platform
import subprocess
import time

from .prerequisites import REPOSITORY


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def description(binary):
    """What every record bears: figures of two machines or two programs never mix unnoticed."""
    return {"machine": f"{_cpu()}, {os.cpu_count()} cores, Linux {platform.release()}" if platform.system() == "Linux"
            else f"{_cpu()}, {os.cpu_count()} cores, {platform.platform()}",
            "binary": _digest(binary)}


def _digest(file):
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:12]


def busy_share(seconds=0.3):
    """How busy the cores are with other programs, 0 to 1; None where the kernel does not tell."""
    try:
        before = _cpu_ticks()
        time.sleep(seconds)
        after = _cpu_ticks()
    except OSError:
        return None
    ticks = [b - a for a, b in zip(before, after)]
    return 1 - (ticks[3] + ticks[4]) / max(sum(ticks), 1)  # the fourth is idle, the fifth waiting for a disk


def _cpu_ticks():
    return [int(text) for text in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]


def _cpu():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def commit():
    """The commit of the work tree, which need not be what the binary was built from."""
    def git(*arguments):
        return subprocess.run(["git", "-C", REPOSITORY, *arguments], capture_output=True, text=True).stdout.strip()

    head = git("rev-parse", "--short", "HEAD") or "no commit"
    changed = git("status", "--porcelain", "--untracked-files=no", "--", "Sources", "Package.swift")
    return head + (" and changes" if changed else "")
