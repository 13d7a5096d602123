/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration of phonion-ctld, read with libconfig. Every key, with its
 * unit, range and default, is in Documentation/phonion-ctld.conf.5.
 */
#ifndef PHONION_CONF_H
#define PHONION_CONF_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/phonion.h>

enum sip_transport { SIP_UDP, SIP_TCP };
enum trunk_kind { TRUNK_SIP, TRUNK_PRI, TRUNK_CAS };
/* Whether drivers ask the module: never, where they can, or else the daemon does not start. */
enum conf_xdp { CONF_XDP_OFF, CONF_XDP_AUTO, CONF_XDP_ON };
#define CONF_XDP_WORDS [CONF_XDP_OFF] = "off", [CONF_XDP_AUTO] = "auto", [CONF_XDP_ON] = "on"

#define CONF_MAX_PREFIXES 64

struct conf_prefixes {
	char **list;
	size_t n;
};

/* A number that callers dial to reach this relay, for the relay's reservations. */
struct conf_ingress {
	char *number;	    /* E.164 with + */
	unsigned int lanes; /* 0: a number of its own; otherwise so many share it */
};

/* A primary rate span; channels are DAHDI's numbers. */
struct conf_pri {
	unsigned int dchannel; /* its D channel */
	unsigned int line;     /* 0: T1, 1: E1 */
	unsigned int variant;  /* enum isdn_switch */
	unsigned int side;     /* 0: CPE, 1: NET */
	bool overlap, restart;
	bool show_number; /* to whom is called; otherwise presentation is restricted */
};

#define CONF_MAX_CALLED_PREFIX 15

/* What trunks of telephone channels have of their own, by whatever they are signalled. */
struct conf_tdm {
	char *called_prefix; /* before a called number that is not international; NULL: nothing */
	unsigned int delay_min_ms, delay_max_ms; /* of the jitter buffer */
};

/* Lines, each a channel of its own by DAHDI's numbers, that are alike. */
struct conf_cas {
	unsigned int *channels;
	size_t n_channels;
	unsigned int signalling;  /* enum cas_signalling */
	unsigned int supervision; /* enum cas_supervision */
	unsigned int pulse;	  /* 1: dialled by pulses, 0: by DTMF */
	uint32_t first_digit_ms, interdigit_ms, dial_delay_ms;
	char *plus;		 /* dialled for +; NULL: "00" */
	unsigned int r2_variant; /* enum cas_r2_variant */
	unsigned int max_dnis, max_ani;
};

/* A relay's connection to a carrier. What is SIP's is unset with another kind. */
struct conf_trunk {
	char *name;
	enum trunk_kind kind;
	struct conf_tdm tdm;
	struct conf_pri pri;
	struct conf_cas cas;
	enum sip_transport transport;
	struct sockaddr_storage local; /* our SIP address and port, listened on */
	struct sockaddr_storage peer;  /* the carrier's */
	struct sockaddr_storage media; /* local address for RTP, port 0 */
	enum phonion_codec codecs[2];  /* in order of preference */
	size_t n_codecs;
	enum phonion_source_policy source_policy;
	char *number;		    /* what we send as From user, "anonymous" when unset */
	struct conf_prefixes allow; /* dialled prefixes; empty: all but the denied */
	struct conf_prefixes deny;  /* emergency numbers are always denied */
	unsigned int max_calls;
	/* What brokers are told; nothing is without "carrier". */
	char *carrier, *region;
	struct conf_prefixes prefixes; /* what is dialled out by it for reservations; "+" is all */
	struct conf_ingress *ingresses;
	size_t n_ingresses;
};

/* A static circuit: what is dialled on one trunk goes on by another. */
struct conf_circuit {
	char *name;
	struct conf_trunk *in;
	char *ingress; /* dialled number that matches, whole */
	struct conf_trunk *out;
	char *next;		/* next number to dial */
	uint64_t not_before_ns; /* CLOCK_REALTIME; 0: always open */
	uint64_t not_after_ns;	/* 0: never closes */
	unsigned int max_calls;
};

/* A broker that this relay announces itself to and collects reservations from. */
struct conf_broker {
	char *name;  /* for people */
	char *url;   /* https://host[:port], without a slash at the end */
	char *pin;   /* of its TLS key, "sha256//..."; NULL: the system's CAs know it */
	char *proxy; /* socks5h://host:port; NULL: none */
};

/* What a relay with reservations is; "relay" in the file. */
struct conf_relay {
	char *operator_name;
	char *key;		 /* file of its identity, made when there is none */
	char *book;		 /* file of its reservations */
	unsigned int price;	 /* tokens for each slot */
	unsigned int code_calls; /* callers at their access code at a time */
	bool standing;		 /* takes reservations that raise legs with no caller */
	uint32_t poll_ms;
	struct conf_broker *brokers;
	size_t n_brokers;
};

struct conf {
	char *control_socket;		     /* default /run/phonion/ctld.sock */
	char *state_dir;		     /* default /run/phonion/state; on a tmpfs */
	uint16_t rtp_port_min, rtp_port_max; /* even to odd, inclusive */
	unsigned int dataplane;		     /* enum dataplane_kind */
	bool firewall;			     /* keep the nft table; default true */
	unsigned int xdp;		     /* enum conf_xdp; default off */
	uint32_t lease_ms;		     /* of each leg; renewed at a third */
	uint32_t media_timeout_ms;	     /* a call without media ends; 0: never */
	uint32_t ring_timeout_ms;
	struct conf_trunk *trunks;
	size_t n_trunks;
	struct conf_circuit *circuits;
	size_t n_circuits;
	struct conf_relay *relay; /* NULL: static circuits only */
};

/*
 * Reads FILE. On error returns a negative errno and *error is a sentence with
 * file and line that says what to do, to be freed.
 */
int conf_read(struct conf **conf, const char *file, char **error);
void conf_free(struct conf *conf);

const struct conf_trunk *conf_trunk_find(const struct conf *conf, const char *name);
/* The circuit that NUMBER, dialled on TRUNK, is the ingress of; NULL if none. */
const struct conf_circuit *conf_circuit_find(const struct conf *conf,
					     const struct conf_trunk *trunk, const char *number);

/*
 * May NUMBER be dialled on TRUNK? Never an emergency number, nor on a line what
 * its exchange would take for one. Otherwise the longest matching prefix of allow
 * and deny decides, deny when they are equal; with a non-empty allow, what matches
 * nothing is denied. Premium-rate, shared-cost and satellite numbers
 * (number_table.h) are denied unless allow has a prefix at least as long as the one
 * that makes them so.
 */
bool conf_number_allowed(const struct conf_trunk *trunk, const char *number);
bool conf_number_emergency(const char *number);
/*
 * NUMBER as its digits go out on a line, with PLUS for a + at its beginning; NULL or empty:
 * "00". -EINVAL: there are none, or too many for TO, which has the first of them then.
 */
int conf_number_dialled(const char *plus, const char *number, char *to, size_t size);

#endif
