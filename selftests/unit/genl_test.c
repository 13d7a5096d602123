// SPDX-License-Identifier: GPL-2.0
/* Against the family that every kernel serves: the controller itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <errno.h>
#include <linux/genetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dataplane/event.h"
#include "dataplane/genl.h"
#include "log/log.h"
#include "loop/loop.h"

static int setup(void **state)
{
	struct genl *genl = malloc(sizeof(*genl));

	assert_non_null(genl);
	assert_int_equal(genl_open(genl, "nlctrl", "notify"), 0);
	*state = genl;
	return 0;
}

static int teardown(void **state)
{
	genl_close(*state);
	free(*state);
	return 0;
}

static void ask_family(struct genl *genl, const char *name, uint16_t flags)
{
	struct nlmsghdr *nlh = genl_begin(genl, CTRL_CMD_GETFAMILY, flags);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	genl_end(genl, nlh);
}

static int count(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	++*(int *)arg;
	return 0;
}

static void test_request(void **state)
{
	int answers = 0;

	ask_family(*state, "nlctrl", NLM_F_ACK);
	assert_int_equal(genl_talk(*state, count, &answers), 0);
	assert_int_equal(answers, 1);
	assert_string_equal(((struct genl *)*state)->error, "");
}

static void test_refusal(void **state)
{
	struct genl *genl = *state;
	int answers = 0;

	ask_family(genl, "no-such-family", NLM_F_ACK);
	assert_int_equal(genl_talk(genl, count, &answers), -ENOENT);
	assert_int_equal(answers, 0);
	assert_string_not_equal(genl->error, "");
	test_request(state); /* and the next request is none the worse */
}

/* The kernel's own sentence, not only the number. */
static void test_extack(void **state)
{
	struct genl *genl = *state;
	struct nlmsghdr *nlh = genl_begin(genl, CTRL_CMD_GETFAMILY, NLM_F_ACK);

	mnl_attr_put(nlh, CTRL_ATTR_FAMILY_ID, 1, "x"); /* too short for its type */
	genl_end(genl, nlh);
	assert_true(genl_talk(genl, NULL, NULL) < 0);
	assert_string_not_equal(genl->error, strerror(EINVAL));
	assert_string_not_equal(genl->error, strerror(ERANGE));
	assert_string_not_equal(genl->error, "");
	assert_int_equal(genl->bad_attr, CTRL_ATTR_FAMILY_ID);
	test_request(state);
	assert_int_equal(genl->bad_attr, 0);
}

/* Of a batch's requests, the one that is refused has the attribute to blame. */
static void test_bad_attr(void **state)
{
	struct genl *genl = *state;
	struct nlmsghdr *nlh;

	ask_family(genl, "nlctrl", 0);
	nlh = genl_begin(genl, CTRL_CMD_GETFAMILY, 0);
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, GENL_ID_CTRL);
	mnl_attr_put_u32(nlh, CTRL_ATTR_OP, 1);
	mnl_attr_put(nlh, CTRL_ATTR_FAMILY_NAME, GENL_NAMSIZ * 2, (char[GENL_NAMSIZ * 2]){ "x" });
	genl_end(genl, nlh);
	ask_family(genl, "nlctrl", NLM_F_ACK);
	assert_true(genl_talk(genl, NULL, NULL) < 0);
	assert_int_equal(genl->bad_attr, CTRL_ATTR_FAMILY_NAME);
	/* An error that is no attribute's. */
	ask_family(genl, "no-such-family", NLM_F_ACK);
	assert_int_equal(genl_talk(genl, NULL, NULL), -ENOENT);
	assert_int_equal(genl->bad_attr, 0);
}

/* A request that is made before there is a socket. */
static void test_add(void **state)
{
	char buf[256] __attribute__((aligned(8))) = "";
	struct nlmsghdr *nlh = genl_request(buf, CTRL_CMD_GETFAMILY);
	struct genl *genl = *state;
	int answers = 0;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "nlctrl");
	assert_int_equal(genl_add(genl, nlh, 0), 0);
	assert_int_equal(genl_add(genl, nlh, NLM_F_ACK), 0);
	assert_int_equal(genl_talk(genl, count, &answers), 0);
	assert_int_equal(answers, 2);
	while (!genl_add(genl, nlh, 0))
		assert_true(genl->used <= sizeof(genl->tx));
	assert_true(genl->used + MNL_ALIGN(nlh->nlmsg_len) > sizeof(genl->tx));
	genl_reset(genl);
	test_request(state);
}

static void anew(void *arg)
{
	*(int *)arg = 0;
}

static void test_dump(void **state)
{
	int answers = -1000;

	assert_int_equal(genl_dump(*state, CTRL_CMD_GETFAMILY, anew, count, &answers), 0);
	assert_true(answers > 0);
	assert_int_equal(genl_dump(*state, 0xff, anew, count, &answers), -EOPNOTSUPP);
	assert_int_equal(answers, 0);
}

/* By number: for a name that it does not know, the kernel starts modprobe each time. */
static void ask_number(struct genl *genl, uint16_t number)
{
	struct nlmsghdr *nlh = genl_begin(genl, CTRL_CMD_GETFAMILY, 0);

	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, number);
	genl_end(genl, nlh);
}

/* All of a batch is served; its first error is told; only the last is acknowledged. */
static void test_batch(void **state)
{
	int answers = 0;

	for (int i = 0; i < 63; i++)
		ask_number(*state, i % 2 ? UINT16_MAX : GENL_ID_CTRL);
	ask_family(*state, "nlctrl", NLM_F_ACK);
	assert_int_equal(genl_talk(*state, count, &answers), -ENOENT);
	assert_int_equal(answers, 33);
	test_request(state);
}

static int give_up(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	(void)arg;
	return -ENOMEM;
}

static void test_callback_gives_up(void **state)
{
	ask_family(*state, "nlctrl", NLM_F_ACK);
	assert_int_equal(genl_talk(*state, give_up, NULL), -ENOMEM);
	test_request(state);
}

static void test_no_such_family(void **state)
{
	struct genl *genl = malloc(sizeof(*genl));

	(void)state;
	assert_non_null(genl);
	assert_int_equal(genl_open(genl, "no-such-family", "events"), -ENOENT);
	assert_null(genl->socket);
	genl_close(genl);
	assert_int_equal(genl_open(genl, "nlctrl", "no-such-group"), -EPROTO);
	free(genl);
}

/* Events, by sending to the group what phonion.ko would send */

struct seen {
	struct loop *loop;
	int first, resync, gone, other;
	uint32_t leg;
};

static void take(const struct dp_event *event, void *arg)
{
	struct seen *seen = arg;

	if (event->type == DP_FIRST_PACKET)
		seen->first++;
	else if (event->type == DP_RESYNC)
		seen->resync++;
	else if (event->type == DP_GONE)
		seen->gone++;
	else
		seen->other++;
	if (event->leg)
		seen->leg = event->leg;
}

static void stop(void *arg)
{
	loop_stop(arg);
}

static void send_to_group(const struct genl *genl, const struct nlmsghdr *nlh)
{
	struct sockaddr_nl group = { .nl_family = AF_NETLINK,
				     .nl_groups = 1U << (genl->group - 1) };

	sendto(mnl_socket_get_fd(genl->socket), nlh, nlh->nlmsg_len, 0, (void *)&group,
	       sizeof(group));
}

/* What the controller says when a module is unloaded. */
static void notify_gone(const struct genl *genl, const char *family)
{
	char buf[256] __attribute__((aligned(8))) = "";
	struct nlmsghdr *nlh = genl_request(buf, CTRL_CMD_DELFAMILY);

	nlh->nlmsg_type = GENL_ID_CTRL;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, family);
	send_to_group(genl, nlh);
}

static void notify(const struct genl *genl, uint8_t cmd, uint32_t leg)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *header;

	nlh->nlmsg_type = NLMSG_MIN_TYPE + 5;
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->cmd = cmd;
	if (leg)
		mnl_attr_put_u32(nlh, PHONION_A_LEG_ID, leg);
	send_to_group(genl, nlh);
}

static void run_events(const struct genl *genl, int n, int size, struct seen *seen)
{
	struct loop_timer timer = { 0 };
	struct event_socket events;
	struct loop *loop;

	assert_int_equal(loop_new(&loop), 0);
	assert_int_equal(event_open(&events, loop, genl->group, take, seen), 0);
	if (size)
		setsockopt(mnl_socket_get_fd(events.socket), SOL_SOCKET, SO_RCVBUF, &size,
			   sizeof(size));
	for (int i = 0; i < n; i++)
		notify(genl, PHONION_CMD_FIRST_PACKET_NTF, 7);
	notify(genl, PHONION_CMD_LEG_GET, 7);	       /* none of ours */
	notify(genl, PHONION_CMD_FIRST_PACKET_NTF, 0); /* of no leg */
	notify_gone(genl, "another");
	notify_gone(genl, PHONION_FAMILY_NAME);
	loop_timer_set(loop, &timer, 50, stop, loop);
	assert_int_equal(loop_run(loop), 0);
	event_close(&events);
	event_close(&events);
	loop_free(loop);
}

static void test_events(void **state)
{
	struct seen seen = { 0 };

	if (geteuid())
		skip();
	log_init(LOG_LVL_ERROR);
	run_events(*state, 200, 0, &seen);
	assert_int_equal(seen.first, 200);
	assert_int_equal(seen.leg, 7);
	assert_int_equal(seen.gone, 1);
	assert_int_equal(seen.resync, 0);
	assert_int_equal(seen.other, 0);
}

static void test_lost_events(void **state)
{
	struct seen seen = { 0 };

	if (geteuid())
		skip();
	log_init(LOG_LVL_ERROR);
	run_events(*state, 200, 4096, &seen);
	assert_true(seen.first > 0);
	assert_true(seen.first < 200);
	assert_int_equal(seen.resync, 1);
}

#define on_socket(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		on_socket(test_request),
		on_socket(test_refusal),
		on_socket(test_extack),
		on_socket(test_bad_attr),
		on_socket(test_add),
		on_socket(test_dump),
		on_socket(test_batch),
		on_socket(test_callback_gives_up),
		cmocka_unit_test(test_no_such_family),
		on_socket(test_events),
		on_socket(test_lost_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
