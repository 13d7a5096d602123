// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "broker/broker.h"
#include "broker/identity.h"
#include "broker/route.h"
#include "log/log.h"

#define EXPIRE_MS (10 * 60 * 1000)

uint64_t broker_now(void)
{
	return time(NULL);
}

static void on_expire(void *arg)
{
	struct broker *broker = arg;
	uint64_t n = 0;
	int err = store_expire(broker->store, broker_now(), &n);

	limits_forget(broker->limits, loop_now(broker->loop));
	if (err && err != -EAGAIN)
		log_warn("what has ended could not be forgotten: %s", strerror(-err));
	loop_timer_set(broker->loop, &broker->expire, EXPIRE_MS, on_expire, broker);
}

static void on_keys(void *arg)
{
	struct broker *broker = arg;

	if (broker->catalog)
		catalog_changed(broker->catalog);
}

static int open_store(struct broker *broker)
{
	char *error = NULL;
	int err = store_open(&broker->store, broker->conf->store, &error);

	if (err)
		log_error("the store cannot be opened: %s", error ? error : strerror(-err));
	free(error);
	return err;
}

static int open_epochs(struct broker *broker, const struct identity *identity)
{
	const struct epochs_options options = {
		.loop = broker->loop,
		.store = broker->store,
		.identity = identity->private_key,
		.length_s = broker->conf->epoch_s,
		.changed = on_keys,
		.arg = broker,
	};
	int err = epochs_new(&broker->epochs, &options, broker_now());

	if (err == -EKEYREJECTED)
		log_error("the store's token keys were sealed by another broker: all brokers of a "
			  "store must have the same \"identity\"");
	else if (err)
		log_error("the token keys cannot be had: %s", strerror(-err));
	return err;
}

static int open_server(struct broker *broker, const struct identity *identity, bool tls)
{
	const struct broker_limits *limits = &broker->conf->limits;
	const struct http_server_options options = {
		.certificate = tls ? identity->certificate : NULL,
		.key = tls ? identity->key : NULL,
		.plain_peer = identity->public_key,
		.max_connections = limits->connections,
		.times = limits->times,
	};
	struct http_handlers handlers = route_handlers;
	int err;

	handlers.arg = broker;
	err = http_server_new(&broker->server, broker->loop, &options, &handlers);
	for (size_t i = 0; i < broker->conf->n_listen && tls && !err; i++) {
		err = http_server_listen(broker->server, &broker->conf->listen[i]);
		if (err)
			log_error("entry %zu of \"listen\" cannot be had: %s", i + 1,
				  strerror(-err));
	}
	return err;
}

static int open_all(struct broker *broker, const struct identity *identity, bool tls)
{
	int err = open_store(broker);

	if (!err)
		err = open_epochs(broker, identity);
	if (!err)
		err = catalog_new(&broker->catalog, broker->store, broker->epochs, broker->conf,
				  identity->private_key);
	if (!err)
		err = limits_new(&broker->limits, &broker->conf->limits);
	if (!err)
		err = open_server(broker, identity, tls);
	if (!err)
		err = loop_timer_set(broker->loop, &broker->expire, 0, on_expire, broker);
	return err;
}

int broker_new(struct broker **broker, struct loop *loop, struct broker_conf *conf,
	       unsigned int flags)
{
	struct broker *new = calloc(1, sizeof(*new));
	struct identity identity;
	int err;

	if (!new)
		return -ENOMEM;
	new->loop = loop;
	new->conf = conf;
	err = identity_read(&identity, conf);
	if (!err)
		err = open_all(new, &identity, flags & BROKER_TLS);
	identity_release(&identity);
	if (err) {
		new->conf = NULL; /* still the caller's */
		broker_free(new);
		return err;
	}
	*broker = new;
	return 0;
}

void broker_free(struct broker *broker)
{
	if (!broker)
		return;
	loop_timer_del(&broker->expire);
	http_server_free(broker->server);
	limits_free(broker->limits);
	catalog_free(broker->catalog);
	epochs_free(broker->epochs);
	store_close(broker->store);
	broker_conf_free(broker->conf);
	free(broker);
}

static int set_certificate(struct broker *broker, const struct broker_conf *conf)
{
	struct identity identity;
	int err = identity_read(&identity, conf);

	if (!err)
		err = http_server_set_certificate(broker->server, identity.certificate,
						  identity.key);
	identity_release(&identity);
	return err;
}

int broker_reconfigure(struct broker *broker, struct broker_conf *conf)
{
	int err;

	if (!broker_conf_same_fixed(broker->conf, conf))
		return -EBUSY;
	err = set_certificate(broker, conf);
	if (err)
		return err;
	limits_reconfigure(broker->limits, &conf->limits);
	catalog_reconfigure(broker->catalog, conf);
	http_server_set_limits(broker->server, conf->limits.connections, &conf->limits.times);
	broker_conf_free(broker->conf);
	broker->conf = conf;
	return 0;
}
