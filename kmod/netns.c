// SPDX-License-Identifier: GPL-2.0
#include "netns.h"

#include "counters.h"
#include "ingress.h"
#include "leg.h"
#include "leg_table.h"
#include "sweep.h"

unsigned int phn_net_id __read_mostly;

static int __net_init net_init(struct net *net)
{
	struct phn_net *pn = phn_net(net);
	int err;

	pn->net = net;
	mutex_init(&pn->legs_lock);
	xa_init_flags(&pn->ids, XA_FLAGS_ALLOC1);
	INIT_LIST_HEAD(&pn->devices);
	phn_sweep_init(pn);

	pn->stats = alloc_percpu(struct phn_net_stats);
	if (!pn->stats)
		return -ENOMEM;

	err = phn_leg_table_init(pn);
	if (err)
		goto err_stats;
	return 0;

err_stats:
	free_percpu(pn->stats);
	return err;
}

/*
 * Runs before the namespace's devices go: once it has detached from them and
 * closed the legs' sockets, nothing of ours can hold them back. The caller
 * waits for a grace period before net_exit().
 */
static void __net_exit net_pre_exit(struct net *net)
{
	struct phn_net *pn = phn_net(net);

	phn_ingress_detach_all(pn);
	phn_leg_del_all(pn);
	phn_sweep_uninit(pn);
}

static void __net_exit net_exit(struct net *net)
{
	struct phn_net *pn = phn_net(net);

	phn_leg_table_uninit(pn);
	xa_destroy(&pn->ids);
	free_percpu(pn->stats);
}

/*
 * A subsystem's: net_exit() comes after the namespace's devices are gone, and with them
 * whoever looks into the table without having been told that there are no legs: XDP.
 */
static struct pernet_operations net_ops = {
	.init = net_init,
	.pre_exit = net_pre_exit,
	.exit = net_exit,
	.id = &phn_net_id,
	.size = sizeof(struct phn_net),
};

int phn_netns_init(void)
{
	return register_pernet_subsys(&net_ops);
}

void phn_netns_uninit(void)
{
	unregister_pernet_subsys(&net_ops);
}
