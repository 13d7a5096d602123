// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "conf/circuit.h"
#include "conf/file.h"
#include "conf/ingress.h"
#include "conf/relay.h"
#include "conf/trunk.h"
#include "conf/value.h"
#include "dataplane/dataplane.h"

#define DEFAULT_SOCKET	  "/run/phonion/ctld.sock"
#define DEFAULT_STATE_DIR "/run/phonion/state"

/* "20000-29999", even to odd: a leg has a pair of ports. TO is the conf. */
static CONF_VALUE(read_rtp_ports)
{
	int err, end = 0;
	const char *text = conf_text(reader, setting, &err);
	struct conf *conf = to;
	char low[6], high[6];
	unsigned long min, max;

	if (!text)
		return err;
	if (sscanf(text, "%5[0-9]-%5[0-9]%n", low, high, &end) != 2 || text[end])
		return conf_refuse(reader, setting, "\"%s\" must be a range: \"20000-29999\"",
				   key->name);
	min = strtoul(low, NULL, 10);
	max = strtoul(high, NULL, 10);
	if (min < 1024 || max > 65535 || min >= max)
		return conf_refuse(reader, setting, "\"%s\" must rise, and be within 1024 to 65535",
				   key->name);
	if (min % 2 || !(max % 2))
		return conf_refuse(reader, setting,
				   "\"%s\" must begin with an even port and end with an odd one: "
				   "RTP takes the even, RTCP the odd of each pair",
				   key->name);
	conf->rtp_port_min = min;
	conf->rtp_port_max = max;
	return 0;
}

static const char *const dataplanes[] = { "auto", "kernel", "io_uring", NULL };

#define AT(field)     .offset = offsetof(struct conf, field)
#define MAX_SOCKET    (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)
#define MAX_STATE_DIR 1024

static const char *const xdp_words[] = { CONF_XDP_WORDS, NULL };

static const struct conf_key keys[] = {
	{ "control_socket", conf_path, AT(control_socket), .max = MAX_SOCKET },
	{ "state_dir", conf_path, AT(state_dir), .max = MAX_STATE_DIR },
	{ "rtp_ports", read_rtp_ports, .offset = 0 },
	{ "dataplane", conf_word, AT(dataplane), .words = dataplanes },
	{ "firewall", conf_bool, AT(firewall) },
	{ "xdp", conf_word, AT(xdp), .words = xdp_words },
	{ "lease", conf_seconds, AT(lease_ms), .min = 6, .max = 3600 },
	{ "media_timeout", conf_seconds, AT(media_timeout_ms), .min = 0, .max = 86400 },
	{ "ring_timeout", conf_seconds, AT(ring_timeout_ms), .min = 5, .max = 600 },
	{ "trunks", conf_trunks, .offset = 0, .required = true },
	{ "circuits", conf_circuits, .offset = 0 },
	{ "relay", conf_relay, .offset = 0 },
	{ NULL },
};

static int set_defaults(struct conf *conf)
{
	conf->control_socket = strdup(DEFAULT_SOCKET);
	conf->state_dir = strdup(DEFAULT_STATE_DIR);
	if (!conf->control_socket || !conf->state_dir)
		return -ENOMEM;
	conf->rtp_port_min = 20000;
	conf->rtp_port_max = 29999;
	conf->firewall = true;
	conf->lease_ms = 60000;
	conf->media_timeout_ms = 60000;
	conf->ring_timeout_ms = 180000;
	return 0;
}

/* Nothing else than the module can be asked by a driver. */
static int check_xdp(struct conf_reader *reader, config_setting_t *root)
{
	if (reader->conf->xdp != CONF_XDP_ON || reader->conf->dataplane != DATAPLANE_IO_URING)
		return 0;
	return conf_refuse(reader, config_setting_get_member(root, "xdp"),
			   "\"xdp\" can be \"on\" with the kernel module only: \"dataplane\" must "
			   "be \"kernel\" or \"auto\"");
}

static int check(struct conf_reader *reader, config_setting_t *root, void *to)
{
	(void)to;
	return conf_trunks_check(reader, root) ?: conf_ingresses_check(reader, root) ?:
	       check_xdp(reader, root);
}

int conf_read(struct conf **conf, const char *file, char **error)
{
	struct conf_reader reader = { .file = file, .manual = "phonion-ctld.conf(5)" };
	int err;

	*error = NULL;
	reader.conf = calloc(1, sizeof(*reader.conf));
	if (!reader.conf)
		return -ENOMEM;
	err = set_defaults(reader.conf);
	if (!err)
		err = conf_file(&reader, keys, check, reader.conf);
	if (err) {
		conf_free(reader.conf);
		*error = reader.error;
		return err;
	}
	conf_warn_readable(file, "the circuits");
	*conf = reader.conf;
	return 0;
}

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	for (size_t i = 0; i < conf->n_circuits; i++)
		conf_circuit_clear(&conf->circuits[i]);
	for (size_t i = 0; i < conf->n_trunks; i++)
		conf_trunk_clear(&conf->trunks[i]);
	free(conf->circuits);
	free(conf->trunks);
	conf_relay_free(conf->relay);
	free(conf->control_socket);
	free(conf->state_dir);
	free(conf);
}
