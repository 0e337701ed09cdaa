# SPDX-License-Identifier: MIT
"""Who is measured: how each is built and started.

A contender is a program that answers "list" and "LOAD OPERATIONS [NUMBER...]
[WORD]" as bench/c/main.h says. To add one, write its program and its line
here; `runner` is a command in front of it, for a program of another system.
"""
import os
import shutil
import subprocess
import sys
import zlib
from dataclasses import dataclass, field

BASE = "raw-epoll"
OURS = "iosrc"


class CannotBuild(Exception):
    """Why, and what to do about it."""


@dataclass(frozen=True)
class Contender:
    name: str
    title: str
    language: str
    target: str            # what is built: several contenders may share it
    arguments: tuple = ()  # in front of the load
    environment: dict = field(default_factory=dict)
    needs: str = ""        # a Debian package, for whoever lacks it
    slowness: int = 1      # its operations are divided by this
    linear: bool = False   # looks at every source at every wait
    only: tuple = ()       # loads; with others it is as another contender
    runner: tuple = ()


def c(name, title, needs="", target=None, only=(), linear=False,
      **environment):
    return Contender(name, title, "C", target or name.replace("-", "_"),
                     environment=environment, needs=needs, only=only,
                     linear=linear)


def rust(name, title, word=None):
    return Contender(name, title, "Rust", "rust", (word or name,),
                     needs="cargo-web: mio and polling want Rust 1.71")


def go(name, title, word, processors):
    # As each costs least; one thread of the load's own runs, as in all others.
    return Contender(name, title, "Go", "go", (word,), needs="golang-go",
                     environment={"GOMAXPROCS": str(processors)})


def python(name, title, word=None):
    return Contender(name, title, "Python", "python", (word or name,),
                     needs="python3", slowness=4)


ECHO = ("echo-together", "echo-apart")


ALL = [
    c(BASE, "raw epoll"),
    c("raw-poll", "raw poll(2)", linear=True),
    c(OURS, "libiosrc"),
    c("iosrc-poll", "libiosrc, poll(2)", target="iosrc",
      linear=True, IOSRC_BACKEND="poll"),
    c("iosrc-many", "libiosrc, batches",
      only=(*ECHO, "exchange", "dry", "register")),
    c("iosrc-ring", "libiosrc, batches, io_uring", target="iosrc_many",
      only=(*ECHO, "exchange", "dry", "register"), BENCH_RING="yes"),
    c("libuv", "libuv", "libuv1-dev"),
    c("libevent", "libevent", "libevent-dev"),
    c("libev", "libev", "libev-dev"),
    c("apr", "APR pollset", "libapr1-dev"),
    rust("mio", "mio (Rust)"),
    rust("polling", "polling (Rust)"),
    rust("iosrc-rust", "libiosrc from Rust", "iosrc"),
    go("go-net", "Go's own poller", "net", 1),
    go("iosrc-go", "libiosrc from Go", "iosrc", 2),
    python("python-selectors", "Python's epoll selector", "selectors"),
    python("iosrc-selectors", "libiosrc's selector for Python"),
    python("iosrc-python", "libiosrc from Python", "iosrc"),
]


class Place:
    """Where the sources are, and where things are built."""

    def __init__(self, source, build):
        self.source = os.path.abspath(source)
        self.build = os.path.abspath(build)
        self.library = os.path.join(self.build, "lib", ".libs")
        self.made = {}
        self.builds = True

    def program(self, target):
        return os.path.join(self.build, "bench", "c", target)

    def gates(self):
        """The program whose instructions tests/gates counts."""
        program = os.path.join(self.build, "tests", "gates", "loads")
        if self.builds:
            run_build(named(OURS), ["make", "-s", "-C", self.build,
                                    "tests/gates/loads"])
        return program

    def environment(self, contender):
        """What a run of it sees, with nothing of the caller's that counts."""
        result = {name: value for name, value in os.environ.items()
                  if name not in ("IOSRC_BACKEND", "BENCH_RING")}
        result["BENCH_CLIENT"] = self.program("client")
        paths = [self.library, os.environ.get("LD_LIBRARY_PATH")]
        result["LD_LIBRARY_PATH"] = ":".join(filter(None, paths))
        result["PYTHONPATH"] = os.path.join(self.source, "bindings", "python")
        result["PYTHONDONTWRITEBYTECODE"] = "yes"
        result.update(contender.environment)
        return result

    def command(self, contender):
        build = BUILDERS[contender.language]
        if contender.target not in self.made:
            self.made[contender.target] = build(self, contender)
        return [*contender.runner, *self.made[contender.target],
                *contender.arguments]


def run_build(contender, command, **more):
    """A build's output is shown only when it fails."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, **more)
    except FileNotFoundError:
        raise CannotBuild(f"there is no {command[0]} here") from None
    if done.returncode != 0:
        hint = f"\n(Debian: {contender.needs})" if contender.needs else ""
        raise CannotBuild(f"{' '.join(command)}:\n{done.stdout}{hint}")


def build_c(place, contender):
    if not place.builds:
        return [place.program(contender.target)]
    make = shutil.which("make") or "make"
    run_build(contender, [make, "-s", "-C", place.build, "bench/c/client",
                          f"bench/c/{contender.target}"])
    return [place.program(contender.target)]


def build_rust(place, contender):
    target = os.path.join(place.build, "bench", "rust")
    environment = dict(os.environ, IOSRC_LIB_DIR=place.library,
                       CARGO_TARGET_DIR=target)
    run_build(contender, ["cargo", "build", "--quiet", "--release", "--locked"],
              cwd=os.path.join(place.source, "bench", "rust"),
              env=environment)
    return [os.path.join(target, "release", "iosrc-bench")]


# Go finds the library by pkg-config. Its cache does not look at headers, so
# their sum is part of the flags.
PC = """Name: libiosrc
Description: the library that was built
Version: 0
Libs: -L{library} -liosrc
Cflags: -I{include} -DIOSRC_HEADERS_SUM={sum}
"""


def build_go(place, contender):
    folder = os.path.join(place.build, "bench", "go")
    include = os.path.join(place.source, "include")
    os.makedirs(folder, exist_ok=True)
    total = 0
    for name in sorted(os.listdir(include)):
        if name.endswith(".h"):
            with open(os.path.join(include, name), "rb") as header:
                total = zlib.crc32(header.read(), total)
    with open(os.path.join(folder, "iosrc.pc"), "w", encoding="ascii") as file:
        file.write(PC.format(library=place.library, include=include,
                             sum=total))
    program = os.path.join(folder, "iosrc-bench")
    environment = dict(os.environ, PKG_CONFIG_PATH=folder, CGO_ENABLED="1",
                       GOFLAGS="-mod=readonly", GOPROXY="off", GOWORK="off",
                       GOTOOLCHAIN="local")
    run_build(contender, ["go", "build", "-buildvcs=false", "-o", program,
                          "."],
              cwd=os.path.join(place.source, "bench", "go"), env=environment)
    return [program]


def build_python(place, _):
    return [sys.executable,
            os.path.join(place.source, "bench", "python", "loads.py")]


BUILDERS = {"C": build_c, "Rust": build_rust, "Go": build_go,
            "Python": build_python}


def named(name):
    for contender in ALL:
        if contender.name == name:
            return contender
    raise SystemExit(f"bench: no contender is called {name}; there are: "
                     + " ".join(contender.name for contender in ALL))
