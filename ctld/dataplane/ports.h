/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The relay's RTP ports: pairs of an even one for RTP and the next for RTCP,
 * for each local address.
 *
 * A pair is chosen at random, so that nobody can aim at the next call; one
 * that was given back rests before it is chosen again, so that late media of
 * an old call reaches no new one. Whether something else on the machine has a
 * port shows only when the leg is made: on -EADDRINUSE give the pair back and
 * get another.
 */
#ifndef PHONION_PORTS_H
#define PHONION_PORTS_H

#include <stdint.h>
#include <sys/socket.h>

struct ports;

/* MIN even, MAX odd. */
int ports_new(struct ports **ports, uint16_t min, uint16_t max, uint32_t rest_ms);
void ports_free(struct ports *ports);

/*
 * Sets the port of LOCAL, whose address counts only. NOW is loop_now().
 * -EADDRNOTAVAIL: all are in use or at rest.
 */
int ports_get(struct ports *ports, struct sockaddr_storage *local, uint64_t now);
/* The pair of a leg that an earlier run made. -EADDRINUSE, -EINVAL: not of the range. */
int ports_take(struct ports *ports, const struct sockaddr_storage *local);
/* One that is not in use is left alone. */
void ports_put(struct ports *ports, const struct sockaddr_storage *local, uint64_t now);

#endif
