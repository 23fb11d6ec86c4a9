"""The measurements so far: one record a run, kept after each, so that a long benchmark can be made of short ones."""
import json
import os

from . import machine, prerequisites
from .prerequisites import RESULTS

FILE = RESULTS / "results.json"
BUSY_SHARE_WORTH_A_WARNING = 0.1


class Results:
    def __init__(self):
        self.records = json.loads(FILE.read_text())["records"] if FILE.exists() else []

    def matching(self, **wanted):
        return [record for record in self.records if all(record.get(key) == value for key, value in wanted.items())]

    def add(self, record):
        self.records.append(record)
        self._save()

    def remove(self, **wanted):
        gone = self.matching(**wanted)
        self.records = [record for record in self.records if record not in gone]
        if gone:
            self._save()

    def _save(self):
        RESULTS.mkdir(exist_ok=True)
        temporary = FILE.with_suffix(".new")
        temporary.write_text(json.dumps({"records": self.records}, indent=1))
        os.replace(temporary, FILE)


class Plan:
    """Which runs are still to be made. What is measured anew is forgotten first, except when a broken-off benchmark
    is resumed: then the runs of the same program on the same machine with the same settings stand."""

    def __init__(self, results, resume, identity, remarks):
        self.results, self.resume, self.identity, self.remarks = results, resume, identity, remarks

    def open_runs(self, count, piece, settings):
        if not self.resume:
            self.results.remove(**piece)
            return list(range(count))
        kept = self.results.matching(**piece, **settings, **self.identity)
        for record in self.results.matching(**piece):
            if record not in kept or record["run"] >= count:
                self.results.remove(**piece, run=record["run"])
        return [run for run in range(count) if not self.results.matching(**piece, run=run)]

    def new_record(self, run, piece, settings):
        """What is known of a run before it starts; taken right before it, for it looks at what else runs."""
        busy = machine.busy_share()
        if busy and busy > BUSY_SHARE_WORTH_A_WARNING:
            prerequisites.say(f"warning: other programs keep the cores {100 * busy:.0f} % busy")
        times = {"date": machine.now(), "busy_share": busy}
        return piece | settings | {"run": run} | times | self.identity | self.remarks
