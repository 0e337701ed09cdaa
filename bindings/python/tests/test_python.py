# SPDX-License-Identifier: MIT
"""What is Python's own: buffers, exceptions, signals, threads, the end of
objects."""
import array
import copy
import errno
import gc
import mmap
import os
import pickle
import signal
import sys
import threading
import time

import iosrc
from iosrc import READABLE, WRITABLE
from iosrc import _raw
from iosrc._error import error_of, status_of
from support import Case


class Buffers(Case):
    def test_writes_any_bytes_like_object(self):
        source, other = self.pair()
        room = bytearray(64)
        shared = mmap.mmap(-1, 4)
        self.addCleanup(shared.close)
        shared[:] = b"data"
        for data in (b"data", bytearray(b"data"), memoryview(b"data"),
                     memoryview(b"xdatax")[1:5],
                     memoryview(bytearray(b"xdatax"))[1:5],
                     array.array("B", b"data"), shared,
                     memoryview(array.array("H", b"data"))):
            for write in source.write, source.send:
                self.assertEqual(write(data), 4)
                self.assertEqual(other.read(room), 4)
                self.assertEqual(room[:4], b"data")
            self.assertEqual(source.writev([data, b"!"]), 5)
            self.assertEqual(other.read(room), 5)
            self.assertEqual(room[:5], b"data!")
        for empty in b"", bytearray(), memoryview(b""), array.array("B"):
            self.assertEqual(source.write(empty), 0)
        with self.assertRaises(TypeError):
            source.write("text")
        with self.assertRaises(BufferError):
            source.write(memoryview(b"123456")[::2])

    def test_reads_into_any_writable_buffer(self):
        source, other = self.pair()
        for room in (bytearray(4), memoryview(bytearray(6))[1:5],
                     array.array("H", [0, 0])):
            for read in source.read, source.recv:
                other.write(b"data")
                self.assertEqual(read(room), 4)
                self.assertEqual(bytes(room), b"data")
        self.assertEqual(source.read(bytearray()), 0)
        for wrong in b"bytes", memoryview(b"bytes"), memoryview(
                bytearray(6))[::2], "text", None:
            with self.assertRaises((TypeError, ValueError, BufferError)):
                source.read(wrong)

    def test_buffers_are_free_in_a_handler(self):
        source, other = self.pair()
        for room in bytearray(4), array.array("B", [0]):
            for call in (lambda: source.read(room),
                         lambda: source.recv(room),
                         lambda: source.recv_from(room),
                         lambda: source.readv([room])):
                with self.assertRaises(BlockingIOError):
                    try:
                        call()
                    except BlockingIOError:
                        room.extend(b"x")
                        raise

    def test_no_copy(self):
        reader, writer = self.pipe()
        data = memoryview(bytes(64 << 20))
        before = peak_memory()
        self.assertGreater(writer.write(data), 0)
        self.assertLess(peak_memory() - before, 32 << 10)


def peak_memory():
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file
                    if line.startswith("VmHWM"))


class Exceptions(Case):
    def test_every_errno_has_its_class(self):
        for code in errno.errorcode:
            error = error_of(_raw.iosrc_status_from_os(code))
            self.assertIsInstance(error, iosrc.Error)
            self.assertIsInstance(error, type(OSError(code, "")))
            self.assertEqual(error.errno, code)
            self.assertEqual(status_of(error), error.status)
            self.assertEqual(status_of(OSError(code, "")), error.status)

    def test_every_library_status_has_a_class(self):
        for name in _raw.__all__:
            if name.startswith("IOSRC_E_"):
                error = error_of(getattr(_raw, name))
                self.assertEqual(error.name, name)
                self.assertNotEqual(error.kind, iosrc.Kind.OK)

    def test_errors_can_be_copied(self):
        for status in _raw.IOSRC_E_CLOSED, _raw.iosrc_status_from_os(104):
            error = error_of(status)
            for other in copy.copy(error), pickle.loads(pickle.dumps(error)):
                self.assertIs(type(other), type(error))
                self.assertEqual(other.kind, error.kind)
                self.assertEqual(other.status, status)

    def test_a_connect_in_progress_arms_writable(self):
        source, other = self.pair()
        self.poller.register(source, 1, READABLE | WRITABLE)
        self.poller.wait(0)

        def operate(handle):
            raise BlockingIOError(errno.EINPROGRESS, "in progress")

        with self.assertRaises(BlockingIOError):
            source.do_io(READABLE | WRITABLE, operate)
        if self.poller.backend == "poll":
            self.assertEqual(self.seen(), [(1, WRITABLE)])

    def test_flags_have_the_library_s_values(self):
        for cls, prefix in (
                (iosrc.Interest, "IOSRC_"), (iosrc.Ready, "IOSRC_"),
                (iosrc.Capability, "IOSRC_CAN_"), (iosrc.Kind, "IOSRC_KIND_"),
                (iosrc.HandleType, "IOSRC_HANDLE_"),
                (iosrc.Family, "IOSRC_FAMILY_"), (iosrc.Type, "IOSRC_TYPE_"),
                (iosrc.ListenFlag, "IOSRC_LISTEN_"),
                (iosrc.ConnectFlag, "IOSRC_CONNECT_"),
                (iosrc.RecvFlag, "IOSRC_RECV_"),
                (iosrc.SendFlag, "IOSRC_SEND_"),
                (iosrc.Option, "IOSRC_OPTION_")):
            names = {name for name in _raw.__all__ if name.startswith(prefix)}
            for name, member in cls.__members__.items():
                self.assertEqual(member, getattr(_raw, prefix + name))
                names.discard(prefix + name)
            if prefix != "IOSRC_":
                self.assertEqual(names, set(), "not in " + cls.__name__)


class Signals(Case):
    def setUp(self):
        super().setUp()
        self.addCleanup(signal.signal, signal.SIGALRM,
                        signal.signal(signal.SIGALRM, self.handle))
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        self.seen_signals = 0

    def handle(self, *_):
        self.seen_signals += 1
        if self.seen_signals == 3:
            raise KeyboardInterrupt

    def test_a_handler_that_raises_ends_a_wait(self):
        with self.assertRaises(KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
            self.poller.wait()

    def test_a_wait_goes_on_after_a_handler(self):
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        before = time.monotonic()
        self.assertEqual(len(self.poller.wait(0.1)), 0)
        self.assertGreaterEqual(time.monotonic() - before, 0.1)
        self.assertEqual(self.seen_signals, 1)


class Lives(Case):
    def test_closing_while_another_thread_is_inside(self):
        # A blocking handle: the read is inside when the source is closed.
        inner, outer = os.pipe()
        self.addCleanup(os.close, outer)
        source, got = iosrc.Source(inner), []
        thread = self.inside(
            source, lambda: got.append(source.read(bytearray(8))))
        source.close()
        os.fstat(inner)
        os.write(outer, b"data")
        thread.join(10)
        self.assertEqual(got, [4])
        with self.assertRaises(OSError):
            os.fstat(inner)

    def test_closing_a_poller_while_another_thread_waits(self):
        poller = iosrc.Poller()
        waker = self.keep(iosrc.Waker(poller, 1))
        got = []
        thread = self.inside(poller, lambda: got.extend(poller.wait(10)))
        poller.close()
        waker.wake()
        thread.join(10)
        self.assertEqual([event[0] for event in got], [1])
        with self.assertRaises(iosrc.ClosedError):
            waker.wake()

    def test_an_error_that_is_kept_keeps_nothing_open(self):
        source, other = self.pair()
        handle, errors = source.fileno(), []
        for call in (lambda: source.read(bytearray(1)),
                     lambda: self.poller.deregister(source), source.accept,
                     lambda: source.set_option(99, 1)):
            try:
                call()
            except OSError as error:
                errors.append(error)
        self.assertEqual(len(errors), 4)
        source.close()
        with self.assertRaises(OSError):
            os.fstat(handle)

    def test_threads_close_what_others_use(self):
        for _ in range(50):
            source, other = iosrc.pair()
            stop = threading.Event()
            threads = [threading.Thread(target=self.use, args=(source, stop))
                       for _ in range(3)]
            for thread in threads:
                thread.start()
            source.close()
            stop.set()
            for thread in threads:
                thread.join()
            self.assertEqual(other.read(bytearray(1)), 0)
            other.close()

    def use(self, source, stop):
        room = bytearray(8)
        while not stop.is_set():
            try:
                self.poller.register(source, 1, READABLE)
                source.read(room)
            except (OSError, ValueError):
                pass

    def test_nothing_is_left_of_events(self):
        # Each event is a fresh tuple while it is looked at, and no more.
        source, other = self.pair()
        self.poller.register(source, 1, WRITABLE | iosrc.LEVEL)
        events = iosrc.Events(64)

        def rounds(count):
            for _ in range(count):
                for token, _, _ in self.poller.wait(0, events):
                    pass

        rounds(100)
        gc.collect()
        before = sys.getallocatedblocks()
        rounds(10000)
        self.assertLess(sys.getallocatedblocks() - before, 100)

    def test_a_forked_child_is_told(self):
        source, other = self.pair()
        self.poller.register(source, 1, READABLE)
        waker = self.keep(iosrc.Waker(self.poller, 2))
        child = os.fork()
        if child == 0:
            os._exit(self.in_child(source, waker))
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        other.write(b"data")
        waker.wake()
        self.assertEqual(sorted(self.tokens()), [1, 2])

    def in_child(self, source, waker):
        told = 0
        for call in (lambda: self.poller.wait(0), waker.wake,
                     lambda: self.poller.deregister(source)):
            try:
                call()
            except iosrc.ForkedError:
                told += 1
        source.close()
        self.poller.close()
        waker.close()
        return 3 - told
