#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-counts.sh: what must be shown in full number however far the suite's
# repetitions are scaled down: 100,000 wakes from other threads, and 20,000
# rounds of register, change, deregister and close by four threads, on sockets
# alone and on sockets, pipes and waitable handles. IOSRC_RUN is what programs
# for Windows are run by, if anything.
set -eu

cd "${top_builddir:-.}"
IOSRC_WINE_SECONDS=240
export IOSRC_WINE_SECONDS

run() {
	scale=$1 filter=$2
	echo "$filter at $scale %:"
	# shellcheck disable=SC2086 # a command and its arguments
	IOSRC_TEST_SCALE=$scale ${IOSRC_RUN:-} ./iosrc-conformance.exe \
		--filter "$filter" >counts.out 2>&1 || {
		cat counts.out
		exit 1
	}
	sed '/: which lines of the contract hold/,$d' counts.out
	rm -f counts.out
}

run 10 W2_no_wake_is_lost_one_waiter
run 100 R9_S9_rounds_of
