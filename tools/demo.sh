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
servers=

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
	for server in $servers; do
		kill -KILL "$server" 2>/dev/null || :
		wait "$server" 2>/dev/null || :
	done
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

# build_example NAME: each is one file.
build_example() {
	say "$compiler -o $1 $1.c \$(pkg-config --cflags --libs iosrc)"
	# shellcheck disable=SC2046,SC2086 # several flags
	(cd "$source/examples" && $compiler -O2 -Wall -pthread \
		-o "$programs/$1" "$1.c" \
		$(pkg-config --cflags --libs iosrc) \
		-Wl,-rpath,"$(pkg-config --variable=libdir iosrc)")
}

build_examples() {
	compiler=${CC:-gcc}
	PKG_CONFIG_PATH=$prefix/lib/pkgconfig
	export PKG_CONFIG_PATH
	say "pkg-config finds iosrc $(pkg-config --modversion iosrc):" \
		"$(pkg-config --cflags --libs iosrc)"
	for example in hello echo load netcat; do
		build_example $example
	done
	ldd "$programs/echo" | grep "$prefix/lib/libiosrc.so.1" ||
		stop 'the examples do not use the installed library'
}

# ---- the run ----

# start NAME ARGUMENT...: sets $server, and $address, the first that it prints.
start() {
	example=$1
	shift
	rm -f "$work/$example" # the last one's
	"$programs/$example" "$@" >"$work/$example" 2>&1 &
	server=$!
	servers="$servers $server"
	tries=200
	until grep -qs '^listening on ' "$work/$example"; do
		tries=$((tries - 1))
		if [ $tries = 0 ] || ! kill -0 "$server" 2>/dev/null; then
			cat "$work/$example"
			stop "$example does not start"
		fi
		sleep 0.05
	done
	address=$(sed -n 's/^listening on //p' "$work/$example" | head -n 1)
	say "$example listens on $address"
}

# A process that has ended is nobody's to kill any more.
forget() {
	others=
	for running in $servers; do
		[ "$running" = "$1" ] || others="$others $running"
	done
	servers=$others
}

# stop_server NAME PROCESS: by SIGINT, and shows what it has to say.
stop_server() {
	kill -s INT "$2"
	status=0
	wait "$2" || status=$?
	forget "$2"
	sed "/^listening/d; s/^/demo: $1: /" "$work/$1"
	[ $status = 0 ] || stop "$1 ended with status $status"
}

# load NAME ADDRESS
load() {
	say "load on $1: $connections connections"
	"$programs/load" -n "$connections" -m $messages -s 64-1024 "$2" ||
		stop "load on $1"
}

# netcat NAME ADDRESS: standard input must come back as it went.
netcat() {
	timeout 120 "$programs/netcat" "$2" >"$work/back" ||
		stop "netcat with its input from $1"
	cmp "$work/data" "$work/back" ||
		stop "netcat with its input from $1: other bytes came back"
	say "netcat with its input from $1: $(wc -c <"$work/back") bytes" \
		'came back as they went'
}

show_echo() {
	start echo -t 2 127.0.0.1:0 "unix:$work/echo.socket"
	tcp=$address
	load TCP "$tcp"
	load 'a Unix socket' "unix:$work/echo.socket"
	netcat 'a file' "$tcp" <"$work/data"
	# shellcheck disable=SC2002 # a pipe is the point
	cat "$work/data" | netcat 'a pipe' "unix:$work/echo.socket"
	say "SIGINT wakes every thread of the server"
	stop_server echo "$server"
}

run_backend() {
	say "---- $1"
	IOSRC_BACKEND=$1
	export IOSRC_BACKEND
	"$programs/hello" || stop "hello on $1"
	show_echo
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
