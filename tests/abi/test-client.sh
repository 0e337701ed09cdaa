#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-client.sh: a program that was compiled with earlier headers, kept as
# assembly in tests/abi/frozen, runs with the library that was built. With
# LIBIOSRC set, with that one.
set -eu

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-.}
library=${LIBIOSRC:-$top_builddir/lib/.libs/libiosrc.so}
source=$top_srcdir/tests/abi/frozen/client_x86_64.s

skip() {
	echo "SKIP: $*"
	exit 77
}

# shellcheck disable=SC2086 # several flags
macros=$(${CC:-cc} ${CFLAGS:-} -dM -E - </dev/null)
case $macros in
*__linux__*) ;;
*) skip 'the frozen program is one of Linux' ;;
esac
case $macros in
*__x86_64__*) ;;
*) skip 'the frozen program is one of x86-64' ;;
esac
case $macros in
*__LP64__*) ;;
*) skip 'the frozen program has 64-bit pointers' ;;
esac
if [ ! -e "$library" ] &&
	grep -q "^dlname=''" "$top_builddir/lib/libiosrc.la" 2>/dev/null; then
	skip 'no shared library is built (--disable-shared)'
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# shellcheck disable=SC2086 # several flags
${CC:-cc} ${CFLAGS:-} ${LDFLAGS:-} -o "$work/client" "$source" "$library"
LD_LIBRARY_PATH=$(dirname "$library") LD_BIND_NOW=1 "$work/client"
