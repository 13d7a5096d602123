// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "control/control.h"
#include "dataplane/dataplane.h"
#include "log/log.h"
#include "loop/loop.h"
#include "xdp/device.h"
#include "xdp/program.h"
#include "xdp/xdp.h"

/* A device, and what became of it: tried once, until its address or the configuration changes. */
struct entry {
	struct entry *next;
	struct xdp_device device;
	char why[256]; /* the program is not attached; "" where it is */
	bool wanted;
};

/* A trunk's media address. */
struct place {
	char *trunk;
	struct sockaddr_storage media;
	bool told; /* that no device has it */
};

struct xdp {
	struct loop *loop;
	struct genl genl;
	struct entry *list;
	struct place *places;
	size_t n_places;
	unsigned int mode; /* enum conf_xdp */
	int program;	   /* -1: not loaded, for the reason WHY */
	const char *why;
	int events;
	struct loop_io *io;
};

/* Attaching */

/*
 * A program that is there already may be one that a daemon left behind which died, or
 * somebody's by hand: then ours takes its place, without a moment in which there is none.
 */
static int attach(struct xdp *xdp, struct entry *entry)
{
	int old = -1, err;

	if (entry->device.program) {
		old = xdp_program_open(entry->device.program);
		if (old < 0) {
			snprintf(entry->why, sizeof(entry->why),
				 "another XDP program is attached to it");
			return -EBUSY;
		}
	}
	err = device_set_program(&xdp->genl, entry->device.index, xdp->program, old);
	if (err)
		snprintf(entry->why, sizeof(entry->why), "%s", xdp->genl.error);
	if (old >= 0)
		close(old);
	return err;
}

static int serve(struct xdp *xdp, struct entry *entry)
{
	const char *why = device_unfit(&entry->device);
	int err = why ? -EOPNOTSUPP : 0;

	if (why)
		snprintf(entry->why, sizeof(entry->why), "%s", why);
	else
		err = attach(xdp, entry);
	if (!err)
		log_info("%s: XDP forwards media that comes by it", entry->device.name);
	else if (xdp->mode == CONF_XDP_ON)
		log_error("%s: no XDP: %s", entry->device.name, entry->why);
	else
		log_warn("%s: no XDP, which its media does without: %s", entry->device.name,
			 entry->why);
	return err;
}

/* What somebody else has attached meanwhile stays. */
static void release(struct xdp *xdp, struct entry *entry)
{
	int err = entry->why[0]
			  ? 0
			  : device_set_program(&xdp->genl, entry->device.index, -1, xdp->program);

	if (err && err != -ENODEV)
		log_warn("%s: the XDP program stays attached: %s", entry->device.name,
			 xdp->genl.error);
	free(entry);
}

static struct entry *find(struct xdp *xdp, int index)
{
	struct entry *entry = xdp->list;

	while (entry && entry->device.index != index)
		entry = entry->next;
	return entry;
}

static int add(struct xdp *xdp, int index)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	int err;

	if (!entry)
		return -ENOMEM;
	err = device_get(&xdp->genl, index, &entry->device);
	if (err) { /* it has just gone */
		free(entry);
		return err;
	}
	entry->wanted = true;
	entry->next = xdp->list;
	xdp->list = entry;
	return serve(xdp, entry);
}

/* The device that has the trunk's address. */
static int place(struct xdp *xdp, struct place *place)
{
	int index = device_by_address(&xdp->genl, &place->media);
	struct entry *entry = index < 0 ? NULL : find(xdp, index);

	if (index == -ENODEV && !place->told)
		log_warn("trunk %s: no XDP: no device has its media address", place->trunk);
	place->told = index == -ENODEV;
	if (index < 0)
		return index;
	if (!entry)
		return add(xdp, index);
	entry->wanted = true;
	return entry->why[0] ? -EOPNOTSUPP : 0;
}

static void sweep(struct xdp *xdp)
{
	for (struct entry **at = &xdp->list; *at;) {
		struct entry *entry = *at;

		if (entry->wanted) {
			at = &entry->next;
			continue;
		}
		*at = entry->next;
		release(xdp, entry);
	}
}

/* Gives the first error. */
static int update(struct xdp *xdp)
{
	int err, first = 0;

	for (struct entry *entry = xdp->list; entry; entry = entry->next)
		entry->wanted = false;
	for (size_t i = 0; xdp->mode != CONF_XDP_OFF && i < xdp->n_places; i++) {
		err = place(xdp, &xdp->places[i]);
		first = first ?: err;
	}
	sweep(xdp);
	return first;
}

static void on_address(int fd, short revents, void *arg)
{
	struct xdp *xdp = arg;

	(void)revents;
	device_events_read(fd);
	update(xdp);
}

/* Configuration */

static void forget_places(struct xdp *xdp)
{
	for (size_t i = 0; i < xdp->n_places; i++)
		free(xdp->places[i].trunk);
	free(xdp->places);
	xdp->places = NULL;
	xdp->n_places = 0;
}

static int learn_places(struct xdp *xdp, const struct conf *conf)
{
	forget_places(xdp);
	xdp->mode = conf->xdp;
	xdp->places = calloc(conf->n_trunks, sizeof(*xdp->places));
	if (!xdp->places)
		return -ENOMEM;
	for (size_t i = 0; i < conf->n_trunks; i++) {
		struct place *place = &xdp->places[xdp->n_places];

		if (conf->trunks[i].kind != TRUNK_SIP)
			continue;
		place->trunk = strdup(conf->trunks[i].name);
		if (!place->trunk)
			return -ENOMEM;
		place->media = conf->trunks[i].media;
		xdp->n_places++;
	}
	return 0;
}

static int load(struct xdp *xdp)
{
	xdp->program = xdp_program_load(&xdp->why);
	if (xdp->program >= 0)
		return 0;
	if (xdp->mode == CONF_XDP_ON)
		log_error("no XDP: %s", xdp->why);
	else
		log_warn("no XDP, which media does without: %s", xdp->why);
	return xdp->program;
}

static int watch(struct xdp *xdp)
{
	xdp->events = device_events_open();
	if (xdp->events < 0)
		return xdp->events;
	return loop_io_add(xdp->loop, &xdp->io, xdp->events, POLLIN, on_address, xdp);
}

/* Watched before it is looked at, so that no change is missed. */
static int start(struct xdp *xdp)
{
	int err = load(xdp);

	if (!err)
		err = device_socket_open(&xdp->genl);
	if (!err)
		err = watch(xdp);
	return err ?: update(xdp);
}

/* What a daemon has left that died when "xdp" was not "off" yet. */
static void shed(struct xdp *xdp, const struct place *place)
{
	int index = device_by_address(&xdp->genl, &place->media), old;
	struct xdp_device device;

	if (index < 0 || device_get(&xdp->genl, index, &device) || !device.program)
		return;
	old = xdp_program_open(device.program);
	if (old < 0)
		return;
	if (!device_set_program(&xdp->genl, index, -1, old))
		log_info("%s: the XDP program of a daemon before is taken off", device.name);
	close(old);
}

static void clear(struct xdp *xdp)
{
	if (device_socket_open(&xdp->genl))
		return;
	for (size_t i = 0; i < xdp->n_places; i++)
		shed(xdp, &xdp->places[i]);
}

int xdp_open(struct xdp **xdpp, struct loop *loop, const struct conf *conf)
{
	struct xdp *xdp = calloc(1, sizeof(*xdp));
	int err;

	if (!xdp)
		return -ENOMEM;
	*xdpp = xdp;
	xdp->loop = loop;
	xdp->program = xdp->events = -1;
	xdp->why = "it was \"off\" when the daemon started";
	err = learn_places(xdp, conf);
	if (err)
		return err;
	if (conf->xdp == CONF_XDP_OFF) {
		clear(xdp);
		return 0;
	}
	if (conf->dataplane == DATAPLANE_IO_URING) {
		xdp->why = "\"dataplane\" is \"io_uring\", and XDP asks the kernel module";
		log_warn("no XDP: %s", xdp->why);
		clear(xdp);
		return 0; /* "on" is refused when the file is read */
	}
	err = start(xdp);
	return conf->xdp == CONF_XDP_ON ? err : 0;
}

void xdp_configure(struct xdp *xdp, const struct conf *conf)
{
	if (learn_places(xdp, conf))
		log_error("no memory for the devices of XDP");
	if (xdp->program >= 0)
		update(xdp);
	else if (conf->xdp != CONF_XDP_OFF)
		log_warn("no XDP until the daemon is restarted: %s", xdp->why);
}

void xdp_close(struct xdp *xdp)
{
	if (!xdp)
		return;
	forget_places(xdp);
	if (xdp->genl.socket)
		update(xdp);
	loop_io_del(xdp->io);
	if (xdp->events >= 0)
		close(xdp->events);
	genl_close(&xdp->genl);
	if (xdp->program >= 0)
		close(xdp->program);
	free(xdp);
}

/* What phonionctl is told */

static json_t *entry_json(struct xdp *xdp, const struct entry *entry)
{
	struct xdp_device now;
	const char *why = entry->why[0] ? entry->why : NULL;

	if (!why && (device_get(&xdp->genl, entry->device.index, &now) ||
		     now.program != xdp_program_id(xdp->program)))
		why = "somebody has taken the program off it";
	return json_pack("{s:s, s:b, s:s*}", "device", entry->device.name, "on", !why, "why", why);
}

static json_t *on_xdp(const json_t *args, const char **error, void *arg)
{
	static const char *const modes[] = { CONF_XDP_WORDS };
	struct xdp *xdp = arg;
	json_t *devices = json_array();

	(void)args;
	(void)error;
	for (const struct entry *entry = xdp->list; entry; entry = entry->next)
		json_array_append_new(devices, entry_json(xdp, entry));
	for (size_t i = 0; i < xdp->n_places && xdp->mode != CONF_XDP_OFF; i++)
		if (xdp->places[i].told)
			json_array_append_new(devices,
					      json_pack("{s:s, s:b, s:s}", "trunk",
							xdp->places[i].trunk, "on", 0, "why",
							"no device has its media address"));
	return json_pack("{s:s, s:b, s:s*, s:o}", "mode", modes[xdp->mode], "loaded",
			 xdp->program >= 0, "why", xdp->program >= 0 ? NULL : xdp->why, "devices",
			 devices);
}

int xdp_register(struct xdp *xdp, struct control *control)
{
	return control_command(control, "xdp", on_xdp, xdp);
}
