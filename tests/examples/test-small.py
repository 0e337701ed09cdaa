# SPDX-License-Identifier: MIT
"""test-small.py: the examples udp_echo, resolve, watch and glib."""

import os
import random
import signal
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from running import (PATIENCE, WINDOWS, Server, Skip, environment,  # noqa: E402
                     limited, main, program, run, running_in, unix_sockets)


def udp_echo_on_inet(backend, _folder):
    rng = random.Random(4)
    with Server(backend, "udp_echo") as server:
        clients = [socket.socket(type=socket.SOCK_DGRAM) for _ in range(5)]
        for size in [0, 1, 65507] + [rng.randrange(9000) for _ in range(297)]:
            # One at a time: the kernel may drop what it has no room for.
            for client in clients:
                data = rng.randbytes(size)
                client.settimeout(PATIENCE)
                client.sendto(data, server.inet)
                assert client.recvfrom(65536) == (data, server.inet)
        assert server.stop() == "1500 datagrams answered, 0 not\n"


def udp_echo_on_unix(backend, folder):
    unix_sockets()
    path = folder + "/echo"
    with Server(backend, "udp_echo", "unix:" + path) as server:
        nobody = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        nobody.sendto(b"without an address", path)
        client = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        client.settimeout(PATIENCE)
        client.bind(folder + "/client")
        for size in range(0, 60000, 6000):
            client.sendto(b"u" * size, path)
            assert client.recvfrom(65536) == (b"u" * size, path)
        assert server.stop(signal.SIGTERM) == \
            "10 datagrams answered, 1 not\n"
    with Server(backend, "udp_echo", "unix:" + path):  # the path is stale
        pass


def udp_echo_says_that_an_address_is_taken(backend, _folder):
    with Server(backend, "udp_echo") as server:
        status, _, error = run(backend, "udp_echo", server.address)
        assert status == 1 and "EADDRINUSE" in error, error


def resolve_finds_who_listens(backend, _folder):
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    status, said, _ = run(backend, "resolve", "localhost", port)
    assert (status, said) == (0, f"127.0.0.1:{port}\n")
    status, said, _ = run(backend, "resolve", "127.0.0.1", port)
    assert (status, said) == (0, f"127.0.0.1:{port}\n")
    listener.close()
    status, said, error = run(backend, "resolve", "127.0.0.1", port)
    assert (status, said) == (1, "") and "ECONNREFUSED" in error, error
    status, said, _ = run(backend, "resolve", "127.0.0.1", "no-such-service")
    assert (status, said) == (1, "")


def need(name):
    if WINDOWS:
        raise Skip(f"no {name} for Windows")
    if not os.path.exists(program(name)):
        raise Skip(f"configure found no {name}")


def watch_tells_what_a_command_does(backend, folder):
    need("watch")
    script = 'cd "$0" && echo x >a && mv a b && rm b && sleep 0.35 && exit 3'
    status, said, _ = run(backend, "watch", folder, "sh", "-c", script, folder)
    lines = said.splitlines()
    assert status == 3, status
    assert lines[:-1] == ["created a", "written a", "moved away a",
                          "moved here b", "deleted b",
                          "the command ended with status 3"], said
    words = lines[-1].split()
    assert words[:2] == ["that", "took"] and int(words[2]) >= 3, said


def watch_hands_a_signal_on(backend, folder):
    need("watch")
    process = subprocess.Popen(
        limited([program("watch"), folder, "sh", "-c",
                 'touch "$0/begun"; exec sleep 1000', folder]),
        env=environment(backend), stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "created begun\n"
    # The command may still be in touch, which is as good.
    os.kill(running_in(process), signal.SIGTERM)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM, process.returncode
    assert "signal 15: ending the command\n" in said, said
    assert "the command was ended by signal 15\n" in said, said


def watch_says_what_is_wrong(backend, folder):
    need("watch")
    status, _, error = run(backend, "watch", folder + "/none", "true")
    assert status == 1 and "ENOENT" in error, error
    status, said, _ = run(backend, "watch", folder, folder + "/none")
    assert status == 127 and "ended with status 127" in said, said


def glib_serves_beside_a_timer(backend, _folder):
    need("glib")
    if backend == "poll":
        status, _, error = run(backend, "glib")
        assert status == 1 and "IOSRC_E_UNSUPPORTED" in error, error
        return
    with Server(backend, "glib") as server:
        status, said, error = run(backend, "load", "-n", 50, "-m", 20,
                                  "-s", "1-50000", server.address)
        assert status == 0 and "every byte came back" in said, said + error
        time.sleep(0.5)
        held = socket.create_connection(server.inet)  # open at the end
        held.sendall(b"x")
        assert held.recv(1) == b"x"
        words = server.stop().split()
        assert int(words[0]) > 50 * 20 and int(words[2]) >= 3, words
        held.close()


main([udp_echo_on_inet, udp_echo_on_unix,
      udp_echo_says_that_an_address_is_taken, resolve_finds_who_listens,
      watch_tells_what_a_command_does, watch_hands_a_signal_on,
      watch_says_what_is_wrong, glib_serves_beside_a_timer])
