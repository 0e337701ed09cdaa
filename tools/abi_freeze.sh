#!/bin/sh
# SPDX-License-Identifier: MIT
#
# abi_freeze.sh LIBRARY: writes what the gates of the ABI compare with: the
# interface (tools/abi_rules.py says when that is allowed), the dump of the
# built library, and, before 1.0.0 alone, the frozen program. Once a release
# is frozen, its program stays as it is for ever.
set -eu

library=$1
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
rules="python3 $top_srcdir/tools/abi_rules.py --tree $top_srcdir"
frozen=$top_srcdir/tests/abi/frozen
client=$frozen/client_x86_64.s
flags='-std=gnu11 -Os -fPIE -fno-asynchronous-unwind-tables
	-fno-stack-protector -fcf-protection=none -fno-ident -U_FORTIFY_SOURCE'

mode=$($rules mode)
$rules freeze
status=0
sh "$top_srcdir/tools/abi_dump.sh" freeze "$library" || status=$?
[ $status = 0 ] || [ $status = 77 ] || exit 1

if [ "$mode" != open ]; then
	echo "abi_freeze: $client is of a release and stays"
	exit
fi
case $(gcc -dumpmachine) in
x86_64-*linux*) ;;
*)
	echo 'abi_freeze: no gcc for x86-64 here: the program stays'
	exit
	;;
esac
# shellcheck disable=SC2086 # several flags
gcc -S $flags -I"$top_srcdir/include" "$frozen/client.c" -o "$client.new"
{
	cat <<'HEAD'
# SPDX-License-Identifier: MIT
#
# client_x86_64.s: a program that was built with the headers of its day,
# frozen as the compiler left it: structs, constants and the size of the plugin
# table are numbers here, which a later library has to understand.
# tests/abi/test-client.sh assembles it, links it with the library and runs it.
#
# Made of client.c by "make abi-freeze". After 1.0.0 it is NEVER made anew: a
# library that it does not run with has broken its ABI. Before, it follows what
# is changed openly.
HEAD
	echo "# By $(gcc --version | head -n 1), with"
	# shellcheck disable=SC2086 # several flags
	echo $flags | fold -s -w 70 | sed 's/ *$//; s/^/#   /'
	cat "$client.new"
} >"$client"
rm -f "$client.new"
echo "abi_freeze: $client is written"
