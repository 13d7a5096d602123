// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "control.h"
#include "legs.h"
#include "nl.h"
#include "tools/lib/parse.h"
#include "userspace.h"

void userspace_data_plane(const struct opts *opts, char name[16])
{
	json_t *status = control_try(opts, "status");
	const char *said = json_string_value(json_object_get(status, "data_plane"));

	snprintf(name, 16, "%s", said ? said : "");
	json_decref(status);
}

static bool module_is_there(void)
{
	struct genl nl;
	int err = nl_open(&nl);

	if (!err)
		genl_close(&nl);
	return err != -ENOENT;
}

static int add(const struct opts *opts, json_t *list, const char *text)
{
	union nl_buf buf;
	size_t len = sizeof(buf);

	if (!text || parse_hex(text, (uint8_t *)buf.octets, &len) || len > INT32_MAX ||
	    !mnl_nlmsg_ok(&buf.nlh, len))
		return -EPROTO;
	return json_array_append_new(list, leg_json(opts, &buf.nlh)) ? -ENOMEM : 0;
}

bool userspace_legs(const struct opts *opts, json_t *list)
{
	json_t *legs = module_is_there() ? NULL : control_try(opts, "leg.list"), *leg;
	bool good = json_is_array(legs);
	size_t i;

	json_array_foreach(legs, i, leg)
		good = good && !add(opts, list, json_string_value(leg));
	if (!good)
		json_array_clear(list);
	json_decref(legs);
	return good;
}
