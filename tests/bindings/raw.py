# SPDX-License-Identifier: MIT
"""raw.py JSON: uses the raw layer for Python, and compares it with the data
that it was made of."""
import ctypes
import json
import os
import sys
from ctypes import byref
from unittest import mock

import iosrc._raw as raw

TOKEN = 2**64 - 1


def check_layouts(data):
    wide = ctypes.sizeof(ctypes.c_void_p) == 8
    aligned = ctypes.alignment(ctypes.c_uint64) == 8
    model = ("llp64" if sys.platform == "win32" else "lp64") if wide else \
        "ilp32_align8" if aligned else "ilp32_align4"
    for struct in data["structs"] + [data["table"]]:
        own = getattr(raw, struct["name"])
        layout = struct["layout"][model]
        assert ctypes.sizeof(own) == layout["size"], struct["name"]
        assert ctypes.alignment(own) == layout["alignment"], struct["name"]
        for member, offset in layout["offsets"].items():
            assert getattr(own, member).offset == offset, member


def check_functions(data):
    for entry in data["functions"]:
        function = getattr(raw, entry["name"])
        assert len(function.argtypes) == len(entry["parameters"])
        assert function.restype is not None
        assert entry["name"] in raw.__all__
    for entry in data["constants"]:
        assert getattr(raw, entry["name"]) == entry["value"]


def use():
    poller = ctypes.POINTER(raw.iosrc_poller)()
    waker = ctypes.POINTER(raw.iosrc_waker)()
    events = (raw.iosrc_event * 4)()
    assert raw.iosrc_version() == raw.IOSRC_VERSION
    assert raw.iosrc_status_name(raw.IOSRC_E_CLOSED) == b"IOSRC_E_CLOSED"
    assert raw.iosrc_backend_name(0) is None
    assert raw.iosrc_poller_create(None, 0, None) == raw.IOSRC_E_INVALID
    assert raw.iosrc_poller_create(None, 0, byref(poller)) == raw.IOSRC_OK
    assert raw.iosrc_waker_create(poller, TOKEN, byref(waker)) == 0
    assert raw.iosrc_waker_wake(waker) == 0
    assert raw.iosrc_poller_wait(poller, events, 4, -1) == 1
    assert events[0].token == TOKEN
    assert events[0].ready == raw.IOSRC_READABLE
    use_pipe()
    assert raw.iosrc_waker_release(waker) == 0
    assert raw.iosrc_poller_release(poller) == 0


def use_pipe():
    reader = ctypes.POINTER(raw.iosrc_source)()
    writer = ctypes.POINTER(raw.iosrc_source)()
    room = ctypes.create_string_buffer(8)
    assert raw.iosrc_pipe(byref(reader), byref(writer)) == 0
    assert raw.iosrc_read(reader, room, 8) == raw.IOSRC_E_WOULD_BLOCK
    assert raw.iosrc_write(writer, b"data", 4) == 4
    assert raw.iosrc_read(reader, room, 8) == 4
    assert room.raw[:4] == b"data"
    seen = []

    def operation(handle, user):
        seen.append((handle, user))
        return 2**40

    assert raw.iosrc_do_io(reader, 0, raw.iosrc_io_fn(operation), 7) == 2**40
    assert seen == [(raw.iosrc_source_handle(reader), 7)]
    assert raw.iosrc_close(reader) == raw.iosrc_close(writer) == 0


def find_by_name():
    """The file that is asked for on a system that is not this one."""
    names = {"win32": "iosrc.dll", "darwin": "libiosrc.1.dylib",
             "cygwin": "cygiosrc-1.dll", "linux": "libiosrc.so.1"}
    for system, name in names.items():
        with mock.patch.object(sys, "platform", system), \
                mock.patch.dict("os.environ"), \
                mock.patch.object(ctypes, "CDLL") as load:
            os.environ.pop("IOSRC_LIBRARY", None)
            raw._load()
        load.assert_called_once_with(name)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        data = json.load(file)
    check_layouts(data)
    check_functions(data)
    use()
    find_by_name()
    print(f"python {sys.version.split()[0]}:"
          f" {len(data['functions'])} functions")


main()
