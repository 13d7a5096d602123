#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Kernels of our own configuration, from Debian's linux-source-6.1, kept in build/kernel: to be
# sourced after apt.sh, by who has set $top, the tree, and $cache, where kernels are kept.

# The newest source that apt knows of.
source_version() {
	apt-cache show --no-all-versions linux-source-6.1 2>/dev/null | sed -n 's/^Version: //p'
}

# kernel_name FLAVOUR CONFIG: $release, which ends with a hash of source, compiler and the files
# in the folder CONFIG, so that a change of any makes another kernel
kernel_name() {
	flavour=$1 config=$2
	version=$(source_version)
	if [ -z "$version" ] && [ "$(id -u)" -eq 0 ]; then
		apt update >&2
		version=$(source_version)
	fi
	[ -n "$version" ] || die "apt does not know linux-source-6.1 (do the package lists need apt-get update?)"
	key=$({
		echo "$version"
		gcc --version
		cat "$config"/*
	} | sha256sum | cut -c 1-8)
	release=${version%-*}-$flavour-$key
}

# Kconfig drops without an error what cannot be had: a detector, or a row, that nobody has.
kernel_configure() {
	out=$(ARCH=$arch scripts/kconfig/merge_config.sh -n "$config"/*.config 2>&1) || {
		echo "$out" >&2
		die "merge_config failed"
	}
	lost=$(grep -h '^CONFIG_' "$config"/*.config | sort -u | while read -r wanted; do
		grep -qxF "$wanted" .config || echo "$wanted"
	done)
	if [ -n "$lost" ] || echo "$out" | grep 'not in final .config' >&2; then
		die "the kernel's configuration does not take: $lost"
	fi
}

# What scripts/package/builddeb packs for those who build modules. User-Mode Linux has some of
# the processor's headers in a folder that is named otherwise.
kernel_headers() {
	dirs=arch/x86
	[ "$arch" != um ] || dirs="arch/x86 arch/um"
	# shellcheck disable=SC2086 # a list of words is meant
	{
		find . $dirs -maxdepth 1 -name 'Makefile*'
		find include scripts -type f -o -type l
		find arch/x86 -name Kbuild.platforms -o -name Platform
		find $dirs -type d \( -name include -o -name scripts \) -exec find {} -type f \;
		[ "$arch" != um ] || find arch/x86/um -name '*.h'
		ls .config Module.symvers
		[ ! -e tools/objtool/objtool ] || echo tools/objtool/objtool
	} | sort -u | tar -cT - | tar -xC "$1"
	find "$1" \( -name '*.o' -o -name '*.cmd' \) -exec rm {} +
}

# kernel_make TARGET...: with a log that is left where it can be read when it fails
kernel_make() {
	make -s ARCH="$arch" LOCALVERSION="-$flavour-$key" "$@" >>"$log" 2>&1 || {
		tail -n 20 "$log" >&2
		die "the kernel does not build; all that was said is in $log"
	}
}

# Made beside the cache: only a kernel that is whole gets into it.
kernel_make_all() {
	renice -n "${PHONION_NICE:-10}" $$ >/dev/null
	work=$(mktemp -d "$cache/tmp.XXXXXX") made=$work/made
	trap 'rm -rf "$work"' EXIT
	cd "$work" || exit
	deb=$(fetch "linux-source-6.1=$version")
	dpkg --fsys-tarfile "$deb" | tar -xO ./usr/src/linux-source-6.1.tar.xz | xz -dcT0 | tar -x
	rm "$deb"
	cd linux-source-6.1 || exit
	kernel_configure
	kernel_make -j"$(nproc)" "$1" modules
	mkdir -p "$made/build"
	kernel_headers "$made/build"
	kernel_make DEPMOD=true INSTALL_MOD_PATH="$made" modules_install
	rm -f "$made/lib/modules/$release/build" "$made/lib/modules/$release/source"
	/sbin/depmod -b "$made" "$release"
	cp "$2" "$made/vmlinuz"
	[ ! -e "$config/cmdline" ] || cp "$config/cmdline" "$made/"
	chmod 755 "$made"
	rm -rf "${cache:?}/$release"
	mv -T "$made" "$cache/$release"
}

# kernel_build ARCH TARGET IMAGE: what kernel_name has named, into $cache/$release, unless it is
# there: IMAGE as vmlinuz, the modules' lists, and what building a module needs.
kernel_build() {
	arch=$1
	[ ! -e "$cache/$release/vmlinuz" ] || return 0
	packages "${top:?}/selftests/debug/packages" >&2
	mkdir -p "$cache"
	cache=$(cd "$cache" && pwd)
	exec 9>"$cache/$flavour.lock"
	flock 9
	[ ! -e "$cache/$release/vmlinuz" ] || return 0
	say "building $release, once: some minutes" >&2
	log=$cache/$release.log
	: >"$log"
	kernel_make_all "$2" "$3"
	rm "$log"
}
