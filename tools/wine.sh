#!/bin/sh
# SPDX-License-Identifier: MIT
#
# wine.sh session COMMAND...: makes a Wine of its own, runs the command in it,
# and takes it away again. wine.sh run PROGRAM.exe ARGUMENT... in a session
# runs one program, with a time limit. Both fail when they are not sure: a
# program has passed only if it answered 0 and wrote its closing line, for a
# Wine that breaks answers 0 too; a session only if no program was left behind.
# wine.sh serve PROGRAM.exe ARGUMENT... knows no closing line: for servers, to
# which signals go.
#
# IOSRC_WINE_SECONDS is the limit of one program (default 120),
# IOSRC_WINE_PATH what is looked through for DLLs, IOSRC_WINE_CLOSING the closing
# line, for grep, of what is no test of cmocka.
set -u

# Address randomisation may put the heap where Windows programs expect the
# shared user data: one start of some thousands fails.
fixed="setarch $(uname -m) -R"

# Without a screen, Mono or Gecko, and quiet.
wine_environment() {
	WINEPREFIX=$1 WINEARCH=win64 WINEDEBUG=-all
	WINEDLLOVERRIDES='mscoree,mshtml=;winemenubuilder.exe=d'
	export WINEPREFIX WINEARCH WINEDEBUG WINEDLLOVERRIDES
	unset DISPLAY WAYLAND_DISPLAY
}

# The server stays for the whole session: one that ends with each program races
# the next one's start. Whatever it starts keeps the descriptors that it was
# given, so it gets none of ours.
boot() {
	# shellcheck disable=SC2086 # a command and its arguments
	$fixed wineserver -p </dev/null >/dev/null 2>&1 || return 1
	# shellcheck disable=SC2086
	timeout -k 5 180 $fixed wineboot -i </dev/null \
		>"$WINEPREFIX/boot.log" 2>&1
}

# The processes of this Wine, one number a line.
processes() {
	for environment in /proc/[0-9]*/environ; do
		id=${environment#/proc/}
		tr '\0' '\n' <"$environment" 2>/dev/null |
			grep -qxF "WINEPREFIX=$WINEPREFIX" && echo "${id%/environ}"
	done 2>/dev/null
}

# What is left of the programs that were run: their names end so, and they are
# none of Wine's own.
left_behind() {
	for id in $(processes); do
		name=$(tr '\0' ' ' <"/proc/$id/cmdline" 2>/dev/null)
		case $name in
		*[Ww]indows?system32* | *wineserver* | '') ;;
		*.exe*) echo "$id $name" ;;
		esac
	done
}

end() {
	wineserver -k >/dev/null 2>&1
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -n "$(processes | grep -vx $$)" ] || break
		sleep 0.2
	done
	for id in $(processes); do
		[ "$id" = $$ ] || kill -9 "$id" 2>/dev/null
	done
	rm -rf "$folder"
}

session() {
	command -v wine >/dev/null || {
		echo "wine.sh: wine is missing (tools/deps.sh test installs it)" >&2
		exit 1
	}
	folder=$(mktemp -d) && mkdir "$folder/prefix" || exit 1
	# A prefix in the shell's own environment would make it one of them.
	(
		wine_environment "$folder/prefix"
		began=$(date +%s)
		boot || {
			echo "wine.sh: Wine does not start:" >&2
			cat "$WINEPREFIX/boot.log" >&2
			exit 1
		}
		echo "wine.sh: $(wine --version 2>/dev/null | head -n 1)," \
			"started in $(($(date +%s) - began)) s"
		"$@"
	)
	status=$?
	WINEPREFIX=$folder/prefix
	left=$(left_behind)
	[ -z "$left" ] || {
		echo "wine.sh: left behind: $left" >&2
		status=1
	}
	(
		wine_environment "$folder/prefix"
		end
	)
	return $status
}

closing=${IOSRC_WINE_CLOSING:-'^\[  PASSED  \] [1-9]'}

# libtool's wrapper is no test: the program itself is below it.
program_of() {
	real=$(dirname "$1")/.libs/$(basename "$1")
	[ -f "$real" ] && echo "$real" || echo "$1"
}

# Wine's name for a path of the system.
find_dlls() {
	WINEPATH=$(echo "${IOSRC_WINE_PATH:-}" | sed 's|:|;|g')
	export WINEPATH
}

run() {
	program=$(program_of "$1")
	shift
	out=$(mktemp)
	find_dlls
	# shellcheck disable=SC2086
	timeout -k 10 "${IOSRC_WINE_SECONDS:-120}" $fixed \
		wine "$program" "$@" </dev/null >"$out" 2>&1
	status=$?
	tr -d '\r' <"$out"
	if [ $status = 0 ] &&
		! tr -d '\r' <"$out" | grep -q -- "$closing"; then
		echo "wine.sh: $program answered 0 without its closing line"
		status=1
	fi
	[ $status != 124 ] || echo "wine.sh: $program was stopped"
	rm -f "$out"
	return $status
}

serve() {
	program=$(program_of "$1")
	shift
	find_dlls
	# A signal that is handed on starts the time of -k, too.
	# shellcheck disable=SC2086
	exec timeout -k 120 "${IOSRC_WINE_SECONDS:-120}" $fixed \
		wine "$program" "$@" </dev/null
}

case ${1:-} in
session | run | serve) "$@" ;;
*)
	echo "usage: wine.sh session COMMAND... | run PROGRAM... |" \
		"serve PROGRAM..." >&2
	exit 2
	;;
esac
