// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <net/genetlink.h>

#include "ingress.h"
#include "netlink.h"
#include "netns.h"
#include "xdp.h"

static int __init phonion_init(void)
{
	int err;

	err = phn_netns_init();
	if (err)
		return err;
	err = phn_ingress_init();
	if (err)
		goto err_netns;
	err = phn_netlink_init();
	if (err)
		goto err_ingress;
	phn_xdp_init();
	return 0;

err_ingress:
	phn_ingress_uninit();
err_netns:
	phn_netns_uninit();
	return err;
}

/* No request, no new device, no namespace; then what RCU has yet to free. */
static void __exit phonion_exit(void)
{
	phn_netlink_uninit();
	phn_ingress_uninit();
	phn_netns_uninit();
	rcu_barrier();
}

module_init(phonion_init);
module_exit(phonion_exit);

MODULE_DESCRIPTION("Phonion media relay: RTP forwarding between legs");
MODULE_AUTHOR("The Phonion project");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_GENL_FAMILY("phonion");
