// SPDX-License-Identifier: GPL-2.0
/*
 * A packet generator for the benchmark. Unlike pktgen it lets go of each packet
 * (pktgen keeps a reference, so that whoever changes the packet must copy it
 * first), and what it sends is RTP: the sequence number and the timestamp of
 * each frame go up from round to round.
 *
 * debugfs, phonion_gen/:
 *   frames	written: the frames of all flows, each of the same size, one after
 *		the other; the last write with an offset of 0 replaces them all
 *   run	written: "DEVICE FRAME-SIZE RTP-OFFSET PACKETS CHECKSUMMED PAGED BURST"; the
 *		frames are sent in turn. Read: "PACKETS-SENT NANOSECONDS YARDSTICK" of that run.
 *
 * YARDSTICK is how many nanoseconds it took, half just before and half just after, to make
 * as many packets and free them: how fast the machine was meanwhile.
 *
 * RTP-OFFSET 0 leaves the frames as they are. CHECKSUMMED 1 marks them as checked
 * by the receiving device, as real ones do. PAGED 1 has each packet in a fragment of
 * a page, which veth can give to XDP without copying it first. After each BURST packets
 * whoever waits for the processor gets it: a relay in userspace.
 */
#include <linux/debugfs.h>
#include <linux/interrupt.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/skbuff.h>
#include <linux/vmalloc.h>
#include <net/checksum.h>
#include <net/net_namespace.h>

#define FRAMES_MAX	 (64u << 20)
#define HEADROOM	 256
#define SAMPLES_A_PACKET 160

/* What DEVICE and the rest say of a run. */
struct gen_run {
	char dev[IFNAMSIZ];
	unsigned int size;
	unsigned int rtp;
	unsigned int packets;
	unsigned int checksummed;
	unsigned int paged;
	unsigned int burst;
};

static struct dentry *dir;
static DEFINE_MUTEX(gen_lock); /* guards all below */
static u8 *frames;
static size_t frames_len;
static char result[96];

static ssize_t frames_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	int err = 0;

	if (*pos < 0 || *pos > FRAMES_MAX || len > FRAMES_MAX - *pos)
		return -EFBIG;
	mutex_lock(&gen_lock);
	if (!*pos)
		frames_len = 0;
	if (*pos != frames_len)
		err = -ESPIPE;
	else if (copy_from_user(frames + *pos, buf, len))
		err = -EFAULT;
	else
		frames_len += len;
	mutex_unlock(&gen_lock);
	if (err)
		return err;
	*pos += len;
	return len;
}

static void advance(u8 *rtp)
{
	__be16 *seq = (__be16 *)(rtp + 2);
	__be32 *timestamp = (__be32 *)(rtp + 4);

	*seq = htons(ntohs(*seq) + 1);
	*timestamp = htonl(ntohl(*timestamp) + SAMPLES_A_PACKET);
}

/* There is nobody to say of frames for XDP that a device has checked them. */
static noinline void advance_checked(u8 *rtp)
{
	__sum16 *check = (__sum16 *)(rtp - 2);
	__wsum rest = csum_sub(csum_unfold(~*check), csum_partial(rtp, 8, 0));

	advance(rtp);
	if (*check)
		*check = csum_fold(csum_partial(rtp, 8, rest)) ?: CSUM_MANGLED_0;
}

static noinline struct sk_buff *alloc_paged(unsigned int size)
{
	unsigned int room = SKB_DATA_ALIGN(HEADROOM + size) +
			    SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
	void *data = netdev_alloc_frag(room);
	struct sk_buff *skb = data ? build_skb(data, room) : NULL;

	if (data && !skb)
		skb_free_frag(data);
	return skb;
}

/* bench/profile stops here. */
static noinline bool phonion_gen_send(struct net_device *dev, const struct gen_run *run, u8 *frame)
{
	struct netdev_queue *txq = netdev_get_tx_queue(dev, 0);
	struct sk_buff *skb;
	netdev_tx_t ret;

	if (unlikely(run->paged)) {
		advance_checked(frame + run->rtp);
		skb = alloc_paged(run->size);
	} else {
		if (run->rtp)
			advance(frame + run->rtp);
		skb = alloc_skb(HEADROOM + run->size, GFP_ATOMIC);
	}
	if (!skb)
		return false;
	skb_reserve(skb, HEADROOM);
	skb_put_data(skb, frame, run->size);
	skb->dev = dev;
	skb->protocol = ((struct ethhdr *)skb->data)->h_proto;
	skb_reset_mac_header(skb);
	if (run->checksummed)
		skb->ip_summed = CHECKSUM_UNNECESSARY;

	/* Received before the next one is made: the lock's end runs softirqs. */
	local_bh_disable();
	HARD_TX_LOCK(dev, txq, smp_processor_id());
	ret = netdev_start_xmit(skb, dev, txq, false);
	HARD_TX_UNLOCK(dev, txq);
	local_bh_enable();
	/* ksoftirqd has taken over: nothing more may be sent before it is done. */
	while (local_softirq_pending())
		schedule();
	return ret == NETDEV_TX_OK;
}

static u64 make_and_free(const struct gen_run *run, unsigned int packets)
{
	u64 start = ktime_get_ns();
	struct sk_buff *skb;

	while (packets--) {
		skb = alloc_skb(HEADROOM + run->size, GFP_ATOMIC);
		if (!skb)
			continue;
		skb_reserve(skb, HEADROOM);
		skb_put_data(skb, frames, run->size);
		kfree_skb(skb);
	}
	return ktime_get_ns() - start;
}

static void generate(struct net_device *dev, const struct gen_run *run)
{
	unsigned int half = run->packets / 2, sent = 0, left = run->burst, i;
	size_t n = frames_len / run->size;
	u64 start, took, yardstick;
	size_t flow = 0;

	yardstick = make_and_free(run, half);
	start = ktime_get_ns();
	for (i = 0; i < run->packets; i++) {
		sent += phonion_gen_send(dev, run, frames + flow * run->size);
		if (++flow == n)
			flow = 0;
		if (--left)
			continue;
		left = run->burst;
		cond_resched();
	}
	cond_resched();
	took = ktime_get_ns() - start;
	yardstick += make_and_free(run, run->packets - half);
	snprintf(result, sizeof(result), "%u %llu %llu\n", sent, took, yardstick);
}

static int start(const struct gen_run *run)
{
	struct net_device *dev;

	if (!run->size || !run->burst || frames_len < run->size || frames_len % run->size ||
	    run->size < ETH_HLEN || run->rtp + 12 > run->size)
		return -EINVAL;
	dev = dev_get_by_name(current->nsproxy->net_ns, run->dev);
	if (!dev)
		return -ENODEV;
	generate(dev, run);
	dev_put(dev);
	return 0;
}

static ssize_t run_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	struct gen_run run;
	char text[96];
	int err;

	if (len >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buf, len))
		return -EFAULT;
	text[len] = '\0';
	if (sscanf(text, "%15s %u %u %u %u %u %u", run.dev, &run.size, &run.rtp, &run.packets,
		   &run.checksummed, &run.paged, &run.burst) != 7)
		return -EINVAL;
	mutex_lock(&gen_lock);
	err = start(&run);
	mutex_unlock(&gen_lock);
	return err ?: len;
}

static ssize_t run_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	ssize_t n;

	mutex_lock(&gen_lock);
	n = simple_read_from_buffer(buf, len, pos, result, strlen(result));
	mutex_unlock(&gen_lock);
	return n;
}

static const struct file_operations frames_fops = {
	.owner = THIS_MODULE,
	.write = frames_write,
	.llseek = default_llseek,
};

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.read = run_read,
	.write = run_write,
	.llseek = default_llseek,
};

static int __init gen_init(void)
{
	frames = vmalloc(FRAMES_MAX);
	if (!frames)
		return -ENOMEM;
	dir = debugfs_create_dir("phonion_gen", NULL);
	debugfs_create_file("frames", 0200, dir, NULL, &frames_fops);
	debugfs_create_file("run", 0600, dir, NULL, &run_fops);
	return 0;
}

static void __exit gen_exit(void)
{
	debugfs_remove(dir);
	vfree(frames);
}

module_init(gen_init);
module_exit(gen_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Generator of RTP for benchmarks");
