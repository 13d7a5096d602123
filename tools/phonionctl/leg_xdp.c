// SPDX-License-Identifier: GPL-2.0
/* Does the driver that a leg's packets come by ask the module, and if not, why? */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "legs.h"
#include "tools/lib/parse.h"
#include "xdp/device.h"
#include "xdp/program.h"

/* NULL: it is asked. */
static const char *why_not(const struct xdp_device *device)
{
	const char *why = device_unfit(device);
	int fd;

	if (why)
		return why;
	if (!device->program)
		return "no program is attached to it";
	fd = xdp_program_open(device->program);
	if (fd >= 0)
		close(fd);
	if (fd == -EPERM)
		return "only CAP_SYS_ADMIN is told which program is attached to it";
	return fd < 0 ? "another program is attached to it" : NULL;
}

static json_t *look(struct genl *nl, const struct sockaddr_storage *local)
{
	int index = device_by_address(nl, local);
	struct xdp_device device;
	const char *why;

	if (index == -ENODEV)
		return json_pack("{s:b, s:s}", "on", 0, "why",
				 "no device has the leg's local address");
	if (index < 0 || device_get(nl, index, &device))
		return NULL;
	why = why_not(&device);
	return json_pack("{s:s, s:b, s:s*}", "device", device.name, "on", !why, "why", why);
}

void leg_add_xdp(json_t *leg)
{
	const char *local = json_string_value(json_object_get(leg, "local"));
	struct sockaddr_storage addr;
	json_t *xdp;
	struct genl nl;

	if (!local || parse_addr(local, &addr) || device_socket_open(&nl))
		return;
	xdp = look(&nl, &addr);
	if (xdp)
		json_object_set_new(leg, "xdp", xdp);
	genl_close(&nl);
}
