#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2034
# For the tests of phonionctl: run it and judge exit status and output.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Under the sanitizers, as `make check` builds it, unless PHONIONCTL names another.
ctl=${PHONIONCTL:-$top/build/asan/phonionctl}
tmp=$(mktemp -d) || exit 1
out=$tmp/out # of the phonionctl that ran last
n=0
failed=0
children=()

cleanup() {
	((${#children[@]} == 0)) || kill "${children[@]}" 2>/dev/null
	wait
	rm -rf "$tmp"
}
trap cleanup EXIT

# Starting a program is what costs time where there is no KVM: hence no grep, and
# hence q, which starts several phonionctl beside each other.

# matches PATTERN: whether a line of the last output does (extended, as grep -E)
matches() {
	local line
	while IFS= read -r line || [[ -n $line ]]; do
		[[ $line =~ $1 ]] && return 0
	done <"$out"
	return 1
}

# report OK DESCRIPTION: one line of TAP, and the output when it is not ok
report() {
	n=$((n + 1))
	if (($1)); then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$out"
		failed=1
	fi
}

# judge GOT DESCRIPTION STATUS PATTERN ARGUMENT...: what t says of a phonionctl that ended
judge() {
	local got=$1 what=$2 want=$3 pattern=$4
	shift 4
	if [[ $want = any || $got -eq $want ]] && { [[ -z $pattern ]] || matches "$pattern"; }; then
		report 1 "$what"
	else
		echo "# phonionctl $*: status $got, expected $want and /$pattern/"
		report 0 "$what"
	fi
}

# t DESCRIPTION STATUS PATTERN ARGUMENT...: phonionctl ends with STATUS (or any) and its
# output, both streams, matches PATTERN (extended, line by line), if not empty
t() {
	out=$tmp/out
	"${as[@]}" "$ctl" "${@:4}" >"$out" 2>&1
	judge $? "$@"
}

# q ...: the same, but only started; none may depend on another. settle judges
# those that were started, in that order.
queue=()
q() {
	local k=${#queue[@]}
	"${as[@]}" "$ctl" "${@:4}" >"$tmp/q$k" 2>&1 &
	printf -v "queue[k]" '%q ' $! "$@"
}
settle() {
	local k words status
	for k in "${!queue[@]}"; do
		eval "words=(${queue[k]})"
		wait "${words[0]}"
		status=$?
		out=$tmp/q$k
		judge "$status" "${words[@]:1}"
	done
	queue=()
}

# has, lacks DESCRIPTION PATTERN: a line of the last output has it, or none
has() {
	local ok=0
	! matches "$2" || ok=1
	report "$ok" "$1"
}
lacks() {
	local ok=1
	! matches "$2" || ok=0
	report "$ok" "$1"
}

# As whom phonionctl runs.
as=()
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all)

finish() {
	echo "1..$n"
	exit $failed
}
