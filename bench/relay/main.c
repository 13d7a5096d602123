// SPDX-License-Identifier: GPL-2.0
/*
 * The least that a relay in userspace can do: what comes to one socket goes out of
 * another, unread. It is measured beside the module, so it has nothing that a
 * relay needs besides: no lookup, no check, no counter, no other direction.
 *
 * usage: relay WAY LOCAL-IN LOCAL-OUT REMOTE-OUT PORT
 *   mmsg   recvmmsg and sendmmsg, up to 64 packets a call
 *   epoll  epoll_wait, recv and send, a packet at a time
 *   uring  io_uring: multishot receive; what one turn received is sent with one call
 */
#include <arpa/inet.h>
#include <err.h>
#include <liburing.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define BATCH	 64
#define SIZE	 2048
#define RING	 256 /* buffers, a power of two; those being sent are not received into */
#define GROUP	 1
#define RECEIVED UINT64_MAX

static uint8_t buffers[RING][SIZE];

static struct sockaddr_in address(const char *text, unsigned int port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (inet_pton(AF_INET, text, &at.sin_addr) != 1)
		errx(2, "%s is no address", text);
	return at;
}

static int udp(const char *local, unsigned int port)
{
	struct sockaddr_in at = address(local, port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)))
		err(1, "%s", local);
	return fd;
}

static void by_batches(int in, int out)
{
	struct mmsghdr messages[BATCH] = {};
	struct iovec vectors[BATCH];
	int n;

	for (unsigned int i = 0; i < BATCH; i++) {
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (;;) {
		for (unsigned int i = 0; i < BATCH; i++)
			vectors[i] = (struct iovec){ buffers[i], SIZE };
		n = recvmmsg(in, messages, BATCH, MSG_WAITFORONE, NULL);
		if (n < 0)
			err(1, "recvmmsg");
		for (int i = 0; i < n; i++)
			vectors[i].iov_len = messages[i].msg_len;
		if (sendmmsg(out, messages, n, 0) != n)
			err(1, "sendmmsg");
	}
}

static void one_by_one(int in, int out)
{
	struct epoll_event event = { .events = EPOLLIN };
	int ep = epoll_create1(EPOLL_CLOEXEC);
	ssize_t n;

	if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, in, &event))
		err(1, "epoll");
	for (;;) {
		if (epoll_wait(ep, &event, 1, -1) != 1)
			err(1, "epoll_wait");
		n = recv(in, buffers[0], SIZE, MSG_DONTWAIT);
		if (n < 0 || send(out, buffers[0], n, 0) != n)
			err(1, "recv, send");
	}
}

/*
 * Sends never wait (MSG_DONTWAIT) and complete only when they fail, so when the call
 * that submits them returns they are done: their buffers all go back at once, and
 * a packet has one completion, not two.
 */
struct ring {
	struct io_uring uring;
	struct io_uring_buf_ring *free;
	unsigned int sent[RING]; /* buffers of this turn's sends */
	unsigned int n;
};

enum { IN, OUT }; /* registered files: no reference is taken for each packet */

static struct io_uring_sqe *next_sqe(struct ring *ring)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&ring->uring);

	if (!sqe)
		errx(1, "the submission queue is full");
	return sqe;
}

static void receive(struct ring *ring)
{
	struct io_uring_sqe *sqe = next_sqe(ring);

	io_uring_prep_recv_multishot(sqe, IN, NULL, 0, 0);
	sqe->flags |= IOSQE_BUFFER_SELECT | IOSQE_FIXED_FILE;
	sqe->buf_group = GROUP;
	io_uring_sqe_set_data64(sqe, RECEIVED);
}

static void pass_on(struct ring *ring, unsigned int buffer, size_t len)
{
	struct io_uring_sqe *sqe = next_sqe(ring);

	io_uring_prep_send(sqe, OUT, buffers[buffer], len, MSG_DONTWAIT);
	sqe->flags |= IOSQE_FIXED_FILE | IOSQE_CQE_SKIP_SUCCESS;
	io_uring_sqe_set_data64(sqe, buffer);
	ring->sent[ring->n++] = buffer;
}

static void completed(struct ring *ring, const struct io_uring_cqe *cqe)
{
	if (cqe->user_data != RECEIVED)
		errx(1, "send: %s", strerror(-cqe->res));
	if (cqe->flags & IORING_CQE_F_BUFFER)
		pass_on(ring, cqe->flags >> IORING_CQE_BUFFER_SHIFT, cqe->res);
	else if (cqe->res != -ENOBUFS)
		errx(1, "receive: %s", strerror(-cqe->res));
	if (!(cqe->flags & IORING_CQE_F_MORE))
		receive(ring);
}

static void give_back(struct ring *ring)
{
	for (unsigned int i = 0; i < ring->n; i++)
		io_uring_buf_ring_add(ring->free, buffers[ring->sent[i]], SIZE, ring->sent[i],
				      io_uring_buf_ring_mask(RING), i);
	io_uring_buf_ring_advance(ring->free, ring->n);
	ring->n = 0;
}

static void turn(struct ring *ring)
{
	struct io_uring_cqe *cqe;
	unsigned int head, n = 0;

	io_uring_for_each_cqe(&ring->uring, head, cqe)
	{
		completed(ring, cqe);
		if (++n == BATCH)
			break;
	}
	io_uring_cq_advance(&ring->uring, n);
}

static void set_up(struct ring *ring, int in, int out)
{
	struct io_uring_params params = { .flags = IORING_SETUP_SINGLE_ISSUER |
						   IORING_SETUP_DEFER_TASKRUN };
	struct io_uring_buf_reg reg = { .ring_entries = RING, .bgid = GROUP };
	int files[] = { [IN] = in, [OUT] = out };

	if (io_uring_queue_init_params(RING, &ring->uring, &params) ||
	    io_uring_register_files(&ring->uring, files, 2))
		errx(1, "no io_uring");
	if (posix_memalign((void **)&ring->free, 4096, RING * sizeof(struct io_uring_buf)))
		errx(1, "no memory");
	reg.ring_addr = (uintptr_t)ring->free;
	if (io_uring_register_buf_ring(&ring->uring, &reg, 0))
		errx(1, "no ring of buffers");
	io_uring_buf_ring_init(ring->free);
	for (unsigned int i = 0; i < RING; i++)
		ring->sent[ring->n++] = i;
	give_back(ring);
}

static void by_ring(int in, int out)
{
	static struct ring ring;

	set_up(&ring, in, out);
	receive(&ring);
	for (;;) {
		if (io_uring_submit_and_wait(&ring.uring, 1) < 0)
			errx(1, "io_uring");
		give_back(&ring);
		turn(&ring);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*relay)(int in, int out);
	} ways[] = { { "mmsg", by_batches }, { "epoll", one_by_one }, { "uring", by_ring } };
	struct sockaddr_in remote;
	unsigned int port;
	int in, out;

	if (argc != 6)
		errx(2, "usage: relay mmsg|epoll|uring LOCAL-IN LOCAL-OUT REMOTE-OUT PORT");
	port = atoi(argv[5]);
	in = udp(argv[2], port);
	out = udp(argv[3], port);
	remote = address(argv[4], port);
	if (connect(out, (struct sockaddr *)&remote, sizeof(remote)))
		err(1, "%s", argv[4]);
	for (unsigned int i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(argv[1], ways[i].name))
			ways[i].relay(in, out);
	errx(2, "no such way: %s", argv[1]);
}
