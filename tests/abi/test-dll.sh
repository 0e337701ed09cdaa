#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-dll.sh: the built iosrc.dll exports the functions of the headers and
# nothing else, needs kernel32, ws2_32, ntdll and the C runtime alone, brings
# no DllMain, no thread-local state, two globals that can change (the start of
# Winsock, once a process, and its pipes' operations), and no call that a library must not make. What the
# toolchain itself puts into every DLL is taken from an empty one built beside
# it.
set -eu

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-.}
library=$top_builddir/lib/.libs/iosrc.dll
import_library=$top_builddir/lib/.libs/libiosrc.dll.a
include=$top_srcdir/include
nm=${NM:-nm}
objdump=${OBJDUMP:-objdump}
LC_ALL=C
export LC_ALL

if [ ! -e "$library" ]; then
	if grep -q "^dlname=''" "$top_builddir/lib/libiosrc.la" 2>/dev/null
	then
		echo "SKIP: no DLL is built (--disable-shared)"
		exit 77
	fi
	echo "FAIL: $library does not exist" >&2
	exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
failed=0

fail() {
	echo "FAIL: $*" >&2
	failed=1
}

# same WHAT EXPECTED FOUND: two files of lines, in any order
same() {
	sort -u "$2" >"$work/expected"
	sort -u "$3" >"$work/found"
	if diff "$work/expected" "$work/found" >"$work/diff"; then
		return
	fi
	fail "$1 (< expected, > found):"
	cat "$work/diff" >&2
}

echo 'int iosrc_nothing(void); int iosrc_nothing(void) { return 0; }' \
	>"$work/empty.c"
# shellcheck disable=SC2086 # lists
${CC:-cc} ${CPPFLAGS:-} ${CFLAGS:-} ${LDFLAGS:-} -shared -static-libgcc \
	-o "$work/empty.dll" "$work/empty.c"
$objdump -p "$library" >"$work/headers"
$objdump -p "$work/empty.dll" >"$work/empty_headers"

# ---- exports ----

cat "$include"/iosrc*.h | tr '\n' ' ' |
	grep -o 'IOSRC_CALL *iosrc_[a-z0-9_]*(' |
	sed 's/.* \(iosrc_[a-z0-9_]*\)(/\1/' >"$work/declared"
sed -n '/Ordinal\/Name Pointer/,/^$/s/^\t\[ *[0-9]*\] //p' "$work/headers" \
	>"$work/exported"
same "exported functions" "$work/declared" "$work/exported"

grep -Eq '^Name[[:blank:]]+[0-9a-f]+ iosrc\.dll$' "$work/headers" ||
	fail "the DLL does not call itself iosrc.dll"

# 32-bit processors have an underscore in front of a function of C.
$nm --defined-only "$import_library" 2>/dev/null |
	sed -n 's/.* I __imp__*\(iosrc_.*\)/\1/p' >"$work/imported"
same "functions of the import library" "$work/declared" "$work/imported"

# ---- what it needs ----

sed -n 's/^\tDLL Name: //p' "$work/headers" >"$work/needed"
while read -r needed; do
	case $needed in
	KERNEL32.dll | WS2_32.dll | ntdll.dll) ;;
	msvcrt.dll | ucrtbase.dll | api-ms-win-crt-*) ;;
	*) fail "needs $needed" ;;
	esac
done <"$work/needed"

for flag in DYNAMIC_BASE NX_COMPAT; do
	grep -q "$flag" "$work/headers" || fail "not linked for $flag"
done

# ---- nothing runs at load or unload; two globals that can change ----

# names LIBRARY KINDS: symbols of the kinds, as nm calls them; not what stands
# for a section, a file, or a string of the linker.
names() {
	$nm "$1" | awk -v kinds="$2" 'index(kinds, $2) && $3 !~ /^\./ {
		sub(/\.[0-9]+$/, "", $3); sub(/^_/, "", $3); print $3 }' |
		grep -v '^_*\(head\|nm\|imp\)_' || :
}

{
	names "$work/empty.dll" dDbB
	echo started
	echo under_way
} >"$work/empty_objects"
names "$library" dDbB >"$work/library_objects"
# The toolchain's own come and go with what is called of it.
sort -u "$work/library_objects" | grep -v '^_\|^mingw\|^pseudo' \
	>"$work/own_objects" || :
sort -u "$work/empty_objects" "$work/own_objects" >"$work/both"
same "globals that can change" "$work/empty_objects" "$work/both"
grep -qx started "$work/own_objects" || fail "no symbols: is it stripped?"

! $nm "$top_builddir/lib/.libs/libiosrc_core.a" 2>/dev/null |
	grep -q ' T _*DllMain' || fail "a DllMain of its own"
sections() {
	$objdump -h "$1" | awk '$2 ~ /^\.(tls|CRT)/ { print $2, $3 }'
}
sections "$work/empty.dll" >"$work/empty_sections"
sections "$library" >"$work/library_sections"
same "thread-local storage and constructors" "$work/empty_sections" \
	"$work/library_sections"

# ---- calls that a library must not make ----

forbidden='abort exit _exit quick_exit atexit _onexit signal raise setlocale
	getenv puts putchar printf fprintf vprintf vfprintf fputs fwrite perror
	TerminateProcess ExitProcess TlsAlloc FlsAlloc WSACleanup
	SetConsoleCtrlHandler SetUnhandledExceptionFilter MessageBoxA
	OutputDebugStringA SetEnvironmentVariableA _putenv'
imports() {
	awk '/^\tDLL Name:/ { on = 1; next } /^$/ { on = 0 }
		on && $3 ~ /^[A-Za-z_]/ { print $3 }' "$1" | sort -u
}
imports "$work/empty_headers" >"$work/empty_calls"
imports "$work/headers" >"$work/library_calls"
for call in $forbidden; do
	! grep -qx "$call" "$work/library_calls" ||
		grep -qx "$call" "$work/empty_calls" || fail "calls $call"
done
grep -qx WSAStartup "$work/library_calls" || fail "no imports were found"

echo "dll: $(wc -l <"$work/exported") exported, needs" \
	"$(tr '\n' ' ' <"$work/needed")"
[ "$failed" -eq 0 ]
