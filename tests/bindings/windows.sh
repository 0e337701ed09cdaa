# SPDX-License-Identifier: MIT
#
# shellcheck shell=sh disable=SC2034
#
# windows.sh: sourced by the tests of bindings that run under Wine, which want
# a session of tools/wine.sh around them. Finds the DLL that was built, makes a
# folder to work in, and keeps the counts.

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-$(pwd)}
folder=$top_builddir/lib/.libs
bindings=$top_srcdir/bindings
wine=$top_srcdir/tools/wine.sh
compiler=x86_64-w64-mingw32-gcc
load=$top_builddir/examples/.libs/load.exe
patience=$((300 * ${IOSRC_TEST_SLOWNESS:-1}))
connections=500

skip() {
	echo "SKIP: $*"
	exit 77
}

need() {
	command -v "$1" >/dev/null || skip "no $1 (Debian: $2)"
}

[ -n "${WINEPREFIX:-}" ] || skip 'no session of Wine (tools/wine.sh session ...)'
[ -e "$folder/iosrc.dll" ] || skip 'no iosrc.dll is built'
need $compiler gcc-mingw-w64-x86-64-win32
case $(${OBJDUMP:-objdump} -f "$folder/iosrc.dll") in
*x86-64*) ;;
*) skip 'this iosrc.dll is for 32 bits: no Wine here runs it' ;;
esac
need python3 python3

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
IOSRC_WINE_PATH=$folder IOSRC_WINE_SECONDS=$patience
export IOSRC_WINE_PATH IOSRC_WINE_SECONDS
# Wine's debugger, which a backtrace calls, may break and then answers 0.
RUST_BACKTRACE=0
export RUST_BACKTRACE
unset IOSRC_BACKEND CFLAGS CPPFLAGS LDFLAGS

passed=0 failed=0 skipped=0

# check NAME COMMAND...: one thing that succeeds or does not.
check() {
	name=$1
	shift
	if "$@" >"$work/log" 2>&1; then
		passed=$((passed + 1))
		echo "ok: $name"
	else
		failed=$((failed + 1))
		echo "FAIL: $name"
		cat "$work/log"
	fi
}

# in_wine CLOSING PROGRAM ARGUMENT...: it answers 0 and its closing line, an
# expression of grep, is among what it says, or it has failed.
in_wine() {
	IOSRC_WINE_CLOSING=$1
	export IOSRC_WINE_CLOSING
	shift
	sh "$wine" run "$@"
}

# echo_serves PROGRAM: an echo server serves the load client, which checks each
# byte, and ends by itself when it is interrupted.
echo_serves() {
	: >"$work/server"
	sh "$wine" serve "$1" 127.0.0.1:0 >>"$work/server" 2>&1 &
	server=$!
	tries=0
	until grep -q '^listening on ' "$work/server"; do
		tries=$((tries + 1))
		if [ $tries -gt $((patience * 10)) ] || ! kill -0 $server 2>/dev/null; then
			cat "$work/server"
			kill $server
			return 1
		fi
		sleep 0.1
	done
	address=$(tr -d '\r' <"$work/server" | sed -n 's/^listening on //p')
	served=0
	in_wine '^every byte came back' "$load" -n $connections -m 4 \
		"$address" || served=1
	# It goes to the program itself.
	kill -INT $server || served=1
	wait $server || served=$?
	cat "$work/server"
	return $served
}

check_echo() {
	if [ -e "$load" ]; then
		check "echo, $connections connections" echo_serves "$1"
	else
		echo 'SKIP: echo: the examples are not built'
		skipped=$((skipped + 1))
	fi
}

# close_count: what every script ends with.
close_count() {
	echo "$passed passed, $failed failed, $skipped skipped"
	[ $failed = 0 ]
}
