// SPDX-License-Identifier: GPL-2.0
/*
 * The data plane on io_uring as phonion-ctld runs it, on the daemon's loop, with calls
 * and without signalling: N bridges of two legs, each with the ports FIRST-PORT and up
 * at both ends.
 *
 * usage: dataplane RELAY-IN CALLER RELAY-OUT CALLEE FIRST-PORT N
 */
#include <arpa/inet.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/dataplane.h"
#include "log/log.h"
#include "loop/loop.h"

static struct dataplane *dp;
static const struct dataplane_ops *ops;

static void on_event(const struct dp_event *event, void *arg)
{
	(void)event;
	(void)arg;
}

static void set_end(struct sockaddr_storage *end, const char *text, unsigned int port)
{
	struct sockaddr_in *in = (void *)end;

	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	if (inet_pton(AF_INET, text, &in->sin_addr) != 1)
		errx(2, "%s is no address", text);
}

static uint32_t leg(const char *local, const char *remote, unsigned int port)
{
	struct dp_leg leg = {
		.pt = { { 0, PHONION_CODEC_PCMU },
			{ 101, PHONION_CODEC_TELEPHONE_EVENT },
			{ 13, PHONION_CODEC_COMFORT_NOISE } },
		.n_pt = 3,
		.rate_limit = PHONION_MAX_RATE,
		.lease_ms = PHONION_MAX_LEASE,
	};

	set_end(&leg.local, local, port);
	set_end(&leg.remote, remote, port);
	if (ops->leg_new(dp, &leg))
		errx(1, "%s port %u: %s", local, port, dataplane_error(dp));
	return leg.id;
}

int main(int argc, char **argv)
{
	struct loop *loop;

	if (argc != 7)
		errx(2, "usage: dataplane RELAY-IN CALLER RELAY-OUT CALLEE FIRST-PORT N");
	log_init(LOG_LVL_WARN);
	if (loop_new(&loop) || dataplane_open(&dp, DATAPLANE_IO_URING, loop, on_event, NULL))
		errx(1, "no data plane");
	ops = dataplane_ops(dp);
	for (int i = 0; i < atoi(argv[6]); i++) {
		unsigned int port = atoi(argv[5]) + 2 * i;
		uint32_t in = leg(argv[1], argv[2], port), out = leg(argv[3], argv[4], port);

		if (ops->bridge_new(dp, in, out))
			errx(1, "bridge: %s", dataplane_error(dp));
	}
	return loop_run(loop) ? 1 : 0;
}
