// SPDX-License-Identifier: GPL-2.0
#include "leg.h"

#include <linux/ktime.h>
#include <linux/random.h>
#include <net/netlink.h>

#include "bridge.h"
#include "dtmf.h"
#include "leg_table.h"
#include "netns.h"
#include "port.h"
#include "sweep.h"
#include "path.h"
#include "play.h"
#include "tdm.h"

static void leg_free(struct phn_leg *leg)
{
	phn_path_free(rcu_dereference_protected(leg->path, 1));
	kfree(rcu_dereference_protected(leg->conf, 1));
	free_percpu(leg->stats);
	kfree(leg->tdm);
	kfree_sensitive(leg);
}

static void leg_free_rcu(struct rcu_head *rcu)
{
	leg_free(container_of(rcu, struct phn_leg, rcu));
}

static u64 real_to_mono(u64 real, u64 offset)
{
	return real > offset ? real - offset : 0;
}

/**
 * phn_leg_rewindow - work out when packets may pass
 * @leg: the leg
 *
 * The window is civil time, and civil time can be set: so this is called for
 * every leg again and again.
 */
void phn_leg_rewindow(struct phn_leg *leg)
{
	u64 offset = ktime_get_real_ns() - ktime_get_ns();
	u64 close = leg->lease_ns;

	if (leg->not_after_ns != U64_MAX)
		close = min(close, real_to_mono(leg->not_after_ns, offset));
	WRITE_ONCE(leg->open_ns, real_to_mono(leg->not_before_ns, offset));
	WRITE_ONCE(leg->close_ns, close);
}

/**
 * phn_leg_renew - renew a leg's lease
 * @leg: the leg
 * @lease_ms: milliseconds from now
 */
void phn_leg_renew(struct phn_leg *leg, u32 lease_ms)
{
	leg->lease_ns = ktime_get_ns() + (u64)lease_ms * NSEC_PER_MSEC;
	phn_leg_rewindow(leg);
}

static struct phn_leg *leg_alloc(struct phn_net *pn, const struct phn_leg_params *params)
{
	struct phn_leg_conf *conf;
	struct phn_leg *leg;

	/* A slab of a power of two is so aligned. */
	BUILD_BUG_ON(sizeof(*conf) > 64);
	leg = kzalloc(sizeof(*leg), GFP_KERNEL_ACCOUNT);
	if (!leg)
		return NULL;
	leg->stats = alloc_percpu_gfp(struct phn_leg_stats, GFP_KERNEL_ACCOUNT);
	conf = kmemdup(&params->conf, sizeof(*conf), GFP_KERNEL_ACCOUNT);
	if (!leg->stats || !conf)
		goto err_leg;
	leg->tx_stats = leg->stats;

	leg->pn = pn;
	leg->local = params->local;
	leg->not_before_ns = params->not_before_ns;
	leg->not_after_ns = params->not_after_ns;
	leg->cookie_len = params->cookie_len;
	memcpy(leg->cookie, params->cookie, sizeof(leg->cookie));
	spin_lock_init(&leg->path_lock);
	spin_lock_init(&leg->tx_lock);
	seqcount_spinlock_init(&leg->tx_seq, &leg->tx_lock);
	phn_stream_init(&leg->tx, get_random_u32(), get_random_u32(), get_random_u32());
	RCU_INIT_POINTER(leg->conf, conf);
	leg->watch_ns = ktime_get_ns();
	phn_leg_renew(leg, params->lease_ms);
	return leg;

err_leg:
	kfree(conf);
	free_percpu(leg->stats);
	kfree(leg);
	return NULL;
}

static int take_id(struct phn_leg *leg, u32 id, struct netlink_ext_ack *extack)
{
	struct xarray *ids = &leg->pn->ids;
	int err;

	if (id) {
		leg->id = id;
		err = xa_insert(ids, id, leg, GFP_KERNEL_ACCOUNT);
	} else {
		err = xa_alloc(ids, &leg->id, leg, xa_limit_32b, GFP_KERNEL_ACCOUNT);
	}
	if (err == -EBUSY) {
		NL_SET_ERR_MSG(extack, "there is a leg of this identity");
		return -EEXIST;
	}
	return err;
}

/* Where packets come in: ports and their place in the table, or a channel. */
static int take_entrance(struct phn_leg *leg, const struct phn_leg_params *params,
			 struct netlink_ext_ack *extack)
{
	int err;

	if (params->tdm.channel)
		return phn_tdm_attach(leg, &params->tdm, extack);
	err = phn_port_take(leg, extack);
	if (err)
		return err;
	err = phn_leg_table_add(leg);
	if (err)
		phn_port_release(leg);
	return err;
}

static void release_entrance(struct phn_leg *leg)
{
	if (leg->tdm) {
		phn_tdm_detach(leg);
		return;
	}
	phn_leg_table_remove(leg);
	phn_port_release(leg);
}

/**
 * phn_leg_new - make a leg
 * @pn: the namespace
 * @params: what it shall be
 * @extack: told why not
 *
 * Context: process, under legs_lock.
 * Return: the leg, or an error pointer: -EADDRINUSE, -EADDRNOTAVAIL, -EEXIST,
 * -ENOMEM, -ENODEV when there is no such channel, -EBUSY when the channel is a leg
 * already.
 */
struct phn_leg *phn_leg_new(struct phn_net *pn, const struct phn_leg_params *params,
			    struct netlink_ext_ack *extack)
{
	struct phn_leg *leg;
	int err;

	leg = leg_alloc(pn, params);
	if (!leg)
		return ERR_PTR(-ENOMEM);
	err = take_id(leg, params->id, extack);
	if (err)
		goto err_leg;
	err = take_entrance(leg, params, extack);
	if (err)
		goto err_id;

	pn->generation++;
	if (!pn->n_legs++)
		phn_sweep_start(pn);
	return leg;

err_id:
	xa_erase(&pn->ids, leg->id);
err_leg:
	/* A packet may have come by the sockets already. */
	call_rcu(&leg->rcu, leg_free_rcu);
	return ERR_PTR(err);
}

/**
 * phn_leg_del - end a leg, and its bridge if it has one
 * @leg: freed after a grace period
 *
 * Context: process, under legs_lock.
 */
void phn_leg_del(struct phn_leg *leg)
{
	struct phn_net *pn = leg->pn;

	phn_dtmf_end(leg);
	phn_play_end(leg);
	phn_bridge_del(leg);
	release_entrance(leg);
	xa_erase(&pn->ids, leg->id);
	pn->generation++;
	pn->n_legs--;
	call_rcu(&leg->rcu, leg_free_rcu);
}

/**
 * phn_leg_del_all - end all legs of a namespace that goes away
 * @pn: the namespace; no leg can be made in it any more, for the socket of whoever would
 *	ask holds the namespace, and the module has no family any more when it goes
 */
void phn_leg_del_all(struct phn_net *pn)
{
	struct phn_leg *leg;
	unsigned long id;

	mutex_lock(&pn->legs_lock);
	xa_for_each(&pn->ids, id, leg)
		phn_leg_del(leg);
	mutex_unlock(&pn->legs_lock);
}

/**
 * phn_leg_conf_get - a copy of what a leg is set to
 * @leg: the leg
 * @conf: filled in
 */
void phn_leg_conf_get(const struct phn_leg *leg, struct phn_leg_conf *conf)
{
	rcu_read_lock();
	*conf = *rcu_dereference(leg->conf);
	rcu_read_unlock();
}

/**
 * phn_leg_may_send - whether a leg can send something of its own
 * @leg: the leg
 * @conf: what it is set to
 * @extack: told why not
 *
 * Return: 0, -EDESTADDRREQ without a peer, -ETIME outside the window.
 */
int phn_leg_may_send(const struct phn_leg *leg, const struct phn_leg_conf *conf,
		     struct netlink_ext_ack *extack)
{
	u64 now = ktime_get_ns();

	if (!leg->tdm && !conf->remote.port) {
		NL_SET_ERR_MSG(extack, "the leg has no remote address");
		return -EDESTADDRREQ;
	}
	if (now < leg->open_ns || now >= leg->close_ns) {
		NL_SET_ERR_MSG(extack, "the leg is outside its window");
		return -ETIME;
	}
	return 0;
}

static void conf_apply(struct phn_leg_conf *conf, const struct phn_leg_conf *to, u32 what)
{
	if (what & PHN_SET_SOURCE_POLICY)
		conf->source_policy = to->source_policy;
	if (what & PHN_SET_REMOTE)
		conf->remote = to->remote;
	if (what & (PHN_SET_REMOTE | PHN_SET_SOURCE_POLICY))
		conf->latch = conf->source_policy == PHONION_SOURCE_POLICY_LATCH_PORT;
	if (what & PHN_SET_PT) {
		conf->n_pt = to->n_pt;
		memcpy(conf->pt, to->pt, sizeof(conf->pt));
	}
	if (what & PHN_SET_RATE_LIMIT)
		phn_leg_conf_rate(conf, to->rate_limit);
	if (what & PHN_SET_MEDIA_TIMEOUT)
		conf->media_timeout_ms = to->media_timeout_ms;
	if (what & PHN_SET_DSCP)
		conf->dscp = to->dscp;
	if (what & PHN_SET_HOLD)
		conf->hold = to->hold;
}

/* Under path_lock. The path is made from the configuration, so it goes too. */
static void conf_publish(struct phn_leg *leg, struct phn_leg_conf *conf)
{
	struct phn_leg_conf *old;

	old = rcu_replace_pointer(leg->conf, conf, lockdep_is_held(&leg->path_lock));
	phn_path_reset(leg);
	kfree_rcu(old, rcu);
}

/**
 * phn_leg_change - change what a leg is set to
 * @leg: the leg
 * @to: new values of the fields in @what
 * @what: PHN_SET_*
 * @extack: told why not
 *
 * All or nothing: what can fail, mapping a bridge's payload types anew
 * included, comes before what shows.
 *
 * Context: process, under legs_lock.
 * Return: 0, -ENOMEM, or -EOPNOTSUPP when no audio would flow any more.
 */
int phn_leg_change(struct phn_leg *leg, const struct phn_leg_conf *to, u32 what,
		   struct netlink_ext_ack *extack)
{
	struct phn_leg_conf *conf;
	int err;

	conf = kmalloc(sizeof(*conf), GFP_KERNEL_ACCOUNT);
	if (!conf)
		return -ENOMEM;
	if (what & PHN_SET_PT) {
		err = phn_bridge_renew(leg, to, extack);
		if (err) {
			kfree(conf);
			return err;
		}
	}

	spin_lock_bh(&leg->path_lock);
	*conf = *rcu_dereference_protected(leg->conf, lockdep_is_held(&leg->path_lock));
	conf_apply(conf, to, what);
	conf_publish(leg, conf);
	spin_unlock_bh(&leg->path_lock);
	if (what & (PHN_SET_MEDIA_TIMEOUT | PHN_SET_HOLD))
		leg->watch_ns = ktime_get_ns();
	return 0;
}

/**
 * phn_leg_latch - make a valid packet's source port the peer's
 * @leg: a leg whose configuration says so
 * @src: the packet's source, of the peer's address
 *
 * Context: softirq, RCU read-side section.
 * Return: whether @src is the peer's address now.
 */
bool phn_leg_latch(struct phn_leg *leg, const struct phn_addr *src)
{
	struct phn_leg_conf *conf, *old;
	bool ours = false;

	conf = kmalloc(sizeof(*conf), GFP_ATOMIC);
	if (!conf)
		return false;

	spin_lock(&leg->path_lock);
	old = rcu_dereference_protected(leg->conf, lockdep_is_held(&leg->path_lock));
	if (old->latch && phn_addr_same_ip(&old->remote, src)) {
		*conf = *old;
		conf->remote.port = src->port;
		conf->latch = false;
		conf_publish(leg, conf);
		conf = NULL;
		ours = true;
	} else {
		/* Another CPU was first. */
		ours = phn_addr_equal(&old->remote, src);
	}
	spin_unlock(&leg->path_lock);

	kfree(conf);
	return ours;
}

/**
 * phn_leg_reanchor - go on with another source
 * @leg: the leg that it leaves by
 * @in: header of a packet of it, or a copy of its fields
 * @now: CLOCK_MONOTONIC in nanoseconds
 *
 * Context: softirq.
 * Return: the anchor; another CPU may have been first.
 */
struct phn_stream_anchor phn_leg_reanchor(struct phn_leg *leg, struct phn_rtp in, u64 now)
{
	struct phn_stream_anchor anchor;

	spin_lock(&leg->tx_lock);
	if (!phn_stream_anchored(&leg->tx.anchor, &in)) {
		write_seqcount_begin(&leg->tx_seq);
		phn_stream_reanchor(&leg->tx, &in, now);
		write_seqcount_end(&leg->tx_seq);
	}
	anchor = leg->tx.anchor;
	spin_unlock(&leg->tx_lock);
	return anchor;
}
