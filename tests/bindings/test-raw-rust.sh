#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-raw-rust.sh: the raw layer for Rust compiles without a warning, lays its
# structs out as C does, names functions that are there, and works.
set -eu
. "$(dirname "$0")/library.sh"
need rustc rustc
need python3 python3

python3 "$top_srcdir/tests/bindings/rust_offsets.py" \
	"$bindings/abi/iosrc.json" >"$work/offsets.rs"
cp "$bindings/rust/src/sys.rs" "$work/sys.rs"
cp "$top_srcdir/tests/bindings/raw.rs" "$work/raw.rs"
rustc --edition 2021 -D warnings -A dead_code -L native="$folder" -l iosrc \
	-o "$work/raw" "$work/raw.rs"
"$work/raw"
rustc --version

# Nothing beyond core.
{ echo '#![no_std]'; echo 'pub mod sys;'; } >"$work/core.rs"
rustc --edition 2021 -D warnings --crate-type rlib -o "$work/libcore_only.rlib" \
	"$work/core.rs"
