#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-rust.sh: the crate for Rust. Built by rustc alone, its cases and its
# docs run on every backend, its echo server serves the C load client, and its
# benchmark runs. Then cargo builds and tests the package, by pkg-config.
set -eu
. "$(dirname "$0")/library.sh"
need rustc rustc
need rustdoc rustc
need timeout coreutils
need python3 python3
rustc --version >"$work/version" 2>&1 || skip "rustc does not run"

crate=$bindings/rust
backends=${IOSRC_BACKENDS:-epoll poll}
passed=0
failed=0
skipped=0
case_names=$work/names
: >"$case_names"

# count LOG: adds up the runner's closing lines and keeps the names it ran.
# A doc test is named for its function.
count() {
	grep '^test result:' "$1" || :
	sed -n -e 's/^test \([a-z0-9_]*\) \.\.\. ok$/\1/p' \
		-e 's/^test .*::\([a-z0-9_]*\) (line [0-9]*).* \.\.\. ok$/\1/p' \
		"$1" >>"$case_names"
	numbers=$(awk '/^test result:/ { p += $4; f += $6; s += $8 }
		END { print p + 0, f + 0, s + 0 }' "$1")
	# shellcheck disable=SC2086 # three numbers
	set -- $numbers
	passed=$((passed + $1))
	failed=$((failed + $2))
	skipped=$((skipped + $3))
}

# run NAME COMMAND...: a test runner; one that fails without saying which test
# did counts as one failure.
run() {
	name=$1
	shift
	before=$failed
	status=0
	echo "== $name"
	"$@" >"$work/log" 2>&1 || status=$?
	count "$work/log"
	[ $status = 0 ] || cat "$work/log"
	[ $status = 0 ] || [ $failed != $before ] || failed=$((failed + 1))
}

# check NAME COMMAND...: one thing that succeeds or does not.
check() {
	name=$1
	shift
	if "$@" >"$work/log" 2>&1; then
		passed=$((passed + 1))
		echo "ok: $name"
	else
		failed=$((failed + 1))
		echo "FAIL: $name"
		cat "$work/log"
	fi
}

# ---- rustc alone ----

compile() {
	rustc --edition 2021 -D warnings -L native="$folder" "$@"
}
doc_tests() {
	rustdoc --test --edition 2021 --crate-name iosrc -L native="$folder" \
		--extern iosrc="$work/libiosrc.rlib" \
		--test-args '--skip sys::' "$crate/src/lib.rs"
}

compile -l iosrc --crate-name iosrc --crate-type rlib \
	-o "$work/libiosrc.rlib" "$crate/src/lib.rs"
compile --extern iosrc="$work/libiosrc.rlib" --test \
	-o "$work/cases" "$crate/tests/cases.rs"
compile --extern iosrc="$work/libiosrc.rlib" \
	-o "$work/echo" "$crate/examples/echo.rs"
for backend in $backends; do
	IOSRC_BACKEND=$backend
	export IOSRC_BACKEND
	run "cases on $backend" "$work/cases"
	run "docs on $backend" doc_tests
done
unset IOSRC_BACKEND
check 'every case ran' python3 "$top_srcdir/tests/bindings/check-cases.py" \
	rust <"$case_names"

# ---- the echo server ----

if [ -x "$load" ]; then
	for backend in $backends; do
		for address in 127.0.0.1:0 "unix:$work/socket"; do
			check "echo on $backend, ${address%%:*}" echo_serves \
				env IOSRC_BACKEND="$backend" "$work/echo" \
				"$address"
		done
	done
else
	echo 'SKIP: echo: the examples are not built'
	skipped=$((skipped + 1))
fi

check 'the benchmark runs' env ROUNDS=1 CALLS=640 \
	sh "$top_srcdir/bench/bindings/rust.sh" "$folder"

# ---- cargo and pkg-config, on a copy, for it writes beside the sources ----

if command -v cargo >/dev/null && cargo --version >>"$work/version" 2>&1; then
	mkdir "$work/crate"
	cp -R "$crate/." "$work/crate"
	chmod -R u+w "$work/crate"
	rm -rf "$work/crate/target"
	sed -e "s|@PC_LIBDIR@|$folder|" -e 's|@[A-Za-z_]*@||' \
		"$top_srcdir/pkgconfig/iosrc.pc.in" >"$work/iosrc.pc"
	PKG_CONFIG_PATH=$work
	CARGO_HOME=$work/cargo-home
	CARGO_TARGET_DIR=$work/target
	export PKG_CONFIG_PATH CARGO_HOME CARGO_TARGET_DIR
	cd "$work/crate"
	run 'the package, by pkg-config' cargo test --offline
	check 'the package, by IOSRC_LIB_DIR' env IOSRC_LIB_DIR="$folder" \
		PKG_CONFIG=false cargo build --offline --release --examples
	no_library() {
		! PKG_CONFIG=false cargo build --offline 2>"$work/refused" &&
			grep -q 'libiosrc was not found' "$work/refused"
	}
	check 'the package, without the library' no_library
	cd "$top_builddir"
else
	echo 'SKIP: the package: no cargo (Debian: cargo)'
	skipped=$((skipped + 1))
fi

cat "$work/version"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
