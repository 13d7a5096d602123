// SPDX-License-Identifier: GPL-2.0
/* Telephone channels that carry speech. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "dahdi/channel.h"
#include "dahdi/dahdi.h"

#define DEVICE "/dev/dahdi/channel"
#define SPANS  "/proc/dahdi/[0-9]*"
#define OURS   "PHONION/" /* what phonion_dahdi.ko calls its spans */

int dahdi_open(unsigned int number, int *fd)
{
	int channel = number, new = open(DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (new < 0)
		return -errno;
	if (ioctl(new, DAHDI_SPECIFY, &channel)) {
		int err = -errno;

		close(new);
		return err;
	}
	*fd = new;
	return 0;
}

static int ask(struct dahdi_channel *channel)
{
	struct dahdi_params params = { 0 };
	int audio = 1;

	if (ioctl(channel->fd, DAHDI_AUDIOMODE, &audio) ||
	    ioctl(channel->fd, DAHDI_GET_PARAMS, &params))
		return -errno;
	channel->alaw = params.curlaw == DAHDI_LAW_ALAW;
	return 0;
}

int dahdi_channel_open(struct dahdi_channel *channel, unsigned int number)
{
	int fd, err = dahdi_open(number, &fd);

	if (err)
		return err;
	*channel = (struct dahdi_channel){ .number = number, .fd = fd };
	err = ask(channel);
	if (err)
		dahdi_channel_close(channel);
	return err;
}

int dahdi_channel_dup(struct dahdi_channel *channel, int fd)
{
	struct dahdi_params params = { 0 };
	int new;

	if (ioctl(fd, DAHDI_GET_PARAMS, &params))
		return -errno;
	new = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (new < 0)
		return -errno;
	*channel = (struct dahdi_channel){ .number = params.channo,
					   .fd = new,
					   .alaw = params.curlaw == DAHDI_LAW_ALAW };
	return 0;
}

void dahdi_channel_close(struct dahdi_channel *channel)
{
	if (channel->number && channel->fd >= 0)
		close(channel->fd);
	channel->number = 0;
}

static int set(const struct dahdi_channel *channel, unsigned int other, int mode)
{
	struct dahdi_confinfo conf = { .confno = other, .confmode = mode };

	return ioctl(channel->fd, DAHDI_SETCONF, &conf) ? -errno : 0;
}

int dahdi_channel_connect(const struct dahdi_channel *a, const struct dahdi_channel *b)
{
	int err = set(a, b->number, DAHDI_CONF_DIGITALMON);

	return err ? err : set(b, a->number, DAHDI_CONF_DIGITALMON);
}

int dahdi_channel_part(const struct dahdi_channel *channel)
{
	return set(channel, 0, DAHDI_CONF_NORMAL);
}

/*
 * A line for the span, then one for each of its channels: its number, its name, and
 * "(In use)" of one that is open, so that few have to be tried.
 */
static int open_free(struct dahdi_channel *channel, FILE *span)
{
	char line[256];
	unsigned int number;
	int err = -EBUSY;

	while (err == -EBUSY && fgets(line, sizeof(line), span))
		if (sscanf(line, " %u " OURS, &number) == 1 && !strstr(line, "(In use)"))
			err = dahdi_channel_open(channel, number);
	return err;
}

/* -ENODEV: it is not a span of ours. */
static int try_span(struct dahdi_channel *channel, const char *path)
{
	FILE *span = fopen(path, "re");
	char line[256];
	int err = -ENODEV;

	if (!span)
		return err;
	if (fgets(line, sizeof(line), span) && strstr(line, ": " OURS))
		err = open_free(channel, span);
	fclose(span);
	return err;
}

int dahdi_channel_ours(struct dahdi_channel *channel)
{
	int err = -ENODEV, got;
	glob_t spans;

	if (glob(SPANS, 0, NULL, &spans))
		return err;
	for (size_t i = 0; i < spans.gl_pathc && err; i++) {
		got = try_span(channel, spans.gl_pathv[i]);
		if (got != -ENODEV)
			err = got;
	}
	globfree(&spans);
	return err;
}
