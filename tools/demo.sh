#!/bin/sh
# SPDX-License-Identifier: MIT
#
# demo.sh [--connections N]: from a checkout to a running server, on Debian 12
# as root (elsewhere too, where the tools are there already). It builds the
# library and installs it into a private prefix, builds the examples against
# what is installed there, as any user would, and on every backend runs them on
# real sockets: an echo server under load, the same through a proxy, a chat,
# datagrams. Everything it makes is in _build; a second call makes again only
# what has changed.
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

# build_example NAME [PACKAGE]: each is one file.
build_example() {
	say "$compiler -o $1 $1.c \$(pkg-config --cflags --libs iosrc${2+ $2})"
	# shellcheck disable=SC2046,SC2086 # several flags
	(cd "$source/examples" && $compiler -O2 -Wall -pthread \
		-o "$programs/$1" "$1.c" \
		$(pkg-config --cflags --libs iosrc ${2-}) \
		-Wl,-rpath,"$(pkg-config --variable=libdir iosrc)")
}

build_examples() {
	compiler=${CC:-gcc}
	PKG_CONFIG_PATH=$prefix/lib/pkgconfig
	export PKG_CONFIG_PATH
	say "pkg-config finds iosrc $(pkg-config --modversion iosrc):" \
		"$(pkg-config --cflags --libs iosrc)"
	for example in hello echo load netcat chat proxy udp_echo resolve; do
		build_example $example
	done
	[ "$(uname)" != Linux ] || build_example watch
	has_glib=no
	if pkg-config --exists glib-2.0; then
		has_glib=yes
		build_example glib glib-2.0
	fi
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

show_echo_and_proxy() {
	start echo -t 2 127.0.0.1:0 "unix:$work/echo.socket"
	echo_server=$server
	tcp=$address
	load TCP "$tcp"
	load 'a Unix socket' "unix:$work/echo.socket"
	netcat 'a file' "$tcp" <"$work/data"
	# shellcheck disable=SC2002 # a pipe is the point
	cat "$work/data" | netcat 'a pipe' "unix:$work/echo.socket"
	found=$("$programs/resolve" localhost "${tcp##*:}") || stop resolve
	say "resolve: localhost is $found"
	start proxy -t 2 127.0.0.1:0 "$tcp"
	load 'TCP through the proxy' "$address"
	netcat 'a file, through the proxy' "$address" <"$work/data"
	say "SIGINT wakes every thread of both servers"
	stop_server proxy "$server"
	stop_server echo "$echo_server"
}

show_proxy_and_http() {
	rm -f "$work/http"
	python3 -u -m http.server --bind 127.0.0.1 --directory "$work" 0 \
		>"$work/http" 2>&1 &
	http=$!
	servers="$servers $http"
	tries=200
	until grep -qs '^Serving HTTP' "$work/http"; do
		tries=$((tries - 1))
		[ $tries != 0 ] || stop "Python's http.server does not start"
		sleep 0.05
	done
	port=$(sed -n 's/^Serving HTTP on .* port \([0-9]*\) .*/\1/p' \
		"$work/http")
	start proxy 127.0.0.1:0 "127.0.0.1:$port"
	curl -sSf --noproxy '*' -m 120 -o "$work/back" \
		"http://$address/data" || stop 'curl through the proxy'
	cmp "$work/data" "$work/back" || stop 'curl got other bytes'
	say "curl got $(wc -c <"$work/back") bytes from Python's http.server" \
		'through the proxy, as they lie there'
	stop_server proxy "$server"
	kill "$http"
	wait "$http" 2>/dev/null || : # it ends by the signal
	forget "$http"
}

show_udp() {
	start udp_echo
	# bash has sockets of its own.
	back=$(timeout 60 bash -c 'exec 3<>"/dev/udp/${0%:*}/${0##*:}" &&
		echo "a datagram" >&3 && head -n 1 <&3' "$address") || stop udp_echo
	[ "$back" = 'a datagram' ] || stop "udp_echo sent back $back"
	stop_server udp_echo "$server"
}

# Three clients say a line each; all of them must hear all three.
show_chat() {
	start chat
	clients=
	for name in Ada Bob Cyd; do
		(
			sleep 0.5 # until all are there
			echo "I am $name"
			sleep 1 # until all have spoken
		) | timeout 60 "$programs/netcat" "$address" \
			>"$work/heard-by-$name" &
		clients="$clients $!"
		servers="$servers $!"
	done
	for client in $clients; do
		wait "$client" || stop 'a chat client'
		forget "$client"
	done
	sed 's/^/demo: Ada hears  /' "$work/heard-by-Ada"
	[ "$(grep -c 'I am ...$' "$work/heard-by-Ada")" = 3 ] ||
		stop 'Ada did not hear everybody'
	for name in Bob Cyd; do
		cmp "$work/heard-by-Ada" "$work/heard-by-$name" ||
			stop "$name heard something else"
	done
	stop_server chat "$server"
}

show_watch() {
	say "watch: what a command does to a folder, and how it ends"
	mkdir -p "$work/folder"
	# shellcheck disable=SC2016 # the shell inside expands it
	"$programs/watch" "$work/folder" sh -c \
		'cd "$0" && echo hi >new && mv new old && sleep 0.5 && rm old' \
		"$work/folder" >"$work/watched" || stop watch
	sed 's/^/demo: watch: /' "$work/watched"
	grep -q '^deleted old$' "$work/watched" || stop 'watch missed the end'
}

show_glib() {
	start glib
	"$programs/load" -n 50 -m 20 "$address" 2>/dev/null | tail -n 1
	stop_server glib "$server"
}

run_backend() {
	say "---- $1"
	IOSRC_BACKEND=$1
	export IOSRC_BACKEND
	"$programs/hello" || stop "hello on $1"
	show_echo_and_proxy
	show_proxy_and_http
	show_chat
	show_udp
	[ ! -x "$programs/watch" ] || show_watch
	# poll(2) has no handle for another loop to watch.
	[ "$has_glib:$1" != yes:epoll ] || show_glib
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
