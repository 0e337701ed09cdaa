#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-man.sh: the manual pages are set without a complaint, every page that
# leads to another leads to one that is there, and every function has a page.
set -eu

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
man=$top_srcdir/man
failed=0
pages=0

command -v groff >/dev/null || {
	echo 'SKIP: no groff, which sets manual pages'
	exit 77
}

fail() {
	echo "FAIL: $*" >&2
	failed=1
}

for page in "$man"/*.3 "$man"/*.7; do
	target=$(sed -n 's/^\.so //p' "$page")
	if [ -n "$target" ]; then
		[ -f "$man/${target#man3/}" ] || fail "$page leads to $target"
		continue
	fi
	pages=$((pages + 1))
	said=$(groff -man -Tutf8 -ww -z "$page" 2>&1) || fail "$page"
	[ -z "$said" ] || fail "$page: $said"
done

functions=0
for function in $(cat "$top_srcdir"/include/iosrc*.h | tr '\n' ' ' |
	grep -o 'IOSRC_CALL *iosrc_[a-z0-9_]*(' |
	sed 's/.* \(iosrc_[a-z0-9_]*\)(/\1/'); do
	functions=$((functions + 1))
	[ -f "$man/$function.3" ] || fail "$function has no page"
done
[ $functions -gt 0 ] || fail 'the headers declare nothing'

echo "man: $pages pages, $functions functions"
[ $failed -eq 0 ]
