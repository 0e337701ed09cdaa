#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-msvc.sh: programs that Microsoft's compiler builds. It runs on Windows
# alone; clang speaks its dialect, makes its objects for any target, and comes
# with a linker that takes its arguments. The public headers
# compile without a warning, structs have their offsets, and lib/iosrc.def gives
# an import library by which a program finds every function in iosrc.dll.
set -eu

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
include=$top_srcdir/include
headers='iosrc.h iosrc_net.h iosrc_plugin.h'
LC_ALL=C
export LC_ALL

# The first of the names that is here: Debian has some by their version alone.
find_tool() {
	for name in "$@"; do
		if command -v "$name"; then
			return
		fi
	done
}

clang=$(find_tool clang)
librarian=$(find_tool llvm-dlltool llvm-dlltool-14)
linker=$(find_tool lld-link lld-link-14)
reader=$(find_tool llvm-readobj llvm-readobj-14)
if [ -z "$clang" ] || [ -z "$librarian" ] || [ -z "$linker" ] ||
	[ -z "$reader" ]; then
	echo "SKIP: needs clang, llvm-dlltool, lld-link and llvm-readobj"
	exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
passed=0
failed=0

# try WHAT COMMAND...
try() {
	what=$1
	shift
	if "$@" >"$work/log" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL: $what" >&2
		cat "$work/log" >&2
	fi
}

# ---- headers and layout ----

# What -Weverything says of any header in C89, or of a struct without holes.
quiet='-Wno-unused-macros -Wno-reserved-id-macro -Wno-reserved-macro-identifier
	-Wno-c++98-compat -Wno-c++98-compat-pedantic -Wno-c99-compat
	-Wno-documentation-unknown-command -Wno-old-style-cast
	-Wno-declaration-after-statement -Wno-missing-prototypes'

for header in $headers; do
	echo "#include <$header>" >>"$work/all.c"
done
cat "$work/all.c" >"$work/all.cpp"

for target in x86_64 i686 aarch64; do
	triple=$target-pc-windows-msvc
	for source in all.c all.cpp; do
		# shellcheck disable=SC2086 # a list
		try "$source, $triple, -Weverything" "$clang" --target=$triple \
			-fsyntax-only -Weverything -Werror $quiet \
			-isystem "$work" -I"$include" "$work/$source"
		try "$source, $triple, /W4" "$clang" --driver-mode=cl \
			--target=$triple /nologo /Zs /W4 /WX /I"$include" \
			"$work/$source"
	done
	try "layout, $triple" "$clang" --target=$triple -std=c11 -fsyntax-only \
		-Wall -Wextra -Werror -I"$include" \
		"$top_srcdir/tests/abi/test_layout_models.c"
done

# ---- linking by an import library ----

functions=$(sed -n 's/^\t\(iosrc_[a-z0-9_]*\)$/\1/p' "$top_srcdir/lib/iosrc.def")
count=$(echo "$functions" | wc -l)

{
	cat "$work/all.c"
	echo 'int _fltused;'
	echo 'typedef void (*function)(void);'
	echo 'void take(volatile function *out);'
	echo 'void take(volatile function *out) {'
	for function in $functions; do
		echo "	*out = (function)$function;"
	done
	echo '}'
} >"$work/program.c"

# link MACHINE TARGET DLLTOOL-MACHINE: the functions that a program imports, and of what
link() {
	"$clang" --target="$2-pc-windows-msvc" -O1 -w -I"$include" -c \
		-o "$work/program.obj" "$work/program.c" &&
		"$librarian" -m "$3" -D iosrc.dll \
			-d "$top_srcdir/lib/iosrc.def" -l "$work/iosrc.lib" &&
		"$linker" /nologo /dll /noentry /nodefaultlib \
			"/machine:$1" "/out:$work/program.dll" \
			"$work/program.obj" "$work/iosrc.lib" &&
		"$reader" --coff-imports "$work/program.dll" \
			>"$work/imports" &&
		grep -q 'Name: iosrc.dll$' "$work/imports" &&
		[ "$(grep -c 'Symbol: iosrc_' "$work/imports")" -eq "$count" ]
}

try "import library, x64" link x64 x86_64 i386:x86-64
try "import library, x86" link x86 i686 i386
try "import library, arm64" link arm64 aarch64 arm64

echo "msvc: $passed checks pass, $failed do not; $count functions imported"
[ "$failed" -eq 0 ]
