/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The configuration of phonion-brokerd. Every key, with its unit, range and
 * default, is in Documentation/phonion-brokerd.conf.5.
 */
#ifndef PHONION_BROKER_CONF_H
#define PHONION_BROKER_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "crypto/sign.h"
#include "http/server.h"

#define BROKER_MAX_LISTEN 16

enum broker_metrics { METRICS_LOOPBACK, METRICS_EVERYBODY, METRICS_NOBODY };

struct broker_limits {
	unsigned int connections; /* of all clients */
	unsigned int connections_per_address;
	unsigned int requests_per_second; /* of an address, in the long run */
	unsigned int burst;		  /* and at once */
	unsigned int tokens_per_hour;	  /* issued to an address */
	unsigned int addresses;		  /* that are remembered */
	unsigned int relays;		  /* in the directory */
	bool loopback;			  /* do they hold for this machine's own clients too? */
	struct http_times times;
};

/* Whose descriptors are taken; a list that is NULL is open to all. */
struct broker_admission {
	uint8_t (*keys)[SIGN_KEY_LEN];
	size_t n;
};

struct broker_conf {
	struct sockaddr_storage listen[BROKER_MAX_LISTEN];
	size_t n_listen;
	char *store;		  /* URL */
	char *identity;		  /* key file */
	char *certificate, *key;  /* PEM files; NULL: made of the identity */
	unsigned int slot_s;	  /* length of a slot */
	unsigned int horizon_s;	  /* how far ahead may be reserved */
	unsigned int epoch_s;	  /* how long a token key is the newest */
	unsigned int directory_s; /* lifetime of a directory */
	struct broker_admission relays;
	unsigned int metrics; /* enum broker_metrics */
	struct broker_limits limits;
};

/*
 * Reads FILE. On error returns a negative errno and *error is a sentence with
 * file and line that says what to do, to be freed.
 */
int broker_conf_read(struct broker_conf **conf, const char *file, char **error);
void broker_conf_free(struct broker_conf *conf);

/* Not what is read again while the broker runs: is it the same in both? */
bool broker_conf_same_fixed(const struct broker_conf *a, const struct broker_conf *b);
bool broker_conf_admits(const struct broker_conf *conf, const uint8_t relay[SIGN_KEY_LEN]);

#endif
