#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-windows-go.sh: the module for Go on iosrc.dll, under Wine. It is vetted
# for Windows, the raw layer works, the cases pass, and the echo server serves
# the load client.
set -eu
. "$(dirname "$0")/windows.sh"
go=${IOSRC_WINDOWS_GO:-go}
need "$go" golang-go

# Go's cache does not look at headers, so their sum is part of the flags.
sum=$(cat "$top_srcdir"/include/*.h | cksum | cut -d ' ' -f 1)
cat >"$work/iosrc.pc" <<END_OF_FILE
Name: libiosrc
Description: the library that was built
Version: 0
Libs: -L$folder -liosrc
Cflags: -I$top_srcdir/include -DIOSRC_HEADERS_SUM=$sum
END_OF_FILE

# The user's own cache saves half a minute where it may be written.
if ! cache=$("$go" env GOCACHE 2>/dev/null) || [ "$cache" = off ] ||
	! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then
	cache=$work/cache
fi
mkdir "$work/home" "$work/tmp" "$work/raw"
# The host's own vet runs the target's build, so CC is the only compiler.
export GOOS=windows GOARCH=amd64 CGO_ENABLED=1 CC=$compiler GO111MODULE=on \
	GOFLAGS=-mod=readonly GOPROXY=off GOTOOLCHAIN=local GOWORK=off \
	GOENV=off GOCACHE="$cache" GOPATH="$work/home" GOTMPDIR="$work/tmp" \
	HOME="$work/home" PKG_CONFIG_PATH="$work"

# Programs of newer Go cannot start without a DLL that Wine 8 lacks.
system32=$WINEPREFIX/drive_c/windows/system32
[ -e "$system32/bcryptprimitives.dll" ] || {
	$compiler -O2 -Wall -Werror -shared -static-libgcc \
		-o "$work/bcryptprimitives.dll" \
		"$top_srcdir/tests/bindings/bcryptprimitives.c" -ladvapi32
	cp "$work/bcryptprimitives.dll" "$system32/"
}

cp "$bindings/go/raw.go" "$top_srcdir/tests/bindings/raw_test.go" "$work/raw/"
printf 'module iosrc\n\ngo 1.19\n' >"$work/raw/go.mod"
# Uses of C are not allowed in files of tests: what those need of it.
cat >"$work/raw/types.go" <<'END_OF_FILE'
package iosrc

import "C"

func noOptions() *PollerOptions { return nil }
END_OF_FILE
(cd "$work/raw" && "$go" test -c -o "$work/raw.exe" .)
cd "$bindings/go"
"$go" vet ./...
"$go" test -c -o "$work/cases.exe" .
"$go" build -o "$work/echo.exe" ./echo

# cases: runs them all and compares their names with the list.
cases() {
	status=0
	echo '== cases'
	in_wine '^PASS$' "$work/cases.exe" -test.v >"$work/log" 2>&1 ||
		status=$?
	grep -Ev '^(=== |--- PASS)' "$work/log" || :
	bad=$(grep -c '^--- FAIL:' "$work/log" || :)
	passed=$((passed + $(grep -c '^--- PASS:' "$work/log" || :)))
	failed=$((failed + bad))
	skipped=$((skipped + $(grep -c '^--- SKIP:' "$work/log" || :)))
	[ $status = 0 ] || [ "$bad" != 0 ] || {
		echo "FAIL: the runner ended with $status"
		failed=$((failed + 1))
	}
	sed -n 's/^--- PASS: \([^ ]*\) .*/\1/p' "$work/log" >"$work/names"
}

check 'the raw layer' in_wine '^PASS$' "$work/raw.exe" -test.v
cases
check 'every case ran' sh -c "python3 '$top_srcdir/tests/bindings/check-cases.py' \
	go <'$work/names'"
check_echo "$work/echo.exe"
"$go" version
close_count
