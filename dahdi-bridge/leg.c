// SPDX-License-Identifier: GPL-2.0
#include "leg.h"

#include <linux/module.h>
#include <linux/phonion.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "span.h"

/**
 * phd_leg_tick - a tick of a channel
 * @l: its leg
 * @in: the PHD_TICK octets that it brings
 * @out: those that it shall have
 *
 * Context: DAHDI's tick, interrupts off.
 * Return: whether there is a packet to send.
 */
bool phd_leg_tick(struct phd_leg *l, const u8 *in, u8 *out)
{
	u32 head = l->head;

	memcpy(l->backlog + head % PHD_BACKLOG, in, PHD_TICK);
	/* Pairs with phd_leg_send(): the octets are there before they are counted. */
	smp_store_release(&l->head, head + PHD_TICK);

	spin_lock(&l->lock);
	if (likely(!l->events.n && !l->own.n) || !phd_digits_play(l, out))
		phd_jitter_get(&l->jitter, out);
	spin_unlock(&l->lock);
	return head + PHD_TICK - READ_ONCE(l->tail) >= l->frame;
}

/* Return: false when the tick has overtaken us and what was copied is not whole. */
static bool copy_frame(struct phd_leg *l, u8 *frame)
{
	u32 i;

	for (i = 0; i < l->frame; i++)
		frame[i] = l->backlog[(l->tail + i) % PHD_BACKLOG];
	/* Pairs with phd_leg_tick(): what it may be writing to, its count tells. */
	smp_rmb();
	return READ_ONCE(l->head) - l->tail <= PHD_BACKLOG - PHD_TICK;
}

/* So late that the ring has come around: go on with what is newest. */
static void give_up(struct phd_leg *l, u32 head)
{
	u32 to = head - l->frame;

	l->overruns += to - l->tail;
	WRITE_ONCE(l->tail, to);
}

static void send_frame(struct phd_leg *l, const u8 *frame)
{
	const struct phn_tdm_packet packet = {
		.source = l->source,
		.timestamp = l->tail,
		.seq = l->seq,
		.marker = l->paused,
		.len = l->frame,
		.data = frame,
	};

	phn_tdm_send(l->leg, &packet);
	l->seq++;
	l->paused = false;
}

/**
 * phd_leg_send - send what there is to be sent
 * @l: a leg
 *
 * Context: the span's tasklet, which is one at a time; RCU read-side section.
 */
void phd_leg_send(struct phd_leg *l)
{
	u8 frame[30 * PHD_MS];
	u32 head;

	/* Pairs with phd_leg_tick(). */
	while ((head = smp_load_acquire(&l->head)) - l->tail >= l->frame) {
		if (head - l->tail > PHD_BACKLOG - PHD_TICK || !copy_frame(l, frame)) {
			give_up(l, head);
			continue;
		}
		/* A tone goes as an event, or if that cannot go, as it is. */
		if (!l->detecting || !phd_digits_hear(l, frame))
			send_frame(l, frame);
		WRITE_ONCE(l->tail, l->tail + l->frame);
	}
}

static struct phd_leg *leg_alloc(struct phn_leg *leg, const struct phn_tdm_params *params)
{
	struct phd_leg *l = kzalloc(sizeof(*l), GFP_KERNEL_ACCOUNT);

	if (!l)
		return NULL;
	l->leg = leg;
	l->frame = params->ptime_ms * PHD_MS;
	l->source = get_random_u32();
	l->paused = true;
	l->detecting = params->events;
	l->event = PHD_NO_TONE;
	phd_detect_init(&l->detect);
	spin_lock_init(&l->lock);
	phd_jitter_init(&l->jitter, params->codec == PHONION_CODEC_PCMA, params->delay_min_ms,
			params->delay_max_ms);
	return l;
}

/* DAHDI's own operations tell its files: nothing else may be kept from being closed. */
static bool are_channels(struct phd_chan *chan, const struct phn_tdm_params *params)
{
	const struct file_operations *ops;
	unsigned long flags;
	int i;

	/* DAHDI forgets the file under this lock, before it is freed. */
	spin_lock_irqsave(&chan->chan.lock, flags);
	ops = chan->chan.file ? chan->chan.file->f_op : NULL;
	spin_unlock_irqrestore(&chan->chan.lock, flags);
	for (i = 0; i < params->n_files; i++)
		if (params->file[i]->f_op != ops)
			return false;
	return true;
}

static void *attach(struct phn_leg *leg, const struct phn_tdm_params *params, const char **why)
{
	struct phd_leg *l;

	*why = "no such channel of phonion_dahdi's";
	l = leg_alloc(leg, params);
	if (!l) {
		*why = NULL;
		return ERR_PTR(-ENOMEM);
	}
	l->chan = phd_chan_find(params->channel);
	if (!l->chan) {
		kfree(l);
		return ERR_PTR(-ENODEV);
	}
	if (!are_channels(l->chan, params)) {
		*why = "a descriptor to hold is of no channel, or the leg's own is not open";
		kfree(l);
		return ERR_PTR(-EINVAL);
	}
	if (!phd_chan_take(l->chan, l)) {
		*why = "the channel is a leg already";
		kfree(l);
		return ERR_PTR(-EBUSY);
	}
	return l;
}

/* Who found it in its channel has a grace period to be done with it. */
static void detach(void *priv)
{
	struct phd_leg *l = priv;

	phd_chan_release(l->chan);
	kfree_rcu(l, rcu);
}

static void receive(void *priv, const struct phn_tdm_packet *packet)
{
	struct phd_leg *l = priv;
	unsigned long flags;

	spin_lock_irqsave(&l->lock, flags);
	if (packet->event)
		phd_digits_receive(l, packet);
	else
		phd_jitter_put(&l->jitter, packet->source, packet->timestamp, packet->data,
			       packet->len);
	spin_unlock_irqrestore(&l->lock, flags);
}

static void stats(void *priv, struct phn_tdm_stats *s)
{
	struct phd_leg *l = priv;
	struct phd_jitter_count count;
	unsigned long flags;

	spin_lock_irqsave(&l->lock, flags);
	count = l->jitter.count;
	s->delay = phd_jitter_delay(&l->jitter);
	spin_unlock_irqrestore(&l->lock, flags);
	s->played = count.played;
	s->concealed = count.concealed;
	s->gaps = count.gaps;
	s->late = count.late;
	s->added = count.added;
	s->removed = count.removed;
	s->restarts = count.restarts;
	s->overruns = READ_ONCE(l->overruns);
	s->tones = READ_ONCE(l->tones);
}

const struct phn_tdm_ops phd_leg_ops = {
	.owner = THIS_MODULE,
	.attach = attach,
	.detach = detach,
	.receive = receive,
	.stats = stats,
};
