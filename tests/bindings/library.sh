# SPDX-License-Identifier: MIT
#
# shellcheck shell=sh disable=SC2034
#
# library.sh: sourced by the tests of bindings. Finds the shared library that
# was built, makes a folder to work in, and skips where programs of another
# language cannot load this library.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$(pwd)}
folder=$top_builddir/lib/.libs
library=$folder/libiosrc.so.1
bindings=$top_srcdir/bindings
readelf=${READELF:-readelf}

skip() {
	echo "SKIP: $*"
	exit 77
}

need() {
	command -v "$1" >/dev/null || skip "no $1 (Debian: $2)"
}

libc_of() {
	$readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(libc\..*\)\]/\1/p'
}

[ -e "$library" ] || skip "no shared library is built"
! ${NM:-nm} -D --undefined-only "$library" |
	grep -Eq ' __(asan|tsan|ubsan|msan|hwasan)_' ||
	skip 'this build is instrumented: only its own programs can load it'
[ "$(libc_of "$library")" = "$(libc_of "$(command -v sh)")" ] ||
	skip "the library is built for another C library than the system's"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
LD_LIBRARY_PATH=$folder
export LD_LIBRARY_PATH
