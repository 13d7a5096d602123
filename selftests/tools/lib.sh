#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2034
# For the tests of phonionctl: run it and judge exit status and output.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Under the sanitizers, as `make check` builds it, unless PHONIONCTL names another.
ctl=${PHONIONCTL:-$top/build/asan/phonionctl}
tmp=$(mktemp -d) || exit 1
n=0
failed=0
children=()

cleanup() {
	((${#children[@]} == 0)) || kill "${children[@]}" 2>/dev/null
	wait
	rm -rf "$tmp"
}
trap cleanup EXIT

# report OK DESCRIPTION: one line of TAP, and the output when it is not ok
report() {
	n=$((n + 1))
	if (($1)); then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$tmp/out"
		failed=1
	fi
}

# t DESCRIPTION STATUS PATTERN ARGUMENT...: phonionctl ends with STATUS (or any) and its
# output, both streams, matches PATTERN (extended, line by line), if not empty
t() {
	local what=$1 want=$2 pattern=$3 got
	shift 3
	"${as[@]}" "$ctl" "$@" >"$tmp/out" 2>&1
	got=$?
	if [[ $want = any || $got -eq $want ]] && { [[ -z $pattern ]] || grep -Eq -e "$pattern" "$tmp/out"; }; then
		report 1 "$what"
	else
		echo "# phonionctl $*: status $got, expected $want and /$pattern/"
		report 0 "$what"
	fi
}

# lacks DESCRIPTION PATTERN: no line of the last t's output has it
lacks() {
	local ok
	ok=1
	! grep -Eq -e "$2" "$tmp/out" || ok=0
	report "$ok" "$1"
}

# As whom phonionctl runs.
as=()
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all)

finish() {
	echo "1..$n"
	exit $failed
}
