// SPDX-License-Identifier: GPL-2.0
/* Is the module there, of our version, and may we speak to it? */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "doctor.h"
#include "nl.h"
#include "userspace.h"

#define HINT_BUILD "Build and install it from the source tree: make modules && make install."

/* The file that modprobe would load for the running kernel. */
static bool loadable(const struct utsname *un)
{
	char path[sizeof(un->release) + 64], line[4096];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", un->release);
	f = fopen(path, "re");
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f)) {
		const char *name;

		line[strcspn(line, ":\n")] = '\0';
		name = strrchr(line, '/');
		name = name ? name + 1 : line;
		/* phonion.ko, and compressed */
		found = !strncmp(name, "phonion.ko", strlen("phonion.ko"));
	}
	fclose(f);
	return found;
}

static void check_module(struct doctor *d)
{
	struct utsname un;
	char version[64];

	uname(&un);
	if (!access("/sys/module/phonion", F_OK)) {
		if (!doctor_read("/sys/module/phonion/version", version, sizeof(version)))
			strcpy(version, "unknown");
		doctor_say(d, DOCTOR_OK, "module", NULL, "phonion is loaded, version %s", version);
	} else if (access("/proc/modules", F_OK)) {
		doctor_say(d, DOCTOR_TROUBLE, "module", "Boot a kernel of the distribution.",
			   "the running kernel, %s, cannot load modules", un.release);
	} else if (loadable(&un)) {
		doctor_say(d, DOCTOR_TROUBLE, "module", "Load it: modprobe phonion.",
			   "phonion is installed but not loaded");
	} else {
		doctor_say(d, DOCTOR_TROUBLE, "module", HINT_BUILD,
			   "phonion is not installed for the running kernel, %s", un.release);
	}
}

/* Slower than it could be, and not broken. */
static bool check_userspace(struct doctor *d)
{
	char forwards[16];

	userspace_data_plane(d->opts, forwards);
	if (strcmp(forwards, "io_uring"))
		return false;
	doctor_say(d, DOCTOR_WARNING, "module",
		   "Where phonion can be loaded, load it and restart phonion-ctld.",
		   "phonion is not loaded: phonion-ctld forwards by itself, with io_uring; that is "
		   "slower, and calls end when it ends");
	return true;
}

void doctor_kernel(struct doctor *d)
{
	union nl_buf buf;
	struct genl nl;
	int err;

	err = nl_open(&nl);
	if (err == -ENOENT && check_userspace(d))
		return;
	check_module(d);
	if (err) {
		doctor_say(d, DOCTOR_TROUBLE, "netlink",
			   err == -ENOENT ? "It comes with the module." : NULL,
			   "the generic netlink family is not there: %s", strerror(-err));
		return;
	}
	if (nl.version == PHONION_FAMILY_VERSION)
		doctor_say(d, DOCTOR_OK, "netlink", NULL, "family version %u", nl.version);
	else
		doctor_say(d, DOCTOR_TROUBLE, "netlink", "Install module and tools of one release.",
			   "the module speaks version %u of the family, this phonionctl %d",
			   nl.version, PHONION_FAMILY_VERSION);
	err = nl_do(&nl, nl_request(&buf, PHONION_CMD_STATS_GET), NULL, NULL);
	if (!err)
		doctor_say(d, DOCTOR_OK, "permission", NULL, "we may manage legs");
	else
		doctor_say(d, DOCTOR_TROUBLE, "permission",
			   "Run as root, or with CAP_NET_ADMIN in this network namespace.",
			   "the kernel does not let us: %s", strerror(-err));
	genl_close(&nl);
}
