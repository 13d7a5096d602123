// SPDX-License-Identifier: GPL-2.0
/* phonion-brokerd: lists relays, books their ingresses, keeps sealed boxes for them. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/broker.h"
#include "broker/identity.h"
#include "crypto/base64url.h"
#include "crypto/certificate.h"
#include "log/log.h"
#include "program.h"

#define DEFAULT_CONF "/etc/phonion/brokerd.conf"

struct daemon {
	const char *file;
	struct loop *loop;
	struct broker *broker;
};

static const char help[] =
	"Usage: phonion-brokerd [-c FILE] [-t | -k] [-v]\n"
	"Lists relays and books their ingresses, without learning which of them\n"
	"make a circuit. Runs in the foreground.\n"
	"\n"
	"  -c FILE  configuration (default " DEFAULT_CONF ")\n"
	"  -t       check the configuration and exit\n"
	"  -k       print the broker's key and the pin of its certificate and exit\n"
	"  -v       log more; addresses stay out of it\n"
	"  -V       print the version and exit\n"
	"  -h       print this help and exit\n";

static struct broker_conf *read_conf(const char *file)
{
	struct broker_conf *conf;
	char *error = NULL;
	int err = broker_conf_read(&conf, file, &error);

	if (!err)
		return conf;
	log_error("%s", error ? error : strerror(-err));
	free(error);
	return NULL;
}

static void on_terminate(int signo, void *arg)
{
	struct daemon *daemon = arg;

	(void)signo;
	loop_stop(daemon->loop);
}

static void on_hangup(int signo, void *arg)
{
	struct daemon *daemon = arg;
	struct broker_conf *conf = read_conf(daemon->file);
	int err;

	(void)signo;
	if (!conf) {
		log_error("the running configuration stays");
		return;
	}
	err = broker_reconfigure(daemon->broker, conf);
	if (!err) {
		log_info("configuration read again");
		return;
	}
	broker_conf_free(conf);
	if (err == -EBUSY)
		log_error("the running configuration stays: listen, store, identity, slot, epoch "
			  "and limits.addresses change by a restart only");
	else
		log_error("the running configuration stays: %s", strerror(-err));
}

static int add_signals(struct daemon *daemon)
{
	int err = loop_signal_add(daemon->loop, SIGTERM, on_terminate, daemon);

	if (!err)
		err = loop_signal_add(daemon->loop, SIGINT, on_terminate, daemon);
	if (!err)
		err = loop_signal_add(daemon->loop, SIGHUP, on_hangup, daemon);
	return err;
}

static int serve(struct daemon *daemon)
{
	int err = add_signals(daemon);

	if (err)
		return err;
	program_ready();
	return loop_run(daemon->loop);
}

static int run(const char *file)
{
	struct daemon daemon = { .file = file };
	struct broker_conf *conf = read_conf(file);
	int err;

	if (!conf)
		return 1;
	err = loop_new(&daemon.loop);
	if (!err)
		err = broker_new(&daemon.broker, daemon.loop, conf, BROKER_TLS);
	if (err)
		broker_conf_free(conf);
	else
		err = serve(&daemon);
	if (err)
		log_error("stopped: %s", strerror(-err));
	broker_free(daemon.broker);
	loop_free(daemon.loop);
	return err ? 1 : 0;
}

static int check(const char *file)
{
	struct broker_conf *conf = read_conf(file);

	if (!conf)
		return 1;
	broker_conf_free(conf);
	printf("%s: good\n", file);
	return 0;
}

static int print_key(const char *file)
{
	struct broker_conf *conf = read_conf(file);
	char key[SIGN_KEY_CHARS + 1], pin[CERTIFICATE_PIN_SIZE];
	struct identity identity;
	int err;

	if (!conf)
		return 1;
	err = identity_read(&identity, conf);
	if (!err)
		err = certificate_pin(pin, identity.certificate);
	if (!err) {
		base64url_encode(key, identity.public_key, SIGN_KEY_LEN);
		printf("key = \"%s\";\npin = \"%s\";\n", key, pin);
	}
	identity_release(&identity);
	broker_conf_free(conf);
	return err ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct program program = { "phonion-brokerd", help, DEFAULT_CONF, run, check,
						print_key };

	return program_main(&program, argc, argv);
}
