# SPDX-License-Identifier: MIT
"""test-proxy.py: the proxy example in front of real HTTP servers, with curl
through it, and with peers that misbehave. Every byte is compared."""

import functools
import hashlib
import http.server
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
from running import (PATIENCE, SANITIZED, Server, Skip, limited,  # noqa: E402
                     main, run)

ANY = "127.0.0.1:0"
LARGE = (8 if SANITIZED else 48) << 20
PARALLEL = 200


class Handler(http.server.SimpleHTTPRequestHandler):
    """Python's file server, which also takes files and answers their sum."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        left = int(self.headers["Content-Length"])
        digest = hashlib.sha256()
        while left:
            data = self.rfile.read(min(left, 1 << 20))
            assert data
            digest.update(data)
            left -= len(data)
        body = digest.hexdigest().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class HttpServer(http.server.ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True


class Python:
    """Python's http.server, in this process."""

    def __init__(self, folder):
        self.server = HttpServer(("127.0.0.1", 0), functools.partial(
            Handler, directory=folder))
        self.address = "127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,),
                         daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Nginx:
    """nginx on a Unix socket, so that no port has to be found for it."""

    CONFIG = """
        daemon off; worker_processes 2; pid {0}/pid; error_log {0}/log;
        {1}
        events {{ worker_connections 1000; }}
        http {{
            access_log off; default_type application/octet-stream;
            client_body_temp_path {0}/a; proxy_temp_path {0}/b;
            fastcgi_temp_path {0}/c; uwsgi_temp_path {0}/d;
            scgi_temp_path {0}/e;
            server {{ listen unix:{0}/socket backlog=512; root {0}; }}
        }}"""

    def __init__(self, folder):
        user = "user root;" if os.geteuid() == 0 else ""
        with open(folder + "/nginx.conf", "w") as file:
            file.write(self.CONFIG.format(folder, user))
        self.address = f"unix:{folder}/socket"
        self.process = subprocess.Popen(limited(
            ["nginx", "-e", folder + "/log", "-c", folder + "/nginx.conf"]))
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(folder + "/socket"):
            assert time.monotonic() < deadline and \
                self.process.poll() is None, "nginx does not start"
            time.sleep(0.02)

    def stop(self):
        self.process.terminate()
        assert self.process.wait(PATIENCE) == 0


def proxy(backend, target, *arguments, **options):
    return Server(backend, "proxy", *arguments, options.pop("at", ANY),
                  target, **options)


def random_file(path, size):
    with open(path, "wb") as file:
        for begin in range(0, size, 1 << 20):
            file.write(os.urandom(min(1 << 20, size - begin)))


def sum_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def curl(*arguments):
    if not shutil.which("curl"):
        raise Skip("curl is missing (tools/deps.sh test installs it)")
    done = subprocess.run(
        limited(["curl", "-sSf", "--noproxy", "*"] + list(arguments)),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        text=True)
    return done.returncode, done.stdout, done.stderr


def fetch(front, folder, name):
    result = curl("-o", folder + "/back", f"http://{front.address}/{name}")
    assert result[0] == 0, result
    assert sum_of(folder + "/back") == sum_of(f"{folder}/{name}")


def fetch_many(front, folder):
    """All at once, from one curl; each file has a size of its own."""
    rng = random.Random(9)
    config = []
    for i in range(PARALLEL):
        random_file(f"{folder}/part{i}", rng.randrange(200000))
        config.append(f'url = "http://{front.address}/part{i}"\n'
                      f'output = "{folder}/back{i}"\n')
    with open(folder + "/config", "w") as file:
        file.write("".join(config))
    result = curl("-Z", "--parallel-immediate", "--parallel-max",
                  str(PARALLEL), "-K", folder + "/config")
    assert result[0] == 0, result
    for i in range(PARALLEL):
        assert sum_of(f"{folder}/back{i}") == sum_of(f"{folder}/part{i}"), i


def check_totals(said, least):
    up = sum(int(n) for n in re.findall(r"(\d+) bytes up", said))
    down = sum(int(n) for n in re.findall(r"(\d+) bytes down", said))
    assert up > 0 and down > least, said
    assert all(n == "0" for n in re.findall(r"(\d+) refused", said)), said


def through(backend, folder, http_server, *options):
    random_file(folder + "/large", LARGE)
    try:
        with proxy(backend, http_server.address, *options) as front:
            fetch(front, folder, "large")
            fetch_many(front, folder)
            check_totals(front.stop(), LARGE)
    finally:
        http_server.stop()


def python_http_server_and_curl(backend, folder):
    through(backend, folder, Python(folder), "-t", "4")


def nginx_and_curl(backend, folder):
    if not shutil.which("nginx"):
        raise Skip("nginx is missing (tools/deps.sh test installs it)")
    through(backend, folder, Nginx(folder))


def a_large_upload(backend, folder):
    random_file(folder + "/large", LARGE)
    http_server = Python(folder)
    with proxy(backend, http_server.address) as front:
        result = curl("-T", folder + "/large", f"http://{front.address}/x")
        assert result == (0, sum_of(folder + "/large"), ""), result
        front.stop()
    http_server.stop()


def many_connections_to_the_echo_server(backend, folder):
    with Server(backend, "echo", "-t", 4) as echo, \
            proxy(backend, echo.address, "-t", "4",
                  at=f"unix:{folder}/front") as front:
        status, said, error = run(backend, "load", "-n", 500, "-m", 10, "-s",
                                  "1-20000", front.address)
        assert status == 0 and "every byte came back" in said, said + error
        said = front.stop()
        served = re.findall(r"(\d+) connections, 0 refused", said)
        assert sum(int(n) for n in served) == 500 and len(served) == 4, said
        echo.stop()


def half_of_a_connection_ends(backend, _folder):
    """The target answers only when it has seen the end."""
    target = socket.create_server(("127.0.0.1", 0))
    target.settimeout(PATIENCE)
    with proxy(backend, "127.0.0.1:%d" % target.getsockname()[1]) as front:
        client = socket.create_connection(front.inet, PATIENCE)
        client.sendall(b"question")
        client.shutdown(socket.SHUT_WR)
        served, _ = target.accept()
        assert b"".join(iter(lambda: served.recv(100), b"")) == b"question"
        served.sendall(b"answer")
        served.close()
        assert b"".join(iter(lambda: client.recv(100), b"")) == b"answer"
        front.stop()
    target.close()


def a_target_that_is_not_there(backend, folder):
    """The port is ours all the time; nobody listens on it at first."""
    target = socket.socket()
    target.bind(("127.0.0.1", 0))
    with proxy(backend, "127.0.0.1:%d" % target.getsockname()[1]) as front:
        client = socket.create_connection(front.inet, PATIENCE)
        assert client.recv(1) == b""
        target.listen()
        client = socket.create_connection(front.inet, PATIENCE)
        client.sendall(b"x")
        served, _ = target.accept()
        assert served.recv(1) == b"x"
        said = front.stop()
        assert "1 connections, 1 refused" in said, said
    with proxy(backend, f"unix:{folder}/none") as front:
        client = socket.create_connection(front.inet, PATIENCE)
        assert client.recv(1) == b""
        assert "0 connections, 1 refused" in front.stop()
    target.close()


def fill(sender):
    """Sends until nothing has been taken for half a second."""
    sender.setblocking(False)
    count = 0
    last = time.monotonic()
    while time.monotonic() - last < 0.5:
        try:
            count += sender.send(bytes(1 << 16))
            last = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
        assert count < 100 << 20, "the proxy takes it all"
    return count


def a_peer_that_does_not_read(backend, _folder):
    """The sender is stopped, the proxy stays small, and nothing is lost."""
    target = socket.create_server(("127.0.0.1", 0))
    with proxy(backend, "127.0.0.1:%d" % target.getsockname()[1]) as front:
        client = socket.create_connection(front.inet, PATIENCE)
        served, _ = target.accept()
        count = fill(served)
        if not SANITIZED:
            peak = front.peak_memory()
            assert peak < 16 << 20, f"{peak} bytes"
        served.close()
        client.settimeout(PATIENCE)
        came = sum(iter(lambda: len(client.recv(1 << 20)), 0))
        assert came == count, (came, count)
        front.stop()
    target.close()


def clients_and_targets_that_reset(backend, _folder):
    linger = b"\1\0\0\0\0\0\0\0"
    target = socket.create_server(("127.0.0.1", 0))
    target.settimeout(PATIENCE)
    with proxy(backend, "127.0.0.1:%d" % target.getsockname()[1]) as front:
        for who in (0, 1) * 10:
            client = socket.create_connection(front.inet, PATIENCE)
            served, _ = target.accept()
            served.settimeout(PATIENCE)
            pair = client, served
            client.sendall(b"x")
            assert served.recv(1) == b"x"
            pair[who].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            pair[who].close()
            try:
                assert pair[not who].recv(1) == b""
            except ConnectionResetError:
                pass
            pair[not who].close()
        assert "20 connections, 0 refused" in front.stop()
    target.close()


def a_proxy_without_descriptors(backend, _folder):
    """Most of its clients wait or are refused; then it serves on."""
    with Server(backend, "echo") as echo, \
            proxy(backend, echo.address, handles=30) as front:
        clients = [socket.create_connection(front.inet, PATIENCE)
                   for _ in range(60)]
        time.sleep(0.3)
        for client in clients:
            client.close()
        deadline = time.monotonic() + PATIENCE
        while True:
            client = socket.create_connection(front.inet, PATIENCE)
            client.sendall(b"still there")
            try:
                if client.recv(100) == b"still there":
                    break
            except ConnectionResetError:
                pass
            assert time.monotonic() < deadline, "it serves nobody any more"
            time.sleep(0.05)
        client.close()
        front.stop()
        echo.stop()


main([python_http_server_and_curl, nginx_and_curl, a_large_upload,
      many_connections_to_the_echo_server, half_of_a_connection_ends,
      a_target_that_is_not_there, a_peer_that_does_not_read,
      clients_and_targets_that_reset, a_proxy_without_descriptors])
