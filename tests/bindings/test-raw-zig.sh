#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-raw-zig.sh: the raw layer for Zig 0.17 is formatted, names functions
# that are there, and works; that its layouts are C's is checked when it
# compiles, here for targets of every data model. IOSRC_ZIG names the compiler.
set -eu
. "$(dirname "$0")/library.sh"

zig=
for name in ${IOSRC_ZIG:-zig /usr/local/zig/ziglang/zig}; do
	! command -v "$name" >/dev/null || { zig=$name && break; }
done
[ -n "$zig" ] || skip 'no zig (PyPI: ziglang; see tools/deps.sh)'
version=$($zig version)
case $version in
0.17.*) ;;
*) skip "zig is $version; the binding is written for 0.17" ;;
esac

cp "$bindings/zig/src/raw.zig" "$work/iosrc.zig"
cp "$top_srcdir/tests/bindings/raw.zig" "$work/raw.zig"
HOME=$work
ZIG_GLOBAL_CACHE_DIR=$work/global ZIG_LOCAL_CACHE_DIR=$work/local
export HOME ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR
cd "$work"
"$zig" fmt --check iosrc.zig
"$zig" test -lc -L"$folder" -liosrc raw.zig
for target in x86-linux-musl arm-linux-musleabihf x86_64-windows-gnu \
	x86-windows-gnu wasm32-wasi; do
	"$zig" build-obj -fno-emit-bin -lc -target "$target" iosrc.zig
done
echo "zig $version"
