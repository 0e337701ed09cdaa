#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-go.sh: the Go module is vetted and formatted; its cases pass on every
# backend, with the race detector where the toolchain has it; its echo server
# passes the load client's 1,000 connections with every byte verified.
set -eu
. "$(dirname "$0")/library.sh"
need go golang-go
need gcc gcc
need python3 python3
need timeout coreutils

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
if ! cache=$(go env GOCACHE 2>/dev/null) || [ "$cache" = off ] ||
	! mkdir -p "$cache" 2>/dev/null || [ ! -w "$cache" ]; then
	cache=$work/cache
fi
mkdir "$work/home" "$work/tmp"
export CGO_ENABLED=1 CC=gcc GO111MODULE=on GOFLAGS=-mod=readonly GOPROXY=off \
	GOTOOLCHAIN=local GOWORK=off GOENV=off GOCACHE="$cache" \
	GOPATH="$work/home" GOTMPDIR="$work/tmp" HOME="$work/home" \
	PKG_CONFIG_PATH="$work"
unset CFLAGS CPPFLAGS LDFLAGS

cd "$bindings/go"
go version
go vet ./...
go vet ../../bench/bindings/go.go
unformatted=$(gofmt -l . ../../bench/bindings)
[ -z "$unformatted" ] || {
	echo "FAIL: gofmt would change $unformatted" >&2
	exit 1
}

printf 'package main\n\nfunc main() {}\n' >"$work/race.go"
race=-race
(cd "$work" && go build -race -o race race.go && ./race) \
	>"$work/race.log" 2>&1 || {
	race=
	echo 'without the race detector, which this toolchain lacks:'
	head -n 3 "$work/race.log"
}
# shellcheck disable=SC2086 # one flag or none
go test $race -c -o "$work/cases" .
go build -o "$work/echo" ./echo

passed=0 failed=0 skipped=0

count() {
	grep -c "^--- $1:" "$2" || :
}

# cases BACKEND: runs them all; their names go into $work/ran-BACKEND.
cases() {
	log=$work/log-$1
	status=0
	IOSRC_BACKEND=$1 timeout -k 5 "$patience" "$work/cases" -test.v \
		>"$log" 2>&1 || status=$?
	# Names that passed are too many to show, what else was said is not.
	grep -Ev '^(=== |--- PASS)' "$log" || :
	passed=$((passed + $(count PASS "$log")))
	failed=$((failed + $(count FAIL "$log")))
	skipped=$((skipped + $(count SKIP "$log")))
	if [ $status -ne 0 ] && [ "$(count FAIL "$log")" -eq 0 ]; then
		echo "FAIL: the runner ended with $status on $1"
		failed=$((failed + 1))
	fi
	sed -n 's/^--- PASS: \([^ ]*\) .*/\1/p' "$log" |
		python3 "$top_srcdir/tests/bindings/check-cases.py" go ||
		failed=$((failed + 1))
}

# echo_server BACKEND
echo_server() {
	echo_serves env IOSRC_BACKEND="$1" "$work/echo" 127.0.0.1:0 &&
		grep '^1000 connections' "$work/server"
}

for backend in ${IOSRC_BACKENDS:-epoll poll}; do
	echo "on $backend:"
	cases "$backend"
	if [ ! -x "$load" ]; then
		echo 'SKIP: the load client was not built (--disable-examples)'
		skipped=$((skipped + 1))
	elif echo_server "$backend"; then
		passed=$((passed + 1))
	else
		echo "FAIL: the echo server on $backend"
		failed=$((failed + 1))
	fi
done

chmod -R u+w "$work"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
