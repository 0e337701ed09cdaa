#!/bin/sh
# SPDX-License-Identifier: MIT
#
# results.sh BUILD-FOLDER...: adds up what "make check" left there. A test that
# closes with cmocka's summary, or with a line "N passed, N failed, N skipped",
# counts with the numbers it printed, any other counts as one. What failed and
# what was skipped is named; the last line is "N passed, N failed, N skipped".
set -eu

logs=$(find "$@" -name variants -prune -o -name '*.trs' -print | sort)

# shellcheck disable=SC2086 # one word a file: the paths hold no blanks
awk '
function add(what, count) { sum[what] += count }
function close_test(   own) {
	if (name == "")
		return
	own = passed + failed + skipped
	if (result == "FAIL" || result == "ERROR" || result == "XPASS") {
		add("passed", passed); add("skipped", skipped)
		add("failed", failed ? failed : 1)
		printf "  %s: %s: %d passed, %d failed, %d skipped\n", result,
		    name, passed, failed, skipped
	} else if (result == "SKIP") {
		add("skipped", own ? own : 1)
		print "  SKIP: " name reasons
	} else if (own) {
		add("passed", passed); add("failed", failed)
		add("skipped", skipped)
		printf "  %s: %d passed, %d failed, %d skipped\n", name,
		    passed, failed, skipped
		if (skipped && reasons != "")
			print substr(reasons, 2)
	} else {
		add("passed", 1)
		print "  " name ": passed"
	}
	tests++
}
function read_log(file,   line) {
	while ((getline line < file) > 0) {
		if (line ~ /^\[  PASSED  \] [0-9]+ test\(s\)/)
			passed += number(line)
		else if (line ~ /^\[  FAILED  \] [0-9]+ test\(s\)/)
			failed += number(line)
		else if (line ~ /^\[  SKIPPED \] [0-9]+ test\(s\)/)
			skipped += number(line)
		else if (line ~ /^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/) {
			split(line, word, " ")
			passed += word[1]; failed += word[3]; skipped += word[5]
		} else if (line ~ /^(SKIP|skip|skipped): /)
			reasons = reasons "\n    " line
	}
	close(file)
}
function number(line) {
	sub(/^\[[ A-Z]*\] /, "", line)
	return line + 0
}
FNR == 1 {
	close_test()
	name = FILENAME
	sub(/\.trs$/, "", name)
	result = reasons = ""
	passed = failed = skipped = 0
	read_log(name ".log")
	sub(/^\.\//, "", name)
}
/^:global-test-result:/ && result == "" { result = $2 }
/^:test-result:/ && $2 != "PASS" { result = $2 }
END {
	close_test()
	if (!tests)
		print "  no tests were run"
	printf "%d passed, %d failed, %d skipped\n", sum["passed"],
	    sum["failed"], sum["skipped"]
}' $logs /dev/null
