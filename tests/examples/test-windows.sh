#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-windows.sh: hello, the echo server, the proxy, the load client and
# iosrc-info as programs for Windows, each on iosrc.dll, under Wine where that
# is not Windows. The other examples are run by the test-*.py beside it.
# Every byte of every connection comes back, straight and through the proxy, and
# both servers end by themselves and have seen them all.
#
# IOSRC_TEST_SCALE is the percentage of 500 connections.
set -eu

top_builddir=${top_builddir:-.}
connections=$((500 * ${IOSRC_TEST_SCALE:-100} / 100))
[ "$connections" -gt 0 ] || connections=1
messages=4
seconds=$((240 * ${IOSRC_TEST_SLOWNESS:-1}))

emulator=
if [ "$(uname -s)" = Linux ]; then
	if [ -z "${WINEPREFIX:-}" ]; then
		echo "SKIP: no session of Wine (tools/wine.sh session ...)"
		exit 77
	fi
	emulator=wine
fi
WINEPATH=$top_builddir/lib/.libs
PATH=$top_builddir/lib/.libs:$PATH
export PATH WINEPATH

work=$(mktemp -d)
trap 'exec 7>&- 8>&-; wait; rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
	echo "FAIL: $*" >&2
	for log in "$work"/*.out; do
		echo "--- $log" >&2
		cat "$log" >&2
	done
	exit 1
}

# program FOLDER/NAME ARGUMENT...
program() {
	file=$top_builddir/$(dirname "$1")/.libs/$(basename "$1").exe
	shift
	timeout -k 5 "$seconds" $emulator "$file" "$@"
}

words_of() {
	tr -d '\r' <"$work/$1.out"
}

# The port of a server, once it says so.
port_of() {
	for _ in $(seq 100); do
		port=$(words_of "$1" |
			sed -n 's/^listening on 127\.0\.0\.1://p')
		[ -z "$port" ] || return 0
		sleep 0.2
	done
	fail "$1 does not listen"
}

# load PORT: as many connections as there shall be, every byte checked
load() {
	program examples/load -n "$connections" -m $messages -s 1-3000 "127.0.0.1:$1" \
		</dev/null >"$work/load.out" 2>&1 ||
		fail "load answers $?"
	words_of load | grep -q '^every byte came back' ||
		fail "load does not say that every byte came back"
	words_of load | tail -n 4
}

# served NAME: the sum of the connections of its threads
served() {
	words_of "$1" | awk '/^thread/ { sum += $3 } END { print sum + 0 }'
}

program examples/hello </dev/null >"$work/hello.out" 2>&1 ||
	fail "hello answers $?"
words_of hello | grep -qx 'token 42 is ready to read: hello' ||
	fail "hello does not say hello"

program tools/iosrc-info </dev/null >"$work/info.out" 2>&1 ||
	fail "iosrc-info answers $?"
words_of info | tail -n 1 | grep -qx 'all backends work' ||
	fail "iosrc-info does not say that all works"
words_of info | grep 'works on this system'

# Servers end with their standard input, which this script holds.
mkfifo "$work/echo.stop" "$work/proxy.stop"
program examples/echo -t 2 127.0.0.1:0 <"$work/echo.stop" >"$work/echo.out" 2>&1 &
echo_id=$!
exec 7>"$work/echo.stop"
port_of echo
echo_port=$port
program examples/proxy -t 2 127.0.0.1:0 "127.0.0.1:$echo_port" \
	<"$work/proxy.stop" >"$work/proxy.out" 2>&1 7>&- &
proxy_id=$!
exec 8>"$work/proxy.stop"
port_of proxy
proxy_port=$port

echo "straight:"
load "$echo_port"
echo "through the proxy:"
load "$proxy_port"

exec 8>&-
wait $proxy_id || fail "proxy answers $?"
exec 7>&-
wait $echo_id || fail "echo answers $?"
[ "$(served echo)" = $((2 * connections)) ] ||
	fail "echo has served $(served echo) connections"
[ "$(served proxy)" = "$connections" ] ||
	fail "proxy has served $(served proxy) connections"
echo "windows: $((2 * connections)) connections, two servers ended"
