#!/bin/sh
# SPDX-License-Identifier: MIT
#
# abi_dump.sh check|freeze LIBRARY: the types and symbols of a built library,
# as its debug information has them, against bindings/abi/frozen/*.abi, by
# libabigail's abidiff; or writes that file. Before 1.0.0 any difference fails,
# afterwards functions may be added. Exit status 77 where it cannot be told.
set -eu

command=${1:-}
library=${2:-}
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
include=${IOSRC_TEST_INCLUDE:-$top_srcdir/include}
folder=$top_srcdir/bindings/abi/frozen
readelf=${READELF:-readelf}
LC_ALL=C
export LC_ALL

skip() {
	echo "SKIP: $*"
	exit 77
}

case $command:$library in
check:?* | freeze:?*) ;;
*)
	echo "usage: $0 check|freeze LIBRARY" >&2
	exit 2
	;;
esac
[ -e "$library" ] || {
	echo "abi_dump: no $library" >&2
	exit 1
}
for tool in abidw abidiff; do
	command -v $tool >/dev/null ||
		skip "no $tool (Debian: abigail-tools)"
done
header=$($readelf -h "$library")
case $header in
*ELF64*X86-64*) dump=$folder/x86_64.abi ;;
*) skip "no dump is frozen for this processor" ;;
esac
$readelf -SW "$library" | grep -q '\.debug_info' ||
	skip "the library has no debug information"

# What the headers show of the library. The paths of the build mean nothing;
# types have ids by their names.
dump_of_library() {
	abidw --headers-dir "$include" --drop-private-types \
		--exported-interfaces-only --type-id-style hash \
		--no-corpus-path --no-comp-dir-path --no-show-locs \
		--no-elf-needed --no-parameter-names "$library" |
		sed -e "s: path='[^']*/\([^'/]*/[^'/]*\)': path='\1':"
}

if [ "$command" = freeze ]; then
	dump_of_library >"$dump.new"
	grep -q "<function-decl name='iosrc_version'" "$dump.new" || {
		echo 'abi_dump: abidw told nothing' >&2
		exit 1
	}
	mv "$dump.new" "$dump"
	echo "abi_dump: $dump is written"
	exit
fi

rules="python3 $top_srcdir/tools/abi_rules.py --tree $top_srcdir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mode=$($rules mode)
set --
if [ "$mode" != open ]; then
	# Structs that come with their size may grow at the end. Without the
	# kind, abidiff 2.2 forgives every change of them.
	$rules sized | while read -r name; do
		printf '[suppress_type]\n\tname = %s\n' "$name"
		printf '\ttype_kind = struct\n'
		printf '\thas_data_member_inserted_at = end\n'
	done >"$work/additions.abignore"
	set -- --no-added-syms --suppressions "$work/additions.abignore"
fi
# Two dumps that were made in the same way. Compared with the library itself,
# with --headers-dir2, abidiff 2.2 takes types of the frozen side, which has no
# places, for private ones, and does not see two fields change places.
dump_of_library >"$work/now.abi"
status=0
abidiff "$@" "$dump" "$work/now.abi" || status=$?
if [ $status -ne 0 ]; then
	echo "abi_dump: the library is not as it was frozen (abidiff answered" \
		"$status, mode $mode)" >&2
	exit 1
fi
echo "abi_dump: as frozen, mode $mode"
