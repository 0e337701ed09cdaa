# SPDX-License-Identifier: MIT
"""What the tests share: each of them ends with the descriptors that it began
with."""
import gc
import os
import sys
import tempfile
import threading
import time
import unittest

import iosrc


def open_fds():
    return len(os.listdir("/proc/self/fd"))


class Case(unittest.TestCase):
    def setUp(self):
        gc.collect()
        self.fds = open_fds()
        self.addCleanup(self.check_fds)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.poller = self.keep(iosrc.Poller())
        wanted = os.environ.get("IOSRC_BACKEND")
        if wanted:
            self.assertEqual(self.poller.backend, wanted)

    def check_fds(self):
        gc.collect()
        self.assertEqual(open_fds(), self.fds, "descriptors are left open")

    def keep(self, it):
        """Closes it when the test ends."""
        self.addCleanup(it.close)
        return it

    def pair(self, type=iosrc.Type.STREAM):
        a, b = iosrc.pair(type)
        return self.keep(a), self.keep(b)

    def pipe(self):
        reader, writer = iosrc.pipe()
        return self.keep(reader), self.keep(writer)

    def seen(self, timeout=0):
        """Tokens and ready bits of one wait."""
        return [(token, ready)
                for token, _, ready in self.poller.wait(timeout)]

    def tokens(self, timeout=0):
        return [token for token, _ in self.seen(timeout)]

    def drain(self, source):
        room = bytearray(4096)
        with self.assertRaises(BlockingIOError):
            while source.read(room):
                pass

    def inside(self, it, call):
        """A thread that runs the call, which has handed on the pointer of the
        object by now: how long that takes, nobody knows."""
        idle = sys.getrefcount(it._pointer)
        thread = threading.Thread(target=call)
        thread.start()
        while sys.getrefcount(it._pointer) == idle and thread.is_alive():
            time.sleep(0.001)
        return thread

    def connection(self, address):
        """A listener there, and both ends of a connection to it."""
        listener = self.keep(iosrc.listen(address))
        client = self.keep(iosrc.connect(listener.local_address()))
        with iosrc.Poller() as poller:
            poller.register(listener, 0, iosrc.READABLE)
            poller.wait(5)
            served, peer = listener.accept_from()
            poller.deregister(listener)
        return listener, client, self.keep(served), peer
