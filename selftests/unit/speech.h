/* SPDX-License-Identifier: GPL-2.0 */
/* Recorded speech for tests: 8 kHz, 16 bits, mono, of asterisk-core-sounds-en-wav. */
#ifndef SPEECH_H
#define SPEECH_H

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#define SPEECH_FILES "/usr/share/asterisk/sounds/en_US_f_Allison/*.wav"
#define WAV_HEADER   44

/* Files of more than a second, one after the other, until there are n samples. */
static inline size_t speech_read(int16_t *out, size_t n)
{
	size_t have = 0, i;
	glob_t files;

	if (glob(SPEECH_FILES, 0, NULL, &files))
		return 0;
	for (i = 0; i < files.gl_pathc && have < n; i++) {
		FILE *f = fopen(files.gl_pathv[i], "rb");

		if (f && !fseek(f, 0, SEEK_END) && ftell(f) > WAV_HEADER + 32000 &&
		    !fseek(f, WAV_HEADER, SEEK_SET))
			have += fread(out + have, sizeof(*out), n - have, f);
		if (f)
			fclose(f);
	}
	globfree(&files);
	return have;
}

#endif
