#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-examples.sh: runs the first examples and iosrc-info, as a reader of the
# README would, on each backend: hello; echo and load on TCP and on a Unix
# socket; echo when it is out of descriptors; netcat with its input from a
# terminal, a pipe, a file and /dev/null, every byte compared; a clean stop.
# Takes free ports only and leaves no process behind. The other examples are
# run by the test-*.py beside it.
set -u

top_builddir=${top_builddir:-.}
examples=$top_builddir/examples
info=$top_builddir/tools/iosrc-info
pty=$top_builddir/tests/examples/pty
patience=$((60 * ${IOSRC_TEST_SLOWNESS:-1}))
unset IOSRC_BACKEND

for program in "$examples/hello" "$examples/echo" "$examples/load" \
	"$examples/netcat" "$info" "$pty"; do
	[ -x "$program" ] || {
		echo "FAIL: $program was not built" >&2
		exit 1
	}
done

work=$(mktemp -d)
server=
clean_up() {
	[ -z "$server" ] || kill "$server" 2>/dev/null
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

passed=0
failed=0

# check NAME COMMAND...: the command must succeed within our patience.
check() {
	name=$1
	shift
	if "$@" >"$work/out" 2>&1; then
		echo "ok: $name"
		passed=$((passed + 1))
	else
		echo "FAIL: $name (status $?)"
		failed=$((failed + 1))
		sed 's/^/    /' "$work/out"
	fi
}

limited() {
	timeout -k 5 "$patience" "$@"
}

# Needs a status other than 0 and 124, which is timeout's own.
refuses() {
	limited "$@"
	status=$?
	[ $status = 1 ] || [ $status = 2 ]
}

same() {
	cmp "$1" "$2"
}

# start_server BACKEND ARGUMENT...: sets $server, $tcp and $unix, and the
# backend of whatever is run from here on. $handles limits how many descriptors
# it may have. The Unix socket of the last one still lies there.
handles=
start_server() {
	IOSRC_BACKEND=$1
	export IOSRC_BACKEND
	shift
	unix=unix:$work/socket
	rm -f "$work/server" # the last one's
	(
		# shellcheck disable=SC3045 # dash and busybox have it
		[ -z "$handles" ] || ulimit -n "$handles"
		exec timeout -k "$patience" $((patience * 20)) \
			"$examples/echo" "$@" 127.0.0.1:0 "$unix"
	) >"$work/server" 2>&1 &
	server=$!
	tries=$((patience * 20))
	until grep -qs "^listening on $unix" "$work/server"; do
		tries=$((tries - 1))
		if [ $tries = 0 ] || ! kill -0 "$server" 2>/dev/null; then
			echo "FAIL: echo on $IOSRC_BACKEND does not start:"
			cat "$work/server"
			exit 1
		fi
		sleep 0.05
	done
	tcp=$(sed -n 's/^listening on \(127\.0\.0\.1:[0-9]*\)$/\1/p' \
		"$work/server")
}

# stop_server SIGNAL: succeeds when echo ends by itself, with status 0. The
# signal goes to echo and not through timeout, whose SIGCONT after it upsets
# LeakSanitizer's ptrace(2).
stop_server() {
	kill -s "$1" "$(pgrep -P "$server")"
	wait "$server"
	status=$?
	server=
	cat "$work/server"
	[ $status = 0 ]
}

load() {
	limited "$examples/load" "$@"
}

# netcat from a file, /dev/null, a pipe and a terminal, and into a pipe whose
# reader is slow. What the server echoes must be what went in.
from_file() {
	limited "$examples/netcat" "$@" \
		<"$work/data" >"$work/back" && same "$work/data" "$work/back"
}
from_nothing() {
	limited "$examples/netcat" "$@" \
		</dev/null >"$work/back" && [ ! -s "$work/back" ]
}
from_pipe() {
	{
		head -c 1000 "$work/data"
		sleep 0.2
		tail -c +1001 "$work/data"
	} | limited "$examples/netcat" "$@" \
		>"$work/back" && same "$work/data" "$work/back"
}
from_terminal() {
	limited "$pty" "$examples/netcat" "$@" \
		<"$work/lines" >"$work/back" && same "$work/lines" "$work/back"
}
into_slow_pipe() {
	{
		limited "$examples/netcat" "$@" \
			<"$work/data"
		echo $? >"$work/status"
	} | {
		sleep 0.5
		cat >"$work/back"
	}
	[ "$(cat "$work/status")" = 0 ] && same "$work/data" "$work/back"
}

head -c 8000003 /dev/urandom >"$work/data"
awk 'BEGIN { for (i = 0; i < 300; i++)
	print i, "the quick brown fox jumps over the lazy dog" }' \
	>"$work/lines"

check 'iosrc-info finds that every backend works' limited "$info"
check 'iosrc-info --version' limited "$info" --version
check 'iosrc-info refuses an unknown option' refuses "$info" --nonsense
check 'echo refuses an unknown backend' \
	refuses env IOSRC_BACKEND=nonsense "$examples/echo"
check 'echo refuses what is no address' refuses "$examples/echo" 127.0.0.1
check 'load refuses to do without an address' refuses "$examples/load"
check 'netcat says when nobody listens' \
	refuses "$examples/netcat" "unix:$work/nobody"

for backend in ${IOSRC_BACKENDS:-epoll poll}; do
	check "$backend: hello" limited env IOSRC_BACKEND="$backend" \
		"$examples/hello"

	start_server "$backend" -t 2
	check "$backend: load on TCP" load -n 50 -m 20 "$tcp"
	check "$backend: load on a Unix socket" load -n 50 -m 20 "$unix"
	check "$backend: load on both, large messages" load -n 4 -m 3 \
		-s 1-2000000 "$unix" "$tcp"
	for how in from_file from_nothing from_pipe from_terminal \
		into_slow_pipe; do
		check "$backend: netcat $how, TCP" $how "$tcp"
		check "$backend: netcat $how, Unix socket" $how "$unix"
	done
	check "$backend: a second echo is told that the address is taken" \
		refuses "$examples/echo" "$unix"
	check "$backend: echo ends at SIGINT" stop_server INT

	start_server "$backend" -t 3
	check "$backend: load on one thread of several" load -n 1 -m 1 "$unix"
	"$examples/load" -n 20 -m 1000000 "$unix" >/dev/null 2>&1 &
	busy=$!
	sleep 0.3
	check "$backend: echo ends at SIGTERM while it is busy" \
		stop_server TERM
	wait $busy
	check "$backend: load says that the server ended" test $? = 1

	# 30 descriptors for 100 connections: most wait for their turn.
	handles=30
	start_server "$backend" -t 2
	handles=
	check "$backend: load while echo is out of descriptors" load \
		-n 100 -m 5 "$tcp"
	check "$backend: echo ends after that" stop_server INT
done

echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
