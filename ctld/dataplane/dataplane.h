/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The data plane as the control plane sees it: legs and bridges, whoever
 * forwards the packets. kernel.c serves it by phonion.ko over generic
 * netlink, uring.c by io_uring in this very process, where no module can be loaded.
 *
 * Calls are synchronous and short: the kernel answers a request in
 * microseconds. They return 0 or a negative errno, and on refusal
 * dataplane_error() has a sentence for it, the kernel's own (extack) or the same.
 */
#ifndef PHONION_DATAPLANE_H
#define PHONION_DATAPLANE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/phonion.h>

struct control;
struct loop;
struct dataplane;

/* struct dp_leg.path of a leg whose packets this process forwards. */
#define DP_PATH_USERSPACE ((enum phonion_path_state)(PHONION_PATH_STATE_MAX + 1))

struct dp_payload_type {
	uint8_t number;
	enum phonion_codec codec;
};

/*
 * A TDM leg is a telephone channel of phonion_dahdi.ko's: it has no address. Its payload
 * types are the channel's law, and telephone-event if its tones are to be told of. The data
 * plane keeps copies of HOLD for as long as the leg lives.
 */
struct dp_tdm {
	uint32_t channel; /* its number in DAHDI; 0: the leg is RTP */
	int hold[2];	  /* descriptors of it and of the channel that it is connected with */
	uint16_t delay_min_ms, delay_max_ms; /* of the jitter buffer, 0 to 200 */
};

/* What a leg is asked to be. Zero in an optional field leaves the default. */
struct dp_leg {
	uint32_t id; /* 0: the data plane chooses and fills it in */
	uint8_t cookie[PHONION_MAX_COOKIE_LEN];
	size_t cookie_len;
	struct dp_tdm tdm;
	struct sockaddr_storage local;
	struct sockaddr_storage remote; /* ss_family 0: not known yet */
	enum phonion_source_policy source_policy;
	struct dp_payload_type pt[PHONION_MAX_PAYLOAD_TYPES];
	size_t n_pt;
	uint32_t rate_limit; /* packets per second */
	uint32_t lease_ms;
	uint64_t not_before_ns;	   /* CLOCK_REALTIME; 0: always open */
	uint64_t not_after_ns;	   /* CLOCK_REALTIME; 0: never closes */
	uint32_t media_timeout_ms; /* 0: off */
	bool hold;
	/* Filled in by get and dump only: */
	uint32_t bridged_to;
	enum phonion_path_state path;
	uint32_t tx_ssrc;
	uint64_t stats[PHONION_A_LEG_STATS_MAX + 1]; /* by PHONION_A_LEG_STATS_* */
};

/* What a leg plays: a tone with its cadence, noise in its pauses; G.711 u-law. */
struct dp_sound {
	const uint8_t *tone;	    /* a period: whole packets of 160 octets; NULL: none */
	size_t tone_len;	    /* PHONION_MAX_TONE_LEN at most */
	unsigned int on_ms, off_ms; /* 20 to 60000, and 0 to 60000: 0 lets it last */
	const uint8_t *noise;	    /* samples are drawn from it; NULL: silence */
	size_t noise_len;	    /* PHONION_MAX_NOISE_LEN at most */
};

/* Which fields of a struct dp_leg a set changes. */
enum {
	DP_SET_REMOTE = 1 << 0, /* remote and source_policy */
	DP_SET_PT = 1 << 1,
	DP_SET_LEASE = 1 << 2,
	DP_SET_HOLD = 1 << 3,
	DP_SET_MEDIA_TIMEOUT = 1 << 4,
};

struct dp_event {
	/*
	 * Of no leg: DP_RESYNC, events were lost, compare with a dump; DP_GONE, the module
	 * was unloaded, with all legs: this data plane is over.
	 */
	enum {
		DP_FIRST_PACKET,
		DP_MEDIA_TIMEOUT,
		DP_DTMF,
		DP_LEG_END,
		DP_RESYNC,
		DP_DTMF_SENT, /* what leg_dtmf() was asked for is done */
		DP_GONE,
	} type;
	uint32_t leg;
	uint8_t cookie[PHONION_MAX_COOKIE_LEN];
	size_t cookie_len;
	uint8_t digit;		    /* DP_DTMF: RFC 4733 event number */
	enum phonion_end_cause end; /* DP_LEG_END */
};

typedef void (*dp_event_fn)(const struct dp_event *event, void *arg);
typedef void (*dp_leg_fn)(const struct dp_leg *leg, void *arg);

struct dataplane_ops {
	const char *name;
	int (*open)(struct dataplane *dp, struct loop *loop, dp_event_fn fn, void *arg);
	void (*close)(struct dataplane *dp);
	int (*leg_new)(struct dataplane *dp, struct dp_leg *leg);
	int (*leg_set)(struct dataplane *dp, const struct dp_leg *leg, unsigned int what);
	int (*leg_del)(struct dataplane *dp, uint32_t id);
	int (*leg_get)(struct dataplane *dp, uint32_t id, struct dp_leg *leg);
	int (*leg_dump)(struct dataplane *dp, dp_leg_fn fn, void *arg);
	/*
	 * Renews the leases of many legs in few system calls. One that is gone
	 * gives -ENOENT, after all the others were renewed.
	 */
	int (*lease_renew)(struct dataplane *dp, const uint32_t *ids, size_t n, uint32_t lease_ms);
	/*
	 * Sends DIGITS (0-9, *, #, A-D, p for a pause of a second, at most
	 * PHONION_MAX_DIGITS) to the leg's peer as telephone events (RFC 4733).
	 * Returns at once; DP_DTMF_SENT tells when it is done, unless the leg
	 * ends before. Until then nothing else is sent to the peer.
	 * -EINVAL: not such digits, -EBUSY: the leg is sending, -EOPNOTSUPP: it
	 * has no payload type for them, -EDESTADDRREQ: no remote, -EAGAIN: it is
	 * on hold, -ETIME: it is outside its window.
	 */
	int (*leg_dtmf)(struct dataplane *dp, uint32_t id, const char *digits);
	/*
	 * Plays SOUND to the leg's peer in place of what it played before; NULL
	 * plays nothing more. Until then nothing else is sent to the peer.
	 * -EINVAL: not such a sound, -EBUSY: it is sending digits, -EOPNOTSUPP: it
	 * has no payload type for speech, -EDESTADDRREQ: no remote, -ETIME: it is
	 * outside its window.
	 */
	int (*leg_play)(struct dataplane *dp, uint32_t id, const struct dp_sound *sound);
	int (*bridge_new)(struct dataplane *dp, uint32_t a, uint32_t b);
	int (*bridge_del)(struct dataplane *dp, uint32_t leg);
};

enum dataplane_kind { DATAPLANE_AUTO, DATAPLANE_KERNEL, DATAPLANE_IO_URING };

/*
 * Opens a data plane; DATAPLANE_AUTO is the kernel's where phonion.ko is loaded, and else
 * the one on io_uring. -ENOENT: it is not loaded and shall be. Not to be closed from
 * within FN.
 */
int dataplane_open(struct dataplane **dp, enum dataplane_kind kind, struct loop *loop,
		   dp_event_fn fn, void *arg);
void dataplane_close(struct dataplane *dp);
const struct dataplane_ops *dataplane_ops(const struct dataplane *dp);
const char *dataplane_error(const struct dataplane *dp);
/* Answers leg.list, by which phonionctl shows legs that the kernel has not. */
int dataplane_register(struct dataplane *dp, struct control *control);

#endif
