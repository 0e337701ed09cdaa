#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-wait-packets.sh: waitable handles by wait-completion packets, as Windows
# has them from 8 on: by a double of them in the process, where the system has
# none. No difference of Wine is borne there. IOSRC_RUN is what programs for
# Windows are run by, if anything.
set -eu

cd "${top_builddir:-.}"
IOSRC_TEST_WAIT_PACKETS=double
export IOSRC_TEST_WAIT_PACKETS
log=wait-packets.out

# shellcheck disable=SC2086 # a command and its arguments
${IOSRC_RUN:-} ./iosrc-conformance.exe --filter contract_H >$log 2>&1 || {
	cat $log
	exit 1
}
grep '^H[1-9]' $log
lines=$(grep -c '^H[1-3] .*| proved' $log)
if [ "$lines" != 3 ] || grep -q 'which Wine lacks' $log; then
	echo "FAIL: not all of H1 to H3 are proved without a difference"
	exit 1
fi
rm -f $log
