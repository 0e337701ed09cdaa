#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-header.sh: each public header compiles alone and twice, in each
# language standard, with each compiler, without a warning; and the example in
# the manual compiles. IOSRC_TEST_COMPILERS names the compilers; one that is
# missing is a failure, so that the count below is never smaller than it says.
set -eu

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
include=${IOSRC_TEST_INCLUDE:-$top_srcdir/include}
compilers=${IOSRC_TEST_COMPILERS:-gcc clang}
headers='iosrc.h iosrc_net.h iosrc_plugin.h'
standards='c99 c11 c17 c++11 c++17'
warnings='-Wall -Wextra -Wpedantic -Wpadded -Werror'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0

# compile WHAT COMPILER ARGUMENT...
compile() {
	what=$1
	shift
	if "$@" -fsyntax-only -I"$include" 2>"$work/log"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL: $what" >&2
		cat "$work/log" >&2
	fi
}

language_of() {
	case $1 in
	c++*) echo c++ ;;
	*) echo c ;;
	esac
}

for compiler in $compilers; do
	if ! command -v "$compiler" >/dev/null; then
		echo "FAIL: no $compiler here;" \
			"IOSRC_TEST_COMPILERS names those to use" >&2
		exit 1
	fi
	for header in $headers; do
		echo "#include <$header>" >"$work/alone"
		cat "$work/alone" "$work/alone" >"$work/twice"
		for standard in $standards; do
			language=$(language_of "$standard")
			for source in alone twice; do
				compile "$header $source, $compiler $standard" \
					"$compiler" -x "$language" \
					-std="$standard" $warnings \
					"$work/$source"
			done
		done
	done
done

# The manual's example: the block between its title and how to build it.
awk '/^ \* HOW TO START/ { on = 1; next }
	/^ \* Build it with/ { exit }
	on { sub(/^ \*\t?/, ""); print }' "$include/iosrc.h" >"$work/example.c"
if ! grep -q '^int main' "$work/example.c"; then
	echo "FAIL: iosrc.h has no example" >&2
	exit 1
fi
for compiler in $compilers; do
	compile "the example of iosrc.h, $compiler" "$compiler" -x c \
		-std=gnu11 -Wall -Wextra -Werror "$work/example.c"
done

echo "headers: $passed combinations compile, $failed do not"
[ "$failed" -eq 0 ]
