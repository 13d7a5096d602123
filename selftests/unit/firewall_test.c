// SPDX-License-Identifier: GPL-2.0
/*
 * In a network namespace of its own, where there is one to be had: what the
 * table holds is asked of nft, what it does is tried with packets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf/conf.h"
#include "firewall/firewall.h"
#include "log/log.h"

static bool in_namespace;
static struct conf *conf;
static struct firewall *fw;

/* 127.0.0.0/8 is all local: .1 is the relay, .9 its carrier, .66 somebody else. */
static const char conf_text[] =
	"rtp_ports = \"20000-20099\";\n"
	"trunks = ( { name = \"a\"; local = \"127.0.0.1:5060\"; peer = \"127.0.0.9\"; },\n"
	"{ name = \"t\"; transport = \"tcp\"; local = \"127.0.0.1:5060\"; peer = \"127.0.0.9\"; },\n"
	"{ name = \"b\"; local = \"[::1]:5060\"; peer = \"[2001:db8::9]:5060\"; } );\n";

static struct conf *read_conf(void)
{
	char file[] = "/tmp/firewall_test.XXXXXX", *error;
	int fd = mkstemp(file);
	struct conf *got = NULL;

	assert_int_equal(write(fd, conf_text, strlen(conf_text)), strlen(conf_text));
	close(fd);
	assert_int_equal(conf_read(&got, file, &error), 0);
	unlink(file);
	return got;
}

static void lo_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

static int enter(void **state)
{
	(void)state;
	conf = read_conf();
	in_namespace = !unshare(CLONE_NEWNET);
	if (in_namespace)
		lo_up();
	return 0;
}

static int leave(void **state)
{
	(void)state;
	conf_free(conf);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	if (in_namespace)
		assert_int_equal(firewall_open(&fw, conf), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	firewall_close(fw, 1);
	fw = NULL;
	return 0;
}

static const char *ruleset(void)
{
	static char text[8192];
	FILE *nft = popen("nft -s list ruleset 2>&1", "r");
	size_t n;

	assert_non_null(nft);
	n = fread(text, 1, sizeof(text) - 1, nft);
	text[n] = 0;
	assert_int_equal(pclose(nft), 0);
	return text;
}

static struct sockaddr_in ipv4(const char *text, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, text, &in.sin_addr), 1);
	return in;
}

static struct sockaddr_in6 ipv6(const char *text, uint16_t port)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return in6;
}

static bool arrives(const void *from, const void *to, socklen_t len)
{
	int family = ((const struct sockaddr *)to)->sa_family;
	int in = socket(family, SOCK_DGRAM, 0), out = socket(family, SOCK_DGRAM, 0);
	struct pollfd pfd = { .fd = in, .events = POLLIN };
	bool there;

	assert_int_equal(bind(in, to, len), 0);
	assert_int_equal(bind(out, from, len), 0);
	sendto(out, "x", 1, 0, to, len); /* a drop is told to a sender on loopback */
	there = poll(&pfd, 1, 50) == 1;
	close(in);
	close(out);
	return there;
}

static bool arrives4(const char *from, const char *to, uint16_t port)
{
	struct sockaddr_in a = ipv4(from, 0), b = ipv4(to, port);

	return arrives(&a, &b, sizeof(a));
}

static bool arrives6(uint16_t port)
{
	struct sockaddr_in6 a = ipv6("::1", 0), b = ipv6("::1", port);

	return arrives(&a, &b, sizeof(a));
}

static void test_table(void **state)
{
	const char *text;

	(void)state;
	if (!in_namespace)
		skip();
	text = ruleset();
	assert_non_null(strstr(text, "table inet phonion {"));
	assert_non_null(strstr(text, "type ipv4_addr . inet_service"));
	assert_non_null(strstr(text, "type ipv6_addr . inet_service"));
	assert_non_null(strstr(text, "type filter hook input priority filter - 10; policy accept"));
	assert_non_null(strstr(text, "ip daddr . udp dport @media4 accept"));
	assert_non_null(strstr(text, "ip6 daddr . udp dport @media6 accept"));
	assert_non_null(
		strstr(text, "udp dport 5060 ip daddr 127.0.0.1 ip saddr 127.0.0.9 accept"));
	assert_non_null(strstr(text, "tcp dport 5060 ip daddr 127.0.0.1 counter drop"));
	assert_non_null(strstr(text, "udp dport 20000-20099 ip6 daddr ::1 counter drop"));
}

static void test_media_ports(void **state)
{
	struct sockaddr_in leg = ipv4("127.0.0.1", 20010);
	const struct sockaddr *addr = (const struct sockaddr *)&leg;

	(void)state;
	if (!in_namespace)
		skip();
	assert_false(arrives4("127.0.0.9", "127.0.0.1", 20010));
	assert_int_equal(firewall_port_open(fw, addr), 0);
	assert_true(arrives4("127.0.0.9", "127.0.0.1", 20010));
	assert_true(arrives4("127.0.0.9", "127.0.0.1", 20011)); /* RTCP */
	assert_false(arrives4("127.0.0.9", "127.0.0.1", 20012));
	assert_false(arrives4("127.0.0.9", "127.0.0.1", 20009));
	assert_int_equal(firewall_port_close(fw, addr), 0);
	assert_false(arrives4("127.0.0.9", "127.0.0.1", 20010));
	assert_false(arrives4("127.0.0.9", "127.0.0.1", 20011));
}

static void test_media_ports_ipv6(void **state)
{
	struct sockaddr_in6 leg = ipv6("::1", 20010);
	const struct sockaddr *addr = (const struct sockaddr *)&leg;

	(void)state;
	if (!in_namespace)
		skip();
	assert_false(arrives6(20010));
	assert_int_equal(firewall_port_open(fw, addr), 0);
	assert_true(arrives6(20010));
	assert_true(arrives6(20011));
	assert_false(arrives6(20012));
	assert_int_equal(firewall_port_close(fw, addr), 0);
	assert_false(arrives6(20010));
}

/* Ports outside the range and addresses that are not the relay's are not ours. */
static void test_others_are_left_alone(void **state)
{
	(void)state;
	if (!in_namespace)
		skip();
	assert_true(arrives4("127.0.0.66", "127.0.0.1", 19999));
	assert_true(arrives4("127.0.0.66", "127.0.0.1", 20100));
	assert_true(arrives4("127.0.0.66", "127.0.0.2", 20010));
}

static void test_sip_from_the_peer_only(void **state)
{
	(void)state;
	if (!in_namespace)
		skip();
	assert_true(arrives4("127.0.0.9", "127.0.0.1", 5060));
	assert_false(arrives4("127.0.0.66", "127.0.0.1", 5060));
	assert_false(arrives6(5060));
	assert_true(arrives4("127.0.0.66", "127.0.0.1", 5061));
}

static void test_twice(void **state)
{
	struct sockaddr_in leg = ipv4("127.0.0.1", 20010);
	const struct sockaddr *addr = (const struct sockaddr *)&leg;

	(void)state;
	if (!in_namespace)
		skip();
	assert_int_equal(firewall_port_open(fw, addr), 0);
	assert_int_equal(firewall_port_open(fw, addr), 0);
	assert_int_equal(firewall_port_close(fw, addr), 0);
	assert_int_equal(firewall_port_close(fw, addr), 0);
}

static void test_other_families(void **state)
{
	struct sockaddr unix_addr = { .sa_family = AF_UNIX };

	(void)state;
	if (!in_namespace)
		skip();
	assert_int_equal(firewall_port_open(fw, &unix_addr), -EAFNOSUPPORT);
}

/* A restart replaces the table and forgets its ports; a stop removes it; both touch no other. */
static void test_replace_and_remove(void **state)
{
	struct sockaddr_in leg = ipv4("127.0.0.1", 20010);
	const char *text;

	(void)state;
	if (!in_namespace)
		skip();
	assert_int_equal(system("nft add table inet other"), 0);
	assert_int_equal(firewall_port_open(fw, (const struct sockaddr *)&leg), 0);
	firewall_close(fw, 0);
	fw = NULL;
	assert_true(arrives4("127.0.0.9", "127.0.0.1", 20010));
	assert_int_equal(firewall_open(&fw, conf), 0);
	assert_false(arrives4("127.0.0.9", "127.0.0.1", 20010));
	firewall_close(fw, 1);
	fw = NULL;
	text = ruleset();
	assert_null(strstr(text, "phonion"));
	assert_non_null(strstr(text, "table inet other"));
	assert_int_equal(system("nft delete table inet other"), 0);
}

/* Somebody removed our table: opening a port fails and says so. */
static void test_table_gone(void **state)
{
	struct sockaddr_in leg = ipv4("127.0.0.1", 20010);

	(void)state;
	if (!in_namespace)
		skip();
	assert_int_equal(system("nft delete table inet phonion"), 0);
	assert_int_equal(firewall_port_open(fw, (const struct sockaddr *)&leg), -ENOENT);
	assert_int_equal(firewall_port_close(fw, (const struct sockaddr *)&leg), 0);
}

/* Rules of many trunks need more than the socket's default buffer. */
static void test_many_trunks(void **state)
{
	enum { N = 700 };
	struct conf_trunk *trunks = calloc(N, sizeof(*trunks));
	struct conf many = *conf;

	(void)state;
	assert_non_null(trunks);
	for (int i = 0; i < N; i++) {
		trunks[i] = conf->trunks[0];
		((struct sockaddr_in *)&trunks[i].local)->sin_port = htons(1000 + i);
	}
	many.trunks = trunks;
	many.n_trunks = N;
	firewall_close(fw, 1);
	fw = NULL;
	if (in_namespace)
		assert_int_equal(firewall_open(&fw, &many), 0);
	free(trunks);
}

static void test_without_permission(void **state)
{
	struct firewall *mine;
	uid_t root = geteuid();

	(void)state;
	if (root)
		skip();
	log_init(LOG_LVL_ERROR);
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(firewall_open(&mine, conf), -EPERM);
	assert_int_equal(seteuid(root), 0);
}

#define on_table(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_table(test_table),
		on_table(test_media_ports),
		on_table(test_media_ports_ipv6),
		on_table(test_others_are_left_alone),
		on_table(test_sip_from_the_peer_only),
		on_table(test_twice),
		on_table(test_other_families),
		on_table(test_replace_and_remove),
		on_table(test_table_gone),
		on_table(test_many_trunks),
		cmocka_unit_test(test_without_permission),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
