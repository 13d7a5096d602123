// SPDX-License-Identifier: GPL-2.0
/* The D channel's descriptor: frames, and what DAHDI says of the line. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dahdi/channel.h"
#include "dahdi/dahdi.h"
#include "isdn/internal.h"

#define BUFFERS	    32
#define BUFFER_SIZE 1024 /* libpri's own */
#define FCS	    2
#define U_FRAME_MIN 3 /* address and control, Q.921 2.3 */
#define FRAME_MIN   4
#define I_HEADER    4
#define UI	    3
#define POLL	    0x10

static int check_channel(int fd)
{
	struct dahdi_params params = { 0 };

	if (ioctl(fd, DAHDI_GET_PARAMS, &params))
		return -errno;
	return (params.sigtype & DAHDI_SIG_HDLCFCS) == DAHDI_SIG_HDLCFCS ? 0 : -EPROTOTYPE;
}

static int prepare(int fd)
{
	struct dahdi_bufferinfo buffers = { .txbufpolicy = DAHDI_POLICY_IMMEDIATE,
					    .rxbufpolicy = DAHDI_POLICY_IMMEDIATE,
					    .numbufs = BUFFERS,
					    .bufsize = BUFFER_SIZE };

	if (ioctl(fd, DAHDI_SET_BUFINFO, &buffers))
		return -errno;
	return check_channel(fd);
}

int isdn_dchannel_open(unsigned int channel, int *fd)
{
	int new, err = dahdi_open(channel, &new);

	if (err)
		return err;
	err = prepare(new);
	if (err)
		close(new);
	else
		*fd = new;
	return err;
}

bool dchannel_alarm(int fd)
{
	struct dahdi_params params = { 0 };

	return !ioctl(fd, DAHDI_GET_PARAMS, &params) && params.chan_alarms;
}

int dchannel_event(int fd)
{
	int event;

	while (!ioctl(fd, DAHDI_GETEVENT, &event) && event != DAHDI_EVENT_NONE)
		if (event == DAHDI_EVENT_ALARM || event == DAHDI_EVENT_NOALARM)
			return event == DAHDI_EVENT_ALARM;
	return -EAGAIN;
}

/* libpri looks at what a frame of its kind has before it looks how long it is. */
static bool too_short(const unsigned char *frame, ssize_t len)
{
	return len < U_FRAME_MIN + FCS || ((frame[2] & 3) != 3 && len < FRAME_MIN + FCS);
}

/* Where layer 3 begins; 0: it does not. */
static size_t layer3_at(const unsigned char *frame)
{
	if (!(frame[2] & 1))
		return I_HEADER;
	return (frame[2] & ~POLL) == UI ? U_FRAME_MIN : 0;
}

/* The length to be told of a frame whose message must not be seen; layer 2 has to count it. */
static ssize_t without_bad(const struct isdn_span *span, const unsigned char *frame, ssize_t len)
{
	size_t at = layer3_at(frame);

	return at && !message_good(span, frame + at, len - at - FCS) ? (ssize_t)at + FCS : len;
}

int dchannel_read(struct pri *pri, void *buf, int len)
{
	struct isdn_span *span = pri_get_userdata(pri);
	ssize_t got;

	if (span->replaying) {
		memcpy(buf, span->heard, span->heard_len);
		return span->heard_len;
	}
	got = read(span->fd, buf, len);
	span->got = got > 0;
	if (got <= 0 || too_short(buf, got))
		return 0; /* what is an event's, dchannel_event() takes */
	return without_bad(span, buf, got);
}

/* Q.921 sends again what found no room. */
int dchannel_write(struct pri *pri, void *buf, int len)
{
	struct isdn_span *span = pri_get_userdata(pri);
	ssize_t sent = span->replaying ? len : write(span->fd, buf, len);

	return sent < 0 ? 0 : sent;
}
