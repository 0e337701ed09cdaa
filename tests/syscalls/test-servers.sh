#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-servers.sh: an echo server on direct I/O makes the system calls of one
# written by hand on epoll, and no more. strace -c counts both of servers.c
# over 10,000 messages; what differs must be the set-up listed below.
set -eu

program=${1-$top_builddir/tests/syscalls/servers}

case " ${CFLAGS-} ${LDFLAGS-} " in
*-fsanitize=*)
	echo 'SKIP: sanitizers make system calls of their own'
	exit 77
	;;
esac
case " ${IOSRC_BACKENDS-epoll} " in
*' epoll '*) ;;
*)
	echo 'SKIP: the library is built without epoll'
	exit 77
	;;
esac
if ! command -v strace >/dev/null; then
	echo 'test-servers: strace is missing (tools/deps.sh installs it)' >&2
	exit 1
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM

# What the library may make more, all of it set-up, and why:
# - The handle that ends a wait is opened, watched and closed with the poller:
#   an eventfd, or a pipe without it.
# - A registered source that is closed is deregistered first, so that no
#   duplicate of its handle is ever reported: 100 connections and the listener.
# - The poller asks once whether the kernel has epoll_pwait2, and once for the
#   process, to know a fork.
documented() {
	cat <<-EOT
	close 2
	epoll_ctl 102
	epoll_pwait2 1
	eventfd2 1
	getpid 1
	pipe2 1
	EOT
}

# "name calls" of strace's table. What the allocator asks for is left out, and
# one name stands for what C libraries make of one call.
counted() {
	strace -c -U calls,name -o "$folder/table" "$program" "$1"
	awk '$1 ~ /^[0-9]+$/ && $2 != "total" &&
		$2 !~ /^(brk|mmap|munmap|mremap|madvise|mprotect|getrandom)$/ {
		sub(/^epoll_pwait$/, "epoll_wait", $2)
		print $2, $1
	}' "$folder/table" | sort
}

counted raw >"$folder/raw"
counted library >"$folder/library"
documented >"$folder/documented"
awk 'NR == FNR { raw[$1] = $2; next }
	$2 != raw[$1] { print $1, $2 - raw[$1] }
	{ delete raw[$1] }
	END { for (name in raw) print name, -raw[name] }' \
	"$folder/raw" "$folder/library" | sort >"$folder/more"

echo '10,000 messages on 100 connections, the server on the library:'
sed 's/^/	/' "$folder/library"
echo 'what it makes more than the one written by hand:'
sed 's/^/	/' "$folder/more"
sent=$(sed -n 's/^sendto //p' "$folder/library")
if [ "$sent" != 10000 ]; then
	echo "test-servers: $sent messages were answered, not 10000" >&2
	exit 1
fi
awk 'NR == FNR { most[$1] = $2; next }
	$2 > most[$1] {
		printf "test-servers: %s: %d more than by hand, %d allowed\n",
			$1, $2, most[$1]
		failed = 1
	}
	END { exit failed }' "$folder/documented" "$folder/more" >&2
