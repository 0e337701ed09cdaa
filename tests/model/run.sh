#!/bin/sh
# SPDX-License-Identifier: MIT
#
# run.sh: searches the models with spin. Configurations of what the library
# does must show no error in a complete search; mutants, which break one rule
# each, must show one. With "large" the long searches of README.md instead.
set -u

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd) || exit 1
CC=${CC:-gcc}
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
[ "$jobs" -le 4 ] || jobs=4

command -v spin >/dev/null || {
	echo "error: spin is missing (Debian: spin)" >&2
	exit 1
}
work=$(mktemp -d "${TMPDIR:-/tmp}/iosrc-model.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# What is expected (right, wrong), model, flags.
small() {
	cat <<-'END'
	right wake NWT=2 NTH=2 NWK=2
	right wake NWT=2 NTH=2 NWK=1
	right wake NWT=2 NTH=1 NWAKE=2 TMO=1
	right wake NWT=2 NTH=1 NWAKE=2 SRC=1
	right wake NWT=2 NTH=2 NWK=1 CAP=2 SRC=1
	right wake NWT=1 NTH=2 NWK=2 NWAKE=2
	right wake NWT=2 NTH=1 SRC=1 KICK_PLACE=0
	right wake NWT=1 NTH=2 NWAKE=2 REUSE
	right wake NWT=2 NTH=1 REUSE
	right wake NWT=1 NTH=2 NWAKE=2 REUSE DUE_STAYS
	right wake NWT=1 NTH=2 NWAKE=2 FAIL=1
	right wake NWT=2 NTH=2 FAIL=1
	right wake NWT=0 NTH=2 NWK=2 SRC=1 EXT
	right wake NWT=0 NTH=2 NWAKE=2 EXT
	right wake NWT=1 NTH=1 SRC=1 EXT
	right wake NWT=1 NTH=1 NWAKE=2 LEVEL
	right wake NWT=1 NTH=2 NWK=2 CAP=2 LEVEL
	wrong wake NWT=1 NTH=2 NWK=2 BUG_PLAIN_LOOK
	wrong wake NWT=1 NTH=1 NWAKE=2 BUG_CLEARED_AFTER_SCAN
	wrong wake NWT=2 NTH=2 CAP=2 SRC=1 BUG_TAKE_BEFORE_KERNEL
	wrong wake NWT=1 NTH=2 BUG_RETURNS_ON_OLD_BIT
	wrong wake NWT=2 NTH=1 SRC=1 KICK_PLACE=0 BUG_NO_BATON
	wrong wake NWT=1 NTH=2 NWK=2 BUG_LEFT_OVER_FORGOTTEN
	wrong wake NWT=2 NTH=2 NWK=2 BUG_LEFT_OVER_WITHOUT_KICK
	wrong wake NWT=1 NTH=1 BUG_NOT_COUNTED
	wrong wake NWT=1 NTH=1 BUG_SLEEPS_ON_PENDING
	wrong wake NWT=1 NTH=2 REUSE BUG_NO_DUE_WORD
	wrong wake NWT=1 NTH=2 REUSE BUG_SAME_GENERATION
	wrong wake NWT=1 NTH=2 NWAKE=2 FAIL=1 BUG_RETRY_CLEARED_LATE
	wrong wake NWT=1 NTH=1 NWAKE=2 FAIL=1 BUG_RETRY_IGNORED
	wrong wake NWT=0 NTH=1 EXT BUG_EXPOSE_WITHOUT_KICK
	wrong wake NWT=1 NTH=1 NWAKE=2 LEVEL BUG_NO_RESERVE
	wrong wake NWT=1 NTH=1 NWAKE=2 CAP=2 LEVEL BUG_NO_RESERVE
	right poll NWT=2 NSLOT=2
	right poll NWT=3 NSLOT=1 DATA=2
	right poll NWT=2 NSLOT=1 NWK=1 TMO=1
	right poll NWT=2 NSLOT=1 NWK=1 CHURN=2
	right poll NWT=2 NSLOT=2 DATA=2 CAP=2 CHURN=1
	right poll NWT=2 NSLOT=1 DATA=2 RENEW=1 CHURN=2
	right poll NWT=1 NSLOT=2 NWK=1 NWAKE=2 CAP=2
	wrong poll NWT=2 NSLOT=1 DATA=2 BUG_NO_HAND_OVER
	wrong poll NWT=2 NSLOT=1 DATA=2 TMO=1 BUG_REARM_WITHOUT_KICK
	wrong poll NWT=2 NSLOT=2 BUG_REGISTER_WITHOUT_KICK
	wrong poll NWT=2 NSLOT=1 CHURN=2 BUG_REMOVE_DOES_NOT_WAIT
	right poll NWT=2 NSLOT=1 CHURN=3
	wrong poll NWT=3 NSLOT=2 BUG_STANDBY_DRAINS_THE_TURN
	wrong poll NWT=2 NSLOT=1 NWK=1 BUG_LEADS_ON_PENDING
	wrong poll NWT=2 NSLOT=2 BUG_KICKED_FOR_EVER
	right slot NRD=1
	right slot NRD=2 RENEWALS=2 DATA=2
	right slot NRD=1 REFUSED=1
	right slot NRD=1 REFUSED=2
	wrong slot NRD=1 REFUSED=1 BUG_GENERATION_TWICE
	wrong slot NRD=1 REFUSED=1 BUG_OLD_VERSION_BACK
	wrong slot NRD=1 BUG_COMPARED_ONCE
	wrong slot NRD=1 BUG_NOT_DEAD_WHILE_WRITTEN
	wrong slot NRD=1 BUG_VERSION_AFTER_TOKEN
	wrong slot NRD=1 BUG_VERSION_READ_LATE
	wrong slot NRD=1 BUG_KERNEL_FIRST
	wrong slot NRD=1 BUG_GENERATION_STARTS_ANEW
	wrong slot NRD=1 BUG_FREED_BEFORE_ENDED
	wrong slot NRD=1 BUG_FREED_WITHOUT_VERSION
	right handle CHANGES=3 DUP=1
	right handle CHANGES=3 DUP=0
	wrong handle BUG_ENTRY_NOT_ASKED
	wrong handle BUG_REMOVE_UNHELD
	wrong handle BUG_MODIFY_UNHELD
	wrong handle BUG_EARLIER_LIVES_ON
	wrong handle BUG_ENDED_UNHELD
	END
}

# Minutes and up to 8 GiB each.
large() {
	cat <<-'END'
	right wake NWT=2 NTH=2 NWK=2 SRC=1 TMO=1
	right wake NWT=2 NTH=2 NWK=1 SRC=1 TMO=1
	right wake NWT=2 NTH=1 NWAKE=2 SRC=1 TMO=1
	right wake NWT=2 NTH=2 NWK=2 CAP=2 SRC=1
	right wake NWT=2 NTH=2 NWK=1 SRC=1 KICK_PLACE=0
	right wake NWT=2 NTH=2 NWAKE=2 FAIL=1
	right wake NWT=1 NTH=2 SRC=1 EXT
	right poll NWT=2 NSLOT=2 NWK=1 CHURN=2
	right poll NWT=2 NSLOT=1 DATA=2 NWK=1 NWAKE=2 TMO=1
	right poll NWT=3 NSLOT=1 NWK=1 TMO=1
	right slot NRD=3 RENEWALS=2 DATA=2
	END
}

build() { # folder model flags...
	folder=$1 model=$2
	shift 2
	for flag in "$@"; do
		shift
		set -- "$@" "-D$flag"
	done
	mkdir "$folder" && cd "$folder" &&
		spin "$@" -a "$here/$model.pml" >spin.log 2>&1 &&
		$CC $optimize -w -DSAFETY -DCOLLAPSE -DVECTORSZ=1024 -o pan pan.c \
			>gcc.log 2>&1
}

# What a search came to: right, wrong, or why it says nothing.
verdict() {
	if grep -q 'assertion violated\|invalid end state (' pan.log; then
		echo wrong
	elif grep -q 'depth too small\|not completed\|truncated' pan.log ||
		! grep -q 'errors: 0' pan.log; then
		echo incomplete
	else
		echo right
	fi
}

run() { # number expected model flags...
	number=$1 expected=$2
	shift 2
	# A mutant's search is over before an optimizer would be.
	case $expected in
	wrong) optimize=-O0 ;;
	*) optimize=-O1 ;;
	esac
	if build "$work/$number" "$@"; then
		./pan -m100000 -w22 >pan.log 2>&1
		got=$(verdict)
	else
		cat "$work/$number"/*.log >&2
		got=unbuilt
	fi
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' pan.log)
	seconds=$(sed -n 's/^pan: elapsed time \([0-9.]*\) .*/\1/p' pan.log)
	if [ "$got" = "$expected" ]; then
		mark=ok
	else
		mark=FAILED
		tail -n 30 pan.log >&2
	fi
	printf '%-6s %-10s %9s states %6s s  %s\n' "$mark" "$got" \
		"${states:-?}" "${seconds:-?}" "$*" | tee -a "$work/results"
	cd / && rm -rf "${work:?}/$number"
}

worker() { # its number
	number=0
	while read -r line; do
		number=$((number + 1))
		# shellcheck disable=SC2086 # words are what it is made of
		[ $((number % jobs)) -ne "$1" ] || (run $number $line)
	done <"$work/list"
}

case ${1-small} in
small) small ;;
large) large; jobs=1 ;;
*) echo "usage: run.sh [small|large]" >&2; exit 2 ;;
esac >"$work/list"
[ "${1-small}" = small ] || jobs=1

# A mutant that nothing searches proves nothing.
for mutant in $(cat "$here"/*.pml | grep -o 'BUG_[A-Z_]*' | sort -u); do
	small | grep -qw "$mutant" || {
		echo "error: no search names $mutant" >&2
		exit 1
	}
done

i=0
while [ $i -lt "$jobs" ]; do
	worker $i &
	i=$((i + 1))
done
wait

total=$(wc -l <"$work/list")
good=$(grep -c '^ok' "$work/results")
echo "$good of $total searches as expected:" \
	"$(grep -c '^ok *right' "$work/results") configurations," \
	"$(grep -c '^ok *wrong' "$work/results") mutants"
[ "$good" -eq "$total" ]
