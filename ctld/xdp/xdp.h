/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lets drivers ask phonion.ko before they make an skb: the XDP program on each device
 * that has a trunk's media address, as "xdp" of the configuration has it.
 *
 * A program is attached to the device itself, not by a link of BPF's, which would end
 * with us: media goes on when the daemon dies, and goes on as it went. Many drivers stop
 * their device for a moment when the first program comes or the last one goes, so that a
 * crash would cost packets twice. The next daemon exchanges the program that it finds
 * for its own. Orderly stopped, when all calls have ended, the daemon takes it away.
 */
#ifndef PHONION_XDP_H
#define PHONION_XDP_H

struct conf;
struct control;
struct loop;
struct xdp;

/*
 * Loads the program and attaches it; afterwards CAP_SYS_ADMIN is not needed any more.
 * Fails only where "xdp" is "on" and a device cannot be served.
 */
int xdp_open(struct xdp **xdp, struct loop *loop, const struct conf *conf);
/* Adds the command "xdp" to the control socket. */
int xdp_register(struct xdp *xdp, struct control *control);
/* Attaches and detaches as CONF, read again, wants it. Loading has to wait for a restart. */
void xdp_configure(struct xdp *xdp, const struct conf *conf);
/* Detaches. NULL is allowed. */
void xdp_close(struct xdp *xdp);

#endif
