#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Debian's packages, for the scripts that make a machine ready: to be sourced.

say() { echo "${0##*/}: $*"; }
die() { echo "${0##*/}: $*" >&2; exit 1; }

apt() {
	# The sandbox user of apt could not write into our cache.
	DEBIAN_FRONTEND=noninteractive apt-get -qq \
		-o DPkg::Lock::Timeout=600 -o APT::Sandbox::User=root "$@"
}

# packages LIST: what the file LIST names, installed
packages() {
	want=$(sed -e 's/#.*//' "$1")
	# shellcheck disable=SC2086 # a list of words is meant
	have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $want 2>/dev/null || :)
	missing=
	for p in $want; do
		case "
$have
" in
		*"
installed $p
"*) ;;
		*) missing="$missing $p" ;;
		esac
	done
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "${0##*/}: packages are missing. Run this, then try again:" >&2
		echo "sudo apt-get install --no-install-recommends$missing" >&2
		exit 1
	fi
	say "installing$missing"
	apt update
	# A daemon that a package brings must not start by itself: the tests
	# start what they need, where they need it.
	policy=/usr/sbin/policy-rc.d
	if [ ! -e $policy ]; then
		planted_policy=1
		trap 'rm -f "$policy"' EXIT
		printf '#!/bin/sh\nexit 101\n' >$policy
		chmod +x $policy
	fi
	# shellcheck disable=SC2086
	apt install -y --no-install-recommends $missing >/dev/null
	[ -z "${planted_policy-}" ] || rm -f "$policy"
	trap - EXIT
}

# fetch PACKAGE[=VERSION]: the name of its .deb, downloaded into the current directory
fetch() {
	apt download "$1" >&2 || {
		[ "$(id -u)" -eq 0 ] && apt update && apt download "$1" >&2
	} || die "cannot download $1 (do the package lists need apt-get update?)"
	ls ./"${1%=*}"_*.deb
}

# fetch_source PACKAGE: its source, unpacked into the current directory. Lists of sources
# are seldom configured, so they are asked for where the packages come from.
fetch_source() {
	package=$1
	mkdir -p apt/lists/partial apt/parts apt/cache
	for list in /etc/apt/sources.list.d/*.sources; do
		[ ! -e "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" >"apt/parts/${list##*/}"
	done
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
		sed -n 's/^deb /deb-src /p' >apt/parts/lists.list
	set -- -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$PWD/apt/parts" \
		-o "Dir::State::Lists=$PWD/apt/lists" -o "Dir::Cache=$PWD/apt/cache"
	apt "$@" update >&2 || : # some may have no sources
	apt "$@" source "$package" >&2 || die "cannot download the source of $package"
}
