#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-raw-python.sh: the raw layer for Python loads the library, by name and
# from a file, and works.
set -eu
. "$(dirname "$0")/library.sh"
need python3 python3

PYTHONPATH=$bindings/python PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE
python3 -W error "$(dirname "$0")/raw.py" "$bindings/abi/iosrc.json"
unset LD_LIBRARY_PATH
IOSRC_LIBRARY=$library python3 -W error -c 'import iosrc._raw'
! IOSRC_LIBRARY=$work/none python3 -c 'import iosrc._raw' 2>"$work/said"
grep -q OSError "$work/said"
