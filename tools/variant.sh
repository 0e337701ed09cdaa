#!/bin/sh
# SPDX-License-Identifier: MIT
#
# variant.sh TARGET: builds and runs the test suite in another way, in
# variants/TARGET below the build folder it is called from, from the copy of
# the sources that "make variant-source" put into variants/source. A missing
# tool is an error. IOSRC_CONFIGURE_FLAGS is handed on to configure.
set -eu

target=$1
make=${MAKE:-make}
CC=${CC:-cc}
slow_cflags='-O1 -g -fno-omit-frame-pointer'
log_compiler=
soak=
tests=
goal=check
session=

need() {
	command -v "$1" >/dev/null || {
		echo "$target: $1 is missing (tools/deps.sh test installs it)" >&2
		exit 1
	}
}

# Builds for a Windows machine, with the cmocka and the libffi that tools/deps.sh
# has built. What pkg-config knows of this system is of no use there.
mingw() {
	need "$1-gcc"
	CC=$1-gcc
	IOSRC_CONFIGURE_FLAGS="${IOSRC_CONFIGURE_FLAGS-} --host=$1"
	prefix=${IOSRC_MINGW_PREFIX:-/usr/local}/$1
	for library in cmocka ffi; do
		test -f "$prefix/lib/lib$library.a" || {
			echo "$target: no lib$library for $1 in $prefix" \
				"(tools/deps.sh test installs it)" >&2
			exit 1
		}
	done
	CMOCKA_CFLAGS=-I$prefix/include CMOCKA_LIBS=$prefix/lib/libcmocka.a
	PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig
	export CMOCKA_CFLAGS CMOCKA_LIBS PKG_CONFIG_LIBDIR
}

case $target in
check-asan)
	title='address, undefined behaviour and leak sanitizers'
	sanitize='-fsanitize=address,undefined -fno-sanitize-recover=undefined'
	CFLAGS="$slow_cflags $sanitize"
	IOSRC_TEST_SCALE=10 IOSRC_TEST_SLOWNESS=5
	ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:${ASAN_OPTIONS:-}
	UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS:-}
	;;
check-tsan)
	title='thread sanitizer'
	CFLAGS="$slow_cflags -fsanitize=thread"
	IOSRC_TEST_SCALE=10 IOSRC_TEST_SLOWNESS=10
	soak=10 # percent of the full size
	# Tests fork while threads run: the child must go on.
	TSAN_OPTIONS=die_after_fork=0:halt_on_error=0:${TSAN_OPTIONS:-}
	;;
check-valgrind)
	title='valgrind memcheck, which knows no epoll_pwait2: switched off'
	IOSRC_CONFIGURE_FLAGS="${IOSRC_CONFIGURE_FLAGS-} --disable-epoll-pwait2"
	need valgrind
	CFLAGS=$slow_cflags
	IOSRC_TEST_SCALE=1 IOSRC_TEST_SLOWNESS=20
	leaks=definite,indirect
	log_compiler='./libtool --mode=execute valgrind --quiet --num-callers=24'
	log_compiler="$log_compiler --error-exitcode=99 --leak-check=full"
	log_compiler="$log_compiler --show-leak-kinds=$leaks"
	log_compiler="$log_compiler --errors-for-leak-kinds=$leaks"
	;;
check-without)
	title='every optional system call switched off, and killing for each'
	for call in epoll-pwait2 eventfd pipe2 pwritev2 accept4 io-uring \
		direct-calls; do
		IOSRC_CONFIGURE_FLAGS="${IOSRC_CONFIGURE_FLAGS-} --disable-$call"
	done
	CFLAGS='-O2 -g'
	IOSRC_TEST_SCALE=5
	# The other tests make such calls themselves.
	tests=iosrc-conformance
	log_compiler='./libtool --mode=execute tests/seccomp/deny kill all'
	;;
check-clang)
	title='clang'
	need clang
	CC=clang
	CFLAGS='-O2 -g'
	IOSRC_TEST_SCALE=10 IOSRC_TEST_SLOWNESS=2
	;;
check-musl)
	title='musl'
	need musl-gcc
	CC='musl-gcc'
	CFLAGS='-O2 -g'
	IOSRC_TEST_SCALE=10 IOSRC_TEST_SLOWNESS=2
	# cmocka in the system is made for glibc; tools/deps.sh builds one for
	# musl.
	musl=${IOSRC_MUSL_PREFIX:-/usr/local/musl}
	test -f "$musl/lib/libcmocka.a" || {
		echo "$target: no cmocka for musl in $musl" \
			"(tools/deps.sh test installs it)" >&2
		exit 1
	}
	CMOCKA_CFLAGS=-I$musl/include CMOCKA_LIBS=$musl/lib/libcmocka.a
	# The kernel's headers, which musl-gcc does not look for.
	kernel_headers="-idirafter /usr/include -idirafter /usr/include/$(gcc \
		-print-multiarch)"
	export CMOCKA_CFLAGS CMOCKA_LIBS
	;;
check-wine)
	title='Windows: built by mingw-w64, run under Wine'
	mingw x86_64-w64-mingw32
	need wine
	CFLAGS='-O2 -g'
	# A test starts a process or two there, and a call is a message to a
	# server: it runs for the sake of what it shows, not of how often.
	IOSRC_TEST_SCALE=2 IOSRC_TEST_SLOWNESS=3
	IOSRC_WINE_SECONDS=600
	IOSRC_WINE_PATH=$PWD/variants/$target/lib/.libs
	session='sh ../source/tools/wine.sh session'
	log_compiler='sh ../source/tools/wine.sh run'
	IOSRC_RUN=$log_compiler
	export IOSRC_RUN IOSRC_WINE_PATH IOSRC_WINE_SECONDS
	;;
check-mingw32)
	title='Windows of 32 bits: built and linked by mingw-w64, not run'
	mingw i686-w64-mingw32
	CFLAGS='-O1'
	goal=none
	;;
check-wine-bindings)
	title='bindings of other languages on the DLL, under Wine'
	mingw x86_64-w64-mingw32
	need wine
	CFLAGS='-O2 -g'
	IOSRC_TEST_SLOWNESS=2
	goal=check-bindings
	session='sh ../source/tools/wine.sh session'
	;;
bench-wine)
	title='iosrc.dll beside what else waits for sockets, under Wine'
	need wine
	need x86_64-w64-mingw32-gcc
	need cargo
	CC=x86_64-w64-mingw32-gcc
	CFLAGS='-O2 -g'
	IOSRC_CONFIGURE_FLAGS="${IOSRC_CONFIGURE_FLAGS-} --disable-tests"
	IOSRC_CONFIGURE_FLAGS="$IOSRC_CONFIGURE_FLAGS --host=x86_64-w64-mingw32"
	goal=bench-windows
	session='sh ../source/tools/wine.sh session'
	;;
*)
	echo "variant.sh: what is $target?" >&2
	exit 2
	;;
esac
: "${IOSRC_TEST_SCALE:=100}" "${IOSRC_TEST_SLOWNESS:=1}"
export CC CFLAGS IOSRC_TEST_SCALE IOSRC_TEST_SLOWNESS
export ASAN_OPTIONS UBSAN_OPTIONS TSAN_OPTIONS

# The suite that calls this one hands its own flags down; they are not ours.
unset LDFLAGS CPPFLAGS TESTS
CPPFLAGS=${kernel_headers:-}
export CPPFLAGS

build=variants/$target
echo "$target: $title: $CC $CFLAGS (in $build)"
start=$(date +%s)
mkdir -p "$build"
cd "$build"

loud() {
	if ! "$@" >>build.log 2>&1; then
		tail -n 40 build.log
		echo "$target: FAILED: $* (see $build/build.log)" >&2
		exit 1
	fi
}

: >build.log
flags="${IOSRC_CONFIGURE_FLAGS:-} --disable-source-tests"
# shellcheck disable=SC2086 # several flags
if ! cmp -s ../source/configure .configured-by; then
	loud ../source/configure --cache-file=config.cache $flags
	cp ../source/configure .configured-by
fi
loud "$make" all
built=$(date +%s)
echo "$target: built in $((built - start)) s"

# Wine's server and a program take turns: on one processor they lose the least
# by that.
[ $goal != bench-windows ] ||
	taskset -cp "${IOSRC_BENCH_PROCESSOR:-1}" $$ >/dev/null

# Every program is linked, and none can be run.
if [ "$goal" = none ]; then
	loud "$make" check TESTS=
	echo "$target: $(find . -name '*.exe' -path '*.libs*' | wc -l)" \
		"programs and iosrc.dll are linked"
	test -f lib/.libs/iosrc.dll && test -f iosrc-conformance.exe
	exit
fi

failed=0
set -- "$goal" VERBOSE=yes
[ -z "$tests" ] || set -- "$@" TESTS="$tests"
[ -z "$log_compiler" ] || set -- "$@" LOG_COMPILER="$log_compiler"
# shellcheck disable=SC2086 # a command and its arguments
$session "$make" "$@" >check.log 2>&1 || failed=1
if [ $goal = bench-windows ]; then
	grep -v '^make' check.log
	exit $failed
fi
if [ $failed = 1 ]; then
	tail -n 200 check.log
fi
# Of another system's backends nothing else tells.
[ "$target" != check-wine ] ||
	sed -n '/: which lines of the contract hold/,$p' \
		iosrc-conformance.log | tr -d '\r'
sh ../source/tools/results.sh .
if [ -n "$soak" ]; then
	if "$make" soak SOAK_SCALE="$soak" >soak.log 2>&1; then
		grep -v ' % after' soak.log | grep '^[a-z]*: '
	else
		failed=1
		tail -n 200 soak.log
	fi
fi
echo "$target: checked in $(($(date +%s) - built)) s"
if [ $failed = 1 ]; then
	echo "$target: FAILED (see $build/check.log)" >&2
fi
exit $failed
