/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The real broker on a store in memory, without TLS, for fuzzers of what
 * arrives in it. Its clients are the relay whose key is the broker's own, which
 * is listed with a price of 0. Its clock stands still, so that an input that
 * once was a good reservation stays one.
 */
#ifndef PHONION_FUZZ_BROKER_H
#define PHONION_FUZZ_BROKER_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "broker/broker.h"
#include "broker/identity.h"
#include "crypto/base64url.h"
#include "log/log.h"
#include "selftests/fuzz/fuzz.h"

#define FUZZ_NOW    1795400000
#define MAX_TURNS   2000
#define TURNS_ALONE 1900 /* of these, after the peer has gone */

/* In place of libc's. */
time_t time(time_t *when)
{
	if (when)
		*when = FUZZ_NOW;
	return FUZZ_NOW;
}

struct fuzz {
	struct loop *loop;
	struct broker *broker;
	char relay[SIGN_KEY_CHARS + 1];
	int peer;	    /* our end of the connection */
	unsigned int turns; /* left */
	struct loop_timer timer;
	bool understood; /* an answer was other than 400 */
};

static void fuzz_need(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "the fuzzer cannot begin: %s\n", what);
	_exit(1);
}

static struct broker_conf *fuzz_conf(const char *dir)
{
	struct broker_conf *conf = NULL;
	char file[64], *error = NULL;
	FILE *stream;

	snprintf(file, sizeof(file), "%s/conf", dir);
	stream = fopen(file, "w");
	fuzz_need(stream, file);
	fprintf(stream,
		"listen = [ \"127.0.0.1:1\" ];\nstore = \"sqlite:%s/db\";\nidentity = \"%s/key\";\n"
		"limits = { loopback = false; addresses = 16; };\n",
		dir, dir);
	fclose(stream);
	chmod(file, 0600);
	fuzz_need(!broker_conf_read(&conf, file, &error), error);
	return conf;
}

/* Of one trunk with one number of its own and one shared. */
static void fuzz_list(struct fuzz *fuzz)
{
	struct ingress ingresses[] = { { "+4930100", 0 }, { "+4930200", 1000 } };
	char prefixes[][HOP_NUMBER_SIZE] = { "+49" };
	struct descriptor_trunk trunk = { "Carrier A", "DE", TECH_SIP, ingresses, 2, prefixes, 1 };
	struct descriptor descriptor = {
		.operator= "fuzz",
		.sequence = 1,
		.issued = FUZZ_NOW,
		.expires = FUZZ_NOW + 86400,
		.trunks = &trunk,
		.n_trunks = 1,
	};
	struct identity identity;
	char *jws;

	fuzz_need(!identity_read(&identity, fuzz->broker->conf), "identity");
	memcpy(descriptor.relay, identity.public_key, SIGN_KEY_LEN);
	memcpy(descriptor.seal_key, identity.public_key, SIGN_KEY_LEN);
	base64url_encode(fuzz->relay, identity.public_key, SIGN_KEY_LEN);
	fuzz_need(!descriptor_sign(&jws, &descriptor, identity.private_key), "descriptor");
	fuzz_need(!store_relay_put(fuzz->broker->store, &descriptor, jws), "store");
	free(jws);
	identity_release(&identity);
}

/* The key is always the same, so that inputs can hold its name. */
static void fuzz_key(const char *dir)
{
	static const char pem[] =
		"-----BEGIN PRIVATE KEY-----\n"
		"MC4CAQAwBQYDK2VwBCIEIAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g\n"
		"-----END PRIVATE KEY-----\n";
	char file[64];
	int fd;

	snprintf(file, sizeof(file), "%s/key", dir);
	fd = open(file, O_WRONLY | O_CREAT, 0600);
	fuzz_need(fd >= 0 && write(fd, pem, strlen(pem)) > 0, file);
	close(fd);
}

static char fuzz_dir[] = "/dev/shm/phonion-fuzz.XXXXXX";
static struct fuzz fuzz_only;

static void fuzz_clean(void)
{
	static const char *const names[] = { "conf", "key", "db", "db-wal", "db-shm" };
	char file[64];

	broker_free(fuzz_only.broker);
	loop_free(fuzz_only.loop);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(file, sizeof(file), "%s/%s", fuzz_dir, names[i]);
		unlink(file);
	}
	rmdir(fuzz_dir);
}

static inline struct fuzz *fuzz_broker(void)
{
	struct fuzz *fuzz = &fuzz_only;

	if (fuzz->broker)
		return fuzz;
	log_init(LOG_LVL_ERROR);
	fuzz_need(mkdtemp(fuzz_dir), fuzz_dir);
	fuzz_key(fuzz_dir);
	fuzz_need(!loop_new(&fuzz->loop), "loop");
	fuzz_need(!broker_new(&fuzz->broker, fuzz->loop, fuzz_conf(fuzz_dir), 0), "broker");
	/* After OpenSSL's own, so before it: the broker may be making a key in a thread. */
	atexit(fuzz_clean);
	fuzz_list(fuzz);
	return fuzz;
}

/* Reads what is answered, so that nothing waits for us. */
static void fuzz_turn(void *arg)
{
	struct fuzz *fuzz = arg;
	char text[65536];

	while (fuzz->peer >= 0 && read(fuzz->peer, text, sizeof(text)) > 12)
		fuzz->understood |= !memcmp(text, "HTTP/1.1 ", 9) && memcmp(text + 9, "400", 3);
	if (!http_server_connections(fuzz->broker->server)) {
		loop_stop(fuzz->loop);
		return;
	}
	if (!--fuzz->turns)
		abort(); /* the connection outlives its peer */
	/* An incomplete request whose end came with it would wait for its deadline. */
	if (fuzz->turns == TURNS_ALONE) {
		close(fuzz->peer);
		fuzz->peer = -1;
	}
	loop_timer_set(fuzz->loop, &fuzz->timer, 0, fuzz_turn, fuzz);
}

/* One connection, in which DATA is all that comes. */
static inline void fuzz_connection(struct fuzz *fuzz, const void *data, size_t len)
{
	struct sockaddr_storage peer = { .ss_family = AF_UNIX };
	int fds[2], size = 4 << 20;

	fuzz_need(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds),
		  "socketpair");
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (write(fds[0], data, len) < 0 || shutdown(fds[0], SHUT_WR) < 0)
		len = 0;
	fuzz->peer = fds[0];
	fuzz->understood = false;
	fuzz->turns = MAX_TURNS;
	http_server_add(fuzz->broker->server, fds[1], &peer);
	loop_timer_set(fuzz->loop, &fuzz->timer, 0, fuzz_turn, fuzz);
	loop_run(fuzz->loop);
	if (fuzz->peer >= 0)
		close(fuzz->peer);
	fuzz_said(fuzz->understood);
}

#endif
