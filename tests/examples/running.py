# SPDX-License-Identifier: MIT
"""running.py: starts the examples for the tests here, and ends them."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

TOP = os.environ.get("top_builddir", ".")
EXAMPLES = os.path.join(TOP, "examples")
WINDOWS = os.path.exists(os.path.join(EXAMPLES, ".libs", "hello.exe"))
# Programs for Windows run in a session of Wine, but on Windows itself, and at
# fixed addresses (tools/wine.sh says why). They end with their standard input,
# as they have no signals.
EMULATOR = ["setarch", "-R", "wine"] \
    if WINDOWS and sys.platform == "linux" else []
BACKENDS = os.environ.get("IOSRC_BACKENDS", "epoll poll").split()
SLOWNESS = int(os.environ.get("IOSRC_TEST_SLOWNESS", "1"))
PATIENCE = 60 * SLOWNESS
SANITIZED = "-fsanitize=" in os.environ.get("CFLAGS", "")


def program(name):
    return os.path.join(EXAMPLES, ".libs", name + ".exe") if WINDOWS else \
        os.path.join(EXAMPLES, name)


def limited(arguments, patience=PATIENCE):
    """timeout(1) leaves nothing behind, whatever happens here."""
    return ["timeout", "-k", "5", str(patience)] + EMULATOR + \
        [str(a) for a in arguments]


def environment(backend):
    libraries = os.path.join(TOP, "lib", ".libs")
    path = os.environ["PATH"]
    return dict(os.environ, IOSRC_BACKEND=backend, LC_ALL="C",
                WINEPATH=libraries,
                PATH=libraries + os.pathsep + path if WINDOWS else path)


def run(backend, name, *arguments, **options):
    """Runs an example to its end: (status, output, what it complained of)."""
    done = subprocess.run(limited((program(name),) + arguments),
                          env=environment(backend), text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, **options)
    return done.returncode, done.stdout, done.stderr


def running_in(timeout):
    """The process that a timeout(1) runs. Signals go to it and not through
    timeout, whose SIGCONT after them upsets LeakSanitizer's ptrace(2)."""
    found = subprocess.run(["pgrep", "-P", str(timeout.pid)], text=True,
                           stdout=subprocess.PIPE, check=True)
    return int(found.stdout)


class Server:
    """An example that prints where it listens, and ends at a signal."""

    def __init__(self, backend, name, *arguments, handles=None):
        command = limited((program(name),) + arguments, 20 * PATIENCE)
        if handles:
            command = ["sh", "-c", 'ulimit -n "$0"; exec "$@"',
                       str(handles)] + command
        self.process = subprocess.Popen(command, env=environment(backend),
                                        text=True, stdout=subprocess.PIPE,
                                        stdin=subprocess.PIPE if WINDOWS
                                        else subprocess.DEVNULL)
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else ""
        said = re.fullmatch(r"listening on (\S+)\n", line)
        if not said:
            self.kill()
            raise AssertionError(f"{name} said {line!r}")
        self.address = said.group(1)

    @property
    def inet(self):
        host, port = self.address.rsplit(":", 1)
        return host, int(port)

    def peak_memory(self):
        """VmHWM of the example, in bytes."""
        with open(f"/proc/{running_in(self.process)}/status") as file:
            text = file.read()
        return int(re.search(r"VmHWM:\s+(\d+) kB", text).group(1)) * 1024

    def stop(self, number=signal.SIGINT):
        """Ends it by a signal; its status must be 0. Answers what it said."""
        if not WINDOWS:  # there, communicate() ends its standard input
            os.kill(running_in(self.process), number)
        said, _ = self.process.communicate(timeout=PATIENCE)
        assert self.process.returncode == 0, self.process.returncode
        return said

    def kill(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


class Skip(Exception):
    """Why a test is not run."""


def unix_sockets():
    """Skips what needs them: Wine has none, and Python none on Windows."""
    if WINDOWS:
        raise Skip("no Unix sockets at hand for programs of Windows")


def main(tests):
    """Runs each test on each backend, in a folder of its own."""
    if EMULATOR and "WINEPREFIX" not in os.environ:
        print("SKIP: no session of Wine (tools/wine.sh session ...)")
        sys.exit(77)
    counts = {"ok": 0, "FAIL": 0, "SKIP": 0}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for backend in BACKENDS:
        for test in tests:
            folder = tempfile.mkdtemp()
            os.chmod(folder, 0o755)
            name = f"{backend}: {test.__name__.replace('_', ' ')}"
            try:
                test(backend, folder)
                result = "ok"
                print(f"ok: {name}", flush=True)
            except Skip as why:
                result = "SKIP"
                print(f"SKIP: {name}: {why}", flush=True)
            except Exception:  # whatever it is, the others still run
                result = "FAIL"
                print(f"FAIL: {name}\n{traceback.format_exc()}", flush=True)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            counts[result] += 1
    print(f"{counts['ok']} passed, {counts['FAIL']} failed,"
          f" {counts['SKIP']} skipped")
    sys.exit(1 if counts["FAIL"] else 0)
