#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-windows-rust.sh: the crate for Rust on iosrc.dll, under Wine. The raw
# layer works, the cases and the docs pass, and the echo server serves the load
# client. The compiler is Debian's, whose library for Windows asks Wine for
# nothing that it lacks; IOSRC_WINDOWS_RUSTC names another one.
set -eu
. "$(dirname "$0")/windows.sh"
rustc=${IOSRC_WINDOWS_RUSTC:-/usr/bin/rustc}
need "$rustc" rustc
target=x86_64-pc-windows-gnu
[ -d "$("$rustc" --print sysroot)/lib/rustlib/$target/lib" ] ||
	skip "no $target for $rustc (Debian: libstd-rust-dev-windows)"
crate=$bindings/rust

compile() {
	"$rustc" --edition 2021 -D warnings --target $target \
		-L native="$folder" "$@"
}

python3 "$top_srcdir/tests/bindings/rust_offsets.py" \
	"$bindings/abi/iosrc.json" >"$work/offsets.rs"
cp "$crate/src/sys.rs" "$top_srcdir/tests/bindings/raw.rs" "$work"
compile -A dead_code -l iosrc -o "$work/raw.exe" "$work/raw.rs"
compile -l iosrc --crate-name iosrc --crate-type rlib \
	-o "$work/libiosrc.rlib" "$crate/src/lib.rs"
compile --extern iosrc="$work/libiosrc.rlib" --test -o "$work/cases.exe" \
	"$crate/tests/cases.rs"
compile --extern iosrc="$work/libiosrc.rlib" -o "$work/echo.exe" \
	"$crate/examples/echo.rs"

# count: adds up a runner's closing line and keeps the names that it ran. A doc
# test is named for its function.
count() {
	sed -n -e 's/^test \([a-z0-9_]*\) \.\.\. ok$/\1/p' \
		-e 's/^test .*::\([a-z0-9_]*\) (line [0-9]*).* \.\.\. ok$/\1/p' \
		"$work/log" >>"$work/names"
	numbers=$(awk '/^test result:/ { p += $4; f += $6; s += $8 }
		END { print p + 0, f + 0, s + 0 }' "$work/log")
	# shellcheck disable=SC2086 # three numbers
	set -- $numbers
	passed=$((passed + $1)) failed=$((failed + $2))
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
	count
	grep '^test result:' "$work/log" || :
	[ $status = 0 ] || cat "$work/log"
	[ $status = 0 ] || [ $failed != $before ] || failed=$((failed + 1))
}

# rustdoc starts what it has compiled, by a name without its extension. That it
# can be told by what is not settled in Rust.
cat >"$work/start.sh" <<END_OF_FILE
#!/bin/sh
program=\$1
[ -e "\$program" ] || program=\$1.exe
exec sh "$wine" serve "\$program"
END_OF_FILE
chmod +x "$work/start.sh"
doc_tests() {
	RUSTC_BOOTSTRAP=1 "${rustc%rustc}rustdoc" --test --edition 2021 \
		-Z unstable-options --runtool "$work/start.sh" \
		--target $target --crate-name iosrc -L native="$folder" \
		--extern iosrc="$work/libiosrc.rlib" \
		--test-args '--skip sys::' "$crate/src/lib.rs"
}

: >"$work/names"
check 'the raw layer' in_wine '^ok$' "$work/raw.exe"
run cases in_wine '^test result: ok\. [1-9]' "$work/cases.exe" \
	--test-threads=1
run docs doc_tests
check 'every case ran' sh -c "python3 '$top_srcdir/tests/bindings/check-cases.py' \
	rust <'$work/names'"
check_echo "$work/echo.exe"
"$rustc" --version
close_count
