#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-symbols.sh: the built shared library exports the functions of the
# headers under IOSRC_1.0 and nothing else, needs libc alone, and brings
# nothing that runs at load or unload, no thread-local state, no global that
# can change, and no call that a library must not make. What the toolchain
# itself puts into every library is taken from an empty one built beside it.
set -eu

top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
top_builddir=${top_builddir:-.}
library=${LIBIOSRC:-$top_builddir/lib/.libs/libiosrc.so}
include=${IOSRC_TEST_INCLUDE:-$top_srcdir/include}
nm=${NM:-nm}
readelf=${READELF:-readelf}
objdump=${OBJDUMP:-objdump}
LC_ALL=C
export LC_ALL

if [ ! -e "$library" ]; then
	if grep -q "^dlname=''" "$top_builddir/lib/libiosrc.la" 2>/dev/null
	then
		echo "skipped: no shared library is built (--disable-shared)"
		exit 77
	fi
	echo "FAIL: $library does not exist" >&2
	exit 1
fi
if $nm -D --undefined-only "$library" |
	grep -Eq ' __(asan|tsan|ubsan|msan|hwasan|gcov|llvm_profile)_'; then
	echo "skipped: this build is instrumented, which adds symbols"
	exit 77
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
	sort "$2" >"$work/expected"
	sort "$3" >"$work/found"
	if diff "$work/expected" "$work/found" >"$work/diff"; then
		return
	fi
	fail "$1 (< expected, > found):"
	cat "$work/diff" >&2
}

# ---- exports ----

cat "$include"/iosrc*.h | tr '\n' ' ' |
	grep -o 'IOSRC_CALL *iosrc_[a-z0-9_]*(' |
	sed 's/.* \(iosrc_[a-z0-9_]*\)(/\1@@IOSRC_1.0/' >"$work/declared"
# The node itself shows as an absolute symbol with some linkers.
$nm -D --defined-only --with-symbol-versions "$library" |
	awk '!($2 == "A" && $3 ~ /^IOSRC_1\.0(@@IOSRC_1\.0)?$/) {
		print ($2 == "T" ? "" : $2 " ") $3 }' >"$work/exported"
same "exported symbols" "$work/declared" "$work/exported"

# ---- what the dynamic linker reads ----

$readelf -dW "$library" >"$work/dynamic"
$readelf -lW "$library" >"$work/segments"

sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$work/dynamic" >"$work/needed"
while read -r needed; do
	case $needed in
	libc.so.6 | libc.so | libc.musl-*.so.1 | ld-linux*) ;;
	*) fail "needs $needed: only libc is allowed" ;;
	esac
done <"$work/needed"

soname=$(sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' "$work/dynamic")
[ "$soname" = libiosrc.so.1 ] || fail "soname is '$soname'"

! grep -Eq 'TEXTREL' "$work/dynamic" || fail "text relocations"
! grep -Eq 'RPATH|RUNPATH' "$work/dynamic" || fail "a run path is built in"
! grep -Eq '^ *TLS ' "$work/segments" || fail "thread-local storage"
grep -Eq '^ *GNU_STACK .* RW ' "$work/segments" ||
	fail "the stack is executable, or not declared otherwise"

# ---- nothing runs at load or unload; no global that can change ----

array_sizes() {
	$readelf -dW "$1" |
		sed -n 's/.*(\([A-Z_]*_ARRAYSZ\)) *\([0-9]*\).*/\1 \2/p'
}

# Objects in sections that stay writable once relocations are done.
mutable_objects() {
	$objdump -t "$1" | awk '
		$0 ~ / (\.data|\.bss|\.tdata|\.tbss)\t/ && $0 ~ / O / {
			print $NF }'
}

echo 'int iosrc_nothing(void); int iosrc_nothing(void) { return 0; }' \
	>"$work/empty.c"
${CC:-cc} ${CPPFLAGS:-} ${CFLAGS:-} ${LDFLAGS:-} -fPIC -shared \
	-o "$work/empty.so" "$work/empty.c"

array_sizes "$work/empty.so" >"$work/empty_arrays"
array_sizes "$library" >"$work/library_arrays"
same "constructors and destructors" "$work/empty_arrays" \
	"$work/library_arrays"

mutable_objects "$work/empty.so" >"$work/empty_objects"
mutable_objects "$library" >"$work/library_objects"
same "globals that can change" "$work/empty_objects" "$work/library_objects"

# ---- calls that a library must not make ----

forbidden='abort exit _exit _Exit quick_exit atexit at_quick_exit
	__cxa_atexit on_exit pthread_atfork __register_atfork
	pthread_key_create tss_create signal sigaction sigprocmask
	pthread_sigmask setlocale getenv puts putchar printf fprintf vprintf
	vfprintf fputs fwrite perror psignal syslog __printf_chk
	__fprintf_chk __vfprintf_chk __syslog_chk strerror setenv unsetenv
	putenv'
$nm -D --undefined-only "$library" | awk '{ sub(/@.*/, "", $NF); print $NF }' \
	>"$work/called"
for call in $forbidden; do
	! grep -qx "$call" "$work/called" || fail "calls $call"
done

echo "symbols: $(wc -l <"$work/exported") exported, needs" \
	"$(tr '\n' ' ' <"$work/needed")"
[ "$failed" -eq 0 ]
