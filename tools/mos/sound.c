// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/mos/sound.h"

static const struct {
	const char *end;
	int format;
} headless[] = {
	{ ".ul", SF_FORMAT_ULAW },    { ".ulaw", SF_FORMAT_ULAW },  { ".pcmu", SF_FORMAT_ULAW },
	{ ".al", SF_FORMAT_ALAW },    { ".alaw", SF_FORMAT_ALAW },  { ".pcma", SF_FORMAT_ALAW },
	{ ".s16", SF_FORMAT_PCM_16 }, { ".sln", SF_FORMAT_PCM_16 }, { ".raw", SF_FORMAT_PCM_16 },
};

static char reason[128];

static int refuse(int err, const char **why, const char **hint, const char *what)
{
	snprintf(reason, sizeof(reason), "%s", what);
	*why = reason;
	if (err == -ENOTSUP)
		*hint = "Convert it: sox FILE -r 8000 -c 1 NEW.wav";
	return err;
}

static void guess(SF_INFO *info, const char *path)
{
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < sizeof(headless) / sizeof(headless[0]); i++) {
		if (strcasecmp(dot, headless[i].end))
			continue;
		info->format = SF_FORMAT_RAW | SF_ENDIAN_LITTLE | headless[i].format;
		info->samplerate = SOUND_RATE;
		info->channels = 1;
	}
}

/* A regular file only: a pipe's length is not known, and a directory reads as nothing. */
static int open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

static int check(const SF_INFO *info, const char **why, const char **hint)
{
	char text[96];

	if (info->channels != 1)
		return refuse(-ENOTSUP, why, hint, "has more than one channel");
	if (info->samplerate != SOUND_RATE) {
		snprintf(text, sizeof(text), "has %d samples a second, not 8000", info->samplerate);
		return refuse(-ENOTSUP, why, hint, text);
	}
	if (!info->frames)
		return refuse(-ERANGE, why, hint, "is empty");
	if (info->frames < SOUND_MIN_S * SOUND_RATE)
		return refuse(-ERANGE, why, hint, "is shorter than half a second");
	if (info->frames > (sf_count_t)SOUND_MAX_S * SOUND_RATE) {
		*hint = "Compare a part of it: sox FILE NEW.wav trim START LENGTH";
		return refuse(-ERANGE, why, hint, "is longer than 10 minutes");
	}
	return 0;
}

static int read_all(struct sound *sound, SNDFILE *file, const SF_INFO *info, const char **why,
		    const char **hint)
{
	sound->n = info->frames;
	sound->samples = calloc(sound->n, sizeof(*sound->samples));
	if (!sound->samples)
		return refuse(-ENOMEM, why, hint, "needs more memory than there is");
	if (sf_readf_double(file, sound->samples, info->frames) != info->frames)
		return refuse(-EBADMSG, why, hint, "ends before its header says");
	for (size_t i = 0; i < sound->n; i++)
		if (!isfinite(sound->samples[i]))
			return refuse(-EBADMSG, why, hint, "has samples that are no numbers");
	return 0;
}

int sound_read(struct sound *sound, const char *path, const char **why, const char **hint)
{
	SF_INFO info = { 0 };
	SNDFILE *file;
	int fd, err;

	*sound = (struct sound){ 0 };
	*why = *hint = NULL;
	fd = open_regular(path);
	if (fd < 0)
		return refuse(fd, why, hint,
			      fd == -EINVAL ? "is not a regular file" : strerror(-fd));
	guess(&info, path);
	file = sf_open_fd(fd, SFM_READ, &info, 1);
	if (!file) {
		*hint = "It is to be WAV, AU, FLAC or the like, or raw and end in .ul, .al or .s16.";
		return refuse(-EBADMSG, why, hint, "is not a recording that can be read");
	}
	err = check(&info, why, hint);
	if (!err)
		err = read_all(sound, file, &info, why, hint);
	sf_close(file);
	if (err)
		sound_free(sound);
	return err;
}

void sound_free(struct sound *sound)
{
	free(sound->samples);
	*sound = (struct sound){ 0 };
}

double sound_rms(const double *samples, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += samples[i] * samples[i];
	return n ? sqrt(sum / n) : 0;
}
