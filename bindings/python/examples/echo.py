#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""echo.py ADDRESS: sends back what it receives, until SIGINT or SIGTERM.

The address is 127.0.0.1:7000, [::1]:7000 or unix:/some/path; port 0 takes a
free one. The one in use is printed.
"""
import resource
import signal
import sys

import iosrc

READ_WRITE = iosrc.READABLE | iosrc.WRITABLE
ROUNDS = 16  # of one connection, before the others' turn
PAUSE = 0.1  # seconds without accepting, when we are out of descriptors
STOP = 0
LISTENER = 1


class Connection:
    """What was read and is not yet written back stands in `left`. Nothing is
    read meanwhile: who does not read is not read from."""

    def __init__(self, source):
        self.source = source
        self.room = memoryview(bytearray(16384))
        self.left = self.room[:0]

    def serve(self):
        """Answers False when all is done, True when there may be more, and
        raises BlockingIOError when it is time to wait."""
        for _ in range(ROUNDS):
            while self.left:
                self.left = self.left[self.source.write(self.left):]
            count = self.source.read(self.room)
            if count == 0:
                return False
            self.left = self.room[:count]
        return True


class Server:
    def __init__(self, poller, listener):
        self.poller = poller
        self.listener = listener
        self.connections = {}
        self.next_token = LISTENER + 1
        self.paused = False
        self.going = True

    def accept(self):
        try:
            while True:
                self.open(self.listener.accept())
        except BlockingIOError:
            pass
        except iosrc.Error as error:
            # Of the connection, which has gone: the next event brings others.
            # Out of descriptors, level mode would report for ever: pause.
            if error.kind in (iosrc.Kind.LIMIT, iosrc.Kind.NO_MEMORY):
                self.poller.deregister(self.listener)
                self.paused = True

    def open(self, source):
        token = self.next_token
        self.next_token += 1
        self.poller.register(source, token, READ_WRITE)
        self.connections[token] = Connection(source)

    def serve(self, token):
        connection = self.connections[token]
        try:
            if connection.serve():
                # Still going: let the others have their turn.
                self.poller.reregister(connection.source, token, READ_WRITE)
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        connection.source.close()
        del self.connections[token]

    def listen(self):
        self.poller.register(self.listener, LISTENER,
                             iosrc.READABLE | iosrc.LEVEL)
        self.paused = False

    def run(self):
        events = iosrc.Events(1024)
        self.listen()
        while self.going:
            self.poller.wait(PAUSE if self.paused else None, events)
            if self.paused:
                self.listen()
            for token, _, _ in events:
                if token == STOP:
                    self.going = False
                elif token == LISTENER:
                    self.accept()
                elif token in self.connections:
                    self.serve(token)
        for connection in self.connections.values():
            connection.source.close()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    reader, writer = iosrc.pair()
    with iosrc.Poller() as poller, reader, writer, iosrc.listen(
            sys.argv[1], flags=iosrc.ListenFlag.UNLINK_STALE
            if sys.argv[1].startswith("unix:/") else 0) as listener:
        # Python writes a byte there as soon as the signal comes, so that even
        # one just before the wait ends it.
        poller.register(reader, STOP, iosrc.READABLE)
        signal.set_wakeup_fd(writer.fileno())
        for number in signal.SIGINT, signal.SIGTERM:
            signal.signal(number, lambda *_: None)
        print(f"listening on {listener.local_address()}", flush=True)
        Server(poller, listener).run()
        # A second signal shall not hurt what ends already.
        for number in signal.SIGINT, signal.SIGTERM:
            signal.signal(number, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)


main()
