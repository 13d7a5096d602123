// SPDX-License-Identifier: GPL-2.0
/* Do drivers ask the module, where the configuration wants that? */
#include <string.h>

#include "doctor.h"

#define HINT "Media goes by the ingress hook. If that is meant, set xdp = \"off\"."
#define HINT_USERSPACE \
	"XDP is phonion.ko's: load it and restart phonion-ctld, or set xdp = \"off\"."

static void check_device(struct doctor *d, const json_t *device)
{
	bool by_trunk = json_object_get(device, "trunk");

	if (json_is_true(json_object_get(device, "on")))
		doctor_say(d, DOCTOR_OK, "xdp", NULL, "%s: its driver asks the module",
			   out_str(device, "device"));
	else
		doctor_say(d, DOCTOR_WARNING, "xdp", HINT, "%s%s: not by XDP: %s",
			   by_trunk ? "trunk " : "", out_str(device, by_trunk ? "trunk" : "device"),
			   out_str(device, "why"));
}

void doctor_xdp(struct doctor *d)
{
	json_t *result = doctor_ask(d, "xdp");
	const json_t *devices = json_object_get(result, "devices"), *device;
	const char *mode = json_string_value(json_object_get(result, "mode"));
	size_t i;

	if (!mode)
		doctor_say(d, DOCTOR_UNKNOWN, "xdp", NULL, "the daemon is not there to tell");
	else if (!strcmp(mode, "off") && doctor_userspace(d))
		doctor_say(d, DOCTOR_OK, "xdp", NULL,
			   "off, as configured: media goes by phonion-ctld's sockets");
	else if (!strcmp(mode, "off"))
		doctor_say(d, DOCTOR_OK, "xdp", NULL,
			   "off, as configured: media goes by the ingress hook");
	else if (!json_is_true(json_object_get(result, "loaded")))
		doctor_say(d, DOCTOR_WARNING, "xdp", doctor_userspace(d) ? HINT_USERSPACE : HINT,
			   "%s", out_str(result, "why"));
	json_array_foreach(devices, i, device)
		check_device(d, device);
	json_decref(result);
}
