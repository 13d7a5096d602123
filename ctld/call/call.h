/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A call: what came in by one trunk, joined with what went out by another.
 * Of one side the other learns only that there is a call, whether it rings,
 * is answered or refused, and whether it is on hold.
 */
#ifndef PHONION_CALL_H
#define PHONION_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "call/cause.h"
#include "call/code_delay.h"
#include "call/side.h"
#include "call/sip_recent.h"
#include "conf/conf.h"
#include "dataplane/dataplane.h"
#include "loop/loop.h"
#include "protocol/hop.h"

#define CALL_INSTANCE_SIZE 8

struct book;
struct code;
struct control;
struct firewall;
struct lines;
struct ports;
struct sip;
struct spans;
struct standing;

/* A configuration that lives as long as the last call that was made by it. */
struct conf_ref {
	struct conf *conf;
	unsigned int refs;
};

enum call_state {
	CALL_SETUP,
	CALL_CODE,
	CALL_DIALLING, /* a line is seized, and no number of ours is dialled yet */
	CALL_RINGING,
	CALL_STANDING, /* one side is missing, or waits for the other to be joined with it */
	CALL_ANSWERED,
	CALL_ENDED
};

struct call {
	struct call *next, **at; /* in calls.list; what points to it there */
	struct calls *calls;
	uint32_t id; /* for people, in logs and events */
	enum call_state state;
	struct conf_ref *conf;
	char *circuit;		    /* its name; "-" while an access code is awaited */
	struct code *code;	    /* NULL: none is awaited */
	char postd[HOP_POSTD_SIZE]; /* still to be sent after the answer */
	uint64_t not_before_ns, not_after_ns;
	struct hop_timing timing;
	unsigned int told; /* how often the callee's relay was told that a caller is here */
	struct side sides[2];
	bool bridged;
	enum cause cause;
	uint64_t answered_s;	 /* CLOCK_REALTIME */
	struct loop_timer timer; /* ring time-out, then the wait after CANCEL */
	struct loop_timer reaper;
	char state_file[64]; /* "" when there is none */
};

struct calls_deps {
	struct loop *loop;
	struct dataplane *dp;
	struct firewall *firewall; /* NULL: none is kept; calls_free() closes it */
	struct control *control;
	struct ports *ports;
	struct spans *spans; /* NULL: built without libpri */
	struct lines *lines; /* NULL: there are none */
	struct book *book;   /* NULL: static circuits only */
};

#define CALLS_BUCKETS 4096

struct calls {
	struct calls_deps deps;
	struct sip *sip;
	struct conf_ref *conf;
	char *state_dir; /* of the start: the files of calls stay there */
	struct call *list;
	struct side *legs[CALLS_BUCKETS];
	size_t n;
	uint32_t last_id;
	uint8_t instance[CALL_INSTANCE_SIZE];
	uint64_t started_ms, total, answered, ended[CAUSE_COUNT];
	struct recent recent;
	struct code_delay code_delay;
	struct standing *standing;
	struct loop_timer lease;
	bool stopping;
	loop_fn on_idle; /* when stopping and no call is being ended any more */
	void *idle_arg;
};

/* calls.c: all of them */
int calls_new(struct calls **calls, const struct calls_deps *deps, struct conf *conf);
void calls_free(struct calls *calls);
/* Takes CONF over when it can be applied. */
int calls_reconfigure(struct calls *calls, struct conf *conf);
/* Ends every call; ON_IDLE is called when that is done. */
void calls_stop(struct calls *calls, loop_fn on_idle, void *arg);
/*
 * As calls_stop(), but those that a daemon after can take up are left as they are. To be
 * followed by the process's end, without calls_free(), which would hang up.
 */
void calls_leave(struct calls *calls, loop_fn on_idle, void *arg);
/* Does any call still wait for what ends it? */
bool calls_ending(const struct calls *calls);
void calls_on_dp_event(const struct dp_event *event, void *arg);
struct call *calls_find(struct calls *calls, uint32_t id);
void conf_ref_put(struct conf_ref *conf);
/* The packet filter's table, made anew as CONF has it, with the ports of all legs. */
int calls_renew_firewall(struct calls *calls, const struct conf *conf);

/* call.c: the life of one */
struct call *call_new(struct calls *calls, struct conf_ref *conf, const char *circuit);
/* Leaves legs and state as they are: those are call_end()'s. */
void call_free(struct call *call);
void call_end(struct call *call, enum cause cause);
/* Frees it from the loop once both sides are down. */
void call_reap(struct call *call);
void call_event(const struct call *call, const char *name);
/* Only where more is to be logged (-v). */
void call_log(const struct call *call, const char *what);
/* What went wrong at the relay itself, and WHY. */
void call_warn(const struct call *call, const char *what, const char *why);
const struct dataplane_ops *calls_ops(const struct calls *calls);

#endif
