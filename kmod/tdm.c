// SPDX-License-Identifier: GPL-2.0
/*
 * A TDM leg has neither ports nor path: packets for it go to the module that has
 * its channel, and what the channel brings is received as if it had come by the
 * network. Everything between is as with any leg: bridge, window, lease, hold.
 */
#include "tdm.h"

#include <linux/file.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/skbuff.h>

#include "core/g711.h"
#include "core/rtp.h"
#include "leg.h"
#include "rx.h"

/* Room for every header that may come before the payload, so that none is copied for. */
#define HEADROOM       (LL_MAX_HEADER + 40 + 8 + PHN_RTP_HLEN)
/* Octets of 20 ms of speech of our own. */
#define PHN_TDM_SPEECH 160

/* The one module that has channels; under channels_lock. */
static const struct phn_tdm_ops *channels;
static DEFINE_MUTEX(channels_lock);

/**
 * phn_tdm_register - offer channels to be legs
 * @ops: what is done with them
 *
 * Return: 0, or -EBUSY when another module does.
 */
int phn_tdm_register(const struct phn_tdm_ops *ops)
{
	int err = 0;

	mutex_lock(&channels_lock);
	if (channels)
		err = -EBUSY;
	else
		channels = ops;
	mutex_unlock(&channels_lock);
	return err;
}
EXPORT_SYMBOL_GPL(phn_tdm_register);

/**
 * phn_tdm_unregister - no more
 * @ops: as registered; there are no legs of it: each holds the module
 *
 * Nothing of @ops is running any more when it returns.
 */
void phn_tdm_unregister(const struct phn_tdm_ops *ops)
{
	mutex_lock(&channels_lock);
	if (channels == ops)
		channels = NULL;
	mutex_unlock(&channels_lock);
	synchronize_rcu();
}
EXPORT_SYMBOL_GPL(phn_tdm_unregister);

static int attach(struct phn_leg *leg, struct phn_tdm *tdm, const char **why)
{
	int err;

	mutex_lock(&channels_lock);
	tdm->ops = channels && try_module_get(channels->owner) ? channels : NULL;
	mutex_unlock(&channels_lock);
	if (!tdm->ops) {
		*why = "there are no TDM channels: phonion_dahdi is not loaded";
		return -ENODEV;
	}
	tdm->priv = tdm->ops->attach(leg, &tdm->params, why);
	if (IS_ERR(tdm->priv)) {
		err = PTR_ERR(tdm->priv);
		module_put(tdm->ops->owner);
		return err;
	}
	return 0;
}

/**
 * phn_tdm_put_files - let go of files that were to be kept open
 * @params: it has none any more
 */
void phn_tdm_put_files(struct phn_tdm_params *params)
{
	while (params->n_files)
		fput(params->file[--params->n_files]);
}

/**
 * phn_tdm_attach - make a leg of a channel
 * @leg: a leg that nobody can find yet, but by what the channel brings
 * @params: which channel, and how
 * @extack: told why not
 *
 * Return: 0, -ENODEV, -EBUSY, -EINVAL or -ENOMEM.
 */
int phn_tdm_attach(struct phn_leg *leg, const struct phn_tdm_params *params,
		   struct netlink_ext_ack *extack)
{
	const char *why = NULL;
	struct phn_tdm *tdm;
	int err;

	tdm = kzalloc(sizeof(*tdm), GFP_KERNEL_ACCOUNT);
	if (!tdm)
		return -ENOMEM;
	tdm->params = *params;
	leg->tdm = tdm;
	leg->sending = PHN_SENDING_TDM;
	err = attach(leg, tdm, &why);
	if (err) {
		if (extack)
			extack->_msg = why;
		leg->tdm = NULL;
		kfree(tdm);
	}
	return err;
}

/**
 * phn_tdm_detach - the channel is no leg any more
 * @leg: a leg that is in no bridge; its memory, and leg->tdm, must outlive an RCU
 *	grace period from now
 */
void phn_tdm_detach(struct phn_leg *leg)
{
	const struct phn_tdm_ops *ops = leg->tdm->ops;

	ops->detach(leg->tdm->priv);
	phn_tdm_put_files(&leg->tdm->params);
	module_put(ops->owner);
}

static const struct phn_pt *find_number(const struct phn_leg_conf *conf, u8 number)
{
	int i;

	for (i = 0; i < conf->n_pt; i++)
		if (conf->pt[i].number == number)
			return &conf->pt[i];
	return NULL;
}

static int admit(const struct phn_leg *leg, const struct phn_leg_conf *conf, u64 now)
{
	if (now < READ_ONCE(leg->open_ns) || now >= READ_ONCE(leg->close_ns))
		return PHN_DROP_WINDOW;
	return conf->hold ? PHN_DROP_HOLD : 0;
}

/**
 * phn_tdm_admit - whether something may be heard in a leg's channel
 * @leg: the leg
 * @now: CLOCK_MONOTONIC in nanoseconds
 *
 * Context: RCU read-side section.
 * Return: 0, or the counter of the reason why not.
 */
int phn_tdm_admit(const struct phn_leg *leg, u64 now)
{
	return admit(leg, rcu_dereference(leg->conf), now);
}

static int in_law(struct sk_buff *skb, const u8 *table)
{
	if (skb_linearize(skb))
		return PHN_DROP_NO_MEMORY;
	if (!table)
		return 0;
	if (skb_ensure_writable(skb, skb->len))
		return PHN_DROP_NO_MEMORY;
	phn_g711_convert(table, skb->data, skb->len);
	return 0;
}

/**
 * phn_tdm_tx - send a payload to a leg's channel
 * @leg: the leg
 * @skb: the payload alone; consumed on success
 * @rtp: its header, with the leg's own payload type
 * @table: conversion of each octet, or NULL
 * @now: CLOCK_MONOTONIC in nanoseconds
 *
 * Context: softirq, RCU read-side section.
 * Return: 0, or the counter of the reason why not.
 */
int phn_tdm_tx(struct phn_leg *leg, struct sk_buff *skb, struct phn_rtp rtp, const u8 *table,
	       u64 now)
{
	const struct phn_leg_conf *conf = rcu_dereference(leg->conf);
	const struct phn_pt *pt = find_number(conf, rtp.pt);
	struct phn_tdm_packet packet = {
		.source = rtp.ssrc,
		.timestamp = rtp.timestamp,
		.seq = rtp.seq,
		.marker = rtp.marker,
	};
	int drop;

	if (phn_leg_is_sending(leg))
		return PHN_DROP_DTMF;
	drop = admit(leg, conf, now);
	if (!drop && !pt)
		drop = PHN_DROP_PAYLOAD_TYPE;
	if (!drop)
		drop = in_law(skb, table);
	if (drop)
		return drop;

	packet.event = pt->codec == PHONION_CODEC_TELEPHONE_EVENT;
	packet.data = skb->data;
	packet.len = skb->len;
	leg->tdm->ops->receive(leg->tdm->priv, &packet);
	phn_leg_count_packet(leg->stats, PHN_TX_PACKETS, skb->len);
	consume_skb(skb);
	return 0;
}

/**
 * phn_tdm_tx_speech - let speech of leg-play be heard in a leg's channel
 * @leg: the leg; phn_tdm_admit() said that it may
 * @rtp: its header
 * @ulaw: the speech, whatever the channel's law
 * @len: octets, up to PHN_TDM_SPEECH
 *
 * Context: softirq, RCU read-side section.
 */
void phn_tdm_tx_speech(struct phn_leg *leg, const struct phn_rtp *rtp, const u8 *ulaw,
		       unsigned int len)
{
	u8 data[PHN_TDM_SPEECH];
	struct phn_tdm_packet packet = {
		.source = rtp->ssrc,
		.timestamp = rtp->timestamp,
		.seq = rtp->seq,
		.marker = rtp->marker,
		.len = min_t(unsigned int, len, sizeof(data)),
		.data = data,
	};

	memcpy(data, ulaw, packet.len);
	if (leg->tdm->params.codec == PHONION_CODEC_PCMA)
		phn_g711_convert(phn_ulaw_to_alaw, data, packet.len);
	leg->tdm->ops->receive(leg->tdm->priv, &packet);
	phn_leg_count_packet(leg->stats, PHN_TX_PACKETS, packet.len);
}

/**
 * phn_tdm_tx_event - let a digit of leg-dtmf be heard in a leg's channel
 * @leg: the leg
 * @event: the event
 * @first: it begins
 * @now: CLOCK_MONOTONIC in nanoseconds
 *
 * Context: softirq, RCU read-side section.
 * Return: 0, or the counter of the reason why not.
 */
int phn_tdm_tx_event(struct phn_leg *leg, const struct phn_event *event, bool first, u64 now)
{
	u8 data[PHN_EVENT_LEN];
	struct phn_tdm_packet packet = {
		.marker = first,
		.event = true,
		.own = true,
		.len = sizeof(data),
		.data = data,
	};
	int drop = phn_tdm_admit(leg, now);

	if (drop)
		return drop;
	phn_event_write(data, event);
	leg->tdm->ops->receive(leg->tdm->priv, &packet);
	phn_leg_count_packet(leg->stats, PHN_TX_PACKETS, sizeof(data));
	return 0;
}

static struct sk_buff *packet_skb(const struct phn_tdm_packet *packet)
{
	struct sk_buff *skb = alloc_skb(HEADROOM + packet->len, GFP_ATOMIC);

	if (!skb)
		return NULL;
	skb_reserve(skb, HEADROOM);
	skb_put_data(skb, packet->data, packet->len);
	return skb;
}

/**
 * phn_tdm_send - what a leg's channel brings
 * @leg: the leg, attached
 * @packet: the packet
 *
 * Context: softirq or with bottom halves off.
 * Return: whether it went on its way; if not, it was counted why.
 */
bool phn_tdm_send(struct phn_leg *leg, const struct phn_tdm_packet *packet)
{
	struct phn_rtp rtp = {
		.ssrc = packet->source,
		.timestamp = packet->timestamp,
		.seq = packet->seq,
		.marker = packet->marker,
	};
	struct sk_buff *skb = packet_skb(packet);
	bool sent = false;

	rcu_read_lock();
	if (skb)
		sent = phn_rx_tdm(leg, skb, &rtp, packet->event ? PHONION_CODEC_TELEPHONE_EVENT
								: leg->tdm->params.codec);
	else
		phn_leg_count(leg->stats, PHN_DROP_NO_MEMORY);
	rcu_read_unlock();
	return sent;
}
EXPORT_SYMBOL_GPL(phn_tdm_send);
