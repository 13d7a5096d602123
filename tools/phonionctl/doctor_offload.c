// SPDX-License-Identifier: GPL-2.0
/*
 * Offloads that join packets on arrival. A joined packet cannot be forwarded
 * as it came; the module leaves it to the network stack, off the fast path.
 */
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor.h"

/* Names as in `ethtool -k`; plain GRO joins UDP only with the latter two. */
static const char *const joining[] = { "rx-lro", "rx-udp-gro-forwarding", "rx-gro-list" };
static const char *const option[] = { "lro", "rx-udp-gro-forwarding", "rx-gro-list" };

static int ethtool(int fd, const char *device, void *cmd)
{
	struct ifreq ifr = { .ifr_data = cmd };

	strncpy(ifr.ifr_name, device, IFNAMSIZ - 1);
	return ioctl(fd, SIOCETHTOOL, &ifr);
}

/* How many features devices have in this kernel. */
static unsigned int count_features(int fd, const char *device)
{
	struct {
		struct ethtool_sset_info info;
		__u32 count;
	} sset = { .info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ULL << ETH_SS_FEATURES } };

	if (ethtool(fd, device, &sset) < 0 || !sset.info.sset_mask)
		return 0;
	return sset.count;
}

static struct ethtool_gstrings *feature_names(int fd, const char *device, unsigned int n)
{
	struct ethtool_gstrings *names = calloc(1, sizeof(*names) + n * ETH_GSTRING_LEN);

	if (!names)
		return NULL;
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_FEATURES;
	names->len = n;
	if (!ethtool(fd, device, names))
		return names;
	free(names);
	return NULL;
}

static struct ethtool_gfeatures *features(int fd, const char *device, unsigned int n)
{
	unsigned int blocks = (n + 31) / 32;
	struct ethtool_gfeatures *f = calloc(1, sizeof(*f) + blocks * sizeof(f->features[0]));

	if (!f)
		return NULL;
	f->cmd = ETHTOOL_GFEATURES;
	f->size = blocks;
	if (!ethtool(fd, device, f))
		return f;
	free(f);
	return NULL;
}

/* The number of findings; -1 when the device does not tell. */
static int check_device(struct doctor *d, int fd, const char *device)
{
	unsigned int n = count_features(fd, device);
	struct ethtool_gstrings *names = feature_names(fd, device, n);
	struct ethtool_gfeatures *f = features(fd, device, n);
	int found = n && names && f ? 0 : -1;
	char hint[128];

	for (unsigned int i = 0; found >= 0 && i < n; i++) {
		const char *name = (const char *)names->data + i * ETH_GSTRING_LEN;

		if (!(f->features[i / 32].active & 1U << i % 32))
			continue;
		for (size_t k = 0; k < sizeof(joining) / sizeof(joining[0]); k++) {
			if (strncmp(joining[k], name, ETH_GSTRING_LEN))
				continue;
			snprintf(hint, sizeof(hint), "Turn it off: ethtool -K %s %s off.", device,
				 option[k]);
			doctor_say(
				d, DOCTOR_WARNING, "offload", hint,
				"%s joins arriving packets (%s), which takes them off the fast path",
				device, joining[k]);
			found++;
		}
	}
	free(names);
	free(f);
	return found;
}

void doctor_offload(struct doctor *d)
{
	struct if_nameindex *devices = if_nameindex();
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int n, found = 0, silent = 0;

	for (struct if_nameindex *i = devices; fd >= 0 && i && i->if_name; i++) {
		/* Nothing is forwarded from or to the loopback device. */
		if (!strcmp(i->if_name, "lo"))
			continue;
		n = check_device(d, fd, i->if_name);
		found += n > 0 ? n : 0;
		silent += n < 0;
	}
	if (fd < 0 || !devices || silent)
		doctor_say(d, DOCTOR_UNKNOWN, "offload", NULL,
			   "not all devices tell their offloads");
	else if (!found)
		doctor_say(d, DOCTOR_OK, "offload", NULL, "no device joins arriving packets");
	if (devices)
		if_freenameindex(devices);
	if (fd >= 0)
		close(fd);
}
