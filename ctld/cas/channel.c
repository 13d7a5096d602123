// SPDX-License-Identifier: GPL-2.0
/* A line's channel, as DAHDI has it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cas/internal.h"
#include "dahdi/channel.h"
#include "dahdi/dahdi.h"

#define MAJOR 196 /* DAHDI's */
#define BITS  0xf /* DAHDI's looped spans have those of other channels above */

static const int sigtypes[] = {
	[CAS_FXO_LS] = DAHDI_SIG_FXOLS, [CAS_FXO_GS] = DAHDI_SIG_FXOGS,
	[CAS_FXO_KS] = DAHDI_SIG_FXOKS, [CAS_FXS_LS] = DAHDI_SIG_FXSLS,
	[CAS_FXS_GS] = DAHDI_SIG_FXSGS, [CAS_FXS_KS] = DAHDI_SIG_FXSKS,
	[CAS_EM] = DAHDI_SIG_EM,	[CAS_R2] = DAHDI_SIG_CAS,
};

/* Who is no channel is not asked what means something else to him. */
int cas_channel_check(int fd, unsigned int channel, enum cas_signalling signalling)
{
	struct dahdi_params params = { 0 };
	struct stat st;

	if (fstat(fd, &st) || !S_ISCHR(st.st_mode) || major(st.st_rdev) != MAJOR)
		return -ENOTTY;
	if (ioctl(fd, DAHDI_GET_PARAMS, &params) || params.channo != (int)channel)
		return -ENXIO;
	return params.sigtype == sigtypes[signalling] ? 0 : -EPROTOTYPE;
}

int cas_channel_open(unsigned int channel, enum cas_signalling signalling, int *fd)
{
	int new, err;

#ifndef HAVE_R2
	if (signalling == CAS_R2)
		return -EPROTONOSUPPORT;
#endif
	err = dahdi_open(channel, &new);
	if (err)
		return err;
	err = cas_channel_check(new, channel, signalling);
	if (err)
		close(new);
	else
		*fd = new;
	return err;
}

/* What takes its time is told by an event when it is done. */
static int channel_hook(int fd, int what)
{
	return ioctl(fd, DAHDI_HOOK, &what) && errno != EINPROGRESS ? -errno : 0;
}

static int channel_dial(int fd, const char *string)
{
	struct dahdi_dialoperation dial = { .op = DAHDI_DIAL_OP_REPLACE };
	int err;

	snprintf(dial.dialstr, sizeof(dial.dialstr), "%s", string);
	err = ioctl(fd, DAHDI_DIAL, &dial) ? -errno : 0;
	explicit_bzero(&dial, sizeof(dial));
	return err;
}

static int channel_event(int fd)
{
	int event = DAHDI_EVENT_NONE;

	return ioctl(fd, DAHDI_GETEVENT, &event) ? -errno : event;
}

static int channel_status(int fd, struct channel_status *status)
{
	struct dahdi_params params = { 0 };

	if (ioctl(fd, DAHDI_GET_PARAMS, &params))
		return -errno;
	*status = (struct channel_status){ .offhook = params.rxisoffhook,
					   .open = params.rxhooksig == DAHDI_RXSIG_ONHOOK,
					   .bits = params.rxbits & BITS,
					   .alarm = params.chan_alarms,
					   .alaw = params.curlaw == DAHDI_LAW_ALAW };
	return 0;
}

static int channel_reverse(int fd, bool reversed)
{
	int polarity = reversed;

	return ioctl(fd, DAHDI_SETPOLARITY, &polarity) ? -errno : 0;
}

static int channel_busy(int fd, bool heard)
{
	int tone = heard ? DAHDI_TONE_BUSY : DAHDI_TONE_STOP;

	return ioctl(fd, DAHDI_SENDTONE, &tone) ? -errno : 0;
}

const struct channel_ops channel_dahdi = { channel_hook,   channel_dial,    channel_event,
					   channel_status, channel_reverse, channel_busy };
