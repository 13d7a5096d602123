// SPDX-License-Identifier: GPL-2.0
/*
 * A telephone card that is none, for tests and measurements: DAHDI's master, ticked by
 * a timer in hard interrupt, as a card would, or as fast as it goes by who writes how
 * many ticks to debugfs phonion_card/run.
 *
 * Each channel brings octets of a sequence of its own, and looks in what it is given
 * for another's: with what delay it comes, and what is wrong with it. "channel source"
 * written to phonion_card/expect says whose; phonion_card/report tells what was found.
 */
#include <dahdi/kernel.h>
#include <linux/debugfs.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define MAX_SPANS    8
#define SEQUENCE     (1 << 16)
#define FURTHEST     4096	/* samples of delay that are looked for */
#define NOT_EXPECTED -1
#define LOST_TICKS   4	/* wrong ones in a row after which the sequence is lost */
#define TICK_NS	     (NSEC_PER_SEC / 1000)

static unsigned int channels[MAX_SPANS];
static unsigned int n_spans;
module_param_array(channels, uint, &n_spans, 0444);
MODULE_PARM_DESC(channels, "channels of each span; 31 makes its law A-law");

struct card_chan {
	struct dahdi_chan chan;
	int index;
	int source;
	bool locked;
	u8 wrong;
	u32 delay;
	u64 octets;
	u64 errors;
	u64 slips;
};

struct card_span {
	struct dahdi_span span;
	struct dahdi_chan *chans[32];
	struct card_chan chan[32];
};

static struct card_span *spans;
static struct card_chan *chans[MAX_SPANS * 32];
static unsigned int n_chans;
static u8 sequence[SEQUENCE];
static u32 now;		/* samples since the beginning */
static struct dahdi_device *device;
static struct hrtimer timer;
static DEFINE_MUTEX(run_lock);	/* guards what follows */
static u64 ran, tick_ns, total_ns;
static struct dentry *dir;

static u8 octet(int source, u32 at)
{
	return sequence[(at + source * 251) % SEQUENCE];
}

static unsigned int differences(const struct card_chan *c, u32 delay)
{
	unsigned int i, n = 0;

	for (i = 0; i < DAHDI_CHUNKSIZE; i++)
		n += c->chan.writechunk[i] != octet(c->source, now - delay + i);
	return n;
}

/* Silence is not looked for: it would be long, and with all channels at once. */
static void look_for(struct card_chan *c)
{
	u32 delay;

	if (!memcmp(c->chan.writechunk, c->chan.writechunk + 1, DAHDI_CHUNKSIZE - 1))
		return;
	for (delay = 0; delay < FURTHEST && !c->locked; delay++)
		if (c->chan.writechunk[0] == octet(c->source, now - delay) &&
		    !differences(c, delay)) {
			c->locked = true;
			c->wrong = 0;
			c->delay = delay;
		}
}

static void check(struct card_chan *c)
{
	unsigned int wrong;

	if (c->source == NOT_EXPECTED)
		return;
	if (!c->locked)
		look_for(c);
	if (!c->locked)
		return;
	wrong = differences(c, c->delay);
	c->octets += DAHDI_CHUNKSIZE;
	c->errors += wrong;
	c->wrong = wrong ? c->wrong + 1 : 0;
	if (c->wrong < LOST_TICKS)
		return;
	c->locked = false;
	c->slips++;
}

static void bring(struct card_chan *c)
{
	unsigned int i;

	for (i = 0; i < DAHDI_CHUNKSIZE; i++)
		c->chan.readchunk[i] = octet(c->index, now + i);
}

/* With interrupts off. The last span is DAHDI's master. Return: nanoseconds of DAHDI's part. */
static u64 tick(void)
{
	unsigned int i;
	u64 start, ns;

	for (i = 0; i < n_chans; i++)
		bring(chans[i]);
	start = ktime_get_ns();
	for (i = 0; i < n_spans; i++)
		dahdi_transmit(&spans[i].span);
	for (i = n_spans; i--;)
		dahdi_receive(&spans[i].span);
	ns = ktime_get_ns() - start;
	for (i = 0; i < n_chans; i++)
		check(chans[i]);
	now += DAHDI_CHUNKSIZE;
	return ns;
}

/* Soft, for DAHDI's locks are none that a hard timer may take where interrupts are threads. */
static enum hrtimer_restart timer_fn(struct hrtimer *t)
{
	unsigned long flags;

	local_irq_save(flags);
	tick();
	local_irq_restore(flags);
	hrtimer_forward_now(t, TICK_NS);
	return HRTIMER_RESTART;
}

static void run(u64 n)
{
	unsigned long flags;
	u64 start;

	hrtimer_cancel(&timer);
	tick_ns = 0;
	start = ktime_get_ns();
	for (ran = 0; ran < n; ran++) {
		local_bh_disable();
		local_irq_save(flags);
		tick_ns += tick();
		local_irq_restore(flags);
		/* What the tick has put off runs here. */
		local_bh_enable();
		cond_resched();
	}
	total_ns = ktime_get_ns() - start;
	hrtimer_start(&timer, TICK_NS, HRTIMER_MODE_REL_SOFT);
}

static ssize_t run_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	u64 n;
	int err = kstrtou64_from_user(buf, len, 10, &n);

	if (err)
		return err;
	mutex_lock(&run_lock);
	run(n);
	mutex_unlock(&run_lock);
	return len;
}

static int run_show(struct seq_file *m, void *v)
{
	mutex_lock(&run_lock);
	seq_printf(m, "%llu %llu %llu\n", ran, tick_ns, total_ns);
	mutex_unlock(&run_lock);
	return 0;
}

static int run_open(struct inode *inode, struct file *file)
{
	return single_open(file, run_show, NULL);
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.open = run_open,
	.read = seq_read,
	.write = run_write,
	.release = single_release,
};

/* Counters begin anew. */
static ssize_t expect_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	int index, source;
	struct card_chan *c;
	char text[32] = "";

	if (len >= sizeof(text) || copy_from_user(text, buf, len))
		return -EINVAL;
	if (sscanf(text, "%d %d", &index, &source) != 2 || index < 0 || index >= n_chans)
		return -EINVAL;
	mutex_lock(&run_lock);
	hrtimer_cancel(&timer);
	c = chans[index];
	c->source = source;
	c->locked = false;
	c->octets = 0;
	c->errors = 0;
	c->slips = 0;
	hrtimer_start(&timer, TICK_NS, HRTIMER_MODE_REL_SOFT);
	mutex_unlock(&run_lock);
	return len;
}

static const struct file_operations expect_fops = {
	.owner = THIS_MODULE,
	.write = expect_write,
};

static int report_show(struct seq_file *m, void *v)
{
	const struct card_chan *c;
	unsigned int i;

	for (i = 0; i < n_chans; i++) {
		c = chans[i];
		if (c->source != NOT_EXPECTED)
			seq_printf(m, "%u %d %u %llu %llu %llu\n", i, c->locked, c->delay,
				   c->octets, c->errors, c->slips);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(report);

static const struct dahdi_span_ops span_ops = {
	.owner = THIS_MODULE,
};

static void chan_init(struct card_span *s, unsigned int i)
{
	struct card_chan *c = &s->chan[i];

	c->index = n_chans;
	c->source = NOT_EXPECTED;
	snprintf(c->chan.name, sizeof(c->chan.name), "%s/%u", s->span.name, i + 1);
	c->chan.chanpos = i + 1;
	c->chan.sigcap = DAHDI_SIG_CLEAR;
	c->chan.sig = DAHDI_SIG_CLEAR;
	c->chan.flags = DAHDI_FLAG_CLEAR;
	s->chans[i] = &c->chan;
	chans[n_chans++] = c;
}

static void span_init(struct card_span *s, unsigned int n, unsigned int n_channels)
{
	unsigned int i;

	snprintf(s->span.name, sizeof(s->span.name), "CARD/%u", n);
	strscpy(s->span.desc, "a card that is none", sizeof(s->span.desc));
	s->span.spantype = SPANTYPE_DIGITAL_DYNAMIC;
	s->span.deflaw = n_channels == 31 ? DAHDI_LAW_ALAW : DAHDI_LAW_MULAW;
	/* Otherwise DAHDI would pass the mastership round. */
	s->span.cannot_provide_timing = n > 0;
	s->span.ops = &span_ops;
	s->span.chans = s->chans;
	s->span.channels = n_channels;
	for (i = 0; i < n_channels; i++)
		chan_init(s, i);
	list_add_tail(&s->span.device_node, &device->spans);
}

static void make_sequence(void)
{
	u32 state = 1;
	unsigned int i;

	for (i = 0; i < SEQUENCE; i++) {
		state = state * 1664525 + 1013904223;
		sequence[i] = state >> 24;
	}
}

static int __init card_init(void)
{
	unsigned int i;
	int err;

	for (i = 0; i < n_spans; i++)
		if (!channels[i] || channels[i] > 31)
			return -EINVAL;
	if (!n_spans)
		return -EINVAL;
	make_sequence();
	spans = kvcalloc(n_spans, sizeof(*spans), GFP_KERNEL);
	device = dahdi_create_device();
	if (!spans || !device)
		return -ENOMEM;
	device->location = device->hardware_id = "phonion-card";
	dev_set_name(&device->dev, "phonion-card");
	for (i = 0; i < n_spans; i++)
		span_init(&spans[i], i, channels[i]);
	err = dahdi_register_device(device, NULL);
	if (err) {
		dahdi_free_device(device);
		kvfree(spans);
		return err;
	}
	dir = debugfs_create_dir("phonion_card", NULL);
	debugfs_create_file("run", 0600, dir, NULL, &run_fops);
	debugfs_create_file("expect", 0200, dir, NULL, &expect_fops);
	debugfs_create_file("report", 0400, dir, NULL, &report_fops);
	hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	timer.function = timer_fn;
	hrtimer_start(&timer, TICK_NS, HRTIMER_MODE_REL_SOFT);
	return 0;
}

static void __exit card_exit(void)
{
	debugfs_remove(dir);
	hrtimer_cancel(&timer);
	dahdi_unregister_device(device);
	dahdi_free_device(device);
	kvfree(spans);
}

module_init(card_init);
module_exit(card_exit);

MODULE_DESCRIPTION("A telephone card that is none, to measure with");
MODULE_AUTHOR("The Phonion project");
MODULE_LICENSE("GPL");
