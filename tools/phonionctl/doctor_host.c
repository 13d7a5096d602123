// SPDX-License-Identifier: GPL-2.0
/* Ports, buffers, clock, and where call data could come to rest on a disk. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

#include "doctor.h"

/* Debian's default; less loses SIP messages and netlink events in bursts. */
#define RMEM_ENOUGH 212992

/* Is every port of MIN to MAX in a list such as "5000,20000-29999"? */
static bool reserved(const char *list, unsigned int min, unsigned int max)
{
	unsigned int low, high;
	int n;

	for (unsigned int port = min; port <= max; port = high + 1) {
		const char *s = list;
		bool found = false;

		high = port;
		while (!found && sscanf(s, "%u%n", &low, &n) == 1) {
			unsigned int end = low;

			s += n;
			if (*s == '-' && sscanf(s, "-%u%n", &end, &n) == 1)
				s += n;
			if (*s == ',')
				s++;
			found = low <= port && port <= end;
			if (found)
				high = end;
		}
		if (!found)
			return false;
	}
	return true;
}

void doctor_ports(struct doctor *d)
{
	unsigned int min, max, low, high;
	char hint[160], list[1024];

	if (!doctor_rtp_ports(d, &min, &max)) {
		doctor_say(d, DOCTOR_UNKNOWN, "ports", NULL,
			   "the daemon is not there to tell its RTP ports");
		return;
	}
	if (!doctor_read("/proc/sys/net/ipv4/ip_local_port_range", list, sizeof(list)) ||
	    sscanf(list, "%u %u", &low, &high) != 2) {
		doctor_say(d, DOCTOR_UNKNOWN, "ports", NULL,
			   "net.ipv4.ip_local_port_range cannot be read");
		return;
	}
	if (max < low || min > high) {
		doctor_say(d, DOCTOR_OK, "ports", NULL,
			   "RTP ports %u to %u are outside the ephemeral range, %u to %u", min, max,
			   low, high);
		return;
	}
	if (!doctor_read("/proc/sys/net/ipv4/ip_local_reserved_ports", list, sizeof(list)))
		list[0] = '\0';
	if (reserved(list, min > low ? min : low, max < high ? max : high)) {
		doctor_say(d, DOCTOR_OK, "ports", NULL,
			   "RTP ports %u to %u are in the ephemeral range, but reserved", min, max);
		return;
	}
	snprintf(hint, sizeof(hint), "Set sysctl net.ipv4.ip_local_reserved_ports=%u-%u.", min,
		 max);
	doctor_say(
		d, DOCTOR_WARNING, "ports", hint,
		"RTP ports %u to %u overlap the ephemeral range, %u to %u: another program may take one",
		min, max, low, high);
}

void doctor_buffers(struct doctor *d)
{
	char line[64];

	if (!doctor_read("/proc/sys/net/core/rmem_max", line, sizeof(line)))
		doctor_say(d, DOCTOR_UNKNOWN, "buffers", NULL,
			   "net.core.rmem_max cannot be read in this network namespace");
	else if (atol(line) < RMEM_ENOUGH)
		doctor_say(d, DOCTOR_WARNING, "buffers",
			   "Set sysctl net.core.rmem_max=212992 or more.",
			   "net.core.rmem_max is %s: bursts of signalling may be lost", line);
	else
		doctor_say(d, DOCTOR_OK, "buffers", NULL, "net.core.rmem_max is %s", line);
}

void doctor_clock(struct doctor *d)
{
	struct timex tx = { 0 };
	int state = adjtimex(&tx);

	if (state == TIME_ERROR || tx.status & STA_UNSYNC)
		doctor_say(d, DOCTOR_WARNING, "clock",
			   "Run chrony or systemd-timesyncd; 'timedatectl' shows the state.",
			   "the clock is not synchronised: windows would open at the wrong time");
	else if (state < 0)
		doctor_say(d, DOCTOR_UNKNOWN, "clock", NULL, "adjtimex: %s", strerror(errno));
	else
		doctor_say(d, DOCTOR_OK, "clock", NULL, "synchronised");
}

/* The value after KEY in a file of the daemon's /proc directory. */
static bool daemon_field(const struct doctor *d, const char *file, const char *key, long *value)
{
	char path[64], line[256], word[32];
	bool found = false;
	FILE *f;

	if (!d->daemon_pid)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/%s", d->daemon_pid, file);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f)) {
		if (strncmp(line, key, strlen(key)))
			continue;
		if (sscanf(line + strlen(key), " %31s", word) != 1)
			break;
		*value = !strcmp(word, "unlimited") ? -1 : atol(word);
		found = true;
	}
	fclose(f);
	return found;
}

static bool swap_on(void)
{
	char line[256];
	FILE *f = fopen("/proc/swaps", "re");
	bool on;

	if (!f)
		return false;
	/* Below the heading, a line for each. */
	on = fgets(line, sizeof(line), f) && fgets(line, sizeof(line), f);
	fclose(f);
	return on;
}

void doctor_privacy(struct doctor *d)
{
	char pattern[256];
	long value;

	if (!swap_on())
		doctor_say(d, DOCTOR_OK, "swap", NULL, "there is none");
	else if (daemon_field(d, "status", "VmLck:", &value) && value > 0)
		doctor_say(d, DOCTOR_OK, "swap", NULL,
			   "it is on, but the daemon's memory is locked");
	else
		doctor_say(d, DOCTOR_WARNING, "swap",
			   "Give the daemon LimitMEMLOCK=infinity, or turn swap off: swapoff -a.",
			   "call data may be written to the swap device");
	if (!doctor_read("/proc/sys/kernel/core_pattern", pattern, sizeof(pattern)))
		doctor_say(d, DOCTOR_UNKNOWN, "core dumps", NULL, "core_pattern cannot be read");
	else if (!pattern[0] || !strcmp(pattern, "|/bin/false"))
		doctor_say(d, DOCTOR_OK, "core dumps", NULL, "they are off for all programs");
	else if (daemon_field(d, "limits", "Max core file size", &value) && !value)
		doctor_say(d, DOCTOR_OK, "core dumps", NULL, "the daemon makes none");
	else
		doctor_say(d, DOCTOR_WARNING, "core dumps",
			   "Set sysctl kernel.core_pattern='|/bin/false'.",
			   "a crash may write call data to where core_pattern says: %s", pattern);
}
