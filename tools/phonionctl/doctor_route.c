// SPDX-License-Identifier: GPL-2.0
/*
 * What of routing media depends on. The module's legs take packets before it; the
 * daemon's own are sockets, which get what rp_filter lets through.
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"

#define STRICT 1

/* 0, as the kernel has it for a device without the setting. */
static long rp_filter(const char *device)
{
	char path[64 + IFNAMSIZ], line[16];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", device);
	return doctor_read(path, line, sizeof(line)) ? atol(line) : 0;
}

/* The kernel takes the greater of a device's own and that of all. */
static bool is_strict(const char *device)
{
	long own = rp_filter(device), all = rp_filter("all");

	return (own > all ? own : all) == STRICT;
}

static void check_device(struct doctor *d, const char *device)
{
	char hint[128];

	snprintf(hint, sizeof(hint), "Set sysctl net.ipv4.conf.%s.rp_filter=2.", device);
	doctor_say(
		d, DOCTOR_WARNING, "forwarding", hint,
		"rp_filter is strict on %s: media is lost that comes by another way than ours back",
		device);
}

static void check_sockets(struct doctor *d)
{
	struct if_nameindex *devices = if_nameindex();
	unsigned int found = 0;

	for (struct if_nameindex *i = devices; i && i->if_name; i++) {
		/* Media does not come by the loopback device. */
		if (!strcmp(i->if_name, "lo") || !is_strict(i->if_name))
			continue;
		check_device(d, i->if_name);
		found++;
	}
	if (!devices)
		doctor_say(d, DOCTOR_UNKNOWN, "forwarding", NULL, "the devices cannot be listed");
	else if (!found)
		doctor_say(d, DOCTOR_OK, "forwarding", NULL,
			   "rp_filter is strict on no device; ip_forward may be as it is");
	if (devices)
		if_freenameindex(devices);
}

void doctor_forwarding(struct doctor *d)
{
	if (doctor_userspace(d))
		check_sockets(d);
	else
		doctor_say(d, DOCTOR_OK, "forwarding", NULL,
			   "ip_forward and rp_filter may be as they are: legs do not use them");
}
