// SPDX-License-Identifier: GPL-2.0
/*
 * Legs for the control socket: each as the message that the kernel would have sent of it,
 * in hexadecimal digits, so that phonionctl reads both alike.
 */
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "control/control.h"
#include "dataplane/dataplane.h"
#include "dataplane/genl.h"
#include "dataplane/nlmsg.h"

static json_t *hex(const void *data, size_t len)
{
	char text[2 * NLMSG_MAX_REQUEST + 1];
	const uint8_t *octet = data;

	for (size_t i = 0; i < len; i++)
		sprintf(text + 2 * i, "%02x", octet[i]);
	return json_stringn(text, 2 * len);
}

static void add(const struct dp_leg *leg, void *arg)
{
	union {
		struct nlmsghdr nlh;
		char octets[NLMSG_MAX_REQUEST];
	} buf = { .octets = "" };
	struct nlmsghdr *nlh = genl_request(&buf, PHONION_CMD_LEG_GET);

	if (!nlmsg_put_answer(nlh, leg))
		json_array_append_new(arg, hex(nlh, nlh->nlmsg_len));
}

static json_t *on_leg_list(const json_t *args, const char **error, void *arg)
{
	struct dataplane *dp = arg;
	json_t *list;

	(void)args;
	if (strcmp(dataplane_ops(dp)->name, "io_uring")) {
		*error = "legs are the kernel's: ask it";
		return NULL;
	}
	list = json_array();
	if (dataplane_ops(dp)->leg_dump(dp, add, list))
		*error = dataplane_error(dp);
	else
		return list;
	json_decref(list);
	return NULL;
}

int dataplane_register(struct dataplane *dp, struct control *control)
{
	return control_command(control, "leg.list", on_leg_list, dp);
}
