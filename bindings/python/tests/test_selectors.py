# SPDX-License-Identifier: MIT
"""The selector: CPython's own tests of selectors where they are installed,
what they leave out, and asyncio on top of it."""
import asyncio
import os
import selectors
import signal
import socket
import threading
import time
import unittest

import iosrc
from iosrc.selectors import IosrcSelector
from support import Case

try:
    from test import test_selectors as cpython
    mixins = (cpython.BaseSelectorTestCase, cpython.ScalableSelectorMixIn)
except (ImportError, AttributeError):
    mixins = ()


@unittest.skipIf(mixins == (),
                 "CPython's tests are not installed (libpython3-testsuite)")
class CPythonTests(*mixins, unittest.TestCase):
    SELECTOR = IosrcSelector

    def test_they_are_here(self):
        self.assertTrue(hasattr(self, "test_unregister_after_fd_close"))


class Selectors(Case):
    def setUp(self):
        super().setUp()
        self.selector = self.keep(IosrcSelector())
        self.a, self.b = socket.socketpair()
        self.keep(self.a)
        self.keep(self.b)

    def test_is_a_selector(self):
        self.assertIsInstance(self.selector, selectors.BaseSelector)

    def test_is_level_triggered(self):
        key = self.selector.register(self.a, selectors.EVENT_READ, "data")
        self.b.send(b"x")
        for _ in range(3):
            self.assertEqual(self.selector.select(0),
                             [(key, selectors.EVENT_READ)])
        self.a.recv(1)
        self.assertEqual(self.selector.select(0), [])

    def test_same_keys_as_the_system_s(self):
        both = selectors.EVENT_READ | selectors.EVENT_WRITE
        with selectors.DefaultSelector() as other:
            for step in (lambda: None, lambda: self.b.send(b"x"),
                         lambda: self.b.shutdown(socket.SHUT_WR),
                         self.b.close):
                step()
                for events in 1, 2, both:
                    for selector in self.selector, other:
                        selector.register(self.a, events)
                    self.assertEqual(self.selector.select(0),
                                     other.select(0))
                    for selector in self.selector, other:
                        selector.unregister(self.a)

    def test_leaves_descriptors_open(self):
        self.selector.register(self.a, selectors.EVENT_READ)
        self.selector.unregister(self.a)
        self.selector.register(self.a, selectors.EVENT_READ)
        self.selector.close()
        self.selector.close()
        self.a.send(b"x")
        dropped = IosrcSelector()
        dropped.register(self.a, selectors.EVENT_READ)
        del dropped
        self.a.send(b"x")

    def test_a_failed_register_leaves_nothing(self):
        closed = os.dup(0)
        os.close(closed)
        with self.assertRaises(OSError):
            self.selector.register(closed, selectors.EVENT_READ)
        self.assertEqual(len(self.selector.get_map()), 0)

    def test_a_failed_modify_unregisters(self):
        # As the selectors of CPython do; its own test names them.
        closed = os.dup(self.a.fileno())
        self.selector.register(closed, selectors.EVENT_READ)
        os.close(closed)
        with self.assertRaises(OSError):
            self.selector.modify(closed, selectors.EVENT_WRITE)
        self.assertEqual(len(self.selector.get_map()), 0)

    def test_has_a_fileno_where_the_backend_has(self):
        self.assertEqual(hasattr(self.selector, "fileno"),
                         bool(self.poller.capabilities &
                              iosrc.Capability.EXPOSE))

    def test_more_ready_than_there_was_room(self):
        pairs = [socket.socketpair() for _ in range(200)]
        for a, b in pairs:
            self.keep(a)
            self.keep(b)
            self.selector.register(a, selectors.EVENT_WRITE)
        self.assertEqual(len(self.selector.select(0)), 200)

    def test_a_negative_timeout_does_not_block(self):
        self.assertEqual(self.selector.select(-1), [])

    def test_timeouts_are_kept(self):
        self.selector.register(self.a, selectors.EVENT_READ)
        for timeout, least in (0.02, 0.02), (1e-9, 0), (0, 0):
            began = time.monotonic()
            self.assertEqual(self.selector.select(timeout), [])
            self.assertGreaterEqual(time.monotonic() - began, least)
        self.b.send(b"x")
        for timeout in None, 0, 5, float("inf"), 1e300:
            self.assertEqual(len(self.selector.select(timeout)), 1)
        with self.assertRaises(ValueError):
            self.selector.select(float("nan"))

    def test_a_signal_handler_runs_in_a_wait_that_goes_on(self):
        seen = []
        before = signal.signal(signal.SIGALRM, lambda *_: (
            seen.append(1), len(seen) == 3 and self.b.send(b"x")))
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        self.selector.register(self.a, selectors.EVENT_READ)
        for timeout in None, 20:
            seen.clear()
            signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
            try:
                self.assertEqual(len(self.selector.select(timeout)), 1)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            self.assertGreaterEqual(len(seen), 3)
            self.a.recv(1)

    def test_a_descriptor_s_number_comes_again(self):
        number = os.dup(self.a.fileno())
        for closed_first in False, True, False, True:
            self.selector.register(number, selectors.EVENT_READ, "old")
            self.assertEqual(self.selector.select(0), [])
            if closed_first:
                os.close(number)
            self.assertEqual(self.selector.unregister(number).data, "old")
            if not closed_first:
                os.close(number)
            a, b = socket.socketpair()
            with a, b:
                b.send(b"x")
                os.dup2(a.fileno(), number)
                key = self.selector.register(number, selectors.EVENT_READ)
                self.assertEqual(self.selector.select(0),
                                 [(key, selectors.EVENT_READ)])
                self.selector.unregister(number)
            self.assertEqual(self.selector.select(0), [])
            os.dup2(self.a.fileno(), number)
        os.close(number)

    def test_a_pause_between_registrations(self):
        # What is kept of a descriptor tells nothing while it is unregistered.
        self.b.send(b"x")
        for events in 1, 2, 3, 1:
            key = self.selector.register(self.a, events)
            self.assertEqual(self.selector.select(0), [(key, events)])
            self.selector.unregister(self.a)
            self.assertEqual(self.selector.select(0), [])

    def test_objects_and_their_numbers_are_one(self):
        fd = self.a.fileno()
        key = self.selector.register(self.a, selectors.EVENT_READ, 1)
        self.assertIs(self.selector.get_key(fd), key)
        with self.assertRaises(KeyError):
            self.selector.register(fd, selectors.EVENT_READ)
        key = self.selector.modify(fd, selectors.EVENT_WRITE, 2)
        self.assertEqual(key, (self.a, fd, selectors.EVENT_WRITE, 2))
        self.assertIs(self.selector.get_key(self.a), key)
        self.assertIs(self.selector.unregister(fd), key)
        for call in (self.selector.get_key, self.selector.unregister,
                     lambda it: self.selector.modify(it, 1)):
            for wrong in fd, self.a:
                self.assertRaises(KeyError, call, wrong)
            for wrong in -1, "text", None:
                self.assertRaises(ValueError, call, wrong)

    def test_after_the_end(self):
        self.selector.register(self.a, selectors.EVENT_READ)
        self.selector.close()
        for timeout in None, 0, 1:
            self.assertRaises(iosrc.ClosedError, self.selector.select,
                              timeout)
        self.assertRaises(iosrc.ClosedError, self.selector.register, self.a,
                          selectors.EVENT_READ)
        self.assertRaises(RuntimeError, self.selector.get_key, self.a)
        self.assertIsNone(self.selector.get_map())

    def changes(self, selector, fds, mean, *others):
        """Threads that register and unregister, one a descriptor, for a while.
        What they raise, but for what they mean to."""
        until, strange = time.monotonic() + 0.3, []

        def run(*calls):
            while time.monotonic() < until and not strange:
                for call in calls:
                    try:
                        call()
                    except mean:
                        pass
                    except BaseException as error:
                        strange.append(error)

        threads = [threading.Thread(target=run, args=(
            lambda fd=fd: selector.register(fd, selectors.EVENT_READ),
            lambda fd=fd: selector.modify(fd, selectors.EVENT_WRITE),
            lambda fd=fd: selector.unregister(fd))) for fd in fds]
        threads += [threading.Thread(target=run, args=(call,))
                    for call in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return strange

    def test_threads_change_their_descriptors_during_waits(self):
        self.assertEqual(self.changes(
            self.selector, [self.a.fileno(), self.b.fileno()], (),
            lambda: self.selector.select(0),
            lambda: self.selector.select(0.001)), [])
        self.assertEqual(self.selector.select(0), [])
        self.assertEqual(len(self.selector.get_map()), 0)

    def test_a_wait_that_began_with_less_room(self):
        numbers = [os.dup(self.a.fileno()) for _ in range(70)]

        def change():
            time.sleep(0.1)
            for number in numbers:
                self.selector.register(number, selectors.EVENT_READ)
            self.b.send(b"x")

        thread = threading.Thread(target=change)
        thread.start()
        try:
            self.assertGreaterEqual(len(self.selector.select()), 1)
        finally:
            thread.join()
            for number in numbers:
                self.selector.unregister(number)
                os.close(number)

    def test_threads_that_disagree_harm_nothing_else(self):
        # Which of them gets an error is not told, but what is used lives.
        fd = self.a.fileno()
        with IosrcSelector() as selector:
            self.assertEqual(self.changes(
                selector, [fd, fd, fd], (KeyError, iosrc.Error),
                lambda: selector.select(0)), [])
        key = self.selector.register(fd, selectors.EVENT_WRITE)
        self.assertEqual(self.selector.select(0),
                         [(key, selectors.EVENT_WRITE)])


class Asyncio(Case):
    def run_loop(self, main):
        loop = asyncio.SelectorEventLoop(IosrcSelector())
        try:
            return loop.run_until_complete(asyncio.wait_for(main, 30))
        finally:
            loop.close()

    def test_echo(self):
        self.run_loop(self.echo())

    async def echo(self):
        async def serve(reader, writer):
            while True:
                data = await reader.read(4096)
                if not data:
                    break
                writer.write(data)
                await writer.drain()
            writer.close()

        async def talk(number, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            data = b"%08d" % number * 25000
            writer.write(data)
            writer.write_eof()
            self.assertEqual(await reader.read(), data)
            writer.close()
            await writer.wait_closed()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        await asyncio.gather(*(talk(number, port) for number in range(50)))
        server.close()
        await server.wait_closed()

    def test_threads_signals_and_processes(self):
        self.run_loop(self.mixed())

    async def mixed(self):
        loop = asyncio.get_running_loop()
        self.assertEqual(
            await loop.run_in_executor(None, lambda: 7), 7)
        told = asyncio.Event()
        loop.add_signal_handler(signal.SIGUSR1, told.set)
        os.kill(os.getpid(), signal.SIGUSR1)
        await told.wait()
        loop.remove_signal_handler(signal.SIGUSR1)
        reader, writer = os.pipe()
        with open(reader, "rb") as end:
            stream = asyncio.StreamReader()
            transport, _ = await loop.connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(stream), end)
            os.write(writer, b"data")
            os.close(writer)
            self.assertEqual(await stream.read(), b"data")
            transport.close()
        transport, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, ("127.0.0.1", 0))
        transport.close()


if __name__ == "__main__":
    unittest.main()
