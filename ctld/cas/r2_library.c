// SPDX-License-Identifier: GPL-2.0
/*
 * libopenr2, kept within bounds: it logs nothing, for its words have numbers in them, and
 * writes no files; and how many tones a call may take is counted, for the library would
 * send on from beyond the number's end to who goes on asking for digits.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cas/r2.h"

/* Less than OR2_MAX_DNIS, in which a number is kept: each tone moves on by one at the most. */
#define MAX_TONES 78

/* In the order of enum cas_r2_variant. */
static const openr2_variant_t variants[] = {
	[CAS_R2_ITU] = OR2_VAR_ITU,
	[CAS_R2_ARGENTINA] = OR2_VAR_ARGENTINA,
	[CAS_R2_BRAZIL] = OR2_VAR_BRAZIL,
	[CAS_R2_CHINA] = OR2_VAR_CHINA,
	[CAS_R2_CZECHIA] = OR2_VAR_CZECH,
	[CAS_R2_COLOMBIA] = OR2_VAR_COLOMBIA,
	[CAS_R2_ECUADOR] = OR2_VAR_ECUADOR,
	[CAS_R2_INDONESIA] = OR2_VAR_INDONESIA,
	[CAS_R2_MEXICO] = OR2_VAR_MEXICO,
	[CAS_R2_PHILIPPINES] = OR2_VAR_PHILIPPINES,
	[CAS_R2_VENEZUELA] = OR2_VAR_VENEZUELA,
};

struct cas_line *r2_line(openr2_chan_t *chan)
{
	return openr2_chan_get_client_data(chan);
}

/* The library allocates what it keeps when it is given nothing, and uses that again later. */
static void *write_init(void *handle, int forward)
{
	struct r2 *r2 = ((struct cas_line *)handle)->r2;

	r2->tones = 0;
	r2->sending = false;
	r2->tx = r2->library.mf_write_init(r2->tx, forward);
	return r2->tx;
}

static void *read_init(void *handle, int forward)
{
	struct r2 *r2 = ((struct cas_line *)handle)->r2;

	r2->rx = r2->library.mf_read_init(r2->rx, forward);
	return r2->rx;
}

static int detect(void *handle, const int16_t *samples, int n)
{
	struct r2 *r2 = ((struct cas_line *)handle)->r2;

	return r2->rx ? r2->library.mf_detect_tone(r2->rx, samples, n) : -1;
}

static int generate(void *handle, int16_t *samples, int n)
{
	struct r2 *r2 = ((struct cas_line *)handle)->r2;

	return r2->tx ? r2->library.mf_generate_tone(r2->tx, samples, n) : -1;
}

/* A tone of 0 is silence; -1 ends the call as a fault of the library's. */
static int select_tone(void *handle, char tone)
{
	struct cas_line *line = handle;
	struct r2 *r2 = line->r2;

	r2->sending = false;
	if (!r2->tx)
		return 0;
	if (tone && ++r2->tones > MAX_TONES)
		return -1;
	r2->sending = tone;
	if (tone)
		r2_proceeds(line);
	return r2->library.mf_select_tone(r2->tx, tone);
}

/* What is silent sends nothing, so that the next tone does not wait behind silence. */
static int want_generate(void *handle, int tone)
{
	const struct r2 *r2 = ((struct cas_line *)handle)->r2;

	return r2->exchanging && r2->sending && tone;
}

static const openr2_mflib_interface_t ours = {
	.mf_read_init = read_init,
	.mf_write_init = write_init,
	.mf_detect_tone = detect,
	.mf_generate_tone = generate,
	.mf_select_tone = select_tone,
	.mf_want_generate = want_generate,
};

static void no_log(openr2_chan_t *chan, openr2_log_level_t level, const char *fmt, va_list ap)
{
	(void)chan;
	(void)level;
	(void)fmt;
	(void)ap;
}

/* Who is not asked for the caller's number is not asked for his category apart, either. */
static void configure(struct r2 *r2, const struct cas_line_conf *conf)
{
	openr2_context_set_log_level(r2->context, OR2_LOG_NOTHING);
	if (conf->max_ani)
		return;
	openr2_context_set_ani_first(r2->context, 0);
	openr2_context_set_skip_category_request(r2->context, 1);
}

/* The context fills in what an interface does not have: so we get at the library's own. */
static int new_context(struct r2 *r2, const struct cas_line_conf *conf)
{
	r2->context = openr2_context_new(&r2->mf, &r2->events, NULL, variants[conf->r2_variant],
					 conf->max_ani, conf->max_dnis);
	if (!r2->context)
		return -ENOMEM;
	r2->library = r2->mf;
	r2->mf = ours;
	configure(r2, conf);
	return 0;
}

static int new_chan(struct r2 *r2, struct cas_line *line)
{
	r2->chan = openr2_chan_new_from_fd(r2->context, line->fd, line, line);
	if (!r2->chan)
		return -EIO;
	openr2_chan_set_logging_func(r2->chan, no_log);
	openr2_chan_set_client_data(r2->chan, line);
	openr2_chan_disable_call_files(r2->chan);
	openr2_chan_disable_read(r2->chan);
	return 0;
}

int r2_library_new(struct cas_line *line, const openr2_event_interface_t *events)
{
	struct r2 *r2 = calloc(1, sizeof(*r2));
	int err;

	if (!r2)
		return -ENOMEM;
	r2->events = *events;
	err = new_context(r2, &line->conf);
	if (!err)
		err = new_chan(r2, line);
	if (err)
		r2_library_free(r2);
	else
		line->r2 = r2;
	return err;
}

/* The library marks a number as empty, and leaves it there. */
void r2_library_wipe(struct r2 *r2)
{
	explicit_bzero((char *)openr2_chan_get_dnis(r2->chan), OR2_MAX_DNIS);
	explicit_bzero((char *)openr2_chan_get_ani(r2->chan), OR2_MAX_ANI);
}

/* The context frees its channel, and leaves the descriptor open. */
void r2_library_free(struct r2 *r2)
{
	if (r2->chan)
		r2_library_wipe(r2);
	if (r2->context)
		openr2_context_delete(r2->context);
	free(r2->tx);
	free(r2->rx);
	free(r2);
}
