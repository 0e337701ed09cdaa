#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-windows-zig.sh: the package for Zig 0.17 on iosrc.dll, under Wine. The raw
# layer works, the cases pass, and the echo server serves the load client.
# IOSRC_ZIG names the compiler. What it compiles is kept below the build folder:
# only the first run is slow.
set -eu
. "$(dirname "$0")/windows.sh"

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

# "make clean" removes the folder of variants.
cache=$top_builddir/variants/zig
mkdir -p "$cache"
ZIG_GLOBAL_CACHE_DIR=${ZIG_GLOBAL_CACHE_DIR:-$cache/global}
ZIG_LOCAL_CACHE_DIR=${ZIG_LOCAL_CACHE_DIR:-$cache/local}
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR
target=x86_64-windows-gnu

mkdir "$work/raw"
cp "$bindings/zig/src/raw.zig" "$work/raw/iosrc.zig"
cp "$top_srcdir/tests/bindings/raw.zig" "$work/raw/raw.zig"
(cd "$work/raw" && "$zig" test --test-no-exec -lc -target $target \
	-femit-bin="$work/raw.exe" "$folder/libiosrc.dll.a" raw.zig)
(cd "$bindings/zig" && "$zig" build install test-program -Dtarget=$target \
	-Dlibrary="$folder" --prefix "$work/out")

# The names, for the comparison with the list of cases.
cases() {
	status=0
	echo '== cases'
	in_wine '^All [1-9][0-9]* tests passed' "$work/out/bin/iosrc-test.exe" \
		>"$work/log" 2>&1 || status=$?
	sed -n 's/^[0-9/]* cases\.test\.\([a-z0-9_]*\)\.\.\.OK$/\1/p' \
		"$work/log" >"$work/names"
	passed=$((passed + $(wc -l <"$work/names")))
	tail -n 1 "$work/log"
	[ $status = 0 ] || {
		cat "$work/log"
		failed=$((failed + 1))
	}
}

check 'the raw layer' in_wine '^All [1-9][0-9]* tests passed' "$work/raw.exe"
cases
check 'every case ran' sh -c "python3 '$top_srcdir/tests/bindings/check-cases.py' \
	zig <'$work/names'"
check_echo "$work/out/bin/iosrc-echo.exe"
echo "zig $version"
close_count
