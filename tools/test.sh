#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test.sh: everything that must hold before a change lands, from a checkout:
# installs the tools that are missing (Debian 12, as root), builds with gcc,
# clang and musl and for other processors, runs the suite plain, under
# sanitizers, valgrind and Wine, and checks models, installation, tarball,
# format and generated files. Ends with one line, "N passed, N failed, N
# skipped", and fails when anything did.
#
# test.sh STAGE... runs those stages alone. IOSRC_TEST_BUILD names the folder to
# build in (default: build-test beside the sources), IOSRC_TEST_JOBS how many
# jobs make runs.
set -u

source=$(cd "$(dirname "$0")/.." && pwd)
build=${IOSRC_TEST_BUILD:-$source/build-test}
jobs=${IOSRC_TEST_JOBS:-$(nproc 2>/dev/null || echo 2)}
IOSRC_CONFIGURE_FLAGS=--enable-werror
export IOSRC_CONFIGURE_FLAGS
# What the caller has set for other builds must not decide this one.
unset CC CXX CFLAGS CXXFLAGS CPPFLAGS LDFLAGS LIBS MAKEFLAGS DESTDIR \
	IOSRC_BACKEND IOSRC_TEST_SCALE IOSRC_TEST_SLOWNESS

first='deps bootstrap build format-check regen-check'
# Three lanes, side by side: tests wait more than they work. What is run in the
# folder of the plain build is in one lane.
lane_1='check check-model check-install check-bindings check-denied'
lane_1="$lane_1 check-wine-bindings check-cross"
lane_2='check-valgrind check-clang check-musl check-mingw32 check-without'
lane_3='check-tsan check-asan distcheck check-wine'
stages="$first $lane_1 $lane_2 $lane_3"

stage_deps() { sh "$source/tools/deps.sh" test; }
stage_bootstrap() { "$source/bootstrap"; }
stage_build() {
	if [ -f "$source/config.status" ]; then
		echo "test: $source is configured in place; run" \
			"\"make distclean\" there first" >&2
		return 1
	fi
	rm -rf "$build/main" && mkdir -p "$build/main" && cd "$build/main" &&
		"$source/configure" --enable-werror && make -j"$jobs"
}
stage_check() {
	cd "$build/main" || return 1
	# It has company.
	IOSRC_TEST_SLOWNESS=2 make -j"$jobs" check VERBOSE=yes
	status=$?
	# Which lines of the contract hold on which backend.
	sed -n '/: which lines of the contract hold/,$p' iosrc-conformance.log
	sh "$source/tools/results.sh" .
	return $status
}
# As a packager does it: the tarball, unpacked and configured in place by a
# normal user; distcheck then builds, tests, installs and cleans up beside
# sources that are read-only, which root could not see.
stage_distcheck() {
	make -C "$build/main" dist || return 1
	home=$(mktemp -d) || return 1
	tar xf "$build/main"/libiosrc-*.tar.xz -C "$home" &&
		chmod -R go+rX "$home" && as_user "$home" sh -c '
			cd "$1"/libiosrc-* && ./configure --enable-werror &&
			make -j"$2" && make -j"$2" distcheck' sh "$home" "$jobs"
	status=$?
	[ $status = 0 ] || echo "test: left for a look: $home"
	[ $status != 0 ] || rm -rf "$home"
	return $status
}
as_user() {
	home=$1
	shift
	if [ "$(id -u)" != 0 ]; then
		IOSRC_TEST_SCALE=10 IOSRC_TEST_SLOWNESS=2 "$@"
		return
	fi
	chown -R nobody:nogroup "$home"
	IOSRC_TEST_SCALE=10 IOSRC_TEST_SLOWNESS=2 HOME=$home \
		setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
}
stage_target() { make -C "$build/main" --no-print-directory -j"$jobs" "$1"; }

# The numbers that a stage's runners printed; a stage without any counts as one.
count_stage() {
	counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' \
		"$2" | tail -n 1)
	# shellcheck disable=SC2086 # three numbers
	set -- "$1" ${counts:-$((1 - $1)) $1 0}
	passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + $4))
	# A stage can fail without a failing test in it.
	[ "$1" = 0 ] || [ "$3" != 0 ] || failed=$((failed + 1))
}

# work STAGE: runs it, into a log of its own.
work() {
	began=$(date +%s)
	case $1 in
	deps | bootstrap | build | check | distcheck) stage_"$1" ;;
	*) stage_target "$1" ;;
	esac
	echo $? >"$build/$1.status"
	echo $(($(date +%s) - began)) >"$build/$1.seconds"
}

# failing LOG: the tests that failed, by the names that their runners gave them,
# and what cmocka says of each.
failing() {
	awk '
	function show(line) {
		if (!seen[line]++ && shown++ < 40)
			printf "\n          %s", line
	}
	/^\[ +(ERROR|LINE) +\] / { said[++count] = $0; next }
	/^\[  FAILED  \] [A-Za-z_]/ {
		for (i = 1; i <= count; i++)
			show(said[i])
		count = 0
		sub(/^\[  FAILED  \] /, "")
		show($0)
	}
	/^(FAIL|ERROR|WARNING|SUMMARY): / || /^==[0-9]+== [A-Z]/ { show($0) }
	' "$1"
}

# account STAGE: after its work, what it came to.
account() {
	seconds=$(cat "$build/$1.seconds")
	result=$(cat "$build/$1.status")
	[ "$result" = 0 ] || result=1
	if grep -q "^make.*: Nothing to be done for '$1'" "$build/$1.log"; then
		echo "test: nothing in the tree makes $1" >&2
		result=1
	fi
	count_stage "$result" "$build/$1.log"
	if [ "$result" = 0 ]; then
		summary="$summary
  passed  $1, $seconds s"
	else
		summary="$summary
  FAILED  $1, $seconds s (see $build/$1.log)$(failing "$build/$1.log")"
		broken="$broken $1"
	fi
	echo "==== $1: $([ "$result" = 0 ] && echo passed || echo FAILED)," \
		"$seconds s"
	return "$result"
}

run_stage() {
	echo
	echo "==== $1"
	work "$1" 2>&1 | tee "$build/$1.log"
	account "$1"
}

# lane STAGE...: one after the other, each log printed whole when it is done.
lane() {
	for stage; do
		echo "==== $stage: begins"
		work "$stage" >"$build/$stage.log" 2>&1
		until mkdir "$build/printing" 2>/dev/null; do
			sleep 0.1
		done
		echo
		echo "==== $stage"
		cat "$build/$stage.log"
		rmdir "$build/printing"
	done
}

run_lanes() {
	# All read the copy of the sources: it is made once, before.
	if ! make -C "$build/main" --no-print-directory variant-source; then
		broken="$broken variant-source" failed=$((failed + 1))
		return
	fi
	IOSRC_VARIANT_SOURCE=made
	export IOSRC_VARIANT_SOURCE
	rmdir "$build/printing" 2>/dev/null
	# shellcheck disable=SC2086 # lists of words
	{
		lane $lane_1 &
		lane $lane_2 &
		lane $lane_3 &
	}
	wait
	echo
	for stage in $lane_1 $lane_2 $lane_3; do
		account "$stage"
	done
}

passed=0 failed=0 skipped=0
summary=
broken=
mkdir -p "$build" || exit 1
lanes=
if [ $# = 0 ]; then
	lanes=yes
	# shellcheck disable=SC2086 # a list of words
	set -- $first
fi
for stage; do
	case " $stages " in
	*" $stage "*) ;;
	*)
		echo "test: no stage is called $stage; there are: $stages" >&2
		exit 2
		;;
	esac
	run_stage "$stage" || case $stage in
	deps | bootstrap | build)
		echo "test: nothing else can be run without $stage" >&2
		lanes=
		break
		;;
	esac
done
[ -z "$lanes" ] || run_lanes

echo
echo "==== all stages$summary"
[ -z "$broken" ] || echo "FAILED:$broken"
echo "$passed passed, $failed failed, $skipped skipped"
[ -z "$broken" ] && [ "$failed" = 0 ]
