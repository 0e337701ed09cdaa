#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-planted.sh: the gates can fail. Limits that are planted just below what
# an operation costs are found and named with where it goes, those just above
# hold, and one far above asks to be lowered.
set -eu

gates="python3 $top_srcdir/tests/gates/gates.py"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM

fail() {
	echo "test-planted: $*" >&2
	cat "$folder/said" >&2
	exit 1
}

# planted UNIT LOAD FACTOR: a file in which the limit of a load is its figure
# times the factor.
planted() {
	grep '^made-by' "$top_srcdir/tests/gates/limits" >"$folder/limits" || :
	awk -v unit="$1" -v load="$2" -v factor="$3" \
		'$1 == load && $3 == unit { print $1, $2 * factor, $3 }' \
		"$folder/figures" >>"$folder/limits"
	$gates --limits "$folder/limits" >"$folder/said" 2>&1
}

# The figures themselves, from limits that nothing can miss.
sed 's/^\([a-z-]*\) [0-9.]* \(instructions\|system-calls\)$/\1 1e9 \2/' \
	"$top_srcdir/tests/gates/limits" >"$folder/limits"
status=0
$gates --limits "$folder/limits" would-block >"$folder/said" 2>&1 || status=$?
if [ $status = 77 ]; then
	cat "$folder/said"
	exit 77
fi
[ $status = 0 ] || fail 'the figures were not counted'
grep -q 'may be lowered' "$folder/said" || fail 'nothing asks to be lowered'
awk '$4 == "limit" { print $1, $2, $3 }' "$folder/said" >"$folder/figures"

while read -r load _ unit; do
	planted "$unit" "$load" 0.94 && fail "$unit: 6 % above was let through"
	grep -q "^$load .*FAILED, 6 % above" "$folder/said" ||
		fail "$unit: the load that failed is not named"
	case $unit in
	instructions) grep -q 'epoll\|io\.c:iosrc_read' "$folder/said" ;;
	*) grep -q '1\.00  read' "$folder/said" ;;
	esac || fail "$unit: where it goes is not said"
	planted "$unit" "$load" 0.97 || fail "$unit: 3 % above was refused"
	grep '^SKIP' "$folder/said" || :
	echo "$unit: 6 % above is found, 3 % above is not"
done <"$folder/figures"
grep '^SKIP' "$folder/said" || :
