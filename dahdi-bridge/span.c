// SPDX-License-Identifier: GPL-2.0
/*
 * A span has no clock of its own: DAHDI's master, be it a card or DAHDI's own
 * timer, ticks it once for each chunk of 8 samples. A clock of ours beside it
 * would slip.
 */
#include "span.h"

#include <linux/atomic.h>
#include <linux/module.h>
#include <linux/slab.h>

/**
 * struct phd_span - a span
 * @span: as DAHDI knows it
 * @n_open: channels that somebody has open; without any there is nothing to do
 * @chans: what @span.chans points to
 * @chan: the channels
 */
struct phd_span {
	struct dahdi_span span;
	atomic_t n_open;
	struct dahdi_chan **chans;
	struct phd_chan chan[];
};

static struct dahdi_device *device;

static struct phd_span *to_span(struct dahdi_span *span)
{
	return container_of(span, struct phd_span, span);
}

/*
 * In DAHDI's tick: interrupts are off, and a lock is held that every span of the
 * machine needs. What was received of other channels is in writechunk after
 * dahdi_transmit(); what is in readchunk at dahdi_receive() is sent to them.
 */
static void sync_tick(struct dahdi_span *span, int is_master)
{
	if (!atomic_read(&to_span(span)->n_open))
		return;
	dahdi_transmit(span);
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
	for (i = 0; i < n_chans; i++)
		chan_init(s, i);
	return s;
}

static void device_free(void)
{
	struct phd_span *s, *next;

	list_for_each_entry_safe(s, next, &device->spans, span.device_node) {
		list_del(&s->span.device_node);
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
