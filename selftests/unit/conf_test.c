// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "selftests/unit/conf_text.h"
#include "dataplane/dataplane.h"
#include "conf/pri.h"
#include "isdn/isdn.h"

#define TRUNK_A "{ name = \"a\"; local = \"192.0.2.1:5060\"; peer = \"192.0.2.9\"; }"
#define TRUNK_B                                                                 \
	"{ name = \"b\"; transport = \"tcp\"; local = \"[2001:db8::1]:5062\"; " \
	"peer = \"[2001:db8::9]:5070\"; }"
#define TRUNKS "trunks = ( " TRUNK_A ", " TRUNK_B " );\n"
/* One trunk with KEY added, one circuit with KEY added, on line 2. */
#define TRUNK_WITH(key) \
	"trunks = (\n{ name = \"a\"; local = \"192.0.2.1\"; peer = \"192.0.2.9\"; " key " });\n"
#define CIRCUIT_WITH(key)                                                                       \
	TRUNKS "circuits = ({ name = \"c\"; in = \"a\"; ingress = \"+15550123\"; out = \"b\"; " \
	       "next = \"+442079460000\"; " key " });\n"
#define CIRCUIT(name, ingress, next)                              \
	"{ name = \"" name "\"; in = \"a\"; ingress = \"" ingress \
	"\"; out = \"b\"; next = \"" next "\"; }"

static struct conf *good(const char *text)
{
	struct conf *conf = NULL;
	char *error;
	int err = read_text(&conf, text, &error);

	if (err)
		print_error("%s\nrefused with: %s\n", text, error ? error : "no sentence");
	assert_int_equal(err, 0);
	return conf;
}

static const struct sockaddr_in *in(const struct sockaddr_storage *addr)
{
	assert_int_equal(addr->ss_family, AF_INET);
	return (const struct sockaddr_in *)addr;
}

static const struct sockaddr_in6 *in6(const struct sockaddr_storage *addr)
{
	assert_int_equal(addr->ss_family, AF_INET6);
	return (const struct sockaddr_in6 *)addr;
}

static void test_defaults(void **state)
{
	struct conf *conf = good(TRUNKS);
	const struct conf_trunk *trunk = conf_trunk_find(conf, "a");

	(void)state;
	assert_string_equal(conf->control_socket, "/run/phonion/ctld.sock");
	assert_string_equal(conf->state_dir, "/run/phonion/state");
	assert_int_equal(conf->rtp_port_min, 20000);
	assert_int_equal(conf->rtp_port_max, 29999);
	assert_int_equal(conf->dataplane, DATAPLANE_AUTO);
	assert_true(conf->firewall);
	assert_int_equal(conf->xdp, CONF_XDP_OFF);
	assert_int_equal(conf->lease_ms, 60000);
	assert_int_equal(conf->media_timeout_ms, 60000);
	assert_int_equal(conf->ring_timeout_ms, 180000);
	assert_int_equal(conf->n_trunks, 2);
	assert_int_equal(conf->n_circuits, 0);
	assert_int_equal(trunk->transport, SIP_UDP);
	assert_int_equal(trunk->source_policy, PHONION_SOURCE_POLICY_STRICT);
	assert_int_equal(trunk->n_codecs, 2);
	assert_int_equal(trunk->codecs[0], PHONION_CODEC_PCMU);
	assert_null(trunk->number);
	assert_int_equal(trunk->max_calls, 100);
	assert_int_equal(ntohs(in(&trunk->local)->sin_port), 5060);
	assert_int_equal(ntohs(in(&trunk->peer)->sin_port), 5060);
	assert_int_equal(in(&trunk->media)->sin_port, 0);
	assert_int_equal(in(&trunk->media)->sin_addr.s_addr, inet_addr("192.0.2.1"));
	conf_free(conf);
}

static void test_every_key(void **state)
{
	struct conf *conf = good("control_socket = \"/tmp/s\"; state_dir = \"/tmp/d\";\n"
				 "rtp_ports = \"30000-30001\"; firewall = false; lease = 6;\n"
				 "dataplane = \"io_uring\";\n"
				 "xdp = \"auto\";\n"
				 "media_timeout = 0; ring_timeout = 5; circuits = ();\n" TRUNKS);

	(void)state;
	assert_string_equal(conf->control_socket, "/tmp/s");
	assert_string_equal(conf->state_dir, "/tmp/d");
	assert_int_equal(conf->rtp_port_min, 30000);
	assert_int_equal(conf->rtp_port_max, 30001);
	assert_int_equal(conf->dataplane, DATAPLANE_IO_URING);
	assert_false(conf->firewall);
	assert_int_equal(conf->xdp, CONF_XDP_AUTO);
	assert_int_equal(conf->lease_ms, 6000);
	assert_int_equal(conf->media_timeout_ms, 0);
	assert_int_equal(conf->ring_timeout_ms, 5000);
	conf_free(conf);
}

static void test_trunk_keys(void **state)
{
	struct conf *conf = good(
		"trunks = ({ name = \"carrier-6\"; transport = \"tcp\"; local = \"2001:db8::1\";"
		" peer = \"[2001:db8::9]:5070\"; media = \"2001:db8::2\"; codecs = [\"pcma\"];"
		" source = \"latch-port\"; number = \"+15550100\"; allow = [\"+1\"];"
		" deny = [\"+1900\", \"+1976\"]; max_calls = 7; });");
	const struct conf_trunk *trunk = &conf->trunks[0];

	(void)state;
	assert_string_equal(trunk->name, "carrier-6");
	assert_int_equal(trunk->transport, SIP_TCP);
	assert_int_equal(ntohs(in6(&trunk->local)->sin6_port), 5060);
	assert_int_equal(ntohs(in6(&trunk->peer)->sin6_port), 5070);
	assert_int_equal(in6(&trunk->media)->sin6_port, 0);
	assert_int_equal(in6(&trunk->media)->sin6_addr.s6_addr[15], 2);
	assert_int_equal(trunk->n_codecs, 1);
	assert_int_equal(trunk->codecs[0], PHONION_CODEC_PCMA);
	assert_int_equal(trunk->source_policy, PHONION_SOURCE_POLICY_LATCH_PORT);
	assert_string_equal(trunk->number, "+15550100");
	assert_int_equal(trunk->allow.n, 1);
	assert_int_equal(trunk->deny.n, 2);
	assert_string_equal(trunk->deny.list[1], "+1976");
	assert_int_equal(trunk->max_calls, 7);
	conf_free(conf);
}

static void test_circuit(void **state)
{
	struct conf *conf =
		good(CIRCUIT_WITH("max_calls = 3; not_before = \"2026-12-01T09:00:00Z\";"
				  "not_after = \"2026-12-01T10:30+01:00\";"));
	const struct conf_trunk *a = conf_trunk_find(conf, "a"), *b = conf_trunk_find(conf, "b");
	const struct conf_circuit *circuit = conf_circuit_find(conf, a, "+15550123");

	(void)state;
	assert_non_null(circuit);
	assert_ptr_equal(circuit->out, b);
	assert_string_equal(circuit->next, "+442079460000");
	assert_int_equal(circuit->max_calls, 3);
	assert_int_equal(circuit->not_before_ns, 1796115600ULL * 1000000000);
	assert_int_equal(circuit->not_after_ns, 1796117400ULL * 1000000000);
	assert_null(conf_circuit_find(conf, b, "+15550123"));
	assert_null(conf_circuit_find(conf, a, "+1555012"));
	assert_null(conf_circuit_find(conf, a, "+155501234"));
	assert_null(conf_trunk_find(conf, "z"));
	conf_free(conf);
}

/* The sample that is installed, from the top of the tree, where units run. */
static void test_sample(void **state)
{
	struct conf *conf = NULL;
	char *error = NULL;

	(void)state;
	assert_int_equal(conf_read(&conf, "Documentation/phonion-ctld.conf", &error), 0);
	assert_int_equal(conf->n_trunks, 2);
	assert_int_equal(conf->n_circuits, 1);
	conf_free(conf);
}

#ifdef HAVE_PRI
static void test_pri_trunks(void **state)
{
	struct conf *conf = good("trunks = ( " TRUNK_A ",\n"
				 "{ name = \"p\"; kind = \"pri\"; dchannel = 24; },\n"
				 "{ name = \"q\"; kind = \"pri\"; dchannel = 40; line = \"e1\"; "
				 "switch = \"qsig\"; side = \"net\"; overlap = true; "
				 "restart = false; show_number = true; number = \"+4930\"; });\n");
	const struct conf_trunk *p = conf_trunk_find(conf, "p"), *q = conf_trunk_find(conf, "q");

	(void)state;
	assert_int_equal(conf_trunk_find(conf, "a")->kind, TRUNK_SIP);
	assert_int_equal(p->kind, TRUNK_PRI);
	assert_int_equal(conf_pri_channels(&p->pri), 24);
	assert_int_equal(conf_pri_first(&p->pri), 1);
	assert_true(p->pri.restart && !p->pri.overlap && !p->pri.side && !p->pri.show_number);
	assert_int_equal(q->pri.variant, ISDN_QSIG);
	assert_int_equal(conf_pri_slot(&q->pri), 16);
	assert_int_equal(conf_pri_first(&q->pri), 25);
	assert_true(!q->pri.restart && q->pri.overlap && q->pri.side && q->pri.show_number);
	assert_int_equal(q->media.ss_family, AF_UNSPEC);
	conf_free(conf);
}
#endif

/* Circuits may stand before the trunks that they use. */
static void test_order_in_the_file(void **state)
{
	struct conf *conf = good("circuits = ( " CIRCUIT("c", "1", "+442079460000") " );\n" TRUNKS);

	(void)state;
	assert_ptr_equal(conf->circuits[0].out, &conf->trunks[1]);
	conf_free(conf);
}

static void test_local_time(void **state)
{
	struct conf *conf;

	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	conf = good(CIRCUIT_WITH("not_before = \"2026-12-01 10:00\"; not_after = "
				 "\"2027-07-01 11:00:30\";"));
	assert_int_equal(conf->circuits[0].not_before_ns, 1796115600ULL * 1000000000);
	assert_int_equal(conf->circuits[0].not_after_ns, 1814432430ULL * 1000000000);
	conf_free(conf);
	unsetenv("TZ");
	tzset();
}

struct bad {
	const char *text;
	int line;
	const char *sentence; /* part of it */
};

#define PRI(keys) "trunks = (\n{ name = \"p\"; kind = \"pri\"; " keys " });\n"

static const struct bad bad[] = {
	{ TRUNK_WITH("kind = \"ss7\";"), 2, "must be one of \"sip\", \"pri\", \"cas\"" },
	{ TRUNK_WITH("dchannel = 24;"), 2, "\"dchannel\" is not for a trunk of this kind" },
	{ TRUNK_WITH("overlap = true;"), 2, "\"overlap\" is not for" },
#ifdef HAVE_PRI
	{ PRI(""), 2, "\"dchannel\" is missing" },
	{ PRI("dchannel = 0;"), 2, "\"dchannel\" must be from 1 to 1023" },
	{ PRI("dchannel = 1024;"), 2, "from 1 to 1023" },
	{ PRI("dchannel = 23;"), 2, "24th of its line" },
	{ PRI("dchannel = 15; line = \"e1\";"), 2, "16th of its line" },
	{ PRI("dchannel = 24; line = \"j1\";"), 2, "must be one of \"t1\", \"e1\"" },
	{ PRI("dchannel = 24; switch = \"ni1\";"), 2, "must be one of \"ni2\"" },
	{ PRI("dchannel = 24; side = \"user\";"), 2, "must be one of \"cpe\", \"net\"" },
	{ PRI("dchannel = 24; overlap = 1;"), 2, "true or false" },
	{ PRI("dchannel = 24; local = \"192.0.2.1\";"), 2, "\"local\" is not for" },
	{ PRI("dchannel = 24; called_prefix = \"30\";"), 2, "must be + and digits" },
	{ PRI("dchannel = 24; delay_max = 201;"), 2, "from 0 to 200" },
	{ PRI("dchannel = 24; delay_min = 101;"), 2, "\"delay_min\" is more than" },
	{ PRI("dchannel = 24; ingresses = ( { number = \"+4930100\"; } );"), 2,
	  "needs \"carrier\"" },
	{ TRUNK_WITH("called_prefix = \"+49\";"), 2, "\"called_prefix\" is not for" },
	{ TRUNK_WITH("delay_min = 1;"), 2, "\"delay_min\" is not for" },
	{ "trunks = ({ name = \"p\"; kind = \"pri\"; dchannel = 24; },\n"
	  "{ name = \"q\"; kind = \"pri\"; dchannel = 39; line = \"e1\"; });\n",
	  2, "channels in common" },
#else
	{ PRI("dchannel = 24;"), 2, "without libpri" },
#endif
	{ "lease = 60;\n", 0, "\"trunks\" is missing" },
	{ TRUNKS "leese = 60;\n", 2, "unknown key \"leese\": did you mean \"lease\"?" },
	{ TRUNKS "colour = 60;\n", 2, "unknown key \"colour\": phonion-ctld.conf(5)" },
	{ TRUNKS "lease = 60;\nlease = 61;\n", 3, "duplicate" },
	{ TRUNKS "lease = \n;\n", 3, "syntax" },
	{ TRUNKS "lease = 5;\n", 2, "\"lease\" must be from 6 to 3600" },
	{ TRUNKS "lease = 3601;\n", 2, "\"lease\" must be from 6 to 3600" },
	{ TRUNKS "lease = 60.5;\n", 2, "\"lease\" must be a whole number" },
	{ TRUNKS "lease = \"60\";\n", 2, "\"lease\" must be a whole number" },
	{ TRUNKS "lease = 4294967356;\n", 2, "too big" }, /* 2^32 + 60 */
	{ TRUNKS "lease = 0x10000003C;\n", 2, "too big" },
	{ TRUNKS "lease = -4294967236;\n", 2, "too big" },
	{ TRUNKS "lease = 99999999999999999999L;\n", 2, "too big" },
	{ TRUNKS "lease = 4294967356L;\n", 2, "\"lease\" must be from 6 to 3600" },
	{ TRUNKS "/* \"\n */ lease\n= # \"\n 4294967356;\n", 5, "too big" },
	{ TRUNKS "state_dir = \"/\\\"4294967356\"; // 1\nlease=4294967356media_timeout=1;\n", 3,
	  "too big" },
	{ TRUNK_WITH("max_calls = 4294967297;"), 2, "too big" },
	{ TRUNKS "media_timeout = -1;\n", 2, "from 0 to 86400" },
	{ TRUNKS "ring_timeout = 601;\n", 2, "from 5 to 600" },
	{ TRUNKS "firewall = 1;\n", 2, "true or false" },
	{ TRUNKS "dataplane = \"userspace\";\n", 2, "must be one of" },
	{ TRUNKS "dataplane = 1;\n", 2, "must be a text" },
	{ TRUNKS "xdp = true;\n", 2, "must be a text" },
	{ TRUNKS "xdp = \"maybe\";\n", 2, "must be one of" },
	{ TRUNKS "state_dir = \"state\";\n", 2, "absolute path" },
	{ TRUNKS "dataplane = \"io_uring\"; xdp = \"on\";\n", 2, "with the kernel module only" },
	{ TRUNKS "state_dir = 1;\n", 2, "must be a text" },
	{ TRUNKS "state_dir = \"\";\n", 2, "must be a text" },
	{ TRUNKS "control_socket = \"/123456789012345678901234567890123456789012345678901234567890"
		 "123456789012345678901234567890123456789012345678\";\n",
	  2, "longer than 107" },
	{ TRUNKS "rtp_ports = \"20001-29999\";\n", 2, "even port" },
	{ TRUNKS "rtp_ports = \"20000-29998\";\n", 2, "even port" },
	{ TRUNKS "rtp_ports = \"30000-29999\";\n", 2, "must rise" },
	{ TRUNKS "rtp_ports = \"1022-2001\";\n", 2, "must rise" },
	{ TRUNKS "rtp_ports = \"20000-65537\";\n", 2, "must rise" },
	{ TRUNKS "rtp_ports = \"20000-\";\n", 2, "must be a range" },
	{ TRUNKS "rtp_ports = \"20000-29999x\";\n", 2, "must be a range" },
	{ TRUNKS "rtp_ports = \"20000--1\";\n", 2, "must be a range" },
	{ TRUNKS "rtp_ports = 20000;\n", 2, "must be a text" },
	{ TRUNKS "rtp_ports = \"5000-5061\";\n", 1, "within \"rtp_ports\"" },
	{ "trunks = ();\n", 1, "at least one" },
	{ "trunks = [1];\n", 1, "must be a list" },
	{ "trunks = (\n1);\n", 2, "must be a group" },
	{ "trunks = (\n{ name = \"a\"; local = \"192.0.2.1\"; });\n", 2, "\"peer\" is missing" },
	{ "trunks = (\n{ name = \"a\"; peer = \"192.0.2.1\"; });\n", 2, "\"local\" is missing" },
	{ "trunks = (\n{ local = \"192.0.2.2\"; peer = \"192.0.2.1\"; });\n", 2,
	  "\"name\" is missing" },
	{ "trunks = ( " TRUNK_A ",\n" TRUNK_A " );\n", 2, "two trunks \"a\"" },
	{ "trunks = ( " TRUNK_A ",\n{ name = \"x\"; local = \"192.0.2.1:5060\"; "
	  "peer = \"192.0.2.9:5070\"; });\n",
	  2, "can not be told apart" },
	{ "trunks = ({ name = \"A b\"; local = \"192.0.2.1\"; peer = \"192.0.2.9\"; });\n", 1,
	  "a-z 0-9" },
	{ "trunks = ({ name = \"a\"; local = \"0.0.0.0\"; peer = \"192.0.2.9\"; });\n", 1,
	  "\"local\" must be one address" },
	{ "trunks = ({ name = \"a\"; local = \"[::]:5060\"; peer = \"2001:db8::9\"; });\n", 1,
	  "\"local\" must be one address" },
	{ "trunks = ({ name = \"a\"; local = \"192.0.2.1\"; peer = \"224.0.0.1\"; });\n", 1,
	  "one host" },
	{ "trunks = ({ name = \"a\"; local = \"192.0.2.1\"; peer = \"2001:db8::9\"; });\n", 1,
	  "both be IPv4" },
	{ "trunks = ({ name = \"a\"; local = \"2001:db8::9\"; peer = \"fe80::1\"; });\n", 1,
	  "link-local" },
	{ "trunks = ({ name = \"a\"; local = \"2001:db8::9\"; peer = \"::ffff:192.0.2.1\"; });\n",
	  1, "written as the IPv4" },
	{ "trunks = ({ name = \"a\"; local = \"192.0.2.1\"; peer = \"192.0.2.1\"; });\n", 1,
	  "are the same" },
	{ "trunks = ({ name = \"a\"; local = \"192.0.2.1:0\"; peer = \"192.0.2.9\"; });\n", 1,
	  "port from 1 to 65535" },
	{ "trunks = ({ name = \"a\"; local = \"192.0.2.1:65536\"; peer = \"192.0.2.9\"; });\n", 1,
	  "port from 1 to 65535" },
	{ "trunks = ({ name = \"a\"; local = \"192.0.2.1:\"; peer = \"192.0.2.9\"; });\n", 1,
	  "port from 1 to 65535" },
	{ "trunks = ({ name = \"a\"; local = \"192.0.2.1:+1\"; peer = \"192.0.2.9\"; });\n", 1,
	  "port from 1 to 65535" },
	{ "trunks = ({ name = \"a\"; local = \"192.0.2.256\"; peer = \"192.0.2.9\"; });\n", 1,
	  "numeric address" },
	{ "trunks = ({ name = \"a\"; local = \"sip.example\"; peer = \"192.0.2.9\"; });\n", 1,
	  "numeric address" },
	{ "trunks = ({ name = \"a\"; local = \"[2001:db8::1\"; peer = \"192.0.2.9\"; });\n", 1,
	  "numeric address" },
	{ "trunks = ({ name = \"a\"; local = \"[2001:db8::1]5060\"; peer = \"192.0.2.9\"; });\n", 1,
	  "numeric address" },
	{ TRUNK_WITH("media = \"192.0.2.1:5000\";"), 2, "without a port" },
	{ TRUNK_WITH("media = \"0.0.0.0\";"), 2, "must be one address" },
	{ TRUNK_WITH("transport = \"tls\";"), 2, "must be one of \"udp\", \"tcp\"" },
	{ TRUNK_WITH("source = \"any\";"), 2, "must be one of \"strict\", \"latch-port\"" },
	{ TRUNK_WITH("codecs = [\"opus\"];"), 2, "must be one of \"pcmu\", \"pcma\"" },
	{ TRUNK_WITH("codecs = [\"pcmu\", \"pcmu\"];"), 2, "twice" },
	{ TRUNK_WITH("codecs = [];"), 2, "one or two" },
	{ TRUNK_WITH("codecs = \"pcmu\";"), 2, "one or two" },
	{ TRUNK_WITH("codecs = [1];"), 2, "must be a text" },
	{ TRUNK_WITH("number = \"anonymous\";"), 2, "telephone number" },
	{ TRUNK_WITH("number = \"+\";"), 2, "telephone number" },
	{ TRUNK_WITH("number = \"1+1\";"), 2, "telephone number" },
	{ TRUNK_WITH("number = \"12345678901234567890123456789012\";"), 2, "telephone number" },
	{ TRUNK_WITH("allow = \"+1\";"), 2, "must be a list" },
	{ TRUNK_WITH("allow = [\"\"];"), 2, "must be a text" },
	{ TRUNK_WITH("deny = [\"abc\"];"), 2, "beginnings of dialled numbers" },
	{ TRUNK_WITH("max_calls = 0;"), 2, "from 1 to 100000" },
	{ TRUNK_WITH("max_call = 1;"), 2, "did you mean \"max_calls\"" },
	{ CIRCUIT_WITH("not_befor = \"x\";"), 2, "did you mean \"not_before\"" },
	{ CIRCUIT_WITH("not_before = \"tomorrow\";"), 2, "must be a time" },
	{ CIRCUIT_WITH("not_before = \"2026-13-01 09:00\";"), 2, "must be a time" },
	{ CIRCUIT_WITH("not_before = \"2026-02-30 09:00\";"), 2, "must be a time" },
	{ CIRCUIT_WITH("not_before = \"2026-12-01 24:00\";"), 2, "must be a time" },
	{ CIRCUIT_WITH("not_before = \"2026-12-01 9:00\";"), 2, "must be a time" },
	{ CIRCUIT_WITH("not_before = \"2026-12-01\";"), 2, "must be a time" },
	{ CIRCUIT_WITH("not_before = \"2026-12-01T09:00:00Zulu\";"), 2, "must be a time" },
	{ CIRCUIT_WITH("not_before = \"2026-12-01T09:00+24:00\";"), 2, "must be a time" },
	{ CIRCUIT_WITH("not_before = \"9999-12-01 09:00\";"), 2, "must be a time" },
	{ CIRCUIT_WITH("not_before = 1796115600;"), 2, "must be a text" },
	{ CIRCUIT_WITH("not_before = \"2026-12-01T09:00Z\"; not_after = \"2026-12-01T09:00Z\";"), 2,
	  "must be later" },
	{ CIRCUIT_WITH(
		  "not_before = \"2026-12-01T09:00Z\"; not_after = \"2026-12-01T09:30+01:00\";"),
	  2, "must be later" },
	{ CIRCUIT_WITH("max_calls = 0;"), 2, "from 1 to 100000" },
	{ TRUNKS "circuits = ( { name = \"c\"; in = \"z\"; ingress = \"1\"; out = \"b\"; "
		 "next = \"2\"; });\n",
	  2, "trunk \"z\"" },
	{ TRUNKS "circuits = ( { name = \"c\"; in = \"a\"; ingress = \"1\"; out = \"z\"; "
		 "next = \"2\"; });\n",
	  2, "trunk \"z\"" },
	{ TRUNKS "circuits = ( { name = \"c\"; in = \"a\"; ingress = \"1\"; out = \"a\"; "
		 "next = \"1\"; });\n",
	  2, "call itself" },
	{ TRUNKS "circuits = (" CIRCUIT("c", "1", "2") ",\n" CIRCUIT("c", "3", "4") ");\n", 3,
	  "two circuits \"c\"" },
	{ TRUNKS "circuits = (" CIRCUIT("c", "1", "2") ",\n" CIRCUIT("d", "1", "4") ");\n", 3,
	  "same \"ingress\"" },
	{ TRUNKS "circuits = (" CIRCUIT("c", "112", "2") ");\n", 2, "\"ingress\" is an emergency" },
	{ TRUNKS "circuits = (" CIRCUIT("c", "1", "911") ");\n", 2, "\"next\" is an emergency" },
	{ TRUNKS "circuits = (" CIRCUIT("c", "1", "+19005551234") ");\n", 2,
	  "does not allow \"next\"" },
};

static void expect_bad(const struct bad *bad)
{
	struct conf *conf = NULL;
	char *error = NULL, line[16];
	int err = read_text(&conf, bad->text, &error);

	snprintf(line, sizeof(line), ":%d: ", bad->line);
	if (err != -EINVAL || !error || !strstr(error, bad->sentence) || !strstr(error, line))
		print_error("%s\nwanted line %d and \"%s\", got %d: %s\n", bad->text, bad->line,
			    bad->sentence, err, error ? error : "no sentence");
	assert_int_equal(err, -EINVAL);
	assert_null(conf);
	assert_non_null(error);
	assert_non_null(strstr(error, bad->sentence));
	assert_non_null(strstr(error, line));
	free(error);
}

static void test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_bad(&bad[i]);
}

/* What is no number, or none that wraps, may have as many digits as it likes. */
static void test_long_digits(void **state)
{
	struct conf *conf = good(TRUNKS "# 4294967356\n// 4294967356\n/* 4294967356 */\n"
					"state_dir = \"/4294967356\\\"\"; lease = 0000000000060;\n"
					"media_timeout = 60L; ring_timeout = 0x3C;\n");

	(void)state;
	assert_int_equal(conf->lease_ms, 60000);
	assert_int_equal(conf->media_timeout_ms, 60000);
	assert_int_equal(conf->ring_timeout_ms, 60000);
	conf_free(conf);
}

static void test_big_number_in_an_included_file(void **state)
{
	char path[] = "/tmp/conf_test_included.XXXXXX", text[2000], want[100];
	struct conf *conf = NULL;
	char *error = NULL;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(dprintf(fd, "firewall = false;\nlease = 4294967356;\n"), 38);
	close(fd);
	snprintf(text, sizeof(text), TRUNKS "@include \"%s\"\n", path);
	snprintf(want, sizeof(want), "%s:2: this number is too big", path);
	assert_int_equal(read_text(&conf, text, &error), -EINVAL);
	assert_non_null(strstr(error, want));
	free(error);
	unlink(path);
}

static void write_at(const char *dir, const char *name, const char *text)
{
	char path[100];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* FILE as a daemon reads it whose working directory is another. */
static void included(const char *file, const char *refused)
{
	struct conf *conf = NULL;
	char *error = NULL;
	int err = conf_read(&conf, file, &error);

	if (error && (!refused || !strstr(error, refused)))
		print_error("refused with: %s\n", error);
	assert_int_equal(err, refused ? -EINVAL : 0);
	assert_true(!refused || strstr(error, refused));
	if (!refused)
		assert_int_equal(conf->n_trunks, 2);
	if (!refused)
		conf_free(conf);
	free(error);
}

static void test_include_beside_the_file(void **state)
{
	char dir[] = "/tmp/conf_test.XXXXXX", before[1000], after[1000], path[100];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/ctld.conf", dir);
	assert_non_null(getcwd(before, sizeof(before)));
	write_at(dir, "ctld.conf", "@include \"trunks.conf\"\n");
	included(path, "ctld.conf:1: cannot open include file");
	write_at(dir, "trunks.conf", TRUNKS);
	included(path, NULL);
	assert_int_equal(chdir(dir), 0);
	included("ctld.conf", NULL);
	assert_int_equal(chdir(before), 0);
	write_at(dir, "trunks.conf", TRUNKS "lease = 4294967356;\n");
	included(path, "trunks.conf:");
	write_at(dir, "trunks.conf", TRUNKS "lease = ;\n");
	included(path, "trunks.conf:");
	assert_non_null(getcwd(after, sizeof(after)));
	assert_string_equal(before, after);
	unlink(path);
	snprintf(path, sizeof(path), "%s/trunks.conf", dir);
	unlink(path);
	rmdir(dir);
}

static void test_file_that_is_not_there(void **state)
{
	struct conf *conf = NULL;
	char *error;

	(void)state;
	assert_int_equal(conf_read(&conf, "/nonexistent/phonion.conf", &error), -ENOENT);
	assert_non_null(strstr(error, "/nonexistent/phonion.conf: No such file"));
	free(error);
}

/* Refusals go to logs: they quote no number and no address. */
static void test_refusals_tell_no_numbers(void **state)
{
	struct conf *conf = NULL;
	char *error;

	(void)state;
	read_text(&conf, TRUNKS "circuits = (" CIRCUIT("c", "1", "+19005551234") ");\n", &error);
	assert_null(strstr(error, "5551234"));
	free(error);
	read_text(&conf, TRUNK_WITH("number = \"+1555x\";"), &error);
	assert_null(strstr(error, "1555"));
	free(error);
}

/* Numbers */

static bool allowed(const char *allow, const char *deny, const char *number)
{
	char text[500];
	struct conf *conf;
	bool result;

	snprintf(text, sizeof(text), TRUNK_WITH("allow = [%s]; deny = [%s];"), allow, deny);
	conf = good(text);
	result = conf_number_allowed(&conf->trunks[0], number);
	conf_free(conf);
	return result;
}

static void test_prefixes(void **state)
{
	(void)state;
	assert_true(allowed("", "", "+15550123"));
	assert_true(allowed("\"+1\"", "", "+15550123"));
	assert_false(allowed("\"+1\"", "", "+442079460000"));
	assert_false(allowed("", "\"+1\"", "+15550123"));
	assert_true(allowed("", "\"+1\"", "+442079460000"));
	assert_false(allowed("\"+1\"", "\"+1555\"", "+15550123"));
	assert_true(allowed("\"+1555\"", "\"+1\"", "+15550123"));
	assert_false(allowed("\"+1\"", "\"+1\"", "+15550123"));
	assert_true(allowed("\"+\"", "", "+15550123"));
	assert_false(allowed("\"+\"", "", "15550123"));
	assert_false(allowed("", "", ""));
	assert_false(allowed("", "", "+"));
}

/* "00" is no way around a prefix. */
static void test_international_prefix(void **state)
{
	(void)state;
	assert_false(allowed("", "\"+44\"", "00442079460000"));
	assert_true(allowed("\"+44\"", "", "00442079460000"));
	assert_false(allowed("", "\"0044\"", "+442079460000"));
	assert_false(allowed("", "\"+44\"", "+442079460000"));
	assert_true(allowed("", "\"+44\"", "442079460000"));
}

static void test_premium(void **state)
{
	(void)state;
	assert_false(allowed("", "", "+19005551234"));
	assert_false(allowed("\"+1\"", "", "+19005551234"));
	assert_true(allowed("\"+1900\"", "", "+19005551234"));
	assert_false(allowed("\"+1900\"", "\"+1900\"", "+19005551234"));
	assert_false(allowed("", "", "0019005551234"));
	assert_false(allowed("", "", "+88216123456"));
	assert_true(allowed("", "", "+18005551234"));
	/* A pay-per-call exchange, which a whole number's prefix opens. */
	assert_false(allowed("\"+1\", \"+1212\"", "", "+12129761234"));
	assert_true(allowed("\"+1212976\"", "", "+12129761234"));
	/* Premium rate in Ireland, but for its length a number in Dublin. */
	assert_false(allowed("\"+3531\"", "", "+3531512345678"));
	assert_true(allowed("\"+3531512\"", "", "+3531512345678"));
	assert_true(allowed("", "", "+35315123456"));
	assert_true(allowed("", "", "+441184960000")); /* Reading, not directory enquiries */
}

static void test_emergency(void **state)
{
	(void)state;
	assert_false(allowed("", "", "112"));
	assert_false(allowed("\"112\"", "", "112"));
	assert_false(allowed("\"911\", \"+911\"", "", "+911"));
	assert_false(allowed("", "", "000"));
	assert_false(allowed("", "", "110"));
	assert_false(allowed("", "", "112#"));
	assert_false(allowed("\"911\"", "", "911*"));
	assert_false(allowed("", "", "+112*#"));
	assert_true(allowed("", "", "1120"));
	assert_true(allowed("", "", "112#0"));
	assert_true(allowed("", "", "+9112345678")); /* India begins with 91 */
}

/* Digits reach a line's exchange one by one. */
static void test_emergency_on_line(void **state)
{
	const struct conf_trunk line = { .kind = TRUNK_CAS };
	const struct conf_trunk behind = { .kind = TRUNK_CAS, .cas.plus = "9" };

	(void)state;
	assert_false(conf_number_allowed(&line, "1120"));
	assert_false(conf_number_allowed(&line, "9115550123"));
	assert_true(conf_number_allowed(&line, "+9112345678")); /* India, after "00" */
	assert_true(conf_number_allowed(&line, "030123456"));
	assert_false(allowed("", "\"999\"", "9995550123")); /* by any trunk that denies it */
	/* What is dialled counts. */
	assert_false(conf_number_allowed(&behind, "+1125550123"));
	assert_false(conf_number_allowed(&behind, "+11"));
	assert_false(conf_number_allowed(&behind, "+99"));
	assert_true(conf_number_allowed(&behind, "+12125550123"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_every_key),
		cmocka_unit_test(test_trunk_keys),
		cmocka_unit_test(test_circuit),
		cmocka_unit_test(test_sample),
#ifdef HAVE_PRI
		cmocka_unit_test(test_pri_trunks),
#endif
		cmocka_unit_test(test_order_in_the_file),
		cmocka_unit_test(test_local_time),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_long_digits),
		cmocka_unit_test(test_big_number_in_an_included_file),
		cmocka_unit_test(test_include_beside_the_file),
		cmocka_unit_test(test_file_that_is_not_there),
		cmocka_unit_test(test_refusals_tell_no_numbers),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_international_prefix),
		cmocka_unit_test(test_premium),
		cmocka_unit_test(test_emergency),
		cmocka_unit_test(test_emergency_on_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
