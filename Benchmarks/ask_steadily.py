#!/usr/bin/env python3
"""Asks questions at a steady rate over one connection each, and prints how long each answer took, as JSON.

    ask_steadily.py URL APPLICATION SECONDS RATE CONNECTIONS PREFIX

An answer's time counts from the moment at which its question was due, so that a question that had to wait for the one
before it is not forgotten. A process of its own: whoever sends labels meanwhile takes nothing from it.
"""
import http.client
import json
import sys
import threading
import time
import urllib.parse

NUMBERS = 20


def question(name, seed):
    features = {f"x{index}": (seed * (index + 7) % 101) / 10 for index in range(NUMBERS)}
    return json.dumps({"id": name, "features": features})


def ask(url, application, seconds, rate, prefix, taken, failed):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60)
    begin = time.perf_counter()
    for number in range(int(seconds * rate)):
        due = begin + number / rate
        if (early := due - time.perf_counter()) > 0:
            time.sleep(early)
        connection.request("POST", f"/v1/applications/{application}/predictions", question(f"{prefix}-{number}", number))
        response = connection.getresponse()
        response.read()
        if response.status == 200:
            taken.append((time.perf_counter() - due) * 1e3)
        else:
            failed.append(response.status)


def main():
    url, application, seconds, rate, connections, prefix = sys.argv[1:]
    taken, failed = [], []
    threads = [
        threading.Thread(
            target=ask, args=(url, application, float(seconds), float(rate), f"{prefix}-{index}", taken, failed))
        for index in range(int(connections))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.sort()
    print(json.dumps({
        "answers": len(taken), "refused": len(failed), "p50_ms": taken[len(taken) // 2],
        "p99_ms": taken[len(taken) * 99 // 100], "longest_ms": taken[-1]}))


if __name__ == "__main__":
    main()
