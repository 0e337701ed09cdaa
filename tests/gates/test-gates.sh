#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-gates.sh: no operation costs more than limits says.
exec python3 "$top_srcdir/tests/gates/gates.py"
