/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PHONION_CAS_INTERNAL_H
#define PHONION_CAS_INTERNAL_H

#include "cas/cas.h"
#include "isdn/q850.h" /* what a line tells */

struct channel_status {
	bool offhook;	   /* the other end is not as it is at rest */
	bool open;	   /* an exchange has dropped the battery, or its ground */
	unsigned int bits; /* of its signalling, ABCD */
	bool alarm, alaw;
};

/*
 * What a channel is asked: DAHDI's, or a test's. Each gives 0 or a negative errno, and
 * event() the next event, 0 when there is none.
 */
struct channel_ops {
	int (*hook)(int fd, int what);
	int (*dial)(int fd, const char *string);
	int (*event)(int fd);
	int (*status)(int fd, struct channel_status *status);
	int (*reverse)(int fd, bool reversed);
	int (*busy)(int fd, bool heard); /* the other end hears busy tone until it is told not to */
};
extern const struct channel_ops channel_dahdi;

enum call_stage {
	STAGE_NONE,	/* there is no call */
	STAGE_SETTLING, /* in: DAHDI would not hear digits yet, and nobody knows of the call */
	STAGE_DIGITS,	/* in: who calls dials */
	STAGE_OFFERED,	/* in: the number is complete */
	STAGE_RINGING,	/* out: the telephone is rung */
	STAGE_SEIZING,	/* out: the exchange is to become ready, and its dial tone to be heard */
	STAGE_DIALLING,
	STAGE_DIALLED,
	STAGE_ACTIVE,
};

struct cas_call {
	struct cas_line *line;
	void *owner;
	enum call_stage stage;
	bool ready;	/* the exchange is */
	bool early;	/* it was answered before all was dialled */
	bool over;	/* adopted: it looked so once */
	uint64_t until; /* so long the exchange has to become ready */
	char number[CAS_NUMBER_SIZE];
	struct loop_timer timer; /* for what the stage awaits */
};

struct cas_line {
	struct loop *loop;
	struct cas_line_conf conf;
	const struct channel_ops *channel;
	const struct end_ops *end;
	const struct cas_ops *ops;
	void *arg;
	int fd;
	struct loop_io *io;
	enum cas_state state; /* apart from alarms */
	bool alarm, lost, alaw;
	bool offhook;		 /* the other end, as DAHDI has told; never seen of an exchange */
	bool released;		 /* while CAS_CLEARING: we are on hook */
	bool seen_onhook;	 /* when it was looked at last */
	bool toned;		 /* while CAS_CLEARING: it hears busy tone */
	uint64_t settled_at;	 /* before, we must not go on hook */
	struct loop_timer timer; /* while CAS_CLEARING */
	struct cas_call call;	 /* one at a time */
	int cause;		 /* of the last */
	struct r2 *r2;		 /* NULL: it is another signalling */
	struct cas_counters counters;
};

/* What differs by which end of the line we are. */
struct end_ops {
	/* What the other end did; false: nothing comes of it. */
	bool (*event)(struct cas_line *line, int event);
	int (*seize)(struct cas_line *line);
	int (*answer)(struct cas_line *line);
	/* It was, and the call is active; NULL: nothing is awaited of it. */
	void (*answered)(struct cas_line *line);
	/* Before we go on hook; NULL: there are none. */
	void (*release)(struct cas_line *line);
	uint32_t rest_ms; /* on hook, before it may be seized again */
	uint32_t busy_ms; /* so long busy tone is heard when a call is over, before we go on hook */
	/* NULL: there is nothing to be made and freed, the channel is not read or written. */
	int (*open)(struct cas_line *line);
	void (*close)(struct cas_line *line);
	void (*media)(struct cas_line *line);
	/* What line_clear() is instead; NULL: there are hooks. */
	void (*clear)(struct cas_line *line);
};
extern const struct end_ops end_exchange, end_telephone, end_em, end_r2;

/* The channel tells all that another daemon has to know of an answered call. */
static inline bool line_outlives(const struct cas_line *line)
{
	return !line->end->open;
}

/* line.c */
/* With a call of nobody's; takes FD over, also on error. NULL: no memory. */
struct cas_line *line_alloc(struct loop *loop, const struct cas_line_conf *conf,
			    const struct channel_ops *channel, int fd, const struct cas_ops *ops,
			    void *arg);
/* Its channel's events are heard of. */
int line_watch(struct cas_line *line);
void line_set_alarm(struct cas_line *line, bool alarm);
int line_new(struct cas_line **line, struct loop *loop, const struct cas_line_conf *conf,
	     const struct channel_ops *channel, int fd, const struct cas_ops *ops, void *arg);
/* Takes in what the channel has to tell. */
void line_read(struct cas_line *line);
int line_hook(struct cas_line *line, int what);
struct channel_status line_status(const struct cas_line *line);

/* adopt.c */
int line_adopt(struct cas_line **line, struct loop *loop, const struct cas_line_conf *conf,
	       const struct channel_ops *channel, int fd, const struct cas_ops *ops, void *arg,
	       void *owner, struct cas_call **call);

/* clear.c */
/* We go on hook; it is idle once the other end is there too. */
void line_clear(struct cas_line *line);
/* The same at a call's end: who still has the receiver at his ear first hears that it is over. */
void line_over(struct cas_line *line);
/* The other end went on hook meanwhile. */
void line_cleared(struct cas_line *line);

/* call.c */
void cas_begin(struct cas_line *line, enum call_stage stage);
/* With NUMBER, or with one still to be dialled (NULL). */
void cas_incoming(struct cas_line *line, const char *number);
void cas_pulse(struct cas_line *line, char digit);
void cas_flash(struct cas_line *line);
void cas_answered(struct cas_line *line);
/* Tells above, and the line is cleared. */
void cas_ended(struct cas_line *line, int cause);
/* FN gets the line after MS, unless something else is awaited by then. */
void cas_await(struct cas_line *line, uint32_t ms, loop_fn fn);

/* dial.c */
/* NUMBER as it is dialled on this line; -EINVAL. TO has room for CAS_NUMBER_SIZE. */
int cas_translate(const struct cas_line *line, const char *number, char *to);
/* The exchange is ready: the number goes out after MS. */
void cas_dial_after(struct cas_line *line, uint32_t ms);
/* DAHDI has dialled; false: nothing was being dialled. */
bool cas_dial_completed(struct cas_line *line);

#endif
