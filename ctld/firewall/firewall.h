/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The nftables table "inet phonion", by libnftnl: of the relay's RTP port
 * range only the ports in use are open, and the SIP ports of the trunks only
 * to their peers. No other table is read or changed.
 */
#ifndef PHONION_FIREWALL_H
#define PHONION_FIREWALL_H

#include <netinet/in.h>
#include <stdint.h>

struct firewall;
struct conf;

/* Makes the table anew, replacing one that an earlier run left. */
int firewall_open(struct firewall **fw, const struct conf *conf);
/* Removes the table when REMOVE; a restart leaves it in place. */
void firewall_close(struct firewall *fw, int remove);
/* A leg's RTP port and the RTCP port after it. */
int firewall_port_open(struct firewall *fw, const struct sockaddr *local);
int firewall_port_close(struct firewall *fw, const struct sockaddr *local);

#endif
