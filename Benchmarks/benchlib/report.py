"""Tables of medians for people, with their date and machine, and the targets next to what was measured."""
import statistics

from . import folds, lineage, prerequisites, turns
from .learners import PEERS, PIECES
from .progressive import STREAMS, TOLERANCE
from .progressive import problems as disagreements
from .serving import CONNECTIONS, SERVERS, failed_requests

FILE = prerequisites.RESULTS / "report.md"
NAMES = {"relaxed": "Headrace, relaxed", "durable": "Headrace, durable", "fastapi": "FastAPI + uvicorn + River"}
UNKNOWN = "not measured"


def write(results):
    sections = [
        _progressive(results), lineage.report(results), folds.report(results), _learners(results), _serving(results),
        turns.report(results), _targets(results),
        _origin(results)]
    text = "\n\n".join(section for section in sections if section) + "\n"
    prerequisites.RESULTS.mkdir(exist_ok=True)
    FILE.write_text(text)
    return text


def _median(records, key):
    values = [record[key] for record in records if record.get(key) is not None]
    return statistics.median(values) if values else None


def _span(values, unit=""):
    """3, or 1 to 3 where pieces were measured differently."""
    low, high = min(values), max(values)
    return f"{low:g}{unit}" if low == high else f"{low:g} to {high:g}{unit}"


def _table(header, rows, text_columns=1):
    lines = [header, ["---"] * text_columns + ["---:"] * (len(header) - text_columns), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _progressive(results):
    rows, counts = [], {"headrace": [], "river": []}
    for stream in STREAMS:
        ours = results.matching(kind="progressive", stream=stream, program="headrace")
        rivers = results.matching(kind="progressive", stream=stream, program="river")
        if not ours or not rivers:
            continue
        counts["headrace"].append(len(ours))
        counts["river"].append(len(rivers))
        mine, theirs = _median(ours, "cpu_seconds"), _median(rivers, "cpu_seconds")
        rows.append([
            f"{stream}, {ours[0]['predictions']:,} rows", f"{mine:.3f} s", f"{theirs:.2f} s", f"{theirs / mine:.1f}"])
    if not rows:
        return ""
    agreement = ("**the programs do not compute the same numbers**" if any(disagreements(results))
                 else f"the metrics agree to a relative {TOLERANCE:g}")
    caption = (
        f"**Progressive validation**, the same pipeline over the same file, labels at their real delay: CPU seconds of "
        f"the whole process, start included. Medians of {_span(counts['headrace'])} (Headrace) and "
        f"{_span(counts['river'])} (River) runs in turns; {agreement}.")
    return caption + "\n\n" + _table(["stream", "Headrace", "River", "River / Headrace"], rows)


def _learners(results):
    rows = []
    for name, _, peer, _, _, asked in PIECES:
        ours = results.matching(kind="learners", name=name, peer=peer, program="headrace")
        theirs = results.matching(kind="learners", name=name, peer=peer, program=peer)
        if not ours or not theirs:
            continue
        mine, other = _median(ours, "cpu_seconds"), _median(theirs, "cpu_seconds")
        rows.append([
            name, f"{mine:.3f}", f"{PEERS[peer]} {other:.3f}", f"{other / mine:.1f}", f"{asked or '–'}",
            f"{_median(ours, 'log_loss'):.4f}", f"{_median(theirs, 'log_loss') or float('nan'):.4f}"])
    if not rows:
        return ""
    return _table(
        ["the bare library, CPU seconds", "Headrace", "the peer", "ratio", "asked", "our log loss", "its"], rows)


def _serving(results):
    all_records = results.matching(kind="http")
    if not all_records:
        return ""
    counts = sorted({record["connections"] for record in all_records} | set(CONNECTIONS))
    rows, run_counts = [], []
    for connections in counts:
        for server in SERVERS:
            if records := results.matching(kind="http", server=server, connections=connections):
                run_counts.append(len(records))
                rows.append(_serving_row(connections, server, records))
    seconds = [record["seconds"] for record in all_records]
    caption = (
        "**HTTP**: single predictions and labels, half and half, by wrk with one thread on the same machine. Medians "
        f"of {_span(run_counts)} runs of {_span(seconds, ' s')}, each on a fresh server, after which Headrace's log "
        "was verified. *Durable* answers after the flush to disk; FastAPI keeps nothing. Flushes a second are the "
        "disk's, measured right before and right after the run.")
    header = ["connections", "server", "requests/s", "p50 ms", "p99 ms", "server CPU µs a request",
              "flushes/s before, after", "failed"]
    return caption + "\n\n" + _table(header, rows, text_columns=2)


def _serving_row(connections, server, records):
    cpu = [record["server_cpu_seconds"] / max(record["requests"], 1) * 1e6
           for record in records if record["server_cpu_seconds"] is not None]
    before, after = (_median(records, f"flushes_per_second_{when}") for when in ("before", "after"))
    return [str(connections), NAMES[server], f"{_median(records, 'requests_per_second'):,.0f}",
            f"{_median(records, 'p50_ms'):.2f}", f"{_median(records, 'p99_ms'):.2f}",
            f"{statistics.median(cpu):.0f}" if cpu else "",
            f"{before:,.0f}, {after:,.0f}" if before else "", str(sum(failed_requests(record) for record in records))]


def _targets(results):
    rows = [_speed_target(results, stream) for stream in STREAMS]
    rows += [_relaxed_rate(results), _relaxed_latency(results), _durable_rate(results), _durable_at_256(results)]
    return "**Targets**\n\n" + _table(["target", "asked for", "measured", "met"], rows, text_columns=2)


def _row(name, wanted, measured, met):
    return [name, wanted or UNKNOWN, measured or UNKNOWN, {True: "yes", False: "**no**", None: ""}[met]]


def _speed_target(results, stream):
    ours, rivers = (
        _median(results.matching(kind="progressive", stream=stream, program=program), "cpu_seconds")
        for program in ("headrace", "river"))
    name, wanted = f"{stream}: River's CPU seconds over Headrace's", "at least 25, aim for 50"
    if not ours or not rivers:
        return _row(name, wanted, None, None)
    return _row(name, wanted, f"{rivers / ours:.1f}", rivers / ours >= 25)


def _http(results, server, connections, key="requests_per_second"):
    return _median(results.matching(kind="http", server=server, connections=connections), key)


def _relaxed_rate(results):
    ours, peers = (_http(results, server, 32) for server in ("relaxed", "fastapi"))
    name, wanted = "relaxed at 32 connections, requests/s over FastAPI's", "at least 3"
    if not ours or not peers:
        return _row(name, wanted, None, None)
    return _row(name, wanted, f"{ours / peers:.2f}", ours >= 3 * peers)


def _relaxed_latency(results):
    ours, peers = (_http(results, server, 32, "p99_ms") for server in ("relaxed", "fastapi"))
    name = "relaxed at 32 connections, p99"
    wanted = f"below FastAPI's {peers:.2f} ms" if peers else None
    if not ours or not peers:
        return _row(name, wanted, f"{ours:.2f} ms" if ours else None, None)
    return _row(name, wanted, f"{ours:.2f} ms", ours < peers)


def durable_target(results):
    """The lesser of 1.5 times FastAPI at 64 connections and half of 64 × the disk's flushes a second in those runs:
    with 64 connections a flush can carry 64 requests at the most. (None where the runs are missing.)"""
    peers = _http(results, "fastapi", 64)
    flushes = [
        (record["flushes_per_second_before"] + record["flushes_per_second_after"]) / 2
        for record in results.matching(kind="http", server="durable", connections=64)]
    if not peers or not flushes:
        return None
    by_peer, by_disk = 1.5 * peers, 64 * statistics.median(flushes) / 2
    return min(by_peer, by_disk), "1.5 × FastAPI" if by_peer <= by_disk else "half of 64 × flushes/s"


def _durable_rate(results):
    ours, target = _http(results, "durable", 64), durable_target(results)
    name = "durable at 64 connections, requests/s"
    if not target:
        return _row(name, None, f"{ours:,.0f}" if ours else None, None)
    return _row(name, f"at least {target[0]:,.0f} ({target[1]})", f"{ours:,.0f}", ours >= target[0])


def _durable_at_256(results):
    ours, relaxed = (_http(results, server, 256) for server in ("durable", "relaxed"))
    name, wanted = "durable at 256 connections, share of relaxed", "at least 70 %"
    if not ours or not relaxed:
        return _row(name, wanted, None, None)
    return _row(name, wanted, f"{100 * ours / relaxed:.0f} %", ours >= 0.7 * relaxed)


def _origin(results):
    if not results.records:
        return ""

    def all_of(key):
        return sorted({record[key] for record in results.records})

    dates, binaries = all_of("date"), all_of("binary")
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    busy = max(record["busy_share"] or 0 for record in results.records)
    text = (f"{when}, {'; '.join(all_of('machine'))}. Headrace {'; '.join(all_of('commit'))} (binary "
            f"{', '.join(binaries)}); {prerequisites.peer_versions()}, Python {', '.join(all_of('python'))}. "
            f"Other programs kept the cores up to {100 * busy:.0f} % busy right before a run.")
    if len(binaries) > 1:
        text += "\n\n**The figures are of several builds**: run the whole anew before quoting them."
    return text
