#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check-denied.sh: the whole contract suite, on every backend, where one system
# call after the other answers EPERM or ENOSYS, as in sandboxes and on old
# kernels: it must pass by fallback. First it is shown that the filter does
# filter. Several suites run at once, for they mostly wait; so the bounds on
# time are wide. The last line is "N passed, N failed, N skipped".
set -u

top_builddir=${top_builddir:-.}
deny=tests/seccomp/deny
suite=./iosrc-conformance
at_once=${IOSRC_TEST_DENIED_JOBS:-$(($(nproc 2>/dev/null || echo 1) * 3))}
calls='eventfd2 epoll_pwait2 io_uring_setup pipe2 accept4'
: "${IOSRC_TEST_SCALE:=5}" "${IOSRC_TEST_SLOWNESS:=2}"
export IOSRC_TEST_SCALE IOSRC_TEST_SLOWNESS
unset IOSRC_BACKEND

cd "$top_builddir" || exit 1
logs=tests/seccomp/logs
rm -rf "$logs"
mkdir -p "$logs" || exit 1

# A program that libtool wraps in a script would have that filtered too.
deny() {
	./libtool --mode=execute "$deny" "$@"
}

deny EPERM eventfd2 true
case $? in
0) ;;
77)
	echo '0 passed, 0 failed, 1 skipped'
	exit 77
	;;
*)
	echo 'FAIL: deny does not work' >&2
	exit 1
	;;
esac

# run CALL ERROR: one suite, into a log of its own.
run() {
	deny "$2" "$1" "$suite" >"$logs/$1-$2.log" 2>&1
	echo $? >"$logs/$1-$2.status"
}

count() { # count WORD LOG: cmocka's sum
	sed -n "s/^\[  $1 *\] \([0-9]*\) test(s).*/\1/p" "$2" |
		awk '{ sum += $1 } END { print sum + 0 }'
}

passed=0 failed=0 skipped=0
# A library that makes one of the calls has to die of it.
if [ -z "${IOSRC_OPTIONAL_CALLS+known}" ] || case $IOSRC_OPTIONAL_CALLS in
*eventfd*) true ;;
*) false ;;
esac; then
	deny kill eventfd2 "$suite" -b epoll -k contract_W1 \
		>"$logs/kill.log" 2>&1
	if [ $? = 0 ]; then
		echo 'FAIL: nothing is killed for eventfd2'
		failed=$((failed + 1))
	else
		passed=$((passed + 1))
	fi
fi

running=0
for error in EPERM ENOSYS; do
	for call in $calls; do
		run "$call" "$error" &
		running=$((running + 1))
		[ $((running % at_once)) != 0 ] || wait
	done
done
wait

for error in EPERM ENOSYS; do
	for call in $calls; do
		log=$logs/$call-$error
		good=$(count PASSED "$log.log")
		bad=$(count FAILED "$log.log")
		left=$(count SKIPPED "$log.log")
		if [ "$(cat "$log.status")" != 0 ] || [ "$good" = 0 ]; then
			[ "$bad" != 0 ] || bad=1
			grep -v '^\[  *\(OK\|RUN\) *\]' "$log.log" |
				grep -v 'proved$' | tail -n 60
		fi
		echo "$call denied with $error: $good passed, $bad failed," \
			"$left skipped"
		passed=$((passed + good)) failed=$((failed + bad))
		skipped=$((skipped + left))
	done
done

# Why a line is not proved, each reason once.
sed -n 's/.*: skipped: /skipped: /p' "$logs"/*.log | sort | uniq -c
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
