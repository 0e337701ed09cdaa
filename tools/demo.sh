#!/bin/sh
# SPDX-License-Identifier: MIT
#
# demo.sh [--connections N]: from a checkout to a running server, on Debian 12
# as root (elsewhere too, where the tools are there already). It builds the
# library and installs it into a private prefix, builds the examples against
# what is installed there, as any user would, and on every backend drives an
# echo server on TCP and on a Unix socket. Everything it makes is in _build; a
# second call makes again only what has changed.
set -eu

connections=1000
messages=100

usage() {
	echo "usage: sh tools/demo.sh [--connections N]" >&2
	exit 2
}
while [ $# -gt 0 ]; do
	case $1 in
	--connections)
		[ $# -ge 2 ] || usage
		connections=$2
		shift
		;;
	--connections=*) connections=${1#*=} ;;
	*) usage ;;
	esac
	shift
done
case $connections in
'' | 0* | *[!0-9]*) usage ;;
esac

# What the caller has set for other builds must not decide this one.
unset DESTDIR IOSRC_BACKEND LD_LIBRARY_PATH MAKEFLAGS

source=$(cd "$(dirname "$0")/.." && pwd)
build=$source/_build/demo
prefix=$source/_build/prefix
programs=$source/_build/examples
work=
server=

say() {
	echo "demo: $*"
}

stop() {
	say "FAILED: $*" >&2
	exit 1
}

# Leaves no process behind, whatever happens, and says so when it failed.
at_exit() {
	status=$?
	trap - EXIT
	if [ -n "$server" ]; then
		kill -KILL "$server" 2>/dev/null || :
		wait "$server" 2>/dev/null || :
	fi
	[ -z "$work" ] || rm -rf "$work"
	[ $status = 0 ] || say "FAILED (status $status)" >&2
	exit $status
}
trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

# Runs a command that talks a lot: into a log, shown when it fails.
quietly() {
	log=$1
	shift
	say "$* (output in ${log#"$source"/})"
	"$@" >"$log" 2>&1 || {
		tail -n 40 "$log"
		stop "$*"
	}
}

# ---- the library, into a prefix of its own ----

build_library() {
	[ ! -f "$source/config.status" ] ||
		stop "$source is configured in place: run \"make distclean\" there"
	[ -x "$source/configure" ] ||
		quietly "$source/_build/bootstrap.log" "$source/bootstrap"
	if [ ! -f "$build/Makefile" ]; then
		(cd "$build" && quietly "$build/configure.log" \
			"$source/configure" --prefix="$prefix" --disable-tests)
	fi
	quietly "$build/make.log" make -C "$build" -j"$(nproc)"
	quietly "$build/install.log" make -C "$build" install
}

# ---- the examples, from their sources and pkg-config alone ----

build_example() {
	say "$compiler -o $1 ... \$(pkg-config --cflags --libs iosrc)"
	program=$programs/$1
	shift
	# shellcheck disable=SC2046,SC2086 # several flags
	(cd "$source/examples" && $compiler -O2 -Wall -pthread -o "$program" \
		"$@" $(pkg-config --cflags --libs iosrc) \
		-Wl,-rpath,"$(pkg-config --variable=libdir iosrc)")
}

build_examples() {
	compiler=${CC:-gcc}
	PKG_CONFIG_PATH=$prefix/lib/pkgconfig
	export PKG_CONFIG_PATH
	say "pkg-config finds iosrc $(pkg-config --modversion iosrc):" \
		"$(pkg-config --cflags --libs iosrc)"
	build_example hello hello.c
	build_example echo echo.c common.c
	build_example load load.c common.c
	build_example netcat netcat.c common.c
	ldd "$programs/echo" | grep "$prefix/lib/libiosrc.so.1" ||
		stop 'the examples do not use the installed library'
}

# ---- the run ----

start_server() {
	path=$work/echo.socket
	rm -f "$work/server" # the last one's
	"$programs/echo" --tcp 127.0.0.1:0 --unix "$path" --threads 2 \
		--backend "$1" >"$work/server" 2>&1 &
	server=$!
	tries=200
	until grep -qs "^listening on $path" "$work/server"; do
		tries=$((tries - 1))
		if [ $tries = 0 ] || ! kill -0 "$server" 2>/dev/null; then
			cat "$work/server"
			stop "the echo server does not start on $1"
		fi
		sleep 0.05
	done
	port=$(sed -n 's/^listening on 127\.0\.0\.1:\([0-9]*\)$/\1/p' \
		"$work/server")
}

stop_server() {
	kill -s INT "$server"
	status=0
	wait "$server" || status=$?
	server=
	cat "$work/server"
	[ $status = 0 ] || stop "the echo server ended with status $status"
}

load() {
	backend=$1
	shift
	"$programs/load" --backend "$backend" --connections "$connections" \
		--messages $messages --size 64-1024 "$@" ||
		stop "load on $backend"
}

# netcat NAME ARGUMENT...: standard input must come back as it went.
netcat() {
	name=$1
	shift
	timeout 120 "$programs/netcat" "$@" >"$work/back" ||
		stop "netcat with its input from $name"
	cmp "$work/data" "$work/back" ||
		stop "netcat with its input from $name: other bytes came back"
	say "netcat with its input from $name: $(wc -c <"$work/back") bytes" \
		'came back as they went'
}

run_backend() {
	say "---- $1: echo server with 2 threads; $connections connections," \
		"$messages messages each, of 64 to 1024 bytes"
	IOSRC_BACKEND=$1 "$programs/hello" || stop "hello on $1"
	start_server "$1"
	say "$1, TCP, port $port"
	load "$1" --tcp "127.0.0.1:$port"
	say "$1, Unix socket"
	load "$1" --unix "$path"
	netcat 'a file' --backend "$1" 127.0.0.1 "$port" <"$work/data"
	# shellcheck disable=SC2002 # a pipe is the point
	cat "$work/data" | netcat 'a pipe' --backend "$1" -U "$path"
	say "SIGINT wakes every thread of the server"
	stop_server
}

began=$(date +%s)
mkdir -p "$build" "$programs"
# shellcheck disable=SC3045 # dash and busybox have it
hard=$(ulimit -H -n)
[ "$hard" = unlimited ] || [ "$hard" -ge $((connections + 100)) ] ||
	stop "$connections connections need more than $hard descriptors"

say 'what is missing on this system'
sh "$source/tools/deps.sh" demo
build_library
build_examples
work=$(mktemp -d)
head -c 20000000 /dev/urandom >"$work/data"

say 'iosrc-info'
"$prefix/bin/iosrc-info" | tee "$work/info"
tail -n 1 "$work/info" | grep -qx 'all backends work' || stop 'iosrc-info'
# shellcheck disable=SC2013 # words
for backend in $(sed -n 's/^backends: //p' "$work/info"); do
	run_backend "$backend"
done
say "everything worked, no byte was lost; $(($(date +%s) - began)) s"
