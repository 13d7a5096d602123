// SPDX-License-Identifier: GPL-2.0
/* How much one client address may ask for, by a clock of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "broker/limits.h"
#include "sip/addr.h"

static struct broker_limits conf;
static struct limits *limits;

static int setup(void **state)
{
	(void)state;
	conf = (struct broker_limits){ .requests_per_second = 2,
				       .burst = 3,
				       .tokens_per_hour = 36,
				       .connections_per_address = 2,
				       .addresses = 3 };
	return limits_new(&limits, &conf);
}

static int teardown(void **state)
{
	(void)state;
	limits_free(limits);
	return 0;
}

static struct limits_client *from(const char *host, uint64_t now_ms)
{
	struct limits_client *client = NULL;
	struct sockaddr_storage peer;

	assert_int_equal(addr_parse(&peer, strchr(host, ':') ? AF_INET6 : AF_INET, host), 0);
	return limits_connect(limits, &peer, now_ms, &client) ? NULL : client;
}

static void test_requests(void **state)
{
	struct limits_client *client = from("192.0.2.1", 0);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(limits_request(limits, client, 0), 0);
	assert_int_equal(limits_request(limits, client, 0), 1);
	assert_int_equal(limits_request(limits, client, 500), 0);
	assert_true(limits_request(limits, client, 500) > 0);
	/* No more than the burst is saved up. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(limits_request(limits, client, 1000000), 0);
	assert_true(limits_request(limits, client, 1000000) > 0);
}

static void test_tokens(void **state)
{
	struct limits_client *client = from("192.0.2.1", 0);

	(void)state;
	assert_int_equal(limits_tokens(limits, client, 30, 0), 0);
	assert_int_equal(limits_tokens(limits, client, 7, 0), 101);
	assert_int_equal(limits_tokens(limits, client, 6, 0), 0);
	assert_int_equal(limits_tokens(limits, client, 1, 99999), 1);
	assert_int_equal(limits_tokens(limits, client, 1, 100010), 0);
}

/* Who goes and comes again is no new client; whose address it is no other's. */
static void test_same_address(void **state)
{
	struct limits_client *client = from("192.0.2.1", 0);

	(void)state;
	while (!limits_request(limits, client, 0))
		;
	limits_disconnect(limits, client, 0);
	client = from("192.0.2.1", 0);
	assert_true(limits_request(limits, client, 0) > 0);
	assert_int_equal(limits_request(limits, from("192.0.2.2", 0), 0), 0);
}

static void test_ipv6_network(void **state)
{
	struct limits_client *client = from("2001:db8::1", 0);

	(void)state;
	while (!limits_request(limits, client, 0))
		;
	assert_true(limits_request(limits, from("2001:db8::ffff:1", 0), 0) > 0);
	assert_int_equal(limits_request(limits, from("2001:db8:0:1::1", 0), 0), 0);
}

static void test_connections(void **state)
{
	struct limits_client *client = from("192.0.2.1", 0);

	(void)state;
	assert_non_null(from("192.0.2.1", 0));
	assert_null(from("192.0.2.1", 0));
	limits_disconnect(limits, client, 0);
	assert_non_null(from("192.0.2.1", 0));
	assert_null(from("192.0.2.1", 0));
}

/* Of those who are not connected the one who is away longest is forgotten. */
static void test_full_table(void **state)
{
	struct limits_client *first = from("192.0.2.1", 0), *second = from("192.0.2.2", 0);

	(void)state;
	from("192.0.2.3", 0);
	assert_null(from("192.0.2.4", 0));
	while (!limits_request(limits, first, 0) || !limits_request(limits, second, 0))
		;
	limits_disconnect(limits, first, 0);
	limits_disconnect(limits, second, 0);
	assert_non_null(from("192.0.2.4", 0));
	assert_true(limits_request(limits, from("192.0.2.2", 0), 0) > 0);
}

/* Who was away until nothing is held against him any more was never here. */
static void test_forgotten(void **state)
{
	struct limits_client *first = from("192.0.2.1", 0), *second = from("192.0.2.2", 0);
	const uint64_t hour = 3600 * 1000;

	(void)state;
	assert_int_equal(limits_tokens(limits, first, 36, 0), 0);
	limits_disconnect(limits, first, 1000);
	assert_int_equal(limits_forget(limits, 1000 + hour - 1), 0);
	assert_int_equal(limits_forget(limits, 1000 + hour), 1);
	assert_int_equal(limits_forget(limits, 1000 + hour), 0);
	/* A new one, and the one that never went is not. */
	assert_int_equal(limits_tokens(limits, from("192.0.2.1", 2 * hour), 36, 2 * hour), 0);
	assert_int_equal(limits_forget(limits, 9 * hour), 0);
	limits_disconnect(limits, second, 9 * hour);
	assert_non_null(from("192.0.2.3", 9 * hour));
	assert_non_null(from("192.0.2.4", 9 * hour));
	assert_null(from("192.0.2.5", 9 * hour));
}

/* A burst that takes longer to be whole again is not given back by going away. */
static void test_forgotten_later(void **state)
{
	struct limits_client *client = from("192.0.2.1", 0);

	(void)state;
	conf.requests_per_second = 1;
	conf.burst = 7200;
	limits_disconnect(limits, client, 0);
	assert_int_equal(limits_forget(limits, 7199 * 1000), 0);
	assert_int_equal(limits_forget(limits, 7200 * 1000), 1);
}

static void test_loopback(void **state)
{
	struct limits_client *client = from("127.0.0.1", 0);

	(void)state;
	assert_true(limits_is_loopback(client));
	for (int i = 0; i < 100; i++)
		assert_int_equal(limits_request(limits, client, 0), 0);
	assert_int_equal(limits_tokens(limits, client, 1000, 0), 0);
	for (int i = 0; i < 10; i++)
		assert_non_null(from("::1", 0));
	/* Told to count it too, it does. */
	conf.loopback = true;
	assert_null(from("::1", 0));
	while (!limits_request(limits, client, 0))
		;
	assert_true(limits_request(limits, client, 0) > 0);
}

#define with_limits(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_limits(test_requests),	   with_limits(test_tokens),
		with_limits(test_same_address),	   with_limits(test_ipv6_network),
		with_limits(test_connections),	   with_limits(test_full_table),
		with_limits(test_loopback),	   with_limits(test_forgotten),
		with_limits(test_forgotten_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
