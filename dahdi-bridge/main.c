// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "leg.h"
#include "span.h"

#define MAX_SPANS    32
#define MAX_CHANNELS 255

static unsigned int spans = 1;
module_param(spans, uint, 0444);
MODULE_PARM_DESC(spans, "spans to make, 1 to 32 (default 1)");

static unsigned int channels = 32;
module_param(channels, uint, 0444);
MODULE_PARM_DESC(channels, "channels of each span, 1 to 255 (default 32)");

static int __init phonion_dahdi_init(void)
{
	int err;

	if (!spans || spans > MAX_SPANS || !channels || channels > MAX_CHANNELS)
		return -EINVAL;
	err = phd_spans_init(spans, channels);
	if (err)
		return err;
	err = phn_tdm_register(&phd_leg_ops);
	if (err)
		phd_spans_uninit();
	return err;
}

static void __exit phonion_dahdi_exit(void)
{
	phn_tdm_unregister(&phd_leg_ops);
	phd_spans_uninit();
}

module_init(phonion_dahdi_init);
module_exit(phonion_dahdi_exit);

MODULE_DESCRIPTION("Phonion TDM: DAHDI channels that are legs of phonion.ko");
MODULE_AUTHOR("The Phonion project");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
