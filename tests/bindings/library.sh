# SPDX-License-Identifier: MIT
#
# shellcheck shell=sh disable=SC2034
#
# library.sh: sourced by the tests of bindings. Finds the shared library that
# was built, makes a folder to work in, and skips where programs of another
# language cannot load this library. Shows what each language's echo server
# must show.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$(pwd)}
folder=$top_builddir/lib/.libs
library=$folder/libiosrc.so.1
bindings=$top_srcdir/bindings
readelf=${READELF:-readelf}
load=$top_builddir/examples/load
# Seconds for what takes one or two on an idle machine.
patience=$((60 * ${IOSRC_TEST_SLOWNESS:-1}))

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
# Compilers would take part in the jobs of the make that runs us, whose
# descriptors only its own sub-makes inherit.
unset MAKEFLAGS MFLAGS MAKELEVEL

# echo_serves COMMAND...: the server that COMMAND runs says where it listens,
# passes the load client's 1,000 connections with every byte verified, and ends
# well at SIGINT. What it said is left in $work/server.
echo_serves() {
	# Here, not by the background's redirection: that one may be late, and
	# the last server's words would be taken for this one's.
	: >"$work/server"
	# A signal that is handed on starts the time of -k, too.
	timeout -s INT -k "$patience" $((2 * patience)) "$@" >>"$work/server" 2>&1 &
	server=$!
	served=0
	# The server's own time bounds this.
	until grep -q '^listening on ' "$work/server"; do
		kill -0 $server 2>/dev/null || {
			served=1
			break
		}
		sleep 0.05
	done
	if [ $served = 0 ]; then
		timeout -k 5 "$patience" "$load" -n 1000 -m 10 \
			"$(sed -n 's/^listening on //p' "$work/server")" \
			>"$work/load" 2>&1 || served=$?
		grep '^every byte came back' "$work/load" || served=1
		[ $served = 0 ] || cat "$work/load"
		# timeout hands the signal on, and answers 124 only for its own.
		kill -INT $server 2>/dev/null || served=1
	fi
	wait $server || served=$?
	[ $served = 0 ] || cat "$work/server"
	return $served
}
