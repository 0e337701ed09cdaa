#!/bin/sh
# SPDX-License-Identifier: MIT
#
# cross.sh: the library on other processors than this one, in
# variants/check-cross below the build folder it is called from, from the copy
# of the sources that "make variant-source" put into variants/source. For five
# processors with Linux it is built and run: layouts, plugin, statuses,
# iosrc-info, and the contract where "contract" is said below. Where there is
# no system to run on, layouts alone are asserted, by the compiler.
#
# qemu-user stands for the processor and hands system calls to the kernel that
# is here. What it does not know (epoll_pwait2, io_uring, seccomp, some socket
# options, MADV_WIPEONFORK) is refused: so the library's fallbacks run, and
# tests of the calls themselves are skipped by name.
set -eu

make=${MAKE:-make}
cmocka=${IOSRC_CROSS_PREFIX:-/usr/local/cross}
flags=${IOSRC_CONFIGURE_FLAGS:-}
top=$(pwd)
source=$top/variants/source
build=$top/variants/check-cross
# What an emulator makes slow is the work, not the waiting.
IOSRC_TEST_SCALE=${IOSRC_TEST_SCALE:-2}
IOSRC_TEST_SLOWNESS=${IOSRC_TEST_SLOWNESS:-2}
export IOSRC_TEST_SCALE IOSRC_TEST_SLOWNESS
unset CC CFLAGS CPPFLAGS LDFLAGS TESTS IOSRC_BACKEND

abi_programs='tests/abi/test_layout tests/abi/test_layout_models
	tests/abi/test_options tests/abi/test_plugin tests/abi/test_status'

# Triplet, qemu's name for it, what is run beside the above.
processors='
s390x-linux-gnu s390x contract
aarch64-linux-gnu aarch64 contract
arm-linux-gnueabihf arm contract
i686-linux-gnu i386 contract
riscv64-linux-gnu riscv64 -
'

need() {
	command -v "$1" >/dev/null || {
		echo "check-cross: $1 is missing (tools/deps.sh test" \
			'installs it)' >&2
		exit 1
	}
}

# run NAME PROGRAM...: with its log and result where results.sh looks. No
# program of these takes longer than two minutes, slow as it may be.
run() {
	name=$1
	shift
	result=PASS
	# shellcheck disable=SC2086 # a command of several words, or none
	timeout -k 5 $((300 * IOSRC_TEST_SLOWNESS)) ./libtool --mode=execute \
		$emulator "$@" >"$name.log" 2>&1 </dev/null || case $? in
	77) result=SKIP ;;
	*) result=FAIL ;;
	esac
	echo ":test-result: $result" >"$name.trs"
}

# loads_here TRIPLET: does this machine run such programs by itself?
loads_here() {
	[ "$1" = i686-linux-gnu ] &&
		/usr/$1/lib/ld-linux.so.2 --version >/dev/null 2>&1
}

# build_one TRIPLET QEMU WHAT, in the folder of that processor
build_one() {
	loader=
	emulator="qemu-$2 -L /usr/$1"
	if loads_here "$1"; then
		emulator=
		loader="-Wl,--dynamic-linker=/usr/$1/lib/ld-linux.so.2"
		loader="$loader -Wl,-rpath,/usr/$1/lib"
	fi
	programs=$abi_programs
	[ "$3" != contract ] || programs="$programs iosrc-conformance"
	: >build.log
	# shellcheck disable=SC2086 # several words each
	{
		cmp -s "$source/configure" .configured-by || {
			"$source/configure" --host="$1" --disable-static \
				--disable-examples $flags CFLAGS='-O2' \
				LDFLAGS="$loader" \
				CMOCKA_CFLAGS="-I$cmocka/$1/include" \
				CMOCKA_LIBS="$cmocka/$1/lib/libcmocka.a" &&
				cp "$source/configure" .configured-by
		} && "$make" lib/libiosrc.la tools/iosrc-info $programs
	} >>build.log 2>&1
}

# run_one TRIPLET QEMU WHAT: the backends of the contract side by side, for
# most of it is waiting.
run_one() {
	top_builddir=$(pwd)
	export top_builddir
	if [ "$3" = contract ]; then
		run iosrc-conformance-epoll ./iosrc-conformance -b epoll &
		run iosrc-conformance-poll ./iosrc-conformance -b poll &
	fi
	for program in $abi_programs tools/iosrc-info; do
		run "$program" "./$program"
	done
	wait
}

# layout TARGET COMPILER...: asserted by a compiler, and nothing run.
layout() {
	target=$1
	shift
	mkdir -p "$build/$target"
	for file in test_layout test_layout_models; do
		result=PASS
		"$@" -std=c11 -Wall -Wextra -Werror -ffreestanding \
			-I"$source/include" -c "$source/tests/abi/$file.c" \
			-o "$build/$target/$file.o" \
			>"$build/$target/$file.log" 2>&1 || result=FAIL
		echo ":test-result: $result" >"$build/$target/$file.trs"
		[ $result = PASS ] || cat "$build/$target/$file.log"
	done
	echo "check-cross: $target: layouts compiled, nothing run"
}

for tool in qemu-aarch64 clang i686-w64-mingw32-gcc \
	x86_64-w64-mingw32-gcc; do
	need $tool
done
began=$(date +%s)
failed=0
mkdir -p "$build"
find "$build" -name '*.trs' -exec rm {} +

layout i686-mingw i686-w64-mingw32-gcc
layout x86_64-mingw x86_64-w64-mingw32-gcc
layout wasm32 clang --target=wasm32

# What is built runs while the next is built.
while read -r triplet qemu what; do
	[ -n "$triplet" ] || continue
	need "$triplet-gcc"
	need "qemu-$qemu"
	mkdir -p "$build/$triplet"
	cd "$build/$triplet"
	if build_one "$triplet" "$qemu" "$what"; then
		echo "check-cross: $triplet: built, runs" \
			"${emulator:-on this processor}"
		run_one "$triplet" "$qemu" "$what" &
	else
		tail -n 40 build.log
		echo "check-cross: $triplet: not built (see" \
			"$build/$triplet/build.log)" >&2
		failed=1
	fi
done <<END_OF_LIST
$processors
END_OF_LIST
wait

cd "$build"
for log in $(find . -name '*.trs' -exec grep -l 'result: FAIL' {} +); do
	failed=1
	echo "check-cross: FAILED: ${log%.trs}"
	tail -n 100 "${log%.trs}.log"
done
sh "$source/tools/results.sh" .
echo "check-cross: took $(($(date +%s) - began)) s"
exit $failed
