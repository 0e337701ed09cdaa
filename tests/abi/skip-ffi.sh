#!/bin/sh
# SPDX-License-Identifier: MIT
#
# skip-ffi.sh: stands for test_ffi where it cannot be built.
echo 'SKIP: no libffi for this compiler (Debian: libffi-dev)'
exit 77
