// SPDX-License-Identifier: GPL-2.0
/*
 * One fault of each kind, to show that the kernel's detectors are on. Loading the module
 * with fault=NAME commits it; loading then succeeds, if the kernel is still there.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static char *fault = "";
module_param(fault, charp, 0444);

struct thing {
	struct rcu_head rcu;
	struct timer_list timer;
	u8 octets[32];
};

static struct thing __rcu *shared;
static DEFINE_MUTEX(one);
static DEFINE_MUTEX(other);
static DEFINE_SPINLOCK(spin);
static DEFINE_RAW_SPINLOCK(raw);
/* What the compiler must neither leave out nor foresee. */
static u8 sink;
static int beyond = 40;
module_param(beyond, int, 0444);

static struct thing *thing_new(void)
{
	return kzalloc(sizeof(struct thing), GFP_KERNEL);
}

static void thing_free(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct thing, rcu));
}

static void use_after_free(void)
{
	struct thing *t = thing_new();

	kfree(t);
	OPTIMIZER_HIDE_VAR(t);
	WRITE_ONCE(sink, READ_ONCE(t->octets[3]));
}

static void use_after_rcu(void)
{
	struct thing *t = thing_new();

	call_rcu(&t->rcu, thing_free);
	rcu_barrier();
	WRITE_ONCE(sink, READ_ONCE(t->octets[3]));
}

static void out_of_bounds(void)
{
	u8 *octets = kmalloc(40, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(octets);
	WRITE_ONCE(sink, READ_ONCE(octets[beyond]));
	kfree(octets);
}

static void double_free(void)
{
	struct thing *t = thing_new();

	kfree(t);
	OPTIMIZER_HIDE_VAR(t);
	kfree(t);
}

static void sleep_in_atomic(void)
{
	spin_lock(&spin);
	might_sleep();
	spin_unlock(&spin);
}

static void lock_inversion(void)
{
	mutex_lock(&one);
	mutex_lock(&other);
	mutex_unlock(&other);
	mutex_unlock(&one);
	mutex_lock(&other);
	mutex_lock(&one);
	mutex_unlock(&one);
	mutex_unlock(&other);
}

static void lock_in_raw(void)
{
	raw_spin_lock(&raw);
	spin_lock(&spin);
	spin_unlock(&spin);
	raw_spin_unlock(&raw);
}

static void unlocked_rcu(void)
{
	WRITE_ONCE(sink, !!rcu_dereference(shared));
}

static void tick(struct timer_list *timer)
{
}

static void live_timer(void)
{
	struct thing *t = thing_new();

	timer_setup(&t->timer, tick, 0);
	mod_timer(&t->timer, jiffies + 60 * HZ);
	kfree(t);
}

static void leak(void)
{
	struct thing *t = thing_new();

	t->octets[0] = 1;
}

static void shift(void)
{
	WRITE_ONCE(sink, 1 << beyond);
}

static const struct {
	const char *name;
	void (*commit)(void);
} faults[] = {
	{ "use-after-free", use_after_free },
	{ "use-after-rcu", use_after_rcu },
	{ "out-of-bounds", out_of_bounds },
	{ "double-free", double_free },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "lock-inversion", lock_inversion },
	{ "lock-in-raw", lock_in_raw },
	{ "unlocked-rcu", unlocked_rcu },
	{ "live-timer", live_timer },
	{ "shift", shift },
	{ "leak", leak },
	{ "none", NULL },
};

static int __init planted_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (strcmp(fault, faults[i].name))
			continue;
		if (faults[i].commit)
			faults[i].commit();
		return 0;
	}
	return -EINVAL;
}

static void __exit planted_exit(void)
{
}

module_init(planted_init);
module_exit(planted_exit);
MODULE_DESCRIPTION("Faults that the kernel's detectors must find");
MODULE_LICENSE("GPL");
