#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-syscalls.sh: the system calls of the library, counted exactly. strace
# shows all that scenarios.c makes between its marks, and the table must be
# the one below: nothing more, nothing less, nothing else.
set -eu

program=${1-$top_builddir/tests/syscalls/scenarios}
backends=${IOSRC_BACKENDS-epoll poll}

case " ${CFLAGS-} ${LDFLAGS-} " in
*-fsanitize=*)
	echo 'SKIP: sanitizers make system calls of their own'
	exit 77
	;;
esac
if ! command -v strace >/dev/null; then
	echo 'test-syscalls: strace is missing (tools/deps.sh installs it)' >&2
	exit 1
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM

# scenario, system call, times; a scenario without a line makes none. In libc's
# that have no epoll_wait of their own it is epoll_pwait: one name for both.
# The clock is read without a system call where the machine allows it, so it
# is not counted; nor is what the C library's allocator asks for, which differs
# (contract_S1 shows that create makes no call of its own); what is "below"
# depends on the capability.
expected() {
	case $1 in
	epoll)
		cat <<-EOT
		register epoll_ctl 100
		reregister epoll_ctl 100
		read-would-block read 100
		write sendto 100
		wait-without-blocking epoll_wait 100
		wait-whole-ms epoll_wait 25
		wait-below-ms $2 25
		wake-and-wait epoll_wait 100
		wait-ready epoll_wait 100
		deregister epoll_ctl 100
		close close 100
		close epoll_ctl 100
		wait-for-nothing epoll_wait 100
		EOT
		;;
	poll)
		# Nothing to poll is no call. A wait that blocks polls before,
		# and once more when its time is over. A closed handle has to be
		# told by register and reregister, which ask for it by fcntl.
		cat <<-EOT
		register fcntl 100
		reregister fcntl 100
		read-would-block read 100
		write sendto 100
		wait-without-blocking poll 100
		wait-whole-ms poll 75
		wait-below-ms poll 75
		wake-and-wait poll 100
		wait-ready poll 100
		close close 100
		EOT
		;;
	esac
}

counted() {
	awk '
	{ sub(/^[0-9]+ +/, "") }
	/^write\(-1, "begin / { split($0, part, "\""); name = substr(part[2], 7); next }
	/^write\(-1, "end / { name = ""; next }
	name != "" && match($0, /^[a-z0-9_]+\(/) {
		call = substr($0, 1, RLENGTH - 1)
		if (call == "epoll_pwait") call = "epoll_wait"
		if (call ~ /^ppoll/) call = "poll"
		if (call ~ /^clock_gettime/) next
		if (call ~ /^(brk|mmap|munmap|mremap|madvise)$/) next
		count[name " " call]++
	}
	END { for (key in count) print key, count[key] }' "$1"
}

failed=0
for backend in $backends; do
	strace -f -o "$folder/trace" "$program" "$backend" >"$folder/said"
	case $(cat "$folder/said") in
	below_ms=1) below=epoll_pwait2 ;;
	*) below=epoll_wait ;;
	esac
	expected "$backend" "$below" | sort >"$folder/expected"
	counted "$folder/trace" | sort >"$folder/counted"
	if diff "$folder/expected" "$folder/counted" >"$folder/diff"; then
		echo "$backend: as expected"
		sed 's/^/	/' "$folder/counted"
	else
		echo "$backend: < is expected, > is counted" >&2
		cat "$folder/diff" >&2
		failed=1
	fi
done
exit $failed
