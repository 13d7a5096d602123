// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "dataplane/ports.h"

#define REST 1000

static struct sockaddr_storage ipv4(const char *text, uint16_t port)
{
	struct sockaddr_storage addr = { 0 };
	struct sockaddr_in *in = (void *)&addr;

	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	assert_int_equal(inet_pton(AF_INET, text, &in->sin_addr), 1);
	return addr;
}

static struct sockaddr_storage ipv6(const char *text)
{
	struct sockaddr_storage addr = { 0 };
	struct sockaddr_in6 *in6 = (void *)&addr;

	in6->sin6_family = AF_INET6;
	assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
	return addr;
}

static uint16_t port_of(const struct sockaddr_storage *addr)
{
	return ntohs(((const struct sockaddr_in *)addr)->sin_port);
}

/* 20000, 20002, 20004, 20006 */
static int setup(void **state)
{
	return ports_new((struct ports **)state, 20000, 20007, REST);
}

static int teardown(void **state)
{
	ports_free(*state);
	return 0;
}

static void use_up(struct ports *ports, struct sockaddr_storage *local, uint64_t now)
{
	bool seen[8] = { false };

	for (int i = 0; i < 4; i++) {
		uint16_t port;

		assert_int_equal(ports_get(ports, local, now), 0);
		port = port_of(local);
		assert_true(port >= 20000 && port <= 20006 && port % 2 == 0);
		assert_false(seen[port - 20000]);
		seen[port - 20000] = true;
	}
	assert_int_equal(ports_get(ports, local, now), -EADDRNOTAVAIL);
}

static void test_each_pair_once(void **state)
{
	struct sockaddr_storage local = ipv4("192.0.2.1", 0);

	use_up(*state, &local, 0);
}

static void test_addresses_are_apart(void **state)
{
	struct sockaddr_storage a = ipv4("192.0.2.1", 0), b = ipv4("192.0.2.2", 0),
				c = ipv6("2001:db8::1"), d = ipv6("2001:db8::2");

	use_up(*state, &a, 0);
	use_up(*state, &b, 0);
	use_up(*state, &c, 0);
	use_up(*state, &d, 0);
}

static void test_rest_before_reuse(void **state)
{
	struct sockaddr_storage local = ipv4("192.0.2.1", 0), again = local;

	use_up(*state, &local, 0);
	ports_put(*state, &local, 5000);
	assert_int_equal(ports_get(*state, &again, 5000 + REST - 1), -EADDRNOTAVAIL);
	assert_int_equal(ports_get(*state, &again, 5000 + REST), 0);
	assert_int_equal(port_of(&again), port_of(&local));
}

static void test_put_twice(void **state)
{
	struct sockaddr_storage local = ipv4("192.0.2.1", 0);

	use_up(*state, &local, 0);
	ports_put(*state, &local, 0);
	ports_put(*state, &local, 0);
	ports_put(*state, &(struct sockaddr_storage){ 0 }, 0);
	assert_int_equal(ports_get(*state, &local, REST), 0);
	assert_int_equal(ports_get(*state, &local, REST), -EADDRNOTAVAIL);
}

static void test_take(void **state)
{
	struct sockaddr_storage local = ipv4("192.0.2.1", 20004), got = local;

	assert_int_equal(ports_take(*state, &local), 0);
	assert_int_equal(ports_take(*state, &local), -EADDRINUSE);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ports_get(*state, &got, 0), 0);
		assert_int_not_equal(port_of(&got), 20004);
	}
	assert_int_equal(ports_get(*state, &got, 0), -EADDRNOTAVAIL);
}

static void test_take_what_rests(void **state)
{
	struct sockaddr_storage first = ipv4("192.0.2.1", 20000), second = ipv4("192.0.2.1", 20002),
				third = ipv4("192.0.2.1", 20004), got = first;

	use_up(*state, &got, 0);
	ports_put(*state, &first, 0);
	ports_put(*state, &second, 0);
	ports_put(*state, &third, 0);
	assert_int_equal(ports_take(*state, &second), 0);
	assert_int_equal(ports_take(*state, &second), -EADDRINUSE);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(ports_get(*state, &got, REST), 0);
		assert_int_not_equal(port_of(&got), 20002);
	}
	assert_int_equal(ports_get(*state, &got, REST), -EADDRNOTAVAIL);
}

static void test_take_what_is_not_ours(void **state)
{
	static const uint16_t wrong[] = { 19998, 20001, 20008, 0, 65534 };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct sockaddr_storage local = ipv4("192.0.2.1", wrong[i]);

		assert_int_equal(ports_take(*state, &local), -EINVAL);
		ports_put(*state, &local, 0);
	}
	assert_int_equal(ports_take(*state, &(struct sockaddr_storage){ 0 }), -EAFNOSUPPORT);
	assert_int_equal(ports_get(*state, &(struct sockaddr_storage){ 0 }, 0), -EAFNOSUPPORT);
}

static void test_bad_range(void **state)
{
	struct ports *ports;

	(void)state;
	assert_int_equal(ports_new(&ports, 20001, 20007, REST), -EINVAL);
	assert_int_equal(ports_new(&ports, 20000, 20006, REST), -EINVAL);
	assert_int_equal(ports_new(&ports, 20008, 20007, REST), -EINVAL);
}

/* Two runs do not hand out the same ports in the same order. */
static void test_order_is_random(void **state)
{
	struct sockaddr_storage local = ipv4("192.0.2.1", 0);
	struct ports *ports;
	uint16_t order[2][16];

	(void)state;
	for (int run = 0; run < 2; run++) {
		assert_int_equal(ports_new(&ports, 1024, 65535, REST), 0);
		for (int i = 0; i < 16; i++) {
			assert_int_equal(ports_get(ports, &local, 0), 0);
			order[run][i] = port_of(&local);
		}
		ports_free(ports);
	}
	assert_memory_not_equal(order[0], order[1], sizeof(order[0]));
}

/* A long life of gets and puts loses no pair and gives none twice. */
static void test_many_turns(void **state)
{
	struct sockaddr_storage local = ipv4("192.0.2.1", 0), held[3];

	for (uint64_t now = 0; now < 200 * REST; now += REST) {
		for (int i = 0; i < 3; i++) {
			held[i] = local;
			assert_int_equal(ports_get(*state, &held[i], now), 0);
			for (int j = 0; j < i; j++)
				assert_int_not_equal(port_of(&held[i]), port_of(&held[j]));
		}
		for (int i = 0; i < 3; i++)
			ports_put(*state, &held[i], now);
	}
}

#define on_ports(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_ports(test_each_pair_once),
		on_ports(test_addresses_are_apart),
		on_ports(test_rest_before_reuse),
		on_ports(test_put_twice),
		on_ports(test_take),
		on_ports(test_take_what_rests),
		on_ports(test_take_what_is_not_ours),
		cmocka_unit_test(test_bad_range),
		cmocka_unit_test(test_order_is_random),
		on_ports(test_many_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
