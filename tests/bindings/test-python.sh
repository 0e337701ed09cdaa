#!/bin/sh
# SPDX-License-Identifier: MIT
#
# test-python.sh: the Python package compiles, passes its cases on every
# backend, and becomes an sdist and a wheel where the tools for that are there;
# its echo server passes the load client's 1,000 connections with every byte
# verified.
set -eu
. "$(dirname "$0")/library.sh"
need python3 python3
need timeout coreutils

PYTHONPATH=$bindings/python PYTHONPYCACHEPREFIX=$work/cache
export PYTHONPATH PYTHONPYCACHEPREFIX
python3 --version
python3 -m compileall -q -f "$bindings/python" "$top_srcdir/bench/bindings"

passed=0 failed=0 skipped=0

passes() {
	passed=$((passed + 1))
}

fails() {
	echo "FAIL: $*"
	failed=$((failed + 1))
}

skips() {
	echo "SKIP: $*"
	skipped=$((skipped + 1))
}

count() {
	grep -Ec "^test.* \.\.\. $1" "$2" || :
}

# cases BACKEND: runs them all. A test that ends otherwise than by "ok" is
# shown, with all that the runner says of it.
cases() {
	log=$work/log-$1
	status=0
	(cd "$bindings/python/tests" && IOSRC_BACKEND=$1 \
		timeout -k 5 "$patience" python3 -W error -m unittest -v) \
		>"$log" 2>&1 || status=$?
	grep -Ev '^test.* \.\.\. ok$' "$log" || :
	passed=$((passed + $(count 'ok$' "$log")))
	failed=$((failed + $(count '(FAIL|ERROR)' "$log")))
	skipped=$((skipped + $(count skipped "$log")))
	[ $status -eq 0 ] || [ "$(count '(FAIL|ERROR)' "$log")" -ne 0 ] ||
		fails "the runner ended with $status on $1"
	sed -n 's/^\(test[^ ]*\) .* \.\.\. ok$/\1/p' "$log" |
		python3 "$top_srcdir/tests/bindings/check-cases.py" python ||
		fails "the cases on $1"
}

# echo_server BACKEND: it warns of nothing.
echo_server() {
	echo_serves env IOSRC_BACKEND="$1" python3 -W error \
		"$bindings/python/examples/echo.py" 127.0.0.1:0 &&
		[ "$(wc -l <"$work/server")" -eq 1 ]
}

# package WHAT: builds the sdist or the wheel with what this machine has.
package() {
	(cd "$work/package" && python3 -c "import setuptools.build_meta as b
b.build_$1('$work/built')") >"$work/package.log" 2>&1
}

# packages: both hold the package and its marker of types, and the wheel works.
packages() {
	if ! python3 -c 'import setuptools as s
assert int(s.__version__.split(".")[0]) >= 61' 2>/dev/null; then
		skips 'no sdist and no wheel: no setuptools 61 (python3-setuptools)'
		return
	fi
	cp -R "$bindings/python" "$work/package"
	chmod -R u+w "$work/package"
	mkdir "$work/built"
	if package sdist && tar tzf "$work/built/iosrc-0.9.0.tar.gz" |
		grep -q '/iosrc/py.typed$'; then
		passes
	else
		cat "$work/package.log"
		fails 'the sdist'
	fi
	if ! python3 -c 'import setuptools.command.bdist_wheel' 2>/dev/null &&
		! python3 -c 'import wheel.bdist_wheel' 2>/dev/null; then
		skips 'no wheel: neither setuptools 70.1 nor python3-wheel'
	elif package wheel && wheel_works "$work"/built/*.whl; then
		passes
	else
		cat "$work/package.log"
		fails 'the wheel'
	fi
}

wheel_works() {
	[ "$(basename "$1")" = iosrc-0.9.0-py3-none-any.whl ] &&
		python3 -m zipfile -l "$1" | grep -q '^iosrc/py.typed ' &&
		(cd "$work" && PYTHONPATH=$1 python3 -W error -c \
			'import iosrc.selectors as s; print(s.__file__)' |
			grep -F "$1")
}

for backend in ${IOSRC_BACKENDS:-epoll poll}; do
	echo "on $backend:"
	cases "$backend"
	if [ ! -x "$load" ]; then
		skips 'the load client was not built (--disable-examples)'
	elif echo_server "$backend"; then
		passes
	else
		fails "the echo server on $backend"
	fi
done
packages

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
