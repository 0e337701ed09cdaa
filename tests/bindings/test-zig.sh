#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-zig.sh: the package for Zig 0.17 is formatted, passes all cases on every
# backend, and its echo server serves a thousand connections, on TCP and on a
# Unix socket, with every byte verified. IOSRC_ZIG names the compiler. What it
# compiles, Zig's own build system among it, is kept below the build folder:
# only the first run is slow.
set -eu
. "$(dirname "$0")/library.sh"

zig=
for name in ${IOSRC_ZIG:-zig /usr/local/zig/ziglang/zig}; do
	! command -v "$name" >/dev/null || { zig=$name && break; }
done
[ -n "$zig" ] || skip 'no zig (PyPI: ziglang; see tools/deps.sh)'
version=$($zig version)
case $version in
0.17.*) ;;
*) skip "zig is $version; the binding is written for 0.17" ;;
esac
[ -x "$load" ] || skip 'the examples are not built: there is no load client'

# "make clean" removes the folder of variants.
cache=$top_builddir/variants/zig
mkdir -p "$cache"
ZIG_GLOBAL_CACHE_DIR=${ZIG_GLOBAL_CACHE_DIR:-$cache/global}
ZIG_LOCAL_CACHE_DIR=${ZIG_LOCAL_CACHE_DIR:-$cache/local}
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR
unset IOSRC_BACKEND

passed=0
failed=0

# check NAME COMMAND...: the command must succeed.
check() {
	name=$1
	shift
	if "$@"; then
		echo "ok: $name"
		passed=$((passed + 1))
	else
		echo "FAIL: $name"
		failed=$((failed + 1))
	fi
}

# The runner's own lines, one a test and the last with the sum, and then the
# names for the comparison with the list of cases.
cases() {
	IOSRC_BACKEND=$1 timeout -k 5 $((2 * patience)) \
		"$work/out/bin/iosrc-test" \
		>"$work/said" 2>&1 || { cat "$work/said" && return 1; }
	sed -n '$p' "$work/said"
	sed -n 's/^[0-9/]* cases\.test\.\([a-z0-9_]*\)\.\.\.OK$/\1/p' \
		"$work/said" >"$work/names"
	python3 "$top_srcdir/tests/bindings/check-cases.py" zig <"$work/names"
}

# echo_server BACKEND ADDRESS
echo_server() {
	echo_serves env IOSRC_BACKEND="$1" "$work/out/bin/iosrc-echo" "$2"
}

(cd "$bindings/zig" && "$zig" build install test-program -Dlibrary="$folder" \
	--prefix "$work/out")
check 'the files are formatted' "$zig" fmt --check "$bindings/zig" \
	"$top_srcdir/bench/bindings/zig.zig"
check 'libc is linked dynamically' [ -n "$(libc_of "$work/out/bin/iosrc-echo")" ]
for backend in ${IOSRC_BACKENDS:-epoll poll}; do
	check "all cases on $backend" cases "$backend"
	check "echo on TCP, on $backend" \
		echo_server "$backend" 127.0.0.1:0
	check "echo on a Unix socket, on $backend" \
		echo_server "$backend" "unix:$work/echo"
done
echo "zig $version"
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
