"""Child processes that are measured, and that never outlive the benchmark."""
import contextlib
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

READY_SECONDS = 60
STOP_SECONDS = 120
# The digit that follows the port's last one in the file may still be on its way.
URL = re.compile(r"http://127\.0\.0\.1:\d+(?=\D)")


class BenchmarkFailure(Exception):
    """Something that makes the figures worthless: told in one line, never averaged away."""


class Child:
    """A process in a session of its own, so that Ctrl-C reaches the benchmark alone, which then ends its children."""

    def __init__(self, command, output, environment=None):
        self.command = [str(part) for part in command]
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            self.command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=os.environ | (environment or {}), start_new_session=True)
        self.usage = self.elapsed_seconds = None

    @property
    def is_running(self):
        return self.usage is None and not self._collect(os.WNOHANG)

    @property
    def status(self):
        return self.process.returncode

    @property
    def cpu_seconds(self):
        """User and system time of the whole process from its start, and of the children it waited for."""
        return self.usage.ru_utime + self.usage.ru_stime

    def cpu_seconds_so_far(self):
        """The same of a running process, without children; None where the kernel does not tell."""
        try:
            fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait(self):
        while self.usage is None:
            self._collect(0)

    def stop(self, number=signal.SIGTERM):
        """Asks, waits, and kills what does not listen."""
        if not self.is_running:
            return
        self.process.send_signal(number)
        deadline = time.monotonic() + STOP_SECONDS
        while self.is_running and time.monotonic() < deadline:
            time.sleep(0.01)
        if self.is_running:
            self.kill()
            raise BenchmarkFailure(f"{self.command[0]} did not end within {STOP_SECONDS} s of a signal")

    def kill(self):
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.wait()

    def _collect(self, options):
        pid, status, usage = os.wait4(self.process.pid, options)
        if pid == 0:
            return False
        self.elapsed_seconds = time.perf_counter() - self.started
        self.usage, self.process.returncode = usage, os.waitstatus_to_exitcode(status)
        return True


def run(command, environment=None):
    """Runs to the end; returns the child and what it printed. Anything but status 0 is a failure."""
    with tempfile.TemporaryFile("w+") as output:
        child = Child(command, output, environment)
        try:
            child.wait()
        finally:
            child.kill()
        output.seek(0)
        text = output.read()
    if child.status != 0:
        raise BenchmarkFailure(f"{' '.join(child.command)} ended with status {child.status}:\n{text[-2000:]}")
    return child, text


@contextlib.contextmanager
def serving(command, log_file):
    """A server while it is up: yields (child, url), and asks it to stop afterwards, so that its usage is known."""
    with open(log_file, "w") as output:
        child = Child(command, output)
        try:
            yield child, wait_for_url(child, pathlib.Path(log_file))
            child.stop()
        finally:
            child.kill()


def wait_for_url(child, log_file):
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if match := URL.search(log_file.read_text()):
            return match[0]
        if not child.is_running:
            break
        time.sleep(0.02)
    raise BenchmarkFailure(f"{' '.join(child.command)} did not get ready:\n{log_file.read_text()[-2000:]}")
