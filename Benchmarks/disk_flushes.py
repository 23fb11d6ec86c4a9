#!/usr/bin/env python3
"""How many durable appends a second the disk under a folder gives at this hour: write, fdatasync, again.

A virtual disk may throttle after a burst, so the rate is given for every second as well; a durable rate of a server is
worth nothing without the flushes per second measured in the same run.

    python3 disk_flushes.py [FOLDER] [--seconds 10] [--bytes 256]
"""
import argparse
import json
import os
import tempfile
import time


def measure(folder, seconds, size):
    block, durations = b"x" * size, []
    with tempfile.NamedTemporaryFile(dir=folder, prefix="disk-flushes-") as file:
        start = now = time.perf_counter()
        while now - start < seconds:
            os.write(file.fileno(), block)
            os.fdatasync(file.fileno())
            durations.append(time.perf_counter() - now)
            now += durations[-1]
    return durations


def per_second(durations):
    counts, elapsed = {}, 0.0
    for duration in durations:
        elapsed += duration
        counts[int(elapsed)] = counts.get(int(elapsed), 0) + 1
    return [counts.get(second, 0) for second in range(int(elapsed))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=".")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--bytes", type=int, default=256)
    options = parser.parse_args()
    durations = measure(options.folder, options.seconds, options.bytes)
    ordered, total = sorted(durations), sum(durations)
    print(json.dumps({
        "flushes": len(ordered), "seconds": round(total, 3), "flushes_per_second": round(len(ordered) / total, 1),
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 3),
        "p99_ms": round(ordered[len(ordered) * 99 // 100] * 1000, 3), "max_ms": round(ordered[-1] * 1000, 3),
        "bytes": options.bytes, "each_second": per_second(durations)}))


if __name__ == "__main__":
    main()
