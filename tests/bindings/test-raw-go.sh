#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-raw-go.sh: the raw layer for Go is vetted and formatted, and works; that
# its layouts are C's is checked when it compiles.
set -eu
. "$(dirname "$0")/library.sh"
need go golang-go
need gcc gcc

mkdir "$work/iosrc" "$work/home"
cp "$bindings/go/raw.go" "$work/iosrc/"
cp "$top_srcdir/tests/bindings/raw_test.go" "$work/iosrc/"
printf 'module iosrc\n\ngo 1.19\n' >"$work/iosrc/go.mod"
# Uses of C are not allowed in files of tests: what those need of it.
cat >"$work/iosrc/types.go" <<'END'
package iosrc

import "C"

func noOptions() *PollerOptions { return nil }
END
cat >"$work/iosrc.pc" <<END
Name: libiosrc
Description: the library that was built
Version: 0
Libs: -L$folder -liosrc
Cflags: -I$top_srcdir/include
END

export CGO_ENABLED=1 CC=gcc GO111MODULE=on GOFLAGS=-mod=mod GOPROXY=off \
	GOTOOLCHAIN=local GOCACHE="$work/cache" GOPATH="$work/home" \
	GOTMPDIR="$work" HOME="$work/home" PKG_CONFIG_PATH="$work"
unset CFLAGS CPPFLAGS LDFLAGS
cd "$work/iosrc"
go version
go vet ./...
[ -z "$(gofmt -l raw.go)" ]
go test ./...
# The cache is read-only in places.
chmod -R u+w "$work"
