#!/bin/sh
# SPDX-License-Identifier: MIT
#
# deps.sh [demo|test|bench]: installs what is missing on Debian 12, as root.
# "demo" is what building and running the library takes, "test" (the default)
# also what every check takes, "bench" what "make bench" takes. When nothing is missing it asks no package server.
set -eu

profile=${1:-test}
musl=${IOSRC_MUSL_PREFIX:-/usr/local/musl}
# Of each Windows machine a folder, named like its compiler.
mingw=${IOSRC_MINGW_PREFIX:-/usr/local}
# And of each processor.
cross=${IOSRC_CROSS_PREFIX:-/usr/local/cross}
processors='aarch64-linux-gnu arm-linux-gnueabihf i686-linux-gnu
	riscv64-linux-gnu s390x-linux-gnu'
zig=/usr/local/zig
zig_version=0.17.1

# One line a thing: how to see that it is there, and its package.
demo_needs='
tool:autoconf	autoconf
tool:automake	automake
tool:libtoolize	libtool
tool:pkg-config	pkg-config
tool:m4	m4
tool:gcc	gcc
tool:make	make
tool:ps	procps
tool:curl	curl
tool:python3	python3
file:/usr/include/stdlib.h	libc6-dev
'
test_needs="$demo_needs"'
file:/usr/include/cmocka.h	libcmocka-dev
tool:g++	g++
tool:clang	clang
file:/usr/include/glib-2.0/glib.h	libglib2.0-dev
tool:nginx	nginx-light
tool:clang-format	clang-format
clang-runtime	libclang-rt-14-dev
tool:musl-gcc	musl-tools
tool:x86_64-w64-mingw32-gcc	gcc-mingw-w64-x86-64-win32
tool:i686-w64-mingw32-gcc	gcc-mingw-w64-i686-win32
tool:wine	wine
file:/usr/lib/wine/wine64	wine64
tool:setarch	util-linux
tool:nm	binutils
tool:spin	spin
tool:strace	strace
tool:valgrind	valgrind
file:/usr/lib/debug/.build-id	libc6-dbg
tool:xz	xz-utils
tool:llvm-dlltool	llvm
tool:lld-link	lld
tool:file	file
tool:rustc	rustc
file:/usr/bin/rustc	rustc
file:/usr/lib/rustlib/x86_64-pc-windows-gnu/lib	libstd-rust-dev-windows
tool:cargo	cargo
tool:go	golang-go
tool:groff	groff-base
module:jsonschema	python3-jsonschema
library:libffi	libffi-dev
tool:abidiff	abigail-tools
tool:qemu-aarch64	qemu-user
tool:aarch64-linux-gnu-gcc	gcc-aarch64-linux-gnu
tool:arm-linux-gnueabihf-gcc	gcc-arm-linux-gnueabihf
tool:i686-linux-gnu-gcc	gcc-i686-linux-gnu
tool:riscv64-linux-gnu-gcc	gcc-riscv64-linux-gnu
tool:s390x-linux-gnu-gcc	gcc-s390x-linux-gnu
file:/usr/aarch64-linux-gnu/include/stdlib.h	libc6-dev-arm64-cross
file:/usr/arm-linux-gnueabihf/include/stdlib.h	libc6-dev-armhf-cross
file:/usr/i686-linux-gnu/include/stdlib.h	libc6-dev-i386-cross
file:/usr/riscv64-linux-gnu/include/stdlib.h	libc6-dev-riscv64-cross
file:/usr/s390x-linux-gnu/include/stdlib.h	libc6-dev-s390x-cross
'
bench_needs="$demo_needs"'
file:/usr/include/uv.h	libuv1-dev
file:/usr/include/event2/event.h	libevent-dev
file:/usr/include/ev.h	libev-dev
file:/usr/include/apr-1.0/apr.h	libapr1-dev
rust-1.71	cargo-web
tool:go	golang-go
tool:gnuplot	gnuplot-nox
tool:valgrind	valgrind
tool:strace	strace
file:/usr/lib/debug/.build-id	libc6-dbg
'

case $profile in
demo) needs=$demo_needs ;;
test) needs=$test_needs ;;
bench) needs=$bench_needs ;;
*)
	echo "usage: $0 [demo|test|bench]" >&2
	exit 2
	;;
esac

is_there() {
	case $1 in
	tool:*) command -v "${1#tool:}" >/dev/null ;;
	file:*) [ -e "${1#file:}" ] ;;
	module:*) /usr/bin/python3 -c "import ${1#module:}" 2>/dev/null ;;
	library:*) pkg-config --exists "${1#library:}" ;;
	# What the crates that are measured want; Debian's cargo is older.
	rust-1.71) cargo --version 2>/dev/null | awk '{ split($2, v, "."); \
		exit !(v[1] > 1 || v[2] >= 71) }' ;;
	clang-runtime) [ -n "$(find /usr/lib -name 'libclang_rt.tsan*.a' \
		2>/dev/null | head -n 1)" ] ;;
	esac
}

missing_packages() {
	echo "$needs" | while read -r probe package; do
		[ -n "$probe" ] || continue
		is_there "$probe" || echo "$package"
	done
}

must_be_root() {
	[ "$(id -u)" = 0 ] || {
		echo "deps: missing: $*; run this as root to install it" >&2
		exit 1
	}
}

# In runlevel 1 no package starts a service of its own (nginx).
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
missing=$(missing_packages | sort -u | tr '\n' ' ')
if [ -n "$missing" ]; then
	must_be_root "$missing"
	command -v apt-get >/dev/null || {
		echo "deps: no apt-get here; install by hand: $missing" >&2
		exit 1
	}
	echo "deps: installing $missing"
	apt-get -q update
	# shellcheck disable=SC2086 # a list
	apt-get -q -y --no-install-recommends install $missing
	still=$(missing_packages | tr '\n' ' ')
	[ -z "$still" ] || {
		echo "deps: still missing after the installation: $still" >&2
		exit 1
	}
fi

# What is built for other systems comes from Debian's source packages.
sources=
fetch_source() {
	[ -n "$sources" ] || {
		sources=$(mktemp -d)
		chmod 755 "$sources"
		mkdir -p "$sources/lists/partial" "$sources/parts"
		# The binary package sources of this machine, asked for sources.
		for file in /etc/apt/sources.list \
			/etc/apt/sources.list.d/*.list \
			/etc/apt/sources.list.d/*.sources; do
			[ -f "$file" ] || continue
			sed -e 's/^deb[[:blank:]]/deb-src /' \
				-e 's/^Types:.*/Types: deb-src/' \
				"$file" >"$sources/parts/$(basename "$file")"
		done
		mv "$sources/parts/sources.list" "$sources/parts/main.list" \
			2>/dev/null || :
		apt_source="apt-get -q -o Dir::State::lists=$sources/lists
			-o Dir::Etc::sourcelist=/dev/null
			-o Dir::Etc::sourceparts=$sources/parts
			-o APT::Sandbox::User=root"
		$apt_source update
	}
	[ -d "$sources/$1" ] || {
		mkdir "$sources/$1"
		(
			cd "$sources/$1"
			$apt_source --download-only source "$1"
			tar xf "$1"_*.orig.tar.[gx]z --strip-components=1
		)
	}
}

# cmocka is one C file that needs no more than a C library.
# build_cmocka PREFIX COMPILER AR FLAG...: into PREFIX, if it is not there.
build_cmocka() {
	prefix=$1 compiler=$2 ar=$3
	shift 3
	[ ! -f "$prefix/lib/libcmocka.a" ] || return 0
	must_be_root "cmocka for $compiler"
	echo "deps: building cmocka by $compiler into $prefix"
	fetch_source cmocka
	mkdir -p "$prefix/include" "$prefix/lib"
	cp "$sources/cmocka/include/cmocka.h" "$prefix/include/"
	(
		cd "$sources/cmocka"
		"$compiler" -std=gnu99 -O2 -g -Iinclude -DHAVE_INTTYPES_H \
			-DHAVE_SIGNAL_H -DHAVE_GCC_THREAD_LOCAL_STORAGE "$@" \
			-c src/cmocka.c -o cmocka.o
		"$ar" rcs "$prefix/lib/libcmocka.a" cmocka.o
	)
}

# build_libffi PREFIX MACHINE: the static library, by which languages call.
build_libffi() {
	[ ! -f "$1/lib/libffi.a" ] || return 0
	must_be_root "libffi for $2"
	echo "deps: building libffi for $2 into $1"
	fetch_source libffi
	mkdir "$sources/$2"
	(
		cd "$sources/$2" &&
			"$sources/libffi/configure" --quiet --host="$2" \
				--prefix="$1" --disable-shared --disable-docs \
				--disable-multi-os-directory &&
			make -s &&
			mkdir -p "$1/include" "$1/lib/pkgconfig" &&
			cp include/ffi.h include/ffitarget.h "$1/include/" &&
			cp libffi.pc "$1/lib/pkgconfig/" &&
			cp .libs/libffi.a "$1/lib/"
	) >"$sources/$2.log" 2>&1 || {
		cat "$sources/$2.log" >&2
		exit 1
	}
}

if [ "$profile" = test ]; then
	build_cmocka "$musl" musl-gcc ar -DHAVE_STRINGS_H -DHAVE_MALLOC_H \
		-DHAVE_STRUCT_TIMESPEC -DHAVE_CLOCK_REALTIME
	for machine in x86_64-w64-mingw32 i686-w64-mingw32; do
		build_cmocka "$mingw/$machine" $machine-gcc $machine-ar
		build_libffi "$mingw/$machine" $machine
	done
	for machine in $processors; do
		build_cmocka "$cross/$machine" $machine-gcc $machine-ar \
			-DHAVE_STRINGS_H -DHAVE_MALLOC_H \
			-DHAVE_STRUCT_TIMESPEC -DHAVE_CLOCK_REALTIME
	done
	[ -z "$sources" ] || rm -rf "$sources"
fi
# Zig is not in Debian; the Python package index has its compiler. Whoever
# cannot reach that does without: the one test that needs it says so.
if [ "$profile" = test ] && ! command -v zig >/dev/null &&
	[ ! -x "$zig/ziglang/zig" ]; then
	echo "deps: installing zig $zig_version into $zig"
	{
		python3 -m pip --version >/dev/null 2>&1 || {
			apt-get -q update && apt-get -q -y \
				--no-install-recommends install python3-pip
		}
	} && python3 -m pip install --quiet --no-deps --target "$zig" \
		"ziglang==$zig_version" ||
		echo 'deps: no zig could be installed; its test will be skipped'
fi
echo "deps: everything for \"$profile\" is here"
