# SPDX-License-Identifier: MIT
"""The cases of bindings/cases.txt, each by its name."""
import errno
import os
import threading
import time

import iosrc
from iosrc import (EXCLUSIVE, LEVEL, ONESHOT, READABLE, READ_CLOSED, WRITABLE,
                   Kind)
from support import Case

MOST = 2**64 - 1


class Sources(Case):
    def test_source_gives_its_handle_back(self):
        source, other = self.pair()
        self.poller.register(source, 1, READABLE)
        handle = source.fileno()
        self.assertEqual(source.into_inner(), handle)
        self.addCleanup(os.close, handle)
        other.write(b"x")
        self.assertEqual(self.tokens(), [])
        self.assertEqual(os.read(handle, 8), b"x")
        self.assertTrue(source.closed)
        self.assertEqual(source.fileno(), -1)

    def test_source_closes_its_handle(self):
        reader, writer = iosrc.pipe()
        first, second = reader.fileno(), writer.fileno()
        reader.close()
        reader.close()
        with writer:
            os.fstat(second)
        for handle in first, second:
            with self.assertRaises(OSError):
                os.fstat(handle)

        a, b = self.pipe()
        handle = os.dup(a.fileno())
        dropped = iosrc.Source(handle)
        with self.assertWarns(ResourceWarning):
            del dropped
        with self.assertRaises(OSError):
            os.fstat(handle)

        iosrc.Source(a.fileno(), closefd=False).close()
        del_without_warning = iosrc.Source(a.fileno(), closefd=False)
        del del_without_warning
        os.fstat(a.fileno())

    def test_source_tells_handle_and_registration(self):
        handle = os.dup(0)
        with iosrc.Source(handle) as source:
            self.assertEqual(source.fileno(), handle)
        source, other = self.pair()
        self.assertEqual(source.registration, 0)
        self.poller.register(source, 1, WRITABLE)
        registration = source.registration
        self.assertEqual([event[1] for event in self.poller.wait(0)],
                         [registration])
        self.assertGreater(registration, 0)
        self.poller.deregister(source)
        self.assertEqual(source.registration, 0)


class Readiness(Case):
    def test_edge_reports_once(self):
        source, other = self.pair()
        self.poller.register(source, 1, READABLE)
        self.assertEqual(self.seen(), [])
        other.write(b"data")
        self.assertEqual(self.seen(), [(1, READABLE)])
        self.assertEqual(self.seen(), [])
        self.drain(source)
        self.assertEqual(self.seen(), [])
        other.write(b"d")
        self.assertEqual(self.seen(), [(1, READABLE)])

    def test_level_reports_while_ready(self):
        source, other = self.pair()
        self.poller.register(source, 1, READABLE | LEVEL)
        other.write(b"data")
        for _ in range(3):
            self.assertEqual(self.seen(), [(1, READABLE)])
        self.drain(source)
        self.assertEqual(self.seen(), [])

    def test_oneshot_sleeps_until_reregister(self):
        source, other = self.pair()
        self.poller.register(source, 1, READABLE | WRITABLE | ONESHOT)
        self.assertEqual(self.seen(), [(1, WRITABLE)])
        other.write(b"data")
        self.assertEqual(self.seen(), [])
        self.poller.reregister(source, 2, READABLE | ONESHOT)
        self.assertEqual(self.seen(), [(2, READABLE)])
        other.write(b"more")
        self.assertEqual(self.seen(), [])

    def test_writable_and_readable_in_one_event(self):
        source, other = self.pair()
        other.write(b"data")
        self.poller.register(source, 1, READABLE | WRITABLE)
        self.assertEqual(self.seen(), [(1, READABLE | WRITABLE)])

    def test_reregister_replaces_the_token(self):
        source, other = self.pair()
        other.write(b"data")
        self.poller.register(source, 1, READABLE)
        self.poller.reregister(source, 2, READABLE)
        self.assertEqual(self.tokens(), [2])
        other.write(b"data")
        self.assertNotIn(1, self.tokens())

    def test_deregister_is_silent(self):
        source, other = self.pair()
        self.poller.register(source, 1, READABLE | LEVEL)
        other.write(b"data")
        self.assertEqual(self.tokens(), [1])
        self.poller.deregister(source)
        self.assertEqual(self.tokens(0.01), [])
        with self.assertRaises(iosrc.NotRegisteredError):
            self.poller.deregister(source)

    def test_token_max(self):
        a, b = self.pair()
        self.poller.register(a, MOST, WRITABLE)
        self.poller.register(b, 0, WRITABLE)
        self.assertEqual(sorted(self.tokens()), [0, MOST])
        for wrong in -1, MOST + 1:
            with self.assertRaises(ValueError):
                self.poller.reregister(a, wrong, WRITABLE)
            with self.assertRaises(ValueError):
                iosrc.Waker(self.poller, wrong)

    def test_timeout_is_not_early(self):
        for timeout in 0.01, 0.0001:
            for _ in range(5):
                before = time.monotonic_ns()
                self.assertEqual(len(self.poller.wait(timeout)), 0)
                self.assertGreaterEqual(time.monotonic_ns() - before,
                                        timeout * 1e9)
        before = time.monotonic()
        self.assertEqual(len(self.poller.wait(0)), 0)
        self.assertLess(time.monotonic() - before, 5)
        for wrong in -1, -0.5, float("nan"):
            with self.assertRaises(ValueError):
                self.poller.wait(wrong)

    def test_capacity_smaller_than_ready(self):
        pairs = [self.pair() for _ in range(10)]
        for token, (source, other) in enumerate(pairs):
            other.write(b"x")
            self.poller.register(source, token, READABLE)
        events, tokens = iosrc.Events(4), []
        for expected in 4, 4, 2, 0:
            self.assertEqual(len(self.poller.wait(0, events)), expected)
            tokens += [token for token, _, _ in events]
        self.assertEqual(sorted(tokens), list(range(10)))
        for wrong in 0, -1, 2**31:
            with self.assertRaises(ValueError):
                iosrc.Events(wrong)


class InputOutput(Case):
    def test_read_and_write(self):
        reader, writer = self.pipe()
        room = bytearray(8)
        with self.assertRaises(BlockingIOError) as raised:
            reader.read(room)
        self.assertEqual(raised.exception.errno, errno.EAGAIN)
        self.assertEqual(writer.write(b"data"), 4)
        self.assertEqual(reader.read(room), 4)
        self.assertEqual(room, b"data\0\0\0\0")
        writer.close()
        self.assertEqual(reader.read(room), 0)

    def test_do_io_arms_what_would_block(self):
        source, other = self.pair()
        self.poller.register(source, 1, READABLE)
        other.write(b"data")
        self.assertEqual(self.tokens(), [1])
        operate = lambda handle: os.read(handle, 64)
        self.assertEqual(source.do_io(READABLE, operate), b"data")
        before = self.poller.stats().rearms
        with self.assertRaises(BlockingIOError):
            source.do_io(READABLE, operate)
        if self.poller.backend == "poll":
            self.assertGreater(self.poller.stats().rearms, before)
        other.write(b"more")
        self.assertEqual(self.tokens(), [1])

        calls = []
        with self.assertRaises(ZeroDivisionError):
            source.do_io(READABLE, lambda handle: calls.append(handle) or 1/0)
        self.assertEqual(calls, [source.fileno()])
        for wrong in READ_CLOSED, LEVEL, 8:
            with self.assertRaises(iosrc.Error):
                source.do_io(wrong, calls.append)
        self.assertEqual(len(calls), 1)

    def test_vectors(self):
        reader, writer = self.pipe()
        self.assertEqual(writer.writev(
            [b"ab", bytearray(b"cd"), b"", memoryview(b"xefx")[1:3]]), 6)
        first, second = bytearray(1), bytearray(8)
        self.assertEqual(reader.readv([first, second]), 6)
        self.assertEqual(first + second[:5], b"abcdef")
        with self.assertRaises(BlockingIOError):
            reader.readv([first])
        for wrong in [], [b"x"] * 1025:
            with self.assertRaises(iosrc.InvalidError):
                writer.writev(wrong)

    def test_closed_peer(self):
        source, other = self.pair()
        other.close()
        self.assertEqual(source.read(bytearray(8)), 0)
        with self.assertRaises(BrokenPipeError) as raised:
            source.write(b"x")
        self.assertEqual(raised.exception.kind, Kind.BROKEN_PIPE)
        reader, writer = self.pipe()
        reader.close()
        with self.assertRaises(BrokenPipeError):
            writer.write(b"x")


class Wakers(Case):
    def test_waker_from_another_thread(self):
        waker = self.keep(iosrc.Waker(self.poller, 7))
        thread = threading.Timer(0.02, waker.wake)
        thread.start()
        self.assertEqual(self.seen(10), [(7, READABLE)])
        thread.join()

    def test_waker_coalesces(self):
        waker = self.keep(iosrc.Waker(self.poller, 7))
        for _ in range(1000):
            waker.wake()
        self.assertGreaterEqual(len(self.tokens()), 1)
        self.assertEqual(self.tokens(), [])

    def test_waker_outlives_its_poller(self):
        poller = iosrc.Poller()
        waker = iosrc.Waker(poller, 7)
        poller.close()
        with self.assertRaises(iosrc.ClosedError):
            waker.wake()
        waker.close()
        with self.assertRaises(ValueError):
            waker.wake()
        with self.assertRaises(iosrc.ClosedError):
            iosrc.Waker(poller, 7)


class Staleness(Case):
    def test_stale_event_is_told(self):
        a, b = self.pair()
        self.poller.register(a, 1, WRITABLE)
        self.poller.register(b, 2, WRITABLE)
        events = {token: registration
                  for token, registration, _ in self.poller.wait(0)}
        self.assertTrue(self.poller.is_current(events[1]))
        self.assertTrue(self.poller.is_current(events[2]))
        self.poller.deregister(a)
        self.assertFalse(self.poller.is_current(events[1]))
        b.close()
        self.assertFalse(self.poller.is_current(events[2]))
        self.assertFalse(self.poller.is_current(0))


class Errors(Case):
    def test_double_registration(self):
        source, other = self.pair()
        other.write(b"data")
        self.poller.register(source, 1, READABLE)
        with self.assertRaises(iosrc.AlreadyRegisteredError) as raised:
            self.poller.register(source, 2, WRITABLE)
        self.assertEqual(raised.exception.kind, Kind.MISUSE)
        self.assertEqual(self.seen(), [(1, READABLE)])

    def test_wrong_poller(self):
        source, other = self.pair()
        stranger = self.keep(iosrc.Poller())
        other.write(b"data")
        self.poller.register(source, 1, READABLE)
        with self.assertRaises(iosrc.WrongPollerError):
            stranger.reregister(source, 2, READABLE)
        with self.assertRaises(iosrc.WrongPollerError):
            stranger.deregister(source)
        self.assertEqual(self.seen(), [(1, READABLE)])

    def test_not_registered(self):
        source, other = self.pair()
        with self.assertRaises(iosrc.NotRegisteredError):
            self.poller.reregister(source, 1, READABLE)
        with self.assertRaises(iosrc.NotRegisteredError):
            self.poller.deregister(source)

    def test_dropped_poller(self):
        source, other = self.pair()
        first = iosrc.Poller()
        first.register(source, 1, READABLE)
        first.close()
        self.assertTrue(first.closed)
        for call in (lambda: first.wait(0), first.stats, first.fileno,
                     lambda: first.register(source, 1, READABLE),
                     lambda: first.register_many([(source, 1, READABLE)]),
                     lambda: first.deregister(source)):
            with self.assertRaises(iosrc.ClosedError):
                call()
        self.assertIsNone(first.backend)
        self.assertEqual(source.registration, 0)
        other.write(b"data")
        self.poller.register(source, 2, READABLE)
        self.assertEqual(self.tokens(), [2])
        self.assertEqual(source.read(bytearray(8)), 4)

    def test_use_after_into_inner(self):
        source, other = self.pair()
        os.close(source.into_inner())
        room = bytearray(8)
        for call in (
                lambda: source.read(room), lambda: source.write(b"x"),
                lambda: source.readv([room]), lambda: source.writev([b"x"]),
                lambda: source.recv(room), lambda: source.send(b"x"),
                lambda: source.recv_from(room),
                lambda: source.send_to(b"x", "127.0.0.1:1"),
                lambda: source.rearm(READABLE), source.accept,
                lambda: source.do_io(READABLE, lambda handle: 1),
                source.into_inner, source.take_error, source.local_address,
                lambda: source.shutdown(READABLE),
                lambda: source.get_option(iosrc.Option.NO_DELAY),
                lambda: self.poller.register(source, 1, READABLE),
                lambda: self.poller.deregister(source)):
            with self.assertRaisesRegex(ValueError, "closed"):
                call()
        self.assertEqual(source.registration, 0)
        [error] = self.poller.register_many([(source, 1, READABLE)])
        self.assertEqual(error.kind, Kind.INVALID)

    def test_closed_fd(self):
        handle = os.dup(0)
        source = iosrc.Source(handle)
        os.close(handle)
        with self.assertRaises(OSError) as raised:
            self.poller.register(source, 1, READABLE)
        self.assertEqual(raised.exception.errno, errno.EBADF)
        self.assertEqual(raised.exception.kind, Kind.BAD_HANDLE)
        for call in (lambda: source.read(bytearray(8)), source.close):
            with self.assertRaises(OSError) as raised:
                call()
            self.assertEqual(raised.exception.errno, errno.EBADF)
        for wrong in -1, 2**31:
            with self.assertRaises(ValueError):
                iosrc.Source(wrong)

    def test_unknown_interest_bit(self):
        source, other = self.pair()
        for wrong in 8, 1 << 31:
            with self.assertRaises(iosrc.UnsupportedError):
                self.poller.register(source, 1, READABLE | wrong)
        for wrong in READ_CLOSED, LEVEL | ONESHOT:
            with self.assertRaises(iosrc.InvalidError):
                self.poller.register(source, 1, READABLE | wrong)
        with self.assertRaises(ValueError):
            self.poller.register(source, 1, 1 << 32)
        if not self.poller.capabilities & EXCLUSIVE:
            with self.assertRaises(iosrc.UnsupportedError):
                self.poller.register(source, 1, READABLE | EXCLUSIVE)
        self.assertEqual(source.registration, 0)

    def test_error_has_kind_and_os_code(self):
        address = "unix:" + os.path.join(self.folder, "none")
        with self.assertRaises(FileNotFoundError) as raised:
            iosrc.connect(address)
        error = raised.exception
        self.assertIsInstance(error, iosrc.Error)
        self.assertEqual((error.kind, error.errno, error.name),
                         (Kind.NOT_FOUND, errno.ENOENT, "ENOENT"))
        self.assertEqual(error.strerror, os.strerror(errno.ENOENT))
        self.assertLess(error.status, 0)


class Batches(Case):
    def test_register_many_tells_each(self):
        a, b = self.pair()
        c, d = self.pair()
        self.poller.register(b, 9, READABLE)
        got = self.poller.register_many([
            (a, MOST, WRITABLE), (b, 2, WRITABLE), (c, 3, 8),
            (d, 4, WRITABLE)])
        self.assertIsNone(got[0])
        self.assertIsInstance(got[1], iosrc.AlreadyRegisteredError)
        self.assertIsInstance(got[2], iosrc.UnsupportedError)
        self.assertIsNone(got[3])
        self.assertEqual(sorted(self.tokens()), [4, MOST])
        self.assertEqual(self.poller.register_many([]), [])

    def test_io_many_reads_and_writes(self):
        a, b = self.pair()
        c, d = self.pair()
        for token, source in enumerate((a, b, c)):
            self.poller.register(source, token, READABLE)
        memory = bytearray(64)
        memory[:8] = b"datamore"
        batch = iosrc.Batch(memory)
        self.assertEqual(self.poller.io_many(batch), 0)
        batch.write(a, 0, 4)
        batch.send(a, 4, 4)
        batch.read(b, 16, 6)
        batch.recv(b, 32, 8, iosrc.RecvFlag.PEEK)
        batch.read(c, 48, 8)      # would block
        batch.write(a, 60, 8)     # beyond the memory
        batch.write(d, 0, 4)      # not registered
        self.assertEqual(self.poller.io_many(batch), 4)
        self.assertEqual(batch.results()[:4], [4, 4, 6, 2])
        self.assertEqual(memory[16:22] + memory[32:34], b"datamore")
        self.assertIsInstance(batch.error(4), BlockingIOError)
        self.assertIsInstance(batch.error(5), iosrc.InvalidError)
        self.assertIsInstance(batch.error(6), iosrc.NotRegisteredError)
        self.assertEqual(batch.result(2), (6, False))
        with self.assertRaises(BlockingIOError):
            batch.result(4)
        a.close()
        # What b had not read yet, then the end.
        self.assertEqual(self.poller.io_many(batch), 2)
        self.assertEqual(batch.results()[2:4], [2, 0])
        self.assertIsInstance(batch.error(0), iosrc.NotRegisteredError)
        batch.clear()
        self.assertEqual(batch.results(), [])


class Endpoints(Case):
    def test_listen_connect_accept(self):
        path = os.path.join(self.folder, "socket")
        for text in "127.0.0.1:0", "unix:" + path, "[::1]:0":
            try:
                listener, client, served, peer = self.connection(text)
            except iosrc.Error as error:
                # A system without inet6 is told, and only for it.
                self.assertEqual((text, error.kind), ("[::1]:0", error.kind))
                self.assertIn(error.kind, (Kind.ADDRESS_INVALID,
                                           Kind.UNSUPPORTED))
                continue
            address = listener.local_address()
            self.assertEqual(iosrc.Address(str(address)), address)
            self.assertEqual(hash(iosrc.Address(str(address))), hash(address))
            self.assertEqual(client.peer_address(), address)
            self.assertEqual(peer, client.local_address())
            self.assertIsNone(client.take_error())
            client.write(b"data")
            self.assertEqual(served.recv(bytearray(8)), 4)
            client.shutdown(WRITABLE)
            self.assertEqual(served.recv(bytearray(8)), 0)
            with self.assertRaises(BlockingIOError):
                listener.accept()
        self.assertEqual(iosrc.Address("127.0.0.1:80").data, b"\x7f\0\0\1")
        self.assertEqual(iosrc.Address("unix:@x").family,
                         iosrc.Family.UNIX_ABSTRACT)
        for wrong in "localhost:80", "127.0.0.1", "127.0.0.1:65536", "":
            with self.assertRaises(iosrc.InvalidError):
                iosrc.Address(wrong)

    def test_datagrams(self):
        a = self.keep(iosrc.bind_datagram("127.0.0.1:0"))
        b = self.keep(iosrc.bind_datagram("127.0.0.1:0"))
        self.poller.register(b, 1, READABLE)
        self.assertEqual(a.send_to(b"datagram", b.local_address()), 8)
        self.assertEqual(self.tokens(5), [1])
        room = bytearray(16)
        self.assertEqual(b.recv_from(room, iosrc.RecvFlag.PEEK),
                         (8, a.local_address(), False))
        room = bytearray(4)
        self.assertEqual(b.recv_from(room), (4, a.local_address(), True))
        self.assertEqual(room, b"data")
        with self.assertRaises(BlockingIOError):
            b.recv_from(room)

    def test_options(self):
        _, client, _, _ = self.connection("127.0.0.1:0")
        for value in 1, 0:
            client.set_option(iosrc.Option.NO_DELAY, value)
            self.assertEqual(client.get_option(iosrc.Option.NO_DELAY), value)
        client.set_option(iosrc.Option.RECV_BUFFER, 65536)
        self.assertEqual(client.get_option(iosrc.Option.RECV_BUFFER), 65536)
        with self.assertRaises(iosrc.InvalidError):
            client.set_option(iosrc.Option.NO_DELAY, 2)
        with self.assertRaises(iosrc.UnsupportedError):
            client.get_option(99)


class Many(Case):
    def test_echo_1000(self):
        count, size = 1000, 96
        listener = self.keep(iosrc.listen(
            "unix:" + os.path.join(self.folder, "echo")))
        address = listener.local_address()
        self.poller.register(listener, MOST, READABLE | LEVEL)
        clients, served, echoed = [], {}, [b""] * count
        events, room = iosrc.Events(256), bytearray(size)
        for number in range(count):
            # Accepting in between keeps the listener's queue short.
            clients.append(self.keep(iosrc.connect(address)))
            self.poller.register(clients[number], number, READABLE)
            self.serve(listener, clients, served, echoed, events, room)
        for number, client in enumerate(clients):
            self.assertEqual(client.write(self.text(number, size)), size)
        for _ in range(10 * count):
            if sum(map(len, echoed)) == count * size:
                break
            self.serve(listener, clients, served, echoed, events, room, 5)
        for number in range(count):
            self.assertEqual(echoed[number], self.text(number, size))
        self.assertEqual(len(served), count)
        for source in served.values():
            source.close()

    @staticmethod
    def text(number, size):
        return (b"connection %d " % number * size)[:size]

    def serve(self, listener, clients, served, echoed, events, room,
              timeout=0):
        for token, _, _ in self.poller.wait(timeout, events):
            if token == MOST:
                source = listener.accept()
                number = 10000 + len(served)
                served[number] = source
                self.poller.register(source, number, READABLE)
                continue
            source = served.get(token)
            try:
                while True:
                    if source:
                        source.write(memoryview(room)[:source.read(room)])
                    else:
                        got = clients[token].read(room)
                        echoed[token] += bytes(room[:got])
            except BlockingIOError:
                pass
