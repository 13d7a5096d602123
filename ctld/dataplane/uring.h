/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The data plane in userspace, on an io_uring of its own that the daemon's loop
 * watches. It is one thread's: nothing here is locked.
 *
 * Packets are forwarded in the buffers that they came in. In each turn what has
 * come is checked and queued for sending (uring_rx.c, uring_tx.c), all of it is
 * sent by one system call, and the buffers are given back (uring_ring.c). Events
 * wait until that is done, so that no leg ends while packets of it are under way.
 */
#ifndef PHONION_URING_H
#define PHONION_URING_H

#include <liburing.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "dataplane/dataplane.h"
#include "kmod/core/dtmf.h"
#include "kmod/core/play.h"
#include "kmod/core/rxstat.h"
#include "kmod/core/stream.h"
#include "kmod/core/xlate.h"
#include "loop/loop.h"

#define URING_BUFFERS	  1024 /* a power of two; as many packets at most go in one turn */
#define URING_BUFFER_SIZE 2048
#define URING_EVENTS	  1024
#define NS_PER_MSEC	  1000000ull
#define NS_PER_SEC	  1000000000ull

struct uring;
struct uring_leg;

/*
 * What a leg's packets come by. Both ports are held by a socket that anybody can
 * send to, so that what the source check forbids is seen and counted. Once the
 * peer is known, another socket at the RTP port is connected to it: the kernel
 * gives it what the peer sends, needs no address to be compared and no route to
 * be looked up.
 */
enum uring_way { URING_RTP, URING_RTCP, URING_PEER, URING_WAYS };

/**
 * struct uring_socket - a socket and its multishot receive
 * @leg: whose it is
 * @fd: -1: there is none
 * @slot: 1-based place in uring.slots
 * @armed: a receive is under way
 */
struct uring_socket {
	struct uring_leg *leg;
	int fd;
	uint32_t slot;
	bool armed;
};

/* Completions name a socket by slot and generation: one that comes late finds nothing. */
struct uring_slot {
	struct uring_socket *socket; /* NULL: free */
	uint32_t generation;
	uint32_t next_free;
};

/* A leg's remote, payload types and the like, as leg-new and leg-set say. */
struct uring_conf {
	struct sockaddr_storage remote; /* ss_family 0: not known yet */
	enum phonion_source_policy source_policy;
	bool latch; /* the port of the first valid packet shall become the remote's */
	bool hold;
	uint8_t n_pt;
	struct phn_pt pt[PHONION_MAX_PAYLOAD_TYPES];
	uint32_t rate_limit, rate_interval_ns;
	uint32_t media_timeout_ms;
};

/* What a leg sends of its own; either keeps what is forwarded away from its stream. */
struct uring_dtmf {
	struct loop_timer timer;
	struct phn_dtmf_script script;
	uint64_t next_ns;  /* CLOCK_MONOTONIC of the next interval */
	uint64_t start_ns; /* at which the present event began */
	bool fresh, ended; /* no packet of it has left yet; one that tells its end has */
};

struct uring_play {
	struct loop_timer timer;
	struct phn_play_script script;
	uint64_t next_ns;
	uint32_t units; /* of the RTP clock since the last packet that left */
	bool fresh;	/* none has left yet */
	bool on;
};

/**
 * struct uring_leg - a leg
 * @next: in its chain of uring.chains
 * @conf: what it is set to
 * @peer: the leg that it is bridged to, or NULL
 * @xlate: what becomes of each payload type on its way to @peer
 * @open_ns: CLOCK_MONOTONIC from which packets pass
 * @close_ns: from which they do not: end of lease or window
 * @last_rx_ns: of the last accepted packet, 0 before it
 * @rate_ns: up to which the rate limit's budget is used
 * @watch_ns: before which silence does not count
 * @silent_ns: start of the silence that was last told
 * @count: by PHONION_A_LEG_STATS_*
 */
struct uring_leg {
	struct uring_leg *next;
	struct uring *uring;
	uint32_t id;
	struct uring_conf conf;
	struct uring_leg *peer;
	uint8_t n_xlate;
	struct phn_xlate xlate[PHONION_MAX_PAYLOAD_TYPES];
	struct uring_socket way[URING_WAYS];
	bool sending;
	uint64_t open_ns, close_ns, last_rx_ns, rate_ns;
	struct phn_rxstat rx;
	uint32_t event_ts;
	bool event_seen;
	struct phn_stream tx;
	uint64_t count[PHONION_A_LEG_STATS_MAX + 1];
	struct sockaddr_storage local;
	uint8_t cookie[PHONION_MAX_COOKIE_LEN];
	size_t cookie_len;
	uint64_t lease_ns, not_before_ns, not_after_ns; /* the latter two of CLOCK_REALTIME */
	uint64_t watch_ns, silent_ns;
	struct uring_dtmf *dtmf; /* NULL until it is first asked */
	struct uring_play *play;
};

/* A packet that is being forwarded; legs live longer than a turn. */
struct uring_packet {
	struct uring_leg *from, *to;
	uint8_t *data;
	uint32_t len;
	uint16_t buffer;
};

struct uring_ring {
	struct io_uring uring;
	struct io_uring_buf_ring *free;
	uint8_t *buffers;
	int wake_fd; /* eventfd: something has come */
	struct loop_io *io;
	struct msghdr shape; /* of what recvmsg tells of a packet */
	struct uring_packet out[URING_BUFFERS];
	unsigned int n_out;
	uint16_t used[URING_BUFFERS]; /* buffers to give back */
	unsigned int n_used;
};

struct uring {
	struct dataplane *dp;
	struct loop *loop;
	dp_event_fn fn;
	void *arg;
	struct uring_ring ring;
	struct uring_slot *slots;
	uint32_t n_slots, free_slot;
	struct uring_leg **chains; /* by id */
	uint32_t n_chains, n_legs, last_id;
	struct loop_timer sweep;
	uint64_t now; /* CLOCK_MONOTONIC of this turn */
	struct dp_event events[URING_EVENTS];
	unsigned int first_event, n_events;
	bool events_lost, delivering;
};

/* uring.c: refuses with a sentence for dataplane_error() and gives ERR. */
int uring_refuse(struct uring *uring, int err, const char *sentence);
uint64_t uring_clock(void);

/* uring_check.c: 0, or a refusal in the words that phonion.ko has for it. */
int uring_check_leg(struct uring *uring, const struct dp_leg *leg);
int uring_check_change(struct uring *uring, const struct uring_leg *leg, const struct dp_leg *to,
		       unsigned int what);
int uring_check_lease(struct uring *uring, uint32_t lease_ms);

/* uring_ring.c */
int uring_ring_open(struct uring *uring);
void uring_ring_close(struct uring *uring);
/* Lets go of sockets: 0 to URING_WAYS of them, in one system call. Then they are closed. */
void uring_socket_close(struct uring *uring, struct uring_socket *sockets, size_t n);
/* Receives by SOCKET->fd until it is closed. */
int uring_socket_open(struct uring *uring, struct uring_socket *socket);
void uring_send(struct uring *uring, const struct uring_packet *packet);

/* uring_port.c */
int uring_port_take(struct uring_leg *leg);
/* A socket connected to REMOTE, -1 in *fd when there is no route to it. */
int uring_port_connect(struct uring_leg *leg, const struct sockaddr_storage *remote, int *fd);
/* Makes FD the way from and to the peer, in place of the one before. */
int uring_port_set_peer(struct uring_leg *leg, int fd);
/* Connects anew to conf.remote. */
int uring_port_reconnect(struct uring_leg *leg);

/* uring_leg.c */
struct uring_leg *uring_leg_find(const struct uring *uring, uint32_t id);
int uring_leg_new(struct uring *uring, struct dp_leg *to);
int uring_leg_set(struct uring_leg *leg, const struct dp_leg *to, unsigned int what);
void uring_leg_del(struct uring_leg *leg);
void uring_leg_renew(struct uring_leg *leg, uint32_t lease_ms);
/* The window is civil time, and civil time can be set: worked out again and again. */
void uring_leg_rewindow(struct uring_leg *leg);
void uring_leg_get(const struct uring_leg *leg, struct dp_leg *to);
/* Whether it can send of its own: 0 or a refusal. */
int uring_leg_may_send(struct uring_leg *leg);
void uring_leg_for_each(struct uring *uring, void (*fn)(struct uring_leg *leg, void *arg),
			void *arg);

static inline void uring_count(struct uring_leg *leg, unsigned int counter)
{
	leg->count[counter]++;
}

/* uring_bridge.c */
int uring_bridge_new(struct uring_leg *a, struct uring_leg *b);
/* Maps anew when the payload types of LEG are to be PT. */
int uring_bridge_renew(struct uring_leg *leg, const struct phn_pt *pt, uint8_t n);
void uring_bridge_del(struct uring_leg *leg);

/*
 * uring_rx.c: a packet of LEN octets, of which ROOM at most are at DATA. SRC is NULL when it
 * is known to be the peer. Return: whether BUFFER is being sent.
 */
bool uring_rx(struct uring_socket *socket, const struct sockaddr_storage *src, uint8_t *data,
	      size_t len, size_t room, uint16_t buffer);

/*
 * uring_tx.c. Return: 0, or the counter (PHONION_A_LEG_STATS_DROP_*) of the reason why
 * not; nothing is numbered then.
 */
int uring_tx(struct uring_leg *to, struct uring_packet *packet, struct phn_rtp *rtp,
	     const uint8_t *table);
int uring_tx_event(struct uring_leg *leg, const struct phn_event *event, bool first,
		   uint64_t start);
int uring_tx_speech(struct uring_leg *leg, const uint8_t *ulaw, size_t len, uint32_t units,
		    uint64_t at);
/* The send of PACKET failed with ERR: once more, or it is counted as not sent. */
void uring_tx_failed(const struct uring_packet *packet, int err);
const struct phn_pt *uring_tx_speech_pt(const struct uring_conf *conf);

/* uring_own.c: digits, tones and noise. */
int uring_dtmf_begin(struct uring_leg *leg, const struct phn_dtmf_script *script);
int uring_play_begin(struct uring_leg *leg, const struct phn_play_script *script);
void uring_play_stop(struct uring_leg *leg);
void uring_own_end(struct uring_leg *leg);

/* uring_event.c */
void uring_event(struct uring_leg *leg, const struct dp_event *event);
void uring_deliver(struct uring *uring);

/* uring_sweep.c */
int uring_sweep_start(struct uring *uring);

#endif
