#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-dump.sh: libabigail's abidiff finds the built library as it was frozen,
# types and symbols, by its debug information.
set -eu

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
library=${LIBIOSRC:-${top_builddir:-.}/lib/.libs/libiosrc.so}

if [ ! -e "$library" ] && grep -q "^dlname=''" \
	"${top_builddir:-.}/lib/libiosrc.la" 2>/dev/null; then
	echo 'SKIP: no shared library is built (--disable-shared)'
	exit 77
fi
exec sh "$top_srcdir/tools/abi_dump.sh" check "$library"
