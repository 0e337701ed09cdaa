#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check-format.sh [--fix]: does every C file look as .clang-format says?
# clang-format differs between versions; the one of Debian 12, 14, decides.
set -eu
cd "$(dirname "$0")/.."

format=
for name in ${CLANG_FORMAT:-clang-format-14 clang-format}; do
	if command -v "$name" >/dev/null; then
		format=$name
		break
	fi
done
if [ -z "$format" ]; then
	echo 'format-check: clang-format is missing (tools/deps.sh test installs it)' >&2
	exit 1
fi
case $($format --version) in
*' version 14.'*) ;;
*)
	echo "format-check: version 14 decides, this is: $($format --version)" >&2
	exit 1
	;;
esac

# The files are named by this project and hold no blanks.
# shellcheck disable=SC2046
set -- "${1-}" $(find include lib tests tools examples bench -name '*.[ch]' \
	! -path lib/sys/backends.c | sort)
fix=$1
shift
if [ "$fix" = --fix ]; then
	exec "$format" -i "$@"
fi

wrong=0
for file; do
	ok=yes
	if ! "$format" "$file" | diff -u "$file" - >/dev/null; then
		"$format" "$file" | diff -u "$file" - | head -n 20
		ok='is not formatted'
	elif ! head -n 3 "$file" | grep -q SPDX-License-Identifier; then
		ok='has no SPDX line'
	elif grep -nE '(^|[[:blank:];])//' "$file"; then
		ok='has // comments, which are scratch'
	fi
	if [ "$ok" != yes ]; then
		echo "format-check: $file $ok"
		wrong=$((wrong + 1))
	fi
done
if [ $wrong -ne 0 ]; then
	echo "format-check: $wrong of $# files (tools/check-format.sh --fix)" >&2
	exit 1
fi
echo "format-check: $# files are well formed"
