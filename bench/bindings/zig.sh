#!/bin/sh
# SPDX-License-Identifier: MIT
#
# zig.sh [BUILD_FOLDER [PROGRAM]]: builds zig.zig with the library that was
# built there (default: the current folder) and runs it on every backend; or
# leaves the program under that name. IOSRC_ZIG names the compiler.
set -eu

top=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(cd "${1:-.}" && pwd)/lib/.libs
[ -e "$folder/libiosrc.so.1" ] || {
	echo "zig.sh: no library in $folder" >&2
	exit 1
}
zig=${IOSRC_ZIG:-$(command -v zig || echo /usr/local/zig/ziglang/zig)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

(
	cd "$work"
	ZIG_GLOBAL_CACHE_DIR=${ZIG_GLOBAL_CACHE_DIR:-$work/global} \
		ZIG_LOCAL_CACHE_DIR=$work/local "$zig" build-exe -OReleaseFast \
		-femit-bin=bench --dep iosrc \
		-Mroot="$top/bench/bindings/zig.zig" -OReleaseFast -lc \
		-L"$folder" -rpath "$folder" -liosrc \
		-Miosrc="$top/bindings/zig/src/iosrc.zig"
)
if [ $# -gt 1 ]; then
	cp "$work/bench" "$2"
	exit
fi
for backend in epoll poll; do
	IOSRC_BACKEND=$backend "$work/bench"
done
