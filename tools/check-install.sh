#!/bin/sh
# SPDX-License-Identifier: MIT
#
# check-install.sh: called by "make check-install" in a configured build
# folder. Installs into a staging folder, builds a program against what is
# there, shared and static, by pkg-config alone, runs it, and uninstalls.
set -eu

: "${prefix:?}" "${libdir:?}" "${includedir:?}" "${datadir:?}" "${mandir:?}"
make=${MAKE:-make}
stage=$(pwd)/variants/install
root=$stage$prefix
pc_folder=$stage$libdir/pkgconfig
rm -rf variants/install
mkdir -p variants/install

fail() {
	echo "check-install: FAILED: $*" >&2
	exit 1
}

$make --no-print-directory install DESTDIR="$stage" \
	>variants/install.log 2>&1 || {
	cat variants/install.log
	fail 'make install'
}
(cd "$stage" && find . ! -type d | sort | sed 's/^\./  /')

for file in "$stage$datadir/iosrc/iosrc.json" \
	"$stage$mandir/man3/iosrc_poller_wait.3" "$stage$mandir/man7/iosrc.7" \
	"$stage$libdir/libiosrc.la" "$pc_folder/iosrc.pc" \
	"$stage$includedir/iosrc.h" "$stage$includedir/iosrc_net.h" \
	"$stage$includedir/iosrc_plugin.h"; do
	[ -f "$file" ] || fail "$file was not installed"
done

cat >variants/install.c <<'END'
#include <iosrc.h>
#include <iosrc_net.h>
#include <iosrc_plugin.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
	iosrc_poller *poller;
	iosrc_event event;

	if (iosrc_version() != IOSRC_VERSION || iosrc_abi() != IOSRC_ABI)
		return 1;
	if (iosrc_poller_create(NULL, 0, &poller) != IOSRC_OK)
		return 2;
	if (iosrc_poller_wait(poller, &event, 1, 0) != 0)
		return 3;
	printf("%s on %s\n", iosrc_version_string(),
	    iosrc_backend_name(iosrc_poller_backend(poller)));
	return iosrc_poller_release(poller) == IOSRC_OK ? 0 : 4;
}
END

# The .pc file names the real prefix; the staging folder stands in for it.
PKG_CONFIG_PATH=$pc_folder
export PKG_CONFIG_PATH
ask() {
	${PKG_CONFIG:-pkg-config} --define-variable=prefix="$root" "$@" iosrc
}
echo "check-install: $(ask --modversion): $(ask --cflags --libs)"

try() {
	kind=$1
	shift
	echo "check-install: $kind: ${CC:-cc} $*"
	# shellcheck disable=SC2086 # CC and CFLAGS may hold several words
	${CC:-cc} ${CFLAGS-} -o variants/install-prog variants/install.c "$@" ||
		fail "$kind: does not link"
	LD_LIBRARY_PATH=$stage$libdir variants/install-prog ||
		fail "$kind: the program answered $?"
}

# shellcheck disable=SC2046 # several flags
if [ -e "$stage$libdir/libiosrc.so" ]; then
	try shared $(ask --cflags --libs)
fi
# shellcheck disable=SC2046
if [ -f "$stage$libdir/libiosrc.a" ]; then
	mkdir -p variants/install-static
	cp "$stage$libdir/libiosrc.a" variants/install-static/
	try static -Lvariants/install-static \
		$(ask --static --cflags --libs)
else
	echo 'check-install: skipped the static library: configured without it'
fi

$make --no-print-directory uninstall DESTDIR="$stage" \
	>>variants/install.log 2>&1 || fail 'make uninstall'
left=$(find "$stage" ! -type d)
[ -z "$left" ] || fail "uninstall left: $left"
echo 'check-install: passed'
