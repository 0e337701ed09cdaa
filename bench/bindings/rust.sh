#!/bin/sh
# SPDX-License-Identifier: MIT
#
# rust.sh [LIBRARY-FOLDER [PROGRAM]]: builds the crate and rust.rs with
# optimisation, and prints the table for the backend that IOSRC_BACKEND names,
# or leaves the program under that name. The folder is that of libiosrc.so,
# lib/.libs in a build folder; without it pkg-config tells.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
crate=$here/../../bindings/rust
if [ $# -gt 0 ]; then
	link="-L native=$1"
	LD_LIBRARY_PATH=$1${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	export LD_LIBRARY_PATH
else
	link="-L native=$(pkg-config --variable=libdir iosrc)"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

rustc --edition 2021 -O --crate-name iosrc --crate-type rlib \
	-o "$work/libiosrc.rlib" "$crate/src/lib.rs"
# shellcheck disable=SC2086 # two words
rustc --edition 2021 -O --extern iosrc="$work/libiosrc.rlib" $link -l iosrc \
	-o "$work/bench" "$here/rust.rs"
if [ $# -gt 1 ]; then
	cp "$work/bench" "$2"
else
	"$work/bench"
fi
