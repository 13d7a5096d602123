// SPDX-License-Identifier: GPL-2.0
/*
 * A span has no clock of its own: DAHDI's master, be it a card or DAHDI's own
 * timer, ticks it once for each chunk of 8 samples. A clock of ours beside it
 * would slip.
 */
#include "span.h"

#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "leg.h"

#define MAX_CHANNELS 255

/**
 * struct phd_span - a span
 * @list: in spans
 * @span: as DAHDI knows it
 * @n_open: channels that somebody has open; without any there is nothing to do
 * @sender: sends what the channels have brought, after the tick
 * @ready: channels that have brought a packet's worth
 * @chans: what @span.chans points to
 * @chan: the channels
 */
struct phd_span {
	struct list_head list;
	struct dahdi_span span;
	atomic_t n_open;
	struct tasklet_struct sender;
	DECLARE_BITMAP(ready, MAX_CHANNELS);
	struct dahdi_chan **chans;
	struct phd_chan chan[];
};

static struct dahdi_device *device;
/* The device's own list has none any more when DAHDI has unregistered it. */
static LIST_HEAD(spans);

static struct phd_span *to_span(struct dahdi_span *span)
{
	return container_of(span, struct phd_span, span);
}

static void send(struct tasklet_struct *sender)
{
	struct phd_span *s = from_tasklet(s, sender, sender);
	struct phd_leg *leg;
	unsigned int i;

	rcu_read_lock();
	for_each_set_bit(i, s->ready, s->span.channels) {
		clear_bit(i, s->ready);
		/* Cleared before it is looked at what there is: no packet waits for another. */
		smp_mb__after_atomic();
		leg = rcu_dereference(s->chan[i].leg);
		if (leg)
			phd_leg_send(leg);
	}
	rcu_read_unlock();
}

static void tick_legs(struct phd_span *s)
{
	struct phd_leg *leg;
	bool any = false;
	unsigned int i;

	rcu_read_lock();
	for (i = 0; i < s->span.channels; i++) {
		leg = rcu_dereference(s->chan[i].leg);
		if (!leg) {
			memset(s->chans[i]->readchunk, DAHDI_LIN2X(0, s->chans[i]), PHD_TICK);
			continue;
		}
		if (!phd_leg_tick(leg, s->chans[i]->writechunk, s->chans[i]->readchunk))
			continue;
		set_bit(i, s->ready);
		any = true;
	}
	rcu_read_unlock();
	if (any)
		tasklet_schedule(&s->sender);
}

/*
 * In DAHDI's tick: interrupts are off, and a lock is held that every span of the
 * machine needs; so nothing is sent here. What was received of other channels is in writechunk after
 * dahdi_transmit(); what is in readchunk at dahdi_receive() is sent to them.
 */
static void sync_tick(struct dahdi_span *span, int is_master)
{
	struct phd_span *s = to_span(span);

	if (!atomic_read(&s->n_open))
		return;
	dahdi_transmit(span);
	tick_legs(s);
	dahdi_receive(span);
}

static int chan_open(struct dahdi_chan *chan)
{
	atomic_inc(&to_span(chan->span)->n_open);
	return 0;
}

static int chan_close(struct dahdi_chan *chan)
{
	atomic_dec(&to_span(chan->span)->n_open);
	return 0;
}

static const struct dahdi_span_ops span_ops = {
	.owner = THIS_MODULE,
	.sync_tick = sync_tick,
	.open = chan_open,
	.close = chan_close,
};

static void chan_init(struct phd_span *s, unsigned int i)
{
	struct dahdi_chan *chan = &s->chan[i].chan;

	s->chans[i] = chan;
	snprintf(chan->name, sizeof(chan->name), "%s/%u", s->span.name, i + 1);
	chan->chanpos = i + 1;
	chan->sigcap = DAHDI_SIG_CLEAR;
	/* Ready for use: there is nothing about it to configure. */
	chan->sig = DAHDI_SIG_CLEAR;
	chan->flags = DAHDI_FLAG_CLEAR;
}

static struct phd_span *span_alloc(unsigned int n, unsigned int n_chans)
{
	struct phd_span *s = kvzalloc(struct_size(s, chan, n_chans), GFP_KERNEL);
	unsigned int i;

	if (!s)
		return NULL;
	s->chans = kcalloc(n_chans, sizeof(*s->chans), GFP_KERNEL);
	if (!s->chans) {
		kvfree(s);
		return NULL;
	}
	snprintf(s->span.name, sizeof(s->span.name), "PHONION/%u", n);
	strscpy(s->span.desc, "Phonion legs", sizeof(s->span.desc));
	s->span.spantype = SPANTYPE_DIGITAL_DYNAMIC;
	s->span.deflaw = DAHDI_LAW_MULAW;
	s->span.cannot_provide_timing = 1;
	s->span.ops = &span_ops;
	s->span.chans = s->chans;
	s->span.channels = n_chans;
	tasklet_setup(&s->sender, send);
	for (i = 0; i < n_chans; i++)
		chan_init(s, i);
	return s;
}

static void device_free(void)
{
	struct phd_span *s, *next;

	list_for_each_entry_safe(s, next, &spans, list) {
		list_del(&s->list);
		tasklet_kill(&s->sender);
		kfree(s->chans);
		kvfree(s);
	}
	dahdi_free_device(device);
}

/**
 * phd_spans_init - make spans and hand them to DAHDI
 * @n_spans: how many
 * @n_chans: channels of each
 *
 * Return: 0 or a negative errno.
 */
int phd_spans_init(unsigned int n_spans, unsigned int n_chans)
{
	struct phd_span *s;
	unsigned int i;
	int err;

	device = dahdi_create_device();
	if (!device)
		return -ENOMEM;
	device->manufacturer = "Phonion";
	device->devicetype = "Phonion legs";
	device->location = device->hardware_id = "phonion";
	dev_set_name(&device->dev, "phonion");
	err = -ENOMEM;
	for (i = 0; i < n_spans; i++) {
		s = span_alloc(i, n_chans);
		if (!s)
			goto err_device;
		list_add_tail(&s->list, &spans);
		list_add_tail(&s->span.device_node, &device->spans);
	}
	err = dahdi_register_device(device, NULL);
	if (err)
		goto err_device;
	return 0;

err_device:
	device_free();
	return err;
}

/* No channel is open: an open one holds the module. */
void phd_spans_uninit(void)
{
	dahdi_unregister_device(device);
	device_free();
}

/**
 * phd_chan_find - a channel of ours by DAHDI's number
 * @number: its number
 *
 * Return: the channel, which stays for as long as the module; or NULL.
 */
struct phd_chan *phd_chan_find(unsigned int number)
{
	struct phd_span *s;
	unsigned int first;

	list_for_each_entry(s, &spans, list) {
		first = s->chan[0].chan.channo;
		if (first && number >= first && number - first < s->span.channels)
			return &s->chan[number - first];
	}
	return NULL;
}

/**
 * phd_chan_take - make a channel a leg
 * @chan: the channel
 * @leg: the leg; from now on it is ticked
 *
 * Return: false when it is one already.
 */
bool phd_chan_take(struct phd_chan *chan, struct phd_leg *leg)
{
	return !unrcu_pointer(cmpxchg(&chan->leg, NULL, RCU_INITIALIZER(leg)));
}

/**
 * phd_chan_release - the channel is no leg any more
 * @chan: a channel that is one; a tick may have hold of it for a grace period
 */
void phd_chan_release(struct phd_chan *chan)
{
	RCU_INIT_POINTER(chan->leg, NULL);
}
