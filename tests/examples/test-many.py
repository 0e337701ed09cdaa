# SPDX-License-Identifier: MIT
"""test-many.py: 9,000 connections at once, every byte verified, through the
echo server and through the proxy in front of it, four poller threads each; 500
in slow runs (sanitizers). Where the limit of descriptors forbids so many, it
takes what is allowed and says so."""

import os
import re
import resource
import sys

sys.dont_write_bytecode = True
from running import Server, main, run  # noqa: E402

WANTED = 9000 if int(os.environ.get("IOSRC_TEST_SCALE", "100")) >= 100 else 500
MESSAGES = 10
SPARE = 100  # beside the connections: listeners, pollers, the standard ones


def connections(each):
    """How many there can be, where a process needs `each` for every one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard == resource.RLIM_INFINITY or hard >= WANTED * each + SPARE:
        return WANTED
    count = (hard - SPARE) // each
    print(f"only {count} of {WANTED} connections: a process may have {hard}"
          " descriptors (RLIMIT_NOFILE)", flush=True)
    assert count >= 10
    return count


def load(backend, count, *addresses):
    status, said, error = run(backend, "load", "-n", count, "-m", MESSAGES,
                              "-s", "1-2000", *addresses)
    print(said.rstrip(), flush=True)
    assert status == 0, error
    assert re.search(rf"^{count} connections, ", said, re.M), said
    assert re.search(r"^every byte came back", said, re.M), said


def many_connections_to_the_echo_server(backend, folder):
    unix = f"unix:{folder}/echo"
    with Server(backend, "echo", "-t", 4, "127.0.0.1:0", unix) as echo:
        load(backend, connections(1), echo.address, unix)
        echo.stop()


def many_connections_through_the_proxy(backend, folder):
    unix = f"unix:{folder}/echo"
    with Server(backend, "echo", "-t", 4, unix) as echo, \
            Server(backend, "proxy", "-t", 4, "127.0.0.1:0", unix) as front:
        load(backend, connections(2), front.address)
        front.stop()
        echo.stop()


main([many_connections_to_the_echo_server, many_connections_through_the_proxy])
